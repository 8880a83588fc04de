//! Pins of M3: each key that one has becomes a pin of its own.

use std::collections::HashSet;

use serde::Deserialize;

use super::Intake;
use super::artifacts::moment;
use super::intake::Fate;
use crate::base::files;
use crate::model::Result;
use crate::model::ids::{ArtifactId, DatasetId, RunId};
use crate::model::import::{ImportFault, ImportFinding, Tally};
use crate::model::retention::{PinSaid, PinTarget};
use crate::store::View;

#[derive(Deserialize)]
struct PinFile {
    pins: Vec<PinEntry>,
}

#[derive(Deserialize)]
struct PinEntry {
    artifact_id: Option<String>,
    run_id: Option<String>,
    dataset_id: Option<String>,
    reason: Option<String>,
    pinned_utc: Option<String>,
}

impl Intake<'_> {
    /// Takes the pins in; what they protect was taken in before. One that was removed here since stays removed.
    pub fn pins(&mut self) -> Result<Tally> {
        let mut tally = Tally::default();
        let path = self.folder.path().join("gc_pins.json");
        if !files::exists(&path) {
            return Ok(tally);
        }
        let entries = match self.folder.read::<PinFile>(&path) {
            Ok(file) => file.pins,
            Err(finding) => {
                self.findings.add(finding);
                return Ok(tally);
            }
        };
        let known: HashSet<PinSaid> = match &self.store {
            Some(store) => store.read()?.pins_ever()?.into_iter().collect(),
            None => HashSet::new(),
        };
        let mut batch = Vec::new();
        for entry in entries {
            for taken in entry.taken() {
                match taken.map_err(|message| self.finding(ImportFault::InvalidName, None, message)) {
                    Ok(pin) if known.contains(&pin) => {
                        tally.already_there.0 += 1;
                    }
                    Ok(pin) if self.knows(&pin.target)? => batch.push(pin),
                    Ok(pin) => {
                        let (what, id) = pin.target.words();
                        let message = format!("a pin was left out: {what} {id}, which it protects, is not there");
                        let finding = self.finding(ImportFault::PinnedMissing, Some(id), message);
                        self.skip(&mut tally, finding);
                    }
                    Err(finding) => self.skip(&mut tally, finding),
                }
            }
        }
        let fates = self.decide(
            &batch,
            |_, _| Ok(Fate::Imported),
            |pin, writer| {
                writer.pin(&pin.target, pin.reason.clone(), None, pin.created_at.clone())?;
                Ok(Fate::Imported)
            },
        )?;
        tally.imported.0 += fates.len() as u64;
        Ok(tally)
    }

    fn finding(&self, fault: ImportFault, subject: Option<&str>, message: String) -> ImportFinding {
        let about = self.folder.about(&self.folder.path().join("gc_pins.json"));
        match subject {
            Some(id) => about.of(id).finding(fault, message),
            None => about.finding(fault, message),
        }
    }

    /// Whether something is in the store now, or would be.
    fn knows(&self, target: &PinTarget) -> Result<bool> {
        if self.known.contains(target) {
            return Ok(true);
        }
        self.store.as_ref().map_or(Ok(false), |store| store.read()?.knows(target))
    }
}

impl PinEntry {
    fn taken(self) -> Vec<Result<PinSaid, String>> {
        let artifact = self.artifact_id.map(|id| ArtifactId::try_from(id).map(PinTarget::Artifact));
        let run = self.run_id.map(|id| RunId::try_from(id).map(PinTarget::Run));
        let dataset = self.dataset_id.map(|id| DatasetId::try_from(id).map(PinTarget::Dataset));
        let created_at = self.pinned_utc.as_deref().and_then(moment);
        [artifact, run, dataset]
            .into_iter()
            .flatten()
            .map(|target| {
                let target = target.map_err(|reason| format!("a pin was left out: {reason}"))?;
                Ok(PinSaid { target, reason: self.reason.clone(), created_at: created_at.clone() })
            })
            .collect()
    }
}
