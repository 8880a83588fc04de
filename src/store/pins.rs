//! Pins: set, removed, and set again from the history.

use serde_json::{Map, Value};

use crate::base::clock;
use crate::manifest::Manifest;
use crate::model::artifact::Event;
use crate::model::ids::{ArtifactId, DatasetId, RunId};
use crate::model::retention::{Pin, PinSaid, PinTarget};
use crate::model::{Error, Result};
use crate::store::reader::View;
use crate::store::writer::Writer;

/// The kind of the event that tells of a new pin.
pub(super) const PINNED: &str = "pinned";
/// The kind of the event that tells that all pins of something are gone.
pub(super) const UNPINNED: &str = "unpinned";

impl Writer<'_> {
    /// Protects something that is known; `created_at` is for pins that were set elsewhere.
    pub fn pin(
        &mut self,
        target: &PinTarget,
        reason: Option<String>,
        expires_at: Option<String>,
        created_at: Option<String>,
    ) -> Result<Pin> {
        let mut data = named(target);
        for (key, value) in [("reason", reason), ("expiresAt", expires_at), ("createdAt", created_at)] {
            data.extend(value.map(|value| (key.to_owned(), Value::String(value))));
        }
        self.must_know(target)?;
        let event_id = self.record(PINNED, artifact_of(target), data)?;
        let event = self.manifest().event(event_id)?.ok_or_else(|| Error::internal("the event is gone"))?;
        let now = clock::millis_text(self.now());
        let pin = read(&event)?;
        self.manifest().insert_pin(&pin)?;
        let expired = pin.expires_at.as_ref().is_some_and(|at| *at <= now);
        Ok(Pin { expired, ..pin })
    }

    /// Removes every pin of something; answers how many there were.
    pub fn unpin(&mut self, target: &PinTarget) -> Result<u64> {
        self.must_know(target)?;
        let removed = self.manifest().remove_pins(target)?;
        if removed > 0 {
            self.record(UNPINNED, artifact_of(target), named(target))?;
        }
        Ok(removed)
    }
}

fn artifact_of(target: &PinTarget) -> Option<&str> {
    match target {
        PinTarget::Artifact(id) => Some(id.as_str()),
        PinTarget::Run(_) | PinTarget::Dataset(_) => None,
    }
}

/// How events name what a pin protects.
fn named(target: &PinTarget) -> Map<String, Value> {
    Map::from_iter([(target.field().to_owned(), Value::String(target.words().1.to_owned()))])
}

/// Every pin that was ever set, also those that are gone.
pub(super) fn ever(manifest: &Manifest) -> Result<Vec<PinSaid>> {
    let events = manifest.events_of_kind(PINNED)?;
    events
        .iter()
        .map(|event| {
            let created_at = event.data.get("createdAt").and_then(Value::as_str).map(str::to_owned);
            read(event).and_then(|pin| Ok(PinSaid { target: target_of(event, &pin)?, reason: pin.reason, created_at }))
        })
        .collect()
}

fn target_of(event: &Event, pin: &Pin) -> Result<PinTarget> {
    let target = match (&pin.artifact_id, &pin.run_id, &pin.dataset_id) {
        (Some(id), ..) => Some(PinTarget::Artifact(id.clone())),
        (_, Some(id), _) => Some(PinTarget::Run(id.clone())),
        (.., id) => id.clone().map(PinTarget::Dataset),
    };
    target.ok_or_else(|| Error::integrity(format!("event {}: it names nothing", event.event_id.0)))
}

/// The pin that an event tells of.
fn read(event: &Event) -> Result<Pin> {
    let text = |key: &str| event.data.get(key).and_then(Value::as_str).map(str::to_owned);
    let damaged = |reason: String| Error::integrity(format!("event {}: {reason}", event.event_id.0));
    Ok(Pin {
        pin_id: event.event_id,
        artifact_id: text("artifactId").map(ArtifactId::try_from).transpose().map_err(damaged)?,
        run_id: text("runId").map(RunId::try_from).transpose().map_err(damaged)?,
        dataset_id: text("datasetId").map(DatasetId::try_from).transpose().map_err(damaged)?,
        reason: text("reason"),
        created_at: text("createdAt").unwrap_or_else(|| event.at.clone()),
        expires_at: text("expiresAt"),
        actor: event.actor.clone(),
        expired: false,
    })
}

/// Takes an event of a pin into a manifest that is made again.
pub(super) fn again(manifest: &Manifest, event: &Event) -> Result<()> {
    let pin = read(event)?;
    if event.kind == PINNED {
        return manifest.insert_pin(&pin);
    }
    manifest.remove_pins(&target_of(event, &pin)?).map(|_| ())
}
