//! The history as rows: every publish and every later change, in the order of commits.

use rusqlite::types::Type;
use rusqlite::{OptionalExtension, Row};

use super::Manifest;
use crate::model::Result;
use crate::model::artifact::Event;
use crate::model::number::Count;

/// Publishing stands in the sidecars; every other kind of event stands in the history file too.
pub const PUBLISHED: &str = "published";

/// Inputs that were named after the publishing.
pub const LINEAGE_ADDED: &str = "lineage_added";

/// What people changed about an artifact.
pub const UPDATED: &str = "updated";

/// An alias stands for an artifact from now on.
pub const ALIAS_SET: &str = "alias_set";

/// An alias stands for nothing any more.
pub const ALIAS_REMOVED: &str = "alias_removed";
/// What a scan saw otherwise than the one before.
pub const RESCANNED: &str = "rescanned";

impl Manifest {
    /// The id that the next event gets.
    pub fn next_event_id(&self) -> Result<u64> {
        Ok(self.cached("SELECT coalesce(max(event_id), 0) + 1 FROM events")?.query_row([], |row| row.get(0))?)
    }

    /// Adds an event.
    pub fn insert_event(&self, event: &Event) -> Result<()> {
        self.cached(
            "INSERT INTO events (event_id, at, kind, artifact_id, actor, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((
            event.event_id.0,
            &event.at,
            &event.kind,
            &event.artifact_id,
            &event.actor,
            serde_json::to_string(&event.data).expect("plain data"),
        ))?;
        Ok(())
    }

    /// Whether an event of this id is known.
    pub fn has_event(&self, event_id: u64) -> Result<bool> {
        Ok(self
            .cached("SELECT EXISTS (SELECT 1 FROM events WHERE event_id = ?1)")?
            .query_row([event_id], |row| row.get(0))?)
    }

    /// Events, newest first: of one artifact or all, at or after a moment.
    pub fn events(&self, artifact_id: Option<&str>, since: Option<&str>, limit: u64) -> Result<Vec<Event>> {
        // Each condition only where it is asked for, so that its index serves.
        let (mut conditions, mut cells) = (vec!["TRUE"], Vec::new());
        for (condition, cell) in [("artifact_id = ?", artifact_id), ("at >= ?", since)] {
            if let Some(cell) = cell {
                conditions.push(condition);
                cells.push(cell);
            }
        }
        let mut statement = self.cached(&format!(
            "SELECT event_id, at, kind, artifact_id, actor, data FROM events
             WHERE {} ORDER BY event_id DESC LIMIT {limit}",
            conditions.join(" AND ")
        ))?;
        let rows = statement.query_map(rusqlite::params_from_iter(cells), event)?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// An artifact's events of one kind, oldest first.
    pub fn events_of(&self, artifact_id: &str, kind: &str) -> Result<Vec<Event>> {
        let mut statement = self.cached(
            "SELECT event_id, at, kind, artifact_id, actor, data FROM events
             WHERE artifact_id = ?1 AND kind = ?2 ORDER BY event_id",
        )?;
        let rows = statement.query_map((artifact_id, kind), event)?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// Hands every change after publishing to `take`, oldest first.
    pub fn each_change(&self, mut take: impl FnMut(Event) -> Result<()>) -> Result<()> {
        let mut statement = self.cached(
            "SELECT event_id, at, kind, artifact_id, actor, data FROM events WHERE kind <> ?1 ORDER BY event_id",
        )?;
        let mut rows = statement.query([PUBLISHED])?;
        while let Some(row) = rows.next()? {
            take(event(row)?)?;
        }
        Ok(())
    }

    /// All events of one kind, oldest first.
    pub fn events_of_kind(&self, kind: &str) -> Result<Vec<Event>> {
        let mut statement = self.cached(
            "SELECT event_id, at, kind, artifact_id, actor, data FROM events WHERE kind = ?1 ORDER BY event_id",
        )?;
        let rows = statement.query_map([kind], event)?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// The event of an artifact's publishing.
    pub fn published_event(&self, artifact_id: &str) -> Result<Event> {
        Ok(self
            .cached(
                "SELECT event_id, at, kind, artifact_id, actor, data FROM events
                 WHERE artifact_id = ?1 AND kind = ?2 ORDER BY event_id LIMIT 1",
            )?
            .query_row((artifact_id, PUBLISHED), event)?)
    }

    /// The event of this id.
    pub fn event(&self, event_id: u64) -> Result<Option<Event>> {
        Ok(self
            .cached("SELECT event_id, at, kind, artifact_id, actor, data FROM events WHERE event_id = ?1")?
            .query_row([event_id], event)
            .optional()?)
    }

    /// Whether anything but publishing happened from this event on.
    pub fn changed_since(&self, event_id: u64) -> Result<bool> {
        Ok(self
            .cached("SELECT EXISTS (SELECT 1 FROM events WHERE event_id >= ?1 AND kind <> ?2)")?
            .query_row((event_id, PUBLISHED), |row| row.get(0))?)
    }

    /// The events that stand in the history file, oldest first.
    pub fn history_events(&self) -> Result<Vec<Event>> {
        let mut events = Vec::new();
        self.each_change(|event| {
            events.push(event);
            Ok(())
        })?;
        Ok(events)
    }
}

fn event(row: &Row) -> rusqlite::Result<Event> {
    let data: String = row.get(5)?;
    Ok(Event {
        event_id: Count(row.get(0)?),
        at: row.get(1)?,
        kind: row.get(2)?,
        artifact_id: row.get(3)?,
        actor: row.get(4)?,
        data: serde_json::from_str(&data)
            .map_err(|error| rusqlite::Error::FromSqlConversionFailure(5, Type::Text, Box::new(error)))?,
    })
}
