//! What a run is about to be: everything that is recorded before the command starts.

use std::path::Path;
use std::process::Command;

use serde_json::{Map, Value, json};

use super::{Run, dvc_lock_hash, input, stamp};
use crate::base::files;
use crate::cli::caller::Caller;
use crate::cli::facts::Facts;
use crate::cli::paper::Paper;
use crate::cli::runs::command;
use crate::cli::{Failure, git, pairs, print};
use crate::model::Error;
use crate::runs;

/// A run before it begins.
pub(super) struct Plan {
    /// The params of start_run.
    pub(super) start: Value,
    /// What the publishes of all outputs have in common.
    pub(super) publishing: Map<String, Value>,
    /// Whether DVC runs the stage.
    pub(super) by_dvc: bool,
    command: Vec<String>,
    dvc: Option<String>,
    outputs: Vec<Value>,
}

impl Plan {
    pub(super) fn of(caller: &Caller, options: &Run) -> Result<Self, Failure> {
        let by_dvc = options.command.is_empty();
        let command = if by_dvc { repro(options)? } else { options.command.clone() };
        let dvc = if by_dvc { stamp::dvc() } else { None };
        let (mut inputs, mut input_ids) = (Vec::new(), Vec::new());
        for text in &options.input {
            let (relation, reference) = pairs::input(text);
            let artifact = caller.resolve(reference)?;
            inputs.push(input(&artifact, relation));
            if !input_ids.contains(&artifact.artifact_id) {
                input_ids.push(artifact.artifact_id);
            }
        }
        let checkout = git::checkout(&caller.folders());
        let mut tools = Map::from_iter([("keepstone".to_owned(), json!(env!("CARGO_PKG_VERSION")))]);
        if checkout.is_some() {
            tools.extend(git::version().map(|version| ("git".to_owned(), json!(version))));
        }
        tools.extend(dvc.iter().map(|version| ("dvc".to_owned(), json!(version))));
        let working = std::env::current_dir()
            .map_err(|error| Error::internal(format!("the working folder can't be told: {error}")))?;
        let variable = |name: &str| std::env::var(name).ok();
        let told = |name: &str| variable(name).filter(|value| !value.is_empty());
        let (job, job_url) = stamp::job(told);
        let tags: Map<String, Value> = options.tag.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
        let params: Map<String, Value> = options.param.iter().cloned().collect();
        let git = checkout
            .as_ref()
            .map(|checkout| json!({ "commit": checkout.commit, "branch": git::branch(), "dirty": checkout.dirty }));
        let start = json!({
            "stage": options.stage,
            "runType": options.run_type.as_ref().map_or_else(|| runs::kind_of(&options.stage), |given| given.as_str()),
            "command": command,
            "workingDirectory": working.to_string_lossy(),
            "params": params,
            "tags": tags,
            "environment": stamp::environment(variable),
            "git": git,
            "hostname": stamp::hostname(),
            "username": stamp::username(told),
            "containerDigest": stamp::container(told),
            "tools": tools,
            "ciRunId": job,
            "ciJobUrl": job_url,
            "mlflowRunId": options.mlflow_run_id,
            "inputArtifactIds": input_ids,
        });
        let mut publishing = Map::from_iter([("inputs".to_owned(), inputs.into())]);
        if let Some(checkout) = checkout {
            publishing.insert("gitCommit".to_owned(), json!(checkout.commit));
            publishing.insert("gitDirty".to_owned(), json!(checkout.dirty));
        }
        let outputs = options.output.iter().map(super::Output::plan).collect();
        Ok(Self { start, publishing, by_dvc, command, dvc, outputs })
    }

    /// The command, ready to be started.
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(self.program());
        command.args(&self.command[1..]);
        command
    }

    /// What is started.
    pub(super) fn program(&self) -> &str {
        &self.command[0]
    }

    /// Refuses to begin what can't be done here.
    pub(super) fn refuse_without_dvc(&self) -> Result<(), Error> {
        if self.by_dvc && self.dvc.is_none() {
            return Err(Error::not_found("dvc was not found on the PATH, and there is a dvc.yaml but no command")
                .hint("install DVC, or give the command itself: keepstone run STAGE -- COMMAND"));
        }
        Ok(())
    }

    /// Prints what would be recorded.
    pub(super) fn show(&self, as_json: bool) -> Result<(), Failure> {
        let mut told = Map::from_iter([("mode".to_owned(), json!("dry_run"))]);
        let Value::Object(start) = &self.start else { unreachable!("an object") };
        told.extend(start.clone());
        told.insert("outputs".to_owned(), json!(self.outputs));
        if self.by_dvc {
            told.insert("dvcLockHash".to_owned(), json!(dvc_lock_hash()?));
        }
        if as_json {
            return print::json(&Value::Object(told).to_string());
        }
        let mut facts = Facts::default();
        for (name, value) in FACTS {
            match told.get(*value) {
                None | Some(Value::Null) => {}
                Some(_) if *value == "command" => facts.add(name, &command(&self.command)),
                Some(Value::String(text)) => facts.add(name, text),
                Some(Value::Array(items)) => items.iter().for_each(|item| facts.add(name, &plain(item))),
                Some(Value::Object(fields)) => {
                    let known = fields.iter().filter(|(_, value)| !value.is_null());
                    known.for_each(|(key, value)| facts.add(name, &format!("{key}={}", plain(value))));
                }
                Some(other) => facts.add(name, &other.to_string()),
            }
        }
        print::lines(&format!("would run\n{}", facts.render(&Paper::stdout())))
    }
}

/// What a dry run shows, by what people call it.
const FACTS: &[(&str, &str)] = &[
    ("stage", "stage"),
    ("type", "runType"),
    ("command", "command"),
    ("folder", "workingDirectory"),
    ("inputs", "inputArtifactIds"),
    ("outputs", "outputs"),
    ("params", "params"),
    ("tags", "tags"),
    ("git", "git"),
    ("dvc.lock", "dvcLockHash"),
    ("environment", "environment"),
    ("tools", "tools"),
    ("host", "hostname"),
    ("user", "username"),
    ("container", "containerDigest"),
    ("job", "ciRunId"),
    ("mlflow run", "mlflowRunId"),
];

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(fields) => {
            let parts = fields.values().filter(|value| !value.is_null()).map(plain);
            parts.collect::<Vec<_>>().join(":")
        }
        other => other.to_string(),
    }
}

/// What DVC is asked to do.
fn repro(options: &Run) -> Result<Vec<String>, Failure> {
    if !files::exists(Path::new("dvc.yaml")) {
        return Err(Failure::Usage(
            Error::invalid_params("there is no command to run, and no dvc.yaml in the working folder")
                .hint("give the command after --, as in: keepstone run STAGE -- COMMAND"),
        ));
    }
    let force = options.force.then_some("--force");
    Ok(["dvc", "repro", &options.stage].into_iter().chain(force).map(str::to_owned).collect())
}
