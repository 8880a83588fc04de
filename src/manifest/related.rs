//! What an artifact has to do with others: by edges and supersessions, and by inputs, models and templates that both have. Every look
//! goes by an index and is bounded, so that one among a hundred thousand is answered in milliseconds.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use rusqlite::{Row, ToSql, params};

use super::Manifest;
use super::artifacts::named;
use super::edges::FOLLOWED;
use crate::model::Result;
use crate::model::artifact::Status;
use crate::model::ids::{ArtifactId, ArtifactType};

/// Siblings are looked for by so many inputs at most.
const INPUTS_MOST: u64 = 100;

/// The params that name what something was made with, and what they tie.
const NAMING: [(&str, Tie); 2] = [("modelId", Tie::SharedModel), ("templateId", Tie::SharedTemplate)];

/// What ties an artifact to the one that was asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tie {
    /// An edge or a supersession, by its word.
    Relation(String),
    /// Both were made with the same model.
    SharedModel,
    /// Both were made from the same input.
    SharedInput,
    /// Both were made from the same template.
    SharedTemplate,
}

/// Through what the tie goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Via {
    /// Nothing lies between.
    Nothing,
    /// An artifact.
    Artifact(ArtifactId),
    /// A param that both have with this value.
    Param(String, String),
}

/// An artifact that has to do with the one that was asked about.
#[derive(Debug, Clone)]
pub struct Relative {
    pub artifact_id: ArtifactId,
    pub artifact_type: ArtifactType,
    pub logical_key: String,
    pub version: u32,
    pub title: Option<String>,
    pub status: Status,
    pub archived: bool,
    pub created_at: String,
    pub tie: Tie,
    /// How many steps away it is.
    pub depth: u64,
    pub via: Via,
}

/// What an artifact has to do with others.
#[derive(Debug, Default)]
pub struct Relatives {
    /// What it was made from, nearest first.
    pub derived_from: Vec<Relative>,
    /// What was made of it, nearest first, newest first among those.
    pub derivatives: Vec<Relative>,
    /// What it replaced or was replaced by, what is noted as its sibling; then what shares a model, an input, and at last a
    /// template, newest first.
    pub related: Vec<Relative>,
    /// Whether a list was cut.
    pub truncated: bool,
}

/// A relative by its place in the order of commits.
struct Tied {
    seq: i64,
    tie: Tie,
    depth: u64,
    via: Between,
}

enum Between {
    Nothing,
    Artifact(i64),
    Param(String, String),
}

/// One step from an artifact (`?1`), so many (`?2`) at most: to which, and by what word.
struct Step(String);

impl Step {
    fn inputs() -> Self {
        Self(format!(
            "SELECT input, relation FROM edges WHERE output = ?1 AND input IS NOT NULL AND {FOLLOWED}
             ORDER BY ordinal LIMIT ?2"
        ))
    }

    fn outputs() -> Self {
        Self(format!(
            "SELECT output, relation FROM edges WHERE input = ?1 AND {FOLLOWED} ORDER BY output DESC LIMIT ?2"
        ))
    }

    fn replaced() -> Self {
        Self(
            "SELECT seq, 'supersedes' FROM artifacts WHERE superseded_by = ?1
             UNION SELECT input, relation FROM edges WHERE output = ?1 AND input IS NOT NULL AND relation = 'supersedes'
             ORDER BY 1 DESC LIMIT ?2"
                .to_owned(),
        )
    }

    fn replacing() -> Self {
        Self(
            "SELECT superseded_by, 'superseded_by' FROM artifacts WHERE seq = ?1 AND superseded_by IS NOT NULL
             UNION SELECT output, 'superseded_by' FROM edges WHERE input = ?1 AND relation = 'supersedes'
             ORDER BY 1 DESC LIMIT ?2"
                .to_owned(),
        )
    }

    fn siblings() -> Self {
        Self(
            "SELECT input, relation FROM edges WHERE output = ?1 AND input IS NOT NULL AND relation = 'sibling_of'
             UNION SELECT output, relation FROM edges WHERE input = ?1 AND relation = 'sibling_of'
             ORDER BY 1 DESC LIMIT ?2"
                .to_owned(),
        )
    }
}

/// What has this param (`?1`), so many (`?2`) at most.
fn same_param(name: &str) -> String {
    let path = format!("details ->> '$.params.provenance.{name}'");
    format!(
        "SELECT seq FROM artifacts WHERE {path} = ?1 AND {path} IS NOT NULL AND deleted_at IS NULL
         ORDER BY seq DESC LIMIT ?2"
    )
}

impl Manifest {
    /// What the artifact at this place has to do with others: edges so far, and so many of each list.
    pub fn relatives(&self, seq: i64, depth: u64, most: usize) -> Result<Relatives> {
        let mut truncated = false;
        let mut seen = HashSet::from([seq]);
        let derived_from = self.spread(seq, &Step::inputs(), (depth, most), &mut seen, &mut truncated)?;
        let derivatives = self.spread(seq, &Step::outputs(), (depth, most), &mut seen, &mut truncated)?;
        let mut related = Vec::new();
        for step in [Step::replacing(), Step::replaced(), Step::siblings()] {
            let room = most - related.len();
            related.extend(self.spread(seq, &step, (depth, room), &mut seen, &mut truncated)?);
        }
        self.add_siblings(seq, most, &mut related, &mut seen, &mut truncated)?;
        let mut ids = HashMap::from([(seq, self.id_at(seq)?)]);
        let mut tell =
            |tied: Vec<Tied>| tied.into_iter().map(|tied| self.relative(tied, &mut ids)).collect::<Result<Vec<_>>>();
        let (derived_from, derivatives, related) = (tell(derived_from)?, tell(derivatives)?, tell(related)?);
        Ok(Relatives { derived_from, derivatives, related, truncated })
    }

    /// Everything that is some steps away, nearest first, each once.
    fn spread(
        &self,
        start: i64,
        step: &Step,
        (depth, most): (u64, usize),
        seen: &mut HashSet<i64>,
        truncated: &mut bool,
    ) -> Result<Vec<Tied>> {
        let mut statement = self.cached(&step.0)?;
        let mut found: Vec<Tied> = Vec::new();
        let mut level = vec![start];
        for depth in 1..=depth {
            let mut next = Vec::new();
            for from in level {
                // What was met already takes room among the rows that are read, but not among those that are answered.
                let mut rows = statement.query((from, most as u64 + seen.len() as u64 + 1))?;
                while let Some(row) = rows.next()? {
                    let seq: i64 = row.get(0)?;
                    if seen.contains(&seq) {
                        continue;
                    }
                    if found.len() == most {
                        *truncated = true;
                        return Ok(found);
                    }
                    seen.insert(seq);
                    next.push(seq);
                    let via = if from == start { Between::Nothing } else { Between::Artifact(from) };
                    found.push(Tied { seq, tie: Tie::Relation(row.get(1)?), depth, via });
                }
            }
            if next.is_empty() {
                break;
            }
            level = next;
        }
        Ok(found)
    }

    /// What shares a model, an input or a template with the artifact; deleted ones are left out.
    fn add_siblings(
        &self,
        seq: i64,
        most: usize,
        related: &mut Vec<Tied>,
        seen: &mut HashSet<i64>,
        truncated: &mut bool,
    ) -> Result<()> {
        let (mut models, mut inputs) = (Vec::new(), Vec::new());
        let mut statement = self.cached(&format!(
            "SELECT input, relation = 'generated_by' OR lower(artifact_type) = 'model' FROM edges JOIN artifacts ON seq = input
             WHERE output = ?1 AND input IS NOT NULL AND {FOLLOWED} ORDER BY ordinal LIMIT ?2"
        ))?;
        let mut rows = statement.query((seq, INPUTS_MOST + 1))?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            count += 1;
            if count > INPUTS_MOST {
                *truncated = true;
                break;
            }
            if row.get(1)? { models.push(row.get(0)?) } else { inputs.push(row.get(0)?) }
        }
        drop(rows);
        let by_input = format!(
            "SELECT output FROM edges CROSS JOIN artifacts ON seq = output
             WHERE input = ?1 AND {FOLLOWED} AND deleted_at IS NULL ORDER BY output DESC LIMIT ?2"
        );
        let limit = most as u64 + seen.len() as u64 + 1;
        let seqs = |sql: &str, value: &dyn ToSql| -> Result<Vec<i64>> {
            let mut statement = self.cached(sql)?;
            let rows = statement.query_map(params![value, limit], |row| row.get(0))?;
            Ok(rows.collect::<Result<Vec<_>, _>>()?)
        };
        let mut found: Vec<(i64, Tie, Between)> = Vec::new();
        for (tie, inputs) in [(Tie::SharedModel, models), (Tie::SharedInput, inputs)] {
            for input in inputs {
                let others = seqs(&by_input, &input)?.into_iter();
                found.extend(others.map(|seq| (seq, tie.clone(), Between::Artifact(input))));
            }
        }
        for (name, tie) in NAMING {
            let path = format!("details ->> '$.params.provenance.{name}'");
            let own: Option<String> = self
                .cached(&format!("SELECT iif(typeof({path}) = 'text', {path}, NULL) FROM artifacts WHERE seq = ?1"))?
                .query_row([seq], |row| row.get(0))?;
            // An empty name names nothing.
            if let Some(own) = own.filter(|own| !own.trim().is_empty()) {
                let others = seqs(&same_param(name), &own)?.into_iter();
                let via = || Between::Param(format!("provenance.{name}"), own.clone());
                found.extend(others.map(|seq| (seq, tie.clone(), via())));
            }
        }
        // A model says more than any other input, and a template, which everything may have been made with, less; of what
        // shares it, the newest first.
        let rank = |tie: &Tie| match tie {
            Tie::SharedModel => 0,
            Tie::SharedTemplate => 2,
            Tie::SharedInput | Tie::Relation(_) => 1,
        };
        found.sort_by_key(|(seq, tie, _)| (rank(tie), Reverse(*seq)));
        for (seq, tie, via) in found {
            if seen.contains(&seq) {
                continue;
            }
            if related.len() == most {
                *truncated = true;
                break;
            }
            seen.insert(seq);
            related.push(Tied { seq, tie, depth: 2, via });
        }
        Ok(())
    }

    fn id_at(&self, seq: i64) -> Result<ArtifactId> {
        Ok(self
            .cached("SELECT artifact_id FROM artifacts WHERE seq = ?1")?
            .query_row([seq], |row| named::<ArtifactId>(row, 0))?)
    }

    fn relative(&self, tied: Tied, ids: &mut HashMap<i64, ArtifactId>) -> Result<Relative> {
        let via = match tied.via {
            Between::Nothing => Via::Nothing,
            Between::Param(name, value) => Via::Param(name, value),
            Between::Artifact(seq) => Via::Artifact(match ids.get(&seq) {
                Some(known) => known.clone(),
                None => {
                    let id = self.id_at(seq)?;
                    ids.insert(seq, id.clone());
                    id
                }
            }),
        };
        let (tie, depth) = (tied.tie, tied.depth);
        let read = |row: &Row| {
            Ok(Relative {
                artifact_id: named::<ArtifactId>(row, 0)?,
                artifact_type: named::<ArtifactType>(row, 1)?,
                logical_key: row.get(2)?,
                version: row.get(3)?,
                title: row.get(4)?,
                status: match (row.get(5)?, row.get(6)?) {
                    (true, _) => Status::Tombstoned,
                    (false, true) => Status::Superseded,
                    (false, false) => Status::Active,
                },
                archived: row.get(7)?,
                created_at: row.get(8)?,
                tie,
                depth,
                via,
            })
        };
        let relative = self
            .cached(
                "SELECT artifact_id, artifact_type, logical_key, version, title, deleted_at IS NOT NULL,
                    superseded_at IS NOT NULL, archived, created_at FROM artifacts WHERE seq = ?1",
            )?
            .query_row([tied.seq], read)?;
        ids.insert(tied.seq, relative.artifact_id.clone());
        Ok(relative)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_look_goes_by_an_index() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = Manifest::open(&folder.path().join("manifest.sqlite")).unwrap();
        manifest.migrate().unwrap();
        let steps = [Step::inputs(), Step::outputs(), Step::replaced(), Step::replacing(), Step::siblings()];
        for sql in steps.into_iter().map(|step| step.0).chain(NAMING.map(|(name, _)| same_param(name))) {
            let mut statement = manifest.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let rows = statement.query_map((1, 10), |row| row.get::<_, String>(3)).unwrap();
            let plan: Vec<String> = rows.map(Result::unwrap).collect();
            assert!(
                plan.iter().all(|step| !step.starts_with("SCAN artifacts") && !step.starts_with("SCAN edges")),
                "{sql}\n{plan:?}"
            );
        }
    }
}
