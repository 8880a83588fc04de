//! Files that leave the store for a place of the caller's: each gets its name once all of it is written and flushed.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::files::{self, Context, Result};

/// A file on its way out, under a name that is gone when it is dropped before it has its own.
#[derive(Debug)]
pub struct Outgoing {
    file: File,
    temporary: PathBuf,
}

impl Outgoing {
    /// A new empty file in a folder, writable as the caller's files are; `mark` makes its name one that nobody else has.
    pub fn create(folder: &Path, mark: u32) -> Result<Self> {
        let temporary = folder.join(format!(".keepstone-{}-{mark:08x}", std::process::id()));
        Ok(Self { file: files::create_new(&temporary, 0o666)?, temporary })
    }

    /// The open file.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.temporary
    }

    /// Flushes it and gives it its name, which replaces another file only where that is allowed; `false` when the name is
    /// taken. Durable once its folder is flushed.
    pub fn name(self, path: &Path, replace: bool) -> Result<bool> {
        self.file.sync_all().context("flush", &self.temporary)?;
        if replace {
            files::rename(&self.temporary, path)?;
            return Ok(true);
        }
        files::rename_new(&self.temporary, path)
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        // Once it has its name nothing lies here any more.
        files::remove_if_there(&self.temporary).ok();
    }
}
