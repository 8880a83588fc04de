//! `keepstone init`

use serde_json::json;

use super::arguments::{Init, Place};
use super::{Outcome, about, print, whereabouts};
use crate::model::Unwatched;
use crate::server::call_once;

pub(super) fn run(place: &Place, options: &Init) -> Outcome {
    let site = whereabouts::site(place)?;
    let made = call_once(
        &site,
        &about(),
        "init",
        json!({ "force": options.force, "preset": options.preset }),
        None,
        &Unwatched,
    )?;
    if options.json {
        print::json(&made)?;
    } else if !options.quiet {
        print::line(&format!("The store is in {}", site.location().root.display()))?;
    }
    Ok(0)
}
