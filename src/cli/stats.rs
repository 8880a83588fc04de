//! `keepstone stats`

use clap::Args;
use serde::Deserialize;
use serde_json::json;

use super::arguments::Place;
use super::caller::{Caller, read};
use super::paper::Paper;
use super::progress::Progress;
use super::stop::Stop;
use super::table::{Column, Table};
use super::{Outcome, print, words};
use crate::model::space::{Budget, Compacted, Database, Duplicates, Group, Room, TagGroup, TrashFigures};

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone stats                         what is kept, and how much room it takes
  keepstone stats --verbose               by source, outcome and tag too
  keepstone stats --json | jq .budget";

#[derive(Debug, Args)]
pub(super) struct Stats {
    /// Tell of sources, outcomes and tags too
    #[arg(long, short)]
    verbose: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What of get_stats is told.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    total: u64,
    logical_bytes: u64,
    oldest: Option<String>,
    newest: Option<String>,
    by_type: Vec<Group>,
    by_source: Vec<Group>,
    by_tag: Vec<TagGroup>,
    by_status: Vec<Group>,
    by_family: Vec<Group>,
    by_outcome: Vec<Group>,
    duplicates: Duplicates,
    compacted: Compacted,
    trash: TrashFigures,
    store: Room,
    in_place: Room,
    database: Database,
    budget: Option<Budget>,
}

pub(super) fn run(place: &Place, options: &Stats) -> Outcome {
    let caller = Caller::at(place)?;
    let stop = Stop::on_signals()?;
    let progress = Progress::new(&stop, "looking at files");
    let text = caller.watched("get_stats", json!({}), &progress).map_err(|error| stop.failure(error))?;
    drop(progress);
    match options.json {
        true => print::json(&text)?,
        false => print::lines(&shown(&read("get_stats", &text)?, options.verbose, &Paper::stdout()))?,
    }
    Ok(0)
}

fn shown(told: &Told, verbose: bool, paper: &Paper) -> String {
    let mut table = Table::new(&[
        Column::left("BY"),
        Column::left("NAME").shrinks(),
        Column::right("ARTIFACTS"),
        Column::right("SIZE"),
    ]);
    let mut groups = |by: &str, groups: &[Group]| {
        for group in groups {
            let name = words::clean(group.name.as_deref().unwrap_or("-")).into_owned();
            table.row(vec![by.to_owned(), name, words::number(group.artifacts.0), words::size(group.logical_bytes.0)]);
        }
    };
    groups("status", &told.by_status);
    groups("type", &told.by_type);
    let families = told.by_family.iter().filter(|group| verbose || group.name.is_some());
    groups("family", &families.cloned().collect::<Vec<_>>());
    if verbose {
        groups("source", &told.by_source);
        groups("outcome", &told.by_outcome);
        for TagGroup { key, value, artifacts, logical_bytes } in &told.by_tag {
            let tag = if value.is_empty() { key.clone() } else { format!("{key}={value}") };
            let cells = [words::number(artifacts.0), words::size(logical_bytes.0)];
            table.row([vec!["tag".to_owned(), words::clean(&tag).into_owned()], cells.to_vec()].concat());
        }
    }
    let mut lines = vec![format!(
        "{}, {}{}",
        words::count(told.total, "artifact"),
        words::size(told.logical_bytes),
        match (&told.oldest, &told.newest) {
            (Some(oldest), Some(newest)) => format!(", made from {oldest} to {newest}"),
            _ => String::new(),
        }
    )];
    let Duplicates { avoided_files, avoided_bytes, .. } = &told.duplicates;
    if avoided_files.0 > 0 {
        let saved = words::size(avoided_bytes.0);
        lines.push(format!("Duplicates: {} took no room, {saved} avoided", words::count(avoided_files.0, "file")));
    }
    if told.compacted.files.0 > 0 {
        let Compacted { files, logical_bytes, stored_bytes } = &told.compacted;
        let (before, after) = (words::size(logical_bytes.0), words::size(stored_bytes.0));
        lines.push(format!("Compacted: {}, {before} → {after}", words::count(files.0, "file")));
    }
    lines.push(format!("The store: {}", room(&told.store)));
    if told.in_place.files.0 > 0 {
        lines.push(format!("Kept in place: {}", room(&told.in_place)));
    }
    if told.trash.artifacts.0 > 0 {
        let (count, frees) =
            (words::count(told.trash.artifacts.0, "artifact"), words::size(told.trash.purgeable_bytes.0));
        lines.push(format!("In the trash: {count}; purging them frees {frees}"));
    }
    let Database { size_bytes, log_bytes, page_bytes, free_pages, .. } = &told.database;
    lines.push(format!(
        "The manifest: {}, {} of it free, and {} of log",
        words::size(size_bytes.0),
        words::size(free_pages.0 * page_bytes.0),
        words::size(log_bytes.0)
    ));
    if let Some(Budget { policy, space_budget_bytes, used_bytes, left_bytes, over_budget_bytes }) = &told.budget {
        let left = match over_budget_bytes.0 {
            0 => format!("{} left", words::size(left_bytes.0)),
            over => format!("exceeded by {}", words::size(over)),
        };
        let (budget, used) = (words::size(space_budget_bytes.0), words::size(used_bytes.0));
        lines.push(format!("The budget of {}: {budget}, {used} used, {left}", words::clean(policy.as_str())));
    }
    format!("{}{}\n", table.render(paper), lines.join("\n"))
}

fn room(room: &Room) -> String {
    format!(
        "{}, {}, {} on the disk",
        words::count(room.files.0, "file"),
        words::size(room.logical_bytes.0),
        words::size(room.physical_bytes.0)
    )
}
