//! A store: the one owner of a folder, where objects, manifest and history change together.

mod site;

pub use site::{Location, Site};

use std::sync::Arc;

use crate::model::Result;

/// An open store.
pub struct Store {}

/// Sees one moment of the store and can't change it.
pub struct Reader {}

/// Changes the store, inside one transaction.
pub struct Writer {}

/// One transaction: several changes, each of which may fail alone, and one commit for all.
pub struct Batch {}

impl Store {
    /// A view of the present moment.
    pub fn read(&self) -> Result<Reader> {
        Ok(Reader {})
    }

    /// Begins a transaction; waits up to 30 s for another process's.
    pub fn begin(self: &Arc<Self>) -> Result<Batch> {
        Ok(Batch {})
    }

    /// Brings what was committed lately into its final places on disk; the next start would do it otherwise.
    pub fn settle(&self) -> Result<()> {
        Ok(())
    }
}

impl Batch {
    /// Makes one change; when it fails, it alone leaves no trace.
    pub fn attempt<T>(&mut self, change: impl FnOnce(&mut Writer) -> Result<T>) -> Result<T> {
        change(&mut Writer {})
    }

    /// Makes the changes durable and visible. After an error none of them is.
    pub fn commit(self) -> Result<()> {
        Ok(())
    }
}
