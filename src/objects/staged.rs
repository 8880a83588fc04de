//! Files on their way in: named temporaries on the store's own file system, gone when nobody keeps them.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

use super::OBJECT_MODE;
use crate::base::crash;
use crate::base::files::{self, Context, Fingerprint};
use crate::model::{Hash, Result, Watch};

/// The folder of one process's staged files.
#[derive(Debug)]
pub struct Staging {
    folder: PathBuf,
    count: AtomicU64,
}

/// A complete file that is not yet an object. Dropping it removes it.
#[derive(Debug)]
pub struct Staged {
    path: PathBuf,
    /// SHA-256 of its bytes.
    pub hash: Hash,
    /// Length in bytes.
    pub size: u64,
}

impl Staging {
    /// Stages into this folder, which exists.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, count: AtomicU64::new(0) }
    }

    /// The folder; scratch files may live there too.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A new empty file, read-only for everybody but its creator, and its path.
    pub fn create(&self) -> Result<(File, Unfinished)> {
        let path = self.folder.join(format!("{}", self.count.fetch_add(1, Ordering::Relaxed)));
        let file = files::create_new(&path, OBJECT_MODE)?;
        crash::point("publish.staged");
        Ok((file, Unfinished { path }))
    }

    /// Copies a file in, hashing on the way; it must not be longer than `size`. Its bytes are on the disk when this returns.
    pub fn copy(&self, source: &File, path: &Path, size: u64, watch: &dyn Watch) -> Result<Staged> {
        let (mut file, unfinished) = self.create()?;
        let mut hasher = Sha256::new();
        let mut done = 0;
        files::pump(source, path, |piece| {
            hasher.update(piece);
            file.write_all(piece).context("write", &unfinished.path)?;
            done += piece.len() as u64;
            super::refuse_growth(path, done, size)?;
            watch.step(done, size, "bytes copied")
        })?;
        unfinished.finish(&file, Hash::finish(hasher), done)
    }

    /// Stages bytes that are in memory; they are on the disk when this returns.
    pub fn write(&self, bytes: &[u8]) -> Result<Staged> {
        let (mut file, unfinished) = self.create()?;
        file.write_all(bytes).context("write", &unfinished.path)?;
        unfinished.finish(&file, Hash::of(bytes), bytes.len() as u64)
    }
}

/// A staged file that is still being written. Dropping it removes it.
#[derive(Debug)]
pub struct Unfinished {
    path: PathBuf,
}

impl Unfinished {
    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Flushes the file, after which it can become an object. A failed flush loses the file: nothing may trust it then.
    pub fn finish(mut self, file: &File, hash: Hash, size: u64) -> Result<Staged> {
        crash::point("publish.hashed");
        crash::point("publish.before_flush");
        file.sync_all().context("flush", &self.path)?;
        crash::point("publish.flushed");
        Ok(Staged { path: std::mem::take(&mut self.path), hash, size })
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            files::remove_if_there(&self.path).ok();
        }
    }
}

impl Staged {
    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How it looks.
    pub fn fingerprint(&self) -> Result<Fingerprint> {
        Ok(files::fingerprint(&files::metadata(&self.path)?))
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        files::remove_if_there(&self.path).ok();
    }
}
