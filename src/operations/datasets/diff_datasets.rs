//! `diff_datasets`

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::VersionOf;
use crate::datasets::{self, Change, diff};
use crate::model::dataset::{Dataset, Member};
use crate::model::ids::DatasetId;
use crate::model::number::Count;
use crate::model::version::Version;
use crate::model::{Hash, Result};
use crate::operations::params::limited;
use crate::operations::{Context, Operation, Query};
use crate::store::{Reader, View};

/// Compares two versions: members added, removed, and changed in content, role, split or features.
///
/// An artifact that took another's place under the same type and logical key counts as a change of content.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [
    {"left": {"datasetId": "em_dataset", "version": "v1.0"}, "right": {"datasetId": "em_dataset", "version": "latest"}},
]))]
pub struct Params {
    /// The version that is compared.
    left: VersionOf,
    /// The version that it is compared with, as a rule the newer one.
    right: VersionOf,
    /// Of each list at most this many: 1 to 10000, 100 unless given. The counts are of all.
    #[schemars(range(min = 1, max = 10_000), extend("default" = 100))]
    limit: Option<Count>,
}

/// One side of a comparison.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DiffSide {
    /// The dataset.
    dataset_id: DatasetId,
    /// The version.
    version: Version,
    /// How many members it has.
    member_count: Count,
    /// The bytes of all members together.
    total_bytes: Count,
    /// SHA-256 over the members' hashes alone.
    content_digest: Hash,
    /// SHA-256 over everything that is known of each member.
    membership_digest: Hash,
}

/// What differs about a member.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemberChange {
    /// Its bytes.
    Content,
    /// The part it plays.
    Role,
    /// The split it belongs to.
    Split,
    /// What is known about it.
    Features,
}

/// A member that both versions have.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangedPair {
    /// What differs.
    changes: Vec<MemberChange>,
    /// The member of the left version.
    left: Member,
    /// The member of the right version.
    right: Member,
}

/// How many members differ, and how.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DiffCounts {
    /// Only in the right version.
    added: Count,
    /// Only in the left version.
    removed: Count,
    /// In both, and different.
    changed: Count,
    /// In both, and alike.
    unchanged: Count,
    /// Of the changed: those with other bytes.
    content: Count,
    /// Of the changed: those in another role.
    role: Count,
    /// Of the changed: those in another split.
    split: Count,
    /// Of the changed: those with other features.
    features: Count,
}

/// What differs between two versions.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DatasetDiff {
    /// The version that was compared.
    left: DiffSide,
    /// The version that it was compared with.
    right: DiffSide,
    /// Whether they have the same members, alike in everything.
    identical: bool,
    /// How many members differ, and how.
    counts: DiffCounts,
    /// Only in the right version, by artifact id.
    added: Vec<Member>,
    /// Only in the left version, by artifact id.
    removed: Vec<Member>,
    /// In both and different, by the left one's artifact id.
    changed: Vec<ChangedPair>,
    /// Whether a list was cut at the limit.
    truncated: bool,
}

/// `diff_datasets`
pub enum DiffDatasets {}

impl Operation for DiffDatasets {
    const METHOD: &'static str = "diff_datasets";
    const PATH_PARAMS: &'static [&'static str] = &["left.path", "right.path"];
    type Params = Params;
    type Result = DatasetDiff;
}

impl Query for DiffDatasets {
    fn run(reader: &Reader, params: Params, _: &Context) -> Result<DatasetDiff> {
        let limit = usize::try_from(limited("limit", params.limit, 100, 10_000)?).expect("it is small");
        let left = params.left.source(reader, "left.")?;
        let right = params.right.source(reader, "right.")?;
        let (left_side, right_side) = (side(left.describe(reader.layout())), side(right.describe(reader.layout())));
        let datasets::Diff { counts, mut added, mut removed, mut changed } =
            diff(left.members(reader.manifest())?, right.members(reader.manifest())?);
        let truncated = [added.len(), removed.len(), changed.len()].iter().any(|length| *length > limit);
        added.truncate(limit);
        removed.truncate(limit);
        changed.truncate(limit);
        Ok(DatasetDiff {
            identical: counts.added + counts.removed + counts.changed == 0,
            left: left_side,
            right: right_side,
            counts: DiffCounts {
                added: Count(counts.added),
                removed: Count(counts.removed),
                changed: Count(counts.changed),
                unchanged: Count(counts.unchanged),
                content: Count(counts.content),
                role: Count(counts.role),
                split: Count(counts.split),
                features: Count(counts.features),
            },
            added,
            removed,
            changed: changed.into_iter().map(pair).collect(),
            truncated,
        })
    }
}

fn side(dataset: Dataset) -> DiffSide {
    let Dataset { dataset_id, version, member_count, total_bytes, content_digest, membership_digest, .. } = dataset;
    DiffSide { dataset_id, version, member_count, total_bytes, content_digest, membership_digest }
}

fn pair((left, right, changes): (Member, Member, Vec<Change>)) -> ChangedPair {
    let word = |change: Change| match change {
        Change::Content => MemberChange::Content,
        Change::Role => MemberChange::Role,
        Change::Split => MemberChange::Split,
        Change::Features => MemberChange::Features,
    };
    ChangedPair { changes: changes.into_iter().map(word).collect(), left, right }
}
