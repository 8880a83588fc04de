//! Runs that other programs leave in folders: what is known of each when it is written, and how it is.

#[expect(clippy::module_inception, reason = "the operation is called like its topic")]
pub mod scan;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;

use crate::base::clock;
use crate::imports::flowtime::{self, Facts, Index};
use crate::manifest::{Found, Manifest};
use crate::model::artifact::{Format, Input, Publication, Record, Storage};
use crate::model::ids::{ArtifactId, ArtifactType, FamilyName, Relation};
use crate::model::place::Sight;
use crate::model::scan::{ScanFault, ScanMode, ScanWarning};
use crate::model::{Hash, Result, Watch};
use crate::publishing::{Ingested, media_type_of};
use crate::scan::{Arrangement, Fate, Key, Sighted};
use crate::store::config::OutcomeRule;
use crate::store::{View, Writer};

/// A data folder of FlowTime's: what lies in one folder of it is one run, model or telemetry.
struct FlowtimeFolder;

impl Arrangement for FlowtimeFolder {
    fn enters(&self, folder: &str) -> bool {
        flowtime::enters(folder)
    }

    fn is_run(&self, folder: &str) -> bool {
        flowtime::is_one(folder)
    }

    fn families(&self, path: &str) -> Vec<FamilyName> {
        flowtime::place_of(path).map(|(kind, _)| family(kind)).into_iter().collect()
    }

    fn key(&self, path: &str) -> Key {
        let Some((kind, name)) = flowtime::place_of(path) else { return Key { text: path.to_owned(), at: None } };
        Key { text: name.to_owned(), at: flowtime::moment_in(kind, name).ok().flatten() }
    }
}

fn family(kind: flowtime::Kind) -> FamilyName {
    FamilyName::try_from(kind.family().to_owned()).expect("a fixed name")
}

/// A run, and all that is known of it.
struct Understood {
    found: Sighted,
    sight: Sight,
    /// What its files say, where they were looked at for that.
    facts: Option<Facts>,
    /// What it was made from.
    inputs: Vec<Input>,
    /// Whether one of these is not recorded yet.
    has_new_inputs: bool,
    /// Whether the store keeps the same without knowing of this place, as what a bundle brought.
    is_kept: bool,
}

impl Understood {
    fn new(found: Sighted, sight: Sight, facts: Option<Facts>) -> Self {
        Self { found, sight, facts, inputs: Vec::new(), has_new_inputs: false, is_kept: false }
    }
}

/// How the files of a folder are read for what they say.
struct Understanding<'a> {
    root: &'a Path,
    rule: &'a dyn Fn(&Sighted) -> OutcomeRule,
    type_of: &'a dyn Fn(&str) -> ArtifactType,
    mode: ScanMode,
    /// Whether also those are read that are as they were.
    rehash: bool,
    /// A folder to work in, unless nothing is to be written.
    scratch: Option<&'a Path>,
    manifest: Option<&'a Manifest>,
    watch: &'a dyn Watch,
}

impl Understanding<'_> {
    /// Reads what is new or has changed, and says what was made from what. Runs that are left out are answered with the
    /// warnings.
    fn of(&self, runs: Vec<Sighted>) -> Result<(Vec<Understood>, Vec<ScanWarning>, Vec<FamilyName>)> {
        let mut index = None;
        let (mut understood, mut warnings, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
        for found in runs {
            let sight = found.sight((self.rule)(&found), media_type_of);
            let kind = flowtime::Kind::of_family(&found.place.family);
            let anew = self.rehash && self.scratch.is_some();
            let as_before = |before: &Sight| before.file_hash == sight.file_hash && !anew;
            let known = found.known.as_ref().map(|known| &known.sight);
            let Some(kind) = kind.filter(|_| !known.is_some_and(as_before)) else {
                understood.push(Understood::new(found, sight, None));
                continue;
            };
            let index = index.get_or_insert_with(|| {
                let (index, odd) = Index::read(self.root);
                warnings.extend(odd);
                index
            });
            match self.read(kind, &found, index)? {
                Ok(facts) => {
                    warnings.extend(facts.odd.iter().map(|odd| about(&found, odd.clone())));
                    let sight = Sight { said: facts.said.clone(), ..sight };
                    understood.push(Understood::new(found, sight, Some(facts)));
                }
                Err(reason) => {
                    warnings.push(about(&found, reason));
                    left_out.push(family(kind));
                }
            }
        }
        for run in &mut understood {
            run.is_kept = self.is_kept(run)?;
            // Title, description and tags are taken once; from then on they are what people made of them.
            if let Some(facts) = run.facts.as_ref().filter(|_| run.found.known.is_none() && !run.is_kept) {
                warnings.extend(facts.cut.iter().map(|cut| about(&run.found, cut.clone())));
            }
            if let Some(deleted) = run.found.deleted.as_ref().filter(|_| !run.is_kept) {
                let first = self.root.join(&run.found.files[0].path);
                let message = format!(
                    "the files of the deleted artifact {deleted} are there again ({}): they are taken for a new run",
                    first.display()
                );
                let warning = about(&run.found, told(ScanFault::Reappeared, &first, message));
                warnings.push(ScanWarning { artifact_id: Some(deleted.clone()), ..warning });
            }
        }
        self.relate(&mut understood, &mut warnings)?;
        Ok((understood, warnings, left_out))
    }

    /// Whether the store keeps the files of a new run already, and no scan told it where they lie.
    fn is_kept(&self, run: &Understood) -> Result<bool> {
        let Some(manifest) = self.manifest.filter(|_| self.mode == ScanMode::InPlace && run.found.known.is_none())
        else {
            return Ok(false);
        };
        let place = &run.found.place;
        for found in manifest.artifacts_of_key((self.type_of)(&place.family).as_str(), &place.run_key)? {
            let same = found.record.file_hash == run.sight.file_hash && found.state.deleted_at.is_none();
            if same && manifest.place(found.seq)?.is_none() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn read(&self, kind: flowtime::Kind, found: &Sighted, index: &Index) -> Result<flowtime::Reading> {
        let name = found.place.run_key.as_str();
        let paths: Vec<&str> = found.files.iter().map(|file| file.path.as_str()).collect();
        flowtime::read(self.root, (kind, name), &paths, index, self.scratch, self.watch)
    }

    /// Says what was made from what: as the files say, of both sides.
    fn relate(&self, runs: &mut [Understood], warnings: &mut Vec<ScanWarning>) -> Result<()> {
        let of_flowtime = |run: &&Understood| flowtime::Kind::of_family(&run.found.place.family).is_some();
        let mut ids: BTreeMap<String, String> = BTreeMap::new();
        for run in runs.iter().filter(of_flowtime) {
            let known = run.found.known.as_ref().map(|known| known.registered.artifact_id.clone());
            let name = &run.found.place.run_key;
            ids.entry(name.clone()).or_insert_with(|| known.unwrap_or_else(|| name.clone()));
        }
        let mut named: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for run in runs.iter().filter(of_flowtime) {
            let name = &run.found.place.run_key;
            let (from, generates) = flowtime::relations(&run.sight.said.params);
            named.entry(name.clone()).or_default().extend(from);
            for child in generates.into_iter().filter(|child| ids.contains_key(child)) {
                named.entry(child).or_default().push(name.clone());
            }
        }
        for run in runs.iter_mut().filter(|run| flowtime::Kind::of_family(&run.found.place.family).is_some()) {
            let name = &run.found.place.run_key;
            let mut seen = BTreeSet::from([name.clone()]);
            for input in named.get(name).into_iter().flatten().filter(|input| seen.insert((*input).clone())) {
                match ArtifactId::try_from(ids.get(input).unwrap_or(input).clone()) {
                    Ok(artifact_id) => run.inputs.push(Input { artifact_id, relation: Relation::default() }),
                    Err(reason) => {
                        let message = format!("{name} names an input that can't be recorded: {reason}");
                        let first = self.root.join(&run.found.files[0].path);
                        warnings.push(about(&run.found, told(ScanFault::InputLeftOut, &first, message)));
                    }
                }
            }
            let recorded = match (&run.found.known, self.manifest) {
                (Some(known), Some(manifest)) if !run.inputs.is_empty() => manifest.inputs(known.registered.seq)?,
                _ => Vec::new(),
            };
            run.has_new_inputs = run.inputs.iter().any(|input| !recorded.contains(input));
        }
        Ok(())
    }
}

fn told(code: ScanFault, path: &Path, message: String) -> ScanWarning {
    ScanWarning { path: Some(path.to_string_lossy().into_owned()), code, family: None, artifact_id: None, message }
}

/// A warning, with the run that it is about.
fn about(found: &Sighted, warning: ScanWarning) -> ScanWarning {
    let artifact_id = found.known.as_ref().map(|known| known.registered.artifact_id.clone());
    ScanWarning { family: Some(found.place.family.clone()), artifact_id, ..warning }
}

/// A run that is to be written.
struct Prepared {
    run: Understood,
    fate: Fate,
    /// Its files, where the store is to keep them.
    ingested: Option<Ingested>,
}

/// What became of a run that was to be written.
enum Done {
    /// It has this id now.
    Registered(ArtifactId),
    Refreshed,
    Unchanged,
    /// Somebody else has changed it.
    Meanwhile,
}

impl Prepared {
    /// Writes the run; answers the inputs too that it can't have, as they were made of it.
    fn write(&self, artifact_type: ArtifactType, mode: ScanMode, writer: &mut Writer) -> Result<(Done, Vec<Input>)> {
        let (found, sight) = (&self.run.found, &self.run.sight);
        let Some(known) = &found.known else {
            let rivals = writer.manifest().registered_at(&found.place)?;
            if mode != ScanMode::Move && rivals.iter().any(|rival| !rival.deleted) {
                return Ok((Done::Meanwhile, Vec::new()));
            }
            return self.publish(artifact_type, mode, writer);
        };
        let artifact_id = known.registered.artifact_id.as_str();
        let now = writer.manifest().artifact(artifact_id)?;
        let same = |now: &Found| now.state.deleted_at.is_none() && now.record.file_hash == known.sight.file_hash;
        let Some(now) = now.filter(same) else { return Ok((Done::Meanwhile, Vec::new())) };
        match (self.fate, &self.ingested) {
            (Fate::Changed, Some(_)) => return self.publish(artifact_type, mode, writer),
            (Fate::Changed, None) => writer.see_again(artifact_id, sight.clone())?,
            _ => {}
        }
        let looks = found.files.iter().map(|file| (file.path.as_str(), &file.looks));
        writer.manifest().set_looks(known.registered.seq, looks)?;
        let (inputs, left_out) = self.inputs(&now.record.artifact_id, writer)?;
        let added = writer.add_inputs(&now, &inputs)?;
        let changed = self.fate == Fate::Changed || !added.is_empty();
        Ok((if changed { Done::Refreshed } else { Done::Unchanged }, left_out))
    }

    fn inputs(&self, artifact_id: &ArtifactId, writer: &Writer) -> Result<(Vec<Input>, Vec<Input>)> {
        writer.manifest().part_circles(artifact_id, self.run.inputs.clone())
    }

    /// Adds an artifact for the run; a copy takes the place of the one before it, and what people said about that.
    fn publish(&self, artifact_type: ArtifactType, mode: ScanMode, writer: &mut Writer) -> Result<(Done, Vec<Input>)> {
        let (found, sight) = (&self.run.found, &self.run.sight);
        if let Some(ingested) = &self.ingested {
            let key = &found.place.run_key;
            let same = writer.manifest().active_of_identity(artifact_type.as_str(), 1, key, &sight.file_hash)?;
            ingested.keep(writer)?;
            if mode == ScanMode::Move {
                let originals = ingested.originals.clone();
                writer.after_commit(move || originals.remove());
            }
            if !same.is_empty() {
                return Ok((Done::Unchanged, Vec::new()));
            }
        }
        let mut publication = self.publication(artifact_type, writer)?;
        let (inputs, left_out) = self.inputs(&publication.record.artifact_id, writer)?;
        publication.inputs = inputs;
        let old = found.known.as_ref().map(|known| writer.found(&known.registered.artifact_id)).transpose()?;
        if let Some(old) = &old {
            let said = old.state.clone();
            (publication.title, publication.description) = (said.title, said.description);
            (publication.tags, publication.archived) = (said.tags, said.archived);
        }
        let published = writer.publish(publication, None)?;
        let looks = found.files.iter().map(|file| (file.path.as_str(), &file.looks));
        writer.manifest().set_looks(published.seq, looks)?;
        let Some(old) = old else { return Ok((Done::Registered(published.record.artifact_id), left_out)) };
        writer.supersede(&published, &old, Some("its files have changed"))?;
        Ok((Done::Refreshed, left_out))
    }

    fn publication(&self, artifact_type: ArtifactType, writer: &Writer) -> Result<Publication> {
        let (found, sight, facts) = (&self.run.found, &self.run.sight, &self.run.facts);
        let newest = found.files.iter().map(|file| file.looks.mtime_ns).max().unwrap_or_default();
        let newest = Timestamp::from_nanosecond(i128::from(newest)).unwrap_or_default();
        let said = facts.as_ref().and_then(|facts| facts.created_at);
        let at = found.at.or(said).unwrap_or(newest);
        let logical_key = found.place.run_key.clone();
        let size = sight.files.iter().map(|file| file.size_bytes.0).sum();
        let artifact_id = match facts {
            Some(_) => numbered_id(&logical_key, writer)?,
            None => None,
        };
        let record = Record {
            artifact_id: match artifact_id {
                Some(artifact_id) => artifact_id,
                None => run_id(&found.place.family, &logical_key, at, writer)?,
            },
            version: writer.manifest().next_version(artifact_type.as_str(), &logical_key)?,
            artifact_type,
            schema_version: 1,
            logical_key,
            format: Format::Tree,
            storage: if self.ingested.is_some() { Storage::Managed } else { Storage::InPlace },
            file_hash: sight.file_hash,
            content_hash: sight.file_hash,
            content_hash_version: 1,
            legacy_content_hash: None,
            source_hash: sight.file_hash,
            source_size: size,
            size_bytes: size,
            row_count: None,
            min_ts: None,
            max_ts: None,
            created_at: clock::millis_text(at),
            media_type: None,
            run_id: None,
            family: Some(found.place.family.clone()),
            outcome: sight.outcome,
            source: sight.said.source.clone(),
            capabilities: sight.said.capabilities.clone(),
            roles: Vec::new(),
            params: sight.params(),
            writer: sight.said.writer.clone(),
            git: None,
            columns: BTreeMap::new(),
            file_count: sight.files.len() as u64,
            name: String::new(),
            extension: None,
        };
        Ok(Publication {
            record,
            title: facts.as_ref().map(|facts| facts.title.clone()),
            description: facts.as_ref().and_then(|facts| facts.description.clone()),
            tags: facts.as_ref().map(|facts| facts.tags.clone()).unwrap_or_default(),
            archived: facts.as_ref().is_some_and(|facts| facts.archived),
            files: sight.files.clone(),
            inputs: Vec::new(),
            request: None,
            place: Some(found.place.clone()),
        })
    }
}

/// The name as an id; where an artifact has it already, with a number behind it. Nothing where that makes no id.
fn numbered_id(name: &str, writer: &Writer) -> Result<Option<ArtifactId>> {
    for turn in 1_u32.. {
        let text = if turn == 1 { name.to_owned() } else { format!("{name}-{turn}") };
        let Ok(artifact_id) = ArtifactId::try_from(text) else { return Ok(None) };
        if writer.manifest().artifact_seq(artifact_id.as_str())?.is_none() {
            return Ok(Some(artifact_id));
        }
    }
    unreachable!("some number is free")
}

/// The stamp, and 8 digits of the hash of family and key; where an artifact has these already, of them and a number.
fn run_id(family: &str, run_key: &str, at: Timestamp, writer: &Writer) -> Result<ArtifactId> {
    for turn in 0_u32.. {
        let name = if turn == 0 { format!("{family}\0{run_key}") } else { format!("{family}\0{run_key}\0{turn}") };
        let hash = Hash::of(name.as_bytes()).0;
        let digits = u32::from_be_bytes(hash[..4].try_into().expect("four of 32 bytes"));
        let artifact_id = ArtifactId::fresh(at, digits);
        if writer.manifest().artifact_seq(artifact_id.as_str())?.is_none() {
            return Ok(artifact_id);
        }
    }
    unreachable!("some number is free")
}
