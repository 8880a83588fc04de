//! `restore_backup`

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use super::rebuild_manifest::Summary;
use crate::model::Result;
use crate::operations::{Context, Maintenance, Operation};

/// Brings back the manifest of a backup and then takes in what the sidecars and the history know since.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"path": "/backups/manifest.sqlite"}]))]
pub struct Params {
    /// The backup; the newest in the store's backups/ unless given.
    path: Option<String>,
}

/// `restore_backup`
pub enum RestoreBackup {}

impl Operation for RestoreBackup {
    const METHOD: &'static str = "restore_backup";
    const PATH_PARAMS: &'static [&'static str] = &["path"];
    type Params = Params;
    type Result = Summary;
}

impl Maintenance for RestoreBackup {
    fn run(params: Params, context: &Context) -> Result<Summary> {
        context.site.restore_backup(params.path.map(PathBuf::from), context.watch).map(Summary::from)
    }
}
