//! `list_runs`

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::manifest::RunFilter;
use crate::model::ids::RunId;
use crate::model::number::Count;
use crate::model::reference::id_tail;
use crate::model::run::{Run, RunStatus};
use crate::model::{Error, Result};
use crate::operations::params::{limited, moment, moment_or_later};
use crate::operations::{Context, Operation, Query};
use crate::runs;
use crate::store::{Reader, View};

/// Most tags of one filter.
const MOST_TAGS: usize = 100;

/// Lists runs, newest first, those of one moment by id; everything in the filter must hold.
///
/// A run whose process died without finishing it is still `running`; one that artifacts only name is `unknown`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"filter": {"stage": "train_model", "status": "completed", "limit": 10}}]))]
pub struct Params {
    /// Which runs; all of them without a filter.
    filter: Option<Filter>,
}

/// Which runs a list shows.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "RunFilter")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Filter {
    /// Whose id is this, begins with it, or ends with these 8 hex digits; the id itself comes first.
    id_part: Option<String>,
    /// Of this stage.
    stage: Option<String>,
    /// In this state.
    status: Option<RunStatus>,
    /// Of this type.
    run_type: Option<String>,
    /// Parts of this run.
    parent_run_id: Option<RunId>,
    /// Started at this moment or later (RFC 3339; without zone it reads as UTC).
    since: Option<String>,
    /// Started at this moment or earlier.
    until: Option<String>,
    /// With all of these tags.
    tags: Option<BTreeMap<String, String>>,
    /// At most this many: 1 to 10000, 100 unless given.
    #[schemars(range(min = 1, max = 10_000), extend("default" = 100))]
    limit: Option<Count>,
}

/// `list_runs`
pub enum ListRuns {}

impl Operation for ListRuns {
    const METHOD: &'static str = "list_runs";
    type Params = Params;
    type Result = Vec<Run>;
}

impl Query for ListRuns {
    fn run(reader: &Reader, params: Params, _: &Context) -> Result<Vec<Run>> {
        let filter = params.filter.unwrap_or_default();
        let tags: Vec<(String, String)> = filter.tags.unwrap_or_default().into_iter().collect();
        if tags.len() > MOST_TAGS {
            return Err(Error::limit_exceeded(format!(
                "filter.tags names {} tags; it may name {MOST_TAGS}",
                tags.len()
            ))
            .field("filter.tags"));
        }
        let filter = RunFilter {
            id_tail: filter.id_part.as_deref().and_then(id_tail),
            id_start: filter.id_part,
            stage: filter.stage,
            status: filter.status,
            run_type: filter.run_type,
            parent_run_id: filter.parent_run_id.map(|id| id.to_string()),
            since: moment_or_later("filter.since", filter.since.as_deref())?,
            until: moment("filter.until", filter.until.as_deref())?,
            tags,
            limit: limited("filter.limit", filter.limit, 100, 10_000)?,
        };
        let rows = reader.manifest().runs(&filter)?;
        rows.into_iter().map(|row| runs::answer(reader.manifest(), row)).collect()
    }
}
