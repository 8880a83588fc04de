//! Files that are gone when the command has ended.

use std::fs::File;
use std::path::PathBuf;

use crate::base::files;
use crate::model::Result;

/// A folder of its own below the system's folder for temporary files; it goes, with all that is in it, when this is dropped.
pub(super) struct Temporary {
    folder: PathBuf,
}

impl Temporary {
    pub(super) fn new(random: u32) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("keepstone-{}-{random:08x}", std::process::id()));
        files::create_folder(&folder)?;
        Ok(Self { folder })
    }

    /// Where a file of this name is.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A new file, for nobody else to read.
    pub(super) fn create(&self, name: &str) -> Result<File> {
        Ok(files::create_new(&self.path(name), 0o600)?)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        files::remove_tree(&self.folder).ok();
    }
}
