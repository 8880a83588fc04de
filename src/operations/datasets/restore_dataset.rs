//! `restore_dataset`

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Changed;
use crate::model::Result;
use crate::model::ids::DatasetId;
use crate::model::version::Version;
use crate::operations::{Command, Context, Operation};
use crate::store::{Store, Writer};

/// Brings a deleted version of a dataset back, as it was. Restoring one that was not deleted changes nothing.
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

/// `restore_dataset`
pub enum RestoreDataset {}

impl Operation for RestoreDataset {
    const METHOD: &'static str = "restore_dataset";
    type Params = Params;
    type Result = Changed;
}

impl Command for RestoreDataset {
    type Prepared = (Params, Option<String>);

    fn prepare(_: &Arc<Store>, params: Params, context: &Context) -> Result<Self::Prepared> {
        super::refuse_latest(&params.version)?;
        Ok((params, context.actor.map(str::to_owned)))
    }

    fn commit((params, actor): Self::Prepared, writer: &mut Writer) -> Result<Changed> {
        super::change(writer, (&params.dataset_id, &params.version), false, params.reason, actor)
    }
}
