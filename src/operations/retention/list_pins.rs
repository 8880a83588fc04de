//! `list_pins`

use schemars::JsonSchema;
use serde::Deserialize;

use super::target;
use crate::base::clock;
use crate::model::Result;
use crate::model::ids::{ArtifactId, DatasetId, RunId};
use crate::model::retention::Pin;
use crate::operations::{Context, Operation, Query};
use crate::store::{Reader, View};

/// Lists pins, newest first: all, or those of one artifact, run or dataset. Those that have ended are marked.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{}, {"runId": "run-20260301T093000-0b7e43aa"}]))]
pub struct Params {
    /// The artifact.
    artifact_id: Option<ArtifactId>,
    /// The run.
    run_id: Option<RunId>,
    /// The dataset.
    dataset_id: Option<DatasetId>,
}

/// `list_pins`
pub enum ListPins {}

impl Operation for ListPins {
    const METHOD: &'static str = "list_pins";
    type Params = Params;
    type Result = Vec<Pin>;
}

impl Query for ListPins {
    fn run(reader: &Reader, params: Params, context: &Context) -> Result<Vec<Pin>> {
        let all = params.artifact_id.is_none() && params.run_id.is_none() && params.dataset_id.is_none();
        let target = match all {
            true => None,
            false => Some(target(params.artifact_id, params.run_id, params.dataset_id)?),
        };
        target.as_ref().map_or(Ok(()), |target| reader.must_know(target))?;
        reader.manifest().pins(target.as_ref(), &clock::millis_text(context.now))
    }
}
