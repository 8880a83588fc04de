//! `keepstone show`

use clap::Args;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments::Place;
use super::caller::{Caller, read};
use super::facts::Facts;
use super::paper::Paper;
use super::progress::Progress;
use super::stop::Stop;
use super::table::{Column, Table};
use super::{Failure, Outcome, artifacts, cat, print, words};
use crate::base::clock;
use crate::model::Error;
use crate::model::artifact::{Artifact, Edge, FileEntry, Format, Status, Storage};

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone show 5f2c81d4                the 8 digits that lists show
  keepstone show rain:november           the latest active version of a type and key
  keepstone show rain:november@v1
  keepstone show rain:november --files
  keepstone show rain:november --verify
  keepstone show rain:november --json | jq -r .path";

#[derive(Debug, Args)]
pub(super) struct Show {
    /// Which artifact: an id, the start of one, its last 8 digits, TYPE:KEY or TYPE:KEY@v3
    #[arg(value_name = "REF")]
    reference: String,
    /// Show its files too
    #[arg(long)]
    files: bool,
    /// Read the bytes kept, and say whether they still have their hash; where they don't, the exit code is 1
    #[arg(long)]
    verify: bool,
    /// Write its bytes behind it, as `cat` does
    #[arg(long, conflicts_with = "json")]
    content: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What of an audit is shown.
#[derive(Deserialize)]
struct Audit {
    artifacts: Vec<Audited>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Audited {
    hash_verified: Option<bool>,
}

/// What of get_lineage is shown.
#[derive(Deserialize)]
struct Lineage {
    inputs: Vec<Artifact>,
    edges: Vec<Edge>,
}

pub(super) fn run(place: &Place, options: &Show) -> Outcome {
    let caller = Caller::at(place)?;
    let text = caller.text("resolve", json!({ "ref": options.reference }))?;
    let artifact: Artifact = read("resolve", &text)?;
    let id = json!({ "artifactId": artifact.artifact_id });
    let verified = if options.verify { verified(&caller, &artifact)? } else { None };
    let code = u8::from(verified == Some(false));
    if options.json {
        if !options.files && !options.verify {
            return print::json(&text).map(|()| 0);
        }
        let mut whole: Value = read("resolve", &text)?;
        if options.files {
            whole["files"] = caller.call("list_files", id)?;
        }
        if options.verify {
            whole["hashVerified"] = json!(verified);
        }
        return print::json(&whole.to_string()).map(|()| code);
    }
    let paper = Paper::stdout();
    let mut shown = told(&caller, &artifact, &paper)?;
    if options.verify {
        let mut facts = Facts::default();
        facts.add(
            "bytes",
            match verified {
                Some(true) => "read, and they have their hash",
                Some(false) => "damaged: they have not the hash they should have",
                None => "there are none any more",
            },
        );
        shown.push_str(&facts.render(&paper));
    }
    if options.files {
        let files: Vec<FileEntry> = caller.call("list_files", id)?;
        shown.push_str(&format!("\n{}", listing(&files, &paper)));
    }
    print::lines(&shown)?;
    if options.content {
        print::line("")?;
        return Ok(code.max(cat::write(&caller, artifact.artifact_id.as_str(), None)?));
    }
    Ok(code)
}

/// What it is called, and every fact that there is.
pub(super) fn told(caller: &Caller, artifact: &Artifact, paper: &Paper) -> Result<String, Error> {
    let lineage: Lineage = caller.call("get_lineage", json!({ "artifactId": artifact.artifact_id }))?;
    let facts = record(artifact, &lineage, caller.now, paper);
    Ok(format!("{}\n{facts}", words::reference(artifact)))
}

/// Whether the bytes kept still have their hash; none where there are none any more.
fn verified(caller: &Caller, artifact: &Artifact) -> Result<Option<bool>, Failure> {
    let stop = Stop::on_signals()?;
    let progress = Progress::new(&stop, artifact.artifact_id.as_str());
    let params = json!({ "artifactIds": [artifact.artifact_id], "verifyHashes": true });
    let text = caller.watched("audit", params, &progress).map_err(|error| stop.failure(error))?;
    let Audit { artifacts } = read("audit", &text)?;
    Ok(artifacts.first().and_then(|audited| audited.hash_verified))
}

/// Every fact that there is, one a line.
fn record(artifact: &Artifact, lineage: &Lineage, now: Timestamp, paper: &Paper) -> String {
    let mut facts = Facts::default();
    facts.add("id", artifact.artifact_id.as_str());
    facts.add("status", &status(artifact));
    facts.maybe("title", artifact.title.as_deref());
    artifact.description.iter().flat_map(|text| text.lines()).for_each(|line| facts.add("description", line));
    facts.add("created", &moment(&artifact.created_at, now));
    if artifact.updated_at != artifact.created_at {
        facts.add("changed", &moment(&artifact.updated_at, now));
    }
    facts.add("content", &content(artifact));
    if let (Some(from), Some(to)) = (&artifact.min_ts, &artifact.max_ts) {
        facts.add("times", &format!("{} to {}", readable(from), readable(to)));
    }
    facts.maybe("outcome", artifact.outcome.map(|outcome| format!("{outcome:?}").to_lowercase()).as_deref());
    facts.maybe("run", artifact.run_id.as_deref());
    facts.maybe("family", artifact.family.as_deref());
    facts.maybe("source", artifact.source.as_deref());
    facts.list("roles", &artifact.roles);
    facts.list("capabilities", &artifact.capabilities);
    facts.add("tags", &words::tags(&artifact.tags));
    artifact.params.iter().for_each(|(name, value)| facts.add("params", &format!("{name}={value}")));
    if let Some(writer) = &artifact.writer {
        facts.list("writer", &[writer.name.clone(), writer.version.clone()].into_iter().flatten().collect::<Vec<_>>());
    }
    if let Some(git) = &artifact.git {
        let dirty = git.dirty.unwrap_or(false).then_some("with uncommitted changes");
        facts.add("commit", &[git.commit.as_deref(), dirty].into_iter().flatten().collect::<Vec<_>>().join(" "));
    }
    for edge in lineage.edges.iter().filter(|edge| edge.artifact_id == artifact.artifact_id) {
        let input = lineage.inputs.iter().find(|input| input.artifact_id == edge.input_artifact_id);
        let input = input.map_or_else(|| edge.input_artifact_id.to_string(), named);
        facts.add(
            "made from",
            &if edge.relation == Default::default() { input } else { format!("{input} {}", edge.relation) },
        );
    }
    artifact.supersedes.iter().for_each(|old| facts.add("supersedes", old.as_str()));
    facts.add("file hash", &artifact.file_hash.to_string());
    facts.add("content hash", &artifact.content_hash.to_string());
    if artifact.source_hash != artifact.file_hash {
        facts.add("source hash", &artifact.source_hash.to_string());
    }
    facts.add("spec id", &artifact.spec_id);
    facts.maybe("path", artifact.path.as_deref());
    facts.add("sidecar", &artifact.path_sidecar);
    facts.render(paper)
}

fn status(artifact: &Artifact) -> String {
    let marks = match artifacts::status(artifact) {
        active if artifact.status == Status::Active => {
            ["active", active.as_str()].join(if active.is_empty() { "" } else { ", " })
        }
        other => other,
    };
    match &artifact.superseded_by {
        Some(successor) => format!("{marks}, by {successor}"),
        None => marks,
    }
}

/// `rain:november@v1 (5f2c81d4)`
pub(super) fn named(artifact: &Artifact) -> String {
    format!("{} ({})", words::reference(artifact), words::short_id(artifact.artifact_id.as_str()))
}

fn content(artifact: &Artifact) -> String {
    let format = match artifact.format {
        Format::Table => "table",
        Format::File => "file",
        Format::Tree => "tree",
    };
    let place = (artifact.storage == Storage::InPlace).then_some("kept in place");
    let inside = words::content(artifact);
    let size = words::size(artifact.size_bytes.0);
    let media = artifact.media_type.as_deref().unwrap_or_default();
    [format, &inside, &size, media, place.unwrap_or_default()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

/// `2026-03-01 09:30:00 UTC (5 d ago)`
pub(super) fn moment(at: &str, now: Timestamp) -> String {
    let age = words::age(at, now);
    let ago = if age == "now" || age.starts_with("in ") { age } else { format!("{age} ago") };
    format!("{} ({ago})", readable(at))
}

/// A moment without `T` and without what is nothing of its second.
fn readable(at: &str) -> String {
    match clock::parse_moment(at) {
        Some(moment) => moment.to_zoned(jiff::tz::TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S%.f UTC").to_string(),
        None => at.to_owned(),
    }
}

fn listing(files: &[FileEntry], paper: &Paper) -> String {
    let mut table = Table::new(&[
        Column::left("FILE").shrinks(),
        Column::right("SIZE"),
        Column::left("MEDIA TYPE"),
        Column::left("ROLE"),
        Column::left("HASH"),
    ]);
    for file in files {
        table.row(vec![
            words::clean(&file.path).into_owned(),
            words::size(file.size_bytes.0),
            words::clean(file.media_type.as_deref().unwrap_or_default()).into_owned(),
            words::clean(file.role.as_deref().unwrap_or_default()).into_owned(),
            file.hash.to_string(),
        ]);
    }
    let bytes = files.iter().map(|file| file.size_bytes.0).fold(0, u64::saturating_add);
    format!("{}{}, {}\n", table.render(paper), words::count(files.len() as u64, "file"), words::size(bytes))
}
