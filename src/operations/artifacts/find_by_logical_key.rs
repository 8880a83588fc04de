//! `find_by_logical_key`

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::Result;
use crate::model::artifact::Artifact;
use crate::operations::{Context, Operation, Query};
use crate::store::{Reader, View};

/// Answers every version of a type and logical key, newest first, superseded ones included; an unknown key has none.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"artifactType": "ohlcv_slice", "logicalKey": "AAPL:2026-03"}]))]
pub struct Params {
    /// The type.
    artifact_type: String,
    /// The key.
    logical_key: String,
}

/// `find_by_logical_key`
pub enum FindByLogicalKey {}

impl Operation for FindByLogicalKey {
    const METHOD: &'static str = "find_by_logical_key";
    type Params = Params;
    type Result = Vec<Artifact>;
}

impl Query for FindByLogicalKey {
    fn run(reader: &Reader, params: Params, _: &Context) -> Result<Vec<Artifact>> {
        Ok(reader.answers(reader.manifest().artifacts_of_key(&params.artifact_type, &params.logical_key)?))
    }
}
