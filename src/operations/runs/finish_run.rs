//! `finish_run`

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::base::clock;
use crate::model::ids::{ArtifactId, RunId};
use crate::model::number::Count;
use crate::model::run::{Finished, Run, RunEnd, RunError, RunFinished, RunStatus};
use crate::model::{Error, Hash, Result};
use crate::operations::params::moment;
use crate::operations::{Command, Context, Operation};
use crate::runs;
use crate::store::{Store, View, Writer};

/// Records how a run ended. The same end again is harmless, another one a conflict.
///
/// A run whose process died stays `running` until somebody finishes it, with `killed` for example: no clock decides that.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [
    {"runId": "run-20260301T093000-5f2c81d4", "status": "completed", "exitCode": 0},
    {"runId": "run-20260301T093000-5f2c81d4", "status": "failed", "exitCode": 3, "error": {"message": "no convergence"}},
]))]
pub struct Params {
    /// The run.
    run_id: RunId,
    /// How it ended.
    status: RunEnd,
    /// The command's exit code; 128 and the signal's number where a signal ended it.
    exit_code: Option<Count>,
    /// When it ended, not before it began: RFC 3339, without zone it reads as UTC; now unless given.
    finished_at: Option<String>,
    /// Why it did not complete.
    error: Option<RunError>,
    /// SHA-256 of dvc.lock after the run.
    dvc_lock_hash: Option<Hash>,
    /// Whether DVC answered from its cache.
    cached: Option<bool>,
    /// The artifact with what the command wrote to standard output; it is not counted among the outputs.
    stdout_artifact_id: Option<ArtifactId>,
    /// The artifact with what the command wrote to standard error; it is not counted among the outputs.
    stderr_artifact_id: Option<ArtifactId>,
}

/// `finish_run`
pub enum FinishRun {}

impl Operation for FinishRun {
    const METHOD: &'static str = "finish_run";
    type Params = Params;
    type Result = Run;
}

impl Command for FinishRun {
    type Prepared = (Params, Option<String>);

    fn prepare(_: &Arc<Store>, mut params: Params, context: &Context) -> Result<Self::Prepared> {
        params.finished_at = moment("finishedAt", params.finished_at.as_deref())?;
        Ok((params, context.actor.map(str::to_owned)))
    }

    fn commit((params, actor): Self::Prepared, writer: &mut Writer) -> Result<Run> {
        let Params { run_id, status, .. } = params;
        let run = runs::found(writer.manifest(), run_id.as_str())?;
        if run.status == RunStatus::Unknown {
            return Err(Error::conflict(format!("run {run_id} was never started: artifacts only name it"))
                .field("runId")
                .hint("start it with start_run"));
        }
        let began = run.started.started_at;
        let ended = run.finished.finished_at.clone();
        let finished = Finished {
            // A clock that was set back meanwhile makes no run shorter than nothing.
            finished_at: params
                .finished_at
                .or(ended)
                .or_else(|| Some(clock::millis_text(writer.now()).max(began.clone()))),
            exit_code: params.exit_code,
            error: params.error,
            dvc_lock_hash: params.dvc_lock_hash,
            cached: params.cached,
            stdout_artifact_id: params.stdout_artifact_id,
            stderr_artifact_id: params.stderr_artifact_id,
        };
        if run.status != RunStatus::Running {
            if run.status == status.into() && run.finished == finished {
                return runs::found(writer.manifest(), run_id.as_str());
            }
            return Err(Error::conflict(format!("run {run_id} was finished already, in another way")).field("runId"));
        }
        if finished.finished_at.as_ref().is_some_and(|end| *end < began) {
            return Err(
                Error::invalid_data(format!("finishedAt: run {run_id} began later, at {began}")).field("finishedAt")
            );
        }
        for (field, log) in
            [("stdoutArtifactId", &finished.stdout_artifact_id), ("stderrArtifactId", &finished.stderr_artifact_id)]
        {
            if let Some(log) = log
                && writer.manifest().artifact_seq(log.as_str())?.is_none()
            {
                return Err(Error::not_found(format!("artifact {log} was not found")).field(field));
            }
        }
        writer.set_actor(actor);
        writer.manifest().set_run_finished(run_id.as_str(), status, &finished)?;
        writer.record_run("run_finished", &RunFinished { run_id: run_id.clone(), status, finished })?;
        runs::found(writer.manifest(), run_id.as_str())
    }
}
