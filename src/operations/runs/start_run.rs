//! `start_run`

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::base::clock;
use crate::model::ids::{ArtifactId, RunId, RunType};
use crate::model::number;
use crate::model::run::{Checkout, Run, RunStarted, Started};
use crate::model::{Error, Result};
use crate::operations::params::{Tags, moment};
use crate::operations::{Command, Context, Operation};
use crate::runs;
use crate::store::{Store, View, Writer};

/// Longest stage, in bytes.
const LONGEST_STAGE: usize = 1024;

/// Most of what one run may be started with, in bytes of JSON.
const MOST: usize = 1 << 20;

/// Records that a run has begun. Artifacts published with its runId are its outputs, and `finish_run` says how it ended.
///
/// With a runId the same start again is harmless, another one a conflict; a run that artifacts named before is started
/// all the same. Never put secrets into a run: what is given here is kept for good.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{
    "stage": "train_model", "command": ["python", "train.py"], "params": {"epochs": 20}, "tags": {"env": "nightly"},
    "git": {"commit": "9fceb02d0ae598e95dc970b74767f19372d61af8", "branch": "main", "dirty": false},
    "inputArtifactIds": ["art-20260301T093000-5f2c81d4"],
}]))]
pub struct Params {
    /// The stage that is executed: any text up to 1024 bytes.
    stage: String,
    /// An id of the caller's own; else `run-YYYYMMDDTHHMMSS-xxxxxxxx`.
    run_id: Option<RunId>,
    /// What kind of run it is. Its default is what the stage's name suggests: `model_training` for one with `train` in
    /// it, and so on; `other` when it suggests nothing.
    run_type: Option<RunType>,
    /// A name for people.
    name: Option<String>,
    /// A description for people.
    description: Option<String>,
    /// The command and its arguments.
    command: Option<Vec<String>>,
    /// The folder that the command runs in.
    working_directory: Option<String>,
    /// The parameters it runs with. Integers beyond 2^53-1 are refused.
    params: Option<Map<String, Value>>,
    /// Tags: an object of texts, or a list of words.
    tags: Option<Tags>,
    /// The environment variables that matter for repeating it.
    environment: Option<BTreeMap<String, String>>,
    /// The state of the checkout it works in.
    git: Option<Checkout>,
    /// The machine's name.
    hostname: Option<String>,
    /// Who runs it.
    username: Option<String>,
    /// The container it runs in.
    container_digest: Option<String>,
    /// Versions of the tools it uses, by name.
    tools: Option<BTreeMap<String, String>>,
    /// The job of the build server that runs it.
    ci_run_id: Option<String>,
    /// Where to look at that job.
    ci_job_url: Option<String>,
    /// The run that it is a part of.
    parent_run_id: Option<RunId>,
    /// The run in MLflow that tells of the same work.
    mlflow_run_id: Option<String>,
    /// Whatever else there is to note. Integers beyond 2^53-1 are refused.
    annotations: Option<Map<String, Value>>,
    /// The artifacts that it will read.
    input_artifact_ids: Option<Vec<ArtifactId>>,
    /// When it began, for imports: RFC 3339, without zone it reads as UTC; now unless given.
    started_at: Option<String>,
}

/// `start_run`
pub enum StartRun {}

impl Operation for StartRun {
    const METHOD: &'static str = "start_run";
    const IDEMPOTENT: bool = false;
    type Params = Params;
    type Result = Run;
}

/// A start that awaits its commit; without a moment of its own it begins then.
pub struct Prepared {
    run_id: Option<RunId>,
    started_at: Option<String>,
    started: Started,
    random: u32,
    actor: Option<String>,
}

impl Command for StartRun {
    type Prepared = Prepared;

    fn prepare(_: &Arc<Store>, params: Params, context: &Context) -> Result<Prepared> {
        let run_id = params.run_id.clone();
        let started_at = moment("startedAt", params.started_at.as_deref())?;
        let started = started(params)?;
        if run_id.is_some() && started.parent_run_id == run_id {
            return Err(Error::invalid_params("parentRunId: a run can't be a part of itself").field("parentRunId"));
        }
        let (random, actor) = (context.site.clock().random(), context.actor.map(str::to_owned));
        Ok(Prepared { run_id, started_at, started, random, actor })
    }

    fn commit(prepared: Prepared, writer: &mut Writer) -> Result<Run> {
        let Prepared { run_id, started_at, mut started, random, actor } = prepared;
        let run_id = match run_id {
            Some(run_id) => run_id,
            None => fresh_id(random, writer)?,
        };
        let known = writer.manifest().run(run_id.as_str())?;
        if let Some(before) = known.as_ref().and_then(|known| known.started.as_ref()) {
            started.started_at = started_at.unwrap_or_else(|| before.started_at.clone());
            if *before == started {
                return runs::found(writer.manifest(), run_id.as_str());
            }
            return Err(Error::conflict(format!("run {run_id} was started already, with other params"))
                .field("runId")
                .hint("start it under another runId, or without one"));
        }
        started.started_at = started_at.unwrap_or_else(|| clock::millis_text(writer.now()));
        if let Some(parent) = &started.parent_run_id
            && writer.manifest().run(parent.as_str())?.is_none()
        {
            return Err(Error::not_found(format!("run {parent} was not found")).field("parentRunId"));
        }
        for (at, input) in started.input_artifact_ids.iter().enumerate() {
            if writer.manifest().artifact_seq(input.as_str())?.is_none() {
                return Err(Error::not_found(format!("the input {input} was not found"))
                    .field(format!("inputArtifactIds[{at}]")));
            }
        }
        writer.set_actor(actor);
        writer.manifest().set_run_started(run_id.as_str(), &started)?;
        let told = RunStarted { run_id: run_id.clone(), started };
        writer.record_run("run_started", &told)?;
        runs::found(writer.manifest(), run_id.as_str())
    }
}

fn started(params: Params) -> Result<Started> {
    if params.stage.is_empty() || params.stage.len() > LONGEST_STAGE {
        let length = params.stage.len();
        return Err(Error::invalid_params(format!("stage: it must have 1 to {LONGEST_STAGE} bytes, not {length}"))
            .field("stage"));
    }
    for (field, map) in [("params", &params.params), ("annotations", &params.annotations)] {
        if let Some(large) = map.as_ref().and_then(|map| map.values().find_map(number::inexact_integer)) {
            return Err(Error::invalid_params(format!("{field}: {large} is beyond 2^53-1, where JSON readers round"))
                .field(field)
                .hint("give it as text"));
        }
    }
    let suggested = || RunType::try_from(runs::kind_of(&params.stage).to_owned()).expect("a plain word");
    let started = Started {
        run_type: Some(params.run_type.unwrap_or_else(suggested)),
        stage: Some(params.stage),
        started_at: String::new(),
        name: params.name,
        description: params.description,
        command: params.command.unwrap_or_default(),
        working_directory: params.working_directory,
        params: params.params.unwrap_or_default(),
        tags: params.tags.unwrap_or_default().0,
        environment: params.environment.unwrap_or_default(),
        git: params.git,
        hostname: params.hostname,
        username: params.username,
        container_digest: params.container_digest,
        tools: params.tools.unwrap_or_default(),
        ci_run_id: params.ci_run_id,
        ci_job_url: params.ci_job_url,
        parent_run_id: params.parent_run_id,
        mlflow_run_id: params.mlflow_run_id,
        annotations: params.annotations.unwrap_or_default(),
        input_artifact_ids: params.input_artifact_ids.unwrap_or_default(),
    };
    let size = serde_json::to_string(&started).expect("plain data").len();
    if size > MOST {
        return Err(Error::limit_exceeded(format!("a run may be started with {MOST} bytes, and this one has {size}"))
            .hint("publish what is large as an artifact and name it in inputArtifactIds"));
    }
    Ok(started)
}

fn fresh_id(random: u32, writer: &Writer) -> Result<RunId> {
    for step in 0..=u32::MAX {
        let id = RunId::fresh(writer.now(), random.wrapping_add(step));
        if writer.manifest().run(id.as_str())?.is_none() {
            return Ok(id);
        }
    }
    unreachable!("some id is free")
}
