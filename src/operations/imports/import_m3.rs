//! `import_m3`

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::imports::Findings;
use crate::imports::m3::{self, Artifacts, Folder, Intake};
use crate::model::import::{ImportFinding, LeftOut, Tally};
use crate::model::number::Count;
use crate::model::{Error, Kind, Result};
use crate::operations::{Context, Maintenance, Operation};

/// Takes in a data folder of M3: artifacts with their ids, times, types, roles, tags, runs and lineage.
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
        let mut findings = Findings::default();
        let artifacts = Artifacts::look(&folder, &mut findings, context.watch)?;
        let store = match dry_run {
            true => context.site.store().map(Some).or_else(|error| match error.kind() {
                Kind::NotFound => Ok(None),
                _ => Err(error),
            })?,
            false => Some(context.site.store_or_create()?),
        };
        let (watch, actor) = (context.watch, context.actor);
        let mut intake = Intake { folder, dry_run, store, watch, actor, findings, bytes: 0 };
        let artifacts_tally = intake.artifacts(&artifacts)?;
        let runs = intake.runs()?;
        let left_out = m3::left_out(&intake.folder, &artifacts, &mut intake.findings)?;
        if let Some(store) = intake.writing()
            && let Err(error) = store.settle()
        {
            tracing::warn!("names and sidecars will be settled at the next start: {error}");
        }
        let (error_count, warning_count) = intake.findings.counts();
        Ok(Report {
            dry_run,
            data_dir: intake.folder.path().to_string_lossy().into_owned(),
            artifacts: artifacts_tally,
            runs,
            bytes_taken: Count(intake.bytes),
            truncated: intake.findings.truncated(),
            findings: intake.findings.told,
            error_count,
            warning_count,
            left_out,
        })
    }
}
