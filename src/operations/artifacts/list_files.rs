//! `list_files`

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Result;
use crate::model::hash::Hash;
use crate::model::ids::ArtifactId;
use crate::model::number::Count;
use crate::operations::{Context, Operation, Query};
use crate::store::{Reader, View};

/// Lists the files of an artifact with their hashes and sizes, sorted by path.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"artifactId": "art-20260301T093000-5f2c81d4"}]))]
pub struct Params {
    /// The artifact.
    artifact_id: ArtifactId,
}

/// One file of an artifact, and where it is.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "FileEntry")]
pub struct ListedFile {
    /// Its path inside the artifact, with `/` between the parts; of what is kept in place, below the scanned folder.
    path: String,
    /// SHA-256 of its bytes.
    hash: Hash,
    /// Length in bytes.
    size_bytes: Count,
    /// Its media type, where it is known.
    media_type: Option<String>,
    /// What it is for, where that was said.
    role: Option<String>,
    /// The absolute path at which it can be read: its readable name, or the place where it is kept; of a deleted artifact
    /// that was kept in place, its place in the trash. Null where it has none.
    absolute_path: Option<String>,
}

/// `list_files`
pub enum ListFiles {}

impl Operation for ListFiles {
    const METHOD: &'static str = "list_files";
    type Params = Params;
    type Result = Vec<ListedFile>;
}

impl Query for ListFiles {
    fn run(reader: &Reader, params: Params, _: &Context) -> Result<Vec<ListedFile>> {
        let found = reader.found(params.artifact_id.as_str())?;
        let files = reader.manifest().files(found.seq)?;
        let listed = files.into_iter().map(|entry| ListedFile {
            absolute_path: reader.location(&found, &entry).map(|path| path.to_string_lossy().into_owned()),
            path: entry.path,
            hash: entry.hash,
            size_bytes: entry.size_bytes,
            media_type: entry.media_type,
            role: entry.role,
        });
        Ok(listed.collect())
    }
}
