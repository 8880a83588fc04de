//! Writing a store: one transaction in which objects get their places, rows are written and history is appended.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, MutexGuard};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use super::ahead::Ahead;
use super::placing::{Fresh, Stuck, Undo};
use super::trash::{DELETED, RESTORED};
use super::{Store, identity_of};
use crate::base::lock::Lock;
use crate::base::{clock, crash};
use crate::manifest::{BUSY_WAIT, Found, LINEAGE_ADDED, Manifest, ObjectRow, PUBLISHED, Placement, RESCANNED};
use crate::model::artifact::{Event, Input, Publication, State, Storage};
use crate::model::ids::ArtifactId;
use crate::model::number::Count;
use crate::model::place::{Rescanned, Sight, common_folder};
use crate::model::{Error, Hash, Result, Unwatched};
use crate::objects::{Placed, Staged, Unfinished};
use crate::store::layout::Layout;
use crate::store::reader::{ALWAYS_PROVEN, View};
use crate::store::sidecar::Sidecar;
use crate::store::{history, names};

type Guard<'s> = MutexGuard<'s, Option<Manifest>>;

/// One transaction: several changes, each of which may fail alone, and one commit for all.
pub struct Batch<'s> {
    writer: Writer<'s>,
}

/// Changes the store, inside one transaction.
pub struct Writer<'s> {
    store: &'s Arc<Store>,
    connection: Guard<'s>,
    now: Timestamp,
    actor: Option<String>,
    events: Vec<Event>,
    fresh: Vec<Fresh>,
    /// The first artifact that this transaction adds. It gets its name anyway, as do all that come after it.
    first_added: Option<i64>,
    /// How many changes were tried.
    changes: usize,
    ahead: Ahead,
    /// Objects whose folder entries must be on the disk before the commit.
    placed: BTreeSet<Hash>,
    after: Vec<Box<dyn FnOnce() + Send>>,
    /// Why SQLite took back the whole transaction.
    broken: Option<Error>,
    /// Keeps the removal of objects away between an object's placing and its row, or all placing from a removal.
    _collect: Lock,
    /// Held until the names are placed, so that who has the lock finds the sidecars of everything that was committed.
    _turn: Lock,
}

impl Store {
    /// Begins a transaction; waits up to 30 s for another process's.
    pub fn begin(self: &Arc<Self>) -> Result<Batch<'_>> {
        self.begin_with(|path| Ok(Lock::shared(path)?))
    }

    /// Begins a transaction while nobody has an object on its way from its placing to its row.
    pub(super) fn begin_alone(self: &Arc<Self>) -> Result<Batch<'_>> {
        self.begin_with(|path| Ok(Lock::exclusive(path)?))
    }

    /// Does after the replies what would otherwise be done before the next transaction. Where one is under way already,
    /// that has done it.
    pub fn keep_log_short(&self) {
        if let Ok(writing) = self.writing()
            && let Ok(connection) = writing.connection.try_lock()
            && let Some(manifest) = &*connection
        {
            keep_short(manifest);
        }
    }

    fn begin_with(self: &Arc<Self>, collecting: impl FnOnce(&Path) -> Result<Lock>) -> Result<Batch<'_>> {
        let writing = self.writing()?;
        let mut connection = writing.connection.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if identity_of(&self.layout.manifest()).ok() != Some(writing.identity) {
            return Err(self.gone());
        }
        if connection.is_none() {
            let manifest = Manifest::open(&self.layout.manifest())?;
            manifest.make_durable()?;
            *connection = Some(manifest);
        }
        let manifest = connection.as_ref().expect("opened above");
        manifest.rollback()?;
        keep_short(manifest);
        let turn = take_turn(&self.layout)?;
        let collect = collecting(&self.layout.lock("collect"))?;
        crash::point("publish.locked");
        connection.as_ref().expect("opened above").begin()?;
        crash::point("commit.begun");
        let writer = Writer {
            now: self.clock.now(),
            store: self,
            connection,
            actor: None,
            events: Vec::new(),
            fresh: Vec::new(),
            first_added: None,
            changes: 0,
            ahead: Ahead::default(),
            placed: BTreeSet::new(),
            after: Vec::new(),
            broken: None,
            _turn: turn,
            _collect: collect,
        };
        Ok(Batch { writer })
    }
}

/// Keeps the log short; what fails now is tried again before the next transaction.
fn keep_short(manifest: &Manifest) {
    if let Err(error) = manifest.fold_long_log() {
        tracing::warn!("the write-ahead log grows: {error}");
    }
}

/// Waits for the other processes' transactions, up to 30 s. SQLite would wait too, but asleep for up to 100 ms at a time,
/// and whoever sleeps longest comes last.
pub(super) fn take_turn(layout: &Layout) -> Result<Lock> {
    Lock::exclusive_within(&layout.lock("write"), BUSY_WAIT)?.ok_or_else(|| {
        Error::busy(format!("another process kept {} for {} s", layout.root().display(), BUSY_WAIT.as_secs()))
            .hint("send the request again")
    })
}

impl<'s> Batch<'s> {
    /// Makes one change; when it fails, it alone leaves no trace.
    pub fn attempt<T>(&mut self, change: impl FnOnce(&mut Writer<'s>) -> Result<T>) -> Result<T> {
        let writer = &mut self.writer;
        if let Some(error) = &writer.broken {
            return Err(error.clone());
        }
        writer.manifest().begin_change()?;
        let (events, fresh, after) = (writer.events.len(), writer.fresh.len(), writer.after.len());
        let outcome = change(writer);
        writer.actor = None;
        writer.changes += 1;
        match outcome {
            Ok(result) => {
                writer.manifest().keep_change()?;
                Ok(result)
            }
            Err(error) => {
                writer.events.truncate(events);
                writer.fresh.truncate(fresh);
                writer.after.truncate(after);
                // A full disk can make SQLite take back the whole transaction; nothing may be written outside of one.
                if let Err(undoing) = writer.manifest().undo_change() {
                    tracing::warn!("the transaction is lost: {undoing}");
                    writer.broken = Some(error.clone());
                }
                Err(error)
            }
        }
    }

    /// Makes the changes durable and visible. After an error none of them is. Answers those that could not be carried out,
    /// because files can't be moved: they are undone.
    pub fn commit(mut self) -> Result<Vec<Stuck>> {
        let writer = &mut self.writer;
        if let Some(error) = &writer.broken {
            return Err(error.clone());
        }
        // Now, while a full disk can still be told before the history is written.
        writer.manifest().write_words()?;
        crash::point("commit.rows_written");
        writer.store.objects.sync_all(&writer.placed)?;
        crash::point("publish.folder_synced");
        history_append(writer)?;
        crash::point("commit.before");
        if let Err(error) = writer.manifest().commit() {
            // Whether it is on the disk is unknown now: only a connection opened afresh can tell.
            *writer.connection = None;
            return Err(error);
        }
        crash::point("commit.after");
        let (fresh, after) = (std::mem::take(&mut writer.fresh), std::mem::take(&mut writer.after));
        let ahead = std::mem::take(&mut writer.ahead);
        let stuck = writer.manifest().at_one_moment(|manifest| writer.store.place_all(manifest, fresh, ahead));
        crash::point("place.done");
        if !stuck.is_empty()
            && let Err(error) = writer.take_back(&stuck)
        {
            tracing::warn!("what could not be moved is moved at the next start: {error}");
        }
        for hook in after {
            hook();
        }
        Ok(stuck)
    }
}

fn history_append(writer: &Writer) -> Result<()> {
    let Some(first) = writer.events.first() else { return Ok(()) };
    let lines: Vec<Event> = writer.events.iter().filter(|event| event.kind != PUBLISHED).cloned().collect();
    history::append(&writer.store.layout, writer.manifest(), &lines, first.event_id.0, &clock::stamp(writer.now))
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        if let Some(manifest) = self.writer.connection.as_ref()
            && manifest.rollback().is_err()
        {
            *self.writer.connection = None;
        }
    }
}

impl View for Writer<'_> {
    fn manifest(&self) -> &Manifest {
        self.connection.as_ref().expect("a writer has its connection until the commit")
    }

    fn store(&self) -> &Store {
        self.store
    }
}

impl Writer<'_> {
    /// The moment of this transaction.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Says who makes the change at hand.
    pub fn set_actor(&mut self, actor: Option<String>) {
        self.actor = actor;
    }

    /// Takes over what was done ahead for artifacts that are to be deleted.
    pub fn bring(&mut self, ahead: Ahead) {
        self.ahead.add(ahead);
    }

    /// What was done ahead.
    pub(super) fn ahead(&self) -> &Ahead {
        &self.ahead
    }

    /// Does something once the transaction is committed and the names are placed.
    pub fn after_commit(&mut self, hook: impl FnOnce() + Send + 'static) {
        self.after.push(Box::new(hook));
    }

    /// Adds an event to the history, with the new values.
    pub fn record(&mut self, kind: &str, artifact_id: Option<&str>, data: Map<String, Value>) -> Result<u64> {
        self.record_as(kind, artifact_id, data, (clock::millis_text(self.now), self.actor.clone()))
    }

    /// The same, as it happened at another moment.
    fn record_as(
        &mut self,
        kind: &str,
        artifact_id: Option<&str>,
        data: Map<String, Value>,
        (at, actor): (String, Option<String>),
    ) -> Result<u64> {
        let event_id = self.manifest().next_event_id()?;
        let event = Event {
            event_id: Count(event_id),
            at,
            kind: kind.to_owned(),
            artifact_id: artifact_id.map(str::to_owned),
            actor,
            data,
        };
        self.manifest().insert_event(&event)?;
        self.note(event);
        Ok(event_id)
    }

    /// Has an event that the manifest knows go into the history.
    pub(super) fn note(&mut self, event: Event) {
        self.events.push(event);
    }

    /// The same, with what a whole type tells.
    pub fn record_told(&mut self, kind: &str, artifact_id: Option<&str>, told: &impl Serialize) -> Result<u64> {
        let Value::Object(data) = serde_json::to_value(told).expect("plain data") else { unreachable!("an object") };
        self.record(kind, artifact_id, data)
    }

    /// Adds an event about a run.
    pub fn record_run(&mut self, kind: &str, told: &impl Serialize) -> Result<u64> {
        self.record_told(kind, None, told)
    }

    /// Makes a staged file an object. An object that is there already counts only when its bytes are proven; a damaged
    /// one is replaced and the readable names over it are placed again. `proven` is how it looked when they were last
    /// read, which spares reading them again while others wait.
    pub fn keep(&mut self, staged: &Staged, proven: Option<ObjectRow>) -> Result<()> {
        self.placed.insert(staged.hash);
        let objects = &self.store.objects;
        let there = match objects.place(staged)? {
            Placed::New(fingerprint) => {
                let row = ObjectRow { size_bytes: fingerprint.size, mtime_ns: fingerprint.mtime_ns };
                self.manifest().set_object(&staged.hash, row)?;
                // Artifacts whose object was missing have it back.
                return self.place_names_over(&staged.hash);
            }
            Placed::AlreadyThere(fingerprint) => fingerprint,
        };
        let looks = ObjectRow { size_bytes: there.size, mtime_ns: there.mtime_ns };
        let known = self.manifest().object(&staged.hash)? == Some(looks);
        if known && (proven == Some(looks) || there.size > ALWAYS_PROVEN) {
            return Ok(());
        }
        if proven == Some(looks) || there.size == staged.size && objects.proven(&staged.hash, &Unwatched)? {
            return self.manifest().set_object(&staged.hash, looks);
        }
        self.heal(staged).map(|_| ())
    }

    /// Puts a staged file in the place of a damaged object; answers where that is kept.
    pub(super) fn heal(&mut self, staged: &Staged) -> Result<PathBuf> {
        self.placed.insert(staged.hash);
        let stamp = clock::stamp(self.now);
        let (healed, aside) = self.store.objects.heal(staged, &self.store.layout.quarantine(), &stamp)?;
        self.manifest().set_object(&staged.hash, ObjectRow { size_bytes: healed.size, mtime_ns: healed.mtime_ns })?;
        self.place_names_over(&staged.hash)?;
        let mut data = Map::new();
        data.insert("hash".to_owned(), Value::String(staged.hash.to_string()));
        self.record("object_healed", None, data)?;
        Ok(aside)
    }

    /// Has the folder of an object flushed before the commit.
    pub(super) fn flush_folder_of(&mut self, hash: &Hash) {
        self.placed.insert(*hash);
    }

    fn place_names_over(&mut self, hash: &Hash) -> Result<()> {
        let mut holders = self.manifest().holders(hash)?;
        holders.retain(|seq| self.first_added.is_none_or(|first| *seq < first));
        holders.into_iter().try_for_each(|seq| self.place_later(seq, None))
    }

    /// Whether an object's bytes can be trusted, as [`View::trusted`] has it; `proven` is how it looked when they were
    /// last read, which spares reading them again while others wait.
    pub fn vouch(&mut self, hash: &Hash, proven: Option<ObjectRow>) -> Result<bool> {
        let Some(looks) = self.store.objects.look(hash)? else { return Ok(false) };
        let looks = ObjectRow { size_bytes: looks.size, mtime_ns: looks.mtime_ns };
        let known = self.manifest().object(hash)? == Some(looks);
        if known && (proven == Some(looks) || looks.size_bytes > ALWAYS_PROVEN) {
            return Ok(true);
        }
        if proven != Some(looks) && !self.store.objects.proven(hash, &Unwatched)? {
            return Ok(false);
        }
        self.manifest().set_object(hash, looks)?;
        Ok(true)
    }

    /// Takes an object that is there already for an artifact of its own; `false` when its bytes can't be trusted.
    pub fn keep_existing(&mut self, hash: &Hash, proven: Option<ObjectRow>) -> Result<bool> {
        self.placed.insert(*hash);
        self.vouch(hash, proven)
    }

    /// Adds an artifact whose objects are kept in this transaction, under a readable name of its own.
    pub fn publish(&mut self, publication: Publication, hint: Option<&str>) -> Result<Found> {
        self.publish_as(publication, hint, (clock::millis_text(self.now), self.actor.clone()))
    }

    /// The same, as it was done at another moment by somebody else.
    pub(super) fn publish_as(
        &mut self,
        mut publication: Publication,
        hint: Option<&str>,
        told: (String, Option<String>),
    ) -> Result<Found> {
        let store = self.store;
        names::choose(self.manifest(), &store.layout, &mut publication.record, hint)?;
        let artifact_id = publication.record.artifact_id.as_str().to_owned();
        let seq = self.manifest().insert_artifact(&publication, None)?;
        self.first_added.get_or_insert(seq);
        if let Some(request) = &publication.request {
            self.manifest().insert_request(request, &artifact_id, None)?;
        }
        self.record_as(PUBLISHED, Some(&artifact_id), published_data(&publication), told)?;
        let published = self.events.last().expect("recorded just now");
        let state = State::published(&publication);
        let record = publication.record.clone();
        let in_place = publication.place.as_ref().filter(|_| record.storage == Storage::InPlace);
        let place = in_place.map(|place| (place.root.clone(), common_folder(publication.paths())));
        let sidecar = Sidecar::new(seq, published, publication);
        self.place_later(seq, Some(sidecar))?;
        Ok(Found { seq, record, state, place })
    }

    /// Records that an artifact replaces an older one.
    pub fn supersede(&mut self, new: &Found, old: &Found, reason: Option<&str>) -> Result<()> {
        self.manifest().set_superseded(old.seq, Some(new.seq), &clock::millis_text(self.now))?;
        let mut data = Map::new();
        data.insert("supersededBy".to_owned(), Value::String(new.record.artifact_id.to_string()));
        data.extend(reason.map(|reason| ("reason".to_owned(), Value::String(reason.to_owned()))));
        self.record("superseded", Some(old.record.artifact_id.as_str()), data).map(|_| ())
    }

    /// Adds those of these inputs that an artifact doesn't have yet with the same relation; answers them.
    pub fn add_inputs(&mut self, found: &Found, inputs: &[Input]) -> Result<Vec<Input>> {
        let added = self.manifest().add_inputs(found.seq, inputs)?;
        if !added.is_empty() {
            self.manifest().touch(found.seq, &clock::millis_text(self.now))?;
            let mut data = Map::new();
            data.insert("inputs".to_owned(), serde_json::to_value(&added).expect("plain data"));
            self.record(LINEAGE_ADDED, Some(found.record.artifact_id.as_str()), data)?;
        }
        Ok(added)
    }

    /// Makes an artifact that is kept in place say what a scan sees of it now.
    pub fn see_again(&mut self, artifact_id: &str, after: Sight) -> Result<()> {
        let found = self.found(artifact_id)?;
        let seq = found.seq;
        let mut publication = self.manifest().publication(found)?;
        let before = Sight::of(&publication)
            .ok_or_else(|| Error::internal(format!("artifact {artifact_id} was found by no scan")))?;
        after.apply(&mut publication);
        self.manifest().set_seen(seq, &publication, &clock::millis_text(self.now))?;
        let told = serde_json::to_value(Rescanned { before, after }).expect("plain data");
        let Value::Object(data) = told else { unreachable!("an object") };
        self.record(RESCANNED, Some(artifact_id), data).map(|_| ())
    }

    /// Has an artifact's readable name, and its sidecar if it has none yet, placed after the commit.
    pub(super) fn place_later(&mut self, seq: i64, sidecar: Option<Sidecar>) -> Result<()> {
        let staging = &self.store.writing()?.staging;
        // The sidecar's bytes are written now, so that a full disk is noticed while everything can still be taken back.
        let draft = sidecar.map(|sidecar| super::placing::draft(staging, &sidecar)).transpose()?;
        self.list_placement(seq, draft, true, None)
    }

    /// Has an artifact's readable name follow its state after the commit; its sidecar is in its place.
    pub(super) fn name_later(&mut self, seq: i64) -> Result<()> {
        self.list_placement(seq, None, false, None)
    }

    /// The same; where its files are kept in place and can't be moved, the change is undone.
    pub(super) fn move_later(&mut self, found: &Found, undo: Undo) -> Result<()> {
        let in_place = found.record.storage == Storage::InPlace;
        let undo = in_place.then(|| (found.record.artifact_id.clone(), undo));
        self.list_placement(found.seq, None, false, undo)
    }

    /// Undoes what was committed and could not be carried out, and brings the files back that had moved.
    fn take_back(&mut self, stuck: &[Stuck]) -> Result<()> {
        self.events.clear();
        let at = clock::millis_text(self.now);
        self.manifest().begin()?;
        for one in stuck {
            let artifact_id = one.artifact_id.as_str();
            match &one.undo {
                Undo::Delete => {
                    self.manifest().set_restored(one.placement.seq, &at)?;
                    let reason = Value::String(one.error.message().to_owned());
                    self.record(RESTORED, Some(artifact_id), Map::from_iter([("reason".to_owned(), reason)]))?;
                }
                Undo::Restore(deletion) => {
                    self.manifest().set_deleted(one.placement.seq, &at, deletion)?;
                    self.record(DELETED, Some(artifact_id), deletion.clone())?;
                }
            }
        }
        history_append(self)?;
        self.manifest().commit()?;
        let again = |one: &Stuck| Fresh {
            placement: one.placement.clone(),
            change: one.change,
            draft: None,
            sidecar: false,
            undo: None,
        };
        self.store.place_all(self.manifest(), stuck.iter().map(again).collect(), Ahead::default());
        Ok(())
    }

    fn list_placement(
        &mut self,
        seq: i64,
        draft: Option<Unfinished>,
        sidecar: bool,
        undo: Option<(ArtifactId, Undo)>,
    ) -> Result<()> {
        let placement = Placement { seq, lease: self.store.writing()?.lease.name().to_owned() };
        self.manifest().insert_placement(&placement)?;
        self.fresh.push(Fresh { placement, change: self.changes, draft, sidecar, undo });
        Ok(())
    }
}

/// What the event of a publish says; the whole truth stands in the sidecar.
pub(super) fn published_data(publication: &Publication) -> Map<String, Value> {
    let record = &publication.record;
    let mut data = Map::new();
    data.insert("artifactType".to_owned(), Value::String(record.artifact_type.to_string()));
    data.insert("logicalKey".to_owned(), Value::String(record.logical_key.clone()));
    data.insert("version".to_owned(), Value::from(record.version));
    data.insert("contentHash".to_owned(), Value::String(record.content_hash.to_string()));
    data
}
