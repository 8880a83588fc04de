//! `read_file`

use std::fs::File;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{files, hex};
use crate::model::artifact::{Format, Storage};
use crate::model::hash::Hash;
use crate::model::ids::ArtifactId;
use crate::model::number::Count;
use crate::model::{Error, Result};
use crate::operations::params::limited;
use crate::operations::{Context, Operation, Query};
use crate::store::{Reader, View};

/// Most bytes in one reply.
const MOST: u64 = 1024 * 1024;

/// Reads a piece of a file, at most 1 MiB, from an artifact or by the hash of its bytes.
///
/// A file that is read whole in one piece is checked against its hash: `integrity` is `verified` then, and bytes that
/// have another hash are never answered but are an error of the kind integrity. So is a file of another length than its
/// artifact says, whichever piece is asked for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"artifactId": "art-20260301T093000-5f2c81d4", "length": 4096}]))]
pub struct Params {
    /// The artifact; or give `hash`.
    artifact_id: Option<ArtifactId>,
    /// The hash of the file's bytes.
    hash: Option<Hash>,
    /// Which file of a tree, as list_files names it or by its path below the folder that holds them all; a table or a
    /// single file needs none.
    file: Option<String>,
    /// Where the piece begins, in bytes; 0 unless given.
    #[schemars(extend("default" = 0))]
    offset: Option<Count>,
    /// How many bytes at most: 1 to 1048576, 1048576 unless given.
    #[schemars(range(min = 1, max = 1_048_576), extend("default" = 1_048_576))]
    length: Option<Count>,
}

/// A piece of a file.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Piece {
    /// The artifact asked for; null when it was asked by hash.
    artifact_id: Option<ArtifactId>,
    /// The file's path inside the artifact; null when it was asked by hash.
    file: Option<String>,
    /// SHA-256 of the whole file.
    hash: Hash,
    /// Length of the whole file in bytes.
    size_bytes: Count,
    /// Where the piece begins.
    offset: Count,
    /// How many bytes the piece has.
    length: Count,
    /// How `data` stands for the bytes.
    encoding: PieceEncoding,
    /// The bytes, as text where they are UTF-8, else as base64.
    data: String,
    /// Whether the piece reaches the end of the file.
    end: bool,
    /// `verified` when the whole file was read and has its hash; null for a part of a file.
    integrity: Option<Integrity>,
}

/// How a piece stands for bytes.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PieceEncoding {
    /// The text's UTF-8 bytes.
    Utf8,
    /// The bytes that the base64 text stands for.
    Base64,
}

/// What a check of the bytes said.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Integrity {
    /// They have their hash.
    Verified,
}

/// `read_file`
pub enum ReadFile {}

impl Operation for ReadFile {
    const METHOD: &'static str = "read_file";
    type Params = Params;
    type Result = Piece;
}

impl Query for ReadFile {
    fn run(reader: &Reader, params: Params, _: &Context) -> Result<Piece> {
        let Wanted { hash, file, size_bytes, in_place } = wanted(reader, &params)?;
        let about = |error: Error| error.detail("hash", hash.to_string());
        let damaged = |how: &str| match &in_place {
            Some((path, _)) => about(Error::integrity(format!("{} has changed: {how}", path.display())))
                .hint("scan again, so that the artifact says what is there now"),
            None => about(Error::integrity(format!("the object {hash} is damaged: {how}")))
                .hint("publish the same bytes again to heal it; verify_store tells what else is damaged"),
        };
        let size = match &in_place {
            Some((path, opened)) => files::metadata_of(opened, path)?.len(),
            None => reader.objects().open(&hash).map_err(about)?.1,
        };
        if let Some(right) = size_bytes.filter(|right| *right != size) {
            return Err(damaged(&format!("it has {size} bytes instead of {right}")));
        }
        let offset = params.offset.unwrap_or_default().0;
        if offset > size {
            return Err(
                Error::invalid_params(format!("offset: {offset} is beyond the file's {size} bytes")).field("offset")
            );
        }
        let most = limited("length", params.length, MOST, MOST)?;
        let bytes = match &in_place {
            Some((path, opened)) => {
                let mut bytes = vec![0; usize::try_from(most.min(size - offset)).expect("at most 1 MiB")];
                let count = files::read_at(opened, path, &mut bytes, offset)?;
                bytes.truncate(count);
                bytes
            }
            None => reader.objects().read(&hash, offset, most)?,
        };
        let (length, whole) = (bytes.len() as u64, bytes.len() as u64 == size);
        if whole && Hash::of(&bytes) != hash {
            return Err(damaged("its bytes have another hash"));
        }
        let (encoding, data) = match String::from_utf8(bytes) {
            Ok(text) => (PieceEncoding::Utf8, text),
            Err(error) => (PieceEncoding::Base64, hex::base64(error.as_bytes())),
        };
        Ok(Piece {
            artifact_id: params.artifact_id,
            file,
            hash,
            size_bytes: Count(size),
            offset: Count(offset),
            length: Count(length),
            encoding,
            data,
            end: offset + length == size,
            integrity: whole.then_some(Integrity::Verified),
        })
    }
}

/// The file asked for.
struct Wanted {
    hash: Hash,
    file: Option<String>,
    /// Its length, where an artifact says it.
    size_bytes: Option<u64>,
    /// Where it is kept, and the open file, if that is no object.
    in_place: Option<(PathBuf, File)>,
}

fn wanted(reader: &Reader, params: &Params) -> Result<Wanted> {
    let artifact_id = match (&params.artifact_id, params.hash) {
        (Some(artifact_id), None) => artifact_id,
        (None, Some(hash)) => {
            if params.file.is_some() {
                return Err(Error::invalid_params("file: it goes with artifactId, not with hash").field("file"));
            }
            if reader.objects().look(&hash)?.is_none() {
                return Err(Error::not_found(format!("no object {hash} was found")).field("hash"));
            }
            return Ok(Wanted { hash, file: None, size_bytes: None, in_place: None });
        }
        _ => return Err(Error::invalid_params("either artifactId or hash must be given").field("artifactId")),
    };
    let found = reader.found(artifact_id.as_str())?;
    reader.not_purged(&found)?;
    let entry = match &params.file {
        Some(name) => reader.file_named(&found, name)?,
        None => {
            let mut files = reader.manifest().files(found.seq)?;
            if found.record.format == Format::Tree && files.len() != 1 {
                return Err(Error::invalid_params(format!(
                    "artifact {artifact_id} has {} files: name one",
                    files.len()
                ))
                .field("file")
                .hint("list_files, or `keepstone show --files`, names its files"));
            }
            files.remove(0)
        }
    };
    let in_place = match reader.location(&found, &entry) {
        Some(path) if found.record.storage == Storage::InPlace => {
            let opened = reader.open_in_place(&found, &entry).map_err(|error| error.field("artifactId"))?;
            Some((path, opened))
        }
        _ => None,
    };
    Ok(Wanted { hash: entry.hash, size_bytes: Some(entry.size_bytes.0), file: Some(entry.path), in_place })
}
