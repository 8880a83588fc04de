//! The rules: which individuals of a population stay and why, as a function of rules, population and moment alone.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::Rules;
use crate::base::clock;
use crate::manifest::{Individual, Population};
use crate::model::artifact::Outcome;
use crate::model::ids::{FamilyName, PolicyName};
use crate::model::reference::id_tail;
use crate::model::{Error, Kind, Result};
use crate::store::config::{AlwaysKeep, Family, Policy};

/// The population, and what is known of it before any rule.
pub(super) struct Ground<'a> {
    pub(super) population: &'a Population,
    /// What pins protect, by place in the order of commits.
    pub(super) pinned: HashSet<i64>,
    /// What live versions of datasets hold.
    pub(super) members: HashSet<i64>,
    /// The moment that ages are counted to.
    pub(super) now: Timestamp,
}

/// An individual that rules judge, by its place in the population.
#[derive(Debug, Clone)]
pub(super) struct Judged {
    pub(super) at: usize,
    pub(super) family: Option<FamilyName>,
    pub(super) keep: bool,
    /// The rules that keep it; why it goes otherwise.
    pub(super) reasons: Vec<String>,
}

impl Ground<'_> {
    fn one(&self, at: usize) -> &Individual {
        &self.population.individuals[at]
    }

    /// Live individuals, newest first, those of one moment in the order of commits, the last first.
    fn newest_first(&self, wanted: impl Fn(&Individual) -> bool) -> Vec<usize> {
        let individuals = &self.population.individuals;
        let mut found: Vec<usize> =
            (0..individuals.len()).filter(|at| individuals[*at].live && wanted(&individuals[*at])).collect();
        found.sort_by(|one, other| {
            let (one, other) = (self.one(*one), self.one(*other));
            other.created_at.cmp(&one.created_at).then(other.seq.cmp(&one.seq))
        });
        found
    }

    /// Judges the runs of a family. Old runs that are protected take no place among the newest.
    pub(super) fn family(&self, name: &FamilyName, family: &Family, warnings: &mut Vec<String>) -> Result<Vec<Judged>> {
        let runs = self.newest_first(|one| one.family.as_deref() == Some(name.as_str()));
        let last_pass = runs.iter().copied().find(|at| self.one(*at).outcome == Some(Outcome::Pass));
        let explicit = self.explicit(name, family, &runs, warnings);
        let judge = |(place, at): (usize, &usize)| {
            let one = self.one(*at);
            let pinned = self.pinned.contains(&one.seq);
            let mut reasons = Vec::new();
            for rule in &family.always_keep {
                let (holds, word) = match rule {
                    AlwaysKeep::LastPass => (last_pass == Some(*at), "last_pass"),
                    AlwaysKeep::Pinned => (pinned, "pinned"),
                    AlwaysKeep::LastRun => (place == 0, "last_run"),
                };
                if holds && !reasons.iter().any(|reason| reason == word) {
                    reasons.push(word.to_owned());
                }
            }
            if explicit.contains(at) {
                reasons.push("explicitly_pinned".to_owned());
            }
            if place < family.keep as usize {
                reasons.push(format!("within_keep_count_{}", family.keep));
            }
            if pinned && !family.always_keep.contains(&AlwaysKeep::Pinned) {
                reasons.push("pinned".to_owned());
            }
            if self.members.contains(&one.seq) {
                reasons.push("dataset_member".to_owned());
            }
            let keep = !reasons.is_empty();
            if !keep {
                reasons.push(format!("beyond_keep_count_{}", family.keep));
            }
            Judged { at: *at, family: Some(name.clone()), keep, reasons }
        };
        let judged: Vec<Judged> = runs.iter().enumerate().map(judge).collect();
        refuse_losses(name, &judged, |at| self.one(at))?;
        Ok(judged)
    }

    /// The runs that the family's own list of pins means: by id, by the start of one, or by its last 8 digits.
    fn explicit(
        &self,
        name: &FamilyName,
        family: &Family,
        runs: &[usize],
        warnings: &mut Vec<String>,
    ) -> HashSet<usize> {
        let mut explicit = HashSet::new();
        for pin in &family.pin {
            let tail = id_tail(pin).map(|tail| format!("-{tail}"));
            let meant = runs.iter().filter(|at| {
                let id = self.one(**at).artifact_id.as_str();
                id.starts_with(pin.as_str()) || tail.as_ref().is_some_and(|tail| id.ends_with(tail))
            });
            let meant: Vec<usize> = meant.copied().collect();
            if meant.is_empty() {
                warnings.push(format!("families.{name}: the pin {pin:?} means no artifact of the family"));
            }
            explicit.extend(meant);
        }
        explicit
    }

    /// Judges everything that belongs to none of the families.
    pub(super) fn policy(&self, policy: &Policy, rules: &Rules) -> Vec<Judged> {
        let all = self.newest_first(|one| !in_family(one, rules));
        let ancestors = if policy.keep_ancestors_of_pinned { self.ancestors_of_pinned(rules) } else { HashSet::new() };
        let parents = if policy.keep_with_descendants { self.with_live_descendants() } else { HashSet::new() };
        let youngest_to_go = self
            .now
            .checked_sub(jiff::SignedDuration::from_hours(24 * i64::from(policy.keep_min_age_days)))
            .map(clock::millis_text)
            // Nothing is so old.
            .unwrap_or_default();
        let mut of_type: HashMap<&str, u32> = HashMap::new();
        let judge = |at: usize| {
            let one = self.one(at);
            let mut reasons = Vec::new();
            let mut keeps = |holds: bool, word: &str| {
                if holds {
                    reasons.push(word.to_owned());
                }
            };
            keeps(self.pinned.contains(&one.seq), "pinned");
            keeps(ancestors.contains(&one.seq), "ancestor_of_pinned");
            keeps(self.members.contains(&one.seq), "dataset_member");
            keeps(parents.contains(&one.seq), "has_descendants");
            let kind = one.artifact_type.as_str();
            keeps(policy.keep_types.iter().any(|kept| kept == kind), &format!("protected_type:{kind}"));
            for role in policy.keep_roles.iter().filter(|role| one.roles.contains(role)) {
                keeps(true, &format!("protected_role:{role}"));
            }
            keeps(one.created_at > youngest_to_go, "age");
            let newer = of_type.entry(kind).or_default();
            keeps(*newer < policy.keep_min_count, "min_count");
            *newer += 1;
            let keep = !reasons.is_empty();
            if !keep {
                reasons.push(format!("older_than_{}d", policy.keep_min_age_days));
            }
            Judged { at, family: None, keep, reasons }
        };
        all.into_iter().map(judge).collect()
    }

    /// Everything from which something pinned was made, pins of families' own lists included.
    fn ancestors_of_pinned(&self, rules: &Rules) -> HashSet<i64> {
        let mut starts: Vec<i64> = self.pinned.iter().copied().collect();
        for (name, family) in &rules.families {
            let runs = self.newest_first(|one| one.family.as_deref() == Some(name.as_str()));
            let explicit = self.explicit(name, family, &runs, &mut Vec::new());
            starts.extend(explicit.into_iter().map(|at| self.one(at).seq));
        }
        self.above(starts)
    }

    /// Everything from which something live was made, over whatever was deleted in between.
    fn with_live_descendants(&self) -> HashSet<i64> {
        self.above(self.population.individuals.iter().filter(|one| one.live).map(|one| one.seq).collect())
    }

    /// What the starts were made from, near and far; they themselves only where they lie above each other.
    fn above(&self, starts: Vec<i64>) -> HashSet<i64> {
        if starts.is_empty() {
            return HashSet::new();
        }
        // Edges come in the order of their outputs.
        let edges = &self.population.edges;
        let inputs = |output: i64| {
            let first = edges.partition_point(|(_, other)| *other < output);
            edges[first..].iter().take_while(move |(_, other)| *other == output).map(|(input, _)| *input)
        };
        let (mut above, mut waiting) = (HashSet::new(), starts);
        let mut walked: HashSet<i64> = waiting.iter().copied().collect();
        while let Some(seq) = waiting.pop() {
            for input in inputs(seq) {
                above.insert(input);
                if walked.insert(input) {
                    waiting.push(input);
                }
            }
        }
        above
    }
}

/// Whether the rules of a family judge it.
pub(super) fn in_family(one: &Individual, rules: &Rules) -> bool {
    one.family.as_ref().is_some_and(|family| rules.families.keys().any(|name| name.as_str() == family))
}

/// Refuses to lose a family, or the newest of its runs.
fn refuse_losses<'a>(name: &FamilyName, judged: &[Judged], one: impl Fn(usize) -> &'a Individual) -> Result<()> {
    let Some(newest) = judged.first() else { return Ok(()) };
    let what = if judged.iter().all(|one| !one.keep) {
        format!("all {} entries from family {name}", judged.len())
    } else if !newest.keep {
        format!("the most recent entry from family {name}, {}", one(newest.at).artifact_id)
    } else {
        return Ok(());
    };
    Err(Error::new(Kind::Protected, format!("the plan would delete {what}"))
        .field("family")
        .hint(format!("raise keep in [families.{name}], or add \"last_run\" to its always_keep")))
}

/// The name of a policy, where there is one.
pub(super) fn word(name: Option<&PolicyName>) -> Option<String> {
    name.map(ToString::to_string)
}
