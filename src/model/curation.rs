//! What people change about artifacts after publishing, as the history tells it; and what they call them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::artifact::{Publication, State};
use super::ids::{AliasName, ArtifactId, ArtifactType};

/// Values that artifacts have or get; what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Values {
    /// The title, or that there is none.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    pub title: Option<Option<String>>,
    /// The description, or that there is none.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    pub description: Option<Option<String>>,
    /// Tags, or that there is none of that key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, Option<String>>,
    /// Whether it is archived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived: Option<bool>,
}

/// A change, as the history tells it: the sidecar keeps what was published, and is made again from `before`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Updated {
    /// What the changed values were.
    pub before: Values,
    /// What they are now.
    pub after: Values,
}

/// A null that is written says something else than nothing written.
pub fn said<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl Updated {
    /// What changes when these values are given to what is in this state; none when nothing does.
    pub fn of(wanted: &Values, state: &State) -> Option<Self> {
        let (mut before, mut after) = (Values::default(), Values::default());
        if let Some(title) = wanted.title.as_ref().filter(|title| **title != state.title) {
            (before.title, after.title) = (Some(state.title.clone()), Some(title.clone()));
        }
        if let Some(description) = wanted.description.as_ref().filter(|text| **text != state.description) {
            (before.description, after.description) = (Some(state.description.clone()), Some(description.clone()));
        }
        for (key, value) in &wanted.tags {
            let had = state.tags.get(key);
            if had != value.as_ref() {
                before.tags.insert(key.clone(), had.cloned());
                after.tags.insert(key.clone(), value.clone());
            }
        }
        if let Some(archived) = wanted.archived.filter(|archived| *archived != state.archived) {
            (before.archived, after.archived) = (Some(state.archived), Some(archived));
        }
        (after != Values::default()).then_some(Self { before, after })
    }
}

impl Values {
    /// Gives these values to what a sidecar says.
    pub fn apply(self, publication: &mut Publication) {
        if let Some(title) = self.title {
            publication.title = title;
        }
        if let Some(description) = self.description {
            publication.description = description;
        }
        for (key, value) in self.tags {
            match value {
                Some(value) => publication.tags.insert(key, value),
                None => publication.tags.remove(&key),
            };
        }
        if let Some(archived) = self.archived {
            publication.archived = archived;
        }
    }
}

/// A name for one of the versions of a type and key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AliasOf {
    /// The type.
    pub artifact_type: ArtifactType,
    /// The key.
    pub logical_key: String,
    /// The name.
    pub alias: AliasName,
}

/// An alias and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Alias {
    /// The name: `type:key@alias` means the artifact.
    pub alias: AliasName,
    /// The type of the artifact.
    pub artifact_type: ArtifactType,
    /// The key of the artifact.
    pub logical_key: String,
    /// The artifact that it stands for.
    pub artifact_id: ArtifactId,
    /// Which version of its type and key that is.
    pub version: u32,
    /// Since when.
    pub set_at: String,
}
