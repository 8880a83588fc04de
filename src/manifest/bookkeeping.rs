//! What the store needs for itself: settings, proven objects, answered requests, names still to be placed.

use rusqlite::OptionalExtension;

use super::Manifest;
use crate::model::artifact::Request;
use crate::model::{Hash, Result};

/// An object as it was when its bytes were last proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectRow {
    /// Length in bytes.
    pub size_bytes: u64,
    /// Modification time in nanoseconds since 1970; 0 when it was never looked at.
    pub mtime_ns: i64,
}

/// An artifact whose readable name and sidecar are to be placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// The artifact, by its place in the order of commits.
    pub seq: i64,
    /// The lease of the process that sees to it.
    pub lease: String,
}

impl Manifest {
    /// A setting that is text.
    pub fn meta_text(&self, key: &str) -> Result<Option<String>> {
        Ok(self.cached("SELECT value FROM meta WHERE key = ?1")?.query_row([key], |row| row.get(0)).optional()?)
    }

    /// A setting that is a number; 0 when it was never set.
    pub fn meta_number(&self, key: &str) -> Result<u64> {
        let value = self.cached("SELECT value FROM meta WHERE key = ?1")?.query_row([key], |row| row.get(0));
        Ok(value.optional()?.unwrap_or(0))
    }

    /// Sets a setting.
    pub fn set_meta(&self, key: &str, value: impl rusqlite::ToSql) -> Result<()> {
        self.cached(
            "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )?
        .execute((key, value))?;
        Ok(())
    }

    /// What is known of an object.
    pub fn object(&self, hash: &Hash) -> Result<Option<ObjectRow>> {
        Ok(self
            .cached("SELECT size_bytes, mtime_ns FROM objects WHERE hash = ?1")?
            .query_row([hash.0], |row| Ok(ObjectRow { size_bytes: row.get(0)?, mtime_ns: row.get(1)? }))
            .optional()?)
    }

    /// Notes how an object looked when its bytes were proven.
    pub fn set_object(&self, hash: &Hash, row: ObjectRow) -> Result<()> {
        self.cached(
            "INSERT INTO objects (hash, size_bytes, mtime_ns) VALUES (?1, ?2, ?3)
             ON CONFLICT (hash) DO UPDATE SET size_bytes = excluded.size_bytes, mtime_ns = excluded.mtime_ns",
        )?
        .execute((hash.0, row.size_bytes, row.mtime_ns))?;
        Ok(())
    }

    /// What a request id was answered with: the digest of its params, the artifact, and the mode if it was a duplicate.
    pub fn request(&self, request_id: &str) -> Result<Option<(Hash, String, Option<String>)>> {
        Ok(self
            .cached("SELECT digest, artifact_id, mode FROM requests WHERE request_id = ?1")?
            .query_row([request_id], |row| Ok((Hash(row.get(0)?), row.get(1)?, row.get(2)?)))
            .optional()?)
    }

    /// The request that first published an artifact, where it had an id.
    pub fn request_of(&self, artifact_id: &str) -> Result<Option<Request>> {
        Ok(self
            .cached("SELECT request_id, digest FROM requests WHERE artifact_id = ?1 AND mode IS NULL LIMIT 1")?
            .query_row([artifact_id], |row| Ok(Request { request_id: row.get(0)?, digest: Hash(row.get(1)?) }))
            .optional()?)
    }

    /// Notes what a request id was answered with.
    pub fn insert_request(&self, request: &Request, artifact_id: &str, mode: Option<&str>) -> Result<()> {
        self.cached("INSERT OR IGNORE INTO requests (request_id, digest, artifact_id, mode) VALUES (?1, ?2, ?3, ?4)")?
            .execute((&request.request_id, request.digest.0, artifact_id, mode))?;
        Ok(())
    }

    /// Notes that an artifact's name and sidecar are to be placed, and by whom.
    pub fn insert_placement(&self, placement: &Placement) -> Result<()> {
        self.cached("INSERT OR REPLACE INTO placements (seq, lease) VALUES (?1, ?2)")?
            .execute((placement.seq, &placement.lease))?;
        Ok(())
    }

    /// What is to be placed, oldest first.
    pub fn placements(&self) -> Result<Vec<Placement>> {
        let mut statement = self.cached("SELECT seq, lease FROM placements ORDER BY seq")?;
        let rows = statement.query_map([], |row| Ok(Placement { seq: row.get(0)?, lease: row.get(1)? }))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// Notes that an artifact's name and sidecar are safe on disk, unless another process sees to it by now: what that one
    /// has changed since is not.
    pub fn remove_placement(&self, placement: &Placement) -> Result<()> {
        self.cached("DELETE FROM placements WHERE seq = ?1 AND lease = ?2")?
            .execute((placement.seq, &placement.lease))?;
        Ok(())
    }
}
