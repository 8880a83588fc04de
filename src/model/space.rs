//! What is kept and how much room it takes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::PolicyName;
use super::number::Count;

/// Artifacts that have something in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    /// What they have in common; null where they have none.
    pub name: Option<String>,
    /// How many they are.
    pub artifacts: Count,
    /// Their bytes, those that several hold counted for each.
    pub logical_bytes: Count,
}

/// Artifacts that have a tag in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TagGroup {
    /// The tag.
    pub key: String,
    /// Its value.
    pub value: String,
    /// How many they are.
    pub artifacts: Count,
    /// Their bytes, those that several hold counted for each.
    pub logical_bytes: Count,
}

/// Files on the disk, each inode counted once however many names it has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Room {
    /// How many inodes.
    pub files: Count,
    /// Their lengths.
    pub logical_bytes: Count,
    /// What the file system takes for them.
    pub physical_bytes: Count,
}

/// What was kept once although several artifacts hold it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Duplicates {
    /// Files of artifacts whose bytes the store keeps.
    pub files: Count,
    /// The objects that hold them.
    pub objects: Count,
    /// How many files took no room.
    pub avoided_files: Count,
    /// How many bytes that saved.
    pub avoided_bytes: Count,
}

/// Files that are kept in a compact form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Compacted {
    /// How many.
    pub files: Count,
    /// The bytes of their originals.
    pub logical_bytes: Count,
    /// The bytes that their compact forms have, with the originals that are kept compressed beside them.
    pub stored_bytes: Count,
}

/// What lies in the trash.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrashFigures {
    /// How many artifacts.
    pub artifacts: Count,
    /// Their bytes, those that several hold counted for each.
    pub logical_bytes: Count,
    /// What purging all of it would free: bytes that nothing live needs.
    pub purgeable_bytes: Count,
}

/// The manifest as a database.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Database {
    /// Length of the file.
    pub size_bytes: Count,
    /// Length of the write-ahead log beside it.
    pub log_bytes: Count,
    /// Length of a page.
    pub page_bytes: Count,
    /// How many pages the file has.
    pub pages: Count,
    /// How many of them hold nothing.
    pub free_pages: Count,
}

/// What the default policy's budget leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Budget {
    /// The policy.
    pub policy: PolicyName,
    /// Its budget.
    pub space_budget_bytes: Count,
    /// The bytes that live artifacts take, each object counted once.
    pub used_bytes: Count,
    /// What is left; 0 when it is used up.
    pub left_bytes: Count,
    /// By how much it is exceeded; 0 when it is not.
    pub over_budget_bytes: Count,
}
