//! `get_artifacts`

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::artifact::Artifact;
use crate::model::ids::ArtifactId;
use crate::model::{Error, Result};
use crate::operations::{Context, Operation, Query};
use crate::store::{Reader, View};

/// Most ids in one request.
const MOST: usize = 10_000;

/// Answers several artifacts in the order of their ids, with null for an unknown one.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"artifactIds": ["art-20260301T093000-5f2c81d4", "art-20260302T093000-0b7e43aa"]}]))]
pub struct Params {
    /// The artifacts, at most 10000.
    #[schemars(length(max = 10_000))]
    artifact_ids: Vec<ArtifactId>,
}

/// `get_artifacts`
pub enum GetArtifacts {}

impl Operation for GetArtifacts {
    const METHOD: &'static str = "get_artifacts";
    const ALIASES: &'static [&'static str] = &["get_artifacts_batch"];
    type Params = Params;
    type Result = Vec<Option<Artifact>>;
}

impl Query for GetArtifacts {
    fn run(reader: &Reader, params: Params, _: &Context) -> Result<Self::Result> {
        if params.artifact_ids.len() > MOST {
            return Err(Error::limit_exceeded(format!(
                "artifactIds has {} ids; a request may ask for {MOST}",
                params.artifact_ids.len()
            ))
            .field("artifactIds"));
        }
        let one = |id: &ArtifactId| Ok(reader.manifest().artifact(id.as_str())?.map(|found| reader.answer(found)));
        params.artifact_ids.iter().map(one).collect()
    }
}
