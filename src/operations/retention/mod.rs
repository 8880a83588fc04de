//! Retention: pins, policies, plans, and the trash.

pub mod apply_gc;
pub mod bulk_delete;
pub mod delete_artifact;
pub mod list_pins;
pub mod list_policies;
pub mod list_trash;
pub mod pin;
pub mod plan_gc;
pub mod purge_trash;
pub mod restore;
pub mod unpin;

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::ids::{ArtifactId, DatasetId, FamilyName, PolicyName, RunId};
use crate::model::retention::PinTarget;
use crate::model::{Error, Result};
use crate::retention::{self, Scope};

/// An artifact to which it was not done.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LeftOut {
    /// The artifact.
    artifact_id: ArtifactId,
    /// Why.
    reason: String,
}

impl From<retention::LeftOut> for LeftOut {
    fn from(left: retention::LeftOut) -> Self {
        Self { artifact_id: left.artifact_id, reason: left.reason }
    }
}

/// The one thing that params name.
fn target(artifact: Option<ArtifactId>, run: Option<RunId>, dataset: Option<DatasetId>) -> Result<PinTarget> {
    match (artifact, run, dataset) {
        (Some(id), None, None) => Ok(PinTarget::Artifact(id)),
        (None, Some(id), None) => Ok(PinTarget::Run(id)),
        (None, None, Some(id)) => Ok(PinTarget::Dataset(id)),
        _ => {
            Err(Error::invalid_params("exactly one of artifactId, runId and datasetId must be given")
                .field("artifactId"))
        }
    }
}

/// What a plan is to judge.
fn scope(policy: Option<PolicyName>, family: Option<FamilyName>) -> Result<Scope> {
    match (policy, family) {
        (None, None) => Ok(Scope::Everything),
        (Some(policy), None) => Ok(Scope::Policy(policy)),
        (None, Some(family)) => Ok(Scope::Family(family)),
        (Some(_), Some(_)) => Err(Error::invalid_params("a plan has a policy or a family, not both").field("family")),
    }
}
