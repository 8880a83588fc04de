//! `keepstone list`

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::arguments::Place;
use super::caller::Caller;
use super::families::{self, Marks};
use super::paper::Paper;
use super::{Failure, Outcome, artifacts, pairs, print, words};
use crate::base::clock;
use crate::model::Error;
use crate::model::artifact::Artifact;

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone list                                    the newest 100
  keepstone list --type rain --status active
  keepstone list --tag station=sea --since 30d
  keepstone list --family proofs                    the runs of a family; --verbose names their files
  keepstone list --json --limit 10000 | jq -r '.[].artifactId'

Sizes are decimal: 1 kB is 1000 bytes. Deleted artifacts are listed with --status deleted alone.";

/// Most artifacts that one list may have.
pub(super) const MOST: u32 = 10_000;

#[derive(Debug, Args)]
pub(super) struct List {
    /// Only of this type
    #[arg(long = "type", short = 't', value_name = "TYPE")]
    artifact_type: Option<String>,
    /// Only in this state
    #[arg(long)]
    status: Option<State>,
    /// Only with this tag: KEY=VALUE, or a word; several must all hold
    #[arg(long, value_name = "TAG", value_parser = pairs::tag)]
    tag: Vec<(String, String)>,
    /// Only created since: a date, a moment, or how long ago (30d, 2h, 15min)
    #[arg(long, alias = "after", value_name = "WHEN", allow_hyphen_values = true)]
    since: Option<String>,
    /// Only created until then
    #[arg(long, alias = "before", value_name = "WHEN", allow_hyphen_values = true)]
    until: Option<String>,
    /// Only published by this run
    #[arg(long, short, value_name = "RUN")]
    run: Option<String>,
    /// Only with this role; several must all hold
    #[arg(long, value_name = "ROLE")]
    pub(super) role: Vec<String>,
    /// Only the runs of this family
    #[arg(long, value_name = "NAME")]
    family: Option<String>,
    /// Only what ended like this
    #[arg(long, value_parser = ["pass", "fail", "unknown"])]
    outcome: Option<String>,
    /// Say where the files are
    #[arg(long, short)]
    verbose: bool,
    /// At most so many, the newest
    #[arg(long, short = 'n', value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST)))]
    pub(super) limit: u32,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// The states as people call them.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum State {
    Active,
    Superseded,
    #[value(alias = "tombstoned")]
    Deleted,
}

impl State {
    /// The state as operations call it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Superseded => "superseded",
            Self::Deleted => "tombstoned",
        }
    }
}

pub(super) fn run(place: &Place, options: &List) -> Outcome {
    let caller = Caller::at(place)?;
    // One more than is shown tells whether there are more.
    let limit = if options.json { options.limit } else { (options.limit + 1).min(MOST) };
    let params = json!({ "filter": filter(options, limit, caller.now)? });
    if options.json {
        return print::json(&caller.text("list_artifacts", params)?).map(|()| 0);
    }
    let mut found: Vec<Artifact> = caller.call("list_artifacts", params)?;
    let more = found.len() > options.limit as usize;
    found.truncate(options.limit as usize);
    let cut = match () {
        () if more => ", and there are older ones: --limit shows more",
        () if found.len() == MOST as usize => ", and there may be older ones: --until shows them",
        () => "",
    };
    let paths = if options.verbose { Some(paths(&caller, &found)?) } else { None };
    let are_runs = !found.is_empty() && found.iter().all(|artifact| artifact.family.is_some());
    let paper = Paper::stdout();
    if are_runs {
        let marks = Marks::of(&caller, &found)?;
        let table = families::table(&found, &marks, paths.as_deref(), &paper);
        return print::lines(&format!("{table}\n{}\nTotal: {}{cut}\n", families::LEGEND, artifacts::total(&found)))
            .map(|()| 0);
    }
    let table = artifacts::table(&found, caller.now, paths.as_deref(), &paper);
    let none = match &options.family {
        Some(family) if found.is_empty() => format!("There is no run of a family {}. ", words::clean(family)),
        _ => String::new(),
    };
    print::lines(&format!("{table}{none}{}{cut}\n", artifacts::total(&found))).map(|()| 0)
}

/// Where the files of each artifact are.
fn paths(caller: &Caller, found: &[Artifact]) -> Result<Vec<Vec<String>>, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Listed {
        absolute_path: Option<String>,
    }
    let one = |artifact: &Artifact| {
        let files: Vec<Listed> = caller.call("list_files", json!({ "artifactId": artifact.artifact_id }))?;
        Ok(files.into_iter().filter_map(|file| file.absolute_path).collect())
    };
    found.iter().map(one).collect()
}

pub(super) fn filter(options: &List, limit: u32, now: Timestamp) -> Result<Value, Failure> {
    let tags: Map<String, Value> = options.tag.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    Ok(json!({
        "artifactType": options.artifact_type,
        "status": options.status.map(State::word),
        "tags": tags,
        "minCreatedAt": moment("--since", options.since.as_deref(), now)?,
        "maxCreatedAt": moment("--until", options.until.as_deref(), now)?,
        "runId": options.run,
        "roles": options.role,
        "family": options.family,
        "outcome": options.outcome,
        "limit": limit,
    }))
}

/// A moment, given as one or as how long ago it was.
pub(super) fn moment(option: &str, text: Option<&str>, now: Timestamp) -> Result<Option<String>, Failure> {
    let Some(text) = text else { return Ok(None) };
    if clock::parse_moment(text).is_some() {
        return Ok(Some(text.to_owned()));
    }
    match clock::ago(text, now) {
        Some(moment) => Ok(Some(clock::millis_text(moment))),
        None => Err(Failure::Usage(
            Error::invalid_params(format!("{option}: {text:?} is neither a moment nor how long ago one was"))
                .hint("write it as 2026-01-31, 2026-01-31T12:00:00Z, 30d, 2h or 15min"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_given_as_such_or_by_how_long_ago_they_were() {
        let now = clock::parse_moment("2026-03-01T12:00:00Z").unwrap();
        for (text, moment_then) in [
            ("2026-01-31", "2026-01-31"),
            ("2026-01-31T12:00:00+01:00", "2026-01-31T12:00:00+01:00"),
            ("30d", "2026-01-30T12:00:00.000Z"),
            ("2h", "2026-03-01T10:00:00.000Z"),
            ("1d 12h", "2026-02-28T00:00:00.000Z"),
            ("15min", "2026-03-01T11:45:00.000Z"),
            ("2w", "2026-02-15T12:00:00.000Z"),
        ] {
            assert_eq!(moment("--since", Some(text), now).ok().flatten().as_deref(), Some(moment_then), "{text}");
        }
        for text in ["", "5", "soon", "3 moons", "99999y", "2mo"] {
            assert!(matches!(moment("--since", Some(text), now), Err(Failure::Usage(_))), "{text}");
        }
    }
}
