//! Aliases: names that stand for one of the versions of a type and key.

use rusqlite::types::Value as Cell;
use rusqlite::{Row, params_from_iter};

use super::Manifest;
use super::artifacts::{Found, named};
use crate::model::Result;
use crate::model::curation::{Alias, AliasOf};
use crate::model::ids::{AliasName, ArtifactId, ArtifactType};

/// Which aliases a list shows; what is absent doesn't matter.
#[derive(Debug, Clone, Default)]
pub struct AliasFilter {
    /// Of this artifact.
    pub artifact_id: Option<String>,
    /// Of this type.
    pub artifact_type: Option<String>,
    /// Of this key.
    pub logical_key: Option<String>,
    /// Of this name.
    pub alias: Option<String>,
}

impl Manifest {
    /// The artifact that an alias stands for.
    pub fn artifact_of_alias(&self, artifact_type: &str, logical_key: &str, alias: &str) -> Result<Option<Found>> {
        self.one(
            "a.seq = (SELECT seq FROM aliases WHERE artifact_type = ?1 AND logical_key = ?2 AND alias = ?3)",
            &[&artifact_type, &logical_key, &alias],
        )
    }

    /// Lets an alias stand for an artifact of its type and key, whatever it stood for before.
    pub fn set_alias(&self, alias: &AliasOf, seq: i64, at: &str) -> Result<()> {
        self.cached(
            "INSERT INTO aliases (artifact_type, logical_key, alias, seq, set_at) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO UPDATE SET seq = excluded.seq, set_at = excluded.set_at",
        )?
        .execute((alias.artifact_type.as_str(), &alias.logical_key, alias.alias.as_str(), seq, at))?;
        Ok(())
    }

    /// Lets an alias stand for nothing.
    pub fn remove_alias(&self, alias: &AliasOf) -> Result<()> {
        self.cached("DELETE FROM aliases WHERE artifact_type = ?1 AND logical_key = ?2 AND alias = ?3")?.execute((
            alias.artifact_type.as_str(),
            &alias.logical_key,
            alias.alias.as_str(),
        ))?;
        Ok(())
    }

    /// The aliases that a filter lets through, by type, key and name.
    pub fn aliases(&self, filter: &AliasFilter, limit: u64) -> Result<Vec<Alias>> {
        let (mut conditions, mut cells) = (vec!["TRUE"], Vec::new());
        for (condition, value) in [
            ("artifact_id = ?", &filter.artifact_id),
            ("l.artifact_type = ?", &filter.artifact_type),
            ("l.logical_key = ?", &filter.logical_key),
            ("alias = ?", &filter.alias),
        ] {
            if let Some(value) = value {
                conditions.push(condition);
                cells.push(Cell::Text(value.clone()));
            }
        }
        let mut statement = self.cached(&format!(
            "SELECT l.alias, l.artifact_type, l.logical_key, a.artifact_id, a.version, l.set_at
             FROM aliases l JOIN artifacts a USING (seq) WHERE {}
             ORDER BY l.artifact_type, l.logical_key, l.alias LIMIT {limit}",
            conditions.join(" AND ")
        ))?;
        let rows = statement.query_map(params_from_iter(cells), alias)?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }
}

fn alias(row: &Row) -> rusqlite::Result<Alias> {
    Ok(Alias {
        alias: named::<AliasName>(row, 0)?,
        artifact_type: named::<ArtifactType>(row, 1)?,
        logical_key: row.get(2)?,
        artifact_id: named::<ArtifactId>(row, 3)?,
        version: row.get(4)?,
        set_at: row.get(5)?,
    })
}
