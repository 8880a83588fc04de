//! Artifacts as a table with a total.

use std::collections::HashMap;

use jiff::Timestamp;

use super::paper::{Paper, Style};
use super::table::{Column, Table};
use super::words;
use crate::model::artifact::{Artifact, Status};

const COLUMNS: [Column; 10] = [
    Column::left("ID").painted(Style::Name),
    Column::left("TYPE").shrinks(),
    Column::left("KEY").shrinks(),
    Column::left("TITLE").shrinks(),
    Column::right("VERSION"),
    Column::right("CONTENT"),
    Column::right("SIZE"),
    Column::right("AGE").painted(Style::Dim),
    Column::left("STATUS").painted(Style::Odd),
    Column::left("TAGS").shrinks(),
];

/// The shortest ids that tell them apart.
pub(super) fn short_ids(artifacts: &[Artifact]) -> Vec<&str> {
    let mut shorts: HashMap<&str, usize> = HashMap::new();
    let ids = || artifacts.iter().map(|artifact| artifact.artifact_id.as_str());
    ids().for_each(|id| *shorts.entry(words::short_id(id)).or_default() += 1);
    ids().map(|id| if shorts[words::short_id(id)] == 1 { words::short_id(id) } else { id }).collect()
}

/// One line for each, and below it the paths of its files where they are given.
pub(super) fn table(artifacts: &[Artifact], now: Timestamp, paths: Option<&[Vec<String>]>, paper: &Paper) -> String {
    let mut table = Table::new(&COLUMNS);
    for (artifact, id) in artifacts.iter().zip(short_ids(artifacts)) {
        table.row(vec![
            id.to_owned(),
            artifact.artifact_type.to_string(),
            words::clean(&artifact.logical_key).into_owned(),
            words::clean(artifact.title.as_deref().unwrap_or_default()).into_owned(),
            format!("v{}", artifact.version),
            words::content(artifact),
            words::size(artifact.size_bytes.0),
            words::age(&artifact.created_at, now),
            status(artifact),
            words::tags(&artifact.tags),
        ]);
    }
    table.render_with(paper, paths)
}

/// `12 artifacts, 34.5 MB`.
pub(super) fn total(artifacts: &[Artifact]) -> String {
    let bytes = artifacts.iter().map(|artifact| artifact.size_bytes.0).fold(0, u64::saturating_add);
    format!("{}, {}", words::count(artifacts.len() as u64, "artifact"), words::size(bytes))
}

/// What is special about it; nothing for one that simply stands.
pub(super) fn status(artifact: &Artifact) -> String {
    marks(artifact.status, artifact.archived, artifact.pinned)
}

/// The same as words.
pub(super) fn marks(status: Status, archived: bool, pinned: bool) -> String {
    let status = match status {
        Status::Active => None,
        Status::Superseded => Some("superseded"),
        Status::Tombstoned => Some("deleted"),
    };
    let marks = [status, archived.then_some("archived"), pinned.then_some("pinned")];
    marks.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
