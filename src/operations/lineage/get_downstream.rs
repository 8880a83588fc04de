//! `get_downstream`

use schemars::JsonSchema;
use serde::Deserialize;

use crate::manifest::Walk;
use crate::model::Result;
use crate::model::artifact::Artifact;
use crate::model::ids::ArtifactId;
use crate::model::number::Count;
use crate::operations::params::limited;
use crate::operations::{Context, Operation, Query};
use crate::store::{Reader, View};

/// Answers what was made of an artifact, newest first; with a depth above 1 also what was made of that, nearest first.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"artifactId": "art-20260301T093000-5f2c81d4", "depth": 3}]))]
pub struct Params {
    /// The artifact.
    artifact_id: ArtifactId,
    /// How many edges far: 1 to 10000, 1 unless given.
    #[schemars(range(min = 1, max = 10_000), extend("default" = 1))]
    depth: Option<Count>,
}

/// `get_downstream`
pub enum GetDownstream {}

impl Operation for GetDownstream {
    const METHOD: &'static str = "get_downstream";
    type Params = Params;
    type Result = Vec<Artifact>;
}

impl Query for GetDownstream {
    fn run(reader: &Reader, params: Params, context: &Context) -> Result<Vec<Artifact>> {
        let found = reader.found(params.artifact_id.as_str())?;
        let depth = limited("depth", params.depth, 1, 10_000)?;
        let start = [found.seq];
        let walk = Walk { depth: Some(depth), ..Walk::whole(&start, false) };
        let reached = reader.manifest().reach(&walk, context.watch)?;
        reader.answers_at(&reached.artifacts[1..])
    }
}
