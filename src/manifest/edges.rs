//! Who was made from whom: an artifact's inputs, the roots above it, and what superseded it.

use std::collections::HashSet;

use rusqlite::OptionalExtension;

use super::Manifest;
use crate::model::Result;
use crate::model::artifact::Input;
use crate::model::ids::{ArtifactId, Relation};

/// Annotation relations are passed over; their list stands in the model.
pub(super) const FOLLOWED: &str = "relation NOT IN ('supersedes', 'sibling_of')";

impl Manifest {
    /// Adds inputs to an artifact after those it has, in the order given. An input that is not there is kept by its name.
    pub fn insert_edges(&self, output: i64, inputs: &[Input]) -> Result<()> {
        if inputs.is_empty() {
            return Ok(());
        }
        let first: i64 = self
            .cached("SELECT coalesce(max(ordinal) + 1, 0) FROM edges WHERE output = ?1")?
            .query_row([output], |row| row.get(0))?;
        let mut statement = self.cached(
            "INSERT INTO edges (output, ordinal, input, missing_input, relation)
             SELECT ?1, ?2, seq, iif(seq IS NULL, ?3, NULL), ?4
             FROM (SELECT 1) LEFT JOIN artifacts ON artifact_id = ?3",
        )?;
        for (ordinal, input) in (first..).zip(inputs) {
            statement.execute((output, ordinal, input.artifact_id.as_str(), input.relation.as_str()))?;
        }
        Ok(())
    }

    /// Adds those of these inputs that the artifact doesn't have yet with the same relation; answers them.
    pub fn add_inputs(&self, output: i64, inputs: &[Input]) -> Result<Vec<Input>> {
        let mut known: HashSet<Input> = self.inputs(output)?.into_iter().collect();
        let new: Vec<Input> = inputs.iter().filter(|input| known.insert((*input).clone())).cloned().collect();
        self.insert_edges(output, &new)?;
        Ok(new)
    }

    /// Connects the edges that named an artifact before it came.
    pub fn connect_missing_inputs(&self, artifact_id: &str, seq: i64) -> Result<()> {
        self.cached("UPDATE edges SET input = ?2, missing_input = NULL WHERE missing_input = ?1")?
            .execute((artifact_id, seq))?;
        Ok(())
    }

    /// The artifacts that were made from one that is not there, in the order of commits.
    pub fn made_from_missing(&self, artifact_id: &str) -> Result<Vec<i64>> {
        let sql = format!("SELECT DISTINCT output FROM edges WHERE missing_input = ?1 AND {FOLLOWED} ORDER BY output");
        let mut statement = self.cached(&sql)?;
        let rows = statement.query_map([artifact_id], |row| row.get(0))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
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

    /// Inputs that artifacts name and that are not there: the artifact, the input, the relation; in the order of commits.
    pub fn missing_inputs(&self) -> Result<Vec<(String, String, String)>> {
        let mut statement = self.cached(
            "SELECT artifact_id, missing_input, relation FROM edges JOIN artifacts ON seq = output
             WHERE missing_input IS NOT NULL ORDER BY output, ordinal",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// Every edge that walks follow, as input and output.
    pub fn followed_edges(&self) -> Result<Vec<(i64, i64)>> {
        let mut statement = self.cached(&format!(
            "SELECT DISTINCT input, output FROM edges WHERE input IS NOT NULL AND {FOLLOWED} ORDER BY output, input"
        ))?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// Every artifact that was superseded by one that is known, and that one.
    pub fn supersessions(&self) -> Result<Vec<(i64, i64)>> {
        let mut statement =
            self.cached("SELECT seq, superseded_by FROM artifacts WHERE superseded_by IS NOT NULL ORDER BY seq")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
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

pub(super) fn damaged(reason: String) -> crate::model::Error {
    crate::model::Error::integrity(format!("an edge's row is damaged: {reason}"))
}
