//! `get_run`

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Result;
use crate::model::artifact::Artifact;
use crate::model::ids::RunId;
use crate::model::run::Run;
use crate::operations::{Context, Operation, Query};
use crate::runs;
use crate::store::{Reader, View};

/// Most artifacts on either side.
const MOST: u64 = 10_000;

/// Answers one run with what it read and made; an unknown id is not_found.
///
/// A run that artifacts name and nobody started has the status `unknown`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"runId": "run-20260301T093000-5f2c81d4"}]))]
pub struct Params {
    /// The run.
    run_id: RunId,
}

/// A run with what it read and made.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunDetails {
    #[serde(flatten)]
    run: Run,
    /// The artifacts that it published, oldest first, duplicates included, its standard output and error excepted; at most
    /// 10000.
    outputs: Vec<Artifact>,
    /// The artifacts that it read: those that its start named, then those that its outputs were made from, its own outputs
    /// excepted; at most 10000.
    inputs: Vec<Artifact>,
}

/// `get_run`
pub enum GetRun {}

impl Operation for GetRun {
    const METHOD: &'static str = "get_run";
    type Params = Params;
    type Result = RunDetails;
}

impl Query for GetRun {
    fn run(reader: &Reader, params: Params, _: &Context) -> Result<RunDetails> {
        let manifest = reader.manifest();
        let run = runs::found(manifest, params.run_id.as_str())?;
        let outputs = reader.answers_at(&runs::outputs(manifest, &run, MOST)?)?;
        let inputs = reader.answers_at(&runs::inputs(manifest, &run, MOST)?)?;
        Ok(RunDetails { run, outputs, inputs })
    }
}
