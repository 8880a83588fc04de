//! What people may say about compaction, in the section `[compaction]` of keepstone.toml.

use serde::{Deserialize, Deserializer};

/// How files of each kind are compacted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// JSON Lines.
    pub jsonl: JsonLines,
    /// Markdown.
    pub markdown: Markdown,
}

/// How JSON Lines are compacted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JsonLines {
    /// Whether they are.
    pub enabled: bool,
    /// Smaller files are left alone, in KiB.
    pub min_size_kb: u64,
    /// So often a value must occur in a field to get into the dictionary.
    pub dict_threshold: u64,
    /// Whether the first record stays whole, so that every field is seen with a value of its own.
    pub preserve_schema: bool,
}

impl Default for JsonLines {
    fn default() -> Self {
        Self { enabled: true, min_size_kb: 50, dict_threshold: 3, preserve_schema: true }
    }
}

/// How Markdown is compacted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Markdown {
    /// Whether it is.
    pub enabled: bool,
    /// Smaller files are left alone, in KiB.
    pub min_size_kb: u64,
    /// Whether sections without text are left out.
    pub remove_empty_sections: bool,
    /// Whether headers are written as `## Title`.
    pub canonical_headers: bool,
    /// Refused with a reason: who moves a configuration here should know that nothing is stamped.
    #[serde(deserialize_with = "no_timestamps")]
    pub preserve_timestamps: (),
}

impl Default for Markdown {
    fn default() -> Self {
        Self {
            enabled: true,
            min_size_kb: 20,
            remove_empty_sections: true,
            canonical_headers: true,
            preserve_timestamps: (),
        }
    }
}

fn no_timestamps<'de, D: Deserializer<'de>>(_: D) -> Result<(), D::Error> {
    Err(serde::de::Error::custom(
        "preserve_timestamps does not apply: no file gets a stamp, and every file keeps its modification time; leave it out",
    ))
}
