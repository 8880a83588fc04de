//! The files that were given, so that a change while they are read shows and a move can remove them afterwards.

use std::path::{Path, PathBuf};

use crate::base::files::{self, Fingerprint};
use crate::model::{Error, Result};
use crate::store::Layout;

/// The files given, as they looked when they were opened.
#[derive(Debug, Clone, Default)]
pub struct Originals {
    files: Vec<(PathBuf, Fingerprint)>,
    folders: Vec<PathBuf>,
}

impl Originals {
    pub(super) fn file(path: &Path, looked: Fingerprint) -> Self {
        let mut originals = Self::default();
        originals.add_file(path, looked);
        originals
    }

    pub(super) fn add_file(&mut self, path: &Path, looked: Fingerprint) {
        self.files.push((path.to_owned(), looked));
    }

    pub(super) fn add_folder(&mut self, path: &Path) {
        self.folders.push(path.to_owned());
    }

    /// Refuses to go on when a file has changed since it was opened.
    pub fn unchanged(&self) -> Result<()> {
        for (path, looked) in &self.files {
            if files::look(path)?.map(|now| files::fingerprint(&now)) != Some(*looked)
                && files::metadata(path).ok().map(|now| files::fingerprint(&now)) != Some(*looked)
            {
                return Err(Error::conflict(format!("{} changed while it was read", path.display()))
                    .hint("publish it again once its writer is done"));
            }
        }
        Ok(())
    }

    /// Refuses to remove what is the store's own, a link whose target would stay, and what lies in a folder that can't be
    /// written.
    pub fn removable(&self, layout: &Layout) -> Result<()> {
        for (path, _) in &self.files {
            let refused = |why: &str| {
                Err(Error::conflict(format!("ingest can't be move: {} {why}", path.display()))
                    .field("ingest")
                    .hint("use copy"))
            };
            if files::look(path)?.is_some_and(|found| found.is_symlink()) {
                return refused("is a link, not the file itself");
            }
            let real = files::canonical(path)?;
            if real.starts_with(layout.root()) || real.starts_with(layout.artifacts()) {
                return refused("belongs to the store");
            }
            if real.parent().is_some_and(|folder| !files::writable(folder)) {
                return refused("can't be removed: its folder can't be written");
            }
        }
        Ok(())
    }

    /// Removes the originals, those that changed meanwhile excepted; folders only when they are empty then.
    pub fn remove(&self) {
        for (path, looked) in &self.files {
            let same = matches!(files::look(path), Ok(Some(now)) if files::fingerprint(&now) == *looked);
            if !same {
                tracing::warn!("{} was published but not removed: it changed meanwhile", path.display());
            } else if let Err(error) = files::remove(path) {
                tracing::warn!("it was published but not removed: {error}");
            }
        }
        for folder in self.folders.iter().rev() {
            if let Err(error) = files::remove_empty_folder(folder) {
                tracing::warn!("it was published but not removed: {error}");
            }
        }
    }
}
