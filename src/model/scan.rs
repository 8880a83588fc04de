//! What a scan reports.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::number::Count;

/// Who keeps the files of the runs that a scan finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScanMode {
    /// They stay where their producer put them.
    #[default]
    InPlace,
    /// The store keeps a copy.
    Copy,
    /// The store keeps them; the originals are removed after the commit.
    Move,
}

/// How many runs a scan found, and what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScanTally {
    /// Files that belong to a family.
    pub files_scanned: Count,
    /// Their bytes.
    pub bytes_scanned: Count,
    /// Files that were read, because they were new or looked otherwise than before.
    pub files_read: Count,
    /// Runs that these files make up.
    pub found: Count,
    /// Runs that were not known before; of a dry run, those that would be registered.
    pub registered: Count,
    /// Known runs whose files, outcome, family or inputs are no longer what they were.
    pub refreshed: Count,
    /// Known runs in which nothing that shows has changed.
    pub unchanged: Count,
    /// Runs that were left as they are; a warning says of each why.
    pub skipped: Count,
    /// Known runs of which no file was found. They stay registered.
    pub missing: Count,
}

impl ScanTally {
    /// Adds what was counted elsewhere.
    pub fn add(&mut self, other: &Self) {
        self.files_scanned.0 += other.files_scanned.0;
        self.bytes_scanned.0 += other.bytes_scanned.0;
        self.files_read.0 += other.files_read.0;
        self.found.0 += other.found.0;
        self.registered.0 += other.registered.0;
        self.refreshed.0 += other.refreshed.0;
        self.unchanged.0 += other.unchanged.0;
        self.skipped.0 += other.skipped.0;
        self.missing.0 += other.missing.0;
    }
}

/// The same of one family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FamilyTally {
    /// The family.
    pub family: String,
    /// What was found of it.
    #[serde(flatten)]
    pub tally: ScanTally,
}

/// What somebody should know about a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScanFault {
    /// A folder that is to be scanned is not there.
    RootMissing,
    /// A file or folder can't be read; the run that it belongs to is left as it is.
    Unreadable,
    /// A link is not followed.
    Link,
    /// Something matches a pattern and is no file.
    NotRegular,
    /// A name is no UTF-8, is too long, can be no id, or tells of a moment that there is none of.
    OddName,
    /// Files match several families, and belong to the first by name.
    Overlap,
    /// A file changed while it was read; its run is left for the next scan.
    Changing,
    /// No file of a known run was found.
    RunMissing,
    /// A file of a known run is no longer there.
    FileMissing,
    /// A file stays with the run that has it, though its path now says another.
    KeptByRun,
    /// The files of a deleted run are there again, and are registered as a new one.
    Reappeared,
    /// The files of a deleted run have not been moved to the trash yet.
    WaitsForTrash,
    /// The run is known already, in another mode.
    OtherMode,
    /// Somebody else changed or deleted the run meanwhile.
    ChangedMeanwhile,
    /// A folder of a run lacks the file that says what it is; it is left out.
    Incomplete,
    /// A file that says something of a run is not understood; where nothing else says what the run is, it is left out.
    Malformed,
    /// A title, description or tag of a new run is longer than it may be, or holds control characters; it is cut or left
    /// out.
    Shortened,
    /// The id that a run's folder names is another artifact's, and it gets one with a number.
    IdTaken,
    /// An input that a run's files name is not recorded: it can be no id, or was itself made of the run.
    InputLeftOut,
}

/// Something that a scan found on its way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScanWarning {
    /// The absolute path that it is about; null where it is about none.
    pub path: Option<String>,
    /// What it is.
    pub code: ScanFault,
    /// The family, where it is about one.
    pub family: Option<String>,
    /// The artifact, where it is about one.
    pub artifact_id: Option<String>,
    /// The same as a sentence.
    pub message: String,
}
