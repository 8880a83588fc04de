//! `keepstone types`

use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::json;

use super::arguments::Place;
use super::caller::Caller;
use super::paper::{Paper, Style};
use super::table::{Column, Table};
use super::{Outcome, print, words};

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone types
  keepstone types register rain --sort-key day --timestamp-column day
  keepstone types register ohlcv --column ts --column open --column close --sort-key ts";

const REGISTER_EXAMPLES: &str = "\
Examples:
  keepstone types register rain --sort-key day --timestamp-column day
  keepstone types register ohlcv --column ts --column open --column close --sort-key ts

A type that artifacts have already can't change.";

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Types {
    #[command(subcommand)]
    action: Option<Action>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Say what counts as content in the tables of a type
    #[command(after_help = REGISTER_EXAMPLES)]
    Register(Register),
}

#[derive(Debug, Args)]
struct Register {
    /// The type
    #[arg(value_name = "TYPE")]
    artifact_type: String,
    /// A column that counts as content, in this order; all of them unless given
    #[arg(long, value_name = "NAME")]
    column: Vec<String>,
    /// A column to sort by, so that the order of rows doesn't count
    #[arg(long, value_name = "NAME")]
    sort_key: Vec<String>,
    /// A column that is read as timestamps even where it is text
    #[arg(long, value_name = "NAME")]
    timestamp_column: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What of list_types is shown.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    artifact_type: String,
    registered: bool,
    artifact_count: u64,
    canonical_columns: Option<Vec<String>>,
    sort_keys: Vec<String>,
    timestamp_columns: Vec<String>,
}

pub(super) fn run(place: &Place, options: &Types) -> Outcome {
    let caller = Caller::at(place)?;
    if let Some(Action::Register(register)) = &options.action {
        return self::register(&caller, register);
    }
    if options.json {
        return print::json(&caller.text("list_types", json!({}))?).map(|()| 0);
    }
    let types: Vec<Summary> = caller.call("list_types", json!({}))?;
    let mut table = Table::new(&[
        Column::left("TYPE").painted(Style::Name),
        Column::right("ARTIFACTS"),
        Column::left("REGISTERED"),
        Column::left("COLUMNS").shrinks(),
        Column::left("SORT KEYS").shrinks(),
        Column::left("TIMESTAMPS").shrinks(),
    ]);
    let names = |names: &[String]| names.iter().map(|name| words::clean(name)).collect::<Vec<_>>().join(", ");
    for summary in &types {
        table.row(vec![
            summary.artifact_type.clone(),
            words::number(summary.artifact_count),
            if summary.registered { "yes" } else { "" }.to_owned(),
            names(summary.canonical_columns.as_deref().unwrap_or_default()),
            names(&summary.sort_keys),
            names(&summary.timestamp_columns),
        ]);
    }
    let total = words::count(types.len() as u64, "type");
    print::lines(&format!("{}{total}\n", table.render(&Paper::stdout()))).map(|()| 0)
}

fn register(caller: &Caller, options: &Register) -> Outcome {
    let columns = (!options.column.is_empty()).then_some(&options.column);
    let params = json!({ "artifactType": options.artifact_type, "canonicalColumns": columns,
        "sortKeys": options.sort_key, "timestampColumns": options.timestamp_column });
    let text = caller.text("register_type", params)?;
    if options.json {
        return print::json(&text).map(|()| 0);
    }
    print::line(&format!("The type {} is registered", options.artifact_type)).map(|()| 0)
}
