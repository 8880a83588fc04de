//! Carrying a plan out: drawn again at the moment it acts, and only if it would still delete the same.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::plan::{Drawn, Scope, draw};
use super::rules;
use crate::base::clock;
use crate::manifest::JobKind;
use crate::model::ids::ArtifactId;
use crate::model::retention::{Candidate, Fate, Plan};
use crate::model::{Error, Hash, Kind, Result, Watch};
use crate::store::{Job, Store};

/// What a plan did.
#[derive(Debug)]
pub struct Applied {
    /// The plan, as it was drawn again.
    pub plan: Plan,
    /// What went to the trash.
    pub deleted: Vec<Candidate>,
    /// What was to go and didn't, and why.
    pub skipped: Vec<LeftOut>,
    /// The copy of the manifest as it was before, and the report; nothing where nothing was to go.
    pub left: Option<Left>,
}

/// An artifact to which something was not done, and why.
#[derive(Debug)]
pub struct LeftOut {
    pub artifact_id: ArtifactId,
    pub reason: String,
}

/// The files that a collection leaves, absolute.
#[derive(Debug)]
pub struct Left {
    pub backup: String,
    pub report: String,
    pub report_json: String,
}

/// Puts into the trash what a plan deletes, if it still deletes the same.
pub fn apply(
    store: &Arc<Store>,
    scope: &Scope,
    now: Timestamp,
    digest: &Hash,
    actor: Option<&str>,
    watch: &dyn Watch,
) -> Result<Applied> {
    let turn = store.job_turn(watch)?;
    let Drawn { plan, deletions } = draw_again(store, scope, now, digest)?;
    if deletions.is_empty() {
        return Ok(Applied { plan, deleted: Vec::new(), skipped: Vec::new(), left: None });
    }
    let backup = store.back_up_first()?;
    let report = store.free_report()?;
    let shown = |path: &std::path::Path| path.to_string_lossy().into_owned();
    let mut data = Map::new();
    let facts = [
        ("policy", plan.policy.as_deref().map(Value::from)),
        ("family", plan.family.as_deref().map(Value::from)),
        ("now", Some(Value::from(plan.now.as_str()))),
        ("digest", Some(json!(plan.digest))),
        ("report", Some(Value::from(report.as_str()))),
        ("backup", Some(Value::from(shown(&backup)))),
        ("totals", Some(json!(plan.totals))),
        ("warnings", Some(json!(plan.warnings))),
    ];
    data.extend(facts.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
    let mut items: Vec<(i64, Map<String, Value>)> = deletions
        .iter()
        .map(|(seq, place)| {
            let one = &plan.candidates[*place];
            let facts = json!({
                "family": one.family, "reasons": one.reasons,
                "logicalBytes": one.logical_bytes, "physicalBytes": one.physical_bytes,
            });
            let Value::Object(facts) = facts else { unreachable!("an object") };
            (*seq, facts)
        })
        .collect();
    items.sort_by_key(|(seq, _)| *seq);
    let at = clock::millis_text(store.clock().now());
    let job = Job { kind: JobKind::Delete, at, actor: actor.map(str::to_owned), data, items };
    let done = store.carry_out(&turn, job, watch)?;
    let gone: std::collections::HashSet<i64> = done.done.into_iter().collect();
    let candidate = |seq: i64| {
        let place = deletions.iter().find(|(other, _)| *other == seq).map(|(_, place)| *place);
        place.map(|place| &plan.candidates[place])
    };
    let left_out =
        |(seq, reason): (i64, String)| Some(LeftOut { artifact_id: candidate(seq)?.artifact_id.clone(), reason });
    let skipped = done.skipped.into_iter().filter_map(left_out).collect();
    let deleted = deletions
        .iter()
        .filter(|(seq, _)| gone.contains(seq))
        .map(|(_, place)| plan.candidates[*place].clone())
        .collect();
    let report = store.layout().root().join(report);
    let left =
        Left { backup: shown(&backup), report: shown(&report), report_json: shown(&report.with_extension("json")) };
    Ok(Applied { deleted, skipped, left: Some(left), plan })
}

/// The plan once more. One that was drawn for everything answers the default policy's name, by which it may be asked for.
fn draw_again(store: &Arc<Store>, scope: &Scope, now: Timestamp, digest: &Hash) -> Result<Drawn> {
    let rules = rules(store.layout())?;
    let reader = store.read()?;
    let drawn = draw(&reader, &rules, scope, now)?;
    if drawn.plan.digest == *digest {
        return Ok(drawn);
    }
    if let Scope::Policy(name) = scope
        && rules.default_policy.as_ref() == Some(name)
    {
        let whole = draw(&reader, &rules, &Scope::Everything, now)?;
        if whole.plan.digest == *digest {
            return Ok(whole);
        }
    }
    let count = drawn.plan.candidates.iter().filter(|one| one.fate == Fate::Delete).count();
    Err(Error::new(
        Kind::StalePlan,
        format!("the plan of this digest is not what would be done now: {count} artifacts would go"),
    )
    .field("digest")
    .detail("digest", drawn.plan.digest.to_string())
    .hint("draw the plan again with plan_gc and look at it"))
}
