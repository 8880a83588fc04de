//! Whether an artifact that a bundle brings can be what it says: nothing of it is trusted before.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::path::Path;

use serde_json::Value;

use crate::base::clock;
use crate::manifest::UPDATED;
use crate::model::artifact::{Event, FileEntry, Format, Publication, Storage, TypeDefinition};
use crate::model::curation::Updated;
use crate::model::ids::RunId;
use crate::model::number;
use crate::model::{Hash, Result, Watch, curation};
use crate::objects;
use crate::store::carrying::{Marks, SUPERSEDED};
use crate::store::names;
use crate::tabular::{self, Shape};

/// Longest logical key, in bytes.
const LONGEST_KEY: usize = 1024;

/// What is wrong with an artifact, whatever its bytes are. One that was kept in place becomes one that the store keeps.
pub(super) fn publication(publication: &mut Publication, published_at: &str) -> std::result::Result<(), String> {
    let files: BTreeSet<&str> = publication.files.iter().map(|file| file.path.as_str()).collect();
    if let Some(path) = files.iter().find(|path| !FileEntry::is_path(path)) {
        return Err(format!("{path:?} is no path inside an artifact"));
    }
    if files.is_empty() || files.len() != publication.files.len() {
        return Err("its files are not named apart".to_owned());
    }
    if let Some(path) = FileEntry::clashing(&files) {
        return Err(format!("{path:?} is both a file and a folder"));
    }
    let listing = Hash::of(objects::listing(&publication.files).as_bytes());
    let size: u64 = publication.files.iter().fold(0, |sum: u64, file| sum.saturating_add(file.size_bytes.0));
    let record = &mut publication.record;
    let file_hash = match (record.format, publication.files.as_slice()) {
        (Format::Tree, _) => listing,
        (_, [file]) => file.hash,
        _ => return Err("only a tree has several files".to_owned()),
    };
    let extension = record.extension.as_deref();
    let wrong = [
        (record.file_hash != file_hash, "its hash is not that of its files"),
        (
            record.format != Format::Table && record.content_hash != file_hash,
            "its content hash is not that of its files",
        ),
        (
            record.size_bytes != size || record.file_count != files.len() as u64,
            "its files have another length together",
        ),
        (
            record.logical_key.is_empty() || record.logical_key.len() > LONGEST_KEY,
            "its logical key is empty or too long",
        ),
        (record.schema_version == 0 || record.version == 0, "its versions begin at 1"),
        (record.format == Format::Table && extension != Some("parquet"), "a table is kept as Parquet"),
        (
            extension.is_some_and(|end| names::extension_of(&format!("x.{end}")).as_deref() != Some(end)),
            "its extension is none",
        ),
        (record.run_id.as_ref().is_some_and(|id| RunId::try_from(id.clone()).is_err()), "its run's id is none"),
        (
            record.params.values().any(|value| number::inexact_integer(value).is_some()),
            "its params hold numbers beyond 2^53-1",
        ),
        (!is_moment(&record.created_at) || !is_moment(published_at), "its times are none"),
    ];
    if let Some((_, what)) = wrong.iter().find(|(wrong, _)| *wrong) {
        return Err((*what).to_owned());
    }
    curation::check(publication.title.as_deref(), publication.description.as_deref(), &publication.tags)
        .map_err(|error| error.message().to_owned())?;
    record.storage = Storage::Managed;
    publication.place = None;
    Ok(())
}

/// What the events of a bundle come to: they must follow from each other.
#[derive(Default)]
pub(super) struct Course {
    marks: HashMap<String, Marks>,
    /// What was superseded, and by what.
    successors: BTreeMap<String, String>,
}

impl Course {
    /// Takes in an event; says why it can't have happened.
    pub(super) fn take(&mut self, event: &Event) -> std::result::Result<(), String> {
        let Some(id) = &event.artifact_id else { return Ok(()) };
        if !self.marks.entry(id.clone()).or_default().follow(&event.kind) {
            return Err("it doesn't follow from what happened before".to_owned());
        }
        match event.kind.as_str() {
            SUPERSEDED => match event.data.get("supersededBy").and_then(Value::as_str) {
                Some(by) => _ = self.successors.insert(id.clone(), by.to_owned()),
                None => _ = self.successors.remove(id),
            },
            UPDATED => {
                let updated: Updated =
                    serde_json::from_value(Value::Object(event.data.clone())).map_err(|error| error.to_string())?;
                updated.after.check(&BTreeMap::new()).map_err(|error| error.message().to_owned())?;
            }
            _ => {}
        }
        Ok(())
    }

    /// An artifact that supersedes itself in the end, at once or over others.
    pub(super) fn circle(&self) -> Option<&str> {
        let mut passed: HashMap<&str, usize> = HashMap::new();
        for (walk, start) in self.successors.keys().enumerate() {
            let mut next = Some(start);
            while let Some(at) = next {
                match passed.insert(at, walk) {
                    Some(earlier) if earlier == walk => return Some(at),
                    Some(_) => break,
                    None => next = self.successors.get(at),
                }
            }
        }
        None
    }
}

/// Whether a text is a moment as it stands in createdAt.
pub(super) fn is_moment(text: &str) -> bool {
    clock::parse_moment(text).is_some_and(|moment| clock::millis_text(moment) == text)
}

/// What is wrong with the content of a table.
pub(super) fn table(
    publication: &Publication,
    file: &File,
    definition: Option<&TypeDefinition>,
    scratch: &Path,
    watch: &dyn Watch,
) -> Result<Option<&'static str>> {
    let record = &publication.record;
    let shape = definition.map(Shape::from).unwrap_or_default();
    let path = format!("artifact {}", record.artifact_id);
    let table = tabular::read_parquet(file, Path::new(&path), &shape, scratch, watch)?;
    let six_digits = |at: Option<jiff::Timestamp>| at.map(clock::micros_text);
    let wrong = [
        // A hash of an earlier definition can't be made again.
        (
            record.content_hash_version == tabular::CONTENT_HASH_VERSION && record.content_hash.0 != table.content_hash,
            "its content has another hash",
        ),
        (record.row_count != Some(table.row_count), "it has another number of rows"),
        (
            record.content_hash_version == tabular::CONTENT_HASH_VERSION
                && (record.min_ts != six_digits(table.min_ts) || record.max_ts != six_digits(table.max_ts)),
            "its time column spans other moments",
        ),
    ];
    Ok(wrong.iter().find(|(wrong, _)| *wrong).map(|(_, what)| *what))
}
