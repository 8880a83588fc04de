//! `keepstone expand`

use clap::Args;
use serde::Deserialize;
use serde_json::json;

use super::arguments::Place;
use super::caller::{Caller, read};
use super::progress::Progress;
use super::stop::Stop;
use super::{Outcome, print, words};
use crate::model::compaction::{CompactionFailure, Form};

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone expand 5f2c81d4               have the originals of a run back, proven by their hash
  keepstone expand 5f2c81d4 --json

Exit codes: 0 done, 1 a file could not be expanded and is as it was.";

#[derive(Debug, Args)]
pub(super) struct Expand {
    /// The artifact: an id, the digits at its end, type:key
    #[arg(value_name = "ID")]
    reference: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What of the result is told.
#[derive(Deserialize)]
struct Told {
    files: Vec<File>,
    failures: Vec<CompactionFailure>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    path: String,
    form: Form,
    compact_size_bytes: u64,
    size_bytes: u64,
}

pub(super) fn run(place: &Place, options: &Expand) -> Outcome {
    let caller = Caller::at(place)?;
    let artifact = caller.resolve(&options.reference)?;
    let stop = Stop::on_signals()?;
    let progress = Progress::new(&stop, "expanding");
    let params = json!({ "artifactId": artifact.artifact_id });
    let text = caller.watched("expand", params, &progress).map_err(|error| stop.failure(error))?;
    drop(progress);
    let told: Told = read("expand", &text)?;
    if options.json {
        print::json(&text)?;
        return Ok(u8::from(!told.failures.is_empty()));
    }
    let mut shown = String::new();
    for File { path, form, compact_size_bytes, size_bytes } in &told.files {
        let sizes = format!("{} → {}", words::size(*compact_size_bytes), words::size(*size_bytes));
        shown.push_str(&format!("expanded  {}  {sizes}  {}\n", form.name(), words::clean(path)));
    }
    for failure in &told.failures {
        shown.push_str(&format!("failed: {}: {}\n", words::clean(&failure.path), words::clean(&failure.message)));
    }
    if told.files.is_empty() && told.failures.is_empty() {
        shown.push_str(&format!("{} has no files in a compact form\n", artifact.artifact_id));
    }
    print::lines(&shown)?;
    Ok(u8::from(!told.failures.is_empty()))
}
