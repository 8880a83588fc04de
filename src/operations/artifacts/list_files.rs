//! `list_files`

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Result;
use crate::model::compaction::Form;
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
    /// The compact form that lies there; null where the original does. `hash` and `sizeBytes` are the original's, and
    /// read_file answers it.
    form: Option<Form>,
    /// SHA-256 of the bytes that lie there; null where they are the original's.
    stored_hash: Option<Hash>,
    /// Length of what lies there in bytes; null where it is the original.
    stored_size_bytes: Option<Count>,
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
        let compact = reader.manifest().compact_files(found.seq)?;
        let stored = reader.manifest().stored_files(found.seq)?;
        let listed = files.into_iter().zip(stored).map(|(entry, (lies, _))| ListedFile {
            absolute_path: reader.location(&found, &lies).map(|path| path.to_string_lossy().into_owned()),
            form: compact.get(&entry.path).map(|file| file.form),
            stored_hash: (lies.hash != entry.hash).then_some(lies.hash),
            stored_size_bytes: (lies.hash != entry.hash).then_some(lies.size_bytes),
            path: entry.path,
            hash: entry.hash,
            size_bytes: entry.size_bytes,
            media_type: entry.media_type,
            role: entry.role,
        });
        Ok(listed.collect())
    }
}
