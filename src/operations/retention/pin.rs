//! `pin`

use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;

use super::target;
use crate::base::clock;
use crate::model::ids::{ArtifactId, DatasetId, RunId};
use crate::model::retention::{Pin, PinTarget};
use crate::model::{Error, Result};
use crate::operations::{Command, Context, Operation, params};
use crate::store::{Store, Writer};

/// Pins an artifact, a run or a dataset: what a pin protects is never collected, and not purged from the trash.
///
/// A run protects everything it published, a dataset the members of its live versions. Several pins may stand side by
/// side; each has its own reason and end, and one that has ended protects no longer.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [
    {"artifactId": "art-20260301T093000-5f2c81d4", "reason": "production model"},
    {"datasetId": "em_dataset", "expiresAt": "2027-01-01"},
]))]
pub struct Params {
    /// The artifact; or give `runId` or `datasetId`.
    artifact_id: Option<ArtifactId>,
    /// The run.
    run_id: Option<RunId>,
    /// The dataset.
    dataset_id: Option<DatasetId>,
    /// Why.
    reason: Option<String>,
    /// From when on it protects no longer: RFC 3339, without zone it reads as UTC. Without, it does until unpin.
    expires_at: Option<String>,
}

/// `pin`
pub enum SetPin {}

impl Operation for SetPin {
    const METHOD: &'static str = "pin";
    const IDEMPOTENT: bool = false;
    type Params = Params;
    type Result = Pin;
}

/// A pin that awaits its commit.
pub struct Prepared {
    target: PinTarget,
    reason: Option<String>,
    expires_at: Option<String>,
    actor: Option<String>,
}

impl Command for SetPin {
    type Prepared = Prepared;

    fn prepare(_: &Arc<Store>, params: Params, context: &Context) -> Result<Prepared> {
        let target = target(params.artifact_id, params.run_id, params.dataset_id)?;
        let expires_at = params::moment("expiresAt", params.expires_at.as_deref())?;
        refuse_past(expires_at.as_deref(), context.now)?;
        Ok(Prepared { target, reason: params.reason, expires_at, actor: context.actor.map(str::to_owned) })
    }

    fn commit(prepared: Prepared, writer: &mut Writer) -> Result<Pin> {
        writer.set_actor(prepared.actor);
        writer.pin(&prepared.target, prepared.reason, prepared.expires_at, None)
    }
}

fn refuse_past(expires_at: Option<&str>, now: Timestamp) -> Result<()> {
    match expires_at.filter(|at| *at <= clock::millis_text(now).as_str()) {
        Some(at) => Err(Error::invalid_params(format!("expiresAt: {at} is over, so the pin would protect nothing"))
            .field("expiresAt")),
        None => Ok(()),
    }
}
