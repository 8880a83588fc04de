//! Into the trash, out of it again, and what a purge takes away for good. Deleting and restoring move no object: they
//! are marks on rows, and the readable names follow.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use super::ahead::Ahead;
use super::moving::Room;
use super::placing::Undo;
use super::{Store, moving, names};
use crate::base::{clock, crash, files, parallel};
use crate::manifest::Found;
use crate::model::artifact::Storage;
use crate::model::retention::Deletion;
use crate::model::{Error, Hash, Result};
use crate::store::reader::View;
use crate::store::writer::Writer;

/// The kind of the event that tells of a deletion.
pub(super) const DELETED: &str = "deleted";
/// The kind of the event that tells of a return.
pub(super) const RESTORED: &str = "restored";
/// The kind of the event that tells that bytes were given up.
pub(super) const PURGED: &str = "purged";

/// So many objects are removed, or for so long, while others wait.
const SWEEP_MOST: u64 = 512;
const SWEEP_TIME: Duration = Duration::from_millis(30);
/// So many at once: to free a file's blocks is mostly waiting for the disk.
const SWEEPERS: usize = 4;

impl Writer<'_> {
    /// Puts an artifact into the trash: its readable name goes, its bytes stay. `false` when it was deleted already.
    pub fn delete(&mut self, found: &Found, deletion: &Deletion) -> Result<bool> {
        if found.state.deleted_at.is_some() {
            return Ok(false);
        }
        moving::deletable(self.layout(), self.manifest(), found, self.ahead())?;
        let data = match serde_json::to_value(deletion) {
            Ok(Value::Object(data)) => data,
            other => unreachable!("an object was expected, not {other:?}"),
        };
        self.manifest().set_deleted(found.seq, &clock::millis_text(self.now()), &data)?;
        self.record(DELETED, Some(found.record.artifact_id.as_str()), data)?;
        self.move_later(found, Undo::Delete)?;
        Ok(true)
    }

    /// Brings an artifact back as it was; `false` when it was not deleted. Something else that lies at its readable name
    /// is not touched: that is an error.
    pub fn restore(&mut self, found: &Found) -> Result<bool> {
        let artifact_id = found.record.artifact_id.as_str();
        if found.state.deleted_at.is_none() {
            return Ok(false);
        }
        restorable(self, found, self.ahead(), &mut Room::default())?;
        let deletion = self.manifest().deletion(found.seq)?;
        self.manifest().set_restored(found.seq, &clock::millis_text(self.now()))?;
        self.record(RESTORED, Some(artifact_id), Map::new())?;
        self.move_later(found, Undo::Restore(deletion))?;
        Ok(true)
    }

    /// Gives up the bytes of a deleted artifact; its objects go later, those that nothing else needs. `false` when that
    /// was done already.
    pub fn purge(&mut self, found: &Found) -> Result<bool> {
        if found.state.deleted_at.is_none() || found.state.purged_at.is_some() {
            return Ok(false);
        }
        moving::purgeable(self.layout(), found)?;
        self.manifest().set_purged(found.seq, &clock::millis_text(self.now()))?;
        self.record(PURGED, Some(found.record.artifact_id.as_str()), Map::new())?;
        if found.record.storage == Storage::InPlace {
            self.name_later(found.seq)?;
        }
        for (hash, _) in self.manifest().objects_of(found.seq)? {
            self.manifest().doom(&hash)?;
        }
        Ok(true)
    }
}

/// Refuses to restore what was purged, what would be there twice, and over something else.
fn restorable<V: View>(view: &V, found: &Found, ahead: &Ahead, room: &mut Room) -> Result<()> {
    let artifact_id = &found.record.artifact_id;
    if let Some(at) = &found.state.purged_at {
        return Err(Error::conflict(format!("artifact {artifact_id} can't be restored: it was purged at {at}"))
            .hint("its bytes are gone; publish them again where there is a copy"));
    }
    if found.record.storage == Storage::InPlace {
        return moving::restorable(view.layout(), view.manifest(), found, ahead, room);
    }
    let record = &found.record;
    let active = view.manifest().active_of_identity(
        record.artifact_type.as_str(),
        record.schema_version,
        &record.logical_key,
        &record.content_hash,
    )?;
    // What was superseded before it was deleted is superseded again, and a duplicate of nothing.
    if let Some(twin) = active.first().filter(|_| found.state.superseded_at.is_none()) {
        let twin = &twin.record.artifact_id;
        return Err(Error::conflict(format!(
            "artifact {artifact_id} can't be restored: the same content was published again as {twin}"
        ))
        .detail("activeArtifactId", twin.as_str())
        .hint(format!("its content is live already; to have this one instead, delete {twin} first")));
    }
    if found.record.storage == Storage::Managed
        && let Some(path) = names::occupied(view.manifest(), view.objects(), view.layout(), found)?
    {
        return Err(Error::conflict(format!(
            "artifact {artifact_id} can't be restored: something else lies at {}",
            path.display()
        ))
        .detail("path", path.to_string_lossy())
        .hint("move it away and restore again"));
    }
    Ok(())
}

/// Removes those of these objects that nothing needs; answers of each whether it is gone, or nothing where the time was
/// up before its turn.
fn remove_unneeded<V: View>(view: &V, hashes: &[Hash]) -> Result<Vec<Option<bool>>> {
    let (objects, manifest, begun) = (view.objects(), view.manifest(), Instant::now());
    let doomed = hashes.iter().enumerate().map(|(at, hash)| Ok((at, hash, manifest.is_needed(hash)?)));
    let doomed: Vec<(usize, &Hash, bool)> = doomed.collect::<Result<_>>()?;
    parallel::map(&doomed, SWEEPERS, |(at, hash, needed)| {
        // The first one always has its turn, so that there is an end.
        if *at > 0 && begun.elapsed() > SWEEP_TIME {
            return Ok(None);
        }
        if !needed {
            files::remove_if_there(&objects.path(hash))?;
            crash::point("purge.unlinked");
        }
        Ok(Some(!needed))
    })
}

impl Store {
    /// Refuses to restore what was purged, what would be there twice, over something else, and what has no room beside
    /// those that come back with it.
    pub fn restorable<V: View>(&self, view: &V, found: &Found, room: &mut Room) -> Result<()> {
        restorable(view, found, &Ahead::default(), room)
    }

    /// A name for the report of a collection, relative to the store and without ending in use.
    pub fn free_report(&self) -> Result<String> {
        let trash = self.layout.trash();
        if !files::writable(&trash) {
            return Err(Error::read_only(format!("nothing was collected: {} can't be written", trash.display()))
                .hint("the report of a collection lies there, and what it moves"));
        }
        let at = clock::stamp(self.clock.now()).replace('T', "_");
        let names = (1..).map(|number| match number {
            1 => format!("trash/gc_report_{at}.md"),
            number => format!("trash/gc_report_{at}-{number}.md"),
        });
        let free = |name: &String| {
            let path = self.layout.root().join(name);
            !files::exists(&path) && !files::exists(&path.with_extension("json"))
        };
        Ok(names.into_iter().find(free).expect("some number is free"))
    }

    /// Removes the objects that purges gave up. Nobody publishes meanwhile, so what is not needed now won't be needed by
    /// what is about to be committed.
    pub(super) fn sweep_doomed(self: &Arc<Self>) -> Result<()> {
        loop {
            let doomed = self.read()?.manifest().doomed(None, SWEEP_MOST)?;
            if doomed.is_empty() {
                return Ok(());
            }
            crash::point("purge.before_sweep");
            if crash::unlocked() {
                let reader = self.read()?;
                remove_unneeded(&reader, &doomed)?;
            }
            let mut batch = self.begin_alone()?;
            batch.attempt(|writer| {
                for (hash, removed) in doomed.iter().zip(remove_unneeded(writer, &doomed)?) {
                    let Some(removed) = removed else { continue };
                    if removed {
                        writer.flush_folder_of(hash);
                    }
                    writer.manifest().remove_doomed(hash, removed)?;
                }
                Ok(())
            })?;
            batch.commit()?;
            crash::point("purge.swept");
            self.let_others();
        }
    }

    /// Gives the others their turn, who would otherwise come too late for it again and again.
    pub(super) fn let_others(&self) {
        std::thread::sleep(Duration::from_millis(1));
    }
}
