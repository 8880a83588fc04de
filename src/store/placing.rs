//! Brings readable names and sidecars to their places after a commit, and again after a crash in between.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::ahead::Ahead;
use super::moving::Moved;
use super::writer::take_turn;
use super::{Access, Store, Writing};
use crate::base::crash;
use crate::base::files::{self, Context};
use crate::manifest::{Found, LINEAGE_ADDED, Manifest, Placement, RESCANNED, UPDATED};
use crate::model::artifact::{Event, Input, Record, Storage};
use crate::model::curation::Updated;
use crate::model::ids::ArtifactId;
use crate::model::place::Rescanned;
use crate::model::{Error, Result};
use crate::objects::{Staging, Unfinished};
use crate::store::lease::Lease;
use crate::store::names;
use crate::store::reader::View;
use crate::store::replay::told;
use crate::store::sidecar::Sidecar;

/// An artifact that is to get its name, and the sidecar written for it while the transaction was open.
pub(super) struct Fresh {
    pub(super) placement: Placement,
    /// The change of the transaction that it belongs to.
    pub(super) change: usize,
    pub(super) draft: Option<Unfinished>,
    /// Whether its sidecar may be missing or damaged; otherwise it is not even looked at.
    pub(super) sidecar: bool,
    /// What is to be undone where its files can't be moved.
    pub(super) undo: Option<(ArtifactId, Undo)>,
}

/// A change that is carried out only when the files of an artifact have moved.
#[derive(Debug, Clone)]
pub(super) enum Undo {
    /// It was deleted.
    Delete,
    /// It was restored; what its deletion had said.
    Restore(Map<String, Value>),
}

/// A change that was committed and could not be carried out.
#[derive(Debug)]
pub struct Stuck {
    /// The artifact.
    pub artifact_id: ArtifactId,
    /// Which change of the transaction it was, counted from 0.
    pub change: usize,
    /// Why.
    pub error: Error,
    pub(super) undo: Undo,
    pub(super) placement: Placement,
}

impl Stuck {
    /// What its caller is told.
    pub fn refusal(&self) -> Error {
        let artifact_id = &self.artifact_id;
        Error::conflict(format!("artifact {artifact_id} was left as it was: {}", self.error.message()))
            .hint("its files lie where they were; whatever else was asked for is done")
    }
}

impl Fresh {
    /// One that somebody else was to see to.
    fn again(placement: Placement) -> Self {
        Self { placement, change: 0, draft: None, sidecar: true, undo: None }
    }
}

/// An artifact whose name and sidecar are in their places but may not have reached the disk.
pub(super) struct Placed {
    placement: Placement,
    files: Vec<PathBuf>,
    folders: BTreeSet<PathBuf>,
    /// What has changed where files are kept in place, also on other file systems.
    moved: Moved,
}

/// Writes a sidecar into staging.
pub(super) fn draft(staging: &Staging, sidecar: &Sidecar) -> Result<Unfinished> {
    let (mut file, unfinished) = staging.create()?;
    file.write_all(sidecar.text().as_bytes()).context("write", unfinished.path())?;
    Ok(unfinished)
}

impl Store {
    /// Places what a transaction published. A failure here loses nothing: the next start places it, or it is undone.
    pub(super) fn place_all(&self, manifest: &Manifest, fresh: Vec<Fresh>, mut ahead: Ahead) -> Vec<Stuck> {
        let mut stuck = Vec::new();
        for mut fresh in fresh {
            let (placement, change, undo) = (fresh.placement.clone(), fresh.change, fresh.undo.take());
            match (self.place(manifest, fresh, &mut ahead), undo) {
                (Ok(placed), _) => {
                    if let Access::Write(writing) = &self.access {
                        writing.placed.lock().expect("no panic holds it").push(placed);
                    }
                }
                (Err(error), Some((artifact_id, undo))) => {
                    stuck.push(Stuck { artifact_id, change, error, undo, placement });
                }
                (Err(error), None) => tracing::warn!("a readable name is placed at the next start: {error}"),
            }
        }
        stuck
    }

    fn place(&self, manifest: &Manifest, fresh: Fresh, ahead: &mut Ahead) -> Result<Placed> {
        let Fresh { placement, draft, sidecar: with_sidecar, .. } = fresh;
        let seq = placement.seq;
        let found = manifest.artifact_at(seq)?.ok_or_else(|| Error::internal(format!("there is no artifact {seq}")))?;
        let (name, sidecar) = (self.layout.name(&found.record), self.layout.sidecar(&found.record));
        if with_sidecar
            && let Some(parent) = sidecar.parent()
            && !files::exists(parent)
        {
            files::create_folders(parent)?;
        }
        let named = match (found.record.storage, &found.state.deleted_at) {
            (Storage::Managed, None) => {
                let how = self.config.names;
                names::place(manifest, &self.objects, &self.layout, how, (seq, &found.record), &self.stamp())
            }
            (Storage::Managed, Some(_)) => {
                names::take_away(manifest, &self.objects, &self.layout, (seq, &found.record), &self.stamp())
            }
            (Storage::InPlace, _) => Ok(()),
        };
        crash::point("place.name_linked");
        let moved = self.move_files(manifest, &found, ahead);
        let files = match &found.state.deleted_at {
            None => self.name_files(manifest, seq, &found.record)?,
            Some(_) => Vec::new(),
        };
        let mut placed = Placed { placement, files, folders: BTreeSet::new(), moved: Moved::default() };
        if with_sidecar && !is_sidecar_of(&sidecar, &found.record) {
            let draft = match draft {
                Some(draft) => draft,
                None => self.draft_again(manifest, found)?,
            };
            files::move_over(draft.path(), &sidecar)?;
            crash::point("place.sidecar_written");
        }
        // A name can be made again from the sidecar, so the sidecar doesn't wait for it.
        named?;
        placed.moved = moved?;
        placed
            .folders
            .extend(placed.files.iter().chain([&sidecar, &name]).filter_map(|file| file.parent()).map(PathBuf::from));
        if with_sidecar {
            placed.files.push(sidecar);
        }
        Ok(placed)
    }

    /// Places everything that waits for it, whoever was to see to it; fails where an artifact is left without sidecar.
    pub(super) fn place_waiting(self: &Arc<Self>) -> Result<()> {
        let writing = self.writing()?;
        let turn = take_turn(&self.layout)?;
        let reader = self.read()?;
        let manifest = reader.manifest();
        for placement in manifest.placements()? {
            let seq = placement.seq;
            match (self.place(manifest, Fresh::again(placement), &mut Ahead::default()), manifest.artifact_at(seq)?) {
                (Ok(placed), _) => writing.placed.lock().expect("no panic holds it").push(placed),
                (Err(error), Some(found)) if !is_sidecar_of(&self.layout.sidecar(&found.record), &found.record) => {
                    let (artifact_id, reason) = (&found.record.artifact_id, error.message());
                    let message = format!("the sidecar of artifact {artifact_id} can't be placed: {reason}");
                    return Err(Error::new(error.kind(), message)
                        .hint("without it the manifest can't be made again: remove what is in its way and try again"));
                }
                (Err(error), _) => tracing::warn!("a readable name is placed at the next start: {error}"),
            }
        }
        drop((reader, turn));
        self.settle()
    }

    /// The files that make up a readable name.
    fn name_files(&self, manifest: &Manifest, seq: i64, record: &Record) -> Result<Vec<PathBuf>> {
        if record.storage == Storage::InPlace {
            return Ok(Vec::new());
        }
        Ok(manifest.files(seq)?.iter().map(|entry| self.layout.file(record, entry)).collect())
    }

    fn draft_again(&self, manifest: &Manifest, found: Found) -> Result<Unfinished> {
        draft(self.staging()?, &sidecar_again(manifest, found)?)
    }

    /// Settles what was placed. Where that fails nothing is lost: what was committed stays, and the next start settles it.
    pub fn settle_if_possible(&self) {
        if let Err(error) = self.settle() {
            tracing::warn!("names and sidecars will be settled at the next start: {error}");
        }
    }

    /// Waits until everything that was placed has reached the disk, and takes it off the list of what the next start
    /// would place.
    pub(super) fn settle(&self) -> Result<()> {
        let Access::Write(writing) = &self.access else { return Ok(()) };
        let placed = std::mem::take(&mut *writing.placed.lock().expect("no panic holds it"));
        if placed.is_empty() {
            return Ok(());
        }
        let settled = self.settle_these(writing, &placed);
        if settled.is_err() {
            writing.placed.lock().expect("no panic holds it").extend(placed);
        }
        settled
    }

    fn settle_these(&self, writing: &Writing, placed: &[Placed]) -> Result<()> {
        // A name may be gone again by now; what is flushed is this process's own work.
        let there = |path: &&PathBuf| files::exists(path);
        if placed.iter().map(|placed| placed.files.len()).sum::<usize>() > 3 {
            files::sync_file_system(self.layout.artifacts())?;
        } else {
            for file in placed.iter().flat_map(|placed| &placed.files).filter(there) {
                files::sync_file(file)?;
            }
            let folders = placed.iter().flat_map(|placed| &placed.folders).filter(there).cloned().collect();
            files::sync_folders(&folders)?;
        }
        let moved: BTreeSet<&PathBuf> = placed.iter().flat_map(|placed| &placed.moved.folders).filter(there).collect();
        sync_everywhere(moved)?;
        for purged in placed.iter().filter_map(|placed| placed.moved.purged.as_ref()).filter(there) {
            files::remove_tree(purged)?;
        }
        crash::point("settle.synced");
        let connection = writing.connection.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let Some(manifest) = connection.as_ref() else { return Ok(()) };
        let _turn = take_turn(&self.layout)?;
        // What was placed once more since then is settled once more.
        let again: BTreeSet<i64> =
            writing.placed.lock().expect("no panic holds it").iter().map(|placed| placed.placement.seq).collect();
        manifest.begin()?;
        let mut safe =
            placed.iter().map(|placed| &placed.placement).filter(|placement| !again.contains(&placement.seq));
        let removed = safe.try_for_each(|placement| manifest.remove_placement(placement));
        match removed {
            Ok(()) => manifest.commit()?,
            Err(error) => {
                manifest.rollback()?;
                return Err(error);
            }
        }
        crash::point("settle.done");
        Ok(())
    }

    /// Finishes what dead processes left: sweeps their staging folders, places what they committed, does their jobs.
    pub(super) fn recover(self: &Arc<Self>) -> Result<()> {
        let Access::Write(writing) = &self.access else { return Ok(()) };
        Lease::sweep(&self.layout)?;
        // Before files are moved: which ones, the rows say.
        self.finish_replacements()?;
        let reader = self.read()?;
        let mut left = Vec::new();
        for placement in reader.manifest().placements()? {
            // Its own are those that a migration has just left to it.
            if placement.lease == writing.lease.name() || Lease::is_dead(&self.layout, &placement.lease)? {
                left.push(Fresh::again(placement));
            }
        }
        if !left.is_empty() {
            self.place_all(reader.manifest(), left, Ahead::default());
            drop(reader);
            self.settle()?;
        }
        self.recover_jobs()
    }
}

/// Flushes folders of several file systems.
fn sync_everywhere(folders: BTreeSet<&PathBuf>) -> Result<()> {
    let mut devices: BTreeMap<u64, BTreeSet<PathBuf>> = BTreeMap::new();
    for folder in folders {
        let device = files::fingerprint(&files::metadata(folder)?).identity.0;
        devices.entry(device).or_default().insert(folder.clone());
    }
    devices.values().try_for_each(|folders| Ok(files::sync_folders(folders)?))
}

/// The inputs that an event of the kind `LINEAGE_ADDED` tells of.
pub(super) fn inputs_added(event: &Event) -> Result<Vec<Input>> {
    serde_json::from_value(event.data.get("inputs").cloned().unwrap_or_default())
        .map_err(|error| Error::integrity(format!("event {}: {error}", event.event_id.0)))
}

/// The sidecar that an artifact's rows tell of, as it was written at the publishing.
pub(super) fn sidecar_again(manifest: &Manifest, found: Found) -> Result<Sidecar> {
    let (seq, artifact_id) = (found.seq, found.record.artifact_id.clone());
    let published = manifest.published_event(artifact_id.as_str())?;
    let mut publication = manifest.publication(found)?;
    for event in manifest.events_of(artifact_id.as_str(), LINEAGE_ADDED)? {
        let later = inputs_added(&event)?;
        publication.inputs.retain(|input| !later.contains(input));
    }
    for event in manifest.events_of(artifact_id.as_str(), UPDATED)?.iter().rev() {
        told::<Updated>(event)?.before.apply(&mut publication);
    }
    if let Some(event) = manifest.events_of(artifact_id.as_str(), RESCANNED)?.first() {
        told::<Rescanned>(event)?.before.apply(&mut publication);
    }
    publication.request = manifest.request_of(artifact_id.as_str())?;
    Ok(Sidecar::new(seq, &published, publication))
}

/// Whether a file is the intact sidecar of this artifact.
fn is_sidecar_of(path: &std::path::Path, record: &Record) -> bool {
    files::exists(path)
        && matches!(Sidecar::read(path), Ok(Some(sidecar))
            if sidecar.publication.record.artifact_id == record.artifact_id)
}
