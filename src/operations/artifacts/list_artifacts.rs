//! `list_artifacts`

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::manifest::Filter;
use crate::model::artifact::{Artifact, Outcome, Status};
use crate::model::ids::RunId;
use crate::model::number::Count;
use crate::model::{Error, Result};
use crate::operations::params::{limited, moment, moment_or_later};
use crate::operations::{Context, Operation, Query};
use crate::store::{Reader, View};

/// Most tags and roles of one filter.
const MOST_CONDITIONS: usize = 100;

/// Lists artifacts, newest first; everything in the filter must hold. Deleted ones only when `status` asks for them.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"filter": {"artifactType": "ohlcv_slice", "tags": {"symbol": "AAPL"}, "limit": 10}}]))]
pub struct Params {
    /// Which artifacts; all of them without a filter.
    filter: Option<ArtifactFilter>,
}

/// Which artifacts a list shows.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArtifactFilter {
    /// Of this type.
    artifact_type: Option<String>,
    /// In this state.
    status: Option<Status>,
    /// With all of these tags.
    tags: Option<BTreeMap<String, String>>,
    /// Created at this moment or later (RFC 3339; without zone it reads as UTC).
    min_created_at: Option<String>,
    /// Created at this moment or earlier.
    max_created_at: Option<String>,
    /// Published by this run, duplicates included.
    run_id: Option<RunId>,
    /// With all of these roles.
    roles: Option<Vec<String>>,
    /// Of this family: runs that scans found by its patterns.
    family: Option<String>,
    /// Whose work ended like this.
    outcome: Option<Outcome>,
    /// At most this many: 1 to 10000, 100 unless given.
    #[schemars(range(min = 1, max = 10_000), extend("default" = 100))]
    limit: Option<Count>,
}

/// `list_artifacts`
pub enum ListArtifacts {}

impl Operation for ListArtifacts {
    const METHOD: &'static str = "list_artifacts";
    type Params = Params;
    type Result = Vec<Artifact>;
}

impl Query for ListArtifacts {
    fn run(reader: &Reader, params: Params, _: &Context) -> Result<Vec<Artifact>> {
        let filter = params.filter.unwrap_or_default();
        let conditions = filter.tags.as_ref().map_or(0, BTreeMap::len) + filter.roles.as_ref().map_or(0, Vec::len);
        if conditions > MOST_CONDITIONS {
            return Err(Error::limit_exceeded(format!(
                "filter names {conditions} tags and roles; it may name {MOST_CONDITIONS}"
            ))
            .field("filter"));
        }
        let limit = limited("filter.limit", filter.limit, 100, 10_000)?;
        let filter = Filter {
            types: filter.artifact_type.map(|artifact_type| vec![artifact_type]),
            status: filter.status,
            tags: filter.tags.unwrap_or_default().into_iter().collect(),
            min_created_at: moment_or_later("filter.minCreatedAt", filter.min_created_at.as_deref())?,
            max_created_at: moment("filter.maxCreatedAt", filter.max_created_at.as_deref())?,
            run_id: filter.run_id.map(|id| id.to_string()),
            roles: filter.roles.unwrap_or_default(),
            family: filter.family,
            outcome: filter.outcome,
            ..Filter::default()
        };
        Ok(reader.answers(reader.manifest().list(&filter, limit)?))
    }
}
