//! `list_aliases`

use schemars::JsonSchema;
use serde::Deserialize;

use crate::manifest::AliasFilter;
use crate::model::Result;
use crate::model::curation::Alias;
use crate::model::ids::ArtifactId;
use crate::model::number::Count;
use crate::operations::params::limited;
use crate::operations::{Context, Operation, Query};
use crate::store::{Reader, View};

/// Lists aliases by type, key and name: all of them, or those of an artifact, a type, a key or a name.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"artifactType": "model", "alias": "production"}]))]
pub struct Params {
    /// Of this artifact.
    artifact_id: Option<ArtifactId>,
    /// Of this type.
    artifact_type: Option<String>,
    /// Of this key.
    logical_key: Option<String>,
    /// Of this name.
    alias: Option<String>,
    /// At most this many: 1 to 10000, 1000 unless given.
    #[schemars(range(min = 1, max = 10_000), extend("default" = 1000))]
    limit: Option<Count>,
}

/// `list_aliases`
pub enum ListAliases {}

impl Operation for ListAliases {
    const METHOD: &'static str = "list_aliases";
    type Params = Params;
    type Result = Vec<Alias>;
}

impl Query for ListAliases {
    fn run(reader: &Reader, params: Params, _: &Context) -> Result<Vec<Alias>> {
        let limit = limited("limit", params.limit, 1000, 10_000)?;
        if let Some(artifact_id) = &params.artifact_id {
            reader.found(artifact_id.as_str())?;
        }
        let filter = AliasFilter {
            artifact_id: params.artifact_id.map(|id| id.to_string()),
            artifact_type: params.artifact_type,
            logical_key: params.logical_key,
            alias: params.alias,
        };
        reader.manifest().aliases(&filter, limit)
    }
}
