//! What a publisher hands over: a path, content in the request, or a list of files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::hex;
use crate::model::artifact::{Format, TypeDefinition};
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
    /// The value as compact JSON, its keys in the order given.
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
            .hint("write it to a file and give its dataPath"));
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
    Bytes(Vec<u8>),
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

impl Given {
    /// What the type says about tables.
    pub fn shape(&self) -> Shape {
        self.definition.as_ref().map_or_else(Shape::default, |definition| Shape {
            canonical_columns: definition.canonical_columns.clone(),
            sort_keys: definition.sort_keys.clone(),
            timestamp_columns: definition.timestamp_columns.clone(),
        })
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

    /// Refuses bytes that are not the expected ones.
    pub(super) fn expect(&self, source_hash: &Hash) -> Result<()> {
        match &self.expected_file_hash {
            Some(expected) if expected != source_hash => Err(Error::integrity(format!(
                "the bytes given have the hash {source_hash}, not the expected {expected}"
            ))
            .field("expectedFileHash")),
            _ => Ok(()),
        }
    }
}
