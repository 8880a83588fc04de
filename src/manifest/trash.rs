//! What was deleted, as rows: into the trash, out of it again, and what a purge frees.

use rusqlite::{Row, ToSql, params_from_iter};
use serde_json::{Map, Value};

use super::Manifest;
use super::artifacts::{enumerated, named, parsed};
use super::forms::BYTES_IN_PLACE;
use super::pins::PINNED_UNTIL;
use crate::model::artifact::{Format, Storage};
use crate::model::ids::{ArtifactId, ArtifactType};
use crate::model::retention::Deletion;
use crate::model::{Hash, Result};

/// An artifact in the trash as the manifest has it.
#[derive(Debug, Clone)]
pub struct TrashRow {
    pub seq: i64,
    pub artifact_id: ArtifactId,
    pub artifact_type: ArtifactType,
    pub logical_key: String,
    pub version: u32,
    pub family: Option<String>,
    pub storage: Storage,
    pub format: Format,
    pub created_at: String,
    pub deleted_at: String,
    pub deletion: Deletion,
    pub file_count: u64,
    pub size_bytes: u64,
    pub file_hash: Hash,
    /// Bytes of its files in the trash; 0 where the store keeps them as objects.
    pub bytes_in_place: u64,
    /// Until when pins protect it; empty where none does.
    pub pinned_until: String,
}

/// Whether any artifact needs the object of hash `?1`; `{0}` narrows the artifacts down.
const NEEDED: &str = "EXISTS (SELECT 1 FROM artifact_files f CROSS JOIN artifacts a
            WHERE f.hash = ?1 AND a.seq = f.seq AND a.storage = 'managed' AND a.purged_at IS NULL)
     OR EXISTS (SELECT 1 FROM artifacts
            WHERE file_hash = ?1 AND format = 'tree' AND storage = 'managed' AND purged_at IS NULL)
     OR EXISTS (SELECT 1 FROM compact_files c CROSS JOIN artifacts a
            WHERE c.original_object = ?1 AND a.seq = c.seq AND a.purged_at IS NULL)
     OR EXISTS (SELECT 1 FROM replacements WHERE original_object = ?1)";

const TRASH: &str =
    "SELECT a.seq, a.artifact_id, a.artifact_type, a.logical_key, a.version, a.family, a.storage, a.format,
        a.created_at, a.deleted_at, a.deletion, a.file_count, a.size_bytes, a.file_hash";

impl Manifest {
    /// Marks an artifact as deleted. What the event of the deletion says is kept with it.
    pub fn set_deleted(&self, seq: i64, at: &str, told: &Map<String, Value>) -> Result<()> {
        self.cached(
            "UPDATE artifacts SET deleted_at = ?2, deletion = ?3, updated_at = ?2, revision = revision + 1 WHERE seq = ?1",
        )?
        .execute((seq, at, serde_json::to_string(told).expect("plain data")))?;
        Ok(())
    }

    /// What the event of its deletion said.
    pub fn deletion(&self, seq: i64) -> Result<Map<String, Value>> {
        let text: Option<String> =
            self.cached("SELECT deletion FROM artifacts WHERE seq = ?1")?.query_row([seq], |row| row.get(0))?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    /// Takes the mark away.
    pub fn set_restored(&self, seq: i64, at: &str) -> Result<()> {
        self.cached(
            "UPDATE artifacts SET deleted_at = NULL, deletion = NULL, updated_at = ?2, revision = revision + 1
             WHERE seq = ?1",
        )?
        .execute((seq, at))?;
        Ok(())
    }

    /// Notes that a deleted artifact's bytes are given up.
    pub fn set_purged(&self, seq: i64, at: &str) -> Result<()> {
        self.cached("UPDATE artifacts SET purged_at = ?2 WHERE seq = ?1")?.execute((seq, at))?;
        Ok(())
    }

    /// What lies in the trash, deleted last first: of these artifacts or all, deleted until a moment, so many at most.
    pub fn trash(&self, ids: Option<&[ArtifactId]>, until: Option<&str>, limit: u64) -> Result<Vec<TrashRow>> {
        let mut conditions = vec!["a.deleted_at IS NOT NULL AND a.purged_at IS NULL"];
        let mut cells: Vec<String> = Vec::new();
        if let Some(until) = until {
            conditions.push("a.deleted_at <= ?");
            cells.push(until.to_owned());
        }
        if let Some(ids) = ids {
            conditions.push("a.artifact_id IN (SELECT value FROM json_each(?))");
            cells.push(serde_json::to_string(ids).expect("plain data"));
        }
        let mut statement = self.cached(&format!(
            "{TRASH}, {BYTES_IN_PLACE}, {PINNED_UNTIL} FROM artifacts a WHERE {} ORDER BY a.deleted_at DESC, a.seq DESC LIMIT {limit}",
            conditions.join(" AND ")
        ))?;
        let rows = statement.query_map(params_from_iter(cells), trash_row)?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// Whether an artifact that was not purged needs this object.
    pub fn is_needed(&self, hash: &Hash) -> Result<bool> {
        Ok(self.cached(&format!("SELECT {NEEDED}"))?.query_row([hash.0], |row| row.get(0))?)
    }

    /// Whether an artifact that was not deleted holds this object, so that no purge can take it soon.
    pub fn is_held(&self, hash: &Hash) -> Result<bool> {
        Ok(self
            .cached(
                "SELECT EXISTS (SELECT 1 FROM artifact_files f CROSS JOIN artifacts a
                    WHERE f.hash = ?1 AND a.seq = f.seq AND a.storage = 'managed' AND a.deleted_at IS NULL)",
            )?
            .query_row([hash.0], |row| row.get(0))?)
    }

    /// The objects of an artifact, the listing of a tree included, and how many bytes each has where that is known.
    pub fn objects_of(&self, seq: i64) -> Result<Vec<(Hash, Option<u64>)>> {
        let mut statement = self.cached(
            "SELECT f.hash, f.size_bytes FROM artifact_files f JOIN artifacts USING (seq) WHERE seq = ?1 AND storage = 'managed'
             UNION SELECT a.file_hash, o.size_bytes FROM artifacts a LEFT JOIN objects o ON o.hash = a.file_hash
             WHERE a.seq = ?1 AND a.storage = 'managed' AND a.format = 'tree'
             UNION SELECT c.original_object, o.size_bytes FROM compact_files c LEFT JOIN objects o
                ON o.hash = c.original_object WHERE c.seq = ?1 AND c.original_object IS NOT NULL",
        )?;
        let rows = statement.query_map([seq], |row| Ok((Hash(row.get(0)?), row.get(1)?)))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// The artifacts that need an object, those in the trash included.
    pub fn needing(&self, hash: &Hash) -> Result<Vec<i64>> {
        let mut statement = self.cached(
            "SELECT a.seq FROM artifact_files f CROSS JOIN artifacts a
             WHERE f.hash = ?1 AND a.seq = f.seq AND a.storage = 'managed' AND a.purged_at IS NULL
             UNION SELECT seq FROM artifacts
             WHERE file_hash = ?1 AND format = 'tree' AND storage = 'managed' AND purged_at IS NULL
             UNION SELECT a.seq FROM compact_files c CROSS JOIN artifacts a
             WHERE c.original_object = ?1 AND a.seq = c.seq AND a.purged_at IS NULL",
        )?;
        let rows = statement.query_map([hash.0], |row| row.get(0))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// Notes that an object is to be removed, if nothing needs it.
    pub fn doom(&self, hash: &Hash) -> Result<()> {
        self.cached(&format!("INSERT OR IGNORE INTO doomed SELECT ?1 WHERE NOT ({NEEDED})"))?.execute([hash.0])?;
        Ok(())
    }

    /// Objects that are to be removed, by hash, from behind one on.
    pub fn doomed(&self, after: Option<&Hash>, limit: u64) -> Result<Vec<Hash>> {
        let mut statement = self.cached("SELECT hash FROM doomed WHERE hash > ?1 ORDER BY hash LIMIT ?2")?;
        let after: &dyn ToSql = match after {
            Some(hash) => &hash.0,
            None => &&[0_u8; 0][..],
        };
        let rows = statement.query_map(rusqlite::params![after, limit], |row| Ok(Hash(row.get(0)?)))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// Whether an object is to be removed.
    pub fn is_doomed(&self, hash: &Hash) -> Result<bool> {
        Ok(self
            .cached("SELECT EXISTS (SELECT 1 FROM doomed WHERE hash = ?1)")?
            .query_row([hash.0], |row| row.get(0))?)
    }

    /// Notes that an object was removed or is needed again.
    pub fn remove_doomed(&self, hash: &Hash, removed: bool) -> Result<()> {
        if removed {
            self.cached("DELETE FROM objects WHERE hash = ?1")?.execute([hash.0])?;
        }
        self.cached("DELETE FROM doomed WHERE hash = ?1")?.execute([hash.0])?;
        Ok(())
    }

    /// Artifacts made of this one that were not deleted: the first of them, in the order of commits, and how many there
    /// are.
    pub fn live_outputs(&self, seq: i64, limit: u64) -> Result<(Vec<ArtifactId>, u64)> {
        let live = format!(
            "FROM edges e JOIN artifacts a ON a.seq = e.output WHERE e.input = ?1 AND a.deleted_at IS NULL AND e.{}",
            super::edges::FOLLOWED
        );
        let mut statement =
            self.cached(&format!("SELECT DISTINCT a.artifact_id, a.seq {live} ORDER BY a.seq LIMIT {limit}"))?;
        let rows = statement.query_map([seq], |row| named::<ArtifactId>(row, 0))?;
        let ids = rows.collect::<Result<Vec<_>, _>>()?;
        let count = self.cached(&format!("SELECT count(DISTINCT a.seq) {live}"))?.query_row([seq], |row| row.get(0))?;
        Ok((ids, count))
    }
}

fn trash_row(row: &Row) -> rusqlite::Result<TrashRow> {
    Ok(TrashRow {
        seq: row.get(0)?,
        artifact_id: named::<ArtifactId>(row, 1)?,
        artifact_type: named::<ArtifactType>(row, 2)?,
        logical_key: row.get(3)?,
        version: row.get(4)?,
        family: row.get(5)?,
        storage: enumerated(row, 6)?,
        format: enumerated(row, 7)?,
        created_at: row.get(8)?,
        deleted_at: row.get(9)?,
        deletion: match row.get_ref(10)?.as_str_or_null()? {
            Some(text) => parsed(10, text)?,
            None => Deletion::default(),
        },
        file_count: row.get(11)?,
        size_bytes: row.get(12)?,
        file_hash: Hash(row.get(13)?),
        bytes_in_place: row.get(14)?,
        pinned_until: row.get(15)?,
    })
}
