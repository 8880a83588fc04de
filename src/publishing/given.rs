//! What a publisher hands over: a path, content in the request, or a list of files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::files::{self, FileError};
use crate::base::hex;
use crate::model::artifact::{Format, TypeDefinition, UNNAMED};
use crate::model::ids::ArtifactType;
use crate::model::{Error, Hash, Result};
use crate::tabular::{ColumnType, Shape};

/// Largest content that a request may carry, in bytes.
pub const CONTENT_BYTES: usize = 1024 * 1024;

/// Content that stands in the request itself, at most 1 MiB.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Content {
    /// How `data` stands for bytes.
    pub encoding: Encoding,
    /// The content: text for `utf8` and `base64`, any JSON value for `json`.
    pub data: Value,
}

/// How content stands for bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// The text's UTF-8 bytes.
    Utf8,
    /// The bytes that the base64 text stands for.
    Base64,
    /// The value as compact JSON, its keys in the order given, its numbers as integers or floats of 64 bits.
    Json,
}

impl Content {
    /// The bytes it stands for.
    pub fn bytes(&self) -> Result<Vec<u8>> {
        let text = || {
            self.data.as_str().ok_or_else(|| {
                Error::invalid_params("content.data must be text unless the encoding is json").field("content.data")
            })
        };
        let bytes = match self.encoding {
            Encoding::Utf8 => text()?.as_bytes().to_vec(),
            Encoding::Base64 => hex::decode_base64(text()?)
                .ok_or_else(|| Error::invalid_params("content.data is no base64").field("content.data"))?,
            Encoding::Json => serde_json::to_vec(&self.data).expect("a JSON value"),
        };
        if bytes.len() > CONTENT_BYTES {
            return Err(Error::limit_exceeded(format!(
                "content has {} bytes; a request may carry {CONTENT_BYTES}",
                bytes.len()
            ))
            .field("content")
            .hint("write it to a file and publish that"));
        }
        Ok(bytes)
    }
}

/// One file of several.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GivenFile {
    /// Where it is.
    pub path: String,
    /// Its path inside the artifact, with `/` between the parts; its file name unless given.
    #[serde(rename = "as")]
    pub name: Option<String>,
    /// What it is for.
    pub role: Option<String>,
}

/// Where the bytes come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A file or a folder.
    Path(PathBuf),
    /// Content of the request.
    Bytes(Vec<u8>, Encoding),
    /// Several files.
    Files(Vec<GivenFile>),
}

/// What is to be published, as far as its bytes go.
#[derive(Debug, Clone)]
pub struct Given {
    /// The type it is published as.
    pub artifact_type: ArtifactType,
    /// What that type says about its tables.
    pub definition: Option<TypeDefinition>,
    /// Where the bytes come from.
    pub source: Source,
    /// The format asked for.
    pub format: Option<Format>,
    /// Column types forced on a CSV.
    pub columns: BTreeMap<String, ColumnType>,
    /// What the hash of the bytes given must be.
    pub expected_file_hash: Option<Hash>,
}

impl Source {
    /// The parameter that it stands in.
    pub(super) fn field(&self) -> &'static str {
        match self {
            Source::Path(_) => "dataPath",
            Source::Bytes(..) => "content",
            Source::Files(_) => "files",
        }
    }
}

/// A path that can't be read, as the caller's mistake that it mostly is.
pub(super) fn unusable(error: FileError) -> Error {
    use std::io::ErrorKind as Io;
    let circle = error.source.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error());
    match error.source.kind() {
        Io::InvalidInput | Io::InvalidFilename => Error::invalid_data(error.to_string()),
        _ if circle => Error::invalid_data(error.to_string()),
        _ => Error::from(error),
    }
}

impl Given {
    /// Whether what is named there exists and is of the format asked for, as far as that can be told by looking.
    pub fn look(&self) -> Result<()> {
        match &self.source {
            Source::Path(path) => format_of(path, self.format).map(|_| ()).map_err(|error| error.field("dataPath")),
            Source::Bytes(..) => Ok(()),
            Source::Files(files) => files.iter().enumerate().try_for_each(|(at, file)| {
                let path = Path::new(&file.path);
                match files::metadata(path).map_err(unusable) {
                    Ok(found) if found.is_file() => Ok(()),
                    Ok(_) => Err(Error::invalid_data(format!("{} is no regular file", path.display()))),
                    Err(error) => Err(error),
                }
                .map_err(|error| error.field(format!("files[{at}].path")))
            }),
        }
    }

    /// What the type says about tables.
    pub fn shape(&self) -> Shape {
        self.definition.as_ref().map(Shape::from).unwrap_or_default()
    }

    /// The forced column types as words.
    pub fn column_words(&self) -> BTreeMap<String, String> {
        self.columns.iter().map(|(name, kind)| (name.clone(), kind.name().to_owned())).collect()
    }

    /// The name of the file or folder given.
    pub fn file_name(&self) -> Option<String> {
        let path = match &self.source {
            Source::Path(path) => path.as_path(),
            Source::Files(files) if files.len() == 1 => Path::new(&files[0].path),
            _ => return None,
        };
        Some(path.file_name()?.to_string_lossy().into_owned())
    }

    /// The name under which a single file is kept; content that is JSON says so.
    pub(super) fn kept_name(&self) -> Option<String> {
        match &self.source {
            Source::Bytes(_, Encoding::Json) => Some(format!("{UNNAMED}.json")),
            _ => self.file_name(),
        }
    }

    /// Refuses bytes that are not the expected ones.
    pub(super) fn expect(&self, source_hash: &Hash) -> Result<()> {
        match &self.expected_file_hash {
            Some(expected) if expected != source_hash => Err(Error::integrity(format!(
                "the bytes given have the hash {source_hash}, not the expected {expected}"
            ))
            .field("expectedFileHash")
            .hint("publish the file that was meant, or leave expectedFileHash out")),
            _ => Ok(()),
        }
    }
}

/// The format of what lies at a path: the one asked for, where it can be that.
pub fn format_of(path: &Path, asked: Option<Format>) -> Result<Format> {
    let found = files::metadata(path).map_err(unusable)?;
    if !found.is_dir() && !found.is_file() {
        return Err(Error::invalid_data(format!("{} is no regular file or folder", path.display()))
            .hint("publish a file that what it delivers was written to"));
    }
    match (asked, found.is_dir()) {
        (None | Some(Format::Tree), true) => Ok(Format::Tree),
        (Some(asked), true) => {
            let asked = if asked == Format::Table { "table" } else { "file" };
            Err(Error::invalid_data(format!("{} is a folder, not a {asked}", path.display()))
                .hint("publish it with format: \"tree\""))
        }
        (Some(Format::Tree), false) => Err(Error::invalid_data(format!("{} is no folder", path.display()))
            .hint("leave the format out, or publish it with format: \"file\"")),
        (Some(format), false) => Ok(format),
        (None, false) => Ok(by_extension(path)),
    }
}

fn by_extension(path: &Path) -> Format {
    match path.extension().and_then(|end| end.to_str()).map(str::to_ascii_lowercase).as_deref() {
        Some("csv" | "parquet") => Format::Table,
        _ => Format::File,
    }
}
