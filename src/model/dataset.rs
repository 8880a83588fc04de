//! A dataset: a version of it as it is kept (`Snapshot`) and as it is answered (`Dataset`), and its members.

use std::collections::BTreeMap;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use smol_str::SmolStr;

use super::artifact::{Status, Storage, Writer};
pub use super::features::{ByFeature, Features};
use super::hash::Hash;
use super::ids::{ArtifactId, ArtifactType, DatasetId};
use super::number::{Count, LARGEST};
use super::version::Version;

/// What a feature says about a member: a number, a text, or true or false.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum FeatureValue {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// A text.
    Text(String),
}

impl FeatureValue {
    /// Its number, where it is one.
    #[expect(clippy::cast_precision_loss, reason = "whole numbers end at 2^53-1")]
    pub fn number(&self) -> Option<f64> {
        match self {
            FeatureValue::Int(value) => Some(*value as f64),
            FeatureValue::Float(value) => Some(*value),
            _ => None,
        }
    }

    /// Whether both say the same; 1 and 1.0 do.
    pub fn same(&self, other: &Self) -> bool {
        match (self.number(), other.number()) {
            (Some(left), Some(right)) => left == right,
            (None, None) => self == other,
            _ => false,
        }
    }

    /// What kind of value it is, in words.
    pub fn kind(&self) -> &'static str {
        match self {
            FeatureValue::Bool(_) => "true or false",
            FeatureValue::Int(_) | FeatureValue::Float(_) => "a number",
            FeatureValue::Text(_) => "a text",
        }
    }
}

impl<'de> Deserialize<'de> for FeatureValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reading;
        impl Visitor<'_> for Reading {
            type Value = FeatureValue;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a number, a text, true or false")
            }

            fn visit_bool<E>(self, value: bool) -> Result<FeatureValue, E> {
                Ok(FeatureValue::Bool(value))
            }

            fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<FeatureValue, E> {
                if value.unsigned_abs() <= LARGEST {
                    return Ok(FeatureValue::Int(value));
                }
                Err(E::custom(format!("{value} is beyond 2^53-1, where JSON readers round; give it as text")))
            }

            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<FeatureValue, E> {
                match i64::try_from(value) {
                    Ok(value) => self.visit_i64(value),
                    Err(_) => {
                        Err(E::custom(format!("{value} is beyond 2^53-1, where JSON readers round; give it as text")))
                    }
                }
            }

            fn visit_f64<E>(self, value: f64) -> Result<FeatureValue, E> {
                // -0.0 is 0.0 for everybody who compares numbers.
                Ok(FeatureValue::Float(value + 0.0))
            }

            fn visit_str<E>(self, value: &str) -> Result<FeatureValue, E> {
                Ok(FeatureValue::Text(value.to_owned()))
            }

            fn visit_string<E>(self, value: String) -> Result<FeatureValue, E> {
                Ok(FeatureValue::Text(value))
            }
        }
        deserializer.deserialize_any(Reading)
    }
}

impl JsonSchema for FeatureValue {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FeatureValue".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["number", "string", "boolean"] })
    }
}

/// An artifact as a version of a dataset holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// The artifact.
    pub artifact_id: ArtifactId,
    /// Its type.
    pub artifact_type: ArtifactType,
    /// Its logical key.
    pub logical_key: SmolStr,
    /// The part it plays in the dataset.
    pub role: SmolStr,
    /// The split it belongs to (train, validation, test …), null when it belongs to none.
    pub split: Option<SmolStr>,
    /// SHA-256 of its bytes, as they were when the version was created; of a tree, of its listing.
    pub file_hash: Hash,
    /// Its length in bytes.
    pub size_bytes: Count,
    /// Who keeps its bytes.
    pub storage: Storage,
    /// What is known about it, by name.
    pub features: Features,
}

/// SHA-256 over the hex digits of the members' hashes, sorted and joined by line feeds.
pub fn content_digest(mut hashes: Vec<Hash>) -> Hash {
    hashes.sort_unstable();
    let mut hasher = Sha256::new();
    for (number, hash) in hashes.iter().enumerate() {
        if number > 0 {
            hasher.update(b"\n");
        }
        hasher.update(hash.hex().as_bytes());
    }
    Hash::finish(hasher)
}

/// How many members, and how many bytes they have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Share {
    /// How many members.
    pub count: Count,
    /// Their bytes together.
    pub total_bytes: Count,
}

/// The values of a feature that is a number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FeatureRange {
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation, of all members that have the feature.
    pub std: f64,
    /// How many members have the feature.
    pub count: Count,
}

/// What can be counted in a version of a dataset.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Statistics {
    /// The members of each type.
    pub by_artifact_type: BTreeMap<String, Share>,
    /// The members of each role.
    pub by_role: BTreeMap<String, Share>,
    /// The members of each split; those without one are not counted here.
    pub by_split: BTreeMap<String, Share>,
    /// The features that are numbers.
    pub feature_ranges: BTreeMap<String, FeatureRange>,
}

/// Who made a version of a dataset, and from what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Provenance {
    /// The program that made it.
    pub writer: Option<Writer>,
    /// The commit of the code that made it.
    pub git_commit: Option<String>,
    /// The stage of the pipeline that made it.
    pub stage: Option<String>,
    /// The runs that published its members, sorted.
    pub source_runs: Vec<String>,
}

/// The Parquet file that lists the members of a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Index {
    /// The folder that was asked for, absolute; without one it lies beside the snapshot.
    pub folder: Option<String>,
    pub file_hash: Hash,
    pub size_bytes: u64,
}

/// What a version says of itself, its members apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Head {
    pub dataset_id: DatasetId,
    pub version: Version,
    pub name: Option<String>,
    pub description: Option<String>,
    pub tags: BTreeMap<String, String>,
    pub annotations: Map<String, Value>,
    pub parent_version: Option<Version>,
    pub created_at: String,
    pub member_count: u64,
    pub total_bytes: u64,
    pub content_digest: Hash,
    pub membership_digest: Hash,
    pub statistics: Statistics,
    pub provenance: Provenance,
    pub index: Option<Index>,
}

/// One version of a dataset, whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    pub head: Head,
    /// Sorted by artifact id; each artifact is a member once.
    pub members: Vec<Member>,
}

/// One version of a dataset: what it holds and who made it; its members are listed apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Dataset {
    /// The dataset.
    pub dataset_id: DatasetId,
    /// The version.
    pub version: Version,
    /// Whether it stands or was deleted.
    pub status: Status,
    /// When it was deleted.
    pub deleted_at: Option<String>,
    /// A name for people.
    pub name: Option<String>,
    /// A description for people.
    pub description: Option<String>,
    /// Tags; a tag that is only a word has the value "".
    pub tags: BTreeMap<String, String>,
    /// Whatever its maker noted.
    pub annotations: Map<String, Value>,
    /// The version it was made from.
    pub parent_version: Option<Version>,
    /// When it was created.
    pub created_at: String,
    /// How many members it has.
    pub member_count: Count,
    /// The bytes of all members together.
    pub total_bytes: Count,
    /// SHA-256 over the members' hashes alone, sorted: what bytes the version holds.
    pub content_digest: Hash,
    /// SHA-256 over everything that is known of each member: ids, roles, splits, sizes, features.
    pub membership_digest: Hash,
    /// What can be counted in it.
    pub statistics: Statistics,
    /// Who made it, and from what.
    pub provenance: Provenance,
    /// Absolute path of the snapshot, the JSON file that says all of this and every member.
    pub path: String,
    /// SHA-256 of that file.
    pub snapshot_hash: Hash,
    /// Absolute path of the Parquet file that lists the members, null when it has none.
    pub path_index: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::FeatureValue;

    #[test]
    fn features_are_read_as_they_were_given() {
        let read = |text: &str| serde_json::from_str::<FeatureValue>(text);
        for (text, back) in [("1", "1"), ("1.0", "1.0"), ("-0.0", "0.0"), ("true", "true"), ("\"x\"", "\"x\"")] {
            assert_eq!(serde_json::to_string(&read(text).unwrap()).unwrap(), back);
        }
        assert!(read("1").unwrap().same(&read("1.0").unwrap()) && !read("1").unwrap().same(&read("true").unwrap()));
        for text in ["null", "[1]", "{}", "9007199254740992", "-9007199254740992", "18446744073709551615"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
