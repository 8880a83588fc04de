//! What an import reports: how many things of each kind it took in, what it found, and what it left out.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::audit::Severity;
use super::number::Count;

/// What became of the things of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    /// How many were taken in; of a dry run, how many would be.
    pub imported: Count,
    /// How many were in the store already, alike.
    pub already_there: Count,
    /// How many were left out; a finding says of each why.
    pub skipped: Count,
}

/// What kind of thing an import found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportFault {
    /// The store has something else under this id.
    Conflict,
    /// It could not be read, though it may be fine.
    Unreadable,
    /// It doesn't say what it should say.
    Invalid,
    /// Its id, its type or its version can't be one here.
    InvalidName,
    /// Its file is named like another one.
    NameDiffers,
    /// Its hash is none that can be proven here.
    UnsupportedHash,
    /// Its bytes are not there.
    ObjectMissing,
    /// Its bytes have another hash than they should.
    ObjectDamaged,
    /// It has another length than it says; the true one is kept.
    SizeDiffers,
    /// An input is not there, and stays a missing input.
    InputMissing,
    /// An input is there with another hash than was noted when it was used.
    InputDiffers,
    /// An input or a run that it names can't be named here; what was said is kept in its params.
    ReferenceLeftOut,
    /// A number that JSON readers would round is kept as text.
    NumberAsText,
    /// A tag is longer than it may be, or its key holds control characters; it is cut or left out.
    Shortened,
    /// It was imported before and deleted since; it stays deleted.
    Deleted,
    /// A run that never began is kept as one that runs.
    NeverBegan,
    /// A member of a dataset is not in the store.
    MemberMissing,
    /// A member of a dataset is in the store with other bytes.
    MemberDiffers,
    /// An artifact is a member twice.
    MemberTwice,
    /// A digest or a count is not that of the members.
    SumDiffers,
    /// The Parquet index is not there, and with it the features.
    IndexMissing,
    /// The Parquet index can't be read or lists other members; its features are left out.
    IndexDiffers,
    /// A feature that can't be kept is left out.
    FeatureLeftOut,
    /// What a pin protects is not in the store.
    PinnedMissing,
}

impl ImportFault {
    /// An error where something that may be fine was not taken in; a warning where what was found is broken itself.
    pub fn severity(self) -> Severity {
        match self {
            Self::Conflict | Self::Unreadable => Severity::Error,
            _ => Severity::Warning,
        }
    }
}

/// Something that an import found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportFinding {
    /// How grave it is: a warning tells of something broken in the folder, an error of something that could not be taken
    /// in though it may be fine.
    pub severity: Severity,
    /// What it is.
    pub code: ImportFault,
    /// The id of the artifact, run or dataset that it is about, as the folder has it; null where there is none.
    pub subject: Option<String>,
    /// The file that it is about, relative to the data folder; null where there is none.
    pub path: Option<String>,
    /// The same as a sentence.
    pub message: String,
}

/// Things of one kind that the store has no place or no need for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LeftOut {
    /// What they are.
    pub what: String,
    /// How many.
    pub count: Count,
    /// Why they are left out.
    pub reason: String,
    /// Each of them, at most 1000.
    pub items: Vec<String>,
}
