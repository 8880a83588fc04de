//! Takes an unpacked bundle into the store, inside one change: all of it or nothing.

use std::collections::HashSet;

use serde_json::Value;

use super::checking;
use super::form::{ArtifactRecord, DatasetRecord, Record, each_record, invalid};
use super::reading::Unpacked;
use crate::manifest::{ALIAS_SET, Found, LINEAGE_ADDED, UPDATED};
use crate::model::artifact::{Event, Input, Publication, TypeDefinition};
use crate::model::curation::{Alias, AliasOf, Updated};
use crate::model::dataset::{Head, Member};
use crate::model::ids::ArtifactId;
use crate::model::import::Tally;
use crate::model::run::{RunFinished, RunStarted};
use crate::model::{Error, Result};
use crate::store::carrying::{Carried, OF_RUNS, SUPERSEDED};
use crate::store::{View, Writer};

/// Most conflicts that an error names.
const CONFLICTS_MOST: usize = 20;

/// What became of a bundle.
#[derive(Debug, Default)]
pub struct Taken {
    pub artifacts: Tally,
    pub runs: Tally,
    pub aliases: Tally,
    pub types: Tally,
    /// What could not be kept as it was, one sentence each.
    pub notes: Vec<String>,
    /// The versions of datasets, which are still to be taken.
    pub datasets: Vec<(Head, Vec<Member>)>,
}

/// Takes in everything but the datasets and the objects that came along.
pub fn take(unpacked: &Unpacked, writer: &mut Writer) -> Result<Taken> {
    let mut taking = Taking { unpacked, taken: Taken::default(), new: HashSet::new(), bare: Vec::new() };
    taking.refuse_conflicts(writer)?;
    each_record(&unpacked.records, &unpacked.path, |record| taking.record(record, writer))?;
    taking.missing_bytes(writer)?;
    for (hash, looks) in &unpacked.proven {
        if !writer.keep_existing(hash, Some(*looks))? {
            return Err(Error::busy(format!("the object {hash} was damaged or removed meanwhile"))
                .hint("send the request again"));
        }
    }
    Ok(taking.taken)
}

/// Gives the objects that came along their places. They come last: rows are taken back with the change, and files that
/// got their places are not.
pub fn keep(unpacked: &Unpacked, writer: &mut Writer) -> Result<()> {
    unpacked.staged.iter().try_for_each(|staged| writer.keep(staged, None))
}

struct Taking<'a> {
    unpacked: &'a Unpacked,
    taken: Taken,
    /// The artifacts that were not there.
    new: HashSet<String>,
    /// Those of them that come without their bytes.
    bare: Vec<ArtifactId>,
}

impl Taking<'_> {
    fn note(&mut self, note: String) {
        self.taken.notes.push(note);
    }

    /// Refuses a bundle that contradicts what is there; names all that does.
    fn refuse_conflicts(&self, writer: &Writer) -> Result<()> {
        let mut conflicts = Vec::new();
        each_record(&self.unpacked.records, &self.unpacked.path, |record| {
            match record {
                Record::Type(definition) => conflicts.extend(type_conflict(&definition, writer)?),
                Record::Artifact(artifact) => {
                    let publication = &artifact.publication;
                    let id = &publication.record.artifact_id;
                    let found = writer.manifest().artifact(id.as_str())?;
                    let differs = found.and_then(|found| differs(&found, publication));
                    conflicts.extend(differs.map(|what| format!("artifact {id} is there with another {what}")));
                }
                Record::Event(event) => conflicts.extend(run_conflict(&event, writer)?),
                Record::Dataset(dataset) => {
                    let head = &dataset.head;
                    let there = writer.manifest().dataset(&head.dataset_id, &head.version)?;
                    if there.is_some_and(|there| there.head.membership_digest != head.membership_digest) {
                        let (id, version) = (&head.dataset_id, &head.version);
                        conflicts.push(format!("the dataset {id} {version} is there with other members"));
                    }
                }
                Record::Alias(_) => {}
            }
            Ok(())
        })?;
        if conflicts.is_empty() {
            return Ok(());
        }
        let more = conflicts.len().saturating_sub(CONFLICTS_MOST);
        let count = conflicts.len();
        conflicts.truncate(CONFLICTS_MOST);
        let mut named = conflicts.join("; ");
        if more > 0 {
            named.push_str(&format!("; and {more} more"));
        }
        Err(Error::conflict(format!("nothing was imported: {named}"))
            .field("path")
            .hint("import into another store, or export without what differs")
            .detail("conflicts", conflicts)
            .detail("conflictCount", count as u64))
    }

    fn record(&mut self, record: Record, writer: &mut Writer) -> Result<()> {
        match record {
            Record::Type(definition) => self.define(&definition, writer),
            Record::Artifact(artifact) => self.artifact(*artifact, writer),
            Record::Event(event) if event.artifact_id.is_none() => self.run(event, writer),
            Record::Event(event) => self.change(event, writer),
            Record::Alias(alias) => self.alias(alias, writer),
            Record::Dataset(dataset) => {
                let DatasetRecord { head, members } = *dataset;
                self.taken.datasets.push((head, members));
                Ok(())
            }
        }
    }

    fn define(&mut self, definition: &TypeDefinition, writer: &mut Writer) -> Result<()> {
        if writer.manifest().type_definition(definition.artifact_type.as_str())?.as_ref() == Some(definition) {
            self.taken.types.already_there.0 += 1;
            return Ok(());
        }
        writer.manifest().set_type(definition)?;
        writer.record_told("type_registered", None, definition)?;
        self.taken.types.imported.0 += 1;
        Ok(())
    }

    fn artifact(&mut self, artifact: ArtifactRecord, writer: &mut Writer) -> Result<()> {
        let ArtifactRecord { published_at, actor, has_bytes, mut publication } = artifact;
        let id = publication.record.artifact_id.clone();
        if let Some(found) = writer.manifest().artifact(id.as_str())? {
            self.taken.artifacts.already_there.0 += 1;
            if found.state.deleted_at.is_some() {
                self.note(format!("artifact {id} was deleted here; it stays deleted"));
            }
            return Ok(());
        }
        checking::publication(&mut publication, &published_at)
            .map_err(|what| invalid(&self.unpacked.path, &format!("artifact {id}: {what}")))?;
        let (kind, key) = (publication.record.artifact_type.to_string(), publication.record.logical_key.clone());
        let version = publication.record.version;
        if writer.manifest().artifact_of_version(&kind, &key, version)?.is_some() {
            let free = writer.manifest().next_version(&kind, &key)?;
            publication.record.version = free;
            self.note(format!(
                "artifact {id} is version {free} of its type and key here: there is a version {version}"
            ));
        }
        publication.inputs = self.without_circles(&id, std::mem::take(&mut publication.inputs), writer)?;
        writer.publish_carried(Carried { publication, published_at, actor })?;
        self.new.insert(id.to_string());
        if !has_bytes {
            self.bare.push(id);
        }
        self.taken.artifacts.imported.0 += 1;
        Ok(())
    }

    /// The inputs that an artifact may get; of those that were made of it, as stores of other programs can have them, none is
    /// taken.
    fn without_circles(&mut self, id: &ArtifactId, inputs: Vec<Input>, writer: &Writer) -> Result<Vec<Input>> {
        let (good, bad) = writer.manifest().part_circles(id, inputs)?;
        for Input { artifact_id: input, .. } in bad {
            self.note(match input == *id {
                true => format!("artifact {id} is not made from itself; that input is left out"),
                false => {
                    format!("artifact {id} is not made from {input}, which was made from it; that input is left out")
                }
            });
        }
        Ok(good)
    }

    /// What happened to an artifact since it was published. What is there already has a history of its own.
    fn change(&mut self, mut event: Event, writer: &mut Writer) -> Result<()> {
        let id = event.artifact_id.clone().unwrap_or_default();
        let new = self.new.contains(&id);
        if event.kind == SUPERSEDED {
            return self.supersession(&id, event, writer);
        }
        if !new {
            return Ok(());
        }
        let found = writer.found(&id)?;
        if event.kind == LINEAGE_ADDED {
            let Some(inputs) = event.data.get_mut("inputs") else { return self.happened(event, writer) };
            let named = serde_json::from_value(inputs.take()).map_err(|error| self.odd(&event, &error.to_string()))?;
            let good = self.without_circles(&found.record.artifact_id, named, writer)?;
            if good.is_empty() {
                return Ok(());
            }
            event.data.insert("inputs".to_owned(), serde_json::to_value(good).expect("plain data"));
        }
        if event.kind == UPDATED {
            let updated: Updated = serde_json::from_value(Value::Object(event.data.clone()))
                .map_err(|error| self.odd(&event, &error.to_string()))?;
            updated.after.check(&found.state.tags).map_err(|error| self.odd(&event, error.message()))?;
        }
        // The report of a collection is a file of the other store.
        event.data.shift_remove("report");
        self.happened(event, writer)
    }

    /// A supersession holds where either end is new, and where the old one was superseded by something that was not there.
    fn supersession(&mut self, id: &str, mut event: Event, writer: &mut Writer) -> Result<()> {
        let new = self.new.contains(id);
        let Some(successor) = event.data.get("supersededBy").and_then(Value::as_str).map(str::to_owned) else {
            return if new { self.happened(event, writer) } else { Ok(()) };
        };
        let Some(by) = writer.manifest().artifact(&successor)? else {
            if new {
                self.note(format!("artifact {id} is superseded; its successor {successor} is not in this store"));
                event.data.shift_remove("supersededBy");
                event.data.insert("successor".to_owned(), Value::String(successor));
                self.happened(event, writer)?;
            }
            return Ok(());
        };
        let old = writer.found(id)?;
        let circle = writer.manifest().superseded_leads_to(by.seq, old.seq)?;
        let by_new = self.new.contains(&successor);
        // What was superseded by nobody knows whom waits for its successor.
        let waits = old.state.superseded_at.is_some() && old.state.superseded_by.is_none();
        if !new && !by_new && !waits {
            return Ok(());
        }
        if circle || !new && old.state.superseded_by.is_some() {
            self.note(format!("artifact {id} is superseded otherwise here than by {successor}"));
            return Ok(());
        }
        self.happened(event, writer)
    }

    fn odd(&self, event: &Event, what: &str) -> Error {
        invalid(&self.unpacked.path, &format!("its event {} can't be taken in: {what}", event.event_id.0))
    }

    fn happened(&mut self, event: Event, writer: &mut Writer) -> Result<()> {
        let told = writer.happened(event).map_err(|error| invalid(&self.unpacked.path, error.message()))?;
        self.taken.notes.extend(told);
        Ok(())
    }

    fn run(&mut self, event: Event, writer: &mut Writer) -> Result<()> {
        let run_id = event.data.get("runId").and_then(Value::as_str).unwrap_or_default().to_owned();
        let known = writer.manifest().run(&run_id)?;
        let begins = event.kind == OF_RUNS[0];
        let there = known.is_some_and(|run| if begins { run.started.is_some() } else { run.finished.is_some() });
        if begins {
            match there {
                true => self.taken.runs.already_there.0 += 1,
                false => self.taken.runs.imported.0 += 1,
            }
        }
        if there { Ok(()) } else { self.happened(event, writer) }
    }

    fn alias(&mut self, alias: Alias, writer: &mut Writer) -> Result<()> {
        let (kind, key) = (alias.artifact_type.as_str(), alias.logical_key.as_str());
        let stands = writer.manifest().artifact_of_alias(kind, key, alias.alias.as_str())?;
        let found = writer.found(alias.artifact_id.as_str())?;
        if (found.record.artifact_type.as_str(), found.record.logical_key.as_str()) != (kind, key) {
            return Err(invalid(&self.unpacked.path, &format!("the alias {} is of another type or key", alias.alias)));
        }
        match stands {
            Some(other) if other.seq == found.seq => self.taken.aliases.already_there.0 += 1,
            Some(other) => {
                let (name, own) = (&alias.alias, &other.record.artifact_id);
                self.note(format!("the alias {kind}:{key}@{name} stands for {own} here, and goes on doing so"));
                self.taken.aliases.skipped.0 += 1;
            }
            None => {
                let told = AliasOf {
                    artifact_type: alias.artifact_type.clone(),
                    logical_key: alias.logical_key.clone(),
                    alias: alias.alias.clone(),
                };
                writer.manifest().set_alias(&told, found.seq, &writer.now_text())?;
                writer.record_told(ALIAS_SET, Some(alias.artifact_id.as_str()), &told)?;
                self.taken.aliases.imported.0 += 1;
            }
        }
        Ok(())
    }

    /// Only what was deleted may come without its bytes.
    fn missing_bytes(&self, writer: &Writer) -> Result<()> {
        for id in &self.bare {
            if writer.found(id.as_str())?.state.deleted_at.is_none() {
                return Err(invalid(&self.unpacked.path, &format!("artifact {id} comes without its bytes")));
            }
        }
        Ok(())
    }
}

/// In what an artifact that is there differs from the one that comes.
fn differs(found: &Found, publication: &Publication) -> Option<&'static str> {
    let (there, comes) = (&found.record, &publication.record);
    let differences = [
        (there.artifact_type != comes.artifact_type || there.schema_version != comes.schema_version, "type"),
        (there.logical_key != comes.logical_key, "logical key"),
        (there.format != comes.format, "format"),
        (there.file_hash != comes.file_hash || there.content_hash != comes.content_hash, "content"),
    ];
    differences.iter().find(|(differs, _)| *differs).map(|(_, what)| *what)
}

fn type_conflict(definition: &TypeDefinition, writer: &Writer) -> Result<Option<String>> {
    let name = definition.artifact_type.as_str();
    let known = writer.manifest().type_definition(name)?;
    let conflict = match known {
        Some(known) => known != *definition,
        None => writer.manifest().type_in_use(name)?,
    };
    Ok(conflict.then(|| format!("the type {name} is in use here with another definition")))
}

/// In what a run that is there differs from what the event tells of it.
fn run_conflict(event: &Event, writer: &Writer) -> Result<Option<String>> {
    let Some(run_id) = event.data.get("runId").and_then(Value::as_str).filter(|_| event.artifact_id.is_none()) else {
        return Ok(None);
    };
    let Some(known) = writer.manifest().run(run_id)? else { return Ok(None) };
    let told = Value::Object(event.data.clone());
    let differs = match (event.kind == OF_RUNS[0], known.started, known.finished) {
        (true, Some(started), _) => {
            serde_json::from_value::<RunStarted>(told).is_ok_and(|told| told.started != started)
        }
        (false, _, Some(finished)) => {
            serde_json::from_value::<RunFinished>(told).is_ok_and(|told| told.finished != finished)
        }
        _ => false,
    };
    Ok(differs.then(|| format!("the run {run_id} is there with other facts")))
}
