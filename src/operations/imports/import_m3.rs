//! `import_m3`

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::files;
use crate::imports::Findings;
use crate::imports::m3::{self, Artifacts, Folder, Noted, Reading, Taken};
use crate::manifest::ObjectRow;
use crate::model::ids::ArtifactId;
use crate::model::import::{ImportFault, ImportFinding, LeftOut, Tally};
use crate::model::number::Count;
use crate::model::{Error, Kind, Result};
use crate::objects::{self, Staged};
use crate::operations::{Context, Maintenance, Operation};
use crate::store::{Store, View, Writer};

/// So many artifacts, or so many bytes, are committed at once.
const BATCH: usize = 1000;
const BATCH_BYTES: u64 = 1 << 30;

/// Takes in a data folder of M3: artifacts with their ids, times, types, roles, tags, runs and lineage.
///
/// Every byte is proven against its hash on the way. What is broken is left out and named, never mended; what is fine is
/// taken in all the same. It is committed in parts, none of them half, so that an import that was cut short is gone on
/// with by sending it again: what is there already, alike, is left alone. The store is made if there is none.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [
    {"dataDir": "project/data"},
    {"dataDir": "project", "dryRun": true},
]))]
pub struct Params {
    /// The data folder, which holds manifests/ and objects/, or the project whose `data` it is. Nothing in it changes. A
    /// relative path counts from the server's working directory.
    data_dir: String,
    /// Whether it is only told what would be done: nothing is written then, no store either. False unless given.
    #[schemars(extend("default" = false))]
    dry_run: Option<bool>,
}

/// What an import did, or would do.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Whether nothing was written.
    dry_run: bool,
    /// The absolute path of the data folder.
    data_dir: String,
    /// The artifacts.
    artifacts: Tally,
    /// The bytes that the store had not yet.
    bytes_taken: Count,
    /// What was found, at most 10000 of it.
    findings: Vec<ImportFinding>,
    /// How many errors there are.
    error_count: Count,
    /// How many warnings there are.
    warning_count: Count,
    /// Whether there is more than `findings` holds.
    truncated: bool,
    /// What is not taken in though nothing is wrong with it.
    left_out: Vec<LeftOut>,
}

/// `import_m3`
pub enum ImportM3 {}

impl Operation for ImportM3 {
    const METHOD: &'static str = "import_m3";
    type Params = Params;
    type Result = Report;
}

impl Maintenance for ImportM3 {
    fn run(params: Params, context: &Context) -> Result<Report> {
        if params.data_dir.is_empty() {
            return Err(Error::invalid_params("dataDir: it must not be empty").field("dataDir"));
        }
        let folder = Folder::find(Path::new(&params.data_dir))?;
        let dry_run = params.dry_run.unwrap_or(false);
        let mut findings = Findings::default();
        let artifacts = Artifacts::look(&folder, &mut findings, context.watch)?;
        let store = match dry_run {
            true => context.site.store().map(Some).or_else(|error| match error.kind() {
                Kind::NotFound => Ok(None),
                _ => Err(error),
            })?,
            false => Some(context.site.store_or_create()?),
        };
        let mut import = Import { folder, dry_run, store, context, findings, tally: Numbers::default(), bytes: 0 };
        import.tally.skipped = artifacts.skipped;
        import.artifacts(&artifacts)?;
        let left_out = m3::left_out(&import.folder, &artifacts, &mut import.findings)?;
        if let Some(store) = import.store.as_ref().filter(|_| !dry_run)
            && let Err(error) = store.settle()
        {
            tracing::warn!("names and sidecars will be settled at the next start: {error}");
        }
        let (error_count, warning_count) = import.findings.counts();
        Ok(Report {
            dry_run,
            data_dir: import.folder.path().to_string_lossy().into_owned(),
            artifacts: import.tally.told(),
            bytes_taken: Count(import.bytes),
            truncated: import.findings.truncated(),
            findings: import.findings.told,
            error_count,
            warning_count,
            left_out,
        })
    }
}

#[derive(Debug, Default)]
struct Numbers {
    imported: u64,
    already_there: u64,
    skipped: u64,
}

impl Numbers {
    fn told(&self) -> Tally {
        Tally {
            imported: Count(self.imported),
            already_there: Count(self.already_there),
            skipped: Count(self.skipped),
        }
    }
}

/// An import under way.
struct Import<'a> {
    folder: Folder,
    dry_run: bool,
    /// None in a dry run where there is none.
    store: Option<Arc<Store>>,
    context: &'a Context<'a>,
    findings: Findings,
    tally: Numbers,
    bytes: u64,
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

/// What became of an artifact in the transaction.
enum Fate {
    Imported,
    AlreadyThere,
    Deleted,
    Conflict(&'static str),
}

impl Import<'_> {
    fn artifacts(&mut self, artifacts: &Artifacts) -> Result<()> {
        let mut there: HashSet<ArtifactId> = HashSet::new();
        let mut noted = Vec::new();
        let (mut batch, mut batch_bytes) = (Vec::new(), 0);
        let mut seen = HashSet::new();
        for (done, card) in artifacts.cards.iter().enumerate() {
            self.context.watch.step(done as u64, artifacts.cards.len() as u64, "artifacts")?;
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
                Err(finding) => self.skip(finding),
            }
            if batch.len() == BATCH || batch_bytes >= BATCH_BYTES {
                self.settle(std::mem::take(&mut batch), &mut there, &mut noted)?;
                batch_bytes = 0;
            }
        }
        self.settle(batch, &mut there, &mut noted)?;
        let reader = self.store.as_ref().map(Store::read).transpose()?;
        for noted in noted {
            let missing = noted.missing(|input| {
                let in_store = || match &reader {
                    Some(reader) => reader.manifest().artifact_seq(input.as_str()),
                    None => Ok(None),
                };
                Ok(there.contains(input) || in_store()?.is_some())
            })?;
            missing.into_iter().for_each(|finding| self.findings.add(finding));
        }
        Ok(())
    }

    fn skip(&mut self, finding: ImportFinding) {
        self.findings.add(finding);
        self.tally.skipped += 1;
    }

    /// Finds an artifact's bytes in the store, or proves and copies those of the folder.
    fn prove(&self, mut taken: Taken) -> Result<Reading<Ready>> {
        let (hash, watch) = (taken.hash(), self.context.watch);
        if let Some(store) = &self.store
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
        let (found, bytes) = match &self.store {
            Some(store) if !self.dry_run => {
                let staged = store.staging()?.copy(&file, &source, size, watch)?;
                (staged.hash, Bytes::Staged(staged))
            }
            _ => (objects::hash_file(&file, &source, size, watch)?, Bytes::Proven),
        };
        if found != hash {
            let told = format!("was left out: its object should have the hash {hash} and has {found}");
            return Ok(Err(taken.finding(ImportFault::ObjectDamaged, &told)));
        }
        taken.set_size(size);
        Ok(Ok(Ready { taken, bytes }))
    }

    /// Commits a part, or tells what would become of it.
    fn settle(&mut self, batch: Vec<Ready>, there: &mut HashSet<ArtifactId>, noted: &mut Vec<Noted>) -> Result<()> {
        if batch.is_empty() {
            return Ok(());
        }
        let mut fates = Vec::with_capacity(batch.len());
        match &self.store {
            Some(store) if !self.dry_run => {
                let mut transaction = store.begin()?;
                for ready in &batch {
                    let actor = self.context.actor.map(str::to_owned);
                    fates.push(transaction.attempt(|writer| {
                        writer.set_actor(actor);
                        commit(ready, writer)
                    })?);
                }
                transaction.commit()?;
            }
            store => {
                let reader = store.as_ref().map(Store::read).transpose()?;
                for ready in &batch {
                    let fate = reader.as_ref().map(|reader| fate(ready, reader)).transpose()?;
                    fates.push(fate.unwrap_or(Fate::Imported));
                }
            }
        }
        for (Ready { mut taken, .. }, fate) in batch.into_iter().zip(fates) {
            let finding = match fate {
                Fate::Imported => {
                    self.tally.imported += 1;
                    None
                }
                Fate::AlreadyThere => {
                    self.tally.already_there += 1;
                    None
                }
                Fate::Deleted => {
                    self.tally.already_there += 1;
                    Some(taken.finding(ImportFault::Deleted, "was deleted since it was imported; it stays deleted"))
                }
                Fate::Conflict(what) => {
                    let told = format!("was left out: the store has an artifact of this id with another {what}");
                    let finding = taken.finding(ImportFault::Conflict, &told);
                    self.skip(finding);
                    continue;
                }
            };
            std::mem::take(&mut taken.findings).into_iter().chain(finding).for_each(|told| self.findings.add(told));
            there.insert(taken.publication.record.artifact_id.clone());
            noted.push(taken.noted());
        }
        Ok(())
    }
}

/// What will become of an artifact.
fn fate(ready: &Ready, view: &impl View) -> Result<Fate> {
    let wanted = &ready.taken.publication;
    let Some(found) = view.manifest().artifact(wanted.record.artifact_id.as_str())? else { return Ok(Fate::Imported) };
    let inputs = view.manifest().inputs(found.seq)?;
    Ok(match m3::differs(&found, &inputs, wanted) {
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
