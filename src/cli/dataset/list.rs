//! `keepstone dataset list`

use clap::Args;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::arguments::Place;
use super::super::caller::{Caller, read};
use super::super::paper::{Paper, Style};
use super::super::table::{Column, Table};
use super::super::{Outcome, pairs, print, words};
use super::{and, show};
use crate::model::Error;

/// Most versions that one list may have.
const MOST: u32 = 10_000;

#[derive(Debug, Args)]
pub(super) struct List {
    /// Only of this dataset
    #[arg(value_name = "DATASET")]
    dataset_id: Option<String>,
    /// Only of datasets whose id begins so
    #[arg(long, value_name = "START", conflicts_with = "dataset_id")]
    name: Option<String>,
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
    #[arg(long, short = 'n', value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST)))]
    limit: u32,
    /// Everything about each of them
    #[arg(long, short)]
    long: bool,
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
    let limit = if options.json { options.limit } else { options.limit + 1 } as usize;
    let params = json!({
        "datasetId": options.dataset_id,
        "latestOnly": options.latest,
        "status": options.deleted.then_some("tombstoned"),
        "tags": tags,
    });
    let listed = listed(&caller, params, options.name.as_deref().unwrap_or_default(), limit)?;
    if options.json {
        return print::json(&Value::from(listed).to_string()).map(|()| 0);
    }
    let mut entries: Vec<Entry> = read("list_datasets", &Value::from(listed).to_string())?;
    let more = entries.len() > options.limit as usize;
    entries.truncate(options.limit as usize);
    let paper = Paper::stdout();
    let total = words::count(entries.len() as u64, "version");
    let cut = if more { ", and there are more: --limit shows them" } else { "" };
    if options.long {
        let mut text = String::new();
        for entry in &entries {
            let version = json!({ "datasetId": entry.dataset_id, "version": entry.version });
            text.push_str(&show::told(&caller.call("get_dataset", version)?, caller.now, &paper));
            text.push('\n');
        }
        return print::lines(&format!("{text}{total}{cut}\n")).map(|()| 0);
    }
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
    print::lines(&format!("{}{total}{cut}\n", table.render(&paper))).map(|()| 0)
}

/// So many versions of the datasets whose ids begin so.
fn listed(caller: &Caller, params: Value, start: &str, limit: usize) -> Result<Vec<Value>, Error> {
    let mut found = Vec::new();
    let mut offset = 0;
    while found.len() < limit {
        // Without a start that leaves some out, nothing more than what is shown is read.
        let wanted = if start.is_empty() { MOST.min(u32::try_from(limit - found.len()).unwrap_or(MOST)) } else { MOST };
        let part: Vec<Value> =
            caller.call("list_datasets", and(params.clone(), json!({ "limit": wanted, "offset": offset })))?;
        let (read, last) = (part.len(), part.len() < wanted as usize);
        found.extend(
            part.into_iter().filter(|entry| entry["datasetId"].as_str().is_some_and(|id| id.starts_with(start))),
        );
        offset += read;
        if last {
            break;
        }
    }
    found.truncate(limit);
    Ok(found)
}
