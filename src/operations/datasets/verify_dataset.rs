//! `verify_dataset`

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::VersionOf;
use crate::datasets::{self, Report, Source};
use crate::model::Result;
use crate::model::finding::Finding;
use crate::model::ids::DatasetId;
use crate::model::number::Count;
use crate::model::version::Version;
use crate::operations::{Context, Operation, Query};
use crate::store::{Reader, View};

/// Proves that a version of a dataset is what it was when it was created, and that its members are there.
///
/// It looks at the snapshot's seal and hash, both digests, the counts, the manifest's rows, the history, the Parquet
/// index, every member's artifact and its objects; with `verifyHashes` it reads their bytes. Of a snapshot by its path
/// it looks at the file, its index and the members.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"datasetId": "em_dataset", "version": "v1.0", "verifyHashes": true}]))]
pub struct Params {
    /// The dataset; it or a path.
    dataset_id: Option<DatasetId>,
    /// The version; `latest`, the highest that was not deleted, unless given.
    version: Option<Version>,
    /// The path of a snapshot file, whose version this store need not know.
    path: Option<String>,
    /// Whether every byte of the members is read and hashed; false unless given.
    verify_hashes: Option<bool>,
}

/// What the verification of a dataset found.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Verified {
    /// The dataset.
    dataset_id: DatasetId,
    /// The version.
    version: Version,
    /// Whether there is no error; warnings don't count.
    valid: bool,
    /// How many members were looked at.
    members_checked: Count,
    /// How many objects were read and hashed.
    objects_hashed: Count,
    /// How many errors there are.
    error_count: Count,
    /// How many warnings there are.
    warning_count: Count,
    /// What was found, at most 1000 of it.
    findings: Vec<Finding>,
    /// Whether there is more than `findings` holds.
    truncated: bool,
}

/// `verify_dataset`
pub enum VerifyDataset {}

impl Operation for VerifyDataset {
    const METHOD: &'static str = "verify_dataset";
    const PATH_PARAMS: &'static [&'static str] = &["path"];
    type Params = Params;
    type Result = Verified;
}

impl Query for VerifyDataset {
    fn run(reader: &Reader, params: Params, context: &Context) -> Result<Verified> {
        let Params { dataset_id, version, path, verify_hashes } = params;
        let source = VersionOf { dataset_id, version, path }.source(reader, "")?;
        let dataset = source.describe(reader.layout());
        let (filed, path) = match &source {
            Source::Filed(filed) => (Some(&**filed), reader.layout().snapshot(&filed.head)),
            Source::File(_, path) => (None, path.clone()),
        };
        let hashes = verify_hashes.unwrap_or_default();
        let Report { findings, errors, warnings, members, hashed_objects } =
            datasets::verify(reader, filed, &path, hashes, context.watch)?;
        Ok(Verified {
            dataset_id: dataset.dataset_id,
            version: dataset.version,
            valid: errors == 0,
            members_checked: Count(members),
            objects_hashed: Count(hashed_objects),
            error_count: Count(errors),
            warning_count: Count(warnings),
            truncated: errors + warnings > findings.len() as u64,
            findings,
        })
    }
}
