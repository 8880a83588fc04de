//! `keepstone archive` and `keepstone unarchive`

use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments::Place;
use super::caller::{Caller, read};
use super::{Outcome, print, show, words};
use crate::model::Error;

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone archive rain:november@v1
  keepstone archive 5f2c81d4 0b7e43aa

What is archived stays readable and is listed; `keepstone search` finds it with --archived.";

pub(super) const UNARCHIVE_EXAMPLES: &str = "\
Examples:
  keepstone unarchive rain:november@v1
  keepstone search --only-archived --json | jq -r '.artifacts[].artifactId' | xargs keepstone unarchive";

#[derive(Debug, Args)]
pub(super) struct Archive {
    /// Which artifacts: ids, starts of ids, last 8 digits, TYPE:KEY, TYPE:KEY@v3 or TYPE:KEY@ALIAS
    #[arg(value_name = "REF", required = true)]
    references: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What bulk_update answers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Changed {
    changed: u64,
    results: Vec<One>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct One {
    error: Option<String>,
}

pub(super) fn run(place: &Place, options: &Archive, archived: bool) -> Outcome {
    let done = if archived { "archived" } else { "brought back" };
    change(place, &options.references, json!({ "archived": archived }), done, options.json)
}

/// Changes the same things about several artifacts, and says what became of each.
pub(super) fn change(place: &Place, references: &[String], values: Value, done: &str, json: bool) -> Outcome {
    let caller = Caller::at(place)?;
    let artifacts = references.iter().map(|reference| caller.resolve(reference)).collect::<Result<Vec<_>, _>>()?;
    let mut params = values;
    params["artifactIds"] = artifacts.iter().map(|artifact| json!(artifact.artifact_id)).collect();
    let text = caller.text("bulk_update", params)?;
    let Changed { changed, results } = read("bulk_update", &text)?;
    let failed = results.iter().any(|one| one.error.is_some());
    if json {
        return print::json(&text).map(|()| u8::from(failed));
    }
    for (artifact, one) in artifacts.iter().zip(&results) {
        match &one.error {
            None => print::line(&format!("{done}  {}", show::named(artifact)))?,
            Some(message) => print::error(&Error::conflict(message.clone())),
        };
    }
    let same = results.iter().filter(|one| one.error.is_none()).count() as u64 - changed;
    if same > 0 {
        print::line(&format!(
            "{} {} so already",
            words::count(same, "artifact"),
            if same == 1 { "was" } else { "were" }
        ))?;
    }
    Ok(u8::from(failed))
}
