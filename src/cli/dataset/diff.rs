//! `keepstone dataset diff`

use clap::Args;
use serde::Deserialize;
use serde_json::json;

use super::super::arguments::Place;
use super::super::caller::{Caller, read};
use super::super::paper::{Paper, Style};
use super::super::table::{Column, Table};
use super::super::{Outcome, print, words};
use super::{feature, version_of};
use crate::model::dataset::Member;

#[derive(Debug, Args)]
pub(super) struct Diff {
    /// The version that is compared: DATASET@VERSION, or the path of a snapshot
    #[arg(value_name = "LEFT")]
    left: String,
    /// The version that it is compared with, as a rule the newer one
    #[arg(value_name = "RIGHT")]
    right: String,
    /// Of each kind of difference at most so many lines
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What of diff_datasets is shown.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    counts: Counts,
    added: Vec<Member>,
    removed: Vec<Member>,
    changed: Vec<Pair>,
    truncated: bool,
}

#[derive(Deserialize)]
struct Counts {
    added: u64,
    removed: u64,
    changed: u64,
    unchanged: u64,
}

#[derive(Deserialize)]
struct Pair {
    changes: Vec<String>,
    left: Member,
    right: Member,
}

pub(super) fn run(place: &Place, options: &Diff) -> Outcome {
    let caller = Caller::at(place)?;
    let params =
        json!({ "left": version_of(&options.left), "right": version_of(&options.right), "limit": options.limit });
    let text = caller.text("diff_datasets", params)?;
    if options.json {
        return print::json(&text).map(|()| 0);
    }
    let found: Found = read("diff_datasets", &text)?;
    let mut table = Table::new(&[
        Column::left("").painted(Style::Odd),
        Column::left("ID").painted(Style::Name),
        Column::left("KEY").shrinks(),
        Column::left("ROLE"),
        Column::left("CHANGE").shrinks(),
    ]);
    let mut row = |sign: &str, member: &Member, change: String| {
        table.row(vec![
            sign.to_owned(),
            words::short_id(member.artifact_id.as_str()).to_owned(),
            format!("{}:{}", member.artifact_type, words::clean(&member.logical_key)),
            words::clean(&member.role).into_owned(),
            change,
        ]);
    };
    found.removed.iter().for_each(|member| row("-", member, String::new()));
    found.added.iter().for_each(|member| row("+", member, String::new()));
    found.changed.iter().for_each(|pair| row("~", &pair.right, change(pair)));
    let Counts { added, removed, changed, unchanged } = found.counts;
    let [added, removed, changed, unchanged] = [added, removed, changed, unchanged].map(words::number);
    let cut = if found.truncated { "; --limit shows more" } else { "" };
    let total = format!("{added} added, {removed} removed, {changed} changed, {unchanged} unchanged{cut}");
    print::lines(&format!("{}{total}\n", table.render(&Paper::stdout()))).map(|()| 0)
}

/// What changed, from what to what.
fn change(pair: &Pair) -> String {
    let (left, right) = (&pair.left, &pair.right);
    let told = pair.changes.iter().map(|what| match what.as_str() {
        "content" if left.artifact_id != right.artifact_id => {
            format!("content (was {})", words::short_id(left.artifact_id.as_str()))
        }
        "role" => format!("role (was {})", words::clean(&left.role)),
        "split" => format!(
            "split {} (was {})",
            words::clean(right.split.as_deref().unwrap_or("none")),
            words::clean(left.split.as_deref().unwrap_or("none"))
        ),
        "features" => features(left, right),
        other => other.to_owned(),
    });
    told.collect::<Vec<_>>().join(", ")
}

fn features(left: &Member, right: &Member) -> String {
    let names: std::collections::BTreeSet<&str> =
        [left, right].into_iter().flat_map(|member| member.features.iter().map(|(name, _)| name)).collect();
    let told = names.into_iter().filter_map(|name| {
        let (was, is) = (left.features.get(name), right.features.get(name));
        let same = matches!((was, is), (Some(was), Some(is)) if was.same(is));
        let shown = |value: Option<&_>| value.map_or_else(|| "none".to_owned(), feature);
        (!same).then(|| format!("{}={} (was {})", words::clean(name), shown(is), shown(was)))
    });
    told.collect::<Vec<_>>().join(" ")
}
