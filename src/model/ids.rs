//! Names that callers may choose, checked once at the edge: they are data and never become paths.

use std::fmt;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

use crate::base::clock;

pub(super) fn is_name(text: &str, longest: usize) -> bool {
    let bytes = text.as_bytes();
    (1..=longest).contains(&bytes.len())
        && bytes[0].is_ascii_alphanumeric()
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident: $longest:literal, $noun:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "SmolStr")]
        pub struct $name(SmolStr);

        impl $name {
            /// The text of the name.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<&str> for $name {
            type Error = String;

            fn try_from(text: &str) -> Result<Self, String> {
                Self::try_from(SmolStr::new(text))
            }
        }

        impl TryFrom<SmolStr> for $name {
            type Error = String;

            fn try_from(text: SmolStr) -> Result<Self, String> {
                if is_name(&text, $longest) {
                    return Ok(Self(text));
                }
                Err(format!(
                    "{text:?} is no {}: 1 to {} letters, digits, '.', '_' and '-', the first a letter or digit",
                    $noun, $longest
                ))
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                Self::try_from(SmolStr::from(text))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string",
                    "pattern": format!("^[A-Za-z0-9][A-Za-z0-9._-]{{0,{}}}$", $longest - 1),
                })
            }
        }
    )*};
}

names! {
    /// The id of an artifact.
    ArtifactId: 128, "artifact id";
    /// The id of a run.
    RunId: 128, "run id";
    /// A type of artifacts, for example `ohlcv_slice`.
    ArtifactType: 64, "artifact type";
    /// How an output came from an input.
    Relation: 64, "relation";
    /// What kind of run something is, for example `model_training`.
    RunType: 64, "run type";
    /// What stands for a version of a type and key, for example `production`.
    AliasName: 64, "alias";
    /// The id of a dataset, which all its versions have.
    DatasetId: 64, "dataset id";
    /// The name of a group of runs, for example `proofs`.
    FamilyName: 64, "name of a family";
    /// The name of a set of keep rules, for example `laptop_default`.
    PolicyName: 64, "name of a policy";
}

impl ArtifactId {
    /// A new id: `art-YYYYMMDDTHHMMSS-xxxxxxxx`.
    pub fn fresh(now: Timestamp, random: u32) -> Self {
        Self(format_smolstr!("art-{}-{random:08x}", clock::stamp(now)))
    }
}

impl RunId {
    /// A new id: `run-YYYYMMDDTHHMMSS-xxxxxxxx`.
    pub fn fresh(now: Timestamp, random: u32) -> Self {
        Self(format_smolstr!("run-{}-{random:08x}", clock::stamp(now)))
    }
}

impl Default for Relation {
    fn default() -> Self {
        Self(SmolStr::new_static("derived_from"))
    }
}

impl Relation {
    /// Relations that only annotate: no walk, root or circle check follows them unless they are named.
    pub const ANNOTATIONS: [&'static str; 2] = ["supersedes", "sibling_of"];

    /// Whether walks pass over this relation.
    pub fn is_annotation(&self) -> bool {
        Self::ANNOTATIONS.contains(&self.0.as_str())
    }
}
