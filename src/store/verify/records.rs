//! Whether sidecars, history and manifest say the same: the manifest is made again from the two others and held against
//! the one in its place, row by row.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{Pass, unreadable};
use crate::base::files;
use crate::manifest::{Difference, Found, How, Manifest};
use crate::model::artifact::Event;
use crate::model::finding::{Check, Code, Finding};
use crate::model::{Error, Result};
use crate::store::history::{self, Line};
use crate::store::placing::sidecar_again;
use crate::store::reader::{Reader, View};
use crate::store::replay::{change_again, publish_again};
use crate::store::sidecar::Sidecar;
use crate::store::{Layout, init, site};

impl Pass<'_> {
    /// The history by itself and against the manifest's events.
    pub(super) fn history(&mut self, manifest: &Manifest) -> Result<()> {
        let path = self.store.layout().history();
        let examined = history::examine(self.store.layout(), manifest)?;
        self.counts().history_lines.0 = examined.lines.len() as u64;
        let wrong =
            |code, what: &str| Finding::error(Check::History, code, format!("{}{what}", path.display())).path(&path);
        if examined.short {
            self.found(wrong(Code::HistoryShort, ": its end is missing"));
        }
        let mut known: BTreeMap<u64, Event> =
            manifest.history_events()?.into_iter().map(|event| (event.event_id.0, event)).collect();
        let mut whole = !examined.short;
        for (number, line) in examined.lines.iter().enumerate() {
            match line {
                Line::Header => {}
                Line::Damaged => {
                    whole = false;
                    self.found(wrong(Code::LineDamaged, &format!(" line {}: its check fails", number + 1)));
                }
                Line::Event(event) => {
                    if known.remove(&event.event_id.0).as_ref() != Some(event) {
                        let what = format!(" line {}: the manifest doesn't say the same", number + 1);
                        self.found(wrong(Code::HistoryDiffers, &what));
                    }
                }
            }
        }
        // Behind damaged lines may be whatever is left.
        for event_id in known.keys().filter(|_| whole) {
            self.found(wrong(Code::HistoryDiffers, &format!(": it doesn't tell of event {event_id}")));
        }
        Ok(())
    }

    /// The sidecars by themselves, and every row of the manifest against them and the history.
    pub(super) fn records(&mut self, reader: &Reader) -> Result<()> {
        let manifest = reader.manifest();
        if self.wants(&[Check::Manifest]) {
            for damage in manifest.damage()? {
                self.found(manifest_wrong(Code::ManifestDamaged, &format!("SQLite says {damage}")));
            }
        }
        let mut made = if self.wants(&[Check::Manifest]) { Some(Making::new(self, manifest)?) } else { None };
        let waiting: BTreeSet<i64> = manifest.placements()?.into_iter().map(|placement| placement.seq).collect();
        let seqs = manifest.artifact_seqs()?;
        for (done, seq) in seqs.iter().enumerate() {
            self.watch.step(done as u64, seqs.len() as u64, "sidecars read")?;
            match manifest.artifact_at(*seq) {
                Ok(Some(found)) => {
                    self.purged_alive(&found);
                    self.sidecar(manifest, found, waiting.contains(seq), made.as_mut())?;
                }
                Ok(None) => {}
                Err(error) => {
                    let finding = unreadable(Check::Manifest, error)?;
                    self.found(finding);
                }
            }
        }
        for path in site::sidecars(self.store.layout().artifacts())? {
            self.stray(manifest, &path)?;
        }
        if let Some(mut made) = made {
            made.finish()?;
            self.compare(manifest, &made)?;
        }
        Ok(())
    }

    /// Sidecars and history can say it too, where they came from elsewhere.
    fn purged_alive(&mut self, found: &Found) {
        if let (Some(at), None) = (&found.state.purged_at, &found.state.deleted_at) {
            let id = &found.record.artifact_id;
            let message = format!("artifact {id} was purged at {at}, though it was not deleted");
            self.found(Finding::error(Check::Manifest, Code::PurgedAlive, message).artifact(id));
        }
    }

    fn sidecar(&mut self, manifest: &Manifest, found: Found, waiting: bool, made: Option<&mut Making>) -> Result<()> {
        let path = self.store.layout().sidecar(&found.record);
        let artifact_id = found.record.artifact_id.to_string();
        let wrong =
            |code, message: String| Finding::error(Check::Sidecars, code, message).artifact(&artifact_id).path(&path);
        let finding = if files::exists(&path) {
            self.counts().sidecars.0 += 1;
            match Sidecar::read(&path) {
                Ok(Some(sidecar))
                    if sidecar.publication.record.artifact_id == found.record.artifact_id
                        && sidecar.commit == found.seq =>
                {
                    return made.map_or(Ok(()), |made| made.publish(sidecar));
                }
                Ok(Some(sidecar)) => {
                    let whose = &sidecar.publication.record.artifact_id;
                    wrong(
                        Code::SidecarDiffers,
                        format!("artifact {artifact_id}: its sidecar {} is the one of {whose}", path.display()),
                    )
                }
                Ok(None) => {
                    wrong(Code::SidecarDamaged, format!("artifact {artifact_id}: {} is no sidecar", path.display()))
                }
                Err(error) => wrong(Code::SidecarDamaged, format!("artifact {artifact_id}: {}", error.message())),
            }
        } else {
            wrong(Code::SidecarMissing, format!("artifact {artifact_id}: its sidecar {} is missing", path.display()))
        };
        if !waiting {
            self.found(finding);
        }
        let Some(made) = made else { return Ok(()) };
        // So that what is wrong with one sidecar is told once, and not again for every row.
        match sidecar_again(manifest, found) {
            Ok(sidecar) => made.publish(sidecar),
            Err(error) => {
                let finding = unreadable(Check::Manifest, error)?;
                self.found(finding);
                Ok(())
            }
        }
    }

    /// A sidecar of ours that no artifact of the manifest has: the manifest has lost the artifact, or its name.
    fn stray(&mut self, manifest: &Manifest, path: &Path) -> Result<()> {
        let layout = self.store.layout();
        let Ok(inside) = path.strip_prefix(layout.artifacts()) else { return Ok(()) };
        let Some(text) = inside.to_str() else { return Ok(()) };
        let stems = [text.strip_suffix(".sidecar.json"), text.strip_suffix(".json")];
        for name in stems.into_iter().flatten() {
            if manifest.name_taken(name)? {
                return Ok(());
            }
        }
        let Ok(Some(sidecar)) = Sidecar::read(path) else { return Ok(()) };
        let record = &sidecar.publication.record;
        if layout.sidecar(record) == path {
            let message = format!("the manifest doesn't know artifact {} under {}", record.artifact_id, path.display());
            let finding = Finding::error(Check::Manifest, Code::RowMissing, message);
            self.found(finding.artifact(&record.artifact_id).path(path));
        }
        Ok(())
    }

    fn compare(&mut self, manifest: &Manifest, made: &Making) -> Result<()> {
        let different = manifest.schema_differences(&made.manifest)?;
        if !different.is_empty() {
            let what = format!("it has another form of {}", different.join(", "));
            self.found(manifest_wrong(Code::SchemaDiffers, &what));
            return Ok(());
        }
        for finding in &made.findings {
            self.found(manifest_wrong(Code::RowMissing, finding));
        }
        let (differences, rows) = manifest.differences(&made.manifest)?;
        self.counts().rows.0 = rows;
        for difference in differences {
            let finding = told(manifest, &made.manifest, &difference);
            self.found(finding);
        }
        let layout = self.store.layout();
        let setting = manifest.meta_text("artifacts_root")?;
        let names = setting.as_deref().map(|setting| Layout::artifacts_from_setting(layout.root(), setting));
        if names.as_deref() != Some(layout.artifacts()) {
            let what = "it has forgotten where the readable names lie";
            self.found(manifest_wrong(Code::RowMissing, what).path(layout.artifacts()));
        }
        for hash in manifest.odd_objects()? {
            let message = format!("what it knows of the object {hash} can't be so");
            self.found(
                Finding::warning(Check::Manifest, Code::RowDiffers, format!("the manifest: {message}")).hash(hash),
            );
        }
        Ok(())
    }
}

fn manifest_wrong(code: Code, what: &str) -> Finding {
    Finding::error(Check::Manifest, code, format!("the manifest: {what}"))
}

fn told(manifest: &Manifest, made: &Manifest, difference: &Difference) -> Finding {
    let Difference { table, key, seq, how } = difference;
    let (code, what) = match how {
        How::Words => (Code::WordsDiffer, "finds it by other words than it has".to_owned()),
        How::Differs(columns) => (Code::RowDiffers, format!("says something else in {}", columns.join(", "))),
        How::Missing => (Code::RowMissing, "is missing".to_owned()),
        How::Unknown => (Code::RowUnknown, "is told of nowhere else".to_owned()),
    };
    let of = |manifest: &Manifest| seq.and_then(|seq| manifest.artifact_at(seq).ok().flatten());
    let finding = manifest_wrong(code, &format!("the row {key} of {table} {what}"));
    match of(made).or_else(|| of(manifest)) {
        Some(found) => finding.artifact(found.record.artifact_id),
        None => finding,
    }
}

/// A manifest that is being made from sidecars, in the order of commits, and the history.
struct Making<'a> {
    manifest: Manifest,
    layout: &'a Layout,
    /// The manifest in its place.
    live: &'a Manifest,
    /// The events not yet taken in, the next one last.
    events: Vec<Event>,
    findings: Vec<String>,
}

impl<'a> Making<'a> {
    fn new(pass: &Pass<'a>, live: &'a Manifest) -> Result<Self> {
        let layout = pass.store.layout();
        let manifest = Manifest::temporary()?;
        manifest.begin()?;
        init::furnish(&manifest, layout)?;
        let examined = history::examine(layout, live)?;
        let damaged = examined.short || examined.lines.iter().any(|line| matches!(line, Line::Damaged));
        let mut events: BTreeMap<u64, Event> = BTreeMap::new();
        if damaged {
            // The damage is told by another check; here the manifest's word counts in its place.
            events.extend(live.history_events()?.into_iter().map(|event| (event.event_id.0, event)));
        }
        events.extend(examined.lines.into_iter().filter_map(|line| match line {
            Line::Event(event) => Some((event.event_id.0, *event)),
            _ => None,
        }));
        Ok(Self { manifest, layout, live, events: events.into_values().rev().collect(), findings: Vec::new() })
    }

    /// Takes in an artifact, and first what happened before it.
    fn publish(&mut self, sidecar: Sidecar) -> Result<()> {
        self.change_until(sidecar.event_id)?;
        let artifact_id = sidecar.publication.record.artifact_id.clone();
        let published = publish_again(&self.manifest, sidecar, &mut self.findings);
        self.note(published, &format!("artifact {artifact_id}"))
    }

    fn change_until(&mut self, event_id: u64) -> Result<()> {
        while let Some(event) = self.events.pop_if(|event| event.event_id.0 < event_id) {
            // What is wrong with a snapshot is told once, and not again for every member.
            let sources = (self.layout, Some(self.live));
            let changed = change_again(&self.manifest, sources, &event, &mut self.findings);
            self.note(changed, &format!("event {}", event.event_id.0))?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        self.change_until(u64::MAX)
    }

    /// What contradicts what was taken in before is a finding.
    fn note(&mut self, done: Result<()>, what: &str) -> Result<()> {
        match done {
            Err(error) => {
                let error: Error = error;
                unreadable(Check::Manifest, error.clone())?;
                self.findings.push(format!("{what}: {}", error.message()));
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }
}

/// Whether the sidecar in an artifact's place is missing, or what is left of it bears out what the manifest says.
pub(super) fn is_borne_out(manifest: &Manifest, found: Found, path: &Path) -> Result<bool> {
    let text = sidecar_again(manifest, found)?.text();
    if !files::exists(path) {
        return Ok(true);
    }
    let there = files::read(path)?;
    let (body, check) = text.split_at(crate::model::seal::body_length(&text));
    Ok(there.starts_with(body.as_bytes()) || there.ends_with(check.as_bytes()))
}
