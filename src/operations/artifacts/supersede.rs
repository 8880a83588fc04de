//! `supersede`

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::ids::ArtifactId;
use crate::model::{Error, Result};
use crate::operations::{Command, Context, Operation};
use crate::store::{Store, View, Writer};

/// Records that a newer artifact replaces an older one, which stays readable. The same pair again succeeds.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [
    {"newArtifactId": "art-20260302T093000-0b7e43aa", "oldArtifactId": "art-20260301T093000-5f2c81d4", "reason": "late trades came in"},
]))]
pub struct Params {
    /// The artifact that replaces.
    new_artifact_id: ArtifactId,
    /// The artifact that is replaced.
    old_artifact_id: ArtifactId,
    /// Why; it stands in the history.
    reason: Option<String>,
}

/// That it was done.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Done {
    /// Always true; a failure is an error.
    pub success: bool,
}

/// `supersede`
pub enum Supersede {}

impl Operation for Supersede {
    const METHOD: &'static str = "supersede";
    type Params = Params;
    type Result = Done;
}

impl Command for Supersede {
    type Prepared = (Params, Option<String>);

    fn prepare(_: &Arc<Store>, params: Params, context: &Context) -> Result<Self::Prepared> {
        if params.new_artifact_id == params.old_artifact_id {
            return Err(Error::invalid_data(format!("artifact {} can't supersede itself", params.new_artifact_id))
                .field("oldArtifactId"));
        }
        Ok((params, context.actor.map(str::to_owned)))
    }

    fn commit((params, actor): Self::Prepared, writer: &mut Writer) -> Result<Done> {
        let known = |id: &ArtifactId, field: &str| {
            writer
                .manifest()
                .artifact(id.as_str())?
                .ok_or_else(|| Error::not_found(format!("artifact {id} was not found")).field(field))
        };
        let new = known(&params.new_artifact_id, "newArtifactId")?;
        let old = known(&params.old_artifact_id, "oldArtifactId")?;
        if let Some(other) = &old.state.superseded_by {
            if *other == params.new_artifact_id {
                return Ok(Done { success: true });
            }
            return Err(Error::conflict(format!(
                "artifact {} was superseded by {other} already",
                params.old_artifact_id
            ))
            .field("oldArtifactId")
            .hint(format!("supersede {other} instead")));
        }
        if writer.manifest().superseded_leads_to(new.seq, old.seq)? {
            return Err(Error::conflict(format!(
                "artifact {} can't supersede {}: it was itself superseded by it, at once or over others",
                params.new_artifact_id, params.old_artifact_id
            ))
            .field("newArtifactId"));
        }
        writer.set_actor(actor);
        writer.supersede(&new, &old, params.reason.as_deref())?;
        Ok(Done { success: true })
    }
}
