//! `keepstone import`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::json;

use super::arguments::Place;
use super::caller::{Caller, read};
use super::progress::Progress;
use super::stop::Stop;
use super::{Failure, Outcome, paths, print, words};
use crate::model::Kind;

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone import m3 project/data --dry-run     what would be taken in, and what is broken
  keepstone import m3 project/data
  keepstone import m3 project --json | jq -r '.findings[].message'

Exit codes: 0 everything was taken in, 1 what was broken was left out or told of, 2 what may be fine could not be
taken in, 64 wrong usage.";

#[derive(Debug, Args)]
pub(super) struct Import {
    #[command(subcommand)]
    from: From,
}

#[derive(Debug, Subcommand)]
enum From {
    /// Take in a data folder of M3: artifacts, lineage, runs, datasets, pins
    #[command(after_help = EXAMPLES)]
    M3(M3),
}

#[derive(Debug, Args)]
struct M3 {
    /// The folder that holds manifests/ and objects/, or the project whose data/ it is; nothing in it changes
    #[arg(value_name = "DATA_DIR")]
    data_dir: PathBuf,
    /// Only tell what would be done
    #[arg(long)]
    dry_run: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What of the report is told.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    dry_run: bool,
    artifacts: Tally,
    runs: Tally,
    datasets: Tally,
    pins: Tally,
    bytes_taken: u64,
    findings: Vec<Finding>,
    error_count: u64,
    warning_count: u64,
    truncated: bool,
    left_out: Vec<LeftOut>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tally {
    imported: u64,
    already_there: u64,
    skipped: u64,
}

#[derive(Deserialize)]
struct Finding {
    severity: String,
    message: String,
}

#[derive(Deserialize)]
struct LeftOut {
    what: String,
    count: u64,
    reason: String,
    items: Vec<String>,
}

pub(super) fn run(place: &Place, options: &Import) -> Outcome {
    let From::M3(options) = &options.from;
    match import(place, options) {
        // What can't be begun is no better than what can't be taken in.
        Err(Failure::Failed(error)) if error.kind() != Kind::InvalidParams => {
            print::error(&error);
            Ok(2)
        }
        outcome => outcome,
    }
}

fn import(place: &Place, options: &M3) -> Outcome {
    let caller = Caller::at(place)?;
    let stop = Stop::on_signals()?;
    let progress = Progress::new(&stop, "importing");
    let params = json!({ "dataDir": paths::text(&options.data_dir)?, "dryRun": options.dry_run });
    let text = caller.watched("import_m3", params, &progress).map_err(|error| stop.failure(error))?;
    drop(progress);
    let report: Report = read("import_m3", &text)?;
    match options.json {
        true => print::json(&text)?,
        false => print::lines(&shown(&report))?,
    }
    Ok(match (report.error_count, report.warning_count) {
        (1.., _) => 2,
        (_, 1..) => 1,
        _ => 0,
    })
}

fn shown(report: &Report) -> String {
    let mut shown = String::new();
    let verb = if report.dry_run { "would be imported" } else { "imported" };
    let mut line = |kind: &str, tally: &Tally| {
        if tally.imported + tally.already_there + tally.skipped > 0 {
            shown.push_str(&format!(
                "{} {verb}, {} there already, {} left out\n",
                words::count(tally.imported, kind),
                words::number(tally.already_there),
                words::number(tally.skipped)
            ));
        }
    };
    line("artifact", &report.artifacts);
    line("run", &report.runs);
    line("dataset version", &report.datasets);
    line("pin", &report.pins);
    if report.bytes_taken > 0 {
        let verb = if report.dry_run { "would be copied" } else { "copied" };
        shown.push_str(&format!("{} {verb}\n", words::size(report.bytes_taken)));
    }
    for finding in &report.findings {
        shown.push_str(&format!("{}: {}\n", finding.severity, words::clean(&finding.message)));
    }
    if report.truncated {
        shown.push_str("… and more\n");
    }
    for left in &report.left_out {
        let what = words::clean(&left.what);
        let many = if left.items.first() == Some(&left.what) {
            String::new()
        } else {
            format!(" ({})", words::number(left.count))
        };
        shown.push_str(&format!("left out: {what}{many}: {}\n", left.reason));
        let named = left.items.iter().filter(|item| **item != left.what);
        named.for_each(|item| shown.push_str(&format!("  {}\n", words::clean(item))));
        if left.count > left.items.len() as u64 {
            shown.push_str("  …\n");
        }
    }
    let counted = [words::count(report.error_count, "error"), words::count(report.warning_count, "warning")];
    shown.push_str(&format!("{}\n", counted.join(", ")));
    shown
}
