//! Which members a list shows.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::dataset::{FeatureValue, Member};
use crate::model::ids::ArtifactId;

/// What must hold of a member; what is absent doesn't matter.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// One of these artifacts.
    pub artifact_ids: Option<BTreeSet<ArtifactId>>,
    /// In one of these roles.
    pub roles: Option<BTreeSet<String>>,
    /// Of one of these types.
    pub artifact_types: Option<BTreeSet<String>>,
    /// In one of these splits.
    pub splits: Option<BTreeSet<String>>,
    /// With all of these features.
    pub features: BTreeMap<String, Condition>,
}

/// What must hold of a feature; a member without it is left out.
#[derive(Debug, Clone, Default)]
pub struct Condition {
    /// A number, this or larger.
    pub min: Option<f64>,
    /// A number, this or smaller.
    pub max: Option<f64>,
    /// This very value; 1 and 1.0 are one.
    pub equals: Option<FeatureValue>,
}

impl Filter {
    /// Whether a member passes.
    pub fn lets_through(&self, member: &Member) -> bool {
        let among = |set: &Option<BTreeSet<String>>, word: Option<&str>| {
            set.as_ref().is_none_or(|set| word.is_some_and(|word| set.contains(word)))
        };
        self.artifact_ids.as_ref().is_none_or(|ids| ids.contains(&member.artifact_id))
            && among(&self.roles, Some(&member.role))
            && among(&self.artifact_types, Some(member.artifact_type.as_str()))
            && among(&self.splits, member.split.as_deref())
            && self
                .features
                .iter()
                .all(|(name, condition)| member.features.get(name).is_some_and(|value| condition.holds(value)))
    }
}

impl Condition {
    fn holds(&self, value: &FeatureValue) -> bool {
        let number = value.number();
        self.min.is_none_or(|min| number.is_some_and(|number| number >= min))
            && self.max.is_none_or(|max| number.is_some_and(|number| number <= max))
            && self.equals.as_ref().is_none_or(|equal| value.same(equal))
    }
}
