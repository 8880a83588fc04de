//! `keepstone dataset show`

use clap::Args;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::arguments::Place;
use super::super::caller::{Caller, read};
use super::super::facts::Facts;
use super::super::paper::{Paper, Style};
use super::super::show::moment;
use super::super::table::{Column, Table};
use super::super::{Failure, Outcome, print, words};
use super::members::{self, all as all_members};
use super::version_of;
use crate::model::Error;
use crate::model::dataset::{Dataset, Statistics};

#[derive(Debug, Args)]
pub(super) struct Show {
    /// Which version: DATASET, DATASET@VERSION, or the path of a snapshot
    #[arg(value_name = "VERSION")]
    which: String,
    /// The version, where the dataset alone is named
    #[arg(long = "version", short = 'v', hide = true, value_name = "VERSION")]
    version: Option<String>,
    /// Show its members too
    #[arg(long)]
    members: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(place: &Place, options: &Show) -> Outcome {
    let caller = Caller::at(place)?;
    let mut which = version_of(&options.which);
    if let Some(version) = &options.version {
        if which["path"].is_string() || which["version"].is_string() {
            return Err(Failure::Usage(Error::invalid_params(format!("{:?} names a version already", options.which))));
        }
        which["version"] = json!(version);
    }
    let text = caller.text("get_dataset", which.clone())?;
    if options.json && !options.members {
        return print::json(&text).map(|()| 0);
    }
    let members = if options.members { all_members(&caller, &which)? } else { Vec::new() };
    if options.json {
        let mut whole: Value = read("get_dataset", &text)?;
        whole["members"] = json!(members);
        return print::json(&whole.to_string()).map(|()| 0);
    }
    let dataset: Dataset = read("get_dataset", &text)?;
    let paper = Paper::stdout();
    let mut shown = told(&dataset, caller.now, &paper);
    if options.members {
        shown.push_str(&format!("\n{}", members::table(&members).render(&paper)));
    }
    print::lines(&shown).map(|()| 0)
}

/// What it is called, every fact that there is, and what is counted.
pub(super) fn told(dataset: &Dataset, now: Timestamp, paper: &Paper) -> String {
    let mut facts = Facts::default();
    facts.maybe("name", dataset.name.as_deref());
    facts.add("status", if dataset.deleted_at.is_some() { "deleted" } else { "active" });
    dataset.description.iter().flat_map(|text| text.lines()).for_each(|line| facts.add("description", line));
    facts.add("created", &moment(&dataset.created_at, now));
    facts.maybe("deleted", dataset.deleted_at.as_deref().map(|at| moment(at, now)).as_deref());
    let members = words::count(dataset.member_count.0, "member");
    facts.add("content", &format!("{members}, {}", words::size(dataset.total_bytes.0)));
    facts.maybe("made from", dataset.parent_version.as_ref().map(|version| version.as_str()));
    let tag = |(key, value): (&String, &String)| if value.is_empty() { key.clone() } else { format!("{key}={value}") };
    facts.add("tags", &dataset.tags.iter().map(tag).collect::<Vec<_>>().join(", "));
    dataset.annotations.iter().for_each(|(name, value)| facts.add("annotations", &format!("{name}={value}")));
    if let Some(writer) = &dataset.provenance.writer {
        let words: Vec<String> = [&writer.name, &writer.version].into_iter().flatten().cloned().collect();
        facts.list("writer", &words);
    }
    facts.maybe("commit", dataset.provenance.git_commit.as_deref());
    facts.maybe("stage", dataset.provenance.stage.as_deref());
    let runs = &dataset.provenance.source_runs;
    match runs.len() {
        0..=10 => facts.list("runs", runs),
        many => facts.add("runs", &words::count(many as u64, "run")),
    }
    facts.add("bytes", &dataset.content_digest.to_string());
    facts.add("membership", &dataset.membership_digest.to_string());
    facts.add("snapshot", &dataset.path);
    facts.maybe("index", dataset.path_index.as_deref());
    let head = format!("{}@{}\n", dataset.dataset_id, dataset.version);
    format!("{head}{}{}", facts.render(paper), statistics(&dataset.statistics, paper))
}

/// What is counted, as two tables.
fn statistics(statistics: &Statistics, paper: &Paper) -> String {
    let mut shares = Table::new(&[
        Column::left("").painted(Style::Dim),
        Column::left("MEMBERS OF").shrinks(),
        Column::right("COUNT"),
        Column::right("SIZE"),
    ]);
    let kinds =
        [("type", &statistics.by_artifact_type), ("role", &statistics.by_role), ("split", &statistics.by_split)];
    for (kind, counted) in kinds {
        for (name, share) in counted {
            shares.row(vec![
                kind.to_owned(),
                words::clean(name).into_owned(),
                words::number(share.count.0),
                words::size(share.total_bytes.0),
            ]);
        }
    }
    let mut ranges = Table::new(&[
        Column::left("FEATURE").shrinks(),
        Column::right("MIN"),
        Column::right("MAX"),
        Column::right("MEAN"),
        Column::right("STD"),
        Column::right("MEMBERS"),
    ]);
    for (name, range) in &statistics.feature_ranges {
        let numbers = [range.min, range.max, range.mean, range.std].map(|number| number.to_string());
        let mut row = vec![words::clean(name).into_owned()];
        row.extend(numbers);
        row.push(words::number(range.count.0));
        ranges.row(row);
    }
    let tables = [shares.render(paper), ranges.render(paper)];
    tables.iter().filter(|table| !table.is_empty()).map(|table| format!("\n{table}")).collect()
}
