//! A version of a dataset that somebody wants, and what is wrong with it whatever the store holds.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use smol_str::SmolStr;

use crate::model::artifact::Writer;
use crate::model::dataset::{FeatureValue, Features};
use crate::model::ids::{ArtifactId, DatasetId};
use crate::model::number::inexact_integer;
use crate::model::version::Version;
use crate::model::{Error, Result};

/// Most features of a member.
const FEATURES_MAX: usize = 1_000;
/// Longest name of a role, split or feature, in bytes.
const LONGEST_WORD: usize = 128;
/// Longest text of a feature, in bytes.
const LONGEST_TEXT: usize = 4_096;
/// Longest name of a dataset, in bytes.
const LONGEST_NAME: usize = 256;
/// Longest description of a dataset, in bytes.
const LONGEST_DESCRIPTION: usize = 4_096;

/// A version that somebody wants.
#[derive(Debug)]
pub struct Wanted {
    /// The dataset.
    pub dataset_id: DatasetId,
    /// The version.
    pub version: Version,
    /// The version it is made from; without one it has only the members that are added.
    pub parent_version: Option<Version>,
    /// The members that are added.
    pub members: Vec<Addition>,
    /// Members of the parent that are left out.
    pub remove: Vec<ArtifactId>,
    /// Members of the parent about which something changes.
    pub update: Vec<Update>,
    /// A name for people; the parent's unless given.
    pub name: Option<String>,
    /// A description for people; the parent's unless given.
    pub description: Option<String>,
    /// Tags; the parent's unless given.
    pub tags: Option<BTreeMap<String, String>>,
    /// Whatever its maker notes; the parent's unless given.
    pub annotations: Option<Map<String, Value>>,
    /// The program that makes it.
    pub writer: Option<Writer>,
    /// The commit of the code that makes it.
    pub git_commit: Option<String>,
    /// The stage of the pipeline that makes it.
    pub stage: Option<String>,
    /// When it is made.
    pub created_at: String,
}

/// A member that is added.
#[derive(Debug, Clone)]
pub struct Addition {
    /// The artifact.
    pub artifact_id: ArtifactId,
    /// The part it plays.
    pub role: SmolStr,
    /// The split it belongs to.
    pub split: Option<SmolStr>,
    /// What is known about it.
    pub features: Features,
}

/// What changes about a member of the parent.
#[derive(Debug, Clone)]
pub struct Update {
    /// The artifact.
    pub artifact_id: ArtifactId,
    /// The part it plays from now on.
    pub role: Option<SmolStr>,
    /// The split it belongs to from now on; the empty text for none.
    pub split: Option<SmolStr>,
    /// Features that are set, or removed where there is no value.
    pub features: BTreeMap<SmolStr, Option<FeatureValue>>,
}

impl Wanted {
    /// Refuses what is wrong whatever the store holds.
    pub fn check(&self) -> Result<()> {
        if self.version.is_latest() {
            return Err(Error::invalid_params("version: `latest` stands for the highest version, and names none")
                .field("version"));
        }
        if self.parent_version.is_none() {
            for (field, count) in [("remove", self.remove.len()), ("update", self.update.len())] {
                if count > 0 {
                    return Err(Error::invalid_params(format!(
                        "{field}: without parentVersion there is nothing to change"
                    ))
                    .field(field));
                }
            }
        }
        if self.parent_version.as_ref().is_some_and(Version::is_latest) {
            return Err(Error::invalid_params(
                "parentVersion: name the version itself, not `latest`: the same request again must mean the same",
            )
            .field("parentVersion"));
        }
        if self.parent_version.as_ref() == Some(&self.version) {
            return Err(
                Error::invalid_params("parentVersion: a version can't be made from itself").field("parentVersion")
            );
        }
        for (field, text, longest) in
            [("name", &self.name, LONGEST_NAME), ("description", &self.description, LONGEST_DESCRIPTION)]
        {
            if let Some(text) = text.as_ref().filter(|text| text.len() > longest) {
                return Err(Error::invalid_params(format!(
                    "{field}: it has {} bytes; it may have {longest}",
                    text.len()
                ))
                .field(field));
            }
        }
        if let Some(large) = self.annotations.iter().flat_map(Map::values).find_map(inexact_integer) {
            return Err(Error::invalid_params(format!(
                "annotations: {large} is beyond 2^53-1, where JSON readers round"
            ))
            .field("annotations")
            .hint("give it as text"));
        }
        for (at, member) in self.members.iter().enumerate() {
            let field = || format!("members[{at}]");
            word(&member.role, || format!("{}.role", field()))?;
            if let Some(split) = &member.split {
                word(split, || format!("{}.split", field()))?;
            }
            features(member.features.iter().map(|(name, value)| (name, Some(value))), &field)?;
        }
        for (at, update) in self.update.iter().enumerate() {
            let field = || format!("update[{at}]");
            if let Some(role) = &update.role {
                word(role, || format!("{}.role", field()))?;
            }
            if let Some(split) = update.split.as_ref().filter(|split| !split.is_empty()) {
                word(split, || format!("{}.split", field()))?;
            }
            features(update.features.iter().map(|(name, value)| (name.as_str(), value.as_ref())), &field)?;
        }
        Ok(())
    }
}

fn word(text: &str, field: impl Fn() -> String) -> Result<()> {
    if (1..=LONGEST_WORD).contains(&text.len()) {
        return Ok(());
    }
    let field = field();
    Err(Error::invalid_params(format!("{field}: it must have 1 to {LONGEST_WORD} bytes, not {}", text.len()))
        .field(field))
}

fn features<'a>(
    features: impl ExactSizeIterator<Item = (&'a str, Option<&'a FeatureValue>)>,
    field: &dyn Fn() -> String,
) -> Result<()> {
    if features.len() > FEATURES_MAX {
        let field = format!("{}.features", field());
        return Err(Error::limit_exceeded(format!(
            "{field}: there are {} of them; a member may have {FEATURES_MAX}",
            features.len()
        ))
        .field(field));
    }
    for (name, value) in features {
        word(name, || format!("{}.features", field()))?;
        if let Some(FeatureValue::Text(text)) = value
            && text.len() > LONGEST_TEXT
        {
            let field = format!("{}.features.{name}", field());
            return Err(Error::invalid_params(format!(
                "{field}: it has {} bytes; a text may have {LONGEST_TEXT}",
                text.len()
            ))
            .field(field));
        }
    }
    Ok(())
}
