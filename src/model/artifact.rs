//! An artifact: as it is kept (`Record` and `State`) and as it is answered (`Artifact`).

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::hash::Hash;
use super::ids::{ArtifactId, ArtifactType, Relation};
use super::number::Count;
use super::place::Place;

/// What kind of content an artifact has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A table: CSV or Parquet was given, Parquet is kept.
    Table,
    /// Any bytes.
    File,
    /// A folder of files.
    Tree,
}

/// Who keeps the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Storage {
    /// The store keeps them as objects.
    Managed,
    /// They stay where their producer put them.
    InPlace,
}

/// Whether an artifact stands, was replaced, or was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It stands.
    Active,
    /// A newer artifact replaced it.
    Superseded,
    /// It was deleted or collected.
    Tombstoned,
}

/// How the work that made it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It passed.
    Pass,
    /// It failed.
    Fail,
    /// It is not known.
    Unknown,
}

/// The program that wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Writer {
    /// The program's name.
    pub name: Option<String>,
    /// The program's version.
    pub version: Option<String>,
}

/// The state of the code that made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Git {
    /// The commit.
    pub commit: Option<String>,
    /// Whether there were uncommitted changes.
    pub dirty: Option<bool>,
}

/// One file of an artifact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileEntry {
    /// Its path inside the artifact, with `/` between the parts.
    pub path: String,
    /// SHA-256 of its bytes.
    pub hash: Hash,
    /// Length in bytes.
    pub size_bytes: Count,
    /// Its media type, where it is known.
    pub media_type: Option<String>,
    /// What it is for, where that was said.
    pub role: Option<String>,
}

impl FileEntry {
    /// Longest path inside an artifact, in bytes.
    pub const LONGEST_PATH: usize = 1024;

    /// Whether a text can be the path of a file inside an artifact: relative, and leading nowhere else.
    pub fn is_path(text: &str) -> bool {
        let plain = |part: &str| (1..=255).contains(&part.len()) && part != "." && part != ".." && !part.contains('\0');
        text.len() <= Self::LONGEST_PATH && text.split('/').all(plain)
    }

    /// A path that would have to be both a file and a folder, where there is one.
    pub fn clashing<'a>(paths: &BTreeSet<&'a str>) -> Option<&'a str> {
        let inside = |path: &&&str| {
            let folder = format!("{path}/");
            paths.range(folder.as_str()..).next().is_some_and(|next| next.starts_with(&folder))
        };
        paths.iter().find(inside).copied()
    }
}

/// What a file without a name is called.
pub const UNNAMED: &str = "content";

/// An artifact that another was made from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Input {
    /// The input's id.
    pub artifact_id: ArtifactId,
    /// How the output came from it; `derived_from` unless given.
    #[serde(default, deserialize_with = "null_as_default")]
    #[schemars(with = "Option<Relation>")]
    pub relation: Relation,
}

/// Null means absent, as everywhere in params.
fn null_as_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// What publishing fixes for good.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    pub artifact_id: ArtifactId,
    pub artifact_type: ArtifactType,
    pub schema_version: u32,
    pub logical_key: String,
    pub version: u32,
    pub format: Format,
    pub storage: Storage,
    pub file_hash: Hash,
    pub content_hash: Hash,
    pub content_hash_version: u32,
    /// What an earlier format of the store had as content hash.
    pub legacy_content_hash: Option<String>,
    pub source_hash: Hash,
    pub source_size: u64,
    pub size_bytes: u64,
    pub row_count: Option<u64>,
    pub min_ts: Option<String>,
    pub max_ts: Option<String>,
    pub created_at: String,
    pub media_type: Option<String>,
    pub run_id: Option<String>,
    pub family: Option<String>,
    pub outcome: Option<Outcome>,
    pub source: Option<String>,
    pub capabilities: Vec<String>,
    pub roles: Vec<String>,
    pub params: Map<String, Value>,
    pub writer: Option<Writer>,
    pub git: Option<Git>,
    /// The column types that were forced on a CSV; part of what makes two sources the same.
    pub columns: BTreeMap<String, String>,
    pub file_count: u64,
    /// The readable name without extension, relative to the artifacts folder.
    pub name: String,
    /// The extension of the readable name; a folder has none.
    pub extension: Option<String>,
}

/// Everything that one publish says: the sidecar holds it, and the manifest can be made again from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Publication {
    #[serde(flatten)]
    pub record: Record,
    pub title: Option<String>,
    pub description: Option<String>,
    pub tags: BTreeMap<String, String>,
    /// Whether it was put aside already where it came from.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub archived: bool,
    pub files: Vec<FileEntry>,
    pub inputs: Vec<Input>,
    pub request: Option<Request>,
    /// Where a scan found it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

impl Publication {
    /// The paths of its files.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|file| file.path.as_str())
    }
}

/// The request id that a publish came with, and the digest of its parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    pub request_id: String,
    pub digest: Hash,
}

/// What may change after publishing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    pub title: Option<String>,
    pub description: Option<String>,
    pub tags: BTreeMap<String, String>,
    pub archived: bool,
    pub superseded_at: Option<String>,
    /// The successor; a store of version 1 could lose it, so that what was superseded has none.
    pub superseded_by: Option<ArtifactId>,
    pub supersedes: Vec<ArtifactId>,
    pub deleted_at: Option<String>,
    /// When its bytes were given up; they may be there all the same, because others have them too.
    pub purged_at: Option<String>,
    /// Until when pins protect it: empty where none does, `~` for ever.
    pub pinned_until: String,
    pub updated_at: String,
    pub revision: u64,
}

impl State {
    /// The state right after publishing.
    pub fn published(publication: &Publication) -> Self {
        Self {
            title: publication.title.clone(),
            description: publication.description.clone(),
            tags: publication.tags.clone(),
            archived: publication.archived,
            superseded_at: None,
            superseded_by: None,
            supersedes: Vec::new(),
            deleted_at: None,
            purged_at: None,
            pinned_until: String::new(),
            updated_at: publication.record.created_at.clone(),
            revision: 1,
        }
    }

    /// Derived: deleted, else superseded, else active.
    pub fn status(&self) -> Status {
        match self {
            State { deleted_at: Some(_), .. } => Status::Tombstoned,
            State { superseded_at: Some(_), .. } => Status::Superseded,
            _ => Status::Active,
        }
    }
}

/// Something published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Artifact {
    /// Its id.
    pub artifact_id: ArtifactId,
    /// Its type.
    pub artifact_type: ArtifactType,
    /// Version of the type's schema.
    pub schema_version: u32,
    /// What it represents; artifacts of one type and key are its versions.
    pub logical_key: String,
    /// Which version of its type and key it is: 1, 2, 3 …
    pub version: u32,
    /// Whether it stands, was replaced, or was deleted.
    pub status: Status,
    /// Whether it was put aside.
    pub archived: bool,
    /// What kind of content it has.
    pub format: Format,
    /// Who keeps the bytes.
    pub storage: Storage,
    /// Absolute path of its readable name: a file, or a folder for a tree; null once the bytes are gone. Of what is kept in
    /// place, the deepest folder that holds all its files; list_files says where each of them is.
    pub path: Option<String>,
    /// The same for a table's Parquet file, null for other formats.
    pub path_parquet: Option<String>,
    /// Absolute path of its sidecar, the JSON record written at publish.
    pub path_sidecar: String,
    /// SHA-256 of the bytes kept; of a tree, of its listing.
    pub file_hash: Hash,
    /// Hash of the logical content.
    pub content_hash: Hash,
    /// SHA-256 of the bytes that were given.
    pub source_hash: Hash,
    /// Version of the content hash's definition.
    pub content_hash_version: u32,
    /// First 12 characters of the lower-case base32 of the file hash.
    pub spec_id: String,
    /// Bytes kept, of all files together.
    pub size_bytes: Count,
    /// Number of files.
    pub file_count: Count,
    /// Rows of a table, null for other formats.
    pub row_count: Option<Count>,
    /// Earliest time in the table's time column, with six digits, UTC.
    pub min_ts: Option<String>,
    /// Latest time in the table's time column, with six digits, UTC.
    pub max_ts: Option<String>,
    /// When it was published: `YYYY-MM-DDTHH:MM:SS.mmmZ`.
    pub created_at: String,
    /// When it last changed.
    pub updated_at: String,
    /// A title for people.
    pub title: Option<String>,
    /// A description for people.
    pub description: Option<String>,
    /// Its media type.
    pub media_type: Option<String>,
    /// The run that published it first.
    pub run_id: Option<String>,
    /// The family that a scan put it in.
    pub family: Option<String>,
    /// How the work that made it ended.
    pub outcome: Option<Outcome>,
    /// Where it came from, in the publisher's words.
    pub source: Option<String>,
    /// What it can be used for.
    pub capabilities: Vec<String>,
    /// The parts it plays.
    pub roles: Vec<String>,
    /// Tags; a tag that is only a word has the value "".
    pub tags: BTreeMap<String, String>,
    /// The parameters it was made with.
    pub params: Map<String, Value>,
    /// The program that wrote it.
    pub writer: Option<Writer>,
    /// The state of the code that made it.
    pub git: Option<Git>,
    /// The artifact that replaced it.
    pub superseded_by: Option<ArtifactId>,
    /// The artifacts it replaced.
    pub supersedes: Vec<ArtifactId>,
    /// Whether a pin protects it: one of its own, of a run that published it, or of a live dataset that holds it. Its end
    /// may come by itself, so `revision` doesn't count it.
    pub pinned: bool,
    /// 1, and one more for each change that shows.
    pub revision: Count,
}

/// From an input to what was made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Edge {
    /// What it was made from.
    pub input_artifact_id: ArtifactId,
    /// What was made.
    pub artifact_id: ArtifactId,
    /// How the one came from the other.
    pub relation: Relation,
}

/// What a registered type says about its tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TypeDefinition {
    /// The type's name.
    pub artifact_type: ArtifactType,
    /// The columns that count as content, in this order; null: all of them.
    pub canonical_columns: Option<Vec<String>>,
    /// When given, the order of rows doesn't count.
    pub sort_keys: Vec<String>,
    /// Columns read as timestamps even where they are text.
    pub timestamp_columns: Vec<String>,
}

/// One line of the store's history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Counts up from 1 in the order of commits.
    pub event_id: Count,
    /// When it happened.
    pub at: String,
    /// What happened: published, superseded, type_registered …
    pub kind: String,
    /// The artifact it is about, where it is about one.
    pub artifact_id: Option<String>,
    /// Who did it: the client's name, where it gave one.
    pub actor: Option<String>,
    /// The new values.
    pub data: Map<String, Value>,
}
