//! What an audit reports.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::artifact::{Git, Status, Writer};
use super::hash::Hash;
use super::ids::ArtifactId;
use super::number::Count;

/// An artifact as an audit found it. Of an id that the store doesn't know, what only an artifact has is null.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Audited {
    /// Its id.
    pub artifact_id: ArtifactId,
    /// The verdict: the gravest of its issues.
    pub status: Verdict,
    /// What is wrong, the gravest first.
    pub issues: Vec<Issue>,
    /// Its type.
    pub artifact_type: Option<String>,
    /// What it represents.
    pub logical_key: Option<String>,
    /// Which version of its type and key it is.
    pub version: Option<u32>,
    /// Whether it stands, was replaced, or was deleted.
    pub artifact_status: Option<Status>,
    /// Hash of the logical content.
    pub content_hash: Option<Hash>,
    /// SHA-256 of the bytes kept.
    pub file_hash: Option<Hash>,
    /// Bytes kept.
    pub size_bytes: Option<Count>,
    /// When it was published.
    pub created_at: Option<String>,
    /// The parts it plays.
    pub roles: Vec<String>,
    /// By whom and how it was made.
    pub provenance: Option<Provenance>,
    /// Whether the bytes kept still have their hash; null when they were not looked at.
    pub hash_verified: Option<bool>,
    /// How many artifacts it was made from, at once or over others.
    pub ancestor_count: Count,
    /// How many edges lead to it and to them.
    pub edge_count: Count,
    /// The types of its ancestors.
    pub ancestor_types: Vec<String>,
    /// How many of them have no inputs themselves; an artifact without inputs is its own root.
    pub root_count: Count,
    /// The roots, in the order of commits; null unless traceRoots asked for them.
    pub roots: Option<Vec<Root>>,
    /// Whether maxDepth ended the look at its ancestors before their roots.
    pub cut: bool,
}

/// By whom and how an artifact was made.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Provenance {
    /// The run that published it first.
    pub run_id: Option<String>,
    /// The program that wrote it.
    pub writer: Option<Writer>,
    /// The state of the code that made it.
    pub git: Option<Git>,
    /// The parameters it was made with.
    pub params: Map<String, Value>,
    /// Where it came from, in the publisher's words.
    pub source: Option<String>,
}

/// An ancestor that has no inputs itself.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Root {
    /// Its id.
    pub artifact_id: ArtifactId,
    /// Its type.
    pub artifact_type: String,
    /// The parts it plays.
    pub roles: Vec<String>,
}

/// Something that an audit found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Issue {
    /// What it is.
    pub name: IssueName,
    /// Whether it is an error, or only worth a look.
    pub severity: Severity,
    /// The same as a sentence.
    pub message: String,
}

/// How grave an issue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// A promise is broken.
    Error,
    /// Nothing is broken, but something is not as it should be.
    Warning,
}

/// What an audit can find, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IssueName {
    /// The store has no artifact of that id.
    NotFound,
    /// Bytes no longer have their hash.
    HashMismatch,
    /// An object is missing or can't be read, so that its bytes can't be verified.
    VerificationError,
    /// None of its roots has a role that was required.
    MissingRoles,
    /// It names an input that the store doesn't hold.
    MissingInput,
    /// One of its ancestors names such an input.
    IncompleteLineage,
    /// It was made from itself over others.
    Circle,
}

/// The verdict on an artifact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The store doesn't know it.
    Error,
    /// Bytes no longer have their hash.
    HashMismatch,
    /// Its bytes can't be verified.
    VerificationError,
    /// None of its roots has a role that was required.
    MissingRoles,
    /// There are only warnings.
    Warning,
    /// Nothing was found.
    Ok,
}

impl IssueName {
    /// Whether it is an error, or only worth a look.
    pub fn severity(self) -> Severity {
        match self {
            Self::NotFound | Self::HashMismatch | Self::VerificationError | Self::MissingRoles => Severity::Error,
            Self::MissingInput | Self::IncompleteLineage | Self::Circle => Severity::Warning,
        }
    }

    /// What it makes of the artifact.
    pub fn verdict(self) -> Verdict {
        match self {
            Self::NotFound => Verdict::Error,
            Self::HashMismatch => Verdict::HashMismatch,
            Self::VerificationError => Verdict::VerificationError,
            Self::MissingRoles => Verdict::MissingRoles,
            Self::MissingInput | Self::IncompleteLineage | Self::Circle => Verdict::Warning,
        }
    }

    /// The word that stands in `name`.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::HashMismatch => "hash_mismatch",
            Self::VerificationError => "verification_error",
            Self::MissingRoles => "missing_roles",
            Self::MissingInput => "missing_input",
            Self::IncompleteLineage => "incomplete_lineage",
            Self::Circle => "circle",
        }
    }
}

impl Verdict {
    /// The word that stands in `status`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::HashMismatch => "hash_mismatch",
            Self::VerificationError => "verification_error",
            Self::MissingRoles => "missing_roles",
            Self::Warning => "warning",
            Self::Ok => "ok",
        }
    }
}

/// What an audit found, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    /// Artifacts that were asked for, unknown ones included.
    pub artifacts: Count,
    /// Those without any issue.
    pub ok: Count,
    /// Those with warnings only.
    pub warnings: Count,
    /// Those with errors.
    pub errors: Count,
    /// Ids that the store doesn't know.
    pub not_found: Count,
    /// Artifacts whose bytes are not what their hash says, or can't be verified.
    pub verification_failures: Count,
    /// Artifacts none of whose roots has a role that was required.
    pub missing_roles: Count,
    /// Objects whose bytes were read and hashed, each once.
    pub objects_verified: Count,
    /// How many bytes that were.
    pub bytes_verified: Count,
}

/// The part of the lineage that an audit looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GraphStats {
    /// Artifacts: those audited and their ancestors.
    pub node_count: Count,
    /// Edges between them, those from missing inputs included.
    pub edge_count: Count,
    /// How many of the artifacts have no inputs.
    pub root_count: Count,
    /// The artifacts by type.
    pub nodes_by_type: BTreeMap<String, Count>,
    /// The edges by relation.
    pub edges_by_relation: BTreeMap<String, Count>,
}
