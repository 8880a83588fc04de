//! `list_events`

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::Result;
use crate::model::artifact::Event;
use crate::model::ids::ArtifactId;
use crate::model::number::Count;
use crate::operations::params::{limited, moment_or_later};
use crate::operations::{Context, Operation, Query};
use crate::store::{Reader, View};

/// Lists the store's history, newest first: who did what when.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"since": "2026-03-01T00:00:00Z", "limit": 20}]))]
pub struct Params {
    /// Only events of this artifact.
    artifact_id: Option<ArtifactId>,
    /// Only events at this moment or later (RFC 3339; without zone it reads as UTC).
    since: Option<String>,
    /// At most this many: 1 to 10000, 100 unless given.
    #[schemars(range(min = 1, max = 10_000), extend("default" = 100))]
    limit: Option<Count>,
}

/// `list_events`
pub enum ListEvents {}

impl Operation for ListEvents {
    const METHOD: &'static str = "list_events";
    type Params = Params;
    type Result = Vec<Event>;
}

impl Query for ListEvents {
    fn run(reader: &Reader, params: Params, _: &Context) -> Result<Vec<Event>> {
        let since = moment_or_later("since", params.since.as_deref())?;
        let limit = limited("limit", params.limit, 100, 10_000)?;
        if let Some(artifact_id) = &params.artifact_id {
            reader.found(artifact_id.as_str())?;
        }
        reader.manifest().events(params.artifact_id.as_ref().map(ArtifactId::as_str), since.as_deref(), limit)
    }
}
