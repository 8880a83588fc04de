//! `keepstone compact`

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
use crate::model::compaction::{CompactionFailure, CompactionTotals, FamilyCompaction, PlannedFile};

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone compact                       what would be smaller, and by how much
  keepstone compact --family proofs       of one family
  keepstone compact --apply --verbose     do it, and tell of every file
  keepstone expand 5f2c81d4               have the originals of a run back

It never asks, because it can be undone: every form expands to the same bytes. What is compacted, and from which size on,
is said in keepstone.toml, [compaction.jsonl] and [compaction.markdown].

Exit codes: 0 done, 1 a file could not be replaced and is as it was, 64 wrong usage.";

#[derive(Debug, Args)]
pub(super) struct Compact {
    /// The one family whose files are looked at
    #[arg(long, value_name = "NAME")]
    family: Option<String>,
    /// Put the compact forms in the place of the files
    #[arg(long)]
    apply: bool,
    /// Tell of every file, also of those that are left alone, and why
    #[arg(long, short)]
    verbose: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What of a plan, or of what was done, is told.
#[derive(Deserialize)]
struct Told {
    files: Vec<PlannedFile>,
    totals: CompactionTotals,
    families: Vec<FamilyCompaction>,
    digest: Option<String>,
    #[serde(default)]
    failures: Vec<CompactionFailure>,
}

pub(super) fn run(place: &Place, options: &Compact) -> Outcome {
    let caller = Caller::at(place)?;
    let stop = Stop::on_signals()?;
    let progress = Progress::new(&stop, "compacting");
    let call = |method, params| caller.watched(method, params, &progress).map_err(|error| stop.failure(error));
    let mut text = call("plan_compaction", json!({ "family": options.family }))?;
    let mut told: Told = read("plan_compaction", &text)?;
    if options.apply {
        text = call("apply_compaction", json!({ "family": options.family, "digest": told.digest }))?;
        told = read("apply_compaction", &text)?;
    }
    drop(progress);
    match options.json {
        true => print::json(&text)?,
        false => print::lines(&shown(&told, options, &Paper::stdout()))?,
    }
    Ok(u8::from(!told.failures.is_empty()))
}

fn shown(told: &Told, options: &Compact, paper: &Paper) -> String {
    let mut text = String::new();
    if options.verbose {
        let mut table = Table::new(&[
            Column::left("ID"),
            Column::left("FORM"),
            Column::right("BEFORE"),
            Column::right("AFTER"),
            Column::left("DETAIL").shrinks(),
            Column::left("FILE").shrinks(),
        ]);
        told.files.iter().for_each(|file| table.row(row(file)));
        text.push_str(&table.render(paper));
    }
    for failure in &told.failures {
        text.push_str(&format!("failed: {}: {}\n", words::clean(&failure.path), words::clean(&failure.message)));
    }
    if told.families.len() > 1 || options.verbose {
        for FamilyCompaction { family, totals } in &told.families {
            text.push_str(&format!("{}: {}\n", words::clean(family), sum(totals)));
        }
    }
    let verb = if options.apply { "Compacted" } else { "To compact" };
    text.push_str(&format!("{verb}: {}\n", sum(&told.totals)));
    if !options.apply && told.totals.compacted.0 > 0 {
        text.push_str("Nothing was changed; --apply does it, and `keepstone expand` undoes it\n");
    }
    text
}

fn row(file: &PlannedFile) -> Vec<String> {
    let size = |bytes| words::size(bytes);
    let after = match file.form {
        Some(_) => size(file.compact_size_bytes.0 + file.original_size_bytes.0),
        None => String::new(),
    };
    let form = file.form.map_or_else(|| "-".to_owned(), |form| form.name().to_owned());
    let file_name = words::clean(&file.path).into_owned();
    vec![
        words::short_id(file.artifact_id.as_str()).to_owned(),
        form,
        size(file.size_bytes.0),
        after,
        detail(file),
        file_name,
    ]
}

fn detail(file: &PlannedFile) -> String {
    if let Some(reason) = file.skipped {
        let word = serde_json::to_value(reason).expect("a word");
        return word.as_str().unwrap_or_default().replace('_', " ");
    }
    let counts =
        [(file.dict_fields, "field"), (file.empty_sections, "empty section"), (file.canonical_headers, "header")];
    let counts = counts
        .iter()
        .filter_map(|(count, noun)| count.filter(|count| count.0 > 0).map(|count| words::count(count.0, noun)));
    counts.collect::<Vec<_>>().join(", ")
}

fn sum(totals: &CompactionTotals) -> String {
    let CompactionTotals { compacted, skipped, size_bytes, compact_size_bytes, saved_bytes, .. } = totals;
    format!(
        "{}, {} → {}, {} saved; {} left alone",
        words::count(compacted.0, "file"),
        words::size(size_bytes.0),
        words::size(compact_size_bytes.0),
        words::size(saved_bytes.0),
        words::number(skipped.0)
    )
}
