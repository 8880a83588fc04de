//! `list_trash`

use schemars::JsonSchema;
use serde::Deserialize;

use crate::base::clock;
use crate::model::Result;
use crate::model::number::Count;
use crate::model::retention::Trashed;
use crate::operations::params::limited;
use crate::operations::{Context, Operation, Query};
use crate::retention;
use crate::store::{Reader, View};

/// Most entries in one reply.
const MOST: u64 = 10_000;

/// Lists what lies in the trash, deleted last first. What was purged is no longer there; get_artifact still answers it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"limit": 20}]))]
pub struct Params {
    /// At most so many: 1 to 10000, 100 unless given.
    #[schemars(range(min = 1, max = 10_000), extend("default" = 100))]
    limit: Option<Count>,
}

/// `list_trash`
pub enum ListTrash {}

impl Operation for ListTrash {
    const METHOD: &'static str = "list_trash";
    type Params = Params;
    type Result = Vec<Trashed>;
}

impl Query for ListTrash {
    fn run(reader: &Reader, params: Params, context: &Context) -> Result<Vec<Trashed>> {
        let rows = reader.manifest().trash(None, None, limited("limit", params.limit, 100, MOST)?)?;
        let now = clock::millis_text(context.now);
        Ok(rows.into_iter().map(|row| retention::describe(reader.layout(), row, &now)).collect())
    }
}
