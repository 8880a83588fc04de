//! `list_datasets`

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::artifact::Status;
use crate::model::dataset::Share;
use crate::model::ids::DatasetId;
use crate::model::number::Count;
use crate::model::version::Version;
use crate::model::{Error, Hash, Result};
use crate::operations::params::limited;
use crate::operations::{Context, Operation, Query};
use crate::store::{Reader, View};

/// Lists versions of datasets: by the datasets' names, of each the highest version first. Deleted ones only when `status`
/// asks for them.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"datasetId": "em_dataset"}, {"latestOnly": true}]))]
pub struct Params {
    /// Of this dataset; of all without it.
    dataset_id: Option<DatasetId>,
    /// With all of these tags.
    tags: Option<BTreeMap<String, String>>,
    /// `active` (unless given) or `tombstoned`.
    status: Option<Status>,
    /// Of each dataset only the highest version that was not deleted.
    latest_only: Option<bool>,
    /// At most this many: 1 to 10000, 100 unless given.
    #[schemars(range(min = 1, max = 10_000), extend("default" = 100))]
    limit: Option<Count>,
    /// How many are passed over, 0 unless given.
    #[schemars(extend("default" = 0))]
    offset: Option<Count>,
}

/// A version of a dataset in a list; get_dataset says more.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DatasetEntry {
    /// The dataset.
    dataset_id: DatasetId,
    /// The version.
    version: Version,
    /// Whether `latest` means this version.
    latest: bool,
    /// Whether it stands or was deleted.
    status: Status,
    /// A name for people.
    name: Option<String>,
    /// A description for people.
    description: Option<String>,
    /// Tags; a tag that is only a word has the value "".
    tags: BTreeMap<String, String>,
    /// The version it was made from.
    parent_version: Option<Version>,
    /// When it was created.
    created_at: String,
    /// How many members it has.
    member_count: Count,
    /// The bytes of all members together.
    total_bytes: Count,
    /// The members of each role.
    by_role: BTreeMap<String, Share>,
    /// SHA-256 over the members' hashes alone.
    content_digest: Hash,
    /// SHA-256 over everything that is known of each member.
    membership_digest: Hash,
}

/// `list_datasets`
pub enum ListDatasets {}

impl Operation for ListDatasets {
    const METHOD: &'static str = "list_datasets";
    type Params = Params;
    type Result = Vec<DatasetEntry>;
}

impl Query for ListDatasets {
    fn run(reader: &Reader, params: Params, _: &Context) -> Result<Vec<DatasetEntry>> {
        let limit = usize::try_from(limited("limit", params.limit, 100, 10_000)?).expect("it is small");
        let deleted_wanted = match params.status {
            None | Some(Status::Active) => false,
            Some(Status::Tombstoned) => true,
            Some(Status::Superseded) => {
                return Err(
                    Error::invalid_params("status: a version of a dataset is active or tombstoned").field("status")
                );
            }
        };
        let tags = params.tags.unwrap_or_default();
        let latest_only = params.latest_only.unwrap_or_default();
        let offset = params.offset.map_or(0, |offset| offset.0);
        let (mut entries, mut passed) = (Vec::new(), 0);
        // The highest that was not deleted comes first of its dataset.
        let mut latest: Option<DatasetId> = None;
        for (dataset_id, _, place, deleted) in reader.manifest().dataset_versions(params.dataset_id.as_ref())? {
            let is_latest = !deleted && latest.as_ref() != Some(&dataset_id);
            if is_latest {
                latest = Some(dataset_id);
            }
            if deleted != deleted_wanted || (latest_only && !is_latest) {
                continue;
            }
            let Some(filed) = reader.manifest().dataset_at(place)? else { continue };
            let head = filed.head;
            if !tags.iter().all(|(name, value)| head.tags.get(name) == Some(value)) {
                continue;
            }
            passed += 1;
            if passed <= offset {
                continue;
            }
            entries.push(DatasetEntry {
                dataset_id: head.dataset_id,
                version: head.version,
                latest: is_latest,
                status: if deleted { Status::Tombstoned } else { Status::Active },
                name: head.name,
                description: head.description,
                tags: head.tags,
                parent_version: head.parent_version,
                created_at: head.created_at,
                member_count: Count(head.member_count),
                total_bytes: Count(head.total_bytes),
                by_role: head.statistics.by_role,
                content_digest: head.content_digest,
                membership_digest: head.membership_digest,
            });
            if entries.len() == limit {
                break;
            }
        }
        Ok(entries)
    }
}
