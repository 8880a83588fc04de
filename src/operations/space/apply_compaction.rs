//! `apply_compaction`

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::compaction::{CompactionFailure, CompactionTotals, FamilyCompaction, PlannedFile};
use crate::model::ids::FamilyName;
use crate::model::{Hash, Result};
use crate::operations::{Context, Maintenance, Operation};
use crate::space;

/// Puts compact forms in the place of files, as a plan says.
///
/// Before a file is replaced it is proven that its compact form expands to the same bytes; its modification time stays,
/// and `expand` brings the original back. Another digest than that of the present plan is stale_plan. A file that can't be
/// replaced stays as it is and is named among the failures. It is committed in parts; whenever the process dies, each
/// file is in one form or the other, and the manifest knows in which.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"family": "proofs", "digest": "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"}]))]
pub struct Params {
    /// The family that the plan was made for; left out where the plan is for all of them.
    family: Option<FamilyName>,
    /// The plan's digest.
    digest: Hash,
}

/// What compaction did.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Applied {
    /// The family asked for; null for all.
    family: Option<FamilyName>,
    /// The files as the plan names them, those that failed left out.
    files: Vec<PlannedFile>,
    /// All of them together.
    totals: CompactionTotals,
    /// Each family, by name.
    families: Vec<FamilyCompaction>,
    /// Files that could not be replaced and are as they were.
    failures: Vec<CompactionFailure>,
}

/// `apply_compaction`
pub enum ApplyCompaction {}

impl Operation for ApplyCompaction {
    const METHOD: &'static str = "apply_compaction";
    const IDEMPOTENT: bool = false;
    type Params = Params;
    type Result = Applied;
}

impl Maintenance for ApplyCompaction {
    fn run(params: Params, context: &Context) -> Result<Applied> {
        let store = context.site.store()?;
        let space::Applied { files, failures } =
            space::apply(&store, params.family.as_ref(), params.digest, context.actor, context.watch)?;
        let (totals, families) = (space::Plan::totals(&files), space::Plan::families(&files));
        Ok(Applied { family: params.family, files, totals, families, failures })
    }
}
