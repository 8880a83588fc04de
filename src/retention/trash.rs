//! The trash: what lies in it, how it comes back, and what a purge takes away for good.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::LeftOut;
use crate::base::clock;
use crate::manifest::{Found, JobKind, TrashRow};
use crate::model::ids::ArtifactId;
use crate::model::number::Count;
use crate::model::retention::{Deletion, Trashed};
use crate::model::{Error, Hash, Kind, Result, Watch};
use crate::store::{Ahead, Job, Layout, Room, Store, View, Writer};

/// Something in the trash as it is answered.
pub fn describe(layout: &Layout, row: TrashRow, now: &str) -> Trashed {
    let TrashRow { deletion, .. } = row;
    let reasons = (!deletion.reasons.is_empty()).then(|| deletion.reasons.join(", "));
    Trashed {
        artifact_id: row.artifact_id,
        artifact_type: row.artifact_type,
        logical_key: row.logical_key,
        version: row.version,
        family: row.family,
        storage: row.storage,
        created_at: row.created_at,
        deleted_at: row.deleted_at,
        reason: deletion.reason.or(reasons),
        deleted_by: deletion.by,
        policy: deletion.policy,
        report: deletion.report.map(|report| layout.root().join(report).to_string_lossy().into_owned()),
        pinned: row.pinned_until.as_str() > now,
        file_count: Count(row.file_count),
        size_bytes: Count(row.size_bytes),
    }
}

/// Does ahead what the deletion of artifacts needs. Those that nobody knows yet may be known when their turn comes.
pub fn go_ahead(store: &Arc<Store>, ids: &[ArtifactId]) -> Result<Ahead> {
    let (reader, mut ahead) = (store.read()?, Ahead::default());
    for artifact_id in ids {
        match reader.found(artifact_id.as_str()) {
            Ok(found) => store.go_ahead(reader.manifest(), &found, &mut ahead)?,
            Err(error) if error.kind() == Kind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(ahead)
}

/// Puts one artifact into the trash; `false` when it is there already. What is protected only goes by force.
pub fn delete(
    writer: &mut Writer,
    found: &Found,
    reason: Option<String>,
    by: Option<String>,
    force: bool,
) -> Result<bool> {
    let now = clock::millis_text(writer.now());
    if found.state.deleted_at.is_none()
        && !force
        && let Some(rule) = writer.manifest().protection(found.seq, &now)?
    {
        let artifact_id = &found.record.artifact_id;
        let (what, way_out) = match rule {
            "pinned" => ("a pin protects it", "unpin it first; list_pins tells what is pinned"),
            _ => ("a live dataset holds it", "delete the versions of the dataset first"),
        };
        return Err(Error::new(Kind::Protected, format!("artifact {artifact_id} was not deleted: {what}"))
            .field("artifactId")
            .detail("rule", rule)
            .hint(format!("{way_out}, or say force: true")));
    }
    writer.delete(found, &Deletion { reason, by, ..Deletion::default() })
}

/// What came back.
#[derive(Debug, Default)]
pub struct Restored {
    /// What was in the trash and is live again.
    pub restored: Vec<ArtifactId>,
    /// What was live already.
    pub unchanged: Vec<ArtifactId>,
    /// What could not be restored at the last moment, and why.
    pub skipped: Vec<LeftOut>,
}

/// Brings artifacts back. What is wrong with one of them is told before any is restored.
pub fn restore(
    store: &Arc<Store>,
    ids: &[ArtifactId],
    now: Timestamp,
    actor: Option<&str>,
    watch: &dyn Watch,
) -> Result<Restored> {
    let turn = store.job_turn(watch)?;
    let mut outcome = Restored::default();
    let mut wanted: Vec<(i64, ArtifactId)> = Vec::new();
    let (mut seen, mut room) = (HashSet::new(), Room::default());
    let reader = store.read()?;
    for (at, artifact_id) in ids.iter().enumerate() {
        let found = reader
            .found(artifact_id.as_str())
            .map_err(|error| Error::new(error.kind(), error.message()).field(format!("artifactIds[{at}]")))?;
        if !seen.insert(found.seq) {
            continue;
        }
        if found.state.deleted_at.is_none() {
            outcome.unchanged.push(artifact_id.clone());
            continue;
        }
        store.restorable(&reader, &found, &mut room).map_err(|error| error.field(format!("artifactIds[{at}]")))?;
        wanted.push((found.seq, artifact_id.clone()));
    }
    drop(reader);
    let names: HashMap<i64, ArtifactId> = wanted.iter().cloned().collect();
    let mut items: Vec<(i64, Map<String, Value>)> = wanted.iter().map(|(seq, _)| (*seq, Map::new())).collect();
    items.sort_by_key(|(seq, _)| *seq);
    let at = clock::millis_text(now);
    let job = Job { kind: JobKind::Restore, at, actor: actor.map(str::to_owned), data: Map::new(), items };
    let done = store.carry_out(&turn, job, watch)?;
    let left_out = |(seq, reason): (i64, String)| LeftOut { artifact_id: names[&seq].clone(), reason };
    outcome.skipped = done.skipped.into_iter().map(left_out).collect();
    let done: HashSet<i64> = done.done.into_iter().collect();
    outcome.restored = wanted.into_iter().filter(|(seq, _)| done.contains(seq)).map(|(_, id)| id).collect();
    Ok(outcome)
}

/// Which part of the trash a purge is about.
#[derive(Debug, Clone)]
pub struct Until {
    /// What was deleted at this moment or before; whatever it was when artifacts are named.
    pub deleted_until: Option<String>,
    /// These artifacts alone.
    pub ids: Option<Vec<ArtifactId>>,
}

/// What a purge takes away, or would.
#[derive(Debug)]
pub struct Purge {
    /// What it takes, deleted last first, each with the bytes that it frees.
    pub taken: Vec<(TrashRow, u64)>,
    /// What it leaves, and why.
    pub kept: Vec<LeftOut>,
}

/// Takes away for good what lies in the trash, or tells what that would be.
pub fn purge(
    store: &Arc<Store>,
    until: &Until,
    now: Timestamp,
    dry_run: bool,
    actor: Option<&str>,
    watch: &dyn Watch,
) -> Result<Purge> {
    if dry_run {
        return look(store, until, now);
    }
    let turn = store.job_turn(watch)?;
    let mut purge = look(store, until, now)?;
    let mut items: Vec<(i64, Map<String, Value>)> = purge.taken.iter().map(|(row, _)| (row.seq, Map::new())).collect();
    items.sort_by_key(|(seq, _)| *seq);
    let at = clock::millis_text(now);
    let job = Job { kind: JobKind::Purge, at, actor: actor.map(str::to_owned), data: Map::new(), items };
    let done = store.carry_out(&turn, job, watch)?;
    for (seq, reason) in done.skipped {
        if let Some(at) = purge.taken.iter().position(|(row, _)| row.seq == seq) {
            let (row, _) = purge.taken.remove(at);
            purge.kept.push(LeftOut { artifact_id: row.artifact_id, reason });
        }
    }
    Ok(purge)
}

fn look(store: &Arc<Store>, until: &Until, now: Timestamp) -> Result<Purge> {
    let reader = store.read()?;
    let manifest = reader.manifest();
    for (at, artifact_id) in until.ids.iter().flatten().enumerate() {
        let found = reader
            .found(artifact_id.as_str())
            .map_err(|error| Error::new(error.kind(), error.message()).field(format!("artifactIds[{at}]")))?;
        if found.state.deleted_at.is_none() {
            return Err(Error::conflict(format!("artifact {artifact_id} is not in the trash"))
                .field(format!("artifactIds[{at}]"))
                .hint("delete it first"));
        }
    }
    let rows = manifest.trash(until.ids.as_deref(), until.deleted_until.as_deref(), u64::MAX >> 1)?;
    let now = clock::millis_text(now);
    let mut purge = Purge { taken: Vec::new(), kept: Vec::new() };
    let members: HashSet<i64> = manifest.live_members()?.into_iter().collect();
    for row in rows {
        let reason = match () {
            () if row.pinned_until > now => "pinned",
            () if members.contains(&row.seq) => "dataset_member",
            () => {
                purge.taken.push((row, 0));
                continue;
            }
        };
        purge.kept.push(LeftOut { artifact_id: row.artifact_id, reason: reason.to_owned() });
    }
    let going: HashSet<i64> = purge.taken.iter().map(|(row, _)| row.seq).collect();
    let mut counted: HashSet<Hash> = HashSet::new();
    for (row, freed) in &mut purge.taken {
        *freed = row.bytes_in_place;
        for (hash, size) in manifest.objects_of(row.seq)? {
            if counted.insert(hash) && manifest.needing(&hash)?.iter().all(|seq| going.contains(seq)) {
                *freed += size.unwrap_or_default();
            }
        }
    }
    Ok(purge)
}
