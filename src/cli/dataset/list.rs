//! `keepstone dataset list`

use clap::Args;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::arguments::Place;
use super::super::caller::Caller;
use super::super::paper::{Paper, Style};
use super::super::table::{Column, Table};
use super::super::{Outcome, pairs, print, words};

/// Most versions that one list may have.
const MOST: u32 = 10_000;

#[derive(Debug, Args)]
pub(super) struct List {
    /// Only of this dataset
    #[arg(value_name = "DATASET")]
    dataset_id: Option<String>,
    /// Of each dataset only the latest version
    #[arg(long)]
    latest: bool,
    /// The deleted ones instead
    #[arg(long, conflicts_with = "latest")]
    deleted: bool,
    /// Only with this tag: KEY=VALUE, or a word; several must all hold
    #[arg(long, value_name = "TAG", value_parser = pairs::tag)]
    tag: Vec<(String, String)>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST)))]
    limit: u32,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What of list_datasets is shown.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    dataset_id: String,
    version: String,
    latest: bool,
    name: Option<String>,
    parent_version: Option<String>,
    created_at: String,
    member_count: u64,
    total_bytes: u64,
}

pub(super) fn run(place: &Place, options: &List) -> Outcome {
    let caller = Caller::at(place)?;
    let tags: Map<String, Value> = options.tag.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    // One more than is shown tells whether there are more.
    let limit = if options.json { options.limit } else { (options.limit + 1).min(MOST) };
    let params = json!({
        "datasetId": options.dataset_id,
        "latestOnly": options.latest,
        "status": options.deleted.then_some("tombstoned"),
        "tags": tags,
        "limit": limit,
    });
    if options.json {
        return print::json(&caller.text("list_datasets", params)?).map(|()| 0);
    }
    let mut entries: Vec<Entry> = caller.call("list_datasets", params)?;
    let more = entries.len() > options.limit as usize;
    entries.truncate(options.limit as usize);
    let mut table = Table::new(&[
        Column::left("DATASET").painted(Style::Name),
        Column::left("VERSION"),
        Column::right("MEMBERS"),
        Column::right("SIZE"),
        Column::right("AGE").painted(Style::Dim),
        Column::left("FROM"),
        Column::left("").painted(Style::Dim),
        Column::left("NAME").shrinks(),
    ]);
    for entry in &entries {
        table.row(vec![
            entry.dataset_id.clone(),
            entry.version.clone(),
            words::number(entry.member_count),
            words::size(entry.total_bytes),
            words::age(&entry.created_at, caller.now),
            entry.parent_version.clone().unwrap_or_default(),
            if entry.latest { "latest" } else { "" }.to_owned(),
            words::clean(entry.name.as_deref().unwrap_or_default()).into_owned(),
        ]);
    }
    let total = words::count(entries.len() as u64, "version");
    let cut = if more { ", and there are more: --limit shows them" } else { "" };
    print::lines(&format!("{}{total}{cut}\n", table.render(&Paper::stdout()))).map(|()| 0)
}
