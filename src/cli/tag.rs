//! `keepstone tag`

use clap::Args;
use serde_json::json;

use super::archive::change;
use super::arguments::Place;
use super::update::tags;
use super::{Outcome, pairs};

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone tag rain:november --add reviewed=yes
  keepstone tag 5f2c81d4 0b7e43aa --add baseline --remove draft";

#[derive(Debug, Args)]
#[group(id = "change", required = true, multiple = true, args = ["add", "remove"])]
pub(super) struct Tag {
    /// Which artifacts: ids, starts of ids, last 8 digits, TYPE:KEY, TYPE:KEY@v3 or TYPE:KEY@ALIAS
    #[arg(value_name = "REF", required = true)]
    references: Vec<String>,
    /// A tag that they get: KEY=VALUE, or a word
    #[arg(long, value_name = "TAG", value_parser = pairs::tag)]
    add: Vec<(String, String)>,
    /// The key of a tag that is taken from them
    #[arg(long, value_name = "KEY")]
    remove: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(place: &Place, options: &Tag) -> Outcome {
    let values = json!({ "tags": tags(&options.add, &options.remove) });
    change(place, &options.references, values, "tagged", options.json)
}
