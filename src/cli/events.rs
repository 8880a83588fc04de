//! `keepstone events`

use clap::Args;
use serde_json::{Map, Value, json};

use super::arguments::Place;
use super::caller::Caller;
use super::paper::{Paper, Style};
use super::table::{Column, Table};
use super::{Outcome, list, print, words};
use crate::model::artifact::Event;

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone events                         the newest 100 of everything
  keepstone events rain:november@v1        what became of one artifact
  keepstone events --since 1d --json";

/// Most events that one list may have.
const MOST: u32 = 10_000;

#[derive(Debug, Args)]
pub(super) struct Events {
    /// Only of this artifact: an id, the start of one, its last 8 digits, TYPE:KEY or TYPE:KEY@v3
    #[arg(value_name = "REF")]
    reference: Option<String>,
    /// Only since: a date, a moment, or how long ago (30d, 2h, 15min)
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    since: Option<String>,
    /// At most so many, the newest
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST)))]
    limit: u32,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(place: &Place, options: &Events) -> Outcome {
    let caller = Caller::at(place)?;
    let artifact = options.reference.as_deref().map(|reference| caller.resolve(reference)).transpose()?;
    let limit = if options.json { options.limit } else { (options.limit + 1).min(MOST) };
    let params = json!({
        "artifactId": artifact.map(|artifact| artifact.artifact_id),
        "since": list::moment("--since", options.since.as_deref(), caller.now)?,
        "limit": limit,
    });
    if options.json {
        return print::json(&caller.text("list_events", params)?).map(|()| 0);
    }
    let mut events: Vec<Event> = caller.call("list_events", params)?;
    let more = events.len() > options.limit as usize;
    events.truncate(options.limit as usize);
    let mut table = Table::new(&[
        Column::right("EVENT"),
        Column::right("AGE").painted(Style::Dim),
        Column::left("WHAT"),
        Column::left("ARTIFACT").painted(Style::Name),
        Column::left("WHO").shrinks(),
        Column::left("VALUES").shrinks(),
    ]);
    for event in &events {
        table.row(vec![
            event.event_id.0.to_string(),
            words::age(&event.at, caller.now),
            words::clean(&event.kind).into_owned(),
            words::clean(words::short_id(event.artifact_id.as_deref().unwrap_or_default())).into_owned(),
            words::clean(event.actor.as_deref().unwrap_or_default()).into_owned(),
            values(&event.data),
        ]);
    }
    let total = words::count(events.len() as u64, "event");
    let cut = if more { ", and there are older ones: --limit shows more" } else { "" };
    print::lines(&format!("{}{total}{cut}\n", table.render(&Paper::stdout()))).map(|()| 0)
}

/// `name=value` for each of the new values.
fn values(data: &Map<String, Value>) -> String {
    let value = |(name, value): (&String, &Value)| match value {
        Value::String(text) => format!("{name}={}", words::short_id(text)),
        other => format!("{name}={other}"),
    };
    words::clean(&data.iter().map(value).collect::<Vec<_>>().join(" ")).into_owned()
}
