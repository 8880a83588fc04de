//! The policies and families that keepstone.toml names, as it says now.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::ids::{FamilyName, PolicyName};
use crate::model::number::Count;
use crate::model::{Error, Result};
use crate::store::Layout;
use crate::store::config::{Config, Family, Policy};

/// What is kept by which name.
#[derive(Debug)]
pub struct Rules {
    pub default_policy: Option<PolicyName>,
    pub policies: BTreeMap<PolicyName, Policy>,
    pub families: BTreeMap<FamilyName, Family>,
}

/// Reads keepstone.toml, which may have been edited since the store was opened.
pub fn rules(layout: &Layout) -> Result<Rules> {
    let Config { default_policy, policies, families, .. } = Config::read(&layout.configuration())?;
    Ok(Rules { default_policy, policies, families })
}

impl Rules {
    /// The policy of this name.
    pub fn policy(&self, name: &PolicyName) -> Result<&Policy> {
        self.policies.get(name).ok_or_else(|| {
            let known: Vec<&str> = self.policies.keys().map(PolicyName::as_str).collect();
            Error::not_found(format!("policy {name} was not found"))
                .field("policy")
                .hint(format!("the policies are {}", known.join(", ")))
        })
    }

    /// The family of this name.
    pub fn family(&self, name: &FamilyName) -> Result<&Family> {
        self.families.get(name).ok_or_else(|| {
            let known: Vec<&str> = self.families.keys().map(FamilyName::as_str).collect();
            let hint = match known.as_slice() {
                [] => format!("define it in keepstone.toml as [families.{name}]"),
                known => format!("the families of keepstone.toml are {}", known.join(", ")),
            };
            Error::not_found(format!("family {name} was not found")).field("family").hint(hint)
        })
    }
}

/// A policy as it is listed.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyShown {
    /// Its name.
    pub policy: PolicyName,
    /// What it is for.
    pub description: Option<String>,
    /// Whether it judges what belongs to no family when no policy is named.
    pub is_default: bool,
    /// What is younger is kept.
    pub keep_min_age_days: Count,
    /// The newest so many of each type are kept.
    pub keep_min_count: Count,
    /// Artifacts of these types are kept.
    pub keep_types: Vec<String>,
    /// Artifacts with one of these roles are kept.
    pub keep_roles: Vec<String>,
    /// Whether that is kept from which something live was made.
    pub keep_with_descendants: bool,
    /// Whether that is kept from which something pinned was made.
    pub keep_ancestors_of_pinned: bool,
    /// Beyond it the oldest go that only their age keeps.
    pub space_budget_bytes: Option<Count>,
    /// What `gc --dvc` hands to `dvc gc`.
    pub dvc_gc_flags: Vec<String>,
}

impl PolicyShown {
    /// A policy of some rules.
    pub fn of(rules: &Rules, name: &PolicyName, policy: &Policy) -> Self {
        Self {
            policy: name.clone(),
            description: policy.description.clone(),
            is_default: rules.default_policy.as_ref() == Some(name),
            keep_min_age_days: Count(policy.keep_min_age_days.into()),
            keep_min_count: Count(policy.keep_min_count.into()),
            keep_types: policy.keep_types.clone(),
            keep_roles: policy.keep_roles.clone(),
            keep_with_descendants: policy.keep_with_descendants,
            keep_ancestors_of_pinned: policy.keep_ancestors_of_pinned,
            space_budget_bytes: policy.space_budget_bytes.map(Count),
            dvc_gc_flags: policy.dvc_gc_flags.clone(),
        }
    }
}
