//! Taking in once more what sidecars and history tell: each artifact as it was published, each change as it was made.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Layout;
use super::carrying::BUNDLE_IMPORTED;
use super::placing::inputs_added;
use super::site::sidecars;
use super::writer::published_data;
use crate::base::files;
use crate::manifest::{ALIAS_REMOVED, ALIAS_SET, LINEAGE_ADDED, Manifest, PUBLISHED, Placement, RESCANNED, UPDATED};
use crate::model::artifact::{Event, Request, Storage, TypeDefinition};
use crate::model::compaction::FormsChanged;
use crate::model::curation::{AliasOf, Updated};
use crate::model::number::Count;
use crate::model::place::Rescanned;
use crate::model::run::{RunFinished, RunStarted};
use crate::model::{Error, Hash, Result, Watch};
use crate::objects::Objects;
use crate::store::sidecar::Sidecar;
use crate::store::{forms, history, pins, snapshot, trash};

/// What making the manifest again gave.
#[derive(Debug, Default)]
pub struct Rebuilt {
    /// How many artifacts it has.
    pub artifacts: u64,
    /// How many events it has.
    pub events: u64,
    /// What could not be made good, one sentence each.
    pub findings: Vec<String>,
}

/// What may be a sidecar: first those that only a published JSON file has, so that the file itself need not be read.
pub(super) fn candidates(layout: &Layout) -> Result<Vec<PathBuf>> {
    let mut paths = sidecars(layout.artifacts())?;
    paths.sort_by_key(|path| !path.as_os_str().as_encoded_bytes().ends_with(b".sidecar.json"));
    Ok(paths)
}

enum Step {
    Publish(Box<Sidecar>),
    Change(Event),
}

/// Takes in every sidecar and event that the manifest doesn't know, in the order in which they happened.
pub(super) fn replay(
    manifest: &Manifest,
    layout: &Layout,
    live: Option<&Manifest>,
    watch: &dyn Watch,
) -> Result<Rebuilt> {
    let mut rebuilt = Rebuilt::default();
    let mut steps: Vec<(u64, Step)> = Vec::new();
    let paths = candidates(layout)?;
    let mut published: BTreeSet<PathBuf> = BTreeSet::new();
    // What is no sidecar is a finding, unless it is the readable name of a JSON file that was published.
    let mut others: Vec<(&Path, String)> = Vec::new();
    for (done, path) in paths.iter().enumerate() {
        watch.step(done as u64, paths.len() as u64, "sidecars read")?;
        if published.contains(path) {
            continue;
        }
        match Sidecar::read(path) {
            Ok(Some(sidecar)) if layout.sidecar(&sidecar.publication.record) == *path => {
                published.insert(layout.name(&sidecar.publication.record));
                steps.push((sidecar.event_id, Step::Publish(Box::new(sidecar))));
            }
            Ok(Some(sidecar)) => {
                let whose = sidecar.publication.record.artifact_id;
                others.push((path, format!("{} is a copy of the sidecar of {whose}", path.display())));
            }
            Ok(None) if Sidecar::is_of_version_1(path) => {}
            Ok(None) => others.push((path, format!("{} is no sidecar that can be read", path.display()))),
            Err(error) => others.push((path, error.message().to_owned())),
        }
    }
    let history = history::read(layout, live)?;
    if history.uncommitted > 0 {
        rebuilt.findings.push(format!(
            "{}: its last {} bytes were left out: the manifest doesn't know them, so they never committed",
            layout.history().display(),
            history.uncommitted
        ));
    }
    steps.extend(history.events.iter().map(|event| (event.event_id.0, Step::Change(event.clone()))));
    steps.sort_by_key(|(event_id, _)| *event_id);
    manifest.begin()?;
    let outcome = steps.into_iter().try_for_each(|(event_id, step)| match step {
        Step::Publish(sidecar) => publish_again(manifest, *sidecar, &mut rebuilt.findings),
        Step::Change(event) if manifest.has_event(event_id)? => {
            let _ = event;
            Ok(())
        }
        Step::Change(event) => change_again(manifest, (layout, None), &event, &mut rebuilt.findings),
    });
    let outcome = outcome.and_then(|()| history::accept(manifest, &history));
    let outcome = outcome.and_then(|()| look_after(manifest, layout, &mut rebuilt));
    let outcome = outcome.and_then(|()| live.map_or(Ok(()), |live| compare(manifest, live, &mut rebuilt.findings)));
    let outcome = outcome.and_then(|()| {
        let mut names = BTreeSet::new();
        for seq in manifest.artifact_seqs()? {
            names.extend(manifest.artifact_at(seq)?.map(|found| layout.name(&found.record)));
        }
        rebuilt
            .findings
            .extend(others.into_iter().filter(|(path, _)| !names.contains(*path)).map(|(_, finding)| finding));
        Ok(())
    });
    match outcome {
        Ok(()) => manifest.commit()?,
        Err(error) => {
            manifest.rollback()?;
            return Err(error);
        }
    }
    Ok(rebuilt)
}

pub(super) fn publish_again(manifest: &Manifest, sidecar: Sidecar, findings: &mut Vec<String>) -> Result<()> {
    let Sidecar { commit, event_id, published_at, actor, publication, .. } = sidecar;
    let artifact_id = publication.record.artifact_id.to_string();
    if manifest.artifact_seq(&artifact_id)?.is_some() {
        return Ok(());
    }
    if manifest.artifact_at(commit)?.is_some() || manifest.name_taken(&publication.record.name)? {
        findings.push(format!("artifact {artifact_id} was left out: its sidecar belongs to another store"));
        return Ok(());
    }
    manifest.insert_artifact(&publication, Some(commit))?;
    if let Some(request) = &publication.request {
        manifest.insert_request(request, &artifact_id, None)?;
    }
    manifest.insert_event(&Event {
        event_id: Count(if manifest.has_event(event_id)? { manifest.next_event_id()? } else { event_id }),
        at: published_at.unwrap_or_else(|| publication.record.created_at.clone()),
        kind: PUBLISHED.to_owned(),
        artifact_id: Some(artifact_id),
        actor,
        data: published_data(&publication),
    })
}

/// Takes in a change. With a manifest to spare, that one's word counts where a snapshot can't be read.
pub(super) fn change_again(
    manifest: &Manifest,
    (layout, spare): (&Layout, Option<&Manifest>),
    event: &Event,
    findings: &mut Vec<String>,
) -> Result<()> {
    let text = |key: &str| event.data.get(key).and_then(Value::as_str).map(str::to_owned);
    let seq = |id: Option<&str>| id.map_or(Ok(None), |id| manifest.artifact_seq(id));
    let about = seq(event.artifact_id.as_deref())?;
    match (event.kind.as_str(), about) {
        ("superseded", Some(old)) => {
            let successor = text("supersededBy");
            let new = seq(successor.as_deref())?;
            match (successor, new) {
                // A transaction that never committed may have left the event; publishing comes first, sidecar and all.
                (Some(successor), None) => findings.push(format!(
                    "event {}: artifact {} stays active, because {successor}, said to supersede it, has no sidecar",
                    event.event_id.0,
                    event.artifact_id.as_deref().unwrap_or_default()
                )),
                // The migration of version 1 tells of artifacts that were superseded by nobody knows whom.
                _ => manifest.set_superseded(old, new, &event.at)?,
            }
        }
        (LINEAGE_ADDED, Some(seq)) => {
            let inputs = inputs_added(event)?;
            // A sidecar that was placed late may tell of them too.
            manifest.add_inputs(seq, &inputs)?;
            manifest.touch(seq, &event.at)?;
        }
        (UPDATED, Some(seq)) => manifest.set_values(seq, &told::<Updated>(event)?.after, &event.at)?,
        (ALIAS_SET, Some(seq)) => {
            let alias: AliasOf = told(event)?;
            manifest.set_alias(&alias, seq, &event.at)?;
        }
        (ALIAS_REMOVED, _) => manifest.remove_alias(&told(event)?)?,
        (trash::DELETED, Some(seq)) => manifest.set_deleted(seq, &event.at, &event.data)?,
        (trash::RESTORED, Some(seq)) => manifest.set_restored(seq, &event.at)?,
        (trash::PURGED, Some(seq)) => manifest.set_purged(seq, &event.at)?,
        (RESCANNED, Some(seq)) => {
            let Some(found) = manifest.artifact_at(seq)? else { return Ok(()) };
            let mut publication = manifest.publication(found)?;
            told::<Rescanned>(event)?.after.apply(&mut publication);
            manifest.set_seen(seq, &publication, &event.at)?;
        }
        (kind @ (forms::COMPACTED | forms::EXPANDED), Some(seq)) => {
            forms::set_forms(manifest, seq, kind == forms::COMPACTED, &told::<FormsChanged>(event)?.files)?;
            manifest.touch(seq, &event.at)?;
        }
        (pins::PINNED | pins::UNPINNED, _) => pins::again(manifest, event)?,
        ("joined_run", Some(seq)) => {
            if let Some(run_id) = text("runId") {
                manifest.insert_run_member(&run_id, seq, &event.at)?;
            }
        }
        ("run_started", _) => {
            let RunStarted { run_id, started } = told(event)?;
            for input in &started.input_artifact_ids {
                if manifest.artifact_seq(input.as_str())?.is_none() {
                    findings.push(format!("run {run_id}: its input {input} has no sidecar"));
                }
            }
            manifest.set_run_started(run_id.as_str(), &started)?;
        }
        ("run_finished", _) => {
            let RunFinished { run_id, status, finished } = told(event)?;
            manifest.set_run_finished(run_id.as_str(), status, &finished)?;
        }
        ("type_registered", _) => {
            manifest.set_type(&told::<TypeDefinition>(event)?)?;
        }
        ("request_answered", Some(_)) => {
            if let (Some(request_id), Some(digest)) =
                (text("requestId"), text("digest").and_then(|text| Hash::parse(&text)))
            {
                let artifact_id = event.artifact_id.as_deref().unwrap_or_default();
                manifest.insert_request(&Request { request_id, digest }, artifact_id, text("mode").as_deref())?;
            }
        }
        (snapshot::CREATED | snapshot::DELETED | snapshot::RESTORED, _) => {
            findings.extend(snapshot::again(manifest, layout, event, spare)?);
        }
        ("object_healed" | "object_quarantined" | "migration_finding" | "store_migrated" | BUNDLE_IMPORTED, _) => {}
        (_, None) if event.artifact_id.is_some() => {
            findings.push(format!(
                "event {}: artifact {} has no sidecar",
                event.event_id.0,
                event.artifact_id.as_deref().unwrap_or_default()
            ));
        }
        (kind, _) => findings.push(format!("event {}: {kind:?} is unknown to this version", event.event_id.0)),
    }
    manifest.insert_event(event)
}

pub(super) fn told<T: DeserializeOwned>(event: &Event) -> Result<T> {
    serde_json::from_value(Value::Object(event.data.clone()))
        .map_err(|error| Error::integrity(format!("event {}: {error}", event.event_id.0)))
}

/// Nothing that the manifest in its place knows is left out unsaid, and what waits for its name goes on waiting.
fn compare(manifest: &Manifest, live: &Manifest, findings: &mut Vec<String>) -> Result<()> {
    let waiting: BTreeSet<i64> = live.placements()?.into_iter().map(|placement| placement.seq).collect();
    for seq in live.artifact_seqs()? {
        let Some(found) = live.artifact_at(seq)? else { continue };
        let artifact_id = found.record.artifact_id;
        match manifest.artifact_seq(artifact_id.as_str())? {
            Some(seq) if waiting.contains(&found.seq) => {
                manifest.insert_placement(&Placement { seq, lease: "rebuilt".to_owned() })?;
            }
            Some(_) => {}
            None if waiting.contains(&found.seq) => {
                return Err(Error::conflict(format!("artifact {artifact_id} has no sidecar yet")).hint(
                    "send the request again; the log of the process that published it says what was in the way",
                ));
            }
            None => findings.push(format!("artifact {artifact_id} was left out: it has no sidecar that can be read")),
        }
    }
    for (dataset_id, version, ..) in live.dataset_versions(None)? {
        // What the history tells of and can't be read is a finding already.
        let told = findings.iter().any(|finding| finding.contains(&format!("dataset {dataset_id} {version} ")));
        if manifest.dataset(&dataset_id, &version)?.is_none() && !told {
            findings.push(format!("dataset {dataset_id} {version} was left out: the history doesn't tell of it"));
        }
    }
    Ok(())
}

/// Notes what is missing on disk, and has missing names placed at the next opening.
fn look_after(manifest: &Manifest, layout: &Layout, rebuilt: &mut Rebuilt) -> Result<()> {
    let objects = Objects::new(layout.objects());
    for seq in manifest.artifact_seqs()? {
        let Some(found) = manifest.artifact_at(seq)? else { continue };
        let in_place = found.record.storage == Storage::InPlace;
        let purged = found.state.purged_at.is_some();
        for (hash, _) in if purged { manifest.objects_of(seq)? } else { Vec::new() } {
            if objects.look(&hash)?.is_some() {
                manifest.doom(&hash)?;
            }
        }
        // What is kept in place is its producer's business; verify_store looks at it. Some of its originals are objects.
        let needed: Vec<Hash> = match in_place {
            true => manifest.compact_files(seq)?.into_values().filter_map(|file| file.original_object).collect(),
            false => manifest.files(seq)?.into_iter().map(|file| file.hash).collect(),
        };
        for hash in needed.into_iter().filter(|_| !purged) {
            if objects.look(&hash)?.is_none() {
                let artifact_id = &found.record.artifact_id;
                rebuilt.findings.push(format!("artifact {artifact_id}: the object {hash} is missing"));
            }
        }
        for input in manifest.inputs(seq)? {
            if manifest.artifact_seq(input.artifact_id.as_str())?.is_none() {
                rebuilt.findings.push(format!(
                    "artifact {}: its input {} has no sidecar",
                    found.record.artifact_id, input.artifact_id
                ));
            }
        }
        let named = files::exists(&layout.name(&found.record));
        let deleted = found.state.deleted_at.is_some();
        let name_differs = if in_place { deleted } else { named == deleted };
        if name_differs || !files::exists(&layout.sidecar(&found.record)) {
            manifest.insert_placement(&Placement { seq, lease: "rebuilt".to_owned() })?;
        }
    }
    rebuilt.artifacts = manifest.artifact_count()?;
    rebuilt.events = manifest.next_event_id()? - 1;
    Ok(())
}
