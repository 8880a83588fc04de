//! `get_lineage`

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::lineage;
use crate::manifest::Walk;
use crate::model::Result;
use crate::model::artifact::{Artifact, Edge};
use crate::model::ids::ArtifactId;
use crate::model::number::Count;
use crate::operations::params::limited;
use crate::operations::{Context, Operation, Query};
use crate::store::{Reader, View};

/// Answers what an artifact was made from, its own inputs first and in the order given, then theirs.
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

/// What an artifact was made from.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Lineage {
    /// The artifact asked for.
    artifact_id: ArtifactId,
    /// What it was made from, each artifact once, nearest first.
    inputs: Vec<Artifact>,
    /// How many edges far the answer goes.
    depth: Count,
    /// The edges between them, from input to output.
    edges: Vec<Edge>,
}

/// `get_lineage`
pub enum GetLineage {}

impl Operation for GetLineage {
    const METHOD: &'static str = "get_lineage";
    type Params = Params;
    type Result = Lineage;
}

impl Query for GetLineage {
    fn run(reader: &Reader, params: Params, context: &Context) -> Result<Lineage> {
        let found = reader.found(params.artifact_id.as_str())?;
        let depth = limited("depth", params.depth, 1, 10_000)?;
        let start = [found.seq];
        let walk = Walk { depth: Some(depth), ..Walk::whole(&start, true) };
        let reached = reader.manifest().reach(&walk, context.watch)?;
        let mut inputs = reader.answers_at(&reached.artifacts)?;
        let edges = lineage::edges_between(&reached, |artifact| inputs[artifact as usize].artifact_id.clone());
        // The walk began with the artifact itself.
        inputs.remove(0);
        Ok(Lineage { artifact_id: params.artifact_id, inputs, depth: Count(depth), edges })
    }
}
