//! Artifacts on their way from one store to another: as they were published, and what became of them since.

use serde_json::{Map, Value};

use super::placing::sidecar_again;
use super::replay::change_again;
use super::trash;
use super::writer::Writer;
use crate::base::clock;
use crate::manifest::{Found, LINEAGE_ADDED, UPDATED};
use crate::model::Result;
use crate::model::artifact::{Event, Publication};
use crate::model::number::Count;
use crate::store::reader::View;

/// The kinds of events that go with an artifact to another store. Pins, aliases and what happened to objects are matters
/// of the one store alone.
pub const CARRIED: [&str; 7] =
    [SUPERSEDED, LINEAGE_ADDED, UPDATED, "joined_run", trash::DELETED, trash::RESTORED, trash::PURGED];

/// The kinds of events that tell of a run.
pub const OF_RUNS: [&str; 2] = ["run_started", "run_finished"];

/// The kind of the event that tells of a supersession.
pub const SUPERSEDED: &str = "superseded";

/// The kind of the event that tells that artifacts came from another store.
pub(super) const BUNDLE_IMPORTED: &str = "bundle_imported";

/// An artifact as it was published, when, and by whom.
#[derive(Debug, Clone, PartialEq)]
pub struct Carried {
    /// Everything that the publishing said.
    pub publication: Publication,
    /// When it was published.
    pub published_at: String,
    /// Who published it.
    pub actor: Option<String>,
}

/// An artifact as it was published in this store. One that is kept in place comes with the files that the last scan saw, and
/// without its place: scans of the other store know nothing of it.
pub fn carried<V: View>(view: &V, found: Found) -> Result<Carried> {
    let (seq, record) = (found.seq, found.record.clone());
    let sidecar = sidecar_again(view.manifest(), found)?;
    let mut publication = sidecar.publication;
    (publication.record, publication.files) = (record, view.manifest().files(seq)?);
    publication.place = None;
    // Whoever sent it sends nothing to the other store.
    publication.request = None;
    let published_at = sidecar.published_at.unwrap_or_else(|| publication.record.created_at.clone());
    Ok(Carried { publication, published_at, actor: sidecar.actor })
}

/// Whether an artifact was deleted and purged, event by event.
#[derive(Debug, Clone, Copy, Default)]
pub struct Marks {
    deleted: bool,
    purged: bool,
}

impl Marks {
    /// Takes an event in; `false` when it can't come now: nothing is deleted twice, only what was deleted comes back or is
    /// purged, and what was purged stays so.
    pub fn follow(&mut self, kind: &str) -> bool {
        let Self { deleted, purged } = *self;
        match kind {
            trash::DELETED => self.deleted = true,
            trash::RESTORED => self.deleted = false,
            trash::PURGED => self.purged = true,
            _ => return true,
        }
        if kind == trash::DELETED { !deleted } else { deleted && !purged }
    }
}

impl Writer<'_> {
    /// Adds an artifact whose objects are kept in this transaction, as another store published it.
    pub fn publish_carried(&mut self, carried: Carried) -> Result<Found> {
        let hint = hint_of(&carried.publication);
        let told = (carried.published_at, carried.actor);
        self.publish_as(carried.publication, hint.as_deref(), told)
    }

    /// Takes in what happened in another store, when it did and by whom; answers what could not be made good.
    pub fn happened(&mut self, event: Event) -> Result<Vec<String>> {
        let event = Event { event_id: Count(self.manifest().next_event_id()?), ..event };
        let mut findings = Vec::new();
        change_again(self.manifest(), (self.layout(), None), &event, &mut findings)?;
        self.note(event);
        Ok(findings)
    }

    /// Notes that artifacts came from another store.
    pub fn record_import(&mut self, data: Map<String, Value>) -> Result<u64> {
        self.record(BUNDLE_IMPORTED, None, data)
    }

    /// The moment of this transaction as events tell it.
    pub fn now_text(&self) -> String {
        clock::millis_text(self.now())
    }
}

/// What stands in the readable name between type and content hash.
fn hint_of(publication: &Publication) -> Option<String> {
    let name = publication.record.name.rsplit('/').next()?;
    let (start, _) = name.rsplit_once("__ch=")?;
    let mut parts = start.splitn(3, "__").skip(2);
    parts.next().map(str::to_owned)
}
