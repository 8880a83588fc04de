//! `plan_gc`

use schemars::JsonSchema;
use serde::Deserialize;

use super::scope;
use crate::model::Result;
use crate::model::ids::{FamilyName, PolicyName};
use crate::model::retention::Plan;
use crate::operations::{Context, Operation, Query, params};
use crate::retention;
use crate::store::{Reader, View};

/// Tells what a collection would do, and why: every candidate with its fate and all reasons. Nothing changes.
///
/// Without `policy` and `family` every family of keepstone.toml is judged by its own rules, and what belongs to none by
/// its `default_policy`; without either nothing is collected. Runs of families are never judged by a policy. Pinned
/// artifacts and members of live datasets stay in any case, and a plan that would delete all of a family or the newest
/// of its runs is refused. What was published after `now` is not looked at, so publishing doesn't make a plan stale.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{}, {"policy": "laptop_default"}, {"family": "proofs"}]))]
pub struct Params {
    /// The policy that judges what belongs to no family.
    policy: Option<PolicyName>,
    /// The family whose runs are judged.
    family: Option<FamilyName>,
    /// The moment that ages are counted to: RFC 3339, without zone it reads as UTC. The present unless given.
    now: Option<String>,
}

/// `plan_gc`
pub enum PlanGc {}

impl Operation for PlanGc {
    const METHOD: &'static str = "plan_gc";
    type Params = Params;
    type Result = Plan;
}

impl Query for PlanGc {
    fn run(reader: &Reader, params: Params, context: &Context) -> Result<Plan> {
        let scope = scope(params.policy, params.family)?;
        let now = params::instant("now", params.now.as_deref())?.unwrap_or(context.now);
        retention::plan(reader, &retention::rules(reader.layout())?, &scope, now)
    }
}
