//! Brings the manifest of a version 1 store, a Python package's, up to date: once, whole, and never without a backup.
//!
//! The bytes are hashed and copied into the objects while the old tables stand. Then one transaction replaces all of
//! the tables inside the same file, so that whoever else has it open, the Python package included, sees the old
//! manifest or the new one and writes into nothing that is gone. Before its commit nothing of version 1 has changed.

mod succession;
mod taking;
mod whereabouts;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::layout::Layout;
use super::writer::published_data;
use super::{Location, history, init, names};
use crate::base::clock::{self, Clock};
use crate::base::crash;
use crate::base::files;
use crate::base::lock::Lock;
use crate::manifest::{Age, BUSY_WAIT, Manifest, PUBLISHED, Placement, Version1};
use crate::model::artifact::{Event, Input};
use crate::model::ids::{ArtifactId, Relation};
use crate::model::number::Count;
use crate::model::{Error, Result, curation};
use crate::objects::Staging;
use taking::{Taken, Taker, name_like};

/// How often it begins anew when the old manifest is written to meanwhile.
const ATTEMPTS: usize = 5;

/// How often progress is logged.
const LOGGED_EVERY: usize = 1000;

const BACKUP: &str = "manifest-v1-";

/// What a migration works with.
pub(super) struct Ground<'a> {
    pub(super) location: &'a Location,
    /// The store's folder with links resolved.
    pub(super) root: &'a Path,
    pub(super) clock: Clock,
    pub(super) staging: &'a Staging,
    /// The lease of this process, which places the names after the commit.
    pub(super) lease: &'a str,
}

/// Everything that the new manifest gets from the old one.
struct Plan {
    taken: Vec<Taken>,
    succession: succession::Succession,
    deleted: Vec<usize>,
    /// Of one artifact, by its place, or of the store.
    findings: Vec<(Option<usize>, String)>,
}

/// Whether a file in backups/ is a manifest of version 1.
pub(super) fn is_backup(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(BACKUP))
}

/// Waits while another process migrates: until its names are placed, answers would name files that are not there yet.
pub(super) fn wait(layout: &Layout) -> Result<()> {
    let path = layout.lock("migrate");
    if files::exists(&path) {
        patiently(layout, || Lock::try_shared(&path))?;
    }
    Ok(())
}

/// Migrates a manifest of version 1. The lock is for the caller to keep until the names are placed; there is none when
/// another process was faster.
pub(super) fn migrate(manifest: &Manifest, ground: &Ground) -> Result<Option<Lock>> {
    let provisional = Layout::new(ground.root.to_owned(), ground.root.join("artifacts"));
    let path = provisional.lock("migrate");
    let lock = patiently(&provisional, || Lock::try_exclusive(&path))?;
    if manifest.age()? != Age::Version1 {
        return Ok(None);
    }
    for _ in 0..ATTEMPTS {
        manifest.begin_reading()?;
        let version1 = manifest.version1();
        manifest.end_reading()?;
        if attempt(manifest, &version1?, ground)? {
            return Ok(Some(lock));
        }
        tracing::info!("the old manifest was written to meanwhile: the migration begins anew");
    }
    Err(Error::busy(format!("{} is written to again and again while it is migrated", provisional.manifest().display()))
        .hint("stop the programs that use the old store and send the request again"))
}

fn patiently(layout: &Layout, take: impl Fn() -> files::Result<Option<Lock>>) -> Result<Lock> {
    let pause = Duration::from_millis(50);
    for _ in 0..BUSY_WAIT.as_millis() / pause.as_millis() {
        if let Some(lock) = take()? {
            return Ok(lock);
        }
        std::thread::sleep(pause);
    }
    Err(Error::busy(format!("another process is migrating the store {}", layout.root().display()))
        .hint("send the request again when it is done"))
}

/// `false` when the old manifest was written to meanwhile.
fn attempt(manifest: &Manifest, version1: &Version1, ground: &Ground) -> Result<bool> {
    let artifacts = match &ground.location.artifacts_root {
        Some(folder) => files::absolute(folder),
        None => whereabouts::artifacts_folder(ground.root, version1),
    };
    let layout = Layout::new(ground.root.to_owned(), artifacts);
    tracing::info!("migrating {} artifacts of the version 1 store {}", version1.artifacts.len(), ground.root.display());
    init::make_folders(&layout)?;
    let backup = back_up(manifest, &layout, ground.clock)?;
    crash::point("migrate.backed_up");
    let built = plan(version1, &layout, ground).and_then(|plan| {
        crash::point("migrate.staged");
        manifest.make_durable()?;
        manifest.begin_replacing()?;
        replace(manifest, version1, plan, &layout, ground, &backup)
    });
    if !matches!(built, Ok(true)) {
        manifest.rollback()?;
        files::remove_if_there(&backup)?;
        return built;
    }
    crash::point("migrate.before_commit");
    // After a failed commit it is unknown what is on the disk, so the backup stays.
    manifest.commit()?;
    crash::point("migrate.after_commit");
    Ok(true)
}

fn back_up(manifest: &Manifest, layout: &Layout, clock: Clock) -> Result<PathBuf> {
    let start = format!("{BACKUP}{}", clock::stamp(clock.now()));
    let plain = layout.backups().join(format!("{start}.sqlite"));
    let mut paths =
        std::iter::once(plain).chain((2..).map(|number| layout.backups().join(format!("{start}-{number}.sqlite"))));
    let path = paths.find(|path| !files::exists(path)).expect("some number is free");
    let draft = path.with_extension("incomplete");
    files::remove_if_there(&draft)?;
    if let Err(error) = manifest.copy_into(&draft).and_then(|()| Ok(files::sync_file(&draft)?)) {
        files::remove_if_there(&draft)?;
        return Err(error);
    }
    files::rename(&draft, &path)?;
    files::sync_parent(&path)?;
    Ok(path)
}

/// Takes the bytes in and settles what contradicts itself, while the old tables stand.
fn plan(version1: &Version1, layout: &Layout, ground: &Ground) -> Result<Plan> {
    let mut taker = Taker::new(layout, ground.staging, ground.clock.now());
    let mut plan = Plan {
        taken: Vec::with_capacity(version1.artifacts.len()),
        succession: succession::of(version1),
        deleted: Vec::new(),
        findings: Vec::new(),
    };
    let mut places = BTreeMap::new();
    let mut ids = BTreeSet::new();
    for (place, row) in version1.artifacts.iter().enumerate() {
        if place > 0 && place % LOGGED_EVERY == 0 {
            tracing::info!("{place} of {} artifacts taken", version1.artifacts.len());
        }
        let (artifact_id, finding) = id_like(&row.artifact_id, &ids);
        ids.insert(artifact_id.clone());
        places.insert(row.artifact_id.as_str(), place);
        let mut taken = taker.take(row, artifact_id)?;
        plan.findings.extend(finding.into_iter().chain(taken.findings.drain(..)).map(|told| (Some(place), told)));
        plan.taken.push(taken);
        match row.status.as_str() {
            "tombstoned" => plan.deleted.push(place),
            "active" | "superseded" => {}
            other => plan.findings.push((Some(place), format!("its status {other:?} became active"))),
        }
    }
    taker.sync()?;
    add_tags(version1, &places, &mut plan);
    add_inputs(version1, &places, &mut plan);
    let findings = std::mem::take(&mut plan.succession.findings);
    plan.findings.extend(findings);
    Ok(plan)
}

/// The id itself, or the nearest one that may be an id and is free.
fn id_like(text: &str, taken: &BTreeSet<ArtifactId>) -> (ArtifactId, Option<String>) {
    match ArtifactId::try_from(text.to_owned()) {
        Ok(id) if !taken.contains(&id) => (id, None),
        _ => {
            let start = name_like(text, 100);
            let names = std::iter::once(start.clone()).chain((2..).map(|number| format!("{start}-{number}")));
            let mut ids = names.map(|name| ArtifactId::try_from(name).expect("made to be a name"));
            let id = ids.find(|id| !taken.contains(id)).expect("some number is free");
            let told = format!("its id was {text:?}");
            (id, Some(told))
        }
    }
}

/// Where a key has several values, the last one counts, as the order of texts has it.
fn add_tags(version1: &Version1, places: &BTreeMap<&str, usize>, plan: &mut Plan) {
    for (artifact_id, key, value) in &version1.tags {
        let Some(&place) = places.get(artifact_id.as_str()) else {
            let told = format!("the tag {key:?} = {value:?} is of {artifact_id}, which is not there");
            plan.findings.push((None, told));
            continue;
        };
        let tags = &mut plan.taken[place].publication.tags;
        if let Some(other) = tags.insert(key.clone(), value.clone()) {
            let told = format!("its tag {key:?} had several values: {other:?} gave way to {value:?}");
            plan.findings.push((Some(place), told));
        }
    }
    for (place, taken) in plan.taken.iter_mut().enumerate() {
        let told = curation::fit(&mut None, &mut None, &mut taken.publication.tags);
        plan.findings.extend(told.into_iter().map(|told| (Some(place), told)));
    }
}

fn add_inputs(version1: &Version1, places: &BTreeMap<&str, usize>, plan: &mut Plan) {
    for (output, input) in &version1.inputs {
        let Some(&place) = places.get(output.as_str()) else {
            plan.findings.push((None, format!("{input} was an input of {output}, which is not there")));
            continue;
        };
        let known = places.get(input.as_str());
        let artifact_id = match known {
            Some(&input) if input == place => {
                plan.findings.push((Some(place), "it was said to be an input of itself".to_owned()));
                continue;
            }
            Some(&input) => plan.taken[input].publication.record.artifact_id.clone(),
            None => {
                plan.findings.push((Some(place), format!("its input {input} is not there")));
                match ArtifactId::try_from(input.clone()) {
                    Ok(missing) => missing,
                    Err(_) => continue,
                }
            }
        };
        plan.taken[place].publication.inputs.push(Input { artifact_id, relation: Relation::default() });
    }
}

/// Replaces the old tables by the new ones, inside the caller's transaction; `false` when the old ones are no longer
/// what was planned for.
fn replace(
    manifest: &Manifest,
    version1: &Version1,
    plan: Plan,
    layout: &Layout,
    ground: &Ground,
    backup: &Path,
) -> Result<bool> {
    if manifest.version1()? != *version1 {
        return Ok(false);
    }
    manifest.clear()?;
    init::furnish(manifest, layout)?;
    let now = ground.clock.now();
    let mut log = Log { manifest, at: clock::millis_text(now), event_id: 0, lines: Vec::new() };
    let mut rows: Vec<(i64, ArtifactId)> = Vec::with_capacity(plan.taken.len());
    for Taken { mut publication, hint, object, .. } in plan.taken {
        let record = &mut publication.record;
        record.version = manifest.next_version(record.artifact_type.as_str(), &record.logical_key)?;
        names::choose(manifest, layout, record, hint.as_deref())?;
        let seq = manifest.insert_artifact(&publication, None)?;
        if let Some((hash, row)) = object {
            manifest.set_object(&hash, row)?;
        }
        manifest.insert_placement(&Placement { seq, lease: ground.lease.to_owned() })?;
        let record = &publication.record;
        log.add(PUBLISHED, Some(&record.artifact_id), Some(&record.created_at), published_data(&publication))?;
        rows.push((seq, publication.record.artifact_id));
    }
    let id = |place: usize| &rows[place].1;
    let at = log.at.clone();
    let mut superseded: Vec<(usize, Option<usize>)> =
        plan.succession.kept.iter().map(|(old, new)| (*old, Some(*new))).collect();
    superseded.extend(plan.succession.orphans.iter().map(|old| (*old, None)));
    for (old, new) in superseded {
        manifest.set_superseded(rows[old].0, new.map(|new| rows[new].0), &at)?;
        let data = json!({ "supersededBy": new.map(|new| id(new).as_str()) });
        log.add("superseded", Some(id(old)), None, object_of(data))?;
    }
    for place in plan.deleted {
        manifest.set_deleted(rows[place].0, &at, &Map::new())?;
        log.add("deleted", Some(id(place)), None, Map::new())?;
    }
    let findings = plan.findings.len();
    for (place, finding) in plan.findings {
        let artifact_id = place.map(id);
        let data = json!({ "artifactId": artifact_id.map(ArtifactId::as_str), "finding": finding });
        log.add("migration_finding", artifact_id, None, object_of(data))?;
    }
    let backup = backup.strip_prefix(layout.root()).unwrap_or(backup);
    let data = json!({ "from": 1, "artifacts": rows.len(), "findings": findings, "backup": backup.to_string_lossy() });
    log.add("store_migrated", None, None, object_of(data))?;
    tracing::info!("{} artifacts migrated with {findings} findings", rows.len());
    history::append(layout, manifest, &log.lines, 1, &clock::stamp(now))?;
    crash::point("migrate.built");
    Ok(true)
}

/// Events on their way into the manifest and the history.
struct Log<'a> {
    manifest: &'a Manifest,
    /// The moment of the migration: version 1 did not note when anything was superseded or deleted.
    at: String,
    event_id: u64,
    lines: Vec<Event>,
}

impl Log<'_> {
    fn add(
        &mut self,
        kind: &str,
        artifact_id: Option<&ArtifactId>,
        at: Option<&String>,
        data: Map<String, Value>,
    ) -> Result<()> {
        self.event_id += 1;
        let event = Event {
            event_id: Count(self.event_id),
            at: at.unwrap_or(&self.at).clone(),
            kind: kind.to_owned(),
            artifact_id: artifact_id.map(ToString::to_string),
            actor: None,
            data,
        };
        self.manifest.insert_event(&event)?;
        if kind != PUBLISHED {
            self.lines.push(event);
        }
        Ok(())
    }
}

fn object_of(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        other => unreachable!("an object was expected, not {other}"),
    }
}
