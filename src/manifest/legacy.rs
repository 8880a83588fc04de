//! Version 1, the manifest of a Python package: its tables are read here, and cleared for ours.

use super::Manifest;
use crate::model::Result;

/// Everything that a manifest of version 1 says.
#[derive(Debug, Clone, PartialEq)]
pub struct Version1 {
    /// Oldest first, those of one moment in the order in which they were written.
    pub artifacts: Vec<Version1Artifact>,
    /// Artifact, key and value; by value, since a key could have several.
    pub tags: Vec<(String, String, String)>,
    /// Output and input, in the order in which they were written.
    pub inputs: Vec<(String, String)>,
    /// Successor and predecessor, in the order in which they were written.
    pub supersessions: Vec<(String, String)>,
}

/// An artifact's row.
#[derive(Debug, Clone, PartialEq)]
pub struct Version1Artifact {
    pub artifact_id: String,
    pub artifact_type: String,
    pub schema_version: i64,
    pub logical_key: String,
    pub status: String,
    pub path_parquet: String,
    pub path_sidecar: String,
    pub file_hash: String,
    pub content_hash: String,
    pub row_count: Option<i64>,
    pub min_ts: Option<String>,
    pub max_ts: Option<String>,
    pub created_at: String,
}

impl Manifest {
    /// Reads a manifest of version 1, whatever storage class its values have.
    pub fn version1(&self) -> Result<Version1> {
        let mut statement = self.connection.prepare(&format!(
            "SELECT CAST(artifact_id AS TEXT), CAST(artifact_type AS TEXT), CAST(schema_version AS INTEGER),
                CAST(logical_key AS TEXT), CAST(status AS TEXT), CAST(path_parquet AS TEXT), CAST(path_sidecar AS TEXT),
                CAST(file_hash AS TEXT), CAST(content_hash AS TEXT), CAST(row_count AS INTEGER), CAST(min_ts AS TEXT),
                CAST(max_ts AS TEXT), CAST(created_at AS TEXT)
             FROM artifacts ORDER BY created_at, {}",
            self.order_written("artifacts")?
        ))?;
        let rows = statement.query_map([], |row| {
            let text = |column| row.get::<_, Option<String>>(column).map(Option::unwrap_or_default);
            Ok(Version1Artifact {
                artifact_id: text(0)?,
                artifact_type: text(1)?,
                schema_version: row.get::<_, Option<i64>>(2)?.unwrap_or_default(),
                logical_key: text(3)?,
                status: text(4)?,
                path_parquet: text(5)?,
                path_sidecar: text(6)?,
                file_hash: text(7)?,
                content_hash: text(8)?,
                row_count: row.get(9)?,
                min_ts: row.get(10)?,
                max_ts: row.get(11)?,
                created_at: text(12)?,
            })
        })?;
        let artifacts = rows.collect::<Result<Vec<_>, _>>()?;
        let mut statement = self.connection.prepare(
            "SELECT CAST(artifact_id AS TEXT), CAST(k AS TEXT), CAST(v AS TEXT) FROM artifact_tags ORDER BY 1, 2, 3",
        )?;
        let rows = statement.query_map([], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get::<_, Option<String>>(2)?.unwrap_or_default()))
        })?;
        let tags = rows.collect::<Result<Vec<_>, _>>()?;
        let inputs = self.pairs("artifact_lineage", "input_artifact_id")?;
        let supersessions = self.pairs("artifact_supersedes", "supersedes_artifact_id")?;
        Ok(Version1 { artifacts, tags, inputs, supersessions })
    }

    fn pairs(&self, table: &str, other: &str) -> Result<Vec<(String, String)>> {
        let order = self.order_written(table)?;
        let mut statement = self.connection.prepare(&format!(
            "SELECT CAST(artifact_id AS TEXT), CAST({other} AS TEXT) FROM {table} ORDER BY {order}"
        ))?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// The column that tells in which order a table's rows were written, where it has one.
    fn order_written(&self, table: &str) -> Result<&'static str> {
        let without: bool =
            self.connection.query_row("SELECT wr FROM pragma_table_list WHERE name = ?1", [table], |row| row.get(0))?;
        Ok(if without { "1, 2" } else { "rowid" })
    }

    /// Begins the transaction that replaces the tables of version 1 by ours. While it lasts nobody else can write.
    pub fn begin_replacing(&self) -> Result<()> {
        // What the old tables' foreign keys forbid must not keep them from going.
        self.connection.execute_batch("PRAGMA foreign_keys = OFF")?;
        self.begin()
    }

    /// Drops all that is in the file, inside the transaction; the backup has it all.
    pub fn clear(&self) -> Result<()> {
        let mut statement = self.connection.prepare(
            "SELECT type, name FROM sqlite_schema WHERE type IN ('trigger', 'view', 'table')
             AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
             ORDER BY CASE type WHEN 'trigger' THEN 0 WHEN 'view' THEN 1 ELSE 2 + (sql NOT LIKE 'CREATE VIRTUAL%') END",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
        let parts = rows.collect::<Result<Vec<_>, _>>()?;
        drop(statement);
        for (kind, name) in parts {
            self.connection.execute_batch(&format!("DROP {kind} IF EXISTS \"{}\"", name.replace('"', "\"\"")))?;
        }
        Ok(self.connection.execute_batch("PRAGMA user_version = 0")?)
    }
}
