//! Datasets: how a version is put together, counted, digested, compared and proven.

mod counting;
mod diff;
mod filter;
mod plan;
mod verify;
mod wanted;

use std::path::{Path, PathBuf};

pub use diff::{Change, Counts, Diff, diff};
pub use filter::{Condition, Filter};
pub use plan::{Filled, Found, Outline, Plan, outline, plan};
pub use verify::{Report, verify};
pub use wanted::{Addition, Update, Wanted};

use crate::manifest::{Filed, Manifest};
use crate::model::artifact::Status;
use crate::model::dataset::{Dataset, Head, Member};
use crate::model::ids::DatasetId;
use crate::model::number::Count;
use crate::model::version::Version;
use crate::model::{Error, Hash, Result};
use crate::store::{Layout, snapshot};

/// The version of this name, deleted or not; without one, or by the word `latest`, the highest that was not deleted.
pub fn find(manifest: &Manifest, dataset_id: &DatasetId, version: Option<&Version>) -> Result<Filed> {
    let version = version.filter(|version| !version.is_latest());
    if let Some(version) = version
        && let Some(filed) = manifest.dataset(dataset_id, version)?
    {
        return Ok(filed);
    }
    let versions = manifest.dataset_versions(Some(dataset_id))?;
    let Some(version) = version else {
        return match versions.iter().find(|(.., deleted)| !deleted) {
            Some((_, _, place, _)) => {
                manifest.dataset_at(*place)?.ok_or_else(|| Error::internal(format!("there is no dataset {place}")))
            }
            None if versions.is_empty() => Err(unknown(dataset_id)),
            None => Err(Error::not_found(format!(
                "no version of dataset {dataset_id} was found: all {} were deleted",
                versions.len()
            ))
            .field("version")
            .hint("name the version, or bring it back with restore_dataset")),
        };
    };
    if versions.is_empty() {
        return Err(unknown(dataset_id));
    }
    let mut known: Vec<&str> = versions.iter().take(10).map(|(_, version, ..)| version.as_str()).collect();
    if versions.len() > known.len() {
        known.push("…");
    }
    Err(Error::not_found(format!("version {version} of dataset {dataset_id} was not found"))
        .field("version")
        .hint(format!("its versions are {}", known.join(", "))))
}

fn unknown(dataset_id: &DatasetId) -> Error {
    Error::not_found(format!("dataset {dataset_id} was not found"))
        .field("datasetId")
        .hint("list_datasets names all of them")
}

/// Every member of a version.
pub fn members(manifest: &Manifest, filed: &Filed) -> Result<Vec<Member>> {
    let mut members = Vec::with_capacity(usize::try_from(filed.head.member_count).unwrap_or_default());
    manifest.each_dataset_member(filed.place, |member| {
        members.push(member);
        Ok(())
    })?;
    Ok(members)
}

/// A version that somebody looks at: the manifest's, or one that was read from a file anywhere.
pub enum Source {
    /// The manifest's.
    Filed(Box<Filed>),
    /// A snapshot's, and where that lies.
    File(Box<snapshot::Found>, PathBuf),
}

impl Source {
    /// Every member.
    pub fn members(self, manifest: &Manifest) -> Result<Vec<Member>> {
        match self {
            Source::Filed(filed) => members(manifest, &filed),
            Source::File(found, _) => Ok(found.snapshot.members),
        }
    }

    /// Hands every member to `take`, by artifact id.
    pub fn each_member(self, manifest: &Manifest, mut take: impl FnMut(Member) -> Result<()>) -> Result<()> {
        match self {
            Source::Filed(filed) => manifest.each_dataset_member(filed.place, take),
            Source::File(found, _) => found.snapshot.members.into_iter().try_for_each(&mut take),
        }
    }

    /// The version as it is answered.
    pub fn describe(&self, layout: &Layout) -> Dataset {
        match self {
            Source::Filed(filed) => describe(layout, (**filed).clone()),
            Source::File(found, path) => answer(layout, found.snapshot.head.clone(), None, found.hash, path),
        }
    }
}

/// A version of the manifest, as it is answered.
pub fn describe(layout: &Layout, filed: Filed) -> Dataset {
    let path = layout.snapshot(&filed.head);
    answer(layout, filed.head, filed.deleted_at, filed.snapshot_hash, &path)
}

fn answer(layout: &Layout, head: Head, deleted_at: Option<String>, snapshot_hash: Hash, path: &Path) -> Dataset {
    let path_index = index_of(layout, &head, path).map(|path| path.to_string_lossy().into_owned());
    Dataset {
        dataset_id: head.dataset_id,
        version: head.version,
        status: if deleted_at.is_some() { Status::Tombstoned } else { Status::Active },
        deleted_at,
        name: head.name,
        description: head.description,
        tags: head.tags,
        annotations: head.annotations,
        parent_version: head.parent_version,
        created_at: head.created_at,
        member_count: Count(head.member_count),
        total_bytes: Count(head.total_bytes),
        content_digest: head.content_digest,
        membership_digest: head.membership_digest,
        statistics: head.statistics,
        provenance: head.provenance,
        path: path.to_string_lossy().into_owned(),
        snapshot_hash,
        path_index,
    }
}

/// Where the list of members lies: beside the snapshot, wherever that is, or in the folder that was asked for.
fn index_of(layout: &Layout, head: &Head, snapshot: &Path) -> Option<PathBuf> {
    let path = layout.index(head)?;
    match head.index.as_ref()?.folder {
        Some(_) => Some(path),
        None => Some(snapshot.with_file_name(path.file_name()?)),
    }
}
