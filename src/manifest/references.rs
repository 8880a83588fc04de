//! Finding an artifact by a part of its id, or by type, key and version.

use rusqlite::OptionalExtension;

use super::Manifest;
use super::artifacts::{ACTIVE, Found};
use crate::model::Result;

impl Manifest {
    /// Artifacts whose id begins with a text, or ends with `-` or `_` and these 8 digits; newest first, so many at most.
    pub fn artifacts_of_partial_id(&self, start: &str, tail: Option<&str>, most: usize) -> Result<Vec<Found>> {
        // No character of an id comes behind `~`.
        self.many(
            &format!(
                "a.artifact_id BETWEEN ?1 AND ?1 || '~'
                 OR a.seq IN (SELECT seq FROM artifacts WHERE ?2 IS NOT NULL AND substr(artifact_id, -9) IN ('-' || ?2, '_' || ?2))
                 ORDER BY a.created_at DESC, a.seq DESC LIMIT {most}"
            ),
            &[&start, &tail],
        )
    }

    /// One version of a type and key, whatever became of it.
    pub fn artifact_of_version(&self, artifact_type: &str, logical_key: &str, version: u32) -> Result<Option<Found>> {
        self.one(
            "a.artifact_type = ?1 AND a.logical_key = ?2 AND a.version = ?3 ORDER BY a.seq DESC LIMIT 1",
            &[&artifact_type, &logical_key, &version],
        )
    }

    /// The highest active version of a type and key.
    pub fn latest_active(&self, artifact_type: &str, logical_key: &str) -> Result<Option<Found>> {
        self.one(
            &format!(
                "a.artifact_type = ?1 AND a.logical_key = ?2 AND {ACTIVE} ORDER BY a.version DESC, a.seq DESC LIMIT 1"
            ),
            &[&artifact_type, &logical_key],
        )
    }

    /// The highest version of a type and key, whatever became of it; `None` when there is none.
    pub fn highest_version(&self, artifact_type: &str, logical_key: &str) -> Result<Option<u32>> {
        Ok(self
            .cached("SELECT max(version) FROM artifacts WHERE artifact_type = ?1 AND logical_key = ?2")?
            .query_row((artifact_type, logical_key), |row| row.get(0))
            .optional()?
            .flatten())
    }
}
