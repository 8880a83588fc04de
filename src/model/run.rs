//! Runs: one execution of a stage, what it was started with and how it ended.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::hash::Hash;
use super::ids::{ArtifactId, RunId, RunType};
use super::number::Count;

/// How far a run is, or how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// Artifacts name it, but nobody started it.
    Unknown,
    /// It was started and not finished; also when its process died and nobody told.
    Running,
    /// It did what it should.
    Completed,
    /// It did not.
    Failed,
    /// A signal ended it, or it was found dead.
    Killed,
    /// Somebody called it off.
    Cancelled,
    /// There was nothing to do.
    Skipped,
}

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunEnd {
    /// It did what it should.
    Completed,
    /// It did not.
    Failed,
    /// A signal ended it, or it was found dead.
    Killed,
    /// Somebody called it off.
    Cancelled,
    /// There was nothing to do.
    Skipped,
}

impl From<RunEnd> for RunStatus {
    fn from(end: RunEnd) -> Self {
        match end {
            RunEnd::Completed => Self::Completed,
            RunEnd::Failed => Self::Failed,
            RunEnd::Killed => Self::Killed,
            RunEnd::Cancelled => Self::Cancelled,
            RunEnd::Skipped => Self::Skipped,
        }
    }
}

/// The state of the checkout that a run worked in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Checkout {
    /// The commit.
    pub commit: Option<String>,
    /// The branch; null where none is checked out.
    pub branch: Option<String>,
    /// Whether there were uncommitted changes.
    pub dirty: Option<bool>,
}

/// Why a run did not complete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RunError {
    /// What went wrong.
    pub message: String,
    /// What kind of error it was, in the words of the program that ran.
    pub error_type: Option<String>,
}

/// What a run was started with.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Started {
    /// The stage it executes; null for a run that nobody started.
    pub stage: Option<String>,
    /// What kind of run it is; null for a run that nobody started.
    pub run_type: Option<RunType>,
    /// When it began; for a run that nobody started, the earliest moment at which an artifact named it.
    pub started_at: String,
    /// A name for people.
    pub name: Option<String>,
    /// A description for people.
    pub description: Option<String>,
    /// The command and its arguments.
    pub command: Vec<String>,
    /// The folder that the command ran in.
    pub working_directory: Option<String>,
    /// The parameters it ran with.
    pub params: Map<String, Value>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// The environment variables that matter for repeating it.
    pub environment: BTreeMap<String, String>,
    /// The state of the checkout it worked in.
    pub git: Option<Checkout>,
    /// The machine's name.
    pub hostname: Option<String>,
    /// Who ran it.
    pub username: Option<String>,
    /// The container it ran in.
    pub container_digest: Option<String>,
    /// Versions of the tools it used, by name.
    pub tools: BTreeMap<String, String>,
    /// The job of the build server that ran it.
    pub ci_run_id: Option<String>,
    /// Where to look at that job.
    pub ci_job_url: Option<String>,
    /// The run that it is a part of.
    pub parent_run_id: Option<RunId>,
    /// The run in MLflow that tells of the same work.
    pub mlflow_run_id: Option<String>,
    /// Whatever else its starter noted.
    pub annotations: Map<String, Value>,
    /// The artifacts that it said it would read.
    pub input_artifact_ids: Vec<ArtifactId>,
}

/// How a run ended; all null before.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Finished {
    /// When it ended.
    pub finished_at: Option<String>,
    /// The command's exit code; 128 and the signal's number where a signal ended it.
    pub exit_code: Option<Count>,
    /// Why it did not complete.
    pub error: Option<RunError>,
    /// SHA-256 of dvc.lock after the run.
    pub dvc_lock_hash: Option<Hash>,
    /// Whether DVC answered from its cache.
    pub cached: Option<bool>,
    /// The artifact with what the command wrote to standard output; null also when it wrote nothing.
    pub stdout_artifact_id: Option<ArtifactId>,
    /// The artifact with what the command wrote to standard error; null also when it wrote nothing.
    pub stderr_artifact_id: Option<ArtifactId>,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// Its id.
    pub run_id: RunId,
    /// How far it is, or how it ended.
    pub status: RunStatus,
    /// From start to end in seconds; null before the end.
    pub duration_seconds: Option<f64>,
    /// How many artifacts it published, duplicates included, its standard output and error excepted.
    pub output_count: Count,
    #[serde(flatten)]
    pub started: Started,
    #[serde(flatten)]
    pub finished: Finished,
}

/// What the history says of a run's start.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunStarted {
    pub run_id: RunId,
    #[serde(flatten)]
    pub started: Started,
}

/// What the history says of a run's end.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunFinished {
    pub run_id: RunId,
    pub status: RunEnd,
    #[serde(flatten)]
    pub finished: Finished,
}
