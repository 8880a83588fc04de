//! Counts and sums over everything that is kept.

use super::Manifest;
use super::forms::BYTES_IN_PLACE;
use crate::model::Result;
use crate::model::number::Count;
use crate::model::space::{Compacted, Database, Duplicates, Group, TagGroup, TrashFigures};

/// The objects that artifacts need which were not purged: `seq`, `hash` and `size_bytes`.
const OBJECTS: &str = "(SELECT f.seq, f.hash, f.size_bytes FROM artifact_files f JOIN artifacts a USING (seq)
            WHERE a.storage = 'managed' AND a.purged_at IS NULL
        UNION ALL SELECT a.seq, o.hash, o.size_bytes FROM artifacts a JOIN objects o ON o.hash = a.file_hash
            WHERE a.storage = 'managed' AND a.format = 'tree' AND a.purged_at IS NULL
        UNION ALL SELECT c.seq, o.hash, o.size_bytes FROM compact_files c JOIN objects o ON o.hash = c.original_object
            JOIN artifacts a USING (seq) WHERE a.purged_at IS NULL)";

/// What live artifacts may have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trait {
    Type,
    Source,
    Family,
    Outcome,
}

impl Manifest {
    /// Live artifacts by what they have in common, the largest groups first.
    pub fn groups(&self, by: Trait) -> Result<Vec<Group>> {
        let column = match by {
            Trait::Type => "artifact_type",
            Trait::Source => "source",
            Trait::Family => "family",
            Trait::Outcome => "outcome",
        };
        self.grouped(&format!(
            "SELECT {column}, count(*), sum(size_bytes) FROM artifacts WHERE deleted_at IS NULL
             GROUP BY {column} ORDER BY 2 DESC, 1"
        ))
    }

    /// All artifacts by their status, the largest groups first.
    pub fn statuses(&self) -> Result<Vec<Group>> {
        self.grouped(
            "SELECT CASE WHEN deleted_at IS NOT NULL THEN 'tombstoned' WHEN superseded_at IS NOT NULL THEN 'superseded'
                 ELSE 'active' END, count(*), sum(size_bytes)
             FROM artifacts GROUP BY 1 ORDER BY 2 DESC, 1",
        )
    }

    fn grouped(&self, sql: &str) -> Result<Vec<Group>> {
        let mut statement = self.cached(sql)?;
        let rows = statement.query_map([], |row| {
            Ok(Group { name: row.get(0)?, artifacts: Count(row.get(1)?), logical_bytes: Count(row.get(2)?) })
        })?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// Live artifacts by their tags, the largest groups first, and how many groups there are.
    pub fn tag_groups(&self, limit: u64) -> Result<(Vec<TagGroup>, u64)> {
        const LIVE: &str = "FROM artifact_tags t JOIN artifacts a USING (seq) WHERE a.deleted_at IS NULL";
        let mut statement = self.cached(&format!(
            "SELECT key, value, count(*), sum(size_bytes) {LIVE} GROUP BY key, value ORDER BY 3 DESC, 1, 2 LIMIT ?1"
        ))?;
        let rows = statement.query_map([limit], |row| {
            let (artifacts, logical_bytes) = (Count(row.get(2)?), Count(row.get(3)?));
            Ok(TagGroup { key: row.get(0)?, value: row.get(1)?, artifacts, logical_bytes })
        })?;
        let groups = rows.collect::<Result<Vec<_>, _>>()?;
        let count = self
            .cached(&format!("SELECT count(*) FROM (SELECT DISTINCT key, value {LIVE})"))?
            .query_row([], |row| row.get(0))?;
        Ok((groups, count))
    }

    /// When the oldest and the newest live artifact were created.
    pub fn first_and_last(&self) -> Result<(Option<String>, Option<String>)> {
        Ok(self
            .cached("SELECT min(created_at), max(created_at) FROM artifacts WHERE deleted_at IS NULL")?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// How many live artifacts there are, and their bytes.
    pub fn live(&self) -> Result<(Count, Count)> {
        Ok(self
            .cached("SELECT count(*), coalesce(sum(size_bytes), 0) FROM artifacts WHERE deleted_at IS NULL")?
            .query_row([], |row| Ok((Count(row.get(0)?), Count(row.get(1)?))))?)
    }

    /// What is kept once although several artifacts hold it, those in the trash included.
    pub fn duplicates(&self) -> Result<Duplicates> {
        const KEPT: &str =
            "FROM artifact_files f JOIN artifacts a USING (seq) WHERE storage = 'managed' AND purged_at IS NULL";
        let (files, bytes): (u64, u64) = self
            .cached(&format!("SELECT count(*), coalesce(sum(f.size_bytes), 0) {KEPT}"))?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let (objects, once): (u64, u64) = self
            .cached(&format!(
                "SELECT count(*), coalesce(sum(size), 0) FROM (SELECT max(f.size_bytes) AS size {KEPT} GROUP BY f.hash)"
            ))?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Duplicates {
            files: Count(files),
            objects: Count(objects),
            avoided_files: Count(files - objects),
            avoided_bytes: Count(bytes - once),
        })
    }

    /// What live artifacts take: each object once, and what is kept in place as it lies there.
    pub fn live_bytes(&self) -> Result<u64> {
        Ok(self
            .cached(&format!(
                "SELECT (SELECT coalesce(sum(size), 0) FROM (SELECT max(f.size_bytes) AS size
                    FROM {OBJECTS} f JOIN artifacts a USING (seq) WHERE deleted_at IS NULL GROUP BY f.hash))
                 + (SELECT coalesce(sum({BYTES_IN_PLACE}), 0) FROM artifacts a WHERE deleted_at IS NULL)"
            ))?
            .query_row([], |row| row.get(0))?)
    }

    /// What lies in the trash.
    pub fn trash_figures(&self) -> Result<TrashFigures> {
        const TRASHED: &str = "deleted_at IS NOT NULL AND purged_at IS NULL";
        let (artifacts, logical) = self
            .cached(&format!("SELECT count(*), coalesce(sum(size_bytes), 0) FROM artifacts WHERE {TRASHED}"))?
            .query_row([], |row| Ok((Count(row.get(0)?), Count(row.get(1)?))))?;
        let purgeable = self
            .cached(&format!(
                "SELECT (SELECT coalesce(sum(size), 0) FROM (SELECT max(f.size_bytes) AS size
                    FROM {OBJECTS} f JOIN artifacts a USING (seq)
                    GROUP BY f.hash HAVING min(a.deleted_at IS NOT NULL)))
                 + (SELECT coalesce(sum({BYTES_IN_PLACE}), 0) FROM artifacts a WHERE {TRASHED})"
            ))?
            .query_row([], |row| Ok(Count(row.get(0)?)))?;
        Ok(TrashFigures { artifacts, logical_bytes: logical, purgeable_bytes: purgeable })
    }

    /// Files that are kept in a compact form.
    pub fn compacted(&self) -> Result<Compacted> {
        Ok(self
            .cached(
                "SELECT count(*), coalesce(sum(f.size_bytes), 0),
                    coalesce(sum(c.stored_size), 0) + (SELECT coalesce(sum(o.size_bytes), 0) FROM objects o
                        WHERE o.hash IN (SELECT original_object FROM compact_files))
                 FROM compact_files c JOIN artifacts a USING (seq)
                    JOIN artifact_files f ON f.seq = c.seq AND f.path = c.path WHERE purged_at IS NULL",
            )?
            .query_row([], |row| {
                let (files, logical_bytes, stored_bytes) = (Count(row.get(0)?), Count(row.get(1)?), Count(row.get(2)?));
                Ok(Compacted { files, logical_bytes, stored_bytes })
            })?)
    }

    /// Where the files of live artifacts lie that are kept in place: the scanned folder as it is remembered, and the path.
    pub fn files_in_place(&self) -> Result<Vec<(String, String)>> {
        let mut statement = self.cached(
            "SELECT p.root, f.path || CASE c.form WHEN 'zstd' THEN '.zst' ELSE '' END
             FROM places p JOIN artifacts a USING (seq) JOIN artifact_files f USING (seq)
                LEFT JOIN compact_files c ON c.seq = f.seq AND c.path = f.path
             WHERE a.storage = 'in_place' AND a.deleted_at IS NULL",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// Pages of the database; lengths of files are not known here.
    pub fn pages(&self) -> Result<Database> {
        let pragma = |name: &str| {
            self.cached(&format!("PRAGMA {name}"))?
                .query_row([], |row| Ok(Count(row.get(0)?)))
                .map_err(crate::model::Error::from)
        };
        Ok(Database {
            page_bytes: pragma("page_size")?,
            pages: pragma("page_count")?,
            free_pages: pragma("freelist_count")?,
            ..Database::default()
        })
    }
}
