//! `keepstone scan`

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::Deserialize;
use serde_json::json;

use super::arguments::Place;
use super::caller::{Caller, read};
use super::paper::Paper;
use super::progress::Progress;
use super::stop::Stop;
use super::table::{Column, Table};
use super::{Outcome, paths, print, words};
use crate::model::scan::{FamilyTally, ScanTally, ScanWarning};

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone scan                          every folder and family of keepstone.toml
  keepstone scan --family proofs --dry-run
  keepstone scan out --verbose            one folder alone; each family is told
  keepstone scan data                     FlowTime's data folder is known by its looks
  keepstone scan --force                  every file is read again
  keepstone scan --json | jq -r '.warnings[].message'

The files stay where they are, unless --mode copy or move takes them into the store.";

/// So many warnings are told unasked.
const WARNINGS_TOLD: usize = 20;

#[derive(Debug, Args)]
pub(super) struct Scan {
    /// The one folder to look through, instead of those that keepstone.toml names
    #[arg(value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// The one family to look for
    #[arg(long, value_name = "NAME")]
    family: Option<String>,
    /// Who keeps the files
    #[arg(long, value_enum, default_value_t = Mode::InPlace)]
    mode: Mode,
    /// Read every file again, also where it looks as before
    #[arg(long, alias = "rehash")]
    force: bool,
    /// Only tell what would be done
    #[arg(long)]
    dry_run: bool,
    /// Tell of every folder, family and warning
    #[arg(long, short)]
    verbose: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Who keeps the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Mode {
    /// They stay where they are
    #[value(alias = "in_place")]
    InPlace,
    /// The store takes a copy
    Copy,
    /// The store takes them, and the originals go
    Move,
}

/// What of the report is told.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    dry_run: bool,
    roots: Vec<String>,
    #[serde(flatten)]
    tally: ScanTally,
    families: Vec<FamilyTally>,
    warnings: Vec<ScanWarning>,
    warning_count: u64,
    duration_seconds: f64,
}

pub(super) fn run(place: &Place, options: &Scan) -> Outcome {
    let caller = Caller::at(place)?;
    let stop = Stop::on_signals()?;
    let progress = Progress::new(&stop, "scanning");
    let params = json!({
        "root": options.folder.as_deref().map(paths::text).transpose()?,
        "family": options.family,
        "mode": match options.mode {
            Mode::InPlace => "in_place",
            Mode::Copy => "copy",
            Mode::Move => "move",
        },
        "dryRun": options.dry_run,
        "rehash": options.force,
    });
    let text = caller.watched("scan", params, &progress).map_err(|error| stop.failure(error))?;
    drop(progress);
    match options.json {
        true => print::json(&text)?,
        false => print::lines(&shown(&read("scan", &text)?, options.verbose, &Paper::stdout()))?,
    }
    Ok(0)
}

fn shown(report: &Report, verbose: bool, paper: &Paper) -> String {
    let mut shown = String::new();
    if verbose {
        for root in &report.roots {
            shown.push_str(&format!("Scanned: {}\n", words::clean(root)));
        }
        shown.push_str(&families(&report.families).render(paper));
    }
    let most = if verbose { usize::MAX } else { WARNINGS_TOLD };
    for warning in report.warnings.iter().take(most) {
        shown.push_str(&format!("warning: {}\n", words::clean(&warning.message)));
    }
    let told = report.warnings.len().min(most) as u64;
    if report.warning_count > told {
        shown.push_str(&format!("… and {}\n", words::count(report.warning_count - told, "more warning")));
    }
    let tally = &report.tally;
    let counts = [
        (tally.registered.0, if report.dry_run { "would be registered" } else { "registered" }),
        (tally.refreshed.0, if report.dry_run { "would be refreshed" } else { "refreshed" }),
        (tally.unchanged.0, "unchanged"),
        (tally.skipped.0, "left as they are"),
        (tally.missing.0, "missing"),
    ];
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts.map(|(count, what)| format!("{} {what}", words::number(*count))).collect();
    let with = report.families.iter().filter(|family| family.tally.found.0 > 0).count() as u64;
    shown.push_str(&format!(
        "{} scanned ({}), {} found in {}{}{}; {}\n",
        words::count(tally.files_scanned.0, "file"),
        words::size(tally.bytes_scanned.0),
        words::count(tally.found.0, "artifact"),
        if with == 1 { "1 family".to_owned() } else { format!("{with} families") },
        if counts.is_empty() { "" } else { ": " },
        counts.join(", "),
        words::duration(report.duration_seconds)
    ));
    shown
}

fn families(families: &[FamilyTally]) -> Table {
    let mut table = Table::new(&[
        Column::left("FAMILY"),
        Column::right("FILES"),
        Column::right("SIZE"),
        Column::right("FOUND"),
        Column::right("NEW"),
        Column::right("CHANGED"),
        Column::right("UNCHANGED"),
        Column::right("SKIPPED"),
        Column::right("MISSING"),
    ]);
    for FamilyTally { family, tally } in families {
        let count = |count: u64| words::number(count);
        table.row(vec![
            family.clone(),
            count(tally.files_scanned.0),
            words::size(tally.bytes_scanned.0),
            count(tally.found.0),
            count(tally.registered.0),
            count(tally.refreshed.0),
            count(tally.unchanged.0),
            count(tally.skipped.0),
            count(tally.missing.0),
        ]);
    }
    table
}
