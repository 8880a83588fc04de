//! What files that are kept in place need before they can go to the trash or come back, done while nobody waits for it:
//! copies of those on another file system, and a proof of those of which nobody knows how they looked.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::Store;
use super::moving::{Folders, Room, alike, plain, restorable};
use crate::base::across::Part;
use crate::base::files::{self, Fingerprint};
use crate::base::{across, beneath, crash};
use crate::manifest::{Found, Manifest};
use crate::model::{Error, Result, Unwatched};
use crate::objects::{self, Unfinished};

/// So many artifacts with copies, or bytes of copies, are enough for one transaction.
const ARTIFACTS_MOST: u64 = 4;
const BYTES_MOST: u64 = 64 << 20;

/// What was done, by file. Dropping it removes the copies that were not taken.
#[derive(Debug, Default)]
pub struct Ahead {
    /// A copy and how its original looked, or why there is none.
    copies: HashMap<PathBuf, Result<(Copy, Fingerprint)>>,
    /// How files looked whose bytes were the recorded ones.
    proven: HashMap<PathBuf, Fingerprint>,
    artifacts: u64,
    bytes: u64,
}

/// A copy on the file system that its original is to get to. Dropping it removes it.
#[derive(Debug)]
pub(super) enum Copy {
    /// In staging, for the trash.
    Staged(Unfinished),
    /// Beside the place that it comes back to.
    Beside(Part),
}

impl Copy {
    /// Where it lies.
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Staged(copy) => copy.path(),
            Self::Beside(part) => part.path(),
        }
    }

    /// The folders that were made for it.
    pub(super) fn made(&self) -> &[PathBuf] {
        match self {
            Self::Staged(_) => &[],
            Self::Beside(part) => part.made(),
        }
    }
}

impl Ahead {
    /// Whether one transaction has enough to do.
    pub(super) fn is_enough(&self) -> bool {
        self.artifacts >= ARTIFACTS_MOST || self.bytes >= BYTES_MOST
    }

    /// Adds what was done elsewhere.
    pub(super) fn add(&mut self, other: Self) {
        self.copies.extend(other.copies);
        self.proven.extend(other.proven);
    }

    /// Whether a file that looks so has the recorded bytes.
    pub(super) fn is_proven(&self, path: &Path, now: &Fingerprint) -> bool {
        self.proven.get(path) == Some(now)
    }

    /// Whether there is a copy of a file that looks so; why not, where copying it has failed.
    pub(super) fn has_copy(&self, path: &Path, now: &Fingerprint) -> Result<bool> {
        match self.copies.get(path) {
            Some(Ok((_, looks))) => Ok(looks == now),
            Some(Err(error)) => Err(error.clone()),
            None => Ok(false),
        }
    }

    /// The copy of a file, if it still looks as it did.
    pub(super) fn take_copy(&mut self, path: &Path) -> Result<Option<Copy>> {
        let Some(Ok((copy, looks))) = self.copies.remove(path) else { return Ok(None) };
        let now = files::look(path)?.map(|metadata| files::fingerprint(&metadata));
        Ok((now == Some(looks)).then_some(copy))
    }
}

impl Store {
    /// Does for an artifact that is about to be deleted what would take long in a transaction.
    pub fn go_ahead(&self, manifest: &Manifest, found: &Found, ahead: &mut Ahead) -> Result<()> {
        let Some(folders) = Folders::of(self.layout(), found) else { return Ok(()) };
        if found.state.deleted_at.is_some() {
            return Ok(());
        }
        let own = files::fingerprint(&files::metadata(&self.layout().trash())?).identity.0;
        let before = ahead.copies.len();
        for (entry, looks) in plain(manifest.stored_files(found.seq)?)? {
            // What can't be read, or is another by now, is refused when its turn comes.
            let Ok((file, metadata)) = beneath::open(&folders.root, &entry.path) else { continue };
            let (path, now) = (folders.root.join(&entry.path), files::fingerprint(&metadata));
            match looks {
                Some(looks) if alike(&looks, &now) => {}
                None if objects::hash_file(&file, &path, now.size, &Unwatched).is_ok_and(|hash| hash == entry.hash) => {
                    ahead.proven.insert(path.clone(), now);
                }
                _ => continue,
            }
            if now.identity.0 != own {
                ahead.copies.insert(path.clone(), self.copy_ahead(&path));
                ahead.bytes += now.size;
            }
        }
        ahead.artifacts += u64::from(ahead.copies.len() > before);
        Ok(())
    }

    /// The same for one that is about to come back.
    pub(super) fn go_ahead_back(&self, manifest: &Manifest, found: &Found, ahead: &mut Ahead) -> Result<()> {
        let Some(folders) = Folders::of(self.layout(), found) else { return Ok(()) };
        if found.state.deleted_at.is_none() || found.state.purged_at.is_some() {
            return Ok(());
        }
        let device = folders.device()?;
        let lies = files::look(&folders.trash)?.map(|metadata| files::fingerprint(&metadata));
        if lies.is_none_or(|lies| lies.identity.0 == device)
            // Why it can't come back is told when its turn comes.
            || restorable(self.layout(), manifest, found, ahead, &mut Room::default()).is_err()
        {
            return Ok(());
        }
        let before = ahead.copies.len();
        for (entry, _) in plain(manifest.stored_files(found.seq)?)? {
            let (from, to) = (folders.trash.join(&entry.path), folders.root.join(&entry.path));
            let Some(metadata) = files::look(&from)?.filter(|_| !files::exists(&to)) else { continue };
            let copy = Part::copy(&from, &to).map(|(part, looks)| (Copy::Beside(part), looks));
            crash::point("move.copied");
            ahead.copies.insert(from, copy.map_err(Error::from));
            ahead.bytes += metadata.len();
        }
        ahead.artifacts += u64::from(ahead.copies.len() > before);
        Ok(())
    }

    fn copy_ahead(&self, path: &Path) -> Result<(Copy, Fingerprint)> {
        let (file, copy) = self.staging()?.create()?;
        let looks = across::copy_into(path, &file, copy.path())?;
        crash::point("move.copied");
        Ok((Copy::Staged(copy), looks))
    }
}
