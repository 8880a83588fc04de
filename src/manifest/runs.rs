//! Runs as rows, and the artifacts that are theirs.

use std::collections::BTreeSet;

use rusqlite::types::Value as Cell;
use rusqlite::{OptionalExtension, Row, params_from_iter};
use serde::de::DeserializeOwned;

use super::Manifest;
use super::artifacts::{enumerated, named, parsed, word};
use crate::model::Result;
use crate::model::ids::RunId;
use crate::model::run::{Finished, RunEnd, RunStatus, Started};

/// A run as the manifest has it.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRow {
    /// Its id.
    pub run_id: RunId,
    /// How far it is, or how it ended.
    pub status: RunStatus,
    /// When it was started, or first named.
    pub started_at: String,
    /// What it was started with; none when artifacts only name it.
    pub started: Option<Started>,
    /// How it ended.
    pub finished: Option<Finished>,
}

/// Which runs a list shows; what is absent doesn't matter.
#[derive(Debug, Clone, Default)]
pub struct RunFilter {
    /// With an id that begins with this, or ends with `id_tail`.
    pub id_start: Option<String>,
    /// 8 hex digits at the end of the id; counts only beside `id_start`.
    pub id_tail: Option<String>,
    /// Of this stage.
    pub stage: Option<String>,
    /// In this state.
    pub status: Option<RunStatus>,
    /// Of this type.
    pub run_type: Option<String>,
    /// Part of this run.
    pub parent_run_id: Option<String>,
    /// Started at this moment or later.
    pub since: Option<String>,
    /// Started at this moment or earlier.
    pub until: Option<String>,
    /// With all of these tags.
    pub tags: Vec<(String, String)>,
    /// At most this many.
    pub limit: u64,
}

const COLUMNS: &str = "run_id, status, started_at, started, finished";

impl Manifest {
    /// The run of this id.
    pub fn run(&self, run_id: &str) -> Result<Option<RunRow>> {
        Ok(self
            .cached(&format!("SELECT {COLUMNS} FROM runs WHERE run_id = ?1"))?
            .query_row([run_id], run)
            .optional()?)
    }

    /// The runs that a filter lets through, newest first, those of one moment by id.
    pub fn runs(&self, filter: &RunFilter) -> Result<Vec<RunRow>> {
        let (mut conditions, mut cells) = (vec!["TRUE"], Vec::new());
        let status = filter.status.as_ref().map(word);
        for (condition, value) in [
            ("stage = ?", &filter.stage),
            ("status = ?", &status),
            ("run_type = ?", &filter.run_type),
            ("parent_run_id = ?", &filter.parent_run_id),
            ("started_at >= ?", &filter.since),
            ("started_at <= ?", &filter.until),
        ] {
            if let Some(value) = value {
                conditions.push(condition);
                cells.push(Cell::Text(value.clone()));
            }
        }
        if let Some(start) = &filter.id_start {
            // No character of an id comes behind `~`.
            conditions.push("(run_id BETWEEN ? AND ? || '~' OR substr(run_id, -9) = '-' || ?)");
            let tail = filter.id_tail.clone().map_or(Cell::Null, Cell::Text);
            cells.extend([Cell::Text(start.clone()), Cell::Text(start.clone()), tail]);
        }
        for (key, value) in &filter.tags {
            conditions.push("run_id IN (SELECT run_id FROM run_tags WHERE key = ? AND value = ?)");
            cells.extend([Cell::Text(key.clone()), Cell::Text(value.clone())]);
        }
        let mut itself_first = "";
        if let Some(whole) = &filter.id_start {
            itself_first = "run_id = ? DESC,";
            cells.push(Cell::Text(whole.clone()));
        }
        let mut statement = self.cached(&format!(
            "SELECT {COLUMNS} FROM runs WHERE {} ORDER BY {itself_first} started_at DESC, run_id LIMIT {}",
            conditions.join(" AND "),
            filter.limit
        ))?;
        let rows = statement.query_map(params_from_iter(cells), run)?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// Makes an artifact a member of a run, which need not have been started; `false` when it was one.
    pub fn insert_run_member(&self, run_id: &str, seq: i64, at: &str) -> Result<bool> {
        let changed =
            self.cached("INSERT OR IGNORE INTO run_members (run_id, seq) VALUES (?1, ?2)")?.execute((run_id, seq))?;
        self.cached(
            "INSERT INTO runs (run_id, status, started_at) VALUES (?1, ?2, ?3)
             ON CONFLICT (run_id) DO UPDATE SET started_at = excluded.started_at
             WHERE started IS NULL AND started_at > excluded.started_at",
        )?
        .execute((run_id, word(&RunStatus::Unknown), at))?;
        Ok(changed > 0)
    }

    /// The artifacts of a run, oldest first.
    pub fn run_members(&self, run_id: &str, limit: u64) -> Result<Vec<i64>> {
        let mut statement = self.cached("SELECT seq FROM run_members WHERE run_id = ?1 ORDER BY seq LIMIT ?2")?;
        let rows = statement.query_map((run_id, limit), |row| row.get(0))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// The runs of these artifacts, those included that only published duplicates of them.
    pub fn runs_of(&self, seqs: &BTreeSet<i64>) -> Result<BTreeSet<String>> {
        let mut statement = self.cached("SELECT run_id, seq FROM run_members ORDER BY run_id, seq")?;
        let mut rows = statement.query([])?;
        let mut runs = BTreeSet::new();
        while let Some(row) = rows.next()? {
            if seqs.contains(&row.get(1)?) {
                runs.insert(row.get(0)?);
            }
        }
        Ok(runs)
    }

    /// How many artifacts a run has.
    pub fn run_member_count(&self, run_id: &str) -> Result<u64> {
        Ok(self.cached("SELECT count(*) FROM run_members WHERE run_id = ?1")?.query_row([run_id], |row| row.get(0))?)
    }

    /// Whether an artifact is a run's.
    pub fn is_run_member(&self, run_id: &str, seq: i64) -> Result<bool> {
        Ok(self
            .cached("SELECT EXISTS (SELECT 1 FROM run_members WHERE run_id = ?1 AND seq = ?2)")?
            .query_row((run_id, seq), |row| row.get(0))?)
    }

    /// What the artifacts of a run were made from, what the run made itself excepted, in the order of commits.
    pub fn run_sources(&self, run_id: &str, limit: u64) -> Result<Vec<i64>> {
        let mut statement = self.cached(&format!(
            "SELECT DISTINCT input FROM run_members JOIN edges ON output = seq
             WHERE run_id = ?1 AND input IS NOT NULL AND {}
             AND input NOT IN (SELECT seq FROM run_members WHERE run_id = ?1) ORDER BY input LIMIT ?2",
            super::edges::FOLLOWED
        ))?;
        let rows = statement.query_map((run_id, limit), |row| row.get(0))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// Notes that a run was started; it may have been named before.
    pub fn set_run_started(&self, run_id: &str, started: &Started) -> Result<()> {
        self.cached(
            "INSERT INTO runs (run_id, stage, run_type, status, started_at, parent_run_id, started)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (run_id) DO UPDATE SET stage = excluded.stage, run_type = excluded.run_type,
                 status = excluded.status, started_at = excluded.started_at, parent_run_id = excluded.parent_run_id,
                 started = excluded.started",
        )?
        .execute((
            run_id,
            &started.stage,
            started.run_type.as_ref().map(|run_type| run_type.as_str()),
            word(&RunStatus::Running),
            &started.started_at,
            started.parent_run_id.as_ref().map(RunId::as_str),
            serde_json::to_string(started).expect("plain data"),
        ))?;
        let mut statement = self.cached("INSERT INTO run_tags (run_id, key, value) VALUES (?1, ?2, ?3)")?;
        for (key, value) in &started.tags {
            statement.execute((run_id, key, value))?;
        }
        Ok(())
    }

    /// Notes how a run ended.
    pub fn set_run_finished(&self, run_id: &str, end: RunEnd, finished: &Finished) -> Result<()> {
        self.cached("UPDATE runs SET status = ?2, finished = ?3 WHERE run_id = ?1")?.execute((
            run_id,
            word(&RunStatus::from(end)),
            serde_json::to_string(finished).expect("plain data"),
        ))?;
        Ok(())
    }
}

fn run(row: &Row) -> rusqlite::Result<RunRow> {
    Ok(RunRow {
        run_id: named::<RunId>(row, 0)?,
        status: enumerated(row, 1)?,
        started_at: row.get(2)?,
        started: optional(row, 3)?,
        finished: optional(row, 4)?,
    })
}

fn optional<T: DeserializeOwned>(row: &Row, column: usize) -> rusqlite::Result<Option<T>> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| parsed(column, &text)).transpose()
}
