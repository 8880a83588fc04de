//! `unpin`

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::target;
use crate::model::Result;
use crate::model::ids::{ArtifactId, DatasetId, RunId};
use crate::model::number::Count;
use crate::model::retention::PinTarget;
use crate::operations::{Command, Context, Operation};
use crate::store::{Store, Writer};

/// Removes every pin of an artifact, a run or a dataset, also those that have ended; pins of others that protect the same
/// artifacts stay. Where there is none, nothing changes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"artifactId": "art-20260301T093000-5f2c81d4"}]))]
pub struct Params {
    /// The artifact; or give `runId` or `datasetId`.
    artifact_id: Option<ArtifactId>,
    /// The run.
    run_id: Option<RunId>,
    /// The dataset.
    dataset_id: Option<DatasetId>,
}

/// How many pins there were.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Removed {
    /// How many pins were removed.
    removed: Count,
}

/// `unpin`
pub enum Unpin {}

impl Operation for Unpin {
    const METHOD: &'static str = "unpin";
    type Params = Params;
    type Result = Removed;
}

impl Command for Unpin {
    type Prepared = (PinTarget, Option<String>);

    fn prepare(_: &Arc<Store>, params: Params, context: &Context) -> Result<Self::Prepared> {
        Ok((target(params.artifact_id, params.run_id, params.dataset_id)?, context.actor.map(str::to_owned)))
    }

    fn commit((target, actor): Self::Prepared, writer: &mut Writer) -> Result<Removed> {
        writer.set_actor(actor);
        Ok(Removed { removed: Count(writer.unpin(&target)?) })
    }
}
