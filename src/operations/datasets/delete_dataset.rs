//! `delete_dataset`

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Changed;
use crate::model::Result;
use crate::model::ids::DatasetId;
use crate::model::version::Version;
use crate::operations::{Command, Context, Operation};
use crate::store::{Store, Writer};

/// Deletes a version of a dataset: it is no longer listed nor the latest. Its files stay, its name stays taken, and
/// restore_dataset brings it back. Deleting it again changes nothing.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"datasetId": "em_dataset", "version": "v1.0"}]))]
pub struct Params {
    /// The dataset.
    dataset_id: DatasetId,
    /// The version; it has to be named, `latest` is refused.
    version: Version,
    /// Why; it stands in the history.
    reason: Option<String>,
}

/// `delete_dataset`
pub enum DeleteDataset {}

impl Operation for DeleteDataset {
    const METHOD: &'static str = "delete_dataset";
    type Params = Params;
    type Result = Changed;
}

impl Command for DeleteDataset {
    type Prepared = (Params, Option<String>);

    fn prepare(_: &Arc<Store>, params: Params, context: &Context) -> Result<Self::Prepared> {
        super::refuse_latest(&params.version)?;
        Ok((params, context.actor.map(str::to_owned)))
    }

    fn commit((params, actor): Self::Prepared, writer: &mut Writer) -> Result<Changed> {
        super::change(writer, (&params.dataset_id, &params.version), true, params.reason, actor)
    }
}
