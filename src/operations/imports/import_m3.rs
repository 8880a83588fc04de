//! `import_m3`

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::datasets::{self, Addition, Wanted, outline};
use crate::imports::m3::{self, Fate, Folder, Intake, TakenDataset, TakenMember};
use crate::model::import::{ImportFault, ImportFinding, LeftOut, Tally};
use crate::model::number::Count;
use crate::model::{Error, Kind, Result};
use crate::operations::{Context, Maintenance, Operation};
use crate::store::View;
use crate::store::snapshot::IndexPlace;

/// Takes in a data folder of M3: artifacts with their ids, times, types, roles, tags, runs and lineage, datasets, and pins.
///
/// Every byte is proven against its hash on the way. What is broken is left out and named, never mended; what is fine is
/// taken in all the same. It is committed in parts, none of them half, so that an import that was cut short is gone on
/// with by sending it again: what is there already, alike, is left alone. The store is made if there is none.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [
    {"dataDir": "project/data"},
    {"dataDir": "project", "dryRun": true},
]))]
pub struct Params {
    /// The data folder, which holds manifests/ and objects/, or the project whose `data` it is. Nothing in it changes. A
    /// relative path counts from the server's working directory.
    data_dir: String,
    /// Whether it is only told what would be done: nothing is written then, no store either. False unless given.
    #[schemars(extend("default" = false))]
    dry_run: Option<bool>,
}

/// What an import did, or would do.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Whether nothing was written.
    dry_run: bool,
    /// The absolute path of the data folder.
    data_dir: String,
    /// The artifacts.
    artifacts: Tally,
    /// The runs.
    runs: Tally,
    /// The versions of datasets.
    datasets: Tally,
    /// The pins; each key that one has counts for itself.
    pins: Tally,
    /// The bytes that the store had not yet.
    bytes_taken: Count,
    /// What was found, at most 10000 of it.
    findings: Vec<ImportFinding>,
    /// How many errors there are.
    error_count: Count,
    /// How many warnings there are.
    warning_count: Count,
    /// Whether there is more than `findings` holds.
    truncated: bool,
    /// What is not taken in though nothing is wrong with it.
    left_out: Vec<LeftOut>,
}

/// `import_m3`
pub enum ImportM3 {}

impl Operation for ImportM3 {
    const METHOD: &'static str = "import_m3";
    const PATH_PARAMS: &'static [&'static str] = &["dataDir"];
    type Params = Params;
    type Result = Report;
}

impl Maintenance for ImportM3 {
    fn run(params: Params, context: &Context) -> Result<Report> {
        if params.data_dir.is_empty() {
            return Err(Error::invalid_params("dataDir: it must not be empty").field("dataDir"));
        }
        let folder = Folder::find(Path::new(&params.data_dir))?;
        let dry_run = params.dry_run.unwrap_or(false);
        let store = match context.site.store() {
            Err(error) if error.kind() == Kind::NotFound && dry_run => None,
            Err(error) if error.kind() == Kind::NotFound => Some(context.site.store_or_create()?),
            found => Some(found?),
        };
        let mut intake = Intake::new(folder, store, dry_run, context.actor, context.watch);
        let (artifacts, read) = intake.artifacts()?;
        let runs = intake.runs()?;
        let datasets = take_datasets(&mut intake)?;
        let pins = intake.pins()?;
        let left_out = m3::left_out(&intake.folder, &read, &mut intake.findings)?;
        if let Some(store) = intake.writing() {
            store.settle_if_possible();
        }
        let (error_count, warning_count) = intake.findings.counts();
        Ok(Report {
            dry_run,
            data_dir: intake.folder.path().to_string_lossy().into_owned(),
            artifacts,
            runs,
            datasets,
            pins,
            bytes_taken: Count(intake.bytes),
            truncated: intake.findings.truncated(),
            findings: intake.findings.told,
            error_count,
            warning_count,
            left_out,
        })
    }
}

/// Takes the versions of datasets in, those whose members are all there.
fn take_datasets(intake: &mut Intake) -> Result<Tally> {
    let mut tally = Tally::default();
    let paths = m3::dataset_files(&intake.folder)?;
    for (done, path) in paths.iter().enumerate() {
        intake.watch.step(done as u64, paths.len() as u64, "datasets")?;
        let mut taken = match m3::take_dataset(&intake.folder, path, intake.watch)? {
            Ok(taken) => taken,
            Err(finding) => {
                intake.skip(&mut tally, finding);
                continue;
            }
        };
        if let Some(finding) = taken.lost_member(|artifact_id| intake.hash_of(artifact_id))? {
            intake.skip(&mut tally, finding);
            continue;
        }
        let finding = match take(intake, &taken) {
            Ok(Fate::Imported) => {
                tally.imported.0 += 1;
                None
            }
            Ok(Fate::AlreadyThere) => {
                tally.already_there.0 += 1;
                None
            }
            Ok(Fate::Deleted) => {
                tally.already_there.0 += 1;
                Some(taken.finding(ImportFault::Deleted, "was deleted since it was imported; it stays deleted"))
            }
            Ok(Fate::Conflict(what)) => {
                let told = format!("was left out: the store has it with another {what}");
                intake.skip(&mut tally, taken.finding(ImportFault::Conflict, &told));
                continue;
            }
            Err(error) if matches!(error.kind(), Kind::InvalidParams | Kind::InvalidData | Kind::LimitExceeded) => {
                let told = format!("was left out: {}", error.message());
                intake.skip(&mut tally, taken.finding(ImportFault::Invalid, &told));
                continue;
            }
            Err(error) => return Err(error),
        };
        intake.note_dataset(&taken.dataset_id);
        std::mem::take(&mut taken.findings).into_iter().chain(finding).for_each(|told| intake.findings.add(told));
    }
    Ok(tally)
}

fn take(intake: &Intake, taken: &TakenDataset) -> Result<Fate> {
    let mut wanted = wanted(taken);
    wanted.check()?;
    let Some(store) = &intake.store else { return Ok(Fate::Imported) };
    let reader = store.read()?;
    let manifest = reader.manifest();
    if let Some(there) = manifest.dataset(&taken.dataset_id, &taken.version)? {
        let members = datasets::members(manifest, &there)?;
        let differences = outline(manifest, &wanted)?.differences(&wanted, &there.head, &members);
        // A parent version is only named: what it had is among the members already.
        let parent = (taken.parent_version != there.head.parent_version).then_some("parent version");
        let differs = differences.into_iter().find(|what| *what != "parentVersion").or(parent);
        return Ok(match differs {
            Some(what) => Fate::Conflict(what),
            None if there.deleted_at.is_some() => Fate::Deleted,
            None => Fate::AlreadyThere,
        });
    }
    let Some(store) = intake.writing() else { return Ok(Fate::Imported) };
    let mut plan = datasets::plan(manifest, &mut wanted)?;
    drop(reader);
    plan.snapshot.head.parent_version.clone_from(&taken.parent_version);
    let listed = store.list_members(&plan.snapshot.members, &IndexPlace::Beside)?;
    let mut transaction = store.begin()?;
    transaction.attempt(|writer| {
        writer.set_actor(intake.actor.map(str::to_owned));
        if !plan.holds(writer.manifest())? || writer.manifest().dataset(&taken.dataset_id, &taken.version)?.is_some() {
            return Err(Error::busy("somebody else changed the store meanwhile").hint("send the request again"));
        }
        writer.create_dataset(&plan.snapshot, &listed)
    })?;
    transaction.commit()?;
    Ok(Fate::Imported)
}

fn wanted(taken: &TakenDataset) -> Wanted {
    let addition = |member: &TakenMember| Addition {
        artifact_id: member.artifact_id.clone(),
        role: member.role.clone(),
        split: member.split.clone(),
        features: member.features.clone(),
    };
    Wanted {
        dataset_id: taken.dataset_id.clone(),
        version: taken.version.clone(),
        parent_version: None,
        members: taken.members.iter().map(addition).collect(),
        remove: Vec::new(),
        update: Vec::new(),
        name: taken.name.clone(),
        description: taken.description.clone(),
        tags: Some(taken.tags.clone()),
        annotations: Some(taken.annotations.clone()),
        writer: taken.writer.clone(),
        git_commit: taken.git_commit.clone(),
        stage: taken.stage.clone(),
        created_at: taken.created_at.clone(),
    }
}
