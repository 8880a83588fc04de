//! `keepstone update`

use clap::Args;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::arguments::Place;
use super::caller::{Caller, read};
use super::{Outcome, pairs, print, show};
use crate::model::artifact::Artifact;

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone update rain:november --title 'Rain in November' --tag reviewed=yes
  keepstone update 5f2c81d4 --description '' --untag draft
  keepstone update 5f2c81d4 --title 'Rain' --revision 3       only if nobody has changed it since

Bytes, provenance and sidecar stay as they were published; the history tells of the change.";

#[derive(Debug, Args)]
#[group(id = "change", required = true, multiple = true, args = ["title", "description", "tag", "untag"])]
pub(super) struct Update {
    /// Which artifact: an id, the start of one, its last 8 digits, TYPE:KEY, TYPE:KEY@v3 or TYPE:KEY@ALIAS
    #[arg(value_name = "REF")]
    reference: String,
    /// Its title; '' for none
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Its description; '' for none
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// A tag that it gets: KEY=VALUE, or a word
    #[arg(long, value_name = "TAG", value_parser = pairs::tag)]
    tag: Vec<(String, String)>,
    /// A tag that is taken from it
    #[arg(long, value_name = "KEY")]
    untag: Vec<String>,
    /// Only if the artifact has this revision
    #[arg(long, value_name = "N")]
    revision: Option<u64>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What update_artifact answers.
#[derive(Deserialize)]
struct Updated {
    changed: bool,
    artifact: Artifact,
}

pub(super) fn run(place: &Place, options: &Update) -> Outcome {
    let caller = Caller::at(place)?;
    let artifact = caller.resolve(&options.reference)?;
    let params = json!({
        "artifactId": artifact.artifact_id,
        "tags": tags(&options.tag, &options.untag),
        "revision": options.revision,
    });
    let Value::Object(mut params) = params else { unreachable!("an object") };
    // There null would say something.
    let texts = [("title", &options.title), ("description", &options.description)];
    params.extend(texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), json!(text.as_ref()?)))));
    let text = caller.text("update_artifact", Value::Object(params))?;
    if options.json {
        return print::json(&text).map(|()| 0);
    }
    let Updated { changed, artifact } = read("update_artifact", &text)?;
    let what = if changed { "is changed" } else { "was so already" };
    print::line(&format!("{} {what}, revision {}", show::named(&artifact), artifact.revision.0)).map(|()| 0)
}

/// Tags to be given, and null for those to be taken; none where there are neither.
pub(super) fn tags(given: &[(String, String)], taken: &[String]) -> Option<Map<String, Value>> {
    let given = given.iter().map(|(key, value)| (key.clone(), json!(value)));
    let tags: Map<String, Value> = given.chain(taken.iter().map(|key| (key.clone(), Value::Null))).collect();
    (!tags.is_empty()).then_some(tags)
}
