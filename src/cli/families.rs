//! The runs of families as a table: what was last, what passed last, what is pinned.

use std::collections::{BTreeSet, HashSet};

use serde_json::json;

use super::Failure;
use super::artifacts::short_ids;
use super::caller::Caller;
use super::paper::{Paper, Style};
use super::table::{Column, Table};
use super::words;
use crate::model::artifact::{Artifact, Outcome};

/// What the marks mean.
pub(super) const LEGEND: &str = "Legend: * = last run, + = last pass, 📌 = pinned";

const COLUMNS: [Column; 7] = [
    Column::left("ID").painted(Style::Name),
    Column::left("FAMILY"),
    Column::left("TIMESTAMP"),
    Column::right("SIZE"),
    Column::left("STATUS"),
    Column::left("PINNED").always(),
    Column::right("FILES"),
];

/// The last runs and the last passes of families.
pub(super) struct Marks {
    last: HashSet<String>,
    passed: HashSet<String>,
}

impl Marks {
    /// Those of the families that these artifacts belong to.
    pub(super) fn of(caller: &Caller, found: &[Artifact]) -> Result<Self, Failure> {
        let families: BTreeSet<&str> = found.iter().filter_map(|artifact| artifact.family.as_deref()).collect();
        let mut marks = Self { last: HashSet::new(), passed: HashSet::new() };
        for family in families {
            let newest = |outcome: Option<&str>| -> Result<Vec<String>, Failure> {
                let filter = json!({ "filter": { "family": family, "outcome": outcome, "limit": 1 } });
                let found: Vec<Artifact> = caller.call("list_artifacts", filter)?;
                Ok(found.into_iter().map(|artifact| artifact.artifact_id.to_string()).collect())
            };
            marks.last.extend(newest(None)?);
            marks.passed.extend(newest(Some("pass"))?);
        }
        Ok(marks)
    }

    /// `pass*+`: how it ended, and whether it was the last, and the last to pass.
    fn status(&self, artifact: &Artifact) -> String {
        let word = match artifact.outcome {
            Some(Outcome::Pass) => "pass",
            Some(Outcome::Fail) => "fail",
            Some(Outcome::Unknown) | None => "unknown",
        };
        let mark = |of: &HashSet<String>, mark| if of.contains(artifact.artifact_id.as_str()) { mark } else { "" };
        format!("{word}{}{}", mark(&self.last, "*"), mark(&self.passed, "+"))
    }
}

/// One line for each run, and below it the paths of its files where they are given.
pub(super) fn table(found: &[Artifact], marks: &Marks, paths: Option<&[Vec<String>]>, paper: &Paper) -> String {
    let mut table = Table::new(&COLUMNS);
    for (artifact, id) in found.iter().zip(short_ids(found)) {
        // `2025-09-06T14:30:22.000Z`, as people write it.
        let moment = artifact.created_at.get(..19).unwrap_or(&artifact.created_at).replace('T', " ");
        table.row(vec![
            id.to_owned(),
            words::clean(artifact.family.as_deref().unwrap_or_default()).into_owned(),
            moment,
            words::size(artifact.size_bytes.0),
            marks.status(artifact),
            if artifact.pinned { "📌".to_owned() } else { String::new() },
            words::number(artifact.file_count.0),
        ]);
    }
    table.render_with(paper, paths)
}
