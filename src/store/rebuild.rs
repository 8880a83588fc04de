//! Making the manifest again: from sidecars and history alone, or from a backup and what they know since.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::carrying::BUNDLE_IMPORTED;
use super::placing::inputs_added;
use super::site::sidecars;
use super::writer::{published_data, take_turn};
use super::{Layout, Site, Store, init};
use crate::base::clock;
use crate::base::files::{self, Lock};
use crate::manifest::{
    ALIAS_REMOVED, ALIAS_SET, Age, BUSY_WAIT, LINEAGE_ADDED, Manifest, PUBLISHED, Placement, RESCANNED, UPDATED,
};
use crate::model::artifact::{Event, Request, Storage, TypeDefinition};
use crate::model::compaction::FormsChanged;
use crate::model::curation::{AliasOf, Updated};
use crate::model::number::Count;
use crate::model::place::Rescanned;
use crate::model::run::{RunFinished, RunStarted};
use crate::model::{Error, Hash, Kind, Result, Watch};
use crate::objects::Objects;
use crate::store::sidecar::Sidecar;
use crate::store::{forms, history, legacy, pins, snapshot, trash};

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

impl Store {
    /// Copies the manifest to a path, or into backups/; answers the path and its length.
    pub fn back_up(&self, path: Option<PathBuf>) -> Result<(PathBuf, u64)> {
        let given = path.map(|path| files::absolute(&path));
        let taken = |path: &Path| {
            Error::conflict(format!("{} exists already", path.display())).field("path").hint("name a path that is free")
        };
        if let Some(path) = given.as_deref().filter(|path| files::exists(path)) {
            return Err(taken(path));
        }
        let folder = match &given {
            Some(path) => path.parent().unwrap_or(Path::new("/")).to_owned(),
            None => self.layout.backups(),
        };
        if !files::exists(&folder) {
            return Err(Error::not_found(format!("the folder {} was not found", folder.display())).field("path"));
        }
        if !files::writable(&folder) {
            return Err(Error::read_only(format!("the folder {} can't be written", folder.display()))
                .hint("name a path elsewhere"));
        }
        let draft = folder.join(format!(".keepstone-backup-{}-{:08x}", std::process::id(), self.clock.random()));
        let manifest = self.open_reader()?;
        let named = manifest.copy_into(&draft).and_then(|()| {
            files::sync_file(&draft)?;
            match given {
                Some(path) if name_new(&draft, &path)? => Ok(path),
                Some(path) => Err(taken(&path)),
                None => loop {
                    let path = free_name(&folder, &self.stamp());
                    if name_new(&draft, &path)? {
                        break Ok(path);
                    }
                },
            }
        });
        init::remove_draft(&draft);
        let path = named?;
        files::sync_parent(&path)?;
        let size = files::metadata(&path)?.len();
        Ok((path, size))
    }
}

/// Copies of the manifest that collections leave; the older ones go.
const COLLECTIONS_KEPT: usize = 5;
const COLLECTION: &str = "manifest-gc-";

impl Store {
    /// Copies the manifest into backups/ before a collection changes it, and removes all but the last such copies.
    pub fn back_up_first(&self) -> Result<PathBuf> {
        let folder = self.layout.backups();
        let stamp = self.stamp();
        let names = (1..).map(|number| match number {
            1 => format!("{COLLECTION}{stamp}.sqlite"),
            number => format!("{COLLECTION}{stamp}-{number}.sqlite"),
        });
        let free = names.map(|name| folder.join(name)).find(|path| !files::exists(path)).expect("some number is free");
        let (path, _) = self.back_up(Some(free))?;
        let is_one = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(COLLECTION) && name.ends_with(".sqlite")
        };
        let age = |path: &PathBuf| files::metadata(path).map(|found| files::fingerprint(&found).mtime_ns).unwrap_or(0);
        let mut all: Vec<PathBuf> = files::list(&folder)?.into_iter().filter(is_one).collect();
        all.sort_by_key(|path| (age(path), path.clone()));
        let old = all.len().saturating_sub(COLLECTIONS_KEPT);
        all[..old].iter().filter(|old| **old != path).try_for_each(|old| files::remove_if_there(old))?;
        Ok(path)
    }
}

/// Gives a finished draft its name; `false` when another has it.
fn name_new(draft: &Path, path: &Path) -> Result<bool> {
    match files::link_new(draft, path) {
        Ok(named) => Ok(named),
        Err(_) if files::exists(path) => Ok(false),
        // Not every file system gives a file a second name.
        Err(_) => Ok(files::rename(draft, path).map(|()| true)?),
    }
}

fn free_name(folder: &Path, stamp: &str) -> PathBuf {
    let plain = folder.join(format!("manifest-{stamp}.sqlite"));
    let numbered = (2..).map(|number| folder.join(format!("manifest-{stamp}-{number}.sqlite")));
    std::iter::once(plain).chain(numbered).find(|path| !files::exists(path)).expect("some number is free")
}

impl Site {
    /// Makes the manifest again from the sidecars and the history.
    pub fn rebuild_manifest(&self, watch: &dyn Watch) -> Result<Rebuilt> {
        refuse_unwritable(self.layout().root())?;
        let layout = self.known_layout()?;
        self.place_waiting(&layout)?;
        let nothing = |what: &str| {
            Err(Error::not_found(format!("there is nothing to rebuild in {}: {what}", layout.root().display())).hint(
                "name the store's folder with --root, and its readable names with --artifacts-root if they lie elsewhere",
            ))
        };
        let is_sidecar = |path: &PathBuf| matches!(Sidecar::read(path), Ok(Some(_)) | Err(_));
        if !candidates(&layout)?.iter().any(is_sidecar) {
            if history::read(&layout, None)?.events.iter().any(|event| event.artifact_id.is_some()) {
                return nothing("the history tells of artifacts, and no sidecar was found");
            }
            // Where a manifest that is fine has no artifacts, a publish that never committed left them.
            let empty = sound(&layout).is_some_and(|live| matches!(live.artifact_count(), Ok(0)));
            if !empty && has_objects(&layout)? {
                return nothing("there are objects, and no sidecar was found");
            }
            if !files::exists(&layout.history()) {
                return nothing("neither sidecars nor a history were found");
            }
        }
        self.replace_manifest(&layout, |draft| init::new_manifest(draft, &layout), watch)
    }

    /// Brings back a backup and takes in what the sidecars and the history know since.
    pub fn restore_backup(&self, path: Option<PathBuf>, watch: &dyn Watch) -> Result<Rebuilt> {
        refuse_unwritable(self.layout().root())?;
        let layout = self.known_layout()?;
        let backup = match path {
            Some(path) if files::exists(&path) => path,
            Some(path) => {
                return Err(Error::not_found(format!("the backup {} was not found", path.display())).field("path"));
            }
            None => newest_backup(&layout)?,
        };
        let damaged = |how: &str| {
            Error::integrity(format!("the backup {} is damaged: {how}", backup.display()))
                .field("path")
                .hint("name another backup with path; rebuild_manifest needs none")
        };
        let manifest = Manifest::open_read_only(&backup, true)?;
        match manifest.age() {
            Ok(Age::Current | Age::Older) => {}
            Ok(Age::Newer(version)) => {
                return Err(Error::unsupported(format!(
                    "the backup {} has format {version}, made by a newer keepstone",
                    backup.display()
                ))
                .field("path"));
            }
            Ok(_) => {
                return Err(Error::invalid_data(format!("{} is no backup of a keepstone manifest", backup.display()))
                    .field("path"));
            }
            Err(error) => return Err(damaged(error.message())),
        }
        match manifest.damage() {
            Ok(damage) if damage.is_empty() => {}
            Ok(damage) => return Err(damaged(&damage[0])),
            Err(error) => return Err(damaged(error.message())),
        }
        self.place_waiting(&layout)?;
        self.replace_manifest(
            &layout,
            |draft| {
                manifest.copy_into(draft)?;
                let draft_manifest = Manifest::open(draft)?;
                draft_manifest.bring_up_to_date()?;
                // What was under way when it was copied is not gone on with.
                draft_manifest.forget_jobs()?;
                drop(draft_manifest);
                Ok(files::sync_file(draft)?)
            },
            watch,
        )
    }

    /// The layout as the manifest remembers it, or as the caller says where the manifest can't be asked.
    fn known_layout(&self) -> Result<Layout> {
        match self.store() {
            Ok(store) => Ok(store.layout().clone()),
            Err(error) if matches!(error.kind(), Kind::Integrity | Kind::NotFound | Kind::Internal) => {
                Ok(self.layout())
            }
            // A newer keepstone's, another program's, or one whose readable names lie elsewhere is not replaced.
            Err(error) => Err(error),
        }
    }

    /// Has every artifact of a manifest that is fine get its sidecar, because the new manifest knows it from there alone.
    fn place_waiting(&self, layout: &Layout) -> Result<()> {
        match sound(layout) {
            Some(_) => self.store()?.place_waiting(),
            None => Ok(()),
        }
    }

    fn replace_manifest(
        &self,
        layout: &Layout,
        begin: impl FnOnce(&Path) -> Result<()>,
        watch: &dyn Watch,
    ) -> Result<Rebuilt> {
        for folder in layout.folders() {
            files::create_folders(&folder)?;
        }
        if !files::exists(&layout.objects()) {
            Objects::new(layout.objects()).create()?;
        }
        self.close();
        let drafting = Lock::exclusive(&layout.lock("init"))?;
        let jobs = Lock::exclusive_within(&layout.lock("jobs"), BUSY_WAIT)?.ok_or_else(|| {
            Error::busy("another process collects, restores or purges").hint("send the request again")
        })?;
        // From here on nothing is published or changed that the sidecars and the history don't tell.
        let turn = take_turn(layout)?;
        let live = sound(layout);
        let draft = layout.staging().join(format!("manifest-{:08x}", self.clock().random()));
        let outcome = begin(&draft).and_then(|()| {
            let manifest = Manifest::open(&draft)?;
            let rebuilt = replay(&manifest, layout, live.as_ref(), watch)?;
            manifest.fold_log()?;
            drop(manifest);
            files::sync_file(&draft)?;
            // Sidecars of other processes may have been read before they reached the disk.
            files::sync_file_system(layout.artifacts())?;
            self.install(layout, &draft, live)?;
            Ok(rebuilt)
        });
        init::remove_draft(&draft);
        drop((turn, jobs, drafting));
        let rebuilt = outcome?;
        self.store()?;
        Ok(rebuilt)
    }

    /// Puts a manifest in the place of the one that is there or lost.
    fn install(&self, layout: &Layout, draft: &Path, live: Option<Manifest>) -> Result<()> {
        if let Some(mut live) = live {
            live.make_durable()?;
            // What it knows and neither sidecars nor history tell, can be looked up there.
            let aside = free_name(&layout.quarantine(), &clock::stamp(self.clock().now()));
            live.copy_into(&aside)?;
            files::sync_file(&aside)?;
            files::sync_folder(&layout.quarantine())?;
            return live.overwrite_from(&Manifest::open_read_only(draft, true)?);
        }
        let _alone = alone(layout)?;
        init::move_manifest_aside(layout, &clock::stamp(self.clock().now()))?;
        files::rename(draft, &layout.manifest())?;
        Ok(files::sync_folder(layout.root())?)
    }
}

/// Where no store is opened for writing, no manifest is replaced either.
fn refuse_unwritable(root: &Path) -> Result<()> {
    if !files::exists(root) {
        return Ok(());
    }
    if let Some(kind) = files::network_file_system(root)? {
        return Err(Error::read_only(format!(
            "{} lies on {kind}, where several processes can't share a store safely: its manifest can't be replaced",
            root.display()
        ))
        .hint("send the request on the machine whose disk it is, or copy the store to a local file system"));
    }
    if !files::writable(root) {
        return Err(Error::read_only(format!("{} can't be written: its manifest can't be replaced", root.display()))
            .hint("make the folder writable, or copy the store to where it is"));
    }
    Ok(())
}

/// The manifest that is in its place, if it is of this format and undamaged.
fn sound(layout: &Layout) -> Option<Manifest> {
    let path = layout.manifest();
    let manifest = files::exists(&path).then(|| Manifest::open(&path).ok()).flatten()?;
    let sound = matches!(manifest.age(), Ok(Age::Current)) && matches!(manifest.damage().as_deref(), Ok([]));
    sound.then_some(manifest)
}

/// Keeps every other process out of the store: none may go on with a manifest that is no longer in its place.
fn alone(layout: &Layout) -> Result<Lock> {
    Lock::exclusive_within(&layout.lock("open"), BUSY_WAIT)?.ok_or_else(|| {
        Error::busy(format!("another process has the store {} open", layout.root().display()))
            .hint("stop it and send the request again")
    })
}

fn newest_backup(layout: &Layout) -> Result<PathBuf> {
    let folder = layout.backups();
    let mut backups = if files::exists(&folder) { files::list(&folder)? } else { Vec::new() };
    backups.retain(|path| path.extension().is_some_and(|end| end == "sqlite") && !legacy::is_backup(path));
    let newest = |path: &PathBuf| files::metadata(path).map(|found| files::fingerprint(&found).mtime_ns).unwrap_or(0);
    backups.into_iter().max_by_key(|path| (newest(path), path.clone())).ok_or_else(|| {
        Error::not_found(format!("no backup was found in {}", folder.display()))
            .hint("make one with `backup`, or name another with path; rebuild_manifest needs none")
    })
}

fn has_objects(layout: &Layout) -> Result<bool> {
    let folder = layout.objects();
    let parts = if files::exists(&folder) { files::list(&folder)? } else { Vec::new() };
    for part in parts {
        if matches!(files::look(&part)?, Some(found) if found.is_dir()) && !files::list(&part)?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What may be a sidecar: first those that only a published JSON file has, so that the file itself need not be read.
fn candidates(layout: &Layout) -> Result<Vec<PathBuf>> {
    let mut paths = sidecars(layout.artifacts())?;
    paths.sort_by_key(|path| !path.as_os_str().as_encoded_bytes().ends_with(b".sidecar.json"));
    Ok(paths)
}

enum Step {
    Publish(Box<Sidecar>),
    Change(Event),
}

/// Takes in every sidecar and event that the manifest doesn't know, in the order in which they happened.
fn replay(manifest: &Manifest, layout: &Layout, live: Option<&Manifest>, watch: &dyn Watch) -> Result<Rebuilt> {
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
