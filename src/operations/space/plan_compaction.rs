//! `plan_compaction`

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::compaction::{CompactionTotals, FamilyCompaction, PlannedFile};
use crate::model::ids::FamilyName;
use crate::model::{Hash, Result};
use crate::operations::{Context, Operation, Query};
use crate::space;
use crate::store::Reader;

/// Says which files of artifacts that are kept in place can be smaller, in which form, and how small exactly.
///
/// JSON Lines (`.jsonl`) get a dictionary for values that repeat, or become one Zstandard frame where that gains nothing;
/// Markdown (`.md`) loses empty sections, and its original is kept compressed in the store. Every form expands to the
/// same bytes. Files that are too small, compact already, or smaller in no form are left alone, each with the reason.
/// Nothing is written. apply_compaction does what this says.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{}, {"family": "proofs"}]))]
pub struct Params {
    /// The one family whose files are looked at; all of them unless given.
    family: Option<FamilyName>,
}

/// What compaction would do.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// The family asked for; null for all.
    family: Option<FamilyName>,
    /// Every file of the artifacts that are kept in place: by family, the newest artifact first, then by path.
    files: Vec<PlannedFile>,
    /// All files together.
    totals: CompactionTotals,
    /// Each family, by name.
    families: Vec<FamilyCompaction>,
    /// Names this plan; apply_compaction does no other.
    digest: Hash,
}

/// `plan_compaction`
pub enum PlanCompaction {}

impl Operation for PlanCompaction {
    const METHOD: &'static str = "plan_compaction";
    type Params = Params;
    type Result = Plan;
}

impl Query for PlanCompaction {
    fn run(reader: &Reader, params: Params, context: &Context) -> Result<Plan> {
        let space::Plan { files, digest } = space::plan(reader, params.family.as_ref(), context.watch)?;
        let (totals, families) = (space::Plan::totals(&files), space::Plan::families(&files));
        Ok(Plan { family: params.family, files, totals, families, digest })
    }
}
