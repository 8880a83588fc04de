//! `keepstone bundle`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::json;

use super::arguments::Place;
use super::caller::{Caller, read};
use super::progress::Progress;
use super::stop::Stop;
use super::{Failure, Outcome, paths, print, words};
use crate::model::Error;

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone bundle export report.tar report:november     with all that it was made from
  keepstone bundle export everything.tar --all
  keepstone bundle import report.tar --root /srv/artifacts

A bundle carries artifacts with their ids, files, lineage, tags and history. Importing one again is harmless; what
contradicts the store is refused whole.";

const EXPORT_EXAMPLES: &str = "\
Examples:
  keepstone bundle export report.tar report:november
  keepstone bundle export two.tar 5f2c81d4 0b7e43aa --no-closure
  keepstone bundle export everything.tar --all";

const IMPORT_EXAMPLES: &str = "\
Examples:
  keepstone bundle import report.tar
  keepstone bundle import report.tar --root /srv/artifacts --json | jq .notes";

#[derive(Debug, Args)]
pub(super) struct Bundle {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Write artifacts into one file
    #[command(after_help = EXPORT_EXAMPLES)]
    Export(Export),
    /// Take in the artifacts of such a file
    #[command(after_help = IMPORT_EXAMPLES)]
    Import(Import),
}

#[derive(Debug, Args)]
struct Export {
    /// The file, which must not be there yet
    #[arg(value_name = "FILE")]
    path: PathBuf,
    /// Which artifacts: ids, starts of ids, last 8 digits, TYPE:KEY or TYPE:KEY@v3
    #[arg(value_name = "REF")]
    references: Vec<String>,
    /// Every artifact of the store
    #[arg(long, conflicts_with_all = ["references", "no_closure"])]
    all: bool,
    /// Leave out what the artifacts were made from
    #[arg(long)]
    no_closure: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Import {
    /// The bundle
    #[arg(value_name = "FILE")]
    path: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What of export_bundle is shown.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bundled {
    path: String,
    size_bytes: u64,
    artifact_count: u64,
    missing_inputs: Vec<String>,
}

/// What of import_bundle is shown.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Imported {
    artifacts: Tally,
    runs: Tally,
    datasets: Tally,
    bytes_taken: u64,
    notes: Vec<String>,
    truncated: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tally {
    imported: u64,
    already_there: u64,
    skipped: u64,
}

pub(super) fn run(place: &Place, options: &Bundle) -> Outcome {
    match &options.action {
        Action::Export(options) => export(place, options),
        Action::Import(options) => import(place, options),
    }
}

fn export(place: &Place, options: &Export) -> Outcome {
    if options.references.is_empty() && !options.all {
        return Err(Failure::Usage(
            Error::invalid_params("no artifact is named").hint("name some, or say --all for every one"),
        ));
    }
    let caller = Caller::at(place)?;
    let ids = options.references.iter().map(|reference| Ok(caller.resolve(reference)?.artifact_id));
    let ids = ids.collect::<Result<Vec<_>, Failure>>()?;
    let params = match options.all {
        true => json!({ "all": true, "path": paths::text(&options.path)? }),
        false => {
            json!({ "artifactIds": ids, "path": paths::text(&options.path)?, "closure": !options.no_closure })
        }
    };
    let stop = Stop::on_signals()?;
    let progress = Progress::new(&stop, "exporting");
    let text = caller.watched("export_bundle", params, &progress).map_err(|error| stop.failure(error))?;
    drop(progress);
    if options.json {
        return print::json(&text).map(|()| 0);
    }
    let bundled: Bundled = read("export_bundle", &text)?;
    let (count, size) = (words::count(bundled.artifact_count, "artifact"), words::size(bundled.size_bytes));
    let mut lines = format!("{}: {count}, {size}\n", words::clean(&bundled.path));
    for input in &bundled.missing_inputs {
        lines.push_str(&format!("not in it, though something was made from it: {}\n", words::clean(input)));
    }
    print::lines(&lines).map(|()| 0)
}

fn import(place: &Place, options: &Import) -> Outcome {
    let caller = Caller::at(place)?;
    let stop = Stop::on_signals()?;
    let progress = Progress::new(&stop, "importing");
    let params = json!({ "path": paths::text(&options.path)? });
    let text = caller.watched("import_bundle", params, &progress).map_err(|error| stop.failure(error))?;
    drop(progress);
    if options.json {
        return print::json(&text).map(|()| 0);
    }
    let imported: Imported = read("import_bundle", &text)?;
    let mut lines = String::new();
    for (kind, tally) in
        [("artifact", &imported.artifacts), ("run", &imported.runs), ("dataset version", &imported.datasets)]
    {
        if kind == "artifact" || tally.imported + tally.already_there + tally.skipped > 0 {
            let left = match tally.skipped {
                0 => String::new(),
                skipped => format!(", {} left out", words::number(skipped)),
            };
            let (new, there) = (words::count(tally.imported, kind), words::number(tally.already_there));
            lines.push_str(&format!("{new} imported, {there} there already{left}\n"));
        }
    }
    if imported.bytes_taken > 0 {
        lines.push_str(&format!("{} copied\n", words::size(imported.bytes_taken)));
    }
    imported.notes.iter().for_each(|note| lines.push_str(&format!("note: {}\n", words::clean(note))));
    if imported.truncated {
        lines.push_str("… and more\n");
    }
    print::lines(&lines).map(|()| 0)
}
