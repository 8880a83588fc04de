//! `keepstone dataset members`

use std::collections::BTreeMap;

use clap::Args;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::arguments::Place;
use super::super::caller::Caller;
use super::super::paper::{Paper, Style};
use super::super::table::{Column, Table};
use super::super::{Outcome, pairs, print, words};
use super::{and, feature, version_of};
use crate::model::Error;
use crate::model::dataset::Member;

#[derive(Debug, Args)]
pub(super) struct Members {
    /// Which version: DATASET, DATASET@VERSION, or the path of a snapshot
    #[arg(value_name = "VERSION")]
    which: String,
    /// Only in this role; several: in one of them
    #[arg(long, value_name = "ROLE")]
    role: Vec<String>,
    /// Only of this type; several: of one of them
    #[arg(long = "type", value_name = "TYPE")]
    artifact_type: Vec<String>,
    /// Only in this split; several: in one of them
    #[arg(long, value_name = "SPLIT")]
    split: Vec<String>,
    /// Only with this feature: NAME=VALUE, or NAME=MIN..MAX of which one may be left out; several must all hold
    #[arg(long, value_name = "FEATURE", value_parser = condition)]
    feature: Vec<(String, Value)>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    /// Pass so many over
    #[arg(long, value_name = "N", default_value_t = 0)]
    offset: u32,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What of list_dataset_members is shown.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    members: Vec<Member>,
    total: u64,
    next_offset: Option<u64>,
}

pub(super) fn run(place: &Place, options: &Members) -> Outcome {
    let caller = Caller::at(place)?;
    let some = |words: &Vec<String>| (!words.is_empty()).then(|| words.clone());
    let features: Map<String, Value> = options.feature.iter().cloned().collect();
    let filter = json!({ "roles": some(&options.role), "artifactTypes": some(&options.artifact_type),
        "splits": some(&options.split), "features": features });
    let params =
        and(version_of(&options.which), json!({ "filter": filter, "limit": options.limit, "offset": options.offset }));
    if options.json {
        return print::json(&caller.text("list_dataset_members", params)?).map(|()| 0);
    }
    let listed: Listed = caller.call("list_dataset_members", params)?;
    let shown = listed.members.len() as u64;
    let cut = match listed.next_offset {
        Some(offset) => format!(" of {}; --offset {offset} shows the next", words::number(listed.total)),
        None => String::new(),
    };
    let total = words::count(shown, "member");
    print::lines(&format!("{}{total}{cut}\n", table(&listed.members).render(&Paper::stdout()))).map(|()| 0)
}

/// All members of a version.
pub(super) fn all(caller: &Caller, which: &Value) -> Result<Vec<Member>, Error> {
    let mut members = Vec::new();
    let mut offset = Some(0);
    while let Some(passed) = offset {
        let params = and(which.clone(), json!({ "limit": 10_000, "offset": passed }));
        let listed: Listed = caller.call("list_dataset_members", params)?;
        members.extend(listed.members);
        offset = listed.next_offset;
    }
    Ok(members)
}

/// Members as a table, with all their features in one column.
pub(super) fn table(members: &[Member]) -> Table {
    let mut table = Table::new(&[
        Column::left("ID").painted(Style::Name),
        Column::left("TYPE").shrinks(),
        Column::left("KEY").shrinks(),
        Column::left("ROLE"),
        Column::left("SPLIT"),
        Column::right("SIZE"),
        Column::left("FEATURES").shrinks(),
    ]);
    let mut shorts: BTreeMap<&str, usize> = BTreeMap::new();
    let short = |member: &'_ Member| words::short_id(member.artifact_id.as_str()).len();
    for member in members {
        let id = member.artifact_id.as_str();
        *shorts.entry(&id[id.len() - short(member)..]).or_default() += 1;
    }
    for member in members {
        let id = member.artifact_id.as_str();
        let tail = &id[id.len() - short(member)..];
        let features: Vec<String> =
            member.features.iter().map(|(name, value)| format!("{}={}", words::clean(name), feature(value))).collect();
        table.row(vec![
            if shorts[tail] == 1 { tail } else { id }.to_owned(),
            member.artifact_type.to_string(),
            words::clean(&member.logical_key).into_owned(),
            words::clean(&member.role).into_owned(),
            words::clean(member.split.as_deref().unwrap_or_default()).into_owned(),
            words::size(member.size_bytes.0),
            features.join(" "),
        ]);
    }
    table
}

/// `NAME=VALUE` or `NAME=MIN..MAX`.
fn condition(text: &str) -> Result<(String, Value), String> {
    let (name, value) = pairs::param(text)?;
    let Value::String(range) = &value else { return Ok((name, json!({ "equals": value }))) };
    let Some((min, max)) = range.split_once("..") else { return Ok((name, json!({ "equals": value }))) };
    let end = |text: &str| match text {
        "" => Ok(None),
        number => number.parse::<f64>().map(Some).map_err(|_| format!("{number:?} is no number")),
    };
    match (end(min)?, end(max)?) {
        (None, None) => Err("one end of a range must be given: NAME=MIN..MAX".to_owned()),
        (min, max) => Ok((name, json!({ "min": min, "max": max }))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_asked_by_value_or_range() {
        for (text, expected) in [
            ("f=1..10", json!({"min": 1.0, "max": 10.0})),
            ("f=..0.5", json!({"min": null, "max": 0.5})),
            ("f=-2..", json!({"min": -2.0, "max": null})),
            ("f=3", json!({"equals": 3})),
            ("f=true", json!({"equals": true})),
            ("f=word", json!({"equals": "word"})),
        ] {
            assert_eq!(condition(text), Ok(("f".to_owned(), expected)), "{text}");
        }
        for text in ["f", "f=..", "f=a..b", "=1"] {
            assert!(condition(text).is_err(), "{text}");
        }
    }
}
