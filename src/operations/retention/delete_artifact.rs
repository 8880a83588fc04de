//! `delete_artifact`

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Result;
use crate::model::artifact::Artifact;
use crate::model::ids::ArtifactId;
use crate::model::number::Count;
use crate::operations::{Command, Context, Operation};
use crate::registry;
use crate::retention;
use crate::store::{Ahead, Store, View, Writer};

/// Most dependents that are named.
const NAMED_MOST: u64 = 100;

/// Puts an artifact into the trash: it is no longer listed nor found, and its readable name is gone. Its bytes stay until a
/// purge, and `restore` brings it back. Deleting it again changes nothing.
///
/// What a pin protects or a live dataset holds is refused unless `force` is true. What was made of it stays, and is named
/// in the answer.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"artifactId": "art-20260301T093000-5f2c81d4", "reason": "made from the wrong readings"}]))]
pub struct Params {
    /// The artifact.
    artifact_id: ArtifactId,
    /// Why; it stands in the history and the trash.
    reason: Option<String>,
    /// Whether it is deleted although something protects it; false unless given.
    #[schemars(extend("default" = false))]
    force: Option<bool>,
    /// The revision that the deletion was decided on: when the artifact has another by now, it is a conflict that names
    /// currentRevision, and nothing changes.
    revision: Option<Count>,
}

/// What became of it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Deleted {
    /// Always true; a failure is an error.
    success: bool,
    /// Whether it was live until now.
    changed: bool,
    /// Live artifacts that were made of it, at most 100.
    dependents: Vec<ArtifactId>,
    /// How many there are.
    dependent_count: Count,
    /// The artifact, as it is now.
    artifact: Artifact,
}

/// `delete_artifact`
pub enum DeleteArtifact {}

impl Operation for DeleteArtifact {
    const METHOD: &'static str = "delete_artifact";
    type Params = Params;
    type Result = Deleted;
}

impl Command for DeleteArtifact {
    type Prepared = (Params, Option<String>, Ahead);

    fn prepare(store: &Arc<Store>, params: Params, context: &Context) -> Result<Self::Prepared> {
        let ahead = retention::go_ahead(store, std::slice::from_ref(&params.artifact_id))?;
        Ok((params, context.actor.map(str::to_owned), ahead))
    }

    fn commit((params, actor, ahead): Self::Prepared, writer: &mut Writer) -> Result<Deleted> {
        writer.bring(ahead);
        let found = writer.found(params.artifact_id.as_str())?;
        registry::has_revision(&found, params.revision)?;
        let (dependents, count) = writer.manifest().live_outputs(found.seq, NAMED_MOST)?;
        writer.set_actor(actor.clone());
        let changed = retention::delete(writer, &found, params.reason, actor, params.force == Some(true))?;
        let artifact = writer.answer(writer.found(params.artifact_id.as_str())?);
        Ok(Deleted { success: true, changed, dependents, dependent_count: Count(count), artifact })
    }
}
