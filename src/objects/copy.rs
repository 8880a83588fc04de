//! Copies a file while another thread hashes the copy, as far as it has come.
//!
//! The hash is over what is kept, not over what was read. The copy doesn't wait for the hash: so the disk is busy, and is
//! waited for, while the hash is still being taken, and nothing is held in memory in between.

use std::fs::File;
use std::path::Path;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

use super::staged::flush;
use crate::base::crash;
use crate::base::files;
use crate::model::{Error, Hash, Result, Watch};

/// How much is hashed at a time.
const PIECE_BYTES: usize = 256 * 1024;

/// How far the copy has come.
#[derive(Default)]
struct Progress {
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Default)]
struct State {
    written: u64,
    over: bool,
}

impl Progress {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, written: u64) {
        self.lock().written = written;
        self.moved.notify_one();
    }

    /// Waits for more than `done` bytes; how many there are, the same when there won't be more.
    fn beyond(&self, done: u64) -> u64 {
        let waits = |state: &mut State| state.written == done && !state.over;
        self.moved.wait_while(self.lock(), waits).unwrap_or_else(PoisonError::into_inner).written
    }
}

/// Says that there won't be more, however the copying ends.
struct Over<'a>(&'a Progress);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.lock().over = true;
        self.0.moved.notify_one();
    }
}

/// Copies an open file, which must not be longer than `size`, into an empty one and flushes that; the hash and the length
/// of the copy.
pub(super) fn copy_beside_hash(
    source: &File,
    path: &Path,
    size: u64,
    (copy, copy_path): (&File, &Path),
    watch: &dyn Watch,
) -> Result<(Hash, u64)> {
    let progress = Progress::default();
    std::thread::scope(|scope| {
        let hashing = scope.spawn(|| hash_behind(copy, copy_path, &progress));
        let mut done = 0;
        let over = Over(&progress);
        files::pump(source, path, size, |piece| {
            files::write_at(copy, copy_path, piece, done)?;
            done += piece.len() as u64;
            super::refuse_growth(path, done, size)?;
            progress.tell(done);
            watch.step(done, size, "bytes copied")
        })?;
        drop(over);
        flush(copy, copy_path)?;
        let hash = hashing.join().map_err(|_| Error::internal("hashing failed unexpectedly"))??;
        crash::point("publish.hashed");
        Ok((hash, done))
    })
}

fn hash_behind(copy: &File, path: &Path, progress: &Progress) -> Result<Hash> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; PIECE_BYTES];
    let mut done = 0;
    loop {
        let there = progress.beyond(done);
        if there == done {
            return Ok(Hash::finish(hasher));
        }
        while done < there {
            let wanted = usize::try_from(there - done).map_or(PIECE_BYTES, |left| left.min(PIECE_BYTES));
            let count = files::read_at(copy, path, &mut buffer[..wanted], done)?;
            if count == 0 {
                return Err(Error::internal(format!("{} became shorter while it was written", path.display())));
            }
            hasher.update(&buffer[..count]);
            done += count as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::files::create_new;
    use crate::model::Unwatched;

    #[test]
    fn the_copy_has_the_bytes_and_their_hash() {
        let folder = tempfile::tempdir().unwrap();
        for length in [0, 1, PIECE_BYTES, PIECE_BYTES + 1, 5 * PIECE_BYTES - 7] {
            let bytes: Vec<u8> = (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect();
            let (from, to) = (folder.path().join(format!("from-{length}")), folder.path().join(format!("to-{length}")));
            files::replace(&from, &bytes, 0o600).unwrap();
            let (source, _) = files::open_regular(&from).unwrap();
            let copy = create_new(&to, 0o600).unwrap();
            let (hash, size) = copy_beside_hash(&source, &from, length as u64, (&copy, &to), &Unwatched).unwrap();
            assert_eq!((hash, size), (Hash::of(&bytes), length as u64));
            assert!(files::read(&to).unwrap() == bytes);
        }
    }

    #[test]
    fn a_failure_ends_both_threads() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        files::replace(&from, &vec![7; 3 * PIECE_BYTES], 0o600).unwrap();
        let (source, _) = files::open_regular(&from).unwrap();
        let copy = create_new(&to, 0o600).unwrap();
        let error = copy_beside_hash(&source, &from, PIECE_BYTES as u64, (&copy, &to), &Unwatched).unwrap_err();
        assert!(error.message().contains("changed while it was read"), "{}", error.message());
    }
}
