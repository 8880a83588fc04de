//! `add_lineage`

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::lineage;
use crate::model::artifact::{Artifact, Edge, Input};
use crate::model::ids::ArtifactId;
use crate::model::{Error, Result};
use crate::operations::params::counted;
use crate::operations::{Command, Context, Operation};
use crate::store::{Store, View, Writer};

/// Most inputs of one request.
const INPUTS_MOST: usize = 10_000;

/// Records what an artifact was made from, where that was not said when it was published.
///
/// It adds to the inputs that the artifact has; one that it has with the same relation is passed over. Nothing can be
/// made from itself, nor from what was made of it; supersedes and sibling_of are annotations and may form circles.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [
    {
        "artifactId": "art-20260302T093000-0b7e43aa",
        "inputs": [{"artifactId": "art-20260301T093000-5f2c81d4", "relation": "config_from"}],
    },
]))]
pub struct Params {
    /// The artifact that was made.
    artifact_id: ArtifactId,
    /// What it was made from, 1 to 10000 artifacts.
    #[schemars(length(min = 1, max = 10_000))]
    inputs: Vec<Input>,
}

/// What was recorded.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Added {
    /// The edges that are new.
    added: Vec<Edge>,
    /// The artifact that was made.
    artifact: Artifact,
}

/// `add_lineage`
pub enum AddLineage {}

impl Operation for AddLineage {
    const METHOD: &'static str = "add_lineage";
    type Params = Params;
    type Result = Added;
}

impl Command for AddLineage {
    type Prepared = (Params, Option<String>);

    fn prepare(_: &Arc<Store>, params: Params, context: &Context) -> Result<Self::Prepared> {
        counted("inputs", params.inputs.len(), 1, INPUTS_MOST)?;
        if let Some(at) = params.inputs.iter().position(|input| input.artifact_id == params.artifact_id) {
            return Err(Error::invalid_data(format!("artifact {} can't be made from itself", params.artifact_id))
                .field(field(at)));
        }
        Ok((params, context.actor.map(str::to_owned)))
    }

    fn commit((params, actor): Self::Prepared, writer: &mut Writer) -> Result<Added> {
        let Params { artifact_id, inputs } = params;
        let found = writer.found(artifact_id.as_str())?;
        let mut followed = Vec::new();
        for (at, input) in inputs.iter().enumerate() {
            let not_found = || Error::not_found(format!("the input {} was not found", input.artifact_id));
            let there = writer.manifest().artifact_seq(input.artifact_id.as_str())?;
            let input_seq = there.ok_or_else(|| not_found().field(field(at)))?;
            if !input.relation.is_annotation() {
                followed.push((input_seq, field(at)));
            }
        }
        if !followed.is_empty() {
            lineage::refuse_circle(writer.manifest(), found.seq, &followed)?;
        }
        writer.set_actor(actor);
        let added = writer.add_inputs(&found, &inputs)?;
        let edge = |Input { artifact_id: input_artifact_id, relation }| Edge {
            input_artifact_id,
            artifact_id: artifact_id.clone(),
            relation,
        };
        Ok(Added {
            added: added.into_iter().map(edge).collect(),
            artifact: writer.answer(writer.found(artifact_id.as_str())?),
        })
    }
}

fn field(at: usize) -> String {
    format!("inputs[{at}].artifactId")
}
