//! `keepstone supersede`

use clap::Args;
use serde_json::json;

use super::arguments::Place;
use super::caller::Caller;
use super::{Outcome, print, show};

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone supersede rain:november@v1 --by rain:november@v2
  keepstone supersede 5f2c81d4 --by 0b7e43aa --reason 'late readings came in'

What is superseded stays readable, and its lineage stays; `rain:november` then means the latest that stands.";

#[derive(Debug, Args)]
pub(super) struct Supersede {
    /// The artifact that is replaced: an id, the start of one, its last 8 digits, TYPE:KEY or TYPE:KEY@v3
    #[arg(value_name = "OLD")]
    old: String,
    /// The artifact that replaces it
    #[arg(long, value_name = "NEW")]
    by: String,
    /// Why; it stands in the history
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(place: &Place, options: &Supersede) -> Outcome {
    let caller = Caller::at(place)?;
    let (old, new) = (caller.resolve(&options.old)?, caller.resolve(&options.by)?);
    let params =
        json!({ "newArtifactId": new.artifact_id, "oldArtifactId": old.artifact_id, "reason": options.reason });
    let text = caller.text("supersede", params)?;
    if options.json {
        return print::json(&text).map(|()| 0);
    }
    print::line(&format!("{} is superseded by {}", show::named(&old), show::named(&new))).map(|()| 0)
}
