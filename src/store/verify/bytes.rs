//! Reading every object and every copy of one, on all processors, and whether they have their hashes.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::in_place::changed;
use super::{Pass, unreadable};
use crate::base::files;
use crate::model::finding::{Check, Code, Finding};
use crate::model::{Hash, Result, Watch};
use crate::objects::hash_file;

/// A file whose bytes are to be read.
pub(super) struct ToRead {
    pub(super) path: PathBuf,
    pub(super) hash: Hash,
    pub(super) size: u64,
    /// Whose bytes they are.
    pub(super) owner: Owner,
}

/// Whose bytes a file has.
pub(super) enum Owner {
    /// An object that an artifact needs.
    Object,
    /// An object that none needs.
    Orphan,
    /// The readable name of this artifact, apart from its object.
    Name(String),
    /// What this artifact keeps in place.
    InPlace(String),
}

/// How much of all bytes was read so far.
struct Progress<'a> {
    watch: &'a dyn Watch,
    done: AtomicU64,
    total: u64,
}

/// The part that one file has in it.
struct Part<'a> {
    progress: &'a Progress<'a>,
    before: AtomicU64,
}

impl Watch for Part<'_> {
    fn step(&self, done: u64, _: u64, message: &str) -> Result<()> {
        let more = done.saturating_sub(self.before.swap(done, Ordering::Relaxed));
        let all = self.progress.done.fetch_add(more, Ordering::Relaxed) + more;
        self.progress.watch.step(all.min(self.progress.total), self.progress.total, message)
    }
}

impl Pass<'_> {
    pub(super) fn read_all(&mut self, mut to_read: Vec<ToRead>) -> Result<()> {
        to_read.retain(|file| match self.suspects {
            Some(suspects) => suspects.contains(&*file.path.to_string_lossy()),
            None => self.samples(&file.hash),
        });
        if to_read.is_empty() {
            return Ok(());
        }
        let total = to_read.iter().map(|file| file.size).sum();
        let progress = Progress { watch: self.watch, done: AtomicU64::new(0), total };
        self.watch.step(0, total, "bytes read")?;
        let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let work = || -> Result<()> {
            while let Some(file) = to_read.get(next.fetch_add(1, Ordering::Relaxed)) {
                let part = Part { progress: &progress, before: AtomicU64::new(0) };
                if let Some(finding) = read(file, &part)? {
                    found.lock().expect("no panic holds it").push(finding);
                }
            }
            Ok(())
        };
        std::thread::scope(|scope| {
            let others: Vec<_> = (1..processors.min(to_read.len())).map(|_| scope.spawn(work)).collect();
            let own = work();
            others.into_iter().map(|other| other.join().expect("it doesn't panic")).fold(own, Result::and)
        })?;
        self.counts().hashed_files.0 += to_read.len() as u64;
        self.counts().hashed_bytes.0 += progress.done.load(Ordering::Relaxed);
        for finding in found.into_inner().expect("no panic holds it") {
            self.found(finding);
        }
        Ok(())
    }
}

/// What is wrong with a file's bytes. One that is gone by now is another check's business.
fn read(file: &ToRead, part: &Part) -> Result<Option<Finding>> {
    let ToRead { path, hash, owner, .. } = file;
    let hashed = files::open_no_follow(path)
        .map_err(Into::into)
        .and_then(|(opened, metadata)| hash_file(&opened, path, metadata.len(), part));
    let about = |finding: Finding| match owner {
        Owner::Name(artifact_id) | Owner::InPlace(artifact_id) => finding.artifact(artifact_id),
        Owner::Object | Owner::Orphan => finding,
    };
    let finding = match hashed {
        Ok(found) if found == *hash => return Ok(None),
        Err(_) if !files::exists(path) => return Ok(None),
        Err(error) if matches!(owner, Owner::InPlace(_)) => unreadable(Check::InPlace, error)?,
        Err(error) => unreadable(Check::Hash, error)?,
        Ok(_) => match owner {
            Owner::Object => Finding::error(
                Check::Hash,
                Code::ObjectDamaged,
                format!("the object {hash} is damaged: its bytes have another hash"),
            ),
            Owner::Orphan => Finding::warning(
                Check::Hash,
                Code::ObjectDamaged,
                format!("the object {hash}, which no artifact needs, is damaged: its bytes have another hash"),
            ),
            Owner::InPlace(artifact_id) => changed(artifact_id, path),
            Owner::Name(artifact_id) => Finding::error(
                Check::Hash,
                Code::NameDiffers,
                format!("artifact {artifact_id}: its readable name {} has other bytes than its object", path.display()),
            ),
        },
    };
    Ok(Some(about(finding).hash(*hash).path(path)))
}
