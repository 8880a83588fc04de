//! `keepstone dataset delete` and `restore`

use clap::Args;
use serde::Deserialize;
use serde_json::json;

use super::super::arguments::Place;
use super::super::caller::{Caller, read};
use super::super::{Outcome, print};
use super::{and, named_version};
use crate::model::dataset::Dataset;

#[derive(Debug, Args)]
pub(super) struct Change {
    /// Which version
    #[arg(value_name = "DATASET@VERSION")]
    which: String,
    /// Why; it stands in the history
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What of the result is told.
#[derive(Deserialize)]
struct Changed {
    changed: bool,
    dataset: Dataset,
}

pub(super) fn run(place: &Place, options: &Change, delete: bool) -> Outcome {
    let method = if delete { "delete_dataset" } else { "restore_dataset" };
    let caller = Caller::at(place)?;
    let params = and(named_version(&options.which)?, json!({ "reason": options.reason }));
    let text = caller.text(method, params)?;
    if options.json {
        return print::json(&text).map(|()| 0);
    }
    let Changed { changed, dataset } = read(method, &text)?;
    let name = format!("{}@{}", dataset.dataset_id, dataset.version);
    print::line(&match (delete, changed) {
        (true, true) => format!("{name} is deleted; keepstone dataset restore {name} brings it back"),
        (true, false) => format!("{name} was deleted already"),
        (false, true) => format!("{name} is restored"),
        (false, false) => format!("{name} was not deleted"),
    })
    .map(|()| 0)
}
