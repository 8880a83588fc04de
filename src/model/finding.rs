//! What a verification looks at and what it finds.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::hash::Hash;
use super::number::Count;

/// What a verification looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Every object, and every readable name that is no link of its object, is read and has its hash.
    Hash,
    /// Every artifact's objects are there, with their sizes, and can't be written.
    Objects,
    /// Every readable name is there and is its object. Other files below artifacts/ are their owners' business.
    Names,
    /// Every file that is kept in place is there and is what the last scan saw; those of deleted artifacts lie in the trash.
    InPlace,
    /// Every artifact has its sidecar, whose seal holds.
    Sidecars,
    /// Every line of the history has a seal that holds and says what the manifest says.
    History,
    /// Every input is there, and no artifact is made from itself or superseded by itself, at once or over others.
    Lineage,
    /// Every version of a dataset has its snapshot and its Parquet index, as they were written, and its members are there.
    Datasets,
    /// SQLite finds no damage, and every row says what the sidecars and the history say.
    Manifest,
    /// The store's folders are there and hold nothing that isn't the store's.
    Staging,
}

impl Check {
    /// Every check, in the order in which findings are told.
    pub const ALL: [Self; 10] = [
        Self::Hash,
        Self::Objects,
        Self::Names,
        Self::InPlace,
        Self::Sidecars,
        Self::History,
        Self::Lineage,
        Self::Datasets,
        Self::Manifest,
        Self::Staging,
    ];
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Something that the store promises is not so.
    Error,
    /// Nothing is lost, but somebody should look at it.
    Warning,
    /// It was so, and is mended.
    Repaired,
}

/// What kind of thing was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The object's bytes have another hash.
    ObjectDamaged,
    /// An artifact's object is not there.
    ObjectMissing,
    /// The object has another length than the artifact says.
    ObjectSize,
    /// The object may be written.
    ObjectWritable,
    /// The readable name is not there.
    NameMissing,
    /// What lies at the readable name is something else.
    NameDiffers,
    /// The readable name of what was deleted is still there.
    NameLeft,
    /// A file that is kept in place is no longer there.
    FileMissing,
    /// A file that is kept in place has changed since it was scanned.
    FileChanged,
    /// A file of a deleted artifact still lies in its place.
    FileLeft,
    /// A file of a deleted artifact is neither in the trash nor in its place.
    TrashMissing,
    /// The sidecar is not there.
    SidecarMissing,
    /// The sidecar's seal fails.
    SidecarDamaged,
    /// What lies in the sidecar's place is another artifact's.
    SidecarDiffers,
    /// The history is shorter than the manifest knows.
    HistoryShort,
    /// The seal of a line of the history fails.
    LineDamaged,
    /// History and manifest tell of different events.
    HistoryDiffers,
    /// An input is not in the store.
    InputMissing,
    /// Artifacts are made from each other, or supersede each other, in a circle.
    Circle,
    /// The snapshot of a version of a dataset is not there.
    SnapshotMissing,
    /// The snapshot's seal fails, or it can't be read.
    SnapshotDamaged,
    /// The snapshot is another file than the one that was written.
    SnapshotDiffers,
    /// A digest or a count of a version is not that of its members.
    SumDiffers,
    /// The Parquet index is not there; everything in it stands in the snapshot too.
    IndexMissing,
    /// The Parquet index is another file than the one that was written.
    IndexDiffers,
    /// A member's artifact is not in the store.
    MemberMissing,
    /// A member's artifact was deleted.
    MemberDeleted,
    /// A member's artifact is no longer what it was when the version was created.
    MemberDiffers,
    /// SQLite finds the manifest damaged.
    ManifestDamaged,
    /// The manifest's tables are not those of its format.
    SchemaDiffers,
    /// A row says something else than sidecar and history.
    RowDiffers,
    /// The manifest has lost a row that sidecars or history tell of.
    RowMissing,
    /// The manifest has a row that neither sidecars nor history tell of.
    RowUnknown,
    /// An artifact's bytes were given up, though it was not deleted.
    PurgedAlive,
    /// A search finds an artifact by other words than it has.
    WordsDiffer,
    /// A folder of the store is not there.
    FolderMissing,
    /// Something lies among the store's own files that isn't the store's.
    Stranger,
    /// It could not be read.
    Unreadable,
}

impl Code {
    /// What helps.
    fn hint(self) -> Option<&'static str> {
        match self {
            Self::ObjectDamaged | Self::ObjectMissing | Self::ObjectSize => {
                Some("publish the same bytes again to bring the object back; a repair looks for another copy first")
            }
            Self::ObjectWritable
            | Self::NameMissing
            | Self::NameDiffers
            | Self::NameLeft
            | Self::SidecarMissing
            | Self::SidecarDamaged
            | Self::HistoryShort
            | Self::LineDamaged
            | Self::FolderMissing
            | Self::WordsDiffer
            | Self::FileLeft
            | Self::Stranger => Some("verify_store with repair sets it right"),
            Self::FileMissing | Self::FileChanged => Some("scan again, so that the artifact says what is there now"),
            Self::TrashMissing => Some("put the file back from a copy; purge_trash gives up what is left"),
            Self::HistoryDiffers
            | Self::ManifestDamaged
            | Self::SchemaDiffers
            | Self::RowDiffers
            | Self::RowMissing
            | Self::RowUnknown => Some("rebuild_manifest makes the manifest again from the sidecars and the history"),
            Self::PurgedAlive => Some("delete_artifact says of it what is so: its bytes may be gone"),
            Self::SnapshotMissing | Self::SnapshotDamaged | Self::SnapshotDiffers => {
                Some("put a copy of the file back; its members can be listed and made another version meanwhile")
            }
            Self::IndexMissing | Self::IndexDiffers => Some("read the snapshot instead: it says the same"),
            Self::SidecarDiffers
            | Self::InputMissing
            | Self::Circle
            | Self::SumDiffers
            | Self::MemberMissing
            | Self::MemberDeleted
            | Self::MemberDiffers
            | Self::Unreadable => None,
        }
    }
}

/// One thing that a verification found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The check that found it.
    pub check: Check,
    /// The artifact, where it is about one.
    pub artifact_id: Option<String>,
    /// The object, where it is about one.
    pub hash: Option<Hash>,
    /// The absolute path, where it is about a file or a folder.
    pub path: Option<String>,
    /// What kind of thing it is.
    pub code: Code,
    /// One sentence.
    pub message: String,
    /// How much it matters.
    pub severity: Severity,
    /// The way out, where there is one and it is not gone yet.
    pub hint: Option<String>,
    /// Where the damaged bytes lie now, if a repair moved them.
    pub quarantined_to: Option<String>,
}

impl Finding {
    /// A finding that is about nothing in particular yet.
    pub fn new(check: Check, severity: Severity, code: Code, message: impl Into<String>) -> Self {
        Self {
            check,
            artifact_id: None,
            hash: None,
            path: None,
            code,
            message: message.into(),
            severity,
            hint: code.hint().map(str::to_owned),
            quarantined_to: None,
        }
    }

    /// Something that the store promises is not so.
    pub fn error(check: Check, code: Code, message: impl Into<String>) -> Self {
        Self::new(check, Severity::Error, code, message)
    }

    /// Something that somebody should look at.
    pub fn warning(check: Check, code: Code, message: impl Into<String>) -> Self {
        Self::new(check, Severity::Warning, code, message)
    }

    /// Says which artifact it is about.
    #[must_use]
    pub fn artifact(mut self, artifact_id: impl ToString) -> Self {
        self.artifact_id = Some(artifact_id.to_string());
        self
    }

    /// Says which object it is about.
    #[must_use]
    pub fn hash(mut self, hash: Hash) -> Self {
        self.hash = Some(hash);
        self
    }

    /// Says which file it is about.
    #[must_use]
    pub fn path(mut self, path: &Path) -> Self {
        self.path = Some(path.to_string_lossy().into_owned());
        self
    }

    /// Whether both are about the same thing, however it stands with it.
    pub fn is_same(&self, other: &Self) -> bool {
        let about = |finding: &Self| {
            (finding.check, finding.code, finding.artifact_id.clone(), finding.hash, finding.path.clone())
        };
        about(self) == about(other) && self.message == other.message
    }
}

/// How much a verification looked at.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Artifacts in the manifest, deleted ones included.
    pub artifacts: Count,
    /// Objects on disk; 0 when neither hash nor objects was asked for.
    pub objects: Count,
    /// Objects that no artifact needs, such as a publish leaves that was killed before its commit. They do no harm.
    pub orphans: Count,
    /// Files that were read and hashed.
    pub hashed_files: Count,
    /// Bytes of these files.
    pub hashed_bytes: Count,
    /// Readable names that were looked at.
    pub names: Count,
    /// Files kept in place, or in the trash since their artifacts were deleted, that were looked at.
    pub in_place: Count,
    /// Sidecars that were read.
    pub sidecars: Count,
    /// Lines of the history that were read.
    pub history_lines: Count,
    /// Versions of datasets that were looked at.
    pub datasets: Count,
    /// Edges that were followed.
    pub edges: Count,
    /// Rows of the manifest that were held against sidecars and history.
    pub rows: Count,
    /// Files in quarantine.
    pub quarantined: Count,
}
