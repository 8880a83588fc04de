//! `keepstone export`

use std::path::PathBuf;

use clap::Args;
use serde::Deserialize;
use serde_json::json;

use super::arguments::Place;
use super::caller::{Caller, read};
use super::progress::Progress;
use super::stop::Stop;
use super::{Outcome, paths, print, words};

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone export rain:november out             writes out/november.parquet
  keepstone export 5f2c81d4 out --overwrite      replaces what is there
  keepstone export site:november out --json | jq -r '.files[].path'

The files are copies that may be changed, checked against their hashes on the way. What is there already with the same
bytes stays; what is there with others is refused, unless --overwrite is given.";

#[derive(Debug, Args)]
pub(super) struct Export {
    /// Which artifact: an id, the start of one, its last 8 digits, TYPE:KEY or TYPE:KEY@v3
    #[arg(value_name = "REF")]
    reference: String,
    /// The folder that its files are written into, made where it is not there
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Replace files that hold something else
    #[arg(long)]
    overwrite: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What of export_artifact is shown.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Exported {
    files: Vec<File>,
    written_count: u64,
    written_bytes: u64,
}

#[derive(Deserialize)]
struct File {
    path: String,
    state: String,
}

pub(super) fn run(place: &Place, options: &Export) -> Outcome {
    let caller = Caller::at(place)?;
    let artifact = caller.resolve(&options.reference)?;
    let stop = Stop::on_signals()?;
    let progress = Progress::new(&stop, "exporting");
    let params = json!({
        "artifactId": artifact.artifact_id, "directory": paths::text(&options.directory)?, "overwrite": options.overwrite,
    });
    let text = caller.watched("export_artifact", params, &progress).map_err(|error| stop.failure(error))?;
    drop(progress);
    if options.json {
        return print::json(&text).map(|()| 0);
    }
    let exported: Exported = read("export_artifact", &text)?;
    let mut lines = String::new();
    for File { path, state } in &exported.files {
        let told = match state.as_str() {
            "already_there" => "  (was there)",
            "replaced" => "  (replaced)",
            _ => "",
        };
        lines.push_str(&format!("{}{told}\n", words::clean(path)));
    }
    let (files, bytes) = (words::count(exported.written_count, "file"), words::size(exported.written_bytes));
    print::lines(&format!("{lines}{files} written, {bytes}\n")).map(|()| 0)
}
