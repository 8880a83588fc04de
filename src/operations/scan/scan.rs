//! `scan`

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::base::clock;
use crate::model::artifact::{Format, Publication, Record, Storage};
use crate::model::ids::{ArtifactId, ArtifactType, FamilyName};
use crate::model::number::Count;
use crate::model::place::{EVIDENCE, Sight};
use crate::model::scan::{FamilyTally, ScanFault, ScanMode, ScanTally, ScanWarning};
use crate::model::{Error, Hash, Kind, Result};
use crate::operations::{Context, Maintenance, Operation};
use crate::publishing::{self, Given, GivenFile, Ingested, Source, media_type_of};
use crate::scan::{self, Families, Fate, Root, Sighted};
use crate::store::config::{Config, Family, OutcomeRule};
use crate::store::{Layout, Store, View, Writer};

/// Most warnings that are told one by one.
const TOLD_MOST: usize = 10_000;

/// Most runs and most bytes that are committed together.
const RUNS_MOST: usize = 128;
const BYTES_MOST: u64 = 256 << 20;

/// Looks through folders for files that match the patterns of families, and registers each run that they make up as one
/// artifact.
///
/// Which folders and families there are is said in keepstone.toml. Files belong to one run when their paths share a
/// stamp (`20250906_143022`) or an id behind `run_`, or their names an id or a date; otherwise when they lie in one
/// folder. Nothing in the folders is changed, unless `mode` is `move`. A run that was found before keeps its artifact
/// with its id, tags and pins, whatever was added to its files; those that look as before (size and time) are not read
/// again. It is committed in parts, none of them half. The store is made if there is none.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{}, {"family": "proofs", "dryRun": true}, {"root": "out", "rehash": true}]))]
pub struct Params {
    /// The one folder to look through, instead of those that keepstone.toml names. A relative path counts from the
    /// server's working directory.
    root: Option<String>,
    /// The one family to look for; all of them unless given.
    family: Option<FamilyName>,
    /// Who keeps the files: `in_place` leaves them with their producer, `copy` takes them into the store, `move` removes
    /// them there afterwards; `in_place` unless given.
    #[schemars(extend("default" = "in_place"))]
    mode: Option<ScanMode>,
    /// Whether it is only told what would be done: nothing is written then, no store either. False unless given.
    #[schemars(extend("default" = false))]
    dry_run: Option<bool>,
    /// Whether every file is read again, also where it looks as before; false unless given.
    #[schemars(extend("default" = false))]
    rehash: Option<bool>,
}

/// What a scan found.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Whether nothing was written.
    dry_run: bool,
    /// Who keeps the files.
    mode: ScanMode,
    /// The absolute paths of the folders that were looked through.
    roots: Vec<String>,
    /// All families together.
    #[serde(flatten)]
    tally: ScanTally,
    /// Each family, by name.
    families: Vec<FamilyTally>,
    /// What somebody should know, by path; at most 10000 of it.
    warnings: Vec<ScanWarning>,
    /// How many warnings there are.
    warning_count: Count,
    /// How long it took.
    duration_seconds: f64,
}

/// `scan`
pub enum ScanFiles {}

impl Operation for ScanFiles {
    const METHOD: &'static str = "scan";
    type Params = Params;
    type Result = Report;
}

impl Maintenance for ScanFiles {
    fn run(params: Params, context: &Context) -> Result<Report> {
        let dry_run = params.dry_run.unwrap_or(false);
        let (mut store, layout) = match context.site.store() {
            Ok(store) => (Some(store.clone()), store.layout().clone()),
            Err(error) if error.kind() == Kind::NotFound => (None, context.site.layout()),
            Err(error) => return Err(error),
        };
        // As it is now, and not as it was when the store was opened.
        let config = Config::read(&layout.configuration())?;
        wanted(&config, &layout, params.family.as_ref())?;
        if store.is_none() && !dry_run {
            // Refused before there is a store, so that none is made for nothing.
            Root::all(&layout, &config.scan, None, params.root.as_deref())?;
            store = Some(context.site.store_or_create()?);
        }
        let scanning = Scanning {
            layout: store.as_ref().map_or(layout, |store| store.layout().clone()),
            store,
            config,
            mode: params.mode.unwrap_or_default(),
            dry_run,
            tallies: BTreeMap::new(),
            warnings: Vec::new(),
            params,
            context,
        };
        scanning.run()
    }
}

/// Refuses a family that isn't there, and a configuration without any.
fn wanted(config: &Config, layout: &Layout, family: Option<&FamilyName>) -> Result<()> {
    let names: Vec<&str> = config.families.keys().map(FamilyName::as_str).collect();
    let file = layout.configuration();
    match family {
        None if config.families.values().all(|family| family.include.is_empty()) => {
            Err(Error::invalid_data(format!("{} says of no family which files belong to it", file.display())).hint(
                "add [families.NAME] with include = [\"**/…\"], or begin with `keepstone init --preset cryptorun`",
            ))
        }
        Some(name) if !config.families.contains_key(name) => {
            let error = Error::invalid_params(format!("family: there is no family {name} in {}", file.display()));
            Err(match names.is_empty() {
                true => error.hint("add it there as [families.NAME]"),
                false => error.hint(format!("the families are {}", names.join(", "))),
            }
            .field("family"))
        }
        _ => Ok(()),
    }
}

struct Scanning<'a> {
    layout: Layout,
    store: Option<Arc<Store>>,
    config: Config,
    mode: ScanMode,
    dry_run: bool,
    tallies: BTreeMap<FamilyName, ScanTally>,
    warnings: Vec<ScanWarning>,
    params: Params,
    context: &'a Context<'a>,
}

/// What became of a run that was to be written.
enum Done {
    Registered,
    Refreshed,
    Unchanged,
    /// Somebody else has changed it.
    Meanwhile,
}

impl Scanning<'_> {
    fn run(mut self) -> Result<Report> {
        // Two at once would read everything twice; and what one has registered is known to the next.
        let _alone = match &self.store {
            Some(store) if !self.dry_run => Some(store.place_turn()?),
            _ => None,
        };
        let reader = self.store.as_ref().map(Store::read).transpose()?;
        let manifest = reader.as_ref().map(View::manifest);
        let roots = Root::all(&self.layout, &self.config.scan, manifest, self.params.root.as_deref())?;
        let families = Families::new(&self.config.families)?;
        let only = self.params.family.clone();
        let chosen = self.config.families.keys().filter(|name| only.as_ref().is_none_or(|only| only == *name));
        self.tallies = chosen.map(|name| (name.clone(), ScanTally::default())).collect();
        let own = scan::own_folders(&self.layout);
        let most = self.config.scan.max_files_per_scan;
        let mut left = most;
        let mut surveys = Vec::new();
        // All folders are looked through before anything is written: too many files change nothing.
        for root in &roots {
            let walked = match root.exists() {
                true => scan::walk(&root.path, &own, &families, (only.as_ref(), &mut left, most), self.context.watch)?,
                false => scan::Walked::default(),
            };
            let mut survey = scan::survey(manifest, (&root.path, &root.text), walked, (self.mode, only.as_ref()))?;
            if !root.exists() {
                survey.warnings.push(root.missing());
            }
            surveys.push(survey);
        }
        drop(reader);
        for (root, mut survey) in roots.iter().zip(surveys) {
            for found in &survey.runs {
                let bytes: u64 = found.files.iter().map(|file| file.looks.size_bytes.0).sum();
                self.count(&found.place.family, |tally| {
                    tally.files_scanned.0 += found.files.len() as u64;
                    tally.bytes_scanned.0 += bytes;
                    tally.found.0 += 1;
                });
            }
            let how = (self.params.rehash.unwrap_or(false), self.config.scan.parallel_workers);
            let rule = |found: &Sighted| rule_of(&self.config, found);
            let counts = scan::read(&mut survey, &root.path, rule, how, self.context.watch)?;
            survey.missing.iter().for_each(|family| self.count(family.as_str(), |tally| tally.missing.0 += 1));
            survey.skipped.iter().for_each(|family| self.count(family.as_str(), |tally| tally.skipped.0 += 1));
            self.warnings.append(&mut survey.warnings);
            for (found, count) in survey.runs.iter().zip(counts) {
                self.count(&found.place.family, |tally| tally.files_read.0 += count);
            }
            self.write(root, survey.runs)?;
        }
        if let Some(store) = self.store.as_ref().filter(|_| !self.dry_run)
            && let Err(error) = store.settle()
        {
            tracing::warn!("sidecars will be settled at the next start: {error}");
        }
        Ok(self.report(&roots))
    }

    fn count(&mut self, family: &str, add: impl FnOnce(&mut ScanTally)) {
        let name = FamilyName::try_from(family.to_owned()).expect("it was checked when it was read");
        add(self.tallies.entry(name).or_default());
    }

    fn report(mut self, roots: &[Root]) -> Report {
        let mut tally = ScanTally::default();
        self.tallies.values().for_each(|family| tally.add(family));
        self.warnings.sort();
        let warning_count = Count(self.warnings.len() as u64);
        self.warnings.truncate(TOLD_MOST);
        let took = self.context.site.clock().now().duration_since(self.context.now);
        Report {
            dry_run: self.dry_run,
            mode: self.mode,
            roots: roots.iter().map(|root| root.path.to_string_lossy().into_owned()).collect(),
            tally,
            families: self
                .tallies
                .into_iter()
                .map(|(family, tally)| FamilyTally { family: family.to_string(), tally })
                .collect(),
            warnings: self.warnings,
            warning_count,
            duration_seconds: took.as_secs_f64().max(0.0),
        }
    }

    /// Writes what has changed, part by part.
    fn write(&mut self, root: &Root, runs: Vec<Sighted>) -> Result<()> {
        let total = runs.len() as u64;
        let (mut part, mut bytes) = (Vec::new(), 0);
        for (done, found) in runs.into_iter().enumerate() {
            self.context.watch.step(done as u64, total, "runs")?;
            let sight = found.sight(rule_of(&self.config, &found), media_type_of);
            let fate = found.fate(&sight);
            let family = found.place.family.clone();
            if self.dry_run || fate == Fate::Unchanged {
                self.count(&family, |tally| match fate {
                    Fate::New => tally.registered.0 += 1,
                    Fate::Changed => tally.refreshed.0 += 1,
                    Fate::Touched | Fate::Unchanged => tally.unchanged.0 += 1,
                });
                continue;
            }
            let ingested = match self.mode {
                ScanMode::InPlace => None,
                _ if fate == Fate::Touched => None,
                ScanMode::Copy | ScanMode::Move => match self.take(root, &found, &sight)? {
                    Some(ingested) => Some(ingested),
                    None => continue,
                },
            };
            bytes += ingested.as_ref().map_or(0, |ingested| ingested.size_bytes);
            part.push(Prepared { found, sight, fate, ingested });
            if part.len() >= RUNS_MOST || bytes >= BYTES_MOST {
                self.commit(std::mem::take(&mut part))?;
                bytes = 0;
            }
        }
        self.commit(part)
    }

    /// Takes the files of a run into the store's staging; what is in the way is told, and the run left for the next scan.
    fn take(&mut self, root: &Root, found: &Sighted, sight: &Sight) -> Result<Option<Ingested>> {
        let store = self.store.as_ref().expect("nothing is written without one");
        let file = |path: &String| GivenFile {
            path: root.path.join(path).to_string_lossy().into_owned(),
            name: Some(path.clone()),
            role: None,
        };
        let given = Given {
            artifact_type: self.type_of(&found.place.family),
            definition: None,
            source: Source::Files(found.files.iter().map(|file_seen| file(&file_seen.path)).collect()),
            format: Some(Format::Tree),
            columns: BTreeMap::new(),
            expected_file_hash: Some(sight.file_hash),
        };
        let taken = publishing::ingest(store, &given, self.context.watch).and_then(|ingested| {
            if self.mode == ScanMode::Move {
                ingested.originals.removable(store.layout())?;
            }
            Ok(ingested)
        });
        let code = match &taken {
            Ok(_) => return taken.map(Some),
            Err(error) => match error.kind() {
                Kind::NotFound | Kind::Integrity => ScanFault::Changing,
                Kind::Conflict | Kind::PathNotAllowed | Kind::InvalidData | Kind::Unsupported | Kind::LimitExceeded => {
                    ScanFault::Unreadable
                }
                _ => return taken.map(Some),
            },
        };
        let message = taken.map_or_else(|error| error.message().to_owned(), |_| String::new());
        self.skip(found, root.path.join(&found.files[0].path).to_string_lossy().into_owned(), code, message);
        Ok(None)
    }

    fn skip(&mut self, found: &Sighted, path: String, code: ScanFault, message: String) {
        self.count(&found.place.family, |tally| tally.skipped.0 += 1);
        let artifact_id = found.known.as_ref().map(|known| known.registered.artifact_id.clone());
        let family = Some(found.place.family.clone());
        self.warnings.push(ScanWarning { path: Some(path), code, family, artifact_id, message });
    }

    fn type_of(&self, family: &str) -> ArtifactType {
        let name = FamilyName::try_from(family.to_owned()).expect("it was checked when it was read");
        let given = self.config.families.get(&name).and_then(|family| family.artifact_type.clone());
        given.unwrap_or_else(|| ArtifactType::try_from(family.to_owned()).expect("a family's name may be a type's"))
    }

    fn commit(&mut self, part: Vec<Prepared>) -> Result<()> {
        if part.is_empty() {
            return Ok(());
        }
        let store = self.store.clone().expect("nothing is written without one");
        store.flush(part.iter().filter_map(|run| run.ingested.as_ref()).flat_map(|ingested| &ingested.staged))?;
        let mut batch = store.begin()?;
        let mut done = Vec::new();
        for run in &part {
            let artifact_type = self.type_of(&run.found.place.family);
            done.push(batch.attempt(|writer| {
                writer.set_actor(self.context.actor.map(str::to_owned));
                run.write(artifact_type, self.mode, writer)
            })?);
        }
        batch.commit()?;
        for (run, done) in part.iter().zip(done) {
            match done {
                Done::Registered => self.count(&run.found.place.family, |tally| tally.registered.0 += 1),
                Done::Refreshed => self.count(&run.found.place.family, |tally| tally.refreshed.0 += 1),
                Done::Unchanged => self.count(&run.found.place.family, |tally| tally.unchanged.0 += 1),
                Done::Meanwhile => {
                    let first = self.layout.scan_root(&run.found.place.root).join(&run.found.files[0].path);
                    let message = format!("the run of {} was changed meanwhile", first.display());
                    let first = first.to_string_lossy().into_owned();
                    self.skip(&run.found, first, ScanFault::ChangedMeanwhile, message);
                }
            }
        }
        Ok(())
    }
}

fn rule_of(config: &Config, found: &Sighted) -> OutcomeRule {
    let name = FamilyName::try_from(found.place.family.clone()).expect("it was checked when it was read");
    config.families.get(&name).map_or_else(OutcomeRule::default, |family: &Family| family.outcome)
}

/// A run that is to be written.
struct Prepared {
    found: Sighted,
    sight: Sight,
    fate: Fate,
    /// Its files, where the store is to keep them.
    ingested: Option<Ingested>,
}

impl Prepared {
    fn write(&self, artifact_type: ArtifactType, mode: ScanMode, writer: &mut Writer) -> Result<Done> {
        let (found, sight) = (&self.found, &self.sight);
        let looks = || found.files.iter().map(|file| (file.path.as_str(), &file.looks));
        let Some(known) = &found.known else {
            let rivals = writer.manifest().registered_at(&found.place)?;
            if mode != ScanMode::Move && rivals.iter().any(|rival| !rival.deleted) {
                return Ok(Done::Meanwhile);
            }
            return self.publish(artifact_type, mode, writer);
        };
        let artifact_id = known.registered.artifact_id.as_str();
        let now = writer.manifest().artifact(artifact_id)?;
        let same =
            now.is_some_and(|now| now.state.deleted_at.is_none() && now.record.file_hash == known.sight.file_hash);
        if !same {
            return Ok(Done::Meanwhile);
        }
        match (self.fate, &self.ingested) {
            (Fate::Changed, Some(_)) => return self.publish(artifact_type, mode, writer),
            (Fate::Changed, None) => writer.see_again(artifact_id, sight.clone())?,
            _ => {}
        }
        writer.manifest().set_looks(known.registered.seq, looks())?;
        Ok(if self.fate == Fate::Changed { Done::Refreshed } else { Done::Unchanged })
    }

    /// Adds an artifact for the run; a copy takes the place of the one before it.
    fn publish(&self, artifact_type: ArtifactType, mode: ScanMode, writer: &mut Writer) -> Result<Done> {
        let (found, sight) = (&self.found, &self.sight);
        if let Some(ingested) = &self.ingested {
            let key = &found.place.run_key;
            let same = writer.manifest().active_of_identity(artifact_type.as_str(), 1, key, &sight.file_hash)?;
            ingested.keep(writer)?;
            if mode == ScanMode::Move {
                let originals = ingested.originals.clone();
                writer.after_commit(move || originals.remove());
            }
            if !same.is_empty() {
                return Ok(Done::Unchanged);
            }
        }
        let publication = self.publication(artifact_type, writer)?;
        let published = writer.publish(publication, None)?;
        let looks = found.files.iter().map(|file| (file.path.as_str(), &file.looks));
        writer.manifest().set_looks(published.seq, looks)?;
        let Some(known) = &found.known else { return Ok(Done::Registered) };
        let old = writer.found(&known.registered.artifact_id)?;
        writer.supersede(&published, &old, Some("its files have changed"))?;
        Ok(Done::Refreshed)
    }

    fn publication(&self, artifact_type: ArtifactType, writer: &Writer) -> Result<Publication> {
        let (found, sight) = (&self.found, &self.sight);
        let newest = found.files.iter().map(|file| file.looks.mtime_ns).max().unwrap_or_default();
        let newest = Timestamp::from_nanosecond(i128::from(newest)).unwrap_or_default();
        let at = found.at.unwrap_or(newest);
        let logical_key = found.place.run_key.clone();
        let mut params = Map::new();
        params.extend(sight.evidence.clone().map(|evidence| (EVIDENCE.to_owned(), Value::String(evidence))));
        let size = sight.files.iter().map(|file| file.size_bytes.0).sum();
        let record = Record {
            artifact_id: run_id(&found.place.family, &logical_key, at, writer)?,
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
            source: None,
            capabilities: Vec::new(),
            roles: Vec::new(),
            params,
            writer: None,
            git: None,
            columns: BTreeMap::new(),
            file_count: sight.files.len() as u64,
            name: String::new(),
            extension: None,
        };
        Ok(Publication {
            record,
            title: None,
            description: None,
            tags: BTreeMap::new(),
            files: sight.files.clone(),
            inputs: Vec::new(),
            request: None,
            place: Some(found.place.clone()),
        })
    }
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
