//! `keepstone rebuild`

use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments::Place;
use super::caller::{Caller, read};
use super::progress::Progress;
use super::stop::Stop;
use super::{Outcome, print, words};

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone rebuild                  after manifest.sqlite was lost or damaged
  keepstone rebuild --json

Ids, hashes, versions, lineage, status and tags are the same afterwards. What can't be made good is listed.";

#[derive(Debug, Args)]
pub(super) struct Rebuild {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What of the result is told.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    artifact_count: u64,
    event_count: u64,
    findings: Vec<String>,
}

pub(super) fn run(place: &Place, options: &Rebuild) -> Outcome {
    renew(place, "rebuild_manifest", json!({}), options.json)
}

/// Makes the manifest anew in one way or another, and tells what it holds now.
pub(super) fn renew(place: &Place, method: &str, params: Value, json: bool) -> Outcome {
    let caller = Caller::at(place)?;
    let stop = Stop::on_signals()?;
    let progress = Progress::new(&stop, "rebuilding");
    let text = caller.watched(method, params, &progress).map_err(|error| stop.failure(error))?;
    drop(progress);
    if json {
        return print::json(&text).map(|()| 0);
    }
    let summary: Summary = read(method, &text)?;
    let mut shown = format!(
        "The manifest has {} and {}\n",
        words::count(summary.artifact_count, "artifact"),
        words::count(summary.event_count, "event")
    );
    summary.findings.iter().for_each(|finding| shown.push_str(&format!("finding: {}\n", words::clean(finding))));
    print::lines(&shown).map(|()| 0)
}
