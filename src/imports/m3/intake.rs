//! Takes artifacts in: proves and copies their bytes, and commits them in parts, none of them half.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::artifacts::{Artifacts, Noted, Taken, differs};
use super::{Folder, Reading};
use crate::base::files;
use crate::imports::Findings;
use crate::manifest::ObjectRow;
use crate::model::ids::{ArtifactId, DatasetId, RunId};
use crate::model::import::{ImportFault, ImportFinding, Tally};
use crate::model::retention::PinTarget;
use crate::model::{Error, Hash, Result, Watch};
use crate::objects::{self, Staged};
use crate::store::{Reader, Store, View, Writer};

/// So many things, or so many bytes, are committed at once. Until then their files are open, and a process may only have
/// so many.
pub(super) const BATCH: usize = 128;
const BATCH_BYTES: u64 = 1 << 30;

/// An import under way.
pub struct Intake<'a> {
    /// What is taken in.
    pub folder: Folder,
    /// Whether it is only told what would be done.
    pub dry_run: bool,
    /// Where it goes; none in a dry run where there is none.
    pub store: Option<Arc<Store>>,
    /// Told of progress; knows of cancellation.
    pub watch: &'a dyn Watch,
    /// Who does it.
    pub actor: Option<&'a str>,
    /// What was found.
    pub findings: Findings,
    /// The bytes that the store had not yet.
    pub bytes: u64,
    /// The artifacts that are there now, or would be, and the hashes of their bytes.
    there: HashMap<ArtifactId, Hash>,
    /// What pins may name: artifacts, runs and datasets that are there now, or would be.
    pub(super) known: HashSet<PinTarget>,
}

/// Where an artifact's bytes come from.
enum Bytes {
    /// They are copied and proven.
    Staged(Staged),
    /// The store had them, and they looked like this when they were proven.
    There(ObjectRow),
    /// They are proven where they lie: of a dry run.
    Proven,
}

/// An artifact that awaits its commit.
struct Ready {
    taken: Taken,
    bytes: Bytes,
}

impl Ready {
    fn staged(&self) -> Option<&Staged> {
        match &self.bytes {
            Bytes::Staged(staged) => Some(staged),
            Bytes::There(_) | Bytes::Proven => None,
        }
    }
}

/// What becomes of something in the transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is taken in.
    Imported,
    /// It is there already, alike.
    AlreadyThere,
    /// It was there and is deleted.
    Deleted,
    /// What is there differs in this.
    Conflict(&'static str),
}

impl<'a> Intake<'a> {
    /// Nothing is taken in yet.
    pub fn new(
        folder: Folder,
        store: Option<Arc<Store>>,
        dry_run: bool,
        actor: Option<&'a str>,
        watch: &'a dyn Watch,
    ) -> Self {
        let (findings, there, known) = (Findings::default(), HashMap::new(), HashSet::new());
        Self { folder, dry_run, store, watch, actor, findings, bytes: 0, there, known }
    }

    /// Takes note of a dataset that is there now, or would be.
    pub fn note_dataset(&mut self, dataset_id: &DatasetId) {
        self.known.insert(PinTarget::Dataset(dataset_id.clone()));
    }

    /// The hash of an artifact's bytes, if it is there now or would be.
    pub fn hash_of(&self, artifact_id: &ArtifactId) -> Result<Option<Hash>> {
        if let Some(hash) = self.there.get(artifact_id) {
            return Ok(Some(*hash));
        }
        let Some(store) = &self.store else { return Ok(None) };
        let found = store.read()?.manifest().artifact(artifact_id.as_str())?;
        Ok(found.filter(|found| found.state.deleted_at.is_none()).map(|found| found.record.file_hash))
    }

    /// The store, where something is written.
    pub fn writing(&self) -> Option<&Arc<Store>> {
        self.store.as_ref().filter(|_| !self.dry_run)
    }

    /// Leaves something out.
    pub fn skip(&mut self, tally: &mut Tally, finding: ImportFinding) {
        self.findings.add(finding);
        tally.skipped.0 += 1;
    }

    /// Takes all artifacts in.
    pub fn artifacts(&mut self) -> Result<(Tally, Artifacts)> {
        let artifacts = Artifacts::look(&self.folder, &mut self.findings, self.watch)?;
        let mut tally = Tally::default();
        tally.skipped.0 = artifacts.skipped;
        let mut noted = Vec::new();
        let (mut batch, mut batch_bytes) = (Vec::new(), 0);
        let mut seen = HashSet::new();
        for (done, card) in artifacts.cards.iter().enumerate() {
            self.watch.step(done as u64, artifacts.cards.len() as u64, "artifacts")?;
            let ready = match artifacts.take(&self.folder, card) {
                Ok(taken) => self.prove(taken)?,
                Err(finding) => Err(finding),
            };
            match ready {
                Ok(ready) => {
                    let new = match &ready.bytes {
                        Bytes::Staged(staged) => staged.size,
                        Bytes::Proven => ready.taken.publication.record.size_bytes,
                        Bytes::There(_) => 0,
                    };
                    if new > 0 && seen.insert(ready.taken.hash()) {
                        self.bytes += new;
                    }
                    batch_bytes += new;
                    batch.push(ready);
                }
                Err(finding) => self.skip(&mut tally, finding),
            }
            if batch.len() == BATCH || batch_bytes >= BATCH_BYTES {
                self.settle(std::mem::take(&mut batch), &mut tally, &mut noted)?;
                batch_bytes = 0;
            }
        }
        self.settle(batch, &mut tally, &mut noted)?;
        let reader = self.store.as_ref().map(Store::read).transpose()?;
        for noted in noted {
            let missing = noted.missing(|input| {
                let in_store = || match &reader {
                    Some(reader) => reader.manifest().artifact_seq(input.as_str()),
                    None => Ok(None),
                };
                Ok(self.there.contains_key(input) || in_store()?.is_some())
            })?;
            missing.into_iter().for_each(|finding| self.findings.add(finding));
        }
        Ok((tally, artifacts))
    }

    /// Finds an artifact's bytes in the store, or proves and copies those of the folder.
    fn prove(&self, mut taken: Taken) -> Result<Reading<Ready>> {
        let (hash, watch) = (taken.hash(), self.watch);
        if let Some(store) = &self.store
            // What only the trash holds may be purged before this is committed.
            && store.read()?.manifest().is_held(&hash)?
            && let Some(looks) = store.read()?.trusted(&hash, None, watch)?
        {
            taken.set_size(looks.size_bytes);
            return Ok(Ok(Ready { taken, bytes: Bytes::There(looks) }));
        }
        let source = taken.source.clone();
        if !files::exists(&source) {
            let told = format!("was left out: its object {hash} is not there");
            return Ok(Err(taken.finding(ImportFault::ObjectMissing, &told)));
        }
        let (file, metadata) = match files::open_regular(&source) {
            Ok(opened) => opened,
            Err(error) => {
                let told = format!("was left out: {}", Error::from(error).message());
                return Ok(Err(taken.finding(ImportFault::Unreadable, &told)));
            }
        };
        let size = metadata.len();
        let (found, bytes) = match self.writing() {
            Some(store) => {
                let staged = store.staging()?.copy(&file, &source, size, watch)?;
                (staged.hash, Bytes::Staged(staged))
            }
            None => (objects::hash_file(&file, &source, size, watch)?, Bytes::Proven),
        };
        if found != hash {
            let told = format!("was left out: its object should have the hash {hash} and has {found}");
            return Ok(Err(taken.finding(ImportFault::ObjectDamaged, &told)));
        }
        taken.set_size(size);
        Ok(Ok(Ready { taken, bytes }))
    }

    /// Commits a part, or tells what would become of it.
    fn settle(&mut self, batch: Vec<Ready>, tally: &mut Tally, noted: &mut Vec<Noted>) -> Result<()> {
        if batch.is_empty() {
            return Ok(());
        }
        if let Some(store) = self.writing() {
            store.flush(batch.iter().filter_map(Ready::staged))?;
        }
        let fates = self.decide(&batch, fate, commit)?;
        for (Ready { mut taken, .. }, fate) in batch.into_iter().zip(fates) {
            let finding = match fate {
                Fate::Imported => {
                    tally.imported.0 += 1;
                    None
                }
                Fate::AlreadyThere => {
                    tally.already_there.0 += 1;
                    None
                }
                Fate::Deleted => {
                    tally.already_there.0 += 1;
                    Some(taken.finding(ImportFault::Deleted, "was deleted since it was imported; it stays deleted"))
                }
                Fate::Conflict(what) => {
                    let told = format!("was left out: the store has an artifact of this id with another {what}");
                    let finding = taken.finding(ImportFault::Conflict, &told);
                    self.skip(tally, finding);
                    continue;
                }
            };
            std::mem::take(&mut taken.findings).into_iter().chain(finding).for_each(|told| self.findings.add(told));
            let record = &taken.publication.record;
            self.known.insert(PinTarget::Artifact(record.artifact_id.clone()));
            let run = record.run_id.clone().and_then(|run_id| RunId::try_from(run_id).ok());
            self.known.extend(run.map(PinTarget::Run));
            if fate != Fate::Deleted {
                self.there.insert(taken.publication.record.artifact_id.clone(), taken.hash());
            }
            noted.push(taken.noted());
        }
        Ok(())
    }

    /// Commits a part, or tells what would become of it.
    pub(super) fn decide<T>(
        &self,
        batch: &[T],
        fate: impl Fn(&T, &Reader) -> Result<Fate>,
        commit: impl Fn(&T, &mut Writer) -> Result<Fate>,
    ) -> Result<Vec<Fate>> {
        match (self.writing(), &self.store) {
            (Some(store), _) => {
                let mut transaction = store.begin()?;
                let one = |thing| {
                    transaction.attempt(|writer| {
                        writer.set_actor(self.actor.map(str::to_owned));
                        commit(thing, writer)
                    })
                };
                let fates = batch.iter().map(one).collect::<Result<Vec<_>>>()?;
                transaction.commit()?;
                Ok(fates)
            }
            (None, Some(store)) => {
                let reader = store.read()?;
                batch.iter().map(|thing| fate(thing, &reader)).collect()
            }
            (None, None) => Ok(batch.iter().map(|_| Fate::Imported).collect()),
        }
    }
}

/// What will become of an artifact.
fn fate<V: View>(ready: &Ready, view: &V) -> Result<Fate> {
    let wanted = &ready.taken.publication;
    let Some(found) = view.manifest().artifact(wanted.record.artifact_id.as_str())? else { return Ok(Fate::Imported) };
    let inputs = view.manifest().inputs(found.seq)?;
    Ok(match differs(&found, &inputs, wanted) {
        Some(what) => Fate::Conflict(what),
        None if found.state.deleted_at.is_some() => Fate::Deleted,
        None => Fate::AlreadyThere,
    })
}

fn commit(ready: &Ready, writer: &mut Writer) -> Result<Fate> {
    let fate = fate(ready, writer)?;
    if matches!(fate, Fate::Conflict(_) | Fate::Deleted) {
        return Ok(fate);
    }
    // The bytes at hand also heal what is there and damaged.
    let hash = ready.taken.hash();
    match &ready.bytes {
        Bytes::Staged(staged) => writer.keep(staged, None)?,
        Bytes::There(looks) if !writer.keep_existing(&hash, Some(*looks))? => {
            return Err(Error::busy(format!("the object {hash} was damaged or removed meanwhile"))
                .hint("send the request again"));
        }
        Bytes::There(_) | Bytes::Proven => {}
    }
    if matches!(fate, Fate::Imported) {
        let mut publication = ready.taken.publication.clone();
        let record = &mut publication.record;
        record.version = writer.manifest().next_version(record.artifact_type.as_str(), &record.logical_key)?;
        writer.publish(publication, None)?;
    }
    Ok(fate)
}
