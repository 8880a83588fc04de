//! Plans: what a collection would do, the same to the byte for the same store, rules and moment.

use std::collections::HashSet;

use jiff::Timestamp;

use super::Rules;
use super::select::{Ground, Judged, in_family, word};
use crate::base::clock;
use crate::manifest::{Individual, Population};
use crate::model::ids::{FamilyName, PolicyName};
use crate::model::number::Count;
use crate::model::retention::{Candidate, FamilyTotals, Fate, Plan, PlanTotals};
use crate::model::{Hash, Result};
use crate::store::View;

/// What a plan judges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Every family by its own rules, and what belongs to none by the default policy.
    Everything,
    /// What belongs to no family, by this policy.
    Policy(PolicyName),
    /// This family alone.
    Family(FamilyName),
}

/// A plan, and what it would delete by place in the order of commits.
pub(super) struct Drawn {
    pub(super) plan: Plan,
    /// Those of the candidates that go, each with its place among them.
    pub(super) deletions: Vec<(i64, usize)>,
}

/// What a collection would do.
pub fn plan<V: View>(view: &V, rules: &Rules, scope: &Scope, now: Timestamp) -> Result<Plan> {
    draw(view, rules, scope, now).map(|drawn| drawn.plan)
}

pub(super) fn draw<V: View>(view: &V, rules: &Rules, scope: &Scope, now: Timestamp) -> Result<Drawn> {
    let (policy_name, families): (Option<&PolicyName>, Vec<&FamilyName>) = match scope {
        Scope::Everything => (rules.default_policy.as_ref(), rules.families.keys().collect()),
        Scope::Policy(name) => (Some(name), Vec::new()),
        Scope::Family(name) => (None, vec![name]),
    };
    let policy = policy_name.map(|name| rules.policy(name)).transpose()?;
    let now_text = clock::millis_text(now);
    let manifest = view.manifest();
    let with_roles = policy.is_some_and(|policy| !policy.keep_roles.is_empty());
    let population = manifest.population(&now_text, with_roles)?;
    let ground = Ground {
        pinned: manifest.pinned_artifacts(&now_text)?.into_iter().collect(),
        members: manifest.live_members()?.into_iter().collect(),
        population: &population,
        now,
    };
    let mut warnings = Vec::new();
    let mut judged: Vec<Judged> = Vec::new();
    for name in &families {
        judged.extend(ground.family(name, rules.family(name)?, &mut warnings)?);
    }
    let mut space = Space::of(&population, &ground.pinned);
    let bytes_before = space.live_bytes;
    judged.iter().filter(|one| !one.keep).for_each(|one| space.give_up(one.at));
    let mut over_budget = 0;
    if let Some(policy) = policy {
        let mut ruled = ground.policy(policy, rules);
        ruled.iter().filter(|one| !one.keep).for_each(|one| space.give_up(one.at));
        if let Some(budget) = policy.space_budget_bytes {
            over_budget = space.meet(budget, &mut ruled);
        }
        judged.extend(ruled);
    }
    if over_budget > 0 {
        warnings.push(format!("the space budget is exceeded by {over_budget} bytes that other rules keep"));
    }
    warnings.extend(left_alone(&population, rules, scope));
    let candidates = space.candidates(judged.iter());
    let deletions: Vec<(i64, usize)> = judged
        .iter()
        .enumerate()
        .filter(|(_, one)| !one.keep)
        .map(|(place, one)| (population.individuals[one.at].seq, place))
        .collect();
    let family_totals = |name: &&FamilyName| FamilyTotals {
        family: name.to_string(),
        totals: totals(candidates.iter().filter(|one| one.family.as_deref() == Some(name.as_str()))),
    };
    let plan = Plan {
        policy: word(policy_name),
        family: match scope {
            Scope::Family(name) => Some(name.to_string()),
            Scope::Everything | Scope::Policy(_) => None,
        },
        digest: digest(&now_text, &candidates),
        now: now_text,
        totals: totals(candidates.iter()),
        families: families.iter().map(family_totals).collect(),
        bytes_before: Count(bytes_before),
        bytes_after: Count(space.live_bytes),
        space_budget_bytes: policy.and_then(|policy| policy.space_budget_bytes).map(Count),
        over_budget_bytes: Count(over_budget),
        warnings,
        candidates,
    };
    Ok(Drawn { plan, deletions })
}

/// What nothing judges is never collected, and that is said.
fn left_alone(population: &Population, rules: &Rules, scope: &Scope) -> Option<String> {
    if *scope != Scope::Everything || rules.default_policy.is_some() {
        return None;
    }
    let others = population.individuals.iter().filter(|one| one.live && !in_family(one, rules)).count();
    match (rules.families.is_empty(), others) {
        (true, _) => Some(
            "keepstone.toml names neither families nor a default_policy, so nothing is collected; name a policy"
                .to_owned(),
        ),
        (false, 0) => None,
        (false, count) => Some(format!(
            "{count} artifacts belong to no family and there is no default_policy, so they are left alone"
        )),
    }
}

fn totals<'a>(candidates: impl Iterator<Item = &'a Candidate>) -> PlanTotals {
    let mut totals = PlanTotals::default();
    for one in candidates {
        totals.entries.0 += 1;
        if one.fate == Fate::Keep {
            totals.keep.0 += 1;
            continue;
        }
        totals.delete.0 += 1;
        totals.files.0 += one.files.0;
        totals.logical_bytes.0 += one.logical_bytes.0;
        totals.physical_bytes.0 += one.physical_bytes.0;
    }
    totals
}

/// Stands for the moment and for what goes.
fn digest(now: &str, candidates: &[Candidate]) -> Hash {
    let mut ids: Vec<&str> =
        candidates.iter().filter(|one| one.fate == Fate::Delete).map(|one| one.artifact_id.as_str()).collect();
    ids.sort_unstable();
    Hash::of(format!("keepstone plan 1\n{now}\n{}\n", ids.join("\n")).as_bytes())
}

/// Who holds which bytes, while artifacts are given up one after another.
struct Space<'a> {
    population: &'a Population,
    /// How many live ones hold each object.
    holders: Vec<u32>,
    /// Whether an object stays in any case, because something pinned in the trash holds it.
    held: Vec<bool>,
    /// Which individuals are given up.
    gone: Vec<bool>,
    /// Bytes that everything live holds, what is shared counted once.
    live_bytes: u64,
}

impl<'a> Space<'a> {
    fn of(population: &'a Population, pinned: &HashSet<i64>) -> Self {
        let mut space = Self {
            population,
            holders: vec![0; population.objects.len()],
            held: vec![false; population.objects.len()],
            gone: vec![false; population.individuals.len()],
            live_bytes: 0,
        };
        for one in &population.individuals {
            for object in &one.objects {
                space.holders[*object as usize] += u32::from(one.live);
                space.held[*object as usize] |= !one.live && pinned.contains(&one.seq);
            }
            space.live_bytes += if one.live { one.bytes_in_place } else { 0 };
        }
        let held = population.objects.iter().zip(&space.holders).filter(|(_, holders)| **holders > 0);
        space.live_bytes += held.map(|(size, _)| size).sum::<u64>();
        space
    }

    fn one(&self, at: usize) -> &'a Individual {
        &self.population.individuals[at]
    }

    fn give_up(&mut self, at: usize) {
        let one = self.one(at);
        self.gone[at] = true;
        self.live_bytes -= one.bytes_in_place;
        for object in &one.objects {
            let holders = &mut self.holders[*object as usize];
            *holders -= 1;
            if *holders == 0 {
                self.live_bytes -= self.population.objects[*object as usize];
            }
        }
    }

    /// Gives up, oldest first, what only its age keeps, until the budget is met; answers by how much it is not.
    fn meet(&mut self, budget: u64, judged: &mut [Judged]) -> u64 {
        let young = |one: &Judged| one.keep && one.reasons == ["age"];
        // What something holds that stays is not freed by giving up its other holders.
        let mut staying = self.holders.clone();
        for one in judged.iter().filter(|one| young(one)) {
            self.one(one.at).objects.iter().for_each(|object| staying[*object as usize] -= 1);
        }
        for one in judged.iter_mut().rev().filter(|one| young(one)) {
            if self.live_bytes <= budget {
                break;
            }
            let individual = self.one(one.at);
            let frees_object = || individual.objects.iter().any(|object| staying[*object as usize] == 0);
            if individual.bytes_in_place > 0 || frees_object() {
                self.give_up(one.at);
                one.keep = false;
                one.reasons = vec!["space_budget".to_owned()];
            }
        }
        self.live_bytes.saturating_sub(budget)
    }

    /// The candidates as they are answered. An object that several hold which go counts for the first of them.
    fn candidates<'j>(&self, judged: impl Iterator<Item = &'j Judged>) -> Vec<Candidate> {
        let mut counted = vec![false; self.population.objects.len()];
        let mut physical = |at: usize| {
            let one = self.one(at);
            let mut bytes = one.bytes_in_place;
            for object in one.objects.iter().map(|object| *object as usize) {
                if self.holders[object] == 0 && !self.held[object] && !counted[object] {
                    counted[object] = true;
                    bytes += self.population.objects[object];
                }
            }
            bytes
        };
        let candidate = |judged: &Judged| {
            let one = self.one(judged.at);
            Candidate {
                artifact_id: one.artifact_id.clone(),
                family: judged.family.as_ref().map(ToString::to_string),
                artifact_type: one.artifact_type.clone(),
                logical_key: one.logical_key.clone(),
                created_at: one.created_at.clone(),
                outcome: one.outcome,
                fate: if judged.keep { Fate::Keep } else { Fate::Delete },
                reasons: judged.reasons.clone(),
                files: Count(one.file_count),
                logical_bytes: Count(one.size_bytes),
                physical_bytes: Count(if judged.keep { 0 } else { physical(judged.at) }),
            }
        };
        judged.map(candidate).collect()
    }
}
