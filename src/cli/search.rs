//! `keepstone search`

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::arguments::Place;
use super::caller::{Caller, read};
use super::list::{State, moment};
use super::paper::Paper;
use super::table::{Column, Table};
use super::{Failure, Outcome, artifacts, pairs, print, words};
use crate::model::artifact::Artifact;

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone search rain november                          both words
  keepstone search '\"late autumn\" OR sta*' NOT draft
  keepstone search --type report --tag reviewed --sort size
  keepstone search --param grid.bins=1..24 --param scenario=storm
  keepstone search rain --facet type --facet tag
  keepstone search rain --json | jq -r '.artifacts[].artifactId'

Words are looked for in titles, descriptions, tags, keys, ids, types, file names, params, roles, writers and commits. All of
them must be there. Operators are AND, OR, NOT and parentheses, written inside quotes of the shell where it minds them.
Archived artifacts are found with --archived, deleted ones with --status deleted.";

/// Most artifacts that one page may have.
const MOST: u32 = 1000;

#[derive(Debug, Args)]
pub(super) struct Search {
    /// What is looked for; without words, everything the options let through
    #[arg(value_name = "WORD")]
    words: Vec<String>,
    /// Only of this type, whatever the case; one of several must do
    #[arg(long = "type", short = 't', value_name = "TYPE")]
    artifact_type: Vec<String>,
    /// Only in this state
    #[arg(long)]
    status: Option<State>,
    /// Archived artifacts too
    #[arg(long)]
    archived: bool,
    /// Only archived artifacts
    #[arg(long, conflicts_with = "archived")]
    only_archived: bool,
    /// Only with this tag: KEY=VALUE, or a word; several must all hold
    #[arg(long, value_name = "TAG", value_parser = pairs::tag)]
    tag: Vec<(String, String)>,
    /// Only with this tag or another that is named like this
    #[arg(long, value_name = "TAG", value_parser = pairs::tag)]
    any_tag: Vec<(String, String)>,
    /// Only from this source
    #[arg(long)]
    source: Option<String>,
    /// Only with this capability; several must all hold
    #[arg(long, value_name = "WORD")]
    capability: Vec<String>,
    /// Only of this family
    #[arg(long)]
    family: Option<String>,
    /// Only with this outcome: pass, fail or unknown
    #[arg(long)]
    outcome: Option<String>,
    /// Only published by this run
    #[arg(long, short, value_name = "RUN")]
    run: Option<String>,
    /// Only with this role; several must all hold
    #[arg(long, value_name = "ROLE")]
    role: Vec<String>,
    /// Only created since: a date, a moment, or how long ago (30d, 2h, 15min)
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    since: Option<String>,
    /// Only created until then
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    until: Option<String>,
    /// Only of so many bytes or more
    #[arg(long, value_name = "BYTES")]
    min_size: Option<u64>,
    /// Only of so many bytes or fewer
    #[arg(long, value_name = "BYTES")]
    max_size: Option<u64>,
    /// Only written by this program
    #[arg(long, value_name = "NAME")]
    writer: Option<String>,
    /// Only made by the code of this commit, or of one that begins like this
    #[arg(long, value_name = "COMMIT")]
    commit: Option<String>,
    /// Only made with this param: NAME=VALUE, or NAME=1..24 for the numbers between, both ends included; several must all hold
    #[arg(long, value_name = "NAME=VALUE", value_parser = condition)]
    param: Vec<(String, Value)>,
    /// By what they are ordered
    #[arg(long, default_value = "created")]
    sort: SortBy,
    /// Whether the least or the greatest comes first; asc by title and type, desc by all else, unless given
    #[arg(long, value_parser = ["asc", "desc"])]
    order: Option<String>,
    /// Count what was found by type, tag, status, family, outcome or source
    #[arg(long, value_name = "FIELD")]
    facet: Vec<String>,
    /// At most so many
    #[arg(long, short = 'n', value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST)))]
    limit: u32,
    /// Pass over so many
    #[arg(long, value_name = "N")]
    offset: Option<u32>,
    /// Go on where the page before ended: its nextCursor
    #[arg(long, conflicts_with = "offset")]
    cursor: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SortBy {
    Created,
    Updated,
    Title,
    Size,
    Type,
    Relevance,
}

/// What search_artifacts answers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    artifacts: Vec<Artifact>,
    total: u64,
    next_cursor: Option<String>,
    facets: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
struct Counted {
    key: Option<String>,
    value: String,
    count: u64,
}

pub(super) fn run(place: &Place, options: &Search) -> Outcome {
    let caller = Caller::at(place)?;
    let query = (!options.words.is_empty()).then(|| options.words.join(" "));
    let sort = options.sort.to_possible_value().expect("none is hidden");
    let params = json!({
        "query": query,
        "filter": filter(options, caller.now)?,
        "sort": sort.get_name(),
        "order": options.order,
        "limit": options.limit,
        "offset": options.offset,
        "cursor": options.cursor,
        "facets": (!options.facet.is_empty()).then_some(&options.facet),
    });
    let text = caller.text("search_artifacts", params)?;
    if options.json {
        return print::json(&text).map(|()| 0);
    }
    let found: Found = read("search_artifacts", &text)?;
    let paper = Paper::stdout();
    let mut shown = artifacts::table(&found.artifacts, caller.now, None, &paper);
    shown.push_str(&artifacts::total(&found.artifacts));
    if found.total != found.artifacts.len() as u64 {
        shown.push_str(&format!(", of {}", words::count(found.total, "artifact")));
    }
    shown.push('\n');
    if let Some(cursor) = &found.next_cursor {
        shown.push_str(&format!("The next: --cursor {cursor}\n"));
    }
    for (name, counted) in found.facets.iter().flatten().filter(|(_, counted)| !counted.is_null()) {
        let counted: Vec<Counted> = read("search_artifacts", &counted.to_string())?;
        shown.push_str(&format!("\n{}", spread(name, &counted, &paper)));
    }
    print::lines(&shown).map(|()| 0)
}

/// How many artifacts have which value.
fn spread(name: &str, counted: &[Counted], paper: &Paper) -> String {
    let heading = match name {
        "type" => "TYPE",
        "tag" => "TAG",
        "status" => "STATUS",
        "family" => "FAMILY",
        "outcome" => "OUTCOME",
        _ => "SOURCE",
    };
    let mut table = Table::new(&[Column::left(heading).shrinks(), Column::right("ARTIFACTS")]);
    for Counted { key, value, count } in counted {
        let value = match key {
            Some(key) if value.is_empty() => key.clone(),
            Some(key) => format!("{key}={value}"),
            None => value.clone(),
        };
        table.row(vec![words::clean(&value).into_owned(), words::number(*count)]);
    }
    table.render(paper)
}

fn filter(options: &Search, now: Timestamp) -> Result<Value, Failure> {
    let tags: Map<String, Value> = options.tag.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    let mut any_tags: Map<String, Value> = Map::new();
    for (key, value) in &options.any_tag {
        let values = any_tags.entry(key.clone()).or_insert_with(|| json!([]));
        values.as_array_mut().expect("made above").push(json!(value));
    }
    let params: Map<String, Value> = options.param.iter().cloned().collect();
    let some = |list: &[String]| (!list.is_empty()).then(|| json!(list));
    Ok(json!({
        "types": some(&options.artifact_type),
        "status": options.status.map(State::word),
        "archived": match (options.archived, options.only_archived) {
            (true, _) => "include",
            (_, true) => "only",
            _ => "exclude",
        },
        "tags": tags,
        "anyTags": (!any_tags.is_empty()).then_some(any_tags),
        "source": options.source,
        "capabilities": options.capability,
        "family": options.family,
        "outcome": options.outcome,
        "runId": options.run,
        "roles": options.role,
        "minCreatedAt": moment("--since", options.since.as_deref(), now)?,
        "maxCreatedAt": moment("--until", options.until.as_deref(), now)?,
        "minSizeBytes": options.min_size,
        "maxSizeBytes": options.max_size,
        "writerName": options.writer,
        "gitCommit": options.commit,
        "params": params,
    }))
}

/// What must hold of a param: a value, or the numbers between two, of which one may be left out.
fn condition(text: &str) -> Result<(String, Value), String> {
    let (name, value) = pairs::param(text)?;
    let Some((min, max)) = value.as_str().and_then(|text| text.split_once("..")) else { return Ok((name, value)) };
    let end = |text: &str| match text {
        "" => Some(None),
        text => text.parse::<serde_json::Number>().ok().map(Some),
    };
    match (end(min), end(max)) {
        (Some(None), Some(None)) | (None, _) | (_, None) => Ok((name, value)),
        (Some(min), Some(max)) => Ok((name, json!({ "min": min, "max": max }))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn params_are_values_or_the_numbers_between_two() {
        for (text, value) in [
            ("n=5", json!(5)),
            ("n=fast", json!("fast")),
            ("n=1..24", json!({"min": 1, "max": 24})),
            ("n=0.5..", json!({"min": 0.5, "max": null})),
            ("n=..-3", json!({"min": null, "max": -3})),
            ("n=..", json!("..")),
            ("n=a..b", json!("a..b")),
            ("n=[1,2]", json!([1, 2])),
        ] {
            assert_eq!(condition(text), Ok(("n".to_owned(), value)), "{text}");
        }
    }
}
