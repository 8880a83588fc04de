//! Who was made from whom: inputs, outputs, and everything that can be reached along them.

use rusqlite::OptionalExtension;

use super::Manifest;
use crate::model::Result;
use crate::model::artifact::{Edge, Input};
use crate::model::ids::{ArtifactId, Relation};

/// Annotation relations are passed over; their list stands in the model.
pub(super) const FOLLOWED: &str = "relation NOT IN ('supersedes', 'sibling_of')";

impl Manifest {
    /// Adds an artifact's inputs, in the order given. An input that is not there is kept by its name.
    pub fn insert_edges(&self, output: i64, inputs: &[Input]) -> Result<()> {
        let mut statement = self.cached(
            "INSERT INTO edges (output, ordinal, input, missing_input, relation)
             SELECT ?1, ?2, seq, iif(seq IS NULL, ?3, NULL), ?4
             FROM (SELECT 1) LEFT JOIN artifacts ON artifact_id = ?3",
        )?;
        for (ordinal, input) in inputs.iter().enumerate() {
            statement.execute((output, ordinal, input.artifact_id.as_str(), input.relation.as_str()))?;
        }
        Ok(())
    }

    /// Connects the edges that named an artifact before it came.
    pub fn connect_missing_inputs(&self, artifact_id: &str, seq: i64) -> Result<()> {
        self.cached("UPDATE edges SET input = ?2, missing_input = NULL WHERE missing_input = ?1")?
            .execute((artifact_id, seq))?;
        Ok(())
    }

    /// An artifact's inputs as they were given, annotations and missing ones included.
    pub fn inputs(&self, output: i64) -> Result<Vec<Input>> {
        let mut statement = self.cached(
            "SELECT coalesce(artifact_id, missing_input), relation
             FROM edges LEFT JOIN artifacts ON seq = input WHERE output = ?1 ORDER BY ordinal",
        )?;
        let rows = statement.query_map([output], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
        rows.map(|row| {
            let (artifact_id, relation) = row?;
            Ok(Input {
                artifact_id: ArtifactId::try_from(artifact_id).map_err(damaged)?,
                relation: Relation::try_from(relation).map_err(damaged)?,
            })
        })
        .collect()
    }

    /// The edges that walks follow from these artifacts to what they were made from, in the order given.
    pub fn edges_to_inputs(&self, output: i64) -> Result<Vec<(i64, Edge)>> {
        self.edges(
            &format!(
                "SELECT i.seq, i.artifact_id, o.artifact_id, relation
                 FROM edges JOIN artifacts i ON i.seq = input JOIN artifacts o ON o.seq = output
                 WHERE output = ?1 AND {FOLLOWED} ORDER BY ordinal"
            ),
            output,
        )
    }

    /// The edges that walks follow from an artifact to what was made of it, newest output first.
    pub fn edges_to_outputs(&self, input: i64) -> Result<Vec<(i64, Edge)>> {
        self.edges(
            &format!(
                "SELECT o.seq, i.artifact_id, o.artifact_id, relation
                 FROM edges JOIN artifacts i ON i.seq = input JOIN artifacts o ON o.seq = output
                 WHERE input = ?1 AND {FOLLOWED} ORDER BY o.created_at DESC, o.seq DESC, ordinal"
            ),
            input,
        )
    }

    fn edges(&self, sql: &str, seq: i64) -> Result<Vec<(i64, Edge)>> {
        let mut statement = self.cached(sql)?;
        let mut rows = statement.query([seq])?;
        let mut edges = Vec::new();
        while let Some(row) = rows.next()? {
            let edge = Edge {
                input_artifact_id: ArtifactId::try_from(row.get::<_, String>(1)?).map_err(damaged)?,
                artifact_id: ArtifactId::try_from(row.get::<_, String>(2)?).map_err(damaged)?,
                relation: Relation::try_from(row.get::<_, String>(3)?).map_err(damaged)?,
            };
            edges.push((row.get(0)?, edge));
        }
        Ok(edges)
    }

    /// The ancestors that have no inputs themselves, newest first; an artifact without inputs is its own root.
    pub fn roots(&self, seq: i64) -> Result<Vec<i64>> {
        let mut statement = self.cached(&format!(
            "WITH RECURSIVE reached (seq) AS (
                 VALUES (?1)
                 UNION SELECT input FROM reached JOIN edges ON output = reached.seq WHERE input IS NOT NULL AND {FOLLOWED}
             )
             SELECT seq FROM reached JOIN artifacts USING (seq)
             WHERE NOT EXISTS (SELECT 1 FROM edges WHERE output = reached.seq AND {FOLLOWED})
             ORDER BY created_at DESC, seq DESC"
        ))?;
        let rows = statement.query_map([seq], |row| row.get(0))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// Whether walking from `seq` over its successors (what superseded it) arrives at `target`.
    pub fn superseded_leads_to(&self, seq: i64, target: i64) -> Result<bool> {
        let found: Option<i64> = self
            .cached(
                "WITH RECURSIVE chain (seq) AS (
                     VALUES (?1)
                     UNION SELECT superseded_by FROM chain JOIN artifacts USING (seq) WHERE superseded_by IS NOT NULL
                 )
                 SELECT 1 FROM chain WHERE seq = ?2",
            )?
            .query_row((seq, target), |row| row.get(0))
            .optional()?;
        Ok(found.is_some())
    }
}

fn damaged(reason: String) -> crate::model::Error {
    crate::model::Error::integrity(format!("an edge's row is damaged: {reason}"))
}
