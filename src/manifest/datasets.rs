//! Datasets as rows: their versions, and the members of each.

use rusqlite::{OptionalExtension, Row};
use smol_str::SmolStr;

use super::Manifest;
use super::artifacts::{enumerated, named, parsed};
use crate::model::artifact::Storage;
use crate::model::dataset::{Head, Member, Snapshot};
use crate::model::ids::{ArtifactId, ArtifactType, DatasetId};
use crate::model::number::Count;
use crate::model::version::Version;
use crate::model::{Hash, Result};

/// A version of a dataset as the manifest has it, its members apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Filed {
    /// Its place among all versions of all datasets: the event of its creation.
    pub place: u64,
    /// What it says of itself.
    pub head: Head,
    /// SHA-256 of its snapshot file.
    pub snapshot_hash: Hash,
    /// When it was deleted.
    pub deleted_at: Option<String>,
}

/// An artifact that may become a member.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Its place in the order of commits.
    pub seq: i64,
    /// Its type.
    pub artifact_type: ArtifactType,
    /// Its logical key.
    pub logical_key: SmolStr,
    /// SHA-256 of its bytes; of a tree, of its listing.
    pub file_hash: Hash,
    /// Its length in bytes.
    pub size_bytes: u64,
    /// Whether it is a folder of files.
    pub is_tree: bool,
    /// Who keeps its bytes.
    pub storage: Storage,
    /// The run that published it.
    pub run_id: Option<SmolStr>,
    /// Whether it was deleted.
    pub deleted: bool,
}

/// How much of the file is held in memory: what else is changed is written and read again before the commit. Many rows at
/// once get more.
const ROOM: &str = "PRAGMA cache_size = -2000";
const ROOM_FOR_ROWS: &str = "PRAGMA cache_size = -65536";

const FILED: &str = "SELECT dataset, head, snapshot_hash, deleted_at FROM datasets";

impl Manifest {
    /// A version of a dataset, deleted or not.
    pub fn dataset(&self, dataset_id: &DatasetId, version: &Version) -> Result<Option<Filed>> {
        Ok(self
            .cached(&format!("{FILED} WHERE dataset_id = ?1 AND version = ?2"))?
            .query_row((dataset_id.as_str(), version.as_str()), filed)
            .optional()?)
    }

    /// The version at this place among all versions of all datasets.
    pub fn dataset_at(&self, place: u64) -> Result<Option<Filed>> {
        Ok(self.cached(&format!("{FILED} WHERE dataset = ?1"))?.query_row([place], filed).optional()?)
    }

    /// The versions of a dataset or of all, with their places and whether they were deleted; highest first.
    pub fn dataset_versions(&self, dataset_id: Option<&DatasetId>) -> Result<Vec<(DatasetId, Version, u64, bool)>> {
        let mut statement = self.cached(
            "SELECT dataset_id, version, dataset, deleted_at IS NOT NULL FROM datasets
             WHERE ?1 IS NULL OR dataset_id = ?1",
        )?;
        let rows = statement.query_map([dataset_id.map(DatasetId::as_str)], |row| {
            Ok((named::<DatasetId>(row, 0)?, named::<Version>(row, 1)?, row.get(2)?, row.get(3)?))
        })?;
        let mut versions = rows.collect::<Result<Vec<(DatasetId, Version, u64, bool)>, _>>()?;
        versions.sort_by(|left, right| left.0.cmp(&right.0).then_with(|| right.1.cmp(&left.1)));
        Ok(versions)
    }

    /// Adds a version of a dataset and its members; its place is the event of its creation. What it says of its files
    /// [`Manifest::seal_dataset`] adds.
    pub fn insert_dataset(&self, snapshot: &Snapshot, place: u64) -> Result<()> {
        let head = &snapshot.head;
        self.cached(
            "INSERT INTO datasets (dataset, dataset_id, version, head, snapshot_hash) VALUES (?1, ?2, ?3, '', x'')",
        )?
        .execute((place, head.dataset_id.as_str(), head.version.as_str()))?;
        self.plain(ROOM_FOR_ROWS)?;
        let inserted = self.insert_members(&snapshot.members, place);
        let lowered = self.plain(ROOM);
        inserted.and(lowered)
    }

    /// Says what a version says of itself, with its files, and the hash of its snapshot.
    pub fn seal_dataset(&self, place: u64, head: &Head, snapshot_hash: &Hash) -> Result<()> {
        let head = serde_json::to_string(head).expect("plain data");
        self.cached("UPDATE datasets SET head = ?2, snapshot_hash = ?3 WHERE dataset = ?1")?.execute((
            place,
            head,
            snapshot_hash.0,
        ))?;
        Ok(())
    }

    fn insert_members(&self, members: &[Member], place: u64) -> Result<()> {
        let mut statement = self.cached(
            "INSERT INTO dataset_members (dataset, artifact_id, artifact_type, logical_key, role, split, file_hash,
                size_bytes, storage, features)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?;
        statement.raw_bind_parameter(1, place)?;
        let mut features = Vec::new();
        let mut before: Option<&Member> = None;
        for member in members {
            features.clear();
            if !member.features.is_empty() {
                serde_json::to_writer(&mut features, &member.features).expect("plain data");
            }
            let features = std::str::from_utf8(&features).expect("JSON is UTF-8");
            statement.raw_bind_parameter(2, member.artifact_id.as_str())?;
            statement.raw_bind_parameter(4, member.logical_key.as_str())?;
            statement.raw_bind_parameter(7, member.file_hash.0)?;
            statement.raw_bind_parameter(8, member.size_bytes.0)?;
            statement.raw_bind_parameter(10, (!features.is_empty()).then_some(features))?;
            // Most members share the rest with the one before, from which it is still bound.
            if before.is_none_or(|before| before.artifact_type != member.artifact_type) {
                statement.raw_bind_parameter(3, member.artifact_type.as_str())?;
            }
            if before.is_none_or(|before| before.role != member.role) {
                statement.raw_bind_parameter(5, member.role.as_str())?;
            }
            if before.is_none_or(|before| before.split != member.split) {
                statement.raw_bind_parameter(6, member.split.as_deref())?;
            }
            if before.is_none_or(|before| before.storage != member.storage) {
                statement.raw_bind_parameter(9, stored(member.storage))?;
            }
            statement.raw_execute()?;
            before = Some(member);
        }
        Ok(())
    }

    /// Marks a version as deleted, or takes the mark away.
    pub fn set_dataset_deleted(&self, place: u64, deleted_at: Option<&str>) -> Result<()> {
        self.cached("UPDATE datasets SET deleted_at = ?2 WHERE dataset = ?1")?.execute((place, deleted_at))?;
        Ok(())
    }

    /// Hands every member of a version to `take`, by artifact id.
    pub fn each_dataset_member(&self, place: u64, mut take: impl FnMut(Member) -> Result<()>) -> Result<()> {
        let mut statement = self.cached(
            "SELECT artifact_id, artifact_type, logical_key, role, split, file_hash, size_bytes, storage, features
             FROM dataset_members WHERE dataset = ?1 ORDER BY artifact_id",
        )?;
        let mut rows = statement.query([place])?;
        while let Some(row) = rows.next()? {
            take(member(row)?)?;
        }
        Ok(())
    }

    /// Members of a version whose artifacts are not in the manifest, by artifact id.
    pub fn missing_members(&self, place: u64) -> Result<Vec<String>> {
        let mut statement = self.cached(
            "SELECT artifact_id FROM dataset_members m
             WHERE dataset = ?1 AND NOT EXISTS (SELECT 1 FROM artifacts a WHERE a.artifact_id = m.artifact_id)
             ORDER BY artifact_id",
        )?;
        let rows = statement.query_map([place], |row| row.get(0))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// Hands to `take` what each of these artifacts would be as a member, in their order. Ids that ascend are found soonest:
    /// those of a large version are often neighbours, and to step to the next row takes less than to look for it.
    pub fn each_candidate<'i>(
        &self,
        ids: impl Iterator<Item = &'i ArtifactId>,
        mut take: impl FnMut(&ArtifactId, Option<Candidate>) -> Result<()>,
    ) -> Result<()> {
        let mut statement = self.cached(
            "SELECT artifact_id, seq, artifact_type, logical_key, file_hash, size_bytes, storage, run_id,
                deleted_at IS NOT NULL, format = 'tree'
             FROM artifacts WHERE artifact_id >= ?1 ORDER BY artifact_id",
        )?;
        let mut ids = ids.map(|id| (id.as_str(), id)).peekable();
        while let Some((first, _)) = ids.peek().copied() {
            let mut rows = statement.query([first])?;
            let mut passed = 0;
            while passed < ROWS_PASSED && ids.peek().is_some() {
                let row = rows.next()?;
                let here = row.map(|row| Ok::<_, rusqlite::Error>(row.get_ref(0)?.as_str()?)).transpose()?;
                passed += 1;
                // Between the first one and this row there is no other.
                let told = |(id, _): &(&str, _)| first <= *id && here.is_none_or(|here| *id <= here);
                while let Some((id, artifact_id)) = ids.next_if(told) {
                    let found = row.filter(|_| here == Some(id)).map(candidate).transpose()?;
                    take(artifact_id, found)?;
                    passed = 0;
                }
                if row.is_none() {
                    break;
                }
            }
        }
        Ok(())
    }
}

/// So many rows are passed over before the next artifact is looked for by its id.
const ROWS_PASSED: usize = 8;

fn candidate(row: &Row) -> rusqlite::Result<Candidate> {
    Ok(Candidate {
        seq: row.get(1)?,
        artifact_type: named::<ArtifactType>(row, 2)?,
        logical_key: text(row, 3)?,
        file_hash: Hash(row.get(4)?),
        size_bytes: row.get(5)?,
        storage: storage(row, 6)?,
        run_id: text_if(row, 7)?,
        deleted: row.get(8)?,
        is_tree: row.get(9)?,
    })
}

fn stored(storage: Storage) -> &'static str {
    match storage {
        Storage::Managed => "managed",
        Storage::InPlace => "in_place",
    }
}

fn storage(row: &Row, column: usize) -> rusqlite::Result<Storage> {
    match row.get_ref(column)?.as_str()? {
        "managed" => Ok(Storage::Managed),
        _ => enumerated(row, column),
    }
}

fn text(row: &Row, column: usize) -> rusqlite::Result<SmolStr> {
    Ok(row.get_ref(column)?.as_str()?.into())
}

fn text_if(row: &Row, column: usize) -> rusqlite::Result<Option<SmolStr>> {
    Ok(row.get_ref(column)?.as_str_or_null()?.map(SmolStr::new))
}

fn filed(row: &Row) -> rusqlite::Result<Filed> {
    Ok(Filed {
        place: row.get(0)?,
        head: parsed(1, row.get_ref(1)?.as_str()?)?,
        snapshot_hash: Hash(row.get(2)?),
        deleted_at: row.get(3)?,
    })
}

fn member(row: &Row) -> rusqlite::Result<Member> {
    Ok(Member {
        artifact_id: named::<ArtifactId>(row, 0)?,
        artifact_type: named::<ArtifactType>(row, 1)?,
        logical_key: text(row, 2)?,
        role: text(row, 3)?,
        split: text_if(row, 4)?,
        file_hash: Hash(row.get(5)?),
        size_bytes: Count(row.get(6)?),
        storage: storage(row, 7)?,
        features: match row.get_ref(8)?.as_str_or_null()? {
            Some(text) => parsed(8, text)?,
            None => Default::default(),
        },
    })
}
