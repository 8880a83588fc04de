//! `keepstone compare`

use std::collections::BTreeMap;

use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments::Place;
use super::caller::{Caller, read};
use super::progress::Progress;
use super::stop::Stop;
use super::{Outcome, print, words};

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone compare rain:november@v1 rain:november@v2
  keepstone compare 5f2c81d4 0b7e43aa --key ts --key symbol
  keepstone compare 5f2c81d4 0b7e43aa --json | jq -r .verdict

Exit codes: 0 identical or the same content, 1 different, 2 not comparable, 64 wrong usage.";

#[derive(Debug, Args)]
pub(super) struct Compare {
    /// The artifact that is compared: an id, the start of one, its last 8 digits, TYPE:KEY or TYPE:KEY@v3
    #[arg(value_name = "LEFT")]
    left: String,
    /// The artifact that it is compared with, as a rule the newer one
    #[arg(value_name = "RIGHT")]
    right: String,
    /// A column by which rows of tables are told to be the same row; may be given several times
    #[arg(long, value_name = "COLUMN")]
    key: Vec<String>,
    /// Of each kind of difference at most so many
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What of compare_artifacts is shown.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Comparison {
    verdict: String,
    reason: String,
    fields: Vec<Change>,
    params: Params,
    tags: Tags,
    inputs: Lists,
    files: Lists,
    table: Option<TableDiff>,
    truncated: bool,
}

#[derive(Deserialize)]
struct Change {
    name: String,
    left: Value,
    right: Value,
}

#[derive(Deserialize)]
struct Params {
    added: Vec<Named>,
    removed: Vec<Named>,
    changed: Vec<Change>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
    value: Value,
}

#[derive(Deserialize)]
struct Tags {
    added: BTreeMap<String, String>,
    removed: BTreeMap<String, String>,
    changed: BTreeMap<String, Both>,
}

#[derive(Deserialize)]
struct Both {
    left: Value,
    right: Value,
}

/// Inputs or files, of which the name is shown.
#[derive(Deserialize)]
struct Lists {
    added: Vec<Value>,
    removed: Vec<Value>,
    #[serde(default)]
    changed: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TableDiff {
    left_rows: u64,
    right_rows: u64,
    schema: Schema,
    rows: Rows,
}

#[derive(Deserialize)]
struct Schema {
    added: Vec<ColumnOf>,
    removed: Vec<ColumnOf>,
    changed: Vec<Change>,
    reordered: bool,
}

#[derive(Deserialize)]
struct ColumnOf {
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rows {
    key: Vec<String>,
    added: Vec<Row>,
    removed: Vec<Row>,
    changed: Vec<RowChange>,
}

#[derive(Deserialize)]
struct Row {
    row: u64,
    values: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RowChange {
    right_row: u64,
    key: BTreeMap<String, Value>,
    changes: Vec<CellChange>,
}

#[derive(Deserialize)]
struct CellChange {
    column: String,
    left: Value,
    right: Value,
}

pub(super) fn run(place: &Place, options: &Compare) -> Outcome {
    let caller = Caller::at(place)?;
    let (left, right) = (caller.resolve(&options.left)?, caller.resolve(&options.right)?);
    let key = if options.key.is_empty() { Value::Null } else { json!(options.key) };
    let params = json!({ "left": left.artifact_id, "right": right.artifact_id, "key": key, "limit": options.limit });
    let stop = Stop::on_signals()?;
    let progress = Progress::new(&stop, "comparing");
    let text = caller.watched("compare_artifacts", params, &progress).map_err(|error| stop.failure(error))?;
    drop(progress);
    let comparison: Comparison = read("compare_artifacts", &text)?;
    match options.json {
        true => print::json(&text)?,
        false => print::lines(&shown(&comparison))?,
    }
    Ok(match comparison.verdict.as_str() {
        "identical" | "same_content" => 0,
        "different" => 1,
        _ => 2,
    })
}

fn shown(comparison: &Comparison) -> String {
    let mut lines = Lines(format!("{}: {}\n", comparison.verdict.replace('_', " "), words::clean(&comparison.reason)));
    comparison.fields.iter().for_each(|change| lines.changed("", &change.name, &change.left, &change.right));
    let Params { added, removed, changed } = &comparison.params;
    removed.iter().for_each(|param| lines.one('-', "param", &format!("{} = {}", param.name, value(&param.value))));
    added.iter().for_each(|param| lines.one('+', "param", &format!("{} = {}", param.name, value(&param.value))));
    changed.iter().for_each(|change| lines.changed("param", &change.name, &change.left, &change.right));
    let Tags { added, removed, changed } = &comparison.tags;
    removed.iter().for_each(|(tag, value)| lines.one('-', "tag", &format!("{tag}={value}")));
    added.iter().for_each(|(tag, value)| lines.one('+', "tag", &format!("{tag}={value}")));
    changed.iter().for_each(|(tag, both)| lines.changed("tag", tag, &both.left, &both.right));
    for (what, name, lists) in [("input", "artifactId", &comparison.inputs), ("file", "path", &comparison.files)] {
        for (sign, list) in [('-', &lists.removed), ('+', &lists.added), ('~', &lists.changed)] {
            list.iter().for_each(|one| lines.one(sign, what, one[name].as_str().unwrap_or_default()));
        }
    }
    if let Some(table) = &comparison.table {
        lines.table(table);
    }
    if comparison.truncated {
        lines.0.push_str("… and more; --limit shows it\n");
    }
    lines.0
}

struct Lines(String);

impl Lines {
    fn one(&mut self, sign: char, what: &str, text: &str) {
        let gap = if what.is_empty() { "" } else { " " };
        self.0.push_str(&format!("{sign} {what}{gap}{}\n", words::clean(text)));
    }

    fn changed(&mut self, what: &str, name: &str, left: &Value, right: &Value) {
        self.one('~', what, &format!("{name}: {} → {}", value(left), value(right)));
    }

    fn table(&mut self, table: &TableDiff) {
        let (left, right) = (words::number(table.left_rows), words::count(table.right_rows, "row"));
        if table.left_rows != table.right_rows {
            self.one('~', "", &format!("{left} → {right}"));
        }
        let Schema { added, removed, changed, reordered } = &table.schema;
        removed.iter().for_each(|column| self.one('-', "column", &format!("{} ({})", column.name, column.kind)));
        added.iter().for_each(|column| self.one('+', "column", &format!("{} ({})", column.name, column.kind)));
        changed.iter().for_each(|change| self.changed("column", &change.name, &change.left, &change.right));
        if *reordered {
            self.one('~', "", "the columns stand in another order");
        }
        let row = |row: &Row| format!("{}: {}", row.row, pairs(&row.values));
        table.rows.removed.iter().for_each(|one| self.one('-', "row", &row(one)));
        table.rows.added.iter().for_each(|one| self.one('+', "row", &row(one)));
        for RowChange { right_row, key, changes } in &table.rows.changed {
            let named = table.rows.key.iter().filter_map(|name| Some((name.clone(), key.get(name)?.clone())));
            let cell =
                |change: &CellChange| format!("{}: {} → {}", change.column, value(&change.left), value(&change.right));
            let changes = changes.iter().map(cell).collect::<Vec<_>>().join(", ");
            self.one('~', "row", &format!("{right_row} ({}): {changes}", pairs(&named.collect())));
        }
    }
}

fn pairs(values: &BTreeMap<String, Value>) -> String {
    values.iter().map(|(name, one)| format!("{name}={}", value(one))).collect::<Vec<_>>().join(" ")
}

/// A value for people; a text that is one as it stands.
fn value(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "none".to_owned(),
        other => other.to_string(),
    }
}
