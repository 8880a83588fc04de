//! `restore`

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::LeftOut;
use crate::model::Result;
use crate::model::artifact::Artifact;
use crate::model::ids::ArtifactId;
use crate::operations::params::counted;
use crate::operations::{Context, Maintenance, Operation};
use crate::retention;
use crate::store::View;

/// Most artifacts in one request.
const MOST: usize = 10_000;

/// Brings artifacts back from the trash as they were: content, tags, pins, lineage, status, and their readable names.
///
/// All of them or none: an id that is unknown, an artifact that was purged, something else at the place of a readable name,
/// or the same content that was published again meanwhile is an error before anything changes. What is live already stays
/// as it is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"artifactIds": ["art-20260301T093000-5f2c81d4"]}]))]
pub struct Params {
    /// The artifacts, 1 to 10000.
    artifact_ids: Vec<ArtifactId>,
}

/// What came back.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Restored {
    /// What came back, as it is now.
    restored: Vec<Artifact>,
    /// What was live already.
    unchanged: Vec<ArtifactId>,
    /// What somebody else came before.
    skipped: Vec<LeftOut>,
}

/// `restore`
pub enum Restore {}

impl Operation for Restore {
    const METHOD: &'static str = "restore";
    type Params = Params;
    type Result = Restored;
}

impl Maintenance for Restore {
    fn run(params: Params, context: &Context) -> Result<Restored> {
        counted("artifactIds", params.artifact_ids.len(), 1, MOST)?;
        let store = context.site.store()?;
        let done = retention::restore(&store, &params.artifact_ids, context.now, context.actor, context.watch)?;
        let reader = store.read()?;
        let artifact = |id: &ArtifactId| Ok(reader.answer(reader.found(id.as_str())?));
        Ok(Restored {
            restored: done.restored.iter().map(artifact).collect::<Result<_>>()?,
            unchanged: done.unchanged,
            skipped: done.skipped.into_iter().map(LeftOut::from).collect(),
        })
    }
}
