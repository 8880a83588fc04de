//! `keepstone downstream`

use clap::Args;
use serde_json::json;

use super::arguments::Place;
use super::caller::Caller;
use super::paper::Paper;
use super::{Outcome, artifacts, print};
use crate::model::artifact::Artifact;

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone downstream rain:november              what was made of it
  keepstone downstream rain:november --depth 9    and what was made of that, nearest first
  keepstone downstream 5f2c81d4 --json | jq -r '.[].artifactId'";

#[derive(Debug, Args)]
pub(super) struct Downstream {
    /// Which artifact: an id, the start of one, its last 8 digits, TYPE:KEY or TYPE:KEY@v3
    #[arg(value_name = "REF")]
    reference: String,
    /// How many steps far
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    depth: u32,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(place: &Place, options: &Downstream) -> Outcome {
    let caller = Caller::at(place)?;
    let artifact = caller.resolve(&options.reference)?;
    let params = json!({ "artifactId": artifact.artifact_id, "depth": options.depth });
    if options.json {
        return print::json(&caller.text("get_downstream", params)?).map(|()| 0);
    }
    let found: Vec<Artifact> = caller.call("get_downstream", params)?;
    let table = artifacts::table(&found, caller.now, None, &Paper::stdout());
    print::lines(&format!("{table}{}\n", artifacts::total(&found))).map(|()| 0)
}
