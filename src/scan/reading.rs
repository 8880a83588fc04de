//! Reading the files of runs, several at once: their hashes, and what they say about how their run ended.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

use super::outcome;
use super::survey::{Sighted, Survey};
use super::warning;
use crate::base::files::{self, Context};
use crate::base::{beneath, parallel};
use crate::compaction::{self, Material};
use crate::model::compaction::{CompactFile, Form};
use crate::model::number::Count;
use crate::model::place::{Looks, Statement};
use crate::model::scan::{ScanFault, ScanWarning};
use crate::model::{Error, Hash, Kind, Result, Unwatched, Watch};
use crate::store::config::OutcomeRule;

/// How much is read at a time.
const PIECE_BYTES: usize = 256 * 1024;

/// A file that is to be read: of which run, and which of its files.
struct ToRead {
    run: usize,
    file: usize,
    path: String,
    size: u64,
    rule: OutcomeRule,
    compact: Option<Compact>,
}

/// What is known of a file that is kept in a compact form.
struct Compact {
    form: CompactFile,
    /// Length of the original.
    size: Count,
    /// What the original says about the outcome.
    says: Option<Option<Statement>>,
}

/// What reading one file gave.
struct Told {
    hash: Hash,
    size: Count,
    looks: Looks,
}

/// Reads what is new or looks otherwise than before, or with `rehash` everything; a run of which a file can't be read is
/// left out, and told of. Answers how many files were read.
pub fn read(
    survey: &mut Survey,
    root: &Path,
    rule: impl Fn(&Sighted) -> OutcomeRule,
    (rehash, workers): (bool, usize),
    watch: &dyn Watch,
) -> Result<Vec<u64>> {
    let mut to_read = Vec::new();
    for (run, found) in survey.runs.iter_mut().enumerate() {
        let rule = rule(found);
        for file in 0..found.files.len() {
            if rehash || !found.recall(file, rule) {
                let (path, size) = (found.files[file].path.clone(), found.files[file].looks.size_bytes.0);
                let compact = found.compact(file, root).cloned().and_then(|form| found.original(form));
                to_read.push(ToRead { run, file, path, size, rule, compact });
            }
        }
    }
    let told = read_all(root, &to_read, workers, watch)?;
    let mut broken: Vec<Option<ScanWarning>> = survey.runs.iter().map(|_| None).collect();
    let mut counts = vec![0; survey.runs.len()];
    for (asked, told) in to_read.iter().zip(told) {
        match told {
            Ok(told) => {
                let file = &mut survey.runs[asked.run].files[asked.file];
                (file.hash, file.size, file.looks) = (Some(told.hash), told.size, told.looks);
                counts[asked.run] += 1;
            }
            Err(told) => _ = broken[asked.run].get_or_insert(told),
        }
    }
    let mut runs = Vec::new();
    let mut kept = Vec::new();
    for ((found, broken), count) in std::mem::take(&mut survey.runs).into_iter().zip(broken).zip(counts) {
        match broken {
            None => {
                runs.push(found);
                kept.push(count);
            }
            Some(told) => {
                let artifact_id = found.known.as_ref().map(|known| known.registered.artifact_id.clone());
                survey.warnings.push(ScanWarning { family: Some(found.place.family.clone()), artifact_id, ..told });
                survey.skipped.push(found.place.family.try_into().expect("a family's name"));
            }
        }
    }
    survey.runs = runs;
    Ok(kept)
}

fn read_all(
    root: &Path,
    to_read: &[ToRead],
    workers: usize,
    watch: &dyn Watch,
) -> Result<Vec<std::result::Result<Told, ScanWarning>>> {
    let total = to_read.iter().map(|file| file.size).sum();
    let progress = Progress { watch, done: AtomicU64::new(0), total };
    parallel::map(to_read, workers, |file| read_one(root, file, &progress))
}

/// The outer error is one that ends the scan.
fn read_one(root: &Path, file: &ToRead, progress: &Progress) -> Result<std::result::Result<Told, ScanWarning>> {
    let path = root.join(&file.path);
    let left = |code, message: String| Ok(Err(warning(code, &path, message)));
    match looked_at(root, file, progress) {
        Ok(Some(told)) => Ok(Ok(told)),
        Ok(None) => left(
            ScanFault::Changing,
            format!("{} changed while it was read: its run is left for the next scan", path.display()),
        ),
        Err(error) if matches!(error.kind(), Kind::Cancelled) => Err(error),
        Err(error) if error.kind() == Kind::NotFound => {
            left(ScanFault::Changing, format!("{} is gone: its run is left for the next scan", path.display()))
        }
        Err(error) => left(ScanFault::Unreadable, format!("{}: its run is left as it is", error.message())),
    }
}

/// `None` when it changed meanwhile.
fn looked_at(root: &Path, file: &ToRead, progress: &Progress) -> Result<Option<Told>> {
    let Some(compact) = &file.compact else { return looked_into(root, &file.path, file, progress) };
    let below = compact.form.stored_path();
    let Some(told) = looked_into(root, &below, file, progress)? else { return Ok(None) };
    if told.hash != compact.form.stored_hash {
        // Under its own name it is what its producer has written since.
        return match below == file.path {
            true => Ok(Some(told)),
            false => Err(Error::integrity(format!("{} is no longer what was made of it", root.join(below).display()))),
        };
    }
    let says = match (&compact.says, file.rule, compact.form.form) {
        // Its text is the original's.
        (None, OutcomeRule::Content, Form::Markdown) => told.looks.says,
        (None, OutcomeRule::Content, Form::Dictionary | Form::Zstd) => {
            Some(said_by_original(root, file, &compact.form)?)
        }
        (known, ..) => known.clone(),
    };
    Ok(Some(Told { hash: compact.form.file_hash, size: compact.size, looks: Looks { says, ..told.looks } }))
}

/// What the original of a compact form says about the outcome.
fn said_by_original(root: &Path, file: &ToRead, form: &CompactFile) -> Result<Option<Statement>> {
    let (below, folder) = (form.stored_path(), std::env::temp_dir());
    let (path, (opened, metadata)) = (root.join(&below), beneath::open(root, &below)?);
    let mut original = files::unnamed(&folder)?;
    let material = Material { file: &opened, path: &path, size: metadata.len(), watch: &Unwatched };
    compaction::expand(&material, form.form, &mut original)?;
    original.rewind().context("read", &folder)?;
    Ok(outcome::of_content(&file.path, BufReader::new(original)).context("read", &path)?)
}

/// `None` when it changed meanwhile.
fn looked_into(root: &Path, below: &str, file: &ToRead, progress: &Progress) -> Result<Option<Told>> {
    let path = root.join(below);
    let (opened, metadata) = beneath::open(root, below)?;
    let before = files::fingerprint(&metadata);
    let mut reader = BufReader::with_capacity(PIECE_BYTES, Hashing::new(&opened, before.size, progress));
    let said = match file.rule {
        OutcomeRule::Content => outcome::of_content(&file.path, &mut reader).map(Some),
        OutcomeRule::Name | OutcomeRule::None => Ok(None),
    };
    // The rest counts for the hash alone.
    let read = said.and_then(|said| io::copy(&mut reader, &mut io::sink()).map(|_| said));
    let hashing = reader.into_inner();
    if let Some(stopped) = hashing.stopped {
        return Err(stopped);
    }
    let says: Option<Option<Statement>> = read.context("read", &path)?;
    let after = files::fingerprint(&files::metadata_of(&opened, &path)?);
    if before != after || hashing.count != after.size {
        return Ok(None);
    }
    let looks = Looks { size_bytes: Count(after.size), mtime_ns: after.mtime_ns, says };
    Ok(Some(Told { hash: Hash::finish(hashing.hasher), size: looks.size_bytes, looks }))
}

impl Sighted {
    /// What is known of the original of a file in a compact form.
    fn original(&self, form: CompactFile) -> Option<Compact> {
        let known = self.known.as_ref()?;
        let size = known.file(&form.path)?.size_bytes;
        let says = known.looks.get(&form.path).and_then(|looks| looks.says.clone());
        Some(Compact { form, size, says })
    }
}

struct Progress<'a> {
    watch: &'a dyn Watch,
    done: AtomicU64,
    total: u64,
}

/// Hashes what is read through it.
struct Hashing<'a> {
    file: &'a File,
    progress: &'a Progress<'a>,
    hasher: Sha256,
    count: u64,
    /// No more is read: a file that grows as fast as it is read would be read for ever.
    most: u64,
    /// Why nobody wants it any more.
    stopped: Option<Error>,
}

impl<'a> Hashing<'a> {
    fn new(file: &'a File, size: u64, progress: &'a Progress<'a>) -> Self {
        Self { file, progress, hasher: Sha256::new(), count: 0, most: size + 1, stopped: None }
    }
}

impl Read for Hashing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = usize::try_from(self.most - self.count).map_or(buffer.len(), |room| room.min(buffer.len()));
        let count = self.file.read(&mut buffer[..room])?;
        self.hasher.update(&buffer[..count]);
        self.count += count as u64;
        let done = self.progress.done.fetch_add(count as u64, Ordering::Relaxed) + count as u64;
        let step = self.progress.watch.step(done.min(self.progress.total), self.progress.total, "bytes read");
        step.map(|()| count).map_err(|error| {
            self.stopped = Some(error);
            io::Error::other("stopped")
        })
    }
}
