//! `get_dataset`

use schemars::JsonSchema;
use serde::Deserialize;

use super::VersionOf;
use crate::model::Result;
use crate::model::dataset::Dataset;
use crate::model::ids::DatasetId;
use crate::model::version::Version;
use crate::operations::{Context, Operation, Query};
use crate::store::{Reader, View};

/// Answers one version of a dataset: counts, digests, statistics, provenance; list_dataset_members lists its members.
/// A deleted version is answered when it is named.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"datasetId": "em_dataset"}, {"datasetId": "em_dataset", "version": "v1.0"}]))]
pub struct Params {
    /// The dataset; it or a path.
    dataset_id: Option<DatasetId>,
    /// The version; `latest`, the highest that was not deleted, unless given.
    version: Option<Version>,
    /// The path of a snapshot file, whose version this store need not know.
    path: Option<String>,
}

/// `get_dataset`
pub enum GetDataset {}

impl Operation for GetDataset {
    const METHOD: &'static str = "get_dataset";
    const PATH_PARAMS: &'static [&'static str] = &["path"];
    type Params = Params;
    type Result = Dataset;
}

impl Query for GetDataset {
    fn run(reader: &Reader, params: Params, _: &Context) -> Result<Dataset> {
        let Params { dataset_id, version, path } = params;
        Ok(VersionOf { dataset_id, version, path }.source(reader, "")?.describe(reader.layout()))
    }
}
