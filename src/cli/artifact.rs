//! `keepstone artifact`, `keepstone artifacts`: commands under the names that M3 and CryptoRun have for them.

use std::collections::BTreeMap;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::arguments::Place;
use super::caller::Caller;
use super::compact::{self, Compact};
use super::gc::{self, Gc};
use super::list::{self, List, MOST};
use super::paper::Paper;
use super::pin::{self, Pin};
use super::scan::{self, Scan};
use super::show::{self, Show};
use super::{Failure, Outcome, artifacts, print};
use crate::model::Error;
use crate::model::artifact::Artifact;

#[derive(Debug, Args)]
pub(super) struct Under {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show everything about one artifact
    #[command(after_help = show::EXAMPLES)]
    Show(Show),
    /// List artifacts, newest first unless told otherwise
    #[command(mut_arg("role", |role| role.help("Only with this role; several: with one of them")))]
    List(Sorted),
    /// Look through folders for the runs of families, and register them
    #[command(after_help = scan::EXAMPLES)]
    Scan(Scan),
    /// Make files that stay with their producers smaller, without losing a byte
    #[command(after_help = compact::EXAMPLES)]
    Compact(Compact),
    /// Show what would be collected, and collect it when told to
    #[command(after_help = gc::EXAMPLES)]
    Gc(Gc),
    /// Protect an artifact from being collected, or end that
    #[command(after_help = pin::EXAMPLES)]
    Pin(Pin),
}

/// A list in any order, of which a part is shown.
#[derive(Debug, Args)]
struct Sorted {
    #[command(flatten)]
    list: List,
    /// Pass so many over
    #[arg(long, value_name = "N", default_value_t = 0)]
    offset: usize,
    /// What decides on the order
    #[arg(long, value_name = "FIELD", value_enum, default_value = "created_utc")]
    order_by: Order,
    /// The lowest first
    #[arg(long)]
    asc: bool,
    /// Everything about each of them
    #[arg(long, short)]
    long: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Order {
    CreatedUtc,
    ArtifactId,
    ByteSize,
}

pub(super) fn run(place: &Place, options: &Under) -> Outcome {
    match &options.what {
        What::Show(options) => show::run(place, options),
        What::List(options) => sorted(place, options),
        What::Scan(options) => scan::run(place, options),
        What::Compact(options) => compact::run(place, options),
        What::Gc(options) => gc::run(place, options),
        What::Pin(options) => pin::run(place, options),
    }
}

fn sorted(place: &Place, options: &Sorted) -> Outcome {
    let Sorted { list, offset, order_by, asc, long } = options;
    if list.role.len() < 2 && *offset == 0 && *order_by == Order::CreatedUtc && !asc && !long {
        return list::run(place, list);
    }
    let caller = Caller::at(place)?;
    let mut found = all(&caller, options)?;
    // What is alike in what decides stays newest first.
    match order_by {
        Order::CreatedUtc => {}
        Order::ArtifactId => found.sort_by(|one, other| other.artifact_id.cmp(&one.artifact_id)),
        Order::ByteSize => found.sort_by_key(|artifact| std::cmp::Reverse(artifact.size_bytes.0)),
    }
    if *asc {
        found.reverse();
    }
    let matching = found.len();
    let found: Vec<Artifact> = found.into_iter().skip(*offset).take(list.limit as usize).collect();
    if list.json {
        return print::json(&json!(found).to_string()).map(|()| 0);
    }
    let paper = Paper::stdout();
    let mut text = String::new();
    if *long {
        for artifact in &found {
            text.push_str(&show::told(&caller, artifact, &paper)?);
            text.push('\n');
        }
    } else {
        text.push_str(&artifacts::table(&found, caller.now, None, &paper));
    }
    let of = if found.len() < matching { format!(" of {matching}") } else { String::new() };
    print::lines(&format!("{text}{}{of}\n", artifacts::total(&found))).map(|()| 0)
}

/// Everything that the filter lets through, newest first. It has to be seen whole to be sorted.
fn all(caller: &Caller, options: &Sorted) -> Result<Vec<Artifact>, Failure> {
    let mut filter = list::filter(&options.list, MOST, caller.now)?;
    let roles: Vec<Vec<&String>> = match options.list.role.len() {
        0 => vec![Vec::new()],
        _ => options.list.role.iter().map(|role| vec![role]).collect(),
    };
    let mut found = BTreeMap::new();
    for roles in roles {
        filter["roles"] = json!(roles);
        let listed: Vec<Artifact> = caller.call("list_artifacts", json!({ "filter": filter }))?;
        if listed.len() == MOST as usize {
            return Err(Error::limit_exceeded(format!("{MOST} artifacts or more are too many to be sorted here"))
                .hint("ask for fewer: --type, --run, --after, --before")
                .into());
        }
        // Those of one moment stay in the order of their commits.
        for (at, artifact) in listed.into_iter().enumerate() {
            found.entry(artifact.artifact_id.clone()).or_insert((at, artifact));
        }
    }
    let mut found: Vec<(usize, Artifact)> = found.into_values().collect();
    found.sort_by(|(at, one), (other_at, other)| other.created_at.cmp(&one.created_at).then(at.cmp(other_at)));
    Ok(found.into_iter().map(|(_, artifact)| artifact).collect())
}
