//! The form of a bundle: a tar file with its cover, its records, and the objects by their hashes, in this order.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::base::files::Context;
use crate::model::artifact::{Event, Publication, TypeDefinition};
use crate::model::curation::Alias;
use crate::model::dataset::{Head, Member};
use crate::model::{Error, Hash, Result, seal};

/// The version of this form.
pub(super) const FORMAT_VERSION: u32 = 1;

/// The names of the first two entries.
pub(super) const COVER: &str = "bundle.json";
pub(super) const RECORDS: &str = "records.jsonl";

/// Longest cover, and longest line of the records, in bytes.
pub(super) const COVER_BYTES_MOST: u64 = 1 << 16;
const LINE_BYTES_MOST: u64 = 1 << 28;

/// What a bundle says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cover {
    pub format_version: u32,
    pub created_at: String,
    /// The version of keepstone that wrote it.
    pub keepstone: String,
    pub artifact_count: u64,
    pub object_count: u64,
    pub object_bytes: u64,
    pub records_bytes: u64,
    pub records_hash: Hash,
}

/// One line of the records: types, artifacts in the order of commits, what happened since, aliases, datasets.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Record {
    Type(TypeDefinition),
    Artifact(Box<ArtifactRecord>),
    Event(Event),
    Alias(Alias),
    Dataset(Box<DatasetRecord>),
}

/// An artifact as it was published.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ArtifactRecord {
    pub(super) published_at: String,
    pub(super) actor: Option<String>,
    /// Whether its bytes come along; those of a deleted artifact may be gone.
    pub(super) has_bytes: bool,
    pub(super) publication: Publication,
}

/// A version of a dataset all of whose members come along.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct DatasetRecord {
    pub(super) head: Head,
    pub(super) members: Vec<Member>,
}

/// The name of an object's entry.
pub(super) fn entry_of(hash: &Hash) -> String {
    format!("objects/{}", hash.hex())
}

/// The hash that an entry's name says.
pub(super) fn hash_of(entry: &str) -> Option<Hash> {
    let hash = Hash::parse(entry.strip_prefix("objects/")?)?;
    (entry_of(&hash) == entry).then_some(hash)
}

impl Cover {
    pub(super) fn text(&self) -> String {
        seal::seal(serde_json::to_string_pretty(self).expect("plain data")) + "\n"
    }

    pub(super) fn read(text: &str, path: &Path) -> Result<Self> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Format {
            format_version: u32,
        }
        if !seal::intact(text.trim_end_matches('\n')) {
            return Err(damaged(path, "the check of its cover fails"));
        }
        match serde_json::from_str::<Format>(text) {
            Ok(Format { format_version }) if format_version > FORMAT_VERSION => Err(Error::unsupported(format!(
                "{} has format {format_version}, made by a newer keepstone; this one reads up to {FORMAT_VERSION}",
                path.display()
            ))
            .field("path")),
            _ => serde_json::from_str(text).map_err(|error| damaged(path, &format!("its cover says {error}"))),
        }
    }
}

/// Bytes that are not what was written.
pub(super) fn damaged(path: &Path, how: &str) -> Error {
    Error::integrity(format!("the bundle {} is damaged: {how}", path.display()))
        .field("path")
        .hint("make it again with export_bundle, or copy it again; nothing was imported")
}

/// What no keepstone would write.
pub(super) fn invalid(path: &Path, what: &str) -> Error {
    Error::invalid_data(format!("{} is no bundle that can be taken: {what}", path.display())).field("path")
}

/// Hands the records of a bundle on, one by one.
pub(super) fn each_record(mut file: &File, path: &Path, mut take: impl FnMut(Record) -> Result<()>) -> Result<()> {
    file.seek(SeekFrom::Start(0)).context("read", path)?;
    let mut lines = BufReader::new(file);
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let count = lines.by_ref().take(LINE_BYTES_MOST).read_until(b'\n', &mut line).context("read", path)?;
        if count == 0 {
            break;
        }
        if count as u64 == LINE_BYTES_MOST {
            return Err(invalid(path, &format!("line {number} of its records is longer than {LINE_BYTES_MOST} bytes")));
        }
        let record = serde_json::from_slice(&line)
            .map_err(|error| invalid(path, &format!("line {number} of its records: {error}")))?;
        take(record)?;
    }
    Ok(())
}
