//! Moving a file to a free name, wherever that is: its bytes are whole in one of the two places at every moment.

use std::fs::File;
use std::path::{Path, PathBuf};

use rustix::fs as sys;

use super::crash;
use super::files::{self, Context, Fingerprint, Result};

/// Moves a file, unless the new name is taken, which is answered by `false`. Where the name is on another file system,
/// the file is copied, flushed and compared before the original goes. Mode and modification time stay.
pub fn move_new(from: &Path, to: &Path) -> Result<bool> {
    match files::rename_new(from, to) {
        Err(error) if error.source.kind() == std::io::ErrorKind::CrossesDevices => copy_over(from, to),
        outcome => outcome,
    }
}

fn copy_over(from: &Path, to: &Path) -> Result<bool> {
    if files::exists(to) {
        return Ok(false);
    }
    let (part, _) = Part::copy(from, to)?;
    crash::point("move.copied");
    if !files::rename_new(part.path(), to)? {
        return Ok(false);
    }
    files::sync_parent(to)?;
    crash::point("move.named");
    files::remove(from)?;
    Ok(true)
}

/// A whole copy of a file beside the place where it is to lie. Dropping it removes it, with the folders that were made
/// for it and are still empty.
#[derive(Debug)]
pub struct Part {
    path: PathBuf,
    made: Vec<PathBuf>,
}

impl Part {
    /// Copies a file there; answers also how the original looked.
    pub fn copy(from: &Path, to: &Path) -> Result<(Self, Fingerprint)> {
        let mut part = Self { path: part_of(to), made: Vec::new() };
        for folder in files::missing_above(to) {
            files::create_folder(&folder)?;
            part.made.push(folder);
        }
        // One that a dead process left is of no use.
        files::remove_if_there(&part.path)?;
        let looks = copy_into(from, &files::create_new(&part.path, 0o600)?, &part.path)?;
        Ok((part, looks))
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folders that were made for it, the outermost first.
    pub fn made(&self) -> &[PathBuf] {
        &self.made
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        files::remove_if_there(&self.path).ok();
        self.made.iter().rev().for_each(|folder| drop(files::remove_empty_folder(folder)));
    }
}

/// Copies a file into an empty one, which looks like it then, flushes it and compares the two; answers how the original
/// looked.
pub fn copy_into(from: &Path, target: &File, part: &Path) -> Result<Fingerprint> {
    let (source, metadata) = files::open_no_follow(from)?;
    let mut done = 0;
    files::pump(&source, from, metadata.len(), |piece| {
        files::write_at(target, part, piece, done)?;
        done += piece.len() as u64;
        Ok::<(), files::FileError>(())
    })?;
    files::look_like(target, part, &metadata)?;
    target.sync_all().context("flush", part)?;
    if !files::same_bytes(from, part)? {
        let odd = std::io::Error::other("the copy has other bytes; the original changed, or the disk is failing");
        return Err(odd).context("copy to", part);
    }
    Ok(files::fingerprint(&metadata))
}

/// The name that a copy has until it is whole.
fn part_of(to: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(to.file_name().unwrap_or_default());
    name.push(".keepstone-part");
    to.with_file_name(name)
}

/// How many bytes the file system of a folder has room for.
pub fn free_bytes(folder: &Path) -> Result<u64> {
    let stat = sys::statvfs(folder).context("look at the file system of", folder)?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests lay out files as others would")]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    /// In memory and on the disk: two file systems, where the machine has them.
    fn two() -> [tempfile::TempDir; 2] {
        [tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap(), tempfile::tempdir().unwrap()]
    }

    #[test]
    fn mode_and_time_go_with_the_file() {
        let folders = two();
        let (from, to) = (folders[0].path().join("a"), folders[1].path().join("b"));
        std::fs::write(&from, "bytes").unwrap();
        files::set_mode(&from, 0o640).unwrap();
        let before = files::metadata(&from).unwrap();
        assert!(move_new(&from, &to).unwrap());
        let after = files::metadata(&to).unwrap();
        let looks = |found: &std::fs::Metadata| (found.mtime(), found.mtime_nsec(), found.mode(), found.len());
        assert_eq!(looks(&after), looks(&before));
        assert!(!files::exists(&from) && files::read(&to).unwrap() == b"bytes");
    }

    #[test]
    fn a_taken_name_stays_what_it_is() {
        let folders = two();
        for at in [0, 1] {
            let (from, to) = (folders[0].path().join("from"), folders[at].path().join("taken"));
            std::fs::write(&from, "new").unwrap();
            std::fs::write(&to, "old").unwrap();
            assert!(!move_new(&from, &to).unwrap());
            assert_eq!((files::read(&from).unwrap(), files::read(&to).unwrap()), (b"new".to_vec(), b"old".to_vec()));
        }
    }
}
