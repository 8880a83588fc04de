//! `export_bundle`

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::files;
use crate::bundles::{self, Selection};
use crate::model::ids::ArtifactId;
use crate::model::number::Count;
use crate::model::{Error, Result};
use crate::operations::params::counted;
use crate::operations::{Context, Operation, Query, artifacts};
use crate::store::{Reader, View};

/// Most artifacts that a bundle begins with.
const STARTS_MOST: usize = 10_000;

/// Most missing inputs that are named.
const MISSING_MOST: usize = 1000;

/// Writes artifacts into one file, a bundle, from which import_bundle brings them into another store.
///
/// A bundle carries the artifacts with their ids, files, lineage, tags, status and history, the runs that published them,
/// their types and aliases, and the versions of datasets whose members all come along; pins and policies stay. It is a tar
/// file; its form stands in docs/format.md. Every byte is checked while it is written.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [
    {"artifactIds": ["art-20260301T093000-5f2c81d4"], "path": "report.tar"},
    {"all": true, "path": "everything.tar"},
]))]
pub struct Params {
    /// The artifacts, 1 to 10000; or say all.
    #[schemars(length(min = 1, max = 10_000))]
    artifact_ids: Option<Vec<ArtifactId>>,
    /// Whether every artifact of the store goes into it, deleted ones included; false unless given.
    #[schemars(extend("default" = false))]
    all: Option<bool>,
    /// The file, which must not be there yet. A relative path counts from the server's working directory.
    path: String,
    /// Whether everything that the artifacts were made from comes along, as far as it goes; true unless given.
    #[schemars(extend("default" = true))]
    closure: Option<bool>,
}

/// What a bundle holds.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Bundled {
    /// Absolute path of the bundle.
    path: String,
    /// Its length in bytes.
    size_bytes: Count,
    /// How many artifacts it carries.
    artifact_count: Count,
    /// How many different files' bytes it carries.
    object_count: Count,
    /// The length of these together.
    object_bytes: Count,
    /// How many runs it carries, those not counted that artifacts only name.
    run_count: Count,
    /// How many versions of datasets it carries.
    dataset_count: Count,
    /// How many aliases it carries.
    alias_count: Count,
    /// Inputs that its artifacts name and that it doesn't carry, at most 1000, by id.
    missing_inputs: Vec<ArtifactId>,
}

/// `export_bundle`
pub enum ExportBundle {}

impl Operation for ExportBundle {
    const METHOD: &'static str = "export_bundle";
    const PATH_PARAMS: &'static [&'static str] = &["path"];
    /// A second time the path is taken.
    const IDEMPOTENT: bool = false;
    type Params = Params;
    type Result = Bundled;
}

impl Query for ExportBundle {
    fn run(reader: &Reader, params: Params, context: &Context) -> Result<Bundled> {
        if params.path.is_empty() {
            return Err(Error::invalid_params("path: it must not be empty").field("path"));
        }
        let path = artifacts::export_artifact::outside(reader.layout(), Path::new(&params.path), "path")?;
        if files::exists(&path) {
            return Err(bundles::taken(&path));
        }
        if !path.parent().is_some_and(files::exists) {
            let folder = path.parent().unwrap_or(Path::new("/"));
            return Err(Error::not_found(format!("the folder {} was not found", folder.display())).field("path"));
        }
        let selection = selection(reader, &params, context)?;
        let packed = bundles::pack(reader, &selection, &path, context.now, context.watch)?;
        Ok(Bundled {
            path: path.to_string_lossy().into_owned(),
            size_bytes: Count(packed.size_bytes),
            artifact_count: Count(packed.cover.artifact_count),
            object_count: Count(packed.cover.object_count),
            object_bytes: Count(packed.cover.object_bytes),
            run_count: Count(packed.runs),
            dataset_count: Count(packed.datasets),
            alias_count: Count(packed.aliases),
            missing_inputs: packed.missing_inputs.into_iter().take(MISSING_MOST).collect(),
        })
    }
}

fn selection(reader: &Reader, params: &Params, context: &Context) -> Result<Selection> {
    let ids = match (&params.artifact_ids, params.all.unwrap_or(false)) {
        (None, true) => return Selection::all(reader),
        (Some(ids), false) => ids,
        _ => {
            let message = "exactly one of artifactIds and all must be given";
            return Err(Error::invalid_params(message).field("artifactIds"));
        }
    };
    counted("artifactIds", ids.len(), 1, STARTS_MOST)?;
    let mut starts = Vec::with_capacity(ids.len());
    for (at, id) in ids.iter().enumerate() {
        let missing = || Error::not_found(format!("artifact {id} was not found")).field(format!("artifactIds[{at}]"));
        starts.push(reader.manifest().artifact_seq(id.as_str())?.ok_or_else(missing)?);
    }
    Selection::of(reader, &starts, params.closure.unwrap_or(true), context.watch)
}
