//! `keepstone status`

use clap::Args;
use serde::Deserialize;
use serde_json::json;

use super::arguments::Place;
use super::caller::{Caller, read};
use super::{Outcome, print, words};
use crate::model::Error;

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone status                     which store is meant here, and whether it can be used
  keepstone status --json | jq -r .storeRoot

Exit codes: 0 the store can be used, 1 it can't.";

#[derive(Debug, Args)]
pub(super) struct Status {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What of health_check is told.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Health {
    available: bool,
    error: Option<String>,
    hint: Option<String>,
    store_root: String,
    artifacts_root: String,
    read_only: Option<bool>,
    artifact_count: Option<u64>,
    format_version: Option<u64>,
}

pub(super) fn run(place: &Place, options: &Status) -> Outcome {
    let text = Caller::at(place)?.text("health_check", json!({}))?;
    let health: Health = read("health_check", &text)?;
    if options.json {
        print::json(&text)?;
        return Ok(u8::from(!health.available));
    }
    if !health.available {
        let error = Error::not_found(health.error.unwrap_or_default());
        return Err(match health.hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
        .into());
    }
    let only = if health.read_only == Some(true) { ", can only be read here" } else { "" };
    print::lines(&format!(
        "The store in {} has {}{only}\nReadable names lie in {}, the manifest's format is {}\n",
        words::clean(&health.store_root),
        words::count(health.artifact_count.unwrap_or_default(), "artifact"),
        words::clean(&health.artifacts_root),
        health.format_version.unwrap_or_default(),
    ))
    .map(|()| 0)
}
