//! `keepstone dataset`

mod create;
mod diff;
mod list;
mod members;
mod restore;
mod show;
mod verify;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::arguments::Place;
use super::{Failure, Outcome, words};
use crate::model::Error;
use crate::model::dataset::FeatureValue;

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone dataset create em@v1 --members members.json
  keepstone dataset create em@v2 --from v1 --remove 5f2c81d4 touchstone:coupon-7 --role oracle_output
  keepstone dataset list
  keepstone dataset show em                          the latest version
  keepstone dataset members em@v1 --role oracle_output --feature freq_ghz=1..10
  keepstone dataset diff em@v1 em@v2
  keepstone dataset verify em --hash
  keepstone dataset delete em@v1                     and restore em@v1 brings it back

A version is DATASET@VERSION; DATASET alone means its latest, a path ending in .json a snapshot file.";

const SHOW_EXAMPLES: &str = "\
Examples:
  keepstone dataset show em                          the latest version
  keepstone dataset show em@v1 --json | jq -r .contentDigest";

const LIST_EXAMPLES: &str = "\
Examples:
  keepstone dataset list
  keepstone dataset list --json | jq -r '.[].datasetId'";

const MEMBERS_EXAMPLES: &str = "\
Examples:
  keepstone dataset members em@v1
  keepstone dataset members em@v1 --role oracle_output --feature freq_ghz=1..10";

const DIFF_EXAMPLES: &str = "\
Examples:
  keepstone dataset diff em@v1 em@v2
  keepstone dataset diff em@v1 backup/em-v1.json     a snapshot file serves as well";

const DELETE_EXAMPLES: &str = "\
Example:
  keepstone dataset delete em@v1

Its members stay, and `keepstone dataset restore em@v1` brings it back.";

const RESTORE_EXAMPLES: &str = "\
Example:
  keepstone dataset restore em@v1";

#[derive(Debug, Args)]
pub(super) struct Dataset {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Create a version, for good
    #[command(after_help = create::EXAMPLES)]
    Create(Box<create::Create>),
    /// Show everything about one version
    #[command(after_help = SHOW_EXAMPLES, disable_version_flag = true)]
    Show(show::Show),
    /// List versions, the highest first
    #[command(after_help = LIST_EXAMPLES, visible_alias = "ls")]
    List(list::List),
    /// List the members of a version
    #[command(after_help = MEMBERS_EXAMPLES)]
    Members(members::Members),
    /// Compare two versions
    #[command(after_help = DIFF_EXAMPLES)]
    Diff(diff::Diff),
    /// Prove that a version is what it was, and its members are there
    #[command(after_help = verify::EXAMPLES)]
    Verify(verify::Verify),
    /// Delete a version; it can be restored
    #[command(after_help = DELETE_EXAMPLES)]
    Delete(restore::Change),
    /// Bring a deleted version back
    #[command(after_help = RESTORE_EXAMPLES)]
    Restore(restore::Change),
}

pub(super) fn run(place: &Place, options: &Dataset) -> Outcome {
    match &options.action {
        Action::Create(options) => create::run(place, options),
        Action::Show(options) => show::run(place, options),
        Action::List(options) => list::run(place, options),
        Action::Members(options) => members::run(place, options),
        Action::Diff(options) => diff::run(place, options),
        Action::Verify(options) => verify::run(place, options),
        Action::Delete(options) => restore::run(place, options, true),
        Action::Restore(options) => restore::run(place, options, false),
    }
}

/// A version as params name it: by `DATASET`, `DATASET@VERSION`, or the path of a snapshot.
fn version_of(text: &str) -> Value {
    if text.contains('/') || text.ends_with(".json") {
        return json!({ "path": text });
    }
    match text.split_once('@') {
        Some((dataset_id, version)) => json!({ "datasetId": dataset_id, "version": version }),
        None => json!({ "datasetId": text }),
    }
}

/// The same, where a version has to be named.
fn named_version(text: &str) -> Result<Value, Failure> {
    match text.split_once('@') {
        Some((dataset_id, version)) => Ok(json!({ "datasetId": dataset_id, "version": version })),
        None => Err(Failure::Usage(
            Error::invalid_params(format!("{text:?} names no version")).hint("write it as DATASET@VERSION"),
        )),
    }
}

/// The params of one with the fields of another.
fn and(mut params: Value, more: Value) -> Value {
    if let (Value::Object(params), Value::Object(more)) = (&mut params, more) {
        params.extend(more);
    }
    params
}

/// A feature's value for people.
fn feature(value: &FeatureValue) -> String {
    match value {
        FeatureValue::Text(text) => words::clean(text).into_owned(),
        other => serde_json::to_string(other).expect("plain data"),
    }
}
