//! `get_artifact`

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::Result;
use crate::model::artifact::Artifact;
use crate::model::ids::ArtifactId;
use crate::operations::{Context, Operation, Query};
use crate::store::{Reader, View};

/// Answers one artifact by its id; an unknown id is not_found.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"artifactId": "art-20260301T093000-5f2c81d4"}]))]
pub struct Params {
    /// The artifact.
    artifact_id: ArtifactId,
}

/// `get_artifact`
pub enum GetArtifact {}

impl Operation for GetArtifact {
    const METHOD: &'static str = "get_artifact";
    type Params = Params;
    type Result = Artifact;
}

impl Query for GetArtifact {
    fn run(reader: &Reader, params: Params, _: &Context) -> Result<Artifact> {
        Ok(reader.answer(reader.found(params.artifact_id.as_str())?))
    }
}
