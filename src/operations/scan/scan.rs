//! `scan`

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Done, FlowtimeFolder, Prepared, Understanding, Understood, about, told};
use crate::base::files;
use crate::imports::flowtime;
use crate::manifest::Manifest;
use crate::model::artifact::{Format, Input};
use crate::model::ids::{ArtifactType, FamilyName};
use crate::model::number::Count;
use crate::model::place::{Place, Sight};
use crate::model::scan::{FamilyTally, ScanFault, ScanMode, ScanTally, ScanWarning};
use crate::model::{Error, Kind, Result};
use crate::objects::Staging;
use crate::operations::{Context, Maintenance, Operation};
use crate::publishing::{self, Given, GivenFile, Ingested, Source};
use crate::scan::{self, Arrangement, Families, Fate, Root, Sighted, Survey};
use crate::store::config::{Config, FLOWTIME_FAMILIES, Family, FolderLayout, OutcomeRule};
use crate::store::{Layout, Store, View};

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
/// folder. In a data folder of FlowTime (`layout = "flowtime"`) each folder of a run, a model or telemetry is one artifact
/// that has the folder's name for an id, with what its files say: title, tags, params, what it was made from. Nothing in the folders is changed, unless `mode` is `move`. A run that was found before keeps its artifact
/// with its id, tags and pins, whatever was added to its files; those that look as before (size and time) are not read
/// again. It is committed in parts, none of them half. The store is made if there is none.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{}, {"family": "proofs", "dryRun": true}, {"root": "out", "rehash": true}]))]
pub struct Params {
    /// The one folder to look through, instead of those that keepstone.toml names. A relative path counts from the
    /// server's working directory. One that is not named there and looks like FlowTime's is read as such.
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
    const PATH_PARAMS: &'static [&'static str] = &["root"];
    const HERE_ONLY: &'static [(&'static str, &'static str)] = &[("mode", "move")];
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
        wanted(&config, &layout, &params)?;
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
fn wanted(config: &Config, layout: &Layout, params: &Params) -> Result<()> {
    let named = config.scan.roots.iter().any(|root| root.layout == Some(FolderLayout::Flowtime));
    let given =
        || params.root.as_deref().is_some_and(|root| flowtime::looks_like_one(&files::absolute(Path::new(root))));
    let flowtime = named || given();
    let own = FLOWTIME_FAMILIES.into_iter().filter(|_| flowtime);
    let names: BTreeSet<&str> = config.families.keys().map(FamilyName::as_str).chain(own).collect();
    let file = layout.configuration();
    match &params.family {
        None if !flowtime && config.families.values().all(|family| family.include.is_empty()) => {
            Err(Error::invalid_data(format!("{} says of no family which files belong to it", file.display())).hint(
                "add [families.NAME] with include = [\"**/…\"], or begin with `keepstone init --preset cryptorun` or `--preset flowtime`",
            ))
        }
        Some(name) if !names.contains(name.as_str()) => {
            let error = Error::invalid_params(format!("family: there is no family {name} in {}", file.display()));
            Err(match names.is_empty() {
                true => error.hint("add it there as [families.NAME]"),
                false => error.hint(format!("the families are {}", names.into_iter().collect::<Vec<_>>().join(", "))),
            }
            .field("family"))
        }
        _ => Ok(()),
    }
}

/// How a folder is laid out: as keepstone.toml says, else as it looks.
fn layout_of(root: &Root) -> FolderLayout {
    root.layout.unwrap_or_else(|| match flowtime::looks_like_one(&root.path) {
        true => FolderLayout::Flowtime,
        false => FolderLayout::Families,
    })
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
        let layouts: Vec<FolderLayout> = roots.iter().map(layout_of).collect();
        let flowtime = FLOWTIME_FAMILIES.into_iter().filter(|_| layouts.contains(&FolderLayout::Flowtime));
        let chosen = self.config.families.keys().map(FamilyName::as_str).chain(flowtime);
        let chosen = chosen.filter(|name| only.as_ref().is_none_or(|only| only.as_str() == *name));
        self.tallies = chosen.map(|name| (named(name), ScanTally::default())).collect();
        let own = scan::own_folders(&self.layout);
        let most = self.config.scan.max_files_per_scan;
        let mut left = most;
        let mut surveys = Vec::new();
        // All folders are looked through before anything is written: too many files change nothing.
        for (root, layout) in roots.iter().zip(&layouts) {
            let arrangement: &dyn Arrangement = match layout {
                FolderLayout::Families => &families,
                FolderLayout::Flowtime => &FlowtimeFolder,
            };
            let limits = (only.as_ref(), &mut left, most);
            let mut walked = match root.exists() {
                true => scan::walk(&root.path, &own, arrangement, limits, self.context.watch)?,
                false => scan::Walked::default(),
            };
            let empty = std::mem::take(&mut walked.empty);
            let mut survey = scan::survey(manifest, (&root.path, &root.text), walked, (self.mode, only.as_ref()))?;
            for (family, warning) in hollow(manifest, root, &empty, only.as_ref())? {
                survey.skipped.push(family);
                survey.warnings.push(warning);
            }
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
            for (found, count) in survey.runs.iter().zip(counts) {
                self.count(&found.place.family, |tally| tally.files_read.0 += count);
            }
            let runs = self.understand(root, &mut survey)?;
            survey.missing.iter().for_each(|family| self.count(family.as_str(), |tally| tally.missing.0 += 1));
            survey.skipped.iter().for_each(|family| self.count(family.as_str(), |tally| tally.skipped.0 += 1));
            self.warnings.append(&mut survey.warnings);
            self.write(root, runs)?;
        }
        if let Some(store) = self.store.as_ref().filter(|_| !self.dry_run) {
            store.settle_if_possible();
        }
        Ok(self.report(&roots))
    }

    /// Says all that is known of each run; what is left out is noted.
    fn understand(&self, root: &Root, survey: &mut Survey) -> Result<Vec<Understood>> {
        let writing = self.store.as_ref().filter(|_| !self.dry_run);
        let reader = self.store.as_ref().map(Store::read).transpose()?;
        let understanding = Understanding {
            root: &root.path,
            rule: &|found| rule_of(&self.config, found),
            type_of: &|family| self.type_of(family),
            mode: self.mode,
            rehash: self.params.rehash.unwrap_or(false),
            scratch: writing.map(|store| store.staging()).transpose()?.map(Staging::folder),
            manifest: reader.as_ref().map(View::manifest),
            watch: self.context.watch,
        };
        let (runs, mut warnings, mut left_out) = understanding.of(std::mem::take(&mut survey.runs))?;
        survey.warnings.append(&mut warnings);
        survey.skipped.append(&mut left_out);
        Ok(runs)
    }

    fn count(&mut self, family: &str, add: impl FnOnce(&mut ScanTally)) {
        add(self.tallies.entry(named(family)).or_default());
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
    fn write(&mut self, root: &Root, runs: Vec<Understood>) -> Result<()> {
        let total = runs.len() as u64;
        let (mut part, mut bytes) = (Vec::new(), 0);
        for (done, run) in runs.into_iter().enumerate() {
            self.context.watch.step(done as u64, total, "runs")?;
            let fate = run.found.fate(&run.sight);
            if self.dry_run || run.is_kept || fate == Fate::Unchanged && !run.has_new_inputs {
                self.count(&run.found.place.family, |tally| match fate {
                    Fate::New if run.is_kept => tally.unchanged.0 += 1,
                    Fate::New => tally.registered.0 += 1,
                    Fate::Touched | Fate::Unchanged if !run.has_new_inputs => tally.unchanged.0 += 1,
                    _ => tally.refreshed.0 += 1,
                });
                continue;
            }
            let ingested = match self.mode {
                ScanMode::InPlace => None,
                _ if matches!(fate, Fate::Touched | Fate::Unchanged) => None,
                ScanMode::Copy | ScanMode::Move => match self.take(root, &run.found, &run.sight)? {
                    Some(ingested) => Some(ingested),
                    None => continue,
                },
            };
            bytes += ingested.as_ref().map_or(0, |ingested| ingested.size_bytes);
            part.push(Prepared { run, fate, ingested });
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
        let given = self.config.families.get(&named(family)).and_then(|family| family.artifact_type.clone());
        let own = match flowtime::Kind::of_family(family) {
            Some(kind) => kind.artifact_type(),
            None => family,
        };
        given.unwrap_or_else(|| ArtifactType::try_from(own.to_owned()).expect("a family's name may be a type's"))
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
            let artifact_type = self.type_of(&run.run.found.place.family);
            done.push(batch.attempt(|writer| {
                writer.set_actor(self.context.actor.map(str::to_owned));
                run.write(artifact_type, self.mode, writer)
            })?);
        }
        batch.commit()?;
        for (run, (done, circles)) in part.iter().zip(done) {
            self.tell(&run.run, done, &circles);
        }
        Ok(())
    }

    /// Counts what became of a run, and tells what is odd about it.
    fn tell(&mut self, Understood { found, facts, .. }: &Understood, done: Done, circles: &[Input]) {
        let first = self.layout.scan_root(&found.place.root).join(&found.files[0].path);
        for Input { artifact_id: input, .. } in circles {
            let message =
                format!("{input} is no input of {}, which was made from it: it was made of that", found.place.run_key);
            self.warnings.push(about(found, told(ScanFault::InputLeftOut, &first, message)));
        }
        match done {
            Done::Registered(artifact_id) => {
                let (id, name) = (artifact_id.as_str(), found.place.run_key.as_str());
                if facts.is_some() && id != name {
                    let message = format!("{name} is registered as {id}, as another artifact has the id {name}");
                    let warning = about(found, told(ScanFault::IdTaken, &first, message));
                    self.warnings.push(ScanWarning { artifact_id: Some(id.to_owned()), ..warning });
                }
                self.count(&found.place.family, |tally| tally.registered.0 += 1);
            }
            Done::Refreshed => self.count(&found.place.family, |tally| tally.refreshed.0 += 1),
            Done::Unchanged => self.count(&found.place.family, |tally| tally.unchanged.0 += 1),
            Done::Meanwhile => {
                let message = format!("the run of {} was changed meanwhile", first.display());
                let first = first.to_string_lossy().into_owned();
                self.skip(found, first, ScanFault::ChangedMeanwhile, message);
            }
        }
    }
}

/// Warnings of folders that should be runs and hold nothing, unless their run was deleted or is missed.
fn hollow(
    manifest: Option<&Manifest>,
    root: &Root,
    folders: &[String],
    only: Option<&FamilyName>,
) -> Result<Vec<(FamilyName, ScanWarning)>> {
    let mut warnings = Vec::new();
    for folder in folders {
        let inside = format!("{folder}/");
        let Some((kind, name)) = flowtime::place_of(&inside) else { continue };
        let family = named(kind.family());
        let place = Place { root: root.text.clone(), family: family.to_string(), run_key: name.to_owned() };
        let registered = manifest.map_or(Ok(Vec::new()), |manifest| manifest.registered_at(&place))?;
        if registered.is_empty() && only.is_none_or(|only| *only == family) {
            let path = root.path.join(folder);
            let message = format!("{}: it holds no file", path.display());
            let warning = ScanWarning { family: Some(place.family), ..told(ScanFault::Incomplete, &path, message) };
            warnings.push((family, warning));
        }
    }
    Ok(warnings)
}

fn named(family: &str) -> FamilyName {
    FamilyName::try_from(family.to_owned()).expect("it was checked when it was read")
}

fn rule_of(config: &Config, found: &Sighted) -> OutcomeRule {
    let unsaid = match flowtime::Kind::of_family(&found.place.family) {
        Some(_) => OutcomeRule::None,
        None => OutcomeRule::default(),
    };
    config.families.get(&named(&found.place.family)).map_or(unsaid, |family: &Family| family.outcome)
}
