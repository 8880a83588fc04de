//! Versions of datasets: creating, reading, comparing, proving and deleting them.

pub mod create_dataset;
pub mod delete_dataset;
pub mod diff_datasets;
pub mod get_dataset;
pub mod list_dataset_members;
pub mod list_datasets;
pub mod restore_dataset;
pub mod verify_dataset;

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::files;
use crate::datasets::{Source, describe, find};
use crate::model::dataset::Dataset;
use crate::model::ids::DatasetId;
use crate::model::version::Version;
use crate::model::{Error, Result};
use crate::store::{Reader, View, Writer, snapshot};

/// A version of a dataset, by name or by its file.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VersionOf {
    /// The dataset; it or a path.
    dataset_id: Option<DatasetId>,
    /// The version; `latest`, the highest that was not deleted, unless given.
    version: Option<Version>,
    /// The path of a snapshot file, whose version this store need not know.
    path: Option<String>,
}

impl VersionOf {
    /// Finds the version; errors name the fields as the request has them, with `prefix` before them.
    fn source(&self, reader: &Reader, prefix: &str) -> Result<Source> {
        let field = |name: &str| format!("{prefix}{name}");
        match (&self.dataset_id, &self.path) {
            (Some(dataset_id), None) => {
                let found = find(reader.manifest(), dataset_id, self.version.as_ref());
                found.map(|filed| Source::Filed(Box::new(filed))).map_err(|error| match error.data().field {
                    Some(name) => error.field_instead(field(&name)),
                    None => error,
                })
            }
            (None, Some(_)) if self.version.is_some() => {
                Err(Error::invalid_params(format!("{}: the file at a path is a version already", field("version")))
                    .field(field("version")))
            }
            (None, Some(path)) => {
                let path = files::absolute(Path::new(path));
                let found = snapshot::read(&path).map_err(|error| error.field_instead(field("path")))?;
                Ok(Source::File(Box::new(found), path))
            }
            _ => Err(Error::invalid_params(format!(
                "exactly one of {} and {} must be given",
                field("datasetId"),
                field("path")
            ))
            .field(field("datasetId"))),
        }
    }
}

/// A version that was deleted or brought back.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Changed {
    /// Whether this request changed anything.
    changed: bool,
    /// The version.
    dataset: Dataset,
}

/// Deletes a version or brings it back; where it is so already, nothing changes.
fn change(
    writer: &mut Writer,
    (dataset_id, version): (&DatasetId, &Version),
    deleted: bool,
    reason: Option<String>,
    actor: Option<String>,
) -> Result<Changed> {
    let mut filed = find(writer.manifest(), dataset_id, Some(version))?;
    let changed = filed.deleted_at.is_some() != deleted;
    if changed {
        writer.set_actor(actor);
        filed = writer.set_dataset_deleted(filed, deleted, reason)?;
    }
    Ok(Changed { changed, dataset: describe(writer.layout(), filed) })
}

/// What is deleted or brought back must not depend on what else there is.
fn refuse_latest(version: &Version) -> Result<()> {
    if version.is_latest() {
        return Err(Error::invalid_params("version: name the version itself, not `latest`").field("version"));
    }
    Ok(())
}
