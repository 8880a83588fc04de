//! `backup`

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Result;
use crate::model::number::Count;
use crate::operations::{Context, Maintenance, Operation};

/// Copies the manifest as one file, into the store's backups/ or to a path of the caller's.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [
    {},
    {"path": "/backups/manifest.sqlite"},
]))]
pub struct Params {
    /// Where the copy goes; it must not exist. `backups/manifest-<moment>.sqlite` unless given.
    path: Option<String>,
}

/// The copy.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Copy {
    /// The absolute path of the copy.
    path: String,
    /// Its length in bytes.
    size_bytes: Count,
}

/// `backup`
pub enum Backup {}

impl Operation for Backup {
    const METHOD: &'static str = "backup";
    const IDEMPOTENT: bool = false;
    const PATH_PARAMS: &'static [&'static str] = &["path"];
    type Params = Params;
    type Result = Copy;
}

impl Maintenance for Backup {
    fn run(params: Params, context: &Context) -> Result<Copy> {
        let (path, size) = context.site.store()?.back_up(params.path.map(PathBuf::from))?;
        Ok(Copy { path: path.to_string_lossy().into_owned(), size_bytes: Count(size) })
    }
}
