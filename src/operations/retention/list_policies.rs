//! `list_policies`

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Result;
use crate::model::ids::{FamilyName, PolicyName};
use crate::model::number::Count;
use crate::operations::{Context, Operation, Query};
use crate::retention::{self, PolicyShown};
use crate::store::config::AlwaysKeep;
use crate::store::{Reader, View};

/// Lists the policies, those of keepstone.toml and those that every store has, and the families with what they keep.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{}]))]
pub struct Params {}

/// What is kept by which name.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Policies {
    /// The policy for what belongs to no family; null: nothing of that is collected unless a policy is named.
    default_policy: Option<PolicyName>,
    /// The policies, by name.
    policies: Vec<PolicyShown>,
    /// The families, by name.
    families: Vec<FamilyShown>,
}

/// What is kept of a family.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FamilyShown {
    /// Its name.
    family: FamilyName,
    /// The newest so many runs are kept.
    keep: Count,
    /// Runs that are kept however old they are: `last_pass`, `pinned`, `last_run`.
    always_keep: Vec<String>,
    /// Artifacts that are kept: ids, the starts of ids, or their last 8 digits.
    pin: Vec<String>,
}

/// `list_policies`
pub enum ListPolicies {}

impl Operation for ListPolicies {
    const METHOD: &'static str = "list_policies";
    type Params = Params;
    type Result = Policies;
}

impl Query for ListPolicies {
    fn run(reader: &Reader, _: Params, _: &Context) -> Result<Policies> {
        let rules = retention::rules(reader.layout())?;
        let word = |rule: &AlwaysKeep| match rule {
            AlwaysKeep::LastPass => "last_pass".to_owned(),
            AlwaysKeep::Pinned => "pinned".to_owned(),
            AlwaysKeep::LastRun => "last_run".to_owned(),
        };
        Ok(Policies {
            policies: rules.policies.iter().map(|(name, policy)| PolicyShown::of(&rules, name, policy)).collect(),
            families: rules
                .families
                .iter()
                .map(|(name, family)| FamilyShown {
                    family: name.clone(),
                    keep: Count(family.keep.into()),
                    always_keep: family.always_keep.iter().map(word).collect(),
                    pin: family.pin.clone(),
                })
                .collect(),
            default_policy: rules.default_policy,
        })
    }
}
