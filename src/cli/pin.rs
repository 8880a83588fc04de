//! `keepstone pin`, `unpin` and `pins`, and M3's `gc-pin` and `gc-unpin`

use clap::Args;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments::Place;
use super::caller::{Caller, read};
use super::paper::{Paper, Style};
use super::table::{Column, Table};
use super::{Failure, Outcome, print, show, words};
use crate::base::clock;
use crate::model::Error;
use crate::model::retention::Pin as Found;

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone pin model:production --reason 'in use'
  keepstone pin --run run-20260301T093000-0b7e43aa --expires 90d
  keepstone pin --dataset em_dataset              the members of all its versions
  keepstone pin --id a1b2c3d4 --on                the same as keepstone pin a1b2c3d4
  keepstone unpin a1b2c3d4
  keepstone pins

What is pinned is never collected, nor purged from the trash.";

pub(super) const M3_EXAMPLES: &str = "\
Examples:
  keepstone gc-pin --artifact-id art-20260301T093000-5f2c81d4 --reason 'Production model'
  keepstone gc-unpin --run-id run-20260301T093000-0b7e43aa

The same as keepstone pin and keepstone unpin.";

#[derive(Debug, Args)]
pub(super) struct Pin {
    #[command(flatten)]
    target: Target,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Until when: a date, a moment, or how long from now (90d)
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    expires: Option<String>,
    /// Set the pin: so it is without --off
    #[arg(long, conflicts_with = "off")]
    on: bool,
    /// Remove all pins instead
    #[arg(long, conflicts_with_all = ["reason", "expires"])]
    off: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Unpin {
    #[command(flatten)]
    target: Target,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What a pin protects.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct Target {
    /// An artifact: an id, the start of one, its last 8 digits, TYPE:KEY or TYPE:KEY@v3
    #[arg(value_name = "REF")]
    reference: Option<String>,
    /// The same
    #[arg(long, visible_alias = "artifact-id", value_name = "REF")]
    id: Option<String>,
    /// A run: everything it published
    #[arg(long, visible_alias = "run-id", value_name = "RUN")]
    run: Option<String>,
    /// A dataset: the members of its versions
    #[arg(long, visible_alias = "dataset-id", value_name = "DATASET")]
    dataset: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Pins {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Deserialize)]
struct Removed {
    removed: u64,
}

impl Target {
    /// The params that name it, and its name for people.
    fn params(&self, caller: &Caller) -> Result<(Value, String), Failure> {
        if let Some(reference) = self.reference.as_ref().or(self.id.as_ref()) {
            let artifact = caller.resolve(reference)?;
            return Ok((json!({ "artifactId": artifact.artifact_id }), show::named(&artifact)));
        }
        Ok(match (&self.run, &self.dataset) {
            (Some(run), _) => (json!({ "runId": run }), format!("run {}", words::clean(run))),
            (None, dataset) => {
                let dataset = dataset.clone().unwrap_or_default();
                let name = format!("dataset {}", words::clean(&dataset));
                (json!({ "datasetId": dataset }), name)
            }
        })
    }
}

pub(super) fn run(place: &Place, options: &Pin) -> Outcome {
    let caller = Caller::at(place)?;
    let (mut params, name) = options.target.params(&caller)?;
    if options.off {
        return remove(&caller, params, &name, options.json);
    }
    params["reason"] = json!(options.reason);
    params["expiresAt"] = json!(ahead(options.expires.as_deref(), caller.now)?);
    let text = caller.text("pin", params)?;
    if options.json {
        return print::json(&text).map(|()| 0);
    }
    let pin: Found = read("pin", &text)?;
    let until = pin.expires_at.map(|at| format!(" until {at}")).unwrap_or_default();
    print::line(&format!("{name} is pinned{until}")).map(|()| 0)
}

pub(super) fn unpin(place: &Place, options: &Unpin) -> Outcome {
    let caller = Caller::at(place)?;
    let (params, name) = options.target.params(&caller)?;
    remove(&caller, params, &name, options.json)
}

fn remove(caller: &Caller, params: Value, name: &str, json: bool) -> Outcome {
    let text = caller.text("unpin", params)?;
    if json {
        return print::json(&text).map(|()| 0);
    }
    let Removed { removed } = read("unpin", &text)?;
    print::line(&match removed {
        0 => format!("Not pinned: {name}"),
        1 => format!("{name} is no longer pinned"),
        many => format!("{name} is no longer pinned; {} pins are gone", words::number(many)),
    })
    .map(|()| 0)
}

const COLUMNS: [Column; 6] = [
    Column::left("PIN").painted(Style::Name),
    Column::left("WHAT"),
    Column::left("ID").shrinks(),
    Column::right("AGE").painted(Style::Dim),
    Column::left("UNTIL"),
    Column::left("REASON").shrinks(),
];

pub(super) fn list(place: &Place, options: &Pins) -> Outcome {
    let caller = Caller::at(place)?;
    let text = caller.text("list_pins", json!({}))?;
    if options.json {
        return print::json(&text).map(|()| 0);
    }
    let pins: Vec<Found> = read("list_pins", &text)?;
    let mut table = Table::new(&COLUMNS);
    for pin in &pins {
        let ids = [
            ("artifact", pin.artifact_id.as_ref().map(ToString::to_string)),
            ("run", pin.run_id.as_ref().map(ToString::to_string)),
            ("dataset", pin.dataset_id.as_ref().map(ToString::to_string)),
        ];
        let (what, id) = ids.into_iter().find_map(|(what, id)| Some((what, id?))).unwrap_or_default();
        let until = match &pin.expires_at {
            Some(at) if pin.expired => format!("{at} (over)"),
            Some(at) => at.clone(),
            None => String::new(),
        };
        table.row(vec![
            pin.pin_id.0.to_string(),
            what.to_owned(),
            id,
            words::age(&pin.created_at, caller.now),
            until,
            words::clean(pin.reason.as_deref().unwrap_or_default()).into_owned(),
        ]);
    }
    let total = words::count(pins.len() as u64, "pin");
    print::lines(&format!("{}{total}\n", table.render(&Paper::stdout()))).map(|()| 0)
}

/// A moment, given as one or as how long from now it is.
fn ahead(text: Option<&str>, now: Timestamp) -> Result<Option<String>, Failure> {
    let Some(text) = text else { return Ok(None) };
    if clock::parse_moment(text).is_some() {
        return Ok(Some(text.to_owned()));
    }
    let ahead = clock::ago(text, now).and_then(|ago| now.checked_add(now.duration_since(ago)).ok());
    match ahead {
        Some(moment) => Ok(Some(clock::millis_text(moment))),
        None => Err(Failure::Usage(
            Error::invalid_params(format!("--expires: {text:?} is neither a moment nor how long from now one is"))
                .hint("write it as 2027-01-31, 2027-01-31T12:00:00Z or 90d"),
        )),
    }
}
