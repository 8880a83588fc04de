//! Objects: immutable bytes, each kept once under its SHA-256, and the staged files that become objects.

mod copy;
mod listing;
mod staged;

use std::collections::BTreeSet;
use std::fs::{File, Metadata};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

pub use listing::listing;
pub use staged::{Staged, Staging, Unfinished};

use crate::base::crash;
use crate::base::files::{self, Context, Fingerprint};
use crate::model::{Error, Hash, Result, Watch};

/// Permission bits of an object: nobody is to change it.
pub const OBJECT_MODE: u32 = 0o444;

/// The folder of objects.
#[derive(Debug, Clone)]
pub struct Objects {
    folder: PathBuf,
}

/// How a staged file found its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placed {
    /// It became the object.
    New(Fingerprint),
    /// An object of that hash was there; it still has to be trusted.
    AlreadyThere(Fingerprint),
}

/// What lies where objects do.
#[derive(Debug, Default)]
pub struct Listed {
    /// The objects, by their hashes.
    pub objects: Vec<(Hash, Metadata)>,
    /// What isn't one.
    pub strangers: Vec<PathBuf>,
}

impl Objects {
    /// The objects below a folder.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Makes the folder and its 256 parts, so that publishing never has to.
    pub fn create(&self) -> Result<()> {
        files::create_folders(&self.folder)?;
        for part in self.parts() {
            files::create_folder(&part)?;
        }
        Ok(files::sync_folder(&self.folder)?)
    }

    /// The 256 folders that objects lie in.
    pub fn parts(&self) -> impl Iterator<Item = PathBuf> {
        let folder = self.folder.clone();
        (0..=255_u8).map(move |part| folder.join(format!("{part:02x}")))
    }

    /// Where the object of this hash is or would be.
    pub fn path(&self, hash: &Hash) -> PathBuf {
        let hex = hash.hex();
        self.folder.join(&hex[..2]).join(hex)
    }

    /// How an object looks now; `None` when there is none.
    pub fn look(&self, hash: &Hash) -> Result<Option<Fingerprint>> {
        let metadata = files::look(&self.path(hash))?;
        Ok(metadata.filter(Metadata::is_file).map(|metadata| files::fingerprint(&metadata)))
    }

    /// Gives a staged file its place, never over another. Durable only after [`Objects::sync_all`].
    pub fn place(&self, staged: &Staged) -> Result<Placed> {
        // Nothing gets a name whose bytes may be lost; what was flushed together with others is known to be safe.
        staged.flush()?;
        let path = self.path(&staged.hash);
        if files::rename_new(staged.path(), &path)? {
            crash::point("publish.linked");
            return Ok(Placed::New(files::fingerprint(&files::metadata(&path)?)));
        }
        match self.look(&staged.hash)? {
            Some(fingerprint) => Ok(Placed::AlreadyThere(fingerprint)),
            None => Err(Error::integrity(format!("{} is taken by something that is no file", path.display()))
                .hint("move it away and publish again")),
        }
    }

    /// Puts a staged file in the place of a damaged object, which is kept in `quarantine`; answers how the object looks
    /// now and where the damaged one is.
    pub fn heal(&self, staged: &Staged, quarantine: &Path, stamp: &str) -> Result<(Fingerprint, PathBuf)> {
        staged.flush()?;
        let path = self.path(&staged.hash);
        // Never without an object in its place, whenever the process dies.
        let aside = self.keep_aside(&staged.hash, quarantine, stamp)?;
        let fresh = staged.path().with_extension("fresh");
        files::link_new(staged.path(), &fresh)?;
        files::rename(&fresh, &path)?;
        Ok((staged.fingerprint()?, aside))
    }

    /// Takes a damaged object out of its place; it is kept in `quarantine`. Answers where.
    pub fn set_aside(&self, hash: &Hash, quarantine: &Path, stamp: &str) -> Result<PathBuf> {
        let aside = self.keep_aside(hash, quarantine, stamp)?;
        files::remove(&self.path(hash))?;
        files::sync_parent(&self.path(hash))?;
        Ok(aside)
    }

    fn keep_aside(&self, hash: &Hash, quarantine: &Path, stamp: &str) -> Result<PathBuf> {
        files::create_folders(quarantine)?;
        let aside = quarantine.join(format!("{}.{stamp}", hash.hex()));
        files::link_new(&self.path(hash), &aside)?;
        files::sync_folder(quarantine)?;
        Ok(aside)
    }

    /// Every file where objects lie, part by part: those that are called like one, with their lengths, and the others.
    pub fn all(&self) -> Result<Listed> {
        let mut listed = Listed::default();
        for part in files::list(&self.folder)? {
            let is_folder = files::look(&part)?.is_some_and(|found| found.is_dir());
            for path in if is_folder { files::list(&part)? } else { vec![part] } {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                let hash = Hash::parse(&name).filter(|hash| self.path(hash) == path);
                let Some(metadata) = files::look(&path)? else { continue };
                match hash {
                    Some(hash) if metadata.is_file() => listed.objects.push((hash, metadata)),
                    _ => listed.strangers.push(path),
                }
            }
        }
        Ok(listed)
    }

    /// Waits until the folder entries of these objects have reached the disk.
    pub fn sync_all(&self, hashes: &BTreeSet<Hash>) -> Result<()> {
        let folders: BTreeSet<PathBuf> =
            hashes.iter().filter_map(|hash| self.path(hash).parent().map(Path::to_owned)).collect();
        Ok(files::sync_folders(&folders)?)
    }

    /// Whether the object's bytes still have its hash.
    pub fn proven(&self, hash: &Hash, watch: &dyn Watch) -> Result<bool> {
        let path = self.path(hash);
        let (file, metadata) = files::open_no_follow(&path)?;
        Ok(hash_file(&file, &path, metadata.len(), watch)? == *hash)
    }

    /// Opens an object for reading.
    pub fn open(&self, hash: &Hash) -> Result<(File, u64)> {
        match files::open_no_follow(&self.path(hash)) {
            Ok((file, metadata)) => Ok((file, metadata.len())),
            Err(error) if error.source.kind() == std::io::ErrorKind::NotFound => {
                Err(Error::integrity(format!("the object {hash} is missing from the store"))
                    .hint("publish the same bytes again to bring it back"))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A part of an object: at most `length` bytes from `offset` on, fewer at its end.
    pub fn read(&self, hash: &Hash, offset: u64, length: u64) -> Result<Vec<u8>> {
        let (mut file, _) = self.open(hash)?;
        let path = self.path(hash);
        file.seek(SeekFrom::Start(offset)).context("read", &path)?;
        let mut bytes = Vec::new();
        file.take(length).read_to_end(&mut bytes).context("read", &path)?;
        Ok(bytes)
    }
}

/// A file that grows as fast as it is read would be read for ever.
fn refuse_growth(path: &Path, done: u64, size: u64) -> Result<()> {
    if done > size {
        return Err(Error::conflict(format!("{} changed while it was read", path.display()))
            .hint("publish it again once its writer is done"));
    }
    Ok(())
}

/// The SHA-256 of an open file, from its start; it must not be longer than `size`.
pub fn hash_file(file: &File, path: &Path, size: u64, watch: &dyn Watch) -> Result<Hash> {
    let mut from = file;
    from.seek(SeekFrom::Start(0)).context("read", path)?;
    let mut hasher = Sha256::new();
    let mut done = 0;
    files::pump(from, path, size, |piece| {
        hasher.update(piece);
        done += piece.len() as u64;
        refuse_growth(path, done, size)?;
        watch.step(done, size, "bytes read")
    })?;
    Ok(Hash::finish(hasher))
}
