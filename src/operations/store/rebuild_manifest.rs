//! `rebuild_manifest`

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Result;
use crate::model::number::Count;
use crate::operations::{Context, Maintenance, Operation};
use crate::store::Rebuilt;

/// Makes the manifest again from the sidecars and the history: the same ids, hashes, versions, lineage, status and tags.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {}

/// The manifest that is there now.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// How many artifacts it has.
    artifact_count: Count,
    /// How many events of the history it has.
    event_count: Count,
    /// What could not be made good: missing objects, damaged sidecars, inputs that are gone; one sentence each.
    findings: Vec<String>,
}

impl From<Rebuilt> for Summary {
    fn from(rebuilt: Rebuilt) -> Self {
        Self {
            artifact_count: Count(rebuilt.artifacts),
            event_count: Count(rebuilt.events),
            findings: rebuilt.findings,
        }
    }
}

/// `rebuild_manifest`
pub enum RebuildManifest {}

impl Operation for RebuildManifest {
    const METHOD: &'static str = "rebuild_manifest";
    type Params = Params;
    type Result = Summary;
}

impl Maintenance for RebuildManifest {
    fn run(_: Params, context: &Context) -> Result<Summary> {
        context.site.rebuild_manifest(context.watch).map(Summary::from)
    }
}
