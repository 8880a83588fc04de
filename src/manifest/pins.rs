//! Pins as rows, and what they and datasets protect.

use rusqlite::types::Value as Cell;
use rusqlite::{Row, params_from_iter};

use super::Manifest;
use super::artifacts::named_if;
use crate::model::Result;
use crate::model::ids::{ArtifactId, DatasetId, RunId};
use crate::model::number::Count;
use crate::model::retention::{Pin, PinTarget};

/// Until when pins protect artifact `a`: the latest of their ends, `~` for one without, `''` where there is none.
/// Where nothing is pinned, that is known without looking at the artifact.
pub(super) const PINNED_UNTIL: &str = "CASE WHEN EXISTS (SELECT 1 FROM pins) THEN max(
        coalesce((SELECT max(coalesce(expires_at, '~')) FROM pins WHERE artifact_id = a.artifact_id), ''),
        coalesce((SELECT max(coalesce(p.expires_at, '~')) FROM pins p CROSS JOIN run_members m
                  WHERE m.run_id = p.run_id AND m.seq = a.seq AND p.run_id IS NOT NULL), ''),
        coalesce((SELECT max(coalesce(p.expires_at, '~')) FROM pins p CROSS JOIN datasets d CROSS JOIN dataset_members m
                  WHERE p.dataset_id IS NOT NULL AND d.dataset_id = p.dataset_id AND d.deleted_at IS NULL
                  AND m.dataset = d.dataset AND m.artifact_id = a.artifact_id), '')) ELSE '' END";

/// Comes behind every moment: a pin without end.
pub const FOR_EVER: &str = "~";

impl Manifest {
    /// Adds a pin.
    pub fn insert_pin(&self, pin: &Pin) -> Result<()> {
        self.cached(
            "INSERT INTO pins (pin, artifact_id, run_id, dataset_id, reason, created_at, expires_at, actor)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute((
            pin.pin_id.0,
            pin.artifact_id.as_ref().map(ArtifactId::as_str),
            pin.run_id.as_ref().map(RunId::as_str),
            pin.dataset_id.as_ref().map(DatasetId::as_str),
            &pin.reason,
            &pin.created_at,
            &pin.expires_at,
            &pin.actor,
        ))?;
        Ok(())
    }

    /// Removes every pin of something; answers how many there were.
    pub fn remove_pins(&self, target: &PinTarget) -> Result<u64> {
        let (column, id) = column_of(target);
        Ok(self.cached(&format!("DELETE FROM pins WHERE {column} = ?1"))?.execute([id])? as u64)
    }

    /// The pins of something or of all, newest first; `now` tells which have expired.
    pub fn pins(&self, target: Option<&PinTarget>, now: &str) -> Result<Vec<Pin>> {
        let mut cells = vec![Cell::Text(now.to_owned())];
        let condition = match target.map(column_of) {
            Some((column, id)) => {
                cells.push(Cell::Text(id.to_owned()));
                format!("{column} = ?2")
            }
            None => "TRUE".to_owned(),
        };
        let mut statement = self.cached(&format!(
            "SELECT pin, artifact_id, run_id, dataset_id, reason, created_at, expires_at, actor,
                coalesce(expires_at <= ?1, FALSE)
             FROM pins WHERE {condition} ORDER BY pin DESC"
        ))?;
        let rows = statement.query_map(params_from_iter(cells), pin)?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// Why an artifact must not be collected at this moment: `pinned`, or `dataset_member` of a live version.
    pub fn protection(&self, seq: i64, now: &str) -> Result<Option<&'static str>> {
        let (pinned, member): (bool, bool) = self
            .cached(&format!(
                "SELECT {PINNED_UNTIL} > ?2, EXISTS (
                     SELECT 1 FROM datasets d CROSS JOIN dataset_members m
                     WHERE d.deleted_at IS NULL AND m.dataset = d.dataset AND m.artifact_id = a.artifact_id)
                 FROM artifacts a WHERE a.seq = ?1"
            ))?
            .query_row((seq, now), |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(if pinned { Some("pinned") } else { member.then_some("dataset_member") })
    }

    /// Every artifact that a pin protects at this moment, in the order of commits.
    pub fn pinned_artifacts(&self, now: &str) -> Result<Vec<i64>> {
        let mut statement = self.cached(
            "WITH live AS (SELECT * FROM pins WHERE expires_at IS NULL OR expires_at > ?1)
             SELECT a.seq FROM live p JOIN artifacts a ON a.artifact_id = p.artifact_id
             UNION SELECT m.seq FROM live p JOIN run_members m ON m.run_id = p.run_id
             UNION SELECT a.seq FROM live p JOIN datasets d ON d.dataset_id = p.dataset_id AND d.deleted_at IS NULL
                   JOIN dataset_members m ON m.dataset = d.dataset JOIN artifacts a ON a.artifact_id = m.artifact_id
             ORDER BY 1",
        )?;
        let rows = statement.query_map([now], |row| row.get(0))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// Every artifact that a live version of a dataset holds, in the order of commits.
    pub fn live_members(&self) -> Result<Vec<i64>> {
        let mut statement = self.cached(
            "SELECT DISTINCT a.seq FROM datasets d JOIN dataset_members m ON m.dataset = d.dataset
             JOIN artifacts a ON a.artifact_id = m.artifact_id WHERE d.deleted_at IS NULL ORDER BY 1",
        )?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }
}

fn column_of(target: &PinTarget) -> (&'static str, &str) {
    let column = match target {
        PinTarget::Artifact(_) => "artifact_id",
        PinTarget::Run(_) => "run_id",
        PinTarget::Dataset(_) => "dataset_id",
    };
    (column, target.words().1)
}

fn pin(row: &Row) -> rusqlite::Result<Pin> {
    Ok(Pin {
        pin_id: Count(row.get(0)?),
        artifact_id: named_if(row, 1)?,
        run_id: named_if(row, 2)?,
        dataset_id: named_if(row, 3)?,
        reason: row.get(4)?,
        created_at: row.get(5)?,
        expires_at: row.get(6)?,
        actor: row.get(7)?,
        expired: row.get(8)?,
    })
}
