//! Where a store is or would be: opened at the first request that needs it, made at the first that may.

use std::path::PathBuf;
use std::sync::{Arc, RwLock};

use super::Store;
use crate::base::clock::Clock;
use crate::model::Result;

/// The folders of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The folder that holds the manifest, absolute.
    pub root: PathBuf,
    /// The folder of the readable names, absolute, where the caller named one.
    pub artifacts_root: Option<PathBuf>,
}

/// The place of a store, which need not exist yet.
pub struct Site {
    location: Location,
    clock: Clock,
    store: RwLock<Option<Arc<Store>>>,
}

impl Site {
    /// A site at these folders.
    pub fn new(location: Location, clock: Clock) -> Self {
        Self { location, clock, store: RwLock::new(None) }
    }

    /// The folders.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Time and randomness.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// The store; not_found with the hint `keepstone init` where there is none.
    pub fn store(&self) -> Result<Arc<Store>> {
        self.store_or_create()
    }

    /// The store, made if there is none.
    pub fn store_or_create(&self) -> Result<Arc<Store>> {
        Ok(self.store.write().expect("no panic holds it").get_or_insert_with(|| Arc::new(Store {})).clone())
    }
}
