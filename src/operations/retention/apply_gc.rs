//! `apply_gc`

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{LeftOut, scope};
use crate::model::ids::{FamilyName, PolicyName};
use crate::model::number::Count;
use crate::model::retention::{Candidate, PlanTotals};
use crate::model::{Error, Hash, Result};
use crate::operations::{Context, Maintenance, Operation, params};
use crate::retention;

/// Puts into the trash what a plan deletes. The plan is drawn again, and stale_plan is the answer when it would delete
/// something else by now; give `policy`, `family`, `now` and `digest` as the plan answered them.
///
/// What is pinned or in a live dataset at the moment of its deletion stays. Before anything changes the manifest is
/// copied into backups/; afterwards a report lies in trash/, as Markdown and as JSON. Nothing is gone: `restore` brings it
/// back until `purge_trash`. It is done in transactions so short that nobody waits long, and once begun it is done to its
/// end, by the next start where the process dies.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{
    "policy": "laptop_default", "now": "2026-03-01T09:30:00.000Z",
    "digest": "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
}]))]
pub struct Params {
    /// The plan's policy.
    policy: Option<PolicyName>,
    /// The plan's family.
    family: Option<FamilyName>,
    /// The plan's moment.
    now: String,
    /// The plan's digest.
    digest: Hash,
}

/// What a collection did.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Applied {
    /// The plan's policy.
    policy: Option<String>,
    /// The plan's family.
    family: Option<String>,
    /// The plan's moment.
    now: String,
    /// The plan's digest.
    digest: Hash,
    /// What went to the trash.
    deleted: Vec<Candidate>,
    /// What was to go and was protected at the last moment.
    skipped: Vec<LeftOut>,
    /// Sums over what went to the trash.
    totals: PlanTotals,
    /// Absolute path of the manifest's copy; null where nothing was to go.
    backup: Option<String>,
    /// Absolute path of the report, Markdown.
    report: Option<String>,
    /// Absolute path of the report, JSON.
    report_json: Option<String>,
}

/// `apply_gc`
pub enum ApplyGc {}

impl Operation for ApplyGc {
    const METHOD: &'static str = "apply_gc";
    const IDEMPOTENT: bool = false;
    type Params = Params;
    type Result = Applied;
}

impl Maintenance for ApplyGc {
    fn run(params: Params, context: &Context) -> Result<Applied> {
        let scope = scope(params.policy, params.family)?;
        let now = params::instant("now", Some(&params.now))?
            .ok_or_else(|| Error::invalid_params("now is missing").field("now"))?;
        let store = context.site.store()?;
        let done = retention::apply(&store, &scope, now, &params.digest, context.actor, context.watch)?;
        let mut totals = PlanTotals { entries: Count(done.deleted.len() as u64), ..PlanTotals::default() };
        totals.delete = totals.entries;
        for one in &done.deleted {
            totals.files.0 += one.files.0;
            totals.logical_bytes.0 += one.logical_bytes.0;
            totals.physical_bytes.0 += one.physical_bytes.0;
        }
        let (backup, report, report_json) = match done.left {
            Some(left) => (Some(left.backup), Some(left.report), Some(left.report_json)),
            None => (None, None, None),
        };
        Ok(Applied {
            policy: done.plan.policy,
            family: done.plan.family,
            now: done.plan.now,
            digest: done.plan.digest,
            deleted: done.deleted,
            skipped: done.skipped.into_iter().map(LeftOut::from).collect(),
            totals,
            backup,
            report,
            report_json,
        })
    }
}
