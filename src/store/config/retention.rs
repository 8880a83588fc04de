//! What keepstone.toml says about keeping: policies and families.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::Config;
use super::scanning::{OutcomeRule, Pattern};
use crate::model::ids::{ArtifactType, PolicyName};
use crate::model::{Error, Result};

/// What a policy keeps; what no rule keeps may be collected. What is pinned or in a live dataset is kept in any case.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// What it is for.
    pub description: Option<String>,
    /// What is younger is kept.
    pub keep_min_age_days: u32,
    /// The newest so many of each type are kept.
    pub keep_min_count: u32,
    /// Artifacts of these types are kept.
    pub keep_types: Vec<String>,
    /// Artifacts that play one of these parts are kept.
    pub keep_roles: Vec<String>,
    /// Whether that is kept from which something live was made.
    pub keep_with_descendants: bool,
    /// Whether that is kept from which something pinned was made.
    pub keep_ancestors_of_pinned: bool,
    /// How much the store may hold; beyond it the oldest go that only their age keeps.
    pub space_budget_bytes: Option<u64>,
    /// What `gc --dvc` hands to `dvc gc`.
    pub dvc_gc_flags: Vec<String>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            description: None,
            keep_min_age_days: 30,
            keep_min_count: 1,
            keep_types: Vec::new(),
            keep_roles: Vec::new(),
            keep_with_descendants: true,
            keep_ancestors_of_pinned: true,
            space_budget_bytes: None,
            dvc_gc_flags: Vec::new(),
        }
    }
}

/// A group of runs, and which of them are kept.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Family {
    /// The newest so many runs are kept.
    pub keep: u32,
    /// Which runs are kept however old they are.
    pub always_keep: Vec<AlwaysKeep>,
    /// Artifacts that are kept: ids, the starts of ids, or their last 8 digits.
    pub pin: Vec<String>,
    /// Which files belong to its runs, below the folders that are scanned.
    pub include: Vec<Pattern>,
    /// The type that its runs get; the family's name unless given.
    pub artifact_type: Option<ArtifactType>,
    /// How it is told that a run passed or failed.
    pub outcome: OutcomeRule,
}

impl Default for Family {
    fn default() -> Self {
        let always_keep = vec![AlwaysKeep::LastPass, AlwaysKeep::Pinned, AlwaysKeep::LastRun];
        let (include, outcome) = (Vec::new(), OutcomeRule::default());
        Self { keep: 5, always_keep, pin: Vec::new(), include, artifact_type: None, outcome }
    }
}

/// A run that is kept however old it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlwaysKeep {
    /// The newest that passed.
    LastPass,
    /// Those that a pin protects; they are kept in any case.
    Pinned,
    /// The newest.
    LastRun,
}

/// The policies that every store has, unless keepstone.toml has others of their names.
pub(super) fn built_in() -> BTreeMap<PolicyName, Policy> {
    const GIB: u64 = 1 << 30;
    const TYPES: [&str; 5] =
        ["dataset_snapshot", "formula_candidate", "model_checkpoint", "validation_report", "touchstone"];
    const ROLES: [&str; 3] = ["final_output", "checkpoint", "validation"];
    let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect();
    let policy = |name: &str, description: &str, days, count, types, roles, budget| {
        let policy = Policy {
            description: Some(description.to_owned()),
            keep_min_age_days: days,
            keep_min_count: count,
            keep_types: words(&TYPES[..types]),
            keep_roles: words(&ROLES[..roles]),
            space_budget_bytes: Some(budget),
            ..Policy::default()
        };
        (PolicyName::try_from(name.to_owned()).expect("a fixed name"), policy)
    };
    let mut policies = BTreeMap::from([
        policy("laptop_default", "for daily work on one machine", 14, 5, 3, 2, 50 * GIB),
        policy("ci_aggressive", "for machines that start afresh each time", 7, 2, 1, 1, 10 * GIB),
        policy("archive", "for keeping results long", 365, 10, 5, 3, 500 * GIB),
        policy("dev_minimal", "for trying things out", 3, 1, 1, 1, 5 * GIB),
    ]);
    for (name, policy) in &mut policies {
        policy.keep_with_descendants = name.as_str() != "ci_aggressive";
    }
    policies
}

/// Refuses rules that name what isn't there or keep nothing.
pub(super) fn check(config: &Config, path: &Path) -> Result<()> {
    let wrong = |what: String| Error::invalid_data(format!("{}: {what}", path.display()));
    if let Some(name) = config.default_policy.as_ref().filter(|name| !config.policies.contains_key(*name)) {
        let known: Vec<&str> = config.policies.keys().map(PolicyName::as_str).collect();
        return Err(wrong(format!("default_policy: there is no policy {name}"))
            .hint(format!("define it as [policies.{name}], or name one of {}", known.join(", "))));
    }
    for (name, family) in &config.families {
        if family.keep == 0 && family.always_keep.is_empty() && family.pin.is_empty() {
            return Err(wrong(format!("families.{name}: keep = 0 with nothing else would keep no run"))
                .hint("keep at least 1, or say what is always kept: always_keep = [\"last_run\"]"));
        }
        if family.pin.iter().any(String::is_empty) {
            return Err(wrong(format!("families.{name}: pin names nothing in one place"))
                .hint("name an id, the start of one, or its last 8 digits"));
        }
    }
    Ok(())
}
