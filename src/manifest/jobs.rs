//! Work on many artifacts that takes several transactions, as rows: what is to be done, and how far it is.

use rusqlite::Row;
use serde_json::{Map, Value};

use super::Manifest;
use super::artifacts::parsed;
use crate::model::Result;

/// What is done to each artifact of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobKind {
    /// They go to the trash.
    Delete,
    /// They come back.
    Restore,
    /// Their bytes are given up.
    Purge,
}

impl JobKind {
    fn word(self) -> &'static str {
        match self {
            Self::Delete => "delete",
            Self::Restore => "restore",
            Self::Purge => "purge",
        }
    }
}

/// A job.
#[derive(Debug, Clone)]
pub struct JobRow {
    pub job: i64,
    pub kind: JobKind,
    /// The moment that it counts from.
    pub at: String,
    pub actor: Option<String>,
    pub data: Map<String, Value>,
    /// Whether everything that it is about is listed.
    pub begun: bool,
}

/// An artifact of a job.
#[derive(Debug, Clone)]
pub struct JobItem {
    pub seq: i64,
    pub data: Map<String, Value>,
    /// Nothing until it is done; why it was left out, or an empty text.
    pub outcome: Option<String>,
}

impl Manifest {
    /// Adds a job that is not begun; answers its number.
    pub fn insert_job(&self, kind: JobKind, at: &str, actor: Option<&str>, data: &Map<String, Value>) -> Result<i64> {
        let data = serde_json::to_string(data).expect("plain data");
        self.cached("INSERT INTO jobs (kind, at, actor, data) VALUES (?1, ?2, ?3, ?4)")?.execute((
            kind.word(),
            at,
            actor,
            data,
        ))?;
        Ok(self.connection.last_insert_rowid())
    }

    /// Adds an artifact to a job that is not begun.
    pub fn insert_job_item(&self, job: i64, seq: i64, data: &Map<String, Value>) -> Result<()> {
        let data = serde_json::to_string(data).expect("plain data");
        self.cached("INSERT INTO job_artifacts (job, seq, data) VALUES (?1, ?2, ?3)")?.execute((job, seq, data))?;
        Ok(())
    }

    /// Removes all jobs, whatever they had come to.
    pub fn forget_jobs(&self) -> Result<()> {
        Ok(self.connection.execute_batch("DELETE FROM job_artifacts; DELETE FROM jobs;")?)
    }

    /// Notes that everything that a job is about is listed.
    pub fn begin_job(&self, job: i64) -> Result<()> {
        self.cached("UPDATE jobs SET begun = 1 WHERE job = ?1")?.execute([job])?;
        Ok(())
    }

    /// The jobs, oldest first.
    pub fn jobs(&self) -> Result<Vec<JobRow>> {
        let mut statement = self.cached("SELECT job, kind, at, actor, data, begun FROM jobs ORDER BY job")?;
        let rows = statement.query_map([], job)?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// Artifacts of a job in the order of commits, from behind one on: all, or those to which nothing was done yet.
    pub fn job_items(&self, job: i64, after: i64, undone: bool, limit: u64) -> Result<Vec<JobItem>> {
        let mut statement = self.cached(
            "SELECT seq, data, outcome FROM job_artifacts
             WHERE job = ?1 AND seq > ?2 AND (outcome IS NULL OR NOT ?3) ORDER BY seq LIMIT ?4",
        )?;
        let rows = statement.query_map((job, after, undone, limit), |row| {
            Ok(JobItem { seq: row.get(0)?, data: parsed(1, row.get_ref(1)?.as_str()?)?, outcome: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// Notes what became of an artifact of a job.
    pub fn set_job_outcome(&self, job: i64, seq: i64, outcome: &str) -> Result<()> {
        self.cached("UPDATE job_artifacts SET outcome = ?3 WHERE job = ?1 AND seq = ?2")?
            .execute((job, seq, outcome))?;
        Ok(())
    }

    /// Removes so many artifacts of a job, and with the last of them the job; whether it is gone.
    pub fn remove_job(&self, job: i64, limit: u64) -> Result<bool> {
        let removed = self
            .cached(
                "DELETE FROM job_artifacts WHERE job = ?1 AND seq IN (
                     SELECT seq FROM job_artifacts WHERE job = ?1 ORDER BY seq LIMIT ?2)",
            )?
            .execute((job, limit))?;
        if removed as u64 == limit {
            return Ok(false);
        }
        self.cached("DELETE FROM jobs WHERE job = ?1")?.execute([job])?;
        Ok(true)
    }
}

fn job(row: &Row) -> rusqlite::Result<JobRow> {
    Ok(JobRow {
        job: row.get(0)?,
        kind: match row.get_ref(1)?.as_str()? {
            "delete" => JobKind::Delete,
            "restore" => JobKind::Restore,
            // The table allows no other.
            _ => JobKind::Purge,
        },
        at: row.get(2)?,
        actor: row.get(3)?,
        data: parsed(4, row.get_ref(4)?.as_str()?)?,
        begun: row.get(5)?,
    })
}
