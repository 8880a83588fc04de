//! `list_files`

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::Result;
use crate::model::artifact::FileEntry;
use crate::model::ids::ArtifactId;
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

/// `list_files`
pub enum ListFiles {}

impl Operation for ListFiles {
    const METHOD: &'static str = "list_files";
    type Params = Params;
    type Result = Vec<FileEntry>;
}

impl Query for ListFiles {
    fn run(reader: &Reader, params: Params, _: &Context) -> Result<Vec<FileEntry>> {
        let found = reader.found(params.artifact_id.as_str())?;
        reader.manifest().files(found.seq)
    }
}
