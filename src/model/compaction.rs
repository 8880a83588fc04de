//! What compaction makes of a file, and why it leaves one alone.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The form in which a file is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// JSON Lines in which values that repeat stand in a dictionary, in the first line. It lies where the original lay.
    Dictionary,
    /// One Zstandard frame. It has `.zst` behind the name of the original.
    Zstd,
    /// Markdown without empty sections and with canonical headers. It lies where the original lay, which is kept as an
    /// object.
    Markdown,
}

impl Form {
    /// Every form.
    pub const ALL: [Form; 3] = [Form::Dictionary, Form::Zstd, Form::Markdown];

    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            Form::Dictionary => "dictionary",
            Form::Zstd => "zstd",
            Form::Markdown => "markdown",
        }
    }

    /// The form of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.name() == word)
    }

    /// What stands behind the original's name: a reader that knows nothing of the form finds no file rather than bytes
    /// that it can't read.
    pub fn suffix(self) -> &'static str {
        match self {
            Form::Zstd => ".zst",
            Form::Dictionary | Form::Markdown => "",
        }
    }
}

/// Why a file is left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Skipped {
    /// It is neither JSON Lines (`.jsonl`) nor Markdown (`.md`).
    OtherKind,
    /// keepstone.toml says that files of this kind stay as they are.
    Disabled,
    /// It is smaller than `min_size_kb`.
    TooSmall,
    /// Markdown of more than 16 MiB is not looked into.
    TooLarge,
    /// It is in a compact form, or there is nothing in it that could be left out.
    AlreadyCompact,
    /// No form of it is smaller, for Markdown together with the original that is kept.
    NotSmaller,
    /// It is called Markdown, but is no text in UTF-8.
    NotText,
    /// Leaving something out would make its other parts read differently.
    WouldReadDifferently,
    /// It isn't what the last scan found; scan again.
    Changed,
    /// It is not where the last scan found it.
    Missing,
    /// Something else has the name that its compact form would get.
    NameTaken,
}
