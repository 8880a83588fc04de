//! `keepstone delete`, `restore`, `trash` and `purge`

use clap::Args;
use serde::Deserialize;
use serde_json::json;

use super::arguments::Place;
use super::caller::{Caller, read};
use super::gc::confirm;
use super::paper::{Paper, Style};
use super::progress::Progress;
use super::stop::Stop;
use super::table::{Column, Table};
use super::{Failure, Outcome, print, show, words};
use crate::model::Error;
use crate::model::artifact::{Artifact, Status, Storage};
use crate::model::retention::Trashed;

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone delete rain:november --reason 'wrong station'
  keepstone trash
  keepstone restore 5f2c81d4
  keepstone purge                                what would be gone for good, of what is 30 days old
  keepstone purge --older-than 7d --apply        shows it, asks, and does it
  keepstone purge 5f2c81d4 --apply --yes

What is deleted lies in the trash, whole, until a purge; after that its lineage and its hashes stay.";

#[derive(Debug, Args)]
pub(super) struct Delete {
    /// Which artifacts: ids, the starts of ids, their last 8 digits, TYPE:KEY or TYPE:KEY@v3
    #[arg(value_name = "REF", required = true)]
    references: Vec<String>,
    /// Why; it stands in the history and the trash
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Delete what is pinned or in a live dataset all the same
    #[arg(long)]
    force: bool,
    /// Only if the artifact has this revision; of one artifact
    #[arg(long, value_name = "N")]
    revision: Option<u64>,
    /// Don't ask before files that are kept in place leave their producer's folder
    #[arg(long, short)]
    yes: bool,
    /// Print JSON, one line for each
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Restore {
    /// Which artifacts: ids, the starts of ids, or their last 8 digits
    #[arg(value_name = "REF", required = true)]
    references: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Trash {
    /// At most so many, deleted last
    #[arg(long, short = 'n', value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Purge {
    /// Only these artifacts, however short they have been in the trash
    #[arg(value_name = "REF")]
    references: Vec<String>,
    /// Only what was deleted so long ago (7d), or until a moment; 30d where no artifacts are named
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    older_than: Option<String>,
    /// Take it away for good
    #[arg(long)]
    apply: bool,
    /// Don't ask
    #[arg(long, short, visible_alias = "force", requires = "apply")]
    yes: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What of a deletion is told.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Deleted {
    changed: bool,
    dependents: Vec<String>,
    dependent_count: u64,
    artifact: Artifact,
}

#[derive(Deserialize)]
struct Restored {
    restored: Vec<Artifact>,
    unchanged: Vec<String>,
    skipped: Vec<Left>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Left {
    artifact_id: String,
    reason: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PurgeReport {
    artifacts: Vec<Purged>,
    kept: Vec<Left>,
    artifact_count: u64,
    file_count: u64,
    logical_bytes: u64,
    physical_bytes: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Purged {
    artifact_id: String,
    artifact_type: String,
    logical_key: String,
    deleted_at: String,
    logical_bytes: u64,
    physical_bytes: u64,
}

pub(super) fn delete(place: &Place, options: &Delete) -> Outcome {
    if options.revision.is_some() && options.references.len() > 1 {
        let error = Error::invalid_params("--revision: it is that of one artifact, and several are named");
        return Err(Failure::Usage(error.hint("delete them one by one")));
    }
    let caller = Caller::at(place)?;
    // What is meant is known of all before one of them goes.
    let found = options.references.iter().map(|reference| caller.resolve(reference)).collect::<Result<Vec<_>, _>>()?;
    let moved: Vec<&Artifact> = found.iter().filter(|one| leaves_its_folder(one)).collect();
    if let Some(first) = moved.first() {
        let what = match moved.len() {
            1 => format!("the files of {}", show::named(first)),
            several => format!("the files of {several} artifacts"),
        };
        confirm(options.yes, &format!("Move {what} out of their producer's folder, into the trash?"))?;
    }
    for artifact in found {
        let params = json!({
            "artifactId": artifact.artifact_id, "reason": options.reason, "force": options.force,
            "revision": options.revision,
        });
        let text = caller.text("delete_artifact", params)?;
        if options.json {
            print::json(&text)?;
            continue;
        }
        let Deleted { changed, dependents, dependent_count, artifact } = read("delete_artifact", &text)?;
        let name = show::named(&artifact);
        if !changed {
            print::line(&format!("{name} was deleted already"))?;
            continue;
        }
        let short = words::short_id(artifact.artifact_id.as_str()).to_owned();
        print::line(&format!("{name} is in the trash; keepstone restore {short} brings it back"))?;
        if dependent_count > 0 {
            let named: Vec<&str> = dependents.iter().take(5).map(|id| words::short_id(id)).collect();
            let more = if dependent_count > named.len() as u64 { " …" } else { "" };
            let count = words::count(dependent_count, "artifact");
            print::line(&format!("  {count} made of it stay: {}{more}", named.join(", ")))?;
        }
    }
    Ok(0)
}

/// Whether deleting an artifact moves files that their producer may still look for.
fn leaves_its_folder(artifact: &Artifact) -> bool {
    artifact.storage == Storage::InPlace && artifact.status != Status::Tombstoned
}

pub(super) fn restore(place: &Place, options: &Restore) -> Outcome {
    let caller = Caller::at(place)?;
    let ids = ids(&caller, &options.references)?;
    let text = caller.text("restore", json!({ "artifactIds": ids }))?;
    if options.json {
        return print::json(&text).map(|()| 0);
    }
    let Restored { restored, unchanged, skipped } = read("restore", &text)?;
    for artifact in &restored {
        print::line(&format!("{} is restored", show::named(artifact)))?;
    }
    for id in &unchanged {
        print::line(&format!("{} was not deleted", words::short_id(id)))?;
    }
    for left in &skipped {
        print::line(&format!("{} was left out: {}", words::short_id(&left.artifact_id), words::clean(&left.reason)))?;
    }
    Ok(u8::from(!skipped.is_empty()))
}

fn ids(caller: &Caller, references: &[String]) -> Result<Vec<String>, Failure> {
    let id = |reference: &String| Ok(caller.resolve(reference)?.artifact_id.to_string());
    references.iter().map(id).collect()
}

const COLUMNS: [Column; 8] = [
    Column::left("ID").painted(Style::Name),
    Column::left("TYPE").shrinks(),
    Column::left("KEY").shrinks(),
    Column::right("SIZE"),
    Column::right("FILES"),
    Column::right("DELETED").painted(Style::Dim),
    Column::left("BY").shrinks(),
    Column::left("REASON").shrinks(),
];

pub(super) fn list(place: &Place, options: &Trash) -> Outcome {
    let caller = Caller::at(place)?;
    let text = caller.text("list_trash", json!({ "limit": options.limit }))?;
    if options.json {
        return print::json(&text).map(|()| 0);
    }
    let found: Vec<Trashed> = read("list_trash", &text)?;
    let mut table = Table::new(&COLUMNS);
    for one in &found {
        let pinned = if one.pinned { Some("pinned") } else { None };
        let reason = [pinned, one.reason.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(", ");
        table.row(vec![
            words::short_id(one.artifact_id.as_str()).to_owned(),
            one.artifact_type.to_string(),
            words::clean(&one.logical_key).into_owned(),
            words::size(one.size_bytes.0),
            words::number(one.file_count.0),
            words::age(&one.deleted_at, caller.now),
            words::clean(one.deleted_by.as_deref().unwrap_or_default()).into_owned(),
            words::clean(&reason).into_owned(),
        ]);
    }
    let bytes = found.iter().map(|one| one.size_bytes.0).fold(0, u64::saturating_add);
    let more =
        if found.len() == options.limit as usize { ", and there may be older ones: --limit shows more" } else { "" };
    let total = format!("{}, {}{more}\n", words::count(found.len() as u64, "artifact"), words::size(bytes));
    print::lines(&(table.render(&Paper::stdout()) + &total)).map(|()| 0)
}

const PURGE_COLUMNS: [Column; 6] = [
    Column::left("ID").painted(Style::Name),
    Column::left("TYPE").shrinks(),
    Column::left("KEY").shrinks(),
    Column::right("SIZE"),
    Column::right("FREES"),
    Column::right("DELETED").painted(Style::Dim),
];

pub(super) fn purge(place: &Place, options: &Purge) -> Outcome {
    let caller = Caller::at(place)?;
    let ids = if options.references.is_empty() { None } else { Some(ids(&caller, &options.references)?) };
    let now = crate::base::clock::millis_text(caller.now);
    let params =
        |dry_run: bool| json!({ "artifactIds": ids, "olderThan": options.older_than, "now": now, "dryRun": dry_run });
    let text = caller.text("purge_trash", params(true))?;
    let plan: PurgeReport = read("purge_trash", &text)?;
    if !options.apply {
        match options.json {
            true => print::json(&text)?,
            false => print::lines(&shown(&plan, &caller, "would be purged"))?,
        }
        return Ok(0);
    }
    if !options.json {
        print::lines(&shown(&plan, &caller, "are to be purged"))?;
    }
    if plan.artifact_count > 0 {
        let count = words::count(plan.artifact_count, "artifact");
        confirm(options.yes, &format!("Purge {count} for good?"))?;
    }
    let stop = Stop::on_signals()?;
    let progress = Progress::new(&stop, "purging");
    let text = caller.watched("purge_trash", params(false), &progress).map_err(|error| stop.failure(error))?;
    drop(progress);
    if options.json {
        return print::json(&text).map(|()| 0);
    }
    let done: PurgeReport = read("purge_trash", &text)?;
    let known = |left: &&Left| plan.kept.iter().any(|known| known.artifact_id == left.artifact_id);
    print::lines(&done.kept.iter().filter(|left| !known(left)).map(stays).collect::<String>())?;
    let count = words::count(done.artifact_count, "artifact");
    print::line(&format!("Purged {count}: {} are free", words::size(done.physical_bytes))).map(|()| 0)
}

fn stays(left: &Left) -> String {
    format!("stays: {} ({})\n", words::short_id(&left.artifact_id), words::clean(&left.reason))
}

fn shown(report: &PurgeReport, caller: &Caller, verb: &str) -> String {
    let mut table = Table::new(&PURGE_COLUMNS);
    for one in &report.artifacts {
        table.row(vec![
            words::short_id(&one.artifact_id).to_owned(),
            one.artifact_type.clone(),
            words::clean(&one.logical_key).into_owned(),
            words::size(one.logical_bytes),
            words::size(one.physical_bytes),
            words::age(&one.deleted_at, caller.now),
        ]);
    }
    let mut text = table.render(&Paper::stdout());
    text.extend(report.kept.iter().map(stays));
    text + &format!(
        "{} ({}, {}) {verb}; that frees {}\n",
        words::count(report.artifact_count, "artifact"),
        words::size(report.logical_bytes),
        words::count(report.file_count, "file"),
        words::size(report.physical_bytes)
    )
}
