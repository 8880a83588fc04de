//! Files on their way in: named temporaries on the store's own file system, gone when nobody keeps them.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use sha2::{Digest, Sha256};

use super::OBJECT_MODE;
use crate::base::crash;
use crate::base::files::{self, Context, Fingerprint};
use crate::model::{Error, Hash, Result, Watch};

/// Up to this length a file is not flushed by itself, but with those that are committed with it.
const FLUSHED_LATER_BYTES_MAX: u64 = 1 << 20;

/// So many files wait for their flush at most, because each is open until then.
const OPEN_MOST: usize = 128;

/// The folder of one process's staged files.
#[derive(Debug)]
pub struct Staging {
    folder: PathBuf,
    count: AtomicU64,
    /// How many files wait for their flush.
    open: Arc<AtomicUsize>,
    /// Whether flushing the file system flushes them all.
    flushes_whole: bool,
}

/// A complete file that is not yet an object. Dropping it removes it.
#[derive(Debug)]
pub struct Staged {
    path: PathBuf,
    /// SHA-256 of its bytes.
    pub hash: Hash,
    /// Length in bytes.
    pub size: u64,
    /// Open where it is not flushed yet: a descriptor from before the first byte is told of every failure to write one.
    open: Mutex<Option<Opened>>,
    /// How its one flush went. None is tried twice: the system forgets what it has failed to write.
    flushed: OnceLock<Result<()>>,
}

/// An open file and its place in the order of openings.
#[derive(Debug)]
struct Opened {
    file: File,
    order: u64,
    count: Arc<AtomicUsize>,
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Staging {
    /// Stages into this folder, which exists.
    pub fn new(folder: PathBuf) -> Self {
        let flushes_whole = files::flushes_whole(&folder);
        Self { folder, count: AtomicU64::new(0), open: Arc::default(), flushes_whole }
    }

    /// The folder; scratch files may live there too.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A new empty folder for what is not staged yet, under nobody's name but this process's.
    pub fn scratch_folder(&self) -> Result<PathBuf> {
        let folder = self.folder.join(format!("{}", self.count.fetch_add(1, Ordering::Relaxed)));
        files::create_folder(&folder)?;
        Ok(folder)
    }

    /// A new empty file, read-only for everybody but its creator, and its path.
    pub fn create(&self) -> Result<(File, Unfinished)> {
        let path = self.folder.join(format!("{}", self.count.fetch_add(1, Ordering::Relaxed)));
        let file = files::create_new(&path, OBJECT_MODE)?;
        // Counted after the opening: who has a lower number was open before this one had a byte.
        let order = self.count.fetch_add(1, Ordering::SeqCst);
        crash::point("publish.staged");
        Ok((file, Unfinished { path, order, open: self.open.clone() }))
    }

    /// Flushes files, from the first that wasn't, where so many wait for their flush that no more should be staged before.
    pub fn relieve(&self, staged: &[Staged], flushed: &mut usize) -> Result<()> {
        if self.open.load(Ordering::Relaxed) >= OPEN_MOST {
            self.flush(&staged[*flushed..]);
            staged[*flushed..].iter().try_for_each(Staged::flush)?;
            *flushed = staged.len();
        }
        Ok(())
    }

    /// Flushes many files at once where that is possible; [`Staged::flush`] tells of each how it went.
    pub fn flush<'a>(&self, staged: impl IntoIterator<Item = &'a Staged>) {
        let waiting: Vec<&Staged> = staged.into_iter().filter(|staged| staged.flushed.get().is_none()).collect();
        if waiting.len() <= files::FLUSHES_EACH_MAX || !self.flushes_whole {
            return waiting.iter().for_each(|staged| drop(staged.flush()));
        }
        let opened: Vec<Opened> = waiting.iter().filter_map(|staged| staged.take_open()).collect();
        let Some(oldest) = opened.iter().min_by_key(|open| open.order) else { return };
        crash::point("publish.before_flush");
        // The descriptor that is older than every byte of every file is told of every failure.
        let fault = crash::flush_fault().context("flush the file system of", &self.folder);
        let outcome = fault.and_then(|()| files::sync_file_system_of(&oldest.file, &self.folder));
        let outcome = outcome.map_err(Error::from);
        crash::point("publish.flushed");
        for staged in waiting {
            staged.flushed.set(outcome.clone()).ok();
        }
    }

    /// Copies a file in, hashing on the way; it must not be longer than `size`.
    pub fn copy(&self, source: &File, path: &Path, size: u64, watch: &dyn Watch) -> Result<Staged> {
        if size > FLUSHED_LATER_BYTES_MAX {
            let (file, unfinished) = self.create()?;
            let (hash, done) = super::copy::copy_beside_hash(source, path, size, (&file, unfinished.path()), watch)?;
            return Ok(unfinished.flushed(hash, done));
        }
        self.take(source, path, size, watch)
    }

    /// Copies in what is read from somewhere, hashing on the way; it must not be longer than `size`.
    pub fn take(&self, source: impl Read, path: &Path, size: u64, watch: &dyn Watch) -> Result<Staged> {
        let (mut file, unfinished) = self.create()?;
        let mut hasher = Sha256::new();
        let mut done = 0;
        files::pump(source, path, size, |piece| {
            hasher.update(piece);
            file.write_all(piece).context("write", &unfinished.path)?;
            done += piece.len() as u64;
            super::refuse_growth(path, done, size)?;
            watch.step(done, size, "bytes copied")
        })?;
        unfinished.finish(file, Hash::finish(hasher), done)
    }

    /// Stages bytes that are in memory.
    pub fn write(&self, bytes: &[u8]) -> Result<Staged> {
        let (mut file, unfinished) = self.create()?;
        file.write_all(bytes).context("write", &unfinished.path)?;
        unfinished.finish(file, Hash::of(bytes), bytes.len() as u64)
    }
}

/// A staged file that is still being written. Dropping it removes it.
#[derive(Debug)]
pub struct Unfinished {
    path: PathBuf,
    order: u64,
    open: Arc<AtomicUsize>,
}

impl Unfinished {
    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file is complete. A small one is flushed when its turn comes, the others with it; a large one would make them
    /// wait, so it is flushed now.
    pub fn finish(mut self, file: File, hash: Hash, size: u64) -> Result<Staged> {
        crash::point("publish.hashed");
        if size > FLUSHED_LATER_BYTES_MAX {
            flush(&file, &self.path)?;
            return Ok(self.flushed(hash, size));
        }
        self.open.fetch_add(1, Ordering::Relaxed);
        let open = Mutex::new(Some(Opened { file, order: self.order, count: self.open.clone() }));
        Ok(Staged { path: std::mem::take(&mut self.path), hash, size, open, flushed: OnceLock::new() })
    }

    /// The file is complete, and its bytes have reached the disk.
    fn flushed(mut self, hash: Hash, size: u64) -> Staged {
        let (path, open) = (std::mem::take(&mut self.path), Mutex::new(None));
        Staged { path, hash, size, open, flushed: OnceLock::from(Ok(())) }
    }
}

/// Waits until the bytes of a staged file have reached the disk. A failure loses the file: nothing may trust it then.
pub(super) fn flush(file: &File, path: &Path) -> Result<()> {
    crash::point("publish.before_flush");
    crash::flush_fault().and_then(|()| file.sync_all()).context("flush", path)?;
    crash::point("publish.flushed");
    Ok(())
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

    /// Waits until its bytes have reached the disk, unless they have. After a failure nothing may trust them.
    pub fn flush(&self) -> Result<()> {
        let once = || self.take_open().map_or(Ok(()), |open| flush(&open.file, &self.path));
        self.flushed.get_or_init(once).clone()
    }

    fn take_open(&self) -> Option<Opened> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).take()
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
