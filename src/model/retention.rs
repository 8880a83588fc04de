//! What is kept and what goes: pins, the trash, policies, and plans of what to collect.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::artifact::{Outcome, Storage};
use super::hash::Hash;
use super::ids::{ArtifactId, ArtifactType, DatasetId, RunId};
use super::number::Count;

/// What a pin protects.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PinTarget {
    /// This artifact.
    Artifact(ArtifactId),
    /// Everything that this run published.
    Run(RunId),
    /// The members of all live versions of this dataset.
    Dataset(DatasetId),
}

impl PinTarget {
    /// What kind of thing it is, and its id.
    pub fn words(&self) -> (&'static str, &str) {
        match self {
            Self::Artifact(id) => ("artifact", id.as_str()),
            Self::Run(id) => ("run", id.as_str()),
            Self::Dataset(id) => ("dataset", id.as_str()),
        }
    }

    /// How params and events name it.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Artifact(_) => "artifactId",
            Self::Run(_) => "runId",
            Self::Dataset(_) => "datasetId",
        }
    }
}

/// What a pin says of itself, by which the same pin is known again.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PinSaid {
    /// What it protects.
    pub target: PinTarget,
    /// Why.
    pub reason: Option<String>,
    /// When it was set, if that was another moment than that of its event.
    pub created_at: Option<String>,
}

/// A reason why something must never be collected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pin {
    /// The pin's number: the event that set it.
    pub pin_id: Count,
    /// The artifact that it protects.
    pub artifact_id: Option<ArtifactId>,
    /// The run whose artifacts it protects.
    pub run_id: Option<RunId>,
    /// The dataset whose members it protects, those of all versions that are not deleted.
    pub dataset_id: Option<DatasetId>,
    /// Why.
    pub reason: Option<String>,
    /// When it was set.
    pub created_at: String,
    /// From when on it protects no longer; null: it does until it is removed.
    pub expires_at: Option<String>,
    /// Who set it.
    pub actor: Option<String>,
    /// Whether it protects no longer.
    pub expired: bool,
}

/// Why, by whom and by what something was deleted; the event of the deletion says the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Deletion {
    /// Why, in the words of who asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The policy that didn't keep it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// The family whose rules didn't keep it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// Why it was collected, in the words of the plan.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// The report of the collection, relative to the store.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
}

/// Something in the trash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Trashed {
    /// Its id.
    pub artifact_id: ArtifactId,
    /// Its type.
    pub artifact_type: ArtifactType,
    /// What it represents.
    pub logical_key: String,
    /// Which version of its type and key it is.
    pub version: u32,
    /// The family it belongs to.
    pub family: Option<String>,
    /// Who keeps the bytes.
    pub storage: Storage,
    /// When it was published.
    pub created_at: String,
    /// When it was deleted.
    pub deleted_at: String,
    /// Why, in the words of who deleted it, or of the plan that collected it.
    pub reason: Option<String>,
    /// Who deleted it.
    pub deleted_by: Option<String>,
    /// The policy by which it was collected.
    pub policy: Option<String>,
    /// Absolute path of the report of the collection.
    pub report: Option<String>,
    /// Whether a pin protects it: it is not purged then.
    pub pinned: bool,
    /// Number of its files.
    pub file_count: Count,
    /// Bytes of all its files together.
    pub size_bytes: Count,
}

/// What becomes of an artifact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It stays.
    Keep,
    /// It goes to the trash.
    Delete,
}

/// An artifact that a plan judges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Candidate {
    /// The artifact.
    pub artifact_id: ArtifactId,
    /// The family whose rules judge it; null where a policy does.
    pub family: Option<String>,
    /// Its type.
    pub artifact_type: ArtifactType,
    /// What it represents.
    pub logical_key: String,
    /// When it was published.
    pub created_at: String,
    /// How the work that made it ended.
    pub outcome: Option<Outcome>,
    /// What becomes of it.
    pub fate: Fate,
    /// Every rule that keeps it; of what goes, why none does. Of families: `pinned`, `last_pass`, `last_run`,
    /// `explicitly_pinned`, `within_keep_count_N`, `dataset_member`; else `beyond_keep_count_N`. Of policies: `pinned`,
    /// `ancestor_of_pinned`, `dataset_member`, `has_descendants`, `protected_type:T`, `protected_role:R`, `age`,
    /// `min_count`; else `older_than_Nd` or `space_budget`.
    pub reasons: Vec<String>,
    /// Number of its files.
    pub files: Count,
    /// Bytes of all its files together.
    pub logical_bytes: Count,
    /// Bytes that a purge would free because of it: what others hold too is none, and what several hold that go counts
    /// for the first of them alone.
    pub physical_bytes: Count,
}

/// Sums over candidates.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanTotals {
    /// How many are judged.
    pub entries: Count,
    /// How many stay.
    pub keep: Count,
    /// How many go.
    pub delete: Count,
    /// Files of those that go.
    pub files: Count,
    /// Bytes of those that go, what they share counted each time.
    pub logical_bytes: Count,
    /// Bytes that a purge of those that go would free.
    pub physical_bytes: Count,
}

/// The sums of one family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FamilyTotals {
    /// The family.
    pub family: String,
    /// Its sums.
    #[serde(flatten)]
    pub totals: PlanTotals,
}

/// What a collection would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// The policy that judges what belongs to no family; null: nothing of that is judged.
    pub policy: Option<String>,
    /// The one family that is judged; null: all of them, or none where a policy was asked for.
    pub family: Option<String>,
    /// The moment that ages are counted to; what was published later is not looked at.
    pub now: String,
    /// Stands for what goes: apply_gc wants it back.
    pub digest: Hash,
    /// Everything that is judged: family by family, then what a policy judges, each newest first.
    pub candidates: Vec<Candidate>,
    /// Sums over all candidates.
    pub totals: PlanTotals,
    /// Sums of each family, by name.
    pub families: Vec<FamilyTotals>,
    /// Bytes that everything live holds now, what is shared counted once.
    pub bytes_before: Count,
    /// Bytes that it would hold once what goes is purged.
    pub bytes_after: Count,
    /// The policy's space budget.
    pub space_budget_bytes: Option<Count>,
    /// By how much the budget would still be exceeded, because every other rule is stronger.
    pub over_budget_bytes: Count,
    /// What one should know before it is applied.
    pub warnings: Vec<String>,
}
