//! What compaction makes of a file, and why it leaves one alone.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::hash::Hash;
use super::ids::ArtifactId;
use super::number::Count;

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
    /// It may not be read.
    Unreadable,
    /// Something else has the name that its compact form would get.
    NameTaken,
    /// It has other names (hard links), which would keep its bytes.
    Linked,
}

/// A file that is kept in a compact form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CompactFile {
    /// Its path below the folder that was scanned, as it was found.
    pub path: String,
    /// SHA-256 of the original.
    pub file_hash: Hash,
    /// The form.
    pub form: Form,
    /// SHA-256 of the compact form.
    pub stored_hash: Hash,
    /// Length of the compact form in bytes.
    pub stored_size_bytes: Count,
    /// The object that holds the original, compressed; null where the form alone holds all.
    pub original_object: Option<Hash>,
}

impl CompactFile {
    /// Where the compact form lies, below the folder that was scanned.
    pub fn stored_path(&self) -> String {
        format!("{}{}", self.path, self.form.suffix())
    }
}

/// Files of one artifact whose form changed, as the history tells of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FormsChanged {
    /// The files in their compact form.
    pub files: Vec<CompactFile>,
}

/// What compaction would do, or has done, to one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlannedFile {
    /// The artifact it belongs to.
    pub artifact_id: ArtifactId,
    /// The artifact's family.
    pub family: String,
    /// The absolute path of the file as it lies there.
    pub path: String,
    /// The form it gets; null when it is left as it is.
    pub form: Option<Form>,
    /// Why it is left as it is; null when it gets a compact form.
    pub skipped: Option<Skipped>,
    /// Its length in bytes.
    pub size_bytes: Count,
    /// Its length afterwards; the same when it is left as it is.
    pub compact_size_bytes: Count,
    /// How many bytes the original takes that is kept beside it, compressed; 0 where the form alone holds all.
    pub original_size_bytes: Count,
    /// How many bytes that saves.
    pub saved_bytes: Count,
    /// Lines of JSON Lines that get a dictionary.
    pub lines_processed: Option<Count>,
    /// How many fields have values in the dictionary.
    pub dict_fields: Option<Count>,
    /// Sections of Markdown.
    pub original_sections: Option<Count>,
    /// The sections that are left.
    pub compacted_sections: Option<Count>,
    /// Sections that are empty and are left out.
    pub empty_sections: Option<Count>,
    /// Headers that are written otherwise.
    pub canonical_headers: Option<Count>,
}

/// Several files together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CompactionTotals {
    /// Files of artifacts that are kept in place.
    pub files: Count,
    /// Those that get a compact form.
    pub compacted: Count,
    /// Those that are left as they are.
    pub skipped: Count,
    /// Bytes of those that get a compact form.
    pub size_bytes: Count,
    /// Their bytes afterwards, the originals included that are kept.
    pub compact_size_bytes: Count,
    /// How many bytes that saves.
    pub saved_bytes: Count,
}

impl CompactionTotals {
    /// Counts a file.
    pub fn add(&mut self, file: &PlannedFile) {
        self.files.0 += 1;
        if file.form.is_none() {
            self.skipped.0 += 1;
            return;
        }
        self.compacted.0 += 1;
        self.size_bytes.0 += file.size_bytes.0;
        self.compact_size_bytes.0 += file.compact_size_bytes.0 + file.original_size_bytes.0;
        self.saved_bytes.0 += file.saved_bytes.0;
    }
}

/// The same of one family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FamilyCompaction {
    /// The family.
    pub family: String,
    /// Its files together.
    #[serde(flatten)]
    pub totals: CompactionTotals,
}

/// A file that could not be compacted or expanded; it is as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CompactionFailure {
    /// The artifact it belongs to.
    pub artifact_id: ArtifactId,
    /// The absolute path of the file.
    pub path: String,
    /// Why.
    pub message: String,
}
