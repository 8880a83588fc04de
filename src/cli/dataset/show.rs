//! `keepstone dataset show`

use clap::Args;

use super::super::arguments::Place;
use super::super::caller::{Caller, read};
use super::super::facts::Facts;
use super::super::paper::{Paper, Style};
use super::super::show::moment;
use super::super::table::{Column, Table};
use super::super::{Outcome, print, words};
use super::version_of;
use crate::model::dataset::{Dataset, Statistics};

#[derive(Debug, Args)]
pub(super) struct Show {
    /// Which version: DATASET, DATASET@VERSION, or the path of a snapshot
    #[arg(value_name = "VERSION")]
    which: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(place: &Place, options: &Show) -> Outcome {
    let caller = Caller::at(place)?;
    let text = caller.text("get_dataset", version_of(&options.which))?;
    if options.json {
        return print::json(&text).map(|()| 0);
    }
    let dataset: Dataset = read("get_dataset", &text)?;
    let paper = Paper::stdout();
    let mut facts = Facts::default();
    facts.maybe("name", dataset.name.as_deref());
    facts.add("status", if dataset.deleted_at.is_some() { "deleted" } else { "active" });
    dataset.description.iter().flat_map(|text| text.lines()).for_each(|line| facts.add("description", line));
    facts.add("created", &moment(&dataset.created_at, caller.now));
    facts.maybe("deleted", dataset.deleted_at.as_deref().map(|at| moment(at, caller.now)).as_deref());
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
    print::lines(&format!("{head}{}{}", facts.render(&paper), statistics(&dataset.statistics, &paper))).map(|()| 0)
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
