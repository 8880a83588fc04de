//! `restore_dataset`

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Changed;
use crate::datasets;
use crate::model::Result;
use crate::model::ids::DatasetId;
use crate::model::version::Version;
use crate::operations::{Command, Context, Operation};
use crate::store::{Store, View, Writer};

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
        let filed = datasets::find(writer.manifest(), &params.dataset_id, Some(&params.version))?;
        if filed.deleted_at.is_none() {
            return Ok(Changed { changed: false, dataset: datasets::describe(writer.layout(), filed) });
        }
        writer.set_actor(actor);
        let filed = writer.set_dataset_deleted(filed, false, params.reason)?;
        Ok(Changed { changed: true, dataset: datasets::describe(writer.layout(), filed) })
    }
}
