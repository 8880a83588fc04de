//! `keepstone related`

use clap::Args;
use serde::Deserialize;
use serde_json::json;

use super::arguments::Place;
use super::caller::{Caller, read};
use super::paper::{Paper, Style};
use super::table::{Column, Table};
use super::{Outcome, print, words};

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone related report:november
  keepstone related 5f2c81d4 --depth 3
  keepstone related 5f2c81d4 --json | jq -r '.related[].reason'";

#[derive(Debug, Args)]
pub(super) struct Related {
    /// Which artifact: an id, the start of one, its last 8 digits, TYPE:KEY or TYPE:KEY@v3
    #[arg(value_name = "REF")]
    reference: String,
    /// How many edges or supersessions far
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    depth: u32,
    /// Of what it was made from, what was made of it and what is related at most so many each
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What of get_related is shown.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Relations {
    derived_from: Vec<Relative>,
    derivatives: Vec<Relative>,
    related: Vec<Relative>,
    truncated: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Relative {
    artifact_id: String,
    artifact_type: String,
    logical_key: String,
    version: u32,
    title: Option<String>,
    relation: String,
    depth: u64,
}

pub(super) fn run(place: &Place, options: &Related) -> Outcome {
    let caller = Caller::at(place)?;
    let artifact = caller.resolve(&options.reference)?;
    let params = json!({ "artifactId": artifact.artifact_id, "depth": options.depth, "limit": options.limit });
    let text = caller.text("get_related", params)?;
    if options.json {
        return print::json(&text).map(|()| 0);
    }
    let found: Relations = read("get_related", &text)?;
    let mut table = Table::new(&[
        Column::left("SIDE").painted(Style::Dim),
        Column::left("ID").painted(Style::Name),
        Column::left("ARTIFACT").shrinks(),
        Column::left("TIE"),
        Column::right("DEPTH"),
        Column::left("TITLE").shrinks(),
    ]);
    let lists = [("from", &found.derived_from), ("to", &found.derivatives), ("beside", &found.related)];
    let mut count = 0;
    for (side, list) in lists {
        for one in list {
            count += 1;
            table.row(vec![
                side.to_owned(),
                words::short_id(&one.artifact_id).to_owned(),
                format!("{}:{}@v{}", one.artifact_type, words::clean(&one.logical_key), one.version),
                one.relation.clone(),
                one.depth.to_string(),
                words::clean(one.title.as_deref().unwrap_or_default()).into_owned(),
            ]);
        }
    }
    let cut = if found.truncated { ", and more; --limit shows them" } else { "" };
    let total = format!("{}{cut}\n", words::count(count, "artifact"));
    print::lines(&format!("{}{total}", table.render(&Paper::stdout()))).map(|()| 0)
}
