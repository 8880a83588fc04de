//! Runs of M3: its records, put into our words, and taken in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::artifacts::moment;
use super::intake::{BATCH, Fate, Intake};
use super::{Folder, Reading, make_exact};
use crate::base::files;
use crate::imports::findings::About;
use crate::manifest::RunRow;
use crate::model::ids::{RunId, RunType};
use crate::model::import::{ImportFault, ImportFinding, Tally};
use crate::model::retention::PinTarget;
use crate::model::run::{Checkout, Finished, RunEnd, RunError, RunFinished, RunStarted, RunStatus, Started};
use crate::model::{Hash, Result};
use crate::store::{View, Writer};

/// What stands before the stage in the name of a run.
const STAGE: &str = "DVC stage: ";

/// A run as M3 writes it.
#[derive(Debug, Deserialize)]
struct RunFile {
    run_id: String,
    run_type: Option<String>,
    status: String,
    started_utc: String,
    finished_utc: Option<String>,
    name: Option<String>,
    description: Option<String>,
    provenance: Option<Provenance>,
    stages: Option<Vec<Value>>,
    parameters: Option<Map<String, Value>>,
    dvc_stage_hash: Option<String>,
    tags: Option<BTreeMap<String, String>>,
    annotations: Option<Map<String, Value>>,
    error: Option<Map<String, Value>>,
    parent_run_id: Option<String>,
    mlflow_run_id: Option<String>,
    /// It follows from the start and the end.
    #[serde(rename = "duration_seconds")]
    _duration_seconds: Option<f64>,
    #[serde(rename = "schema_version")]
    _schema_version: Option<u64>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Debug, Default, Deserialize)]
struct Provenance {
    hostname: Option<String>,
    git_commit: Option<String>,
    git_branch: Option<String>,
    git_dirty: Option<bool>,
    username: Option<String>,
    toolchain: Option<Vec<Tool>>,
    python_version: Option<String>,
    command: Option<String>,
    working_directory: Option<String>,
    ci_run_id: Option<String>,
    ci_job_url: Option<String>,
    container_digest: Option<String>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
struct Tool {
    name: String,
    version: Option<String>,
}

/// A run in our words.
struct TakenRun {
    run_id: RunId,
    started: Started,
    end: Option<(RunEnd, Finished)>,
    findings: Vec<ImportFinding>,
    about: About,
}

impl Intake<'_> {
    /// Takes all runs in that have a record.
    pub fn runs(&mut self) -> Result<Tally> {
        let mut tally = Tally::default();
        let mut paths: Vec<PathBuf> = self.folder.list("runs")?.iter().map(|folder| folder.join("run.json")).collect();
        paths.retain(|path| files::exists(path));
        for (part, paths) in paths.chunks(BATCH).enumerate() {
            let mut batch = Vec::with_capacity(paths.len());
            self.watch.step((part * BATCH) as u64, 0, "runs")?;
            for path in paths {
                match take(&self.folder, path) {
                    Ok(taken) => batch.push(taken),
                    Err(finding) => self.skip(&mut tally, finding),
                }
            }
            let fates = self.decide(&batch, fate, commit)?;
            for (taken, fate) in batch.into_iter().zip(fates) {
                match fate {
                    Fate::Imported => tally.imported.0 += 1,
                    Fate::AlreadyThere | Fate::Deleted => tally.already_there.0 += 1,
                    Fate::Conflict(what) => {
                        let run_id = &taken.run_id;
                        let message = format!("run {run_id} was left out: the store has it with another {what}");
                        self.skip(&mut tally, taken.about.finding(ImportFault::Conflict, message));
                        continue;
                    }
                }
                self.known.insert(PinTarget::Run(taken.run_id.clone()));
                taken.findings.into_iter().for_each(|finding| self.findings.add(finding));
            }
        }
        Ok(tally)
    }
}

fn take(folder: &Folder, path: &Path) -> Reading<TakenRun> {
    let file: RunFile = folder.read(path)?;
    let about = folder.about(path).of(&file.run_id);
    let run_id = RunId::try_from(file.run_id.clone()).map_err(|told| about.finding(ImportFault::InvalidName, told))?;
    if path.parent().and_then(Path::file_name).is_none_or(|name| name.to_string_lossy() != run_id.as_str()) {
        let message = format!("{} holds the record of run {run_id}", path.display());
        return Err(about.finding(ImportFault::NameDiffers, message));
    }
    let invalid = |what: &str, text: &str| {
        about.finding(ImportFault::Invalid, format!("run {run_id} was left out: {what} {text:?} can't be understood"))
    };
    let at = |what: &str, text: &str| moment(text).ok_or_else(|| invalid(what, text));
    let started_at = at("started_utc", &file.started_utc)?;
    let finished_at = file.finished_utc.as_deref().map(|text| at("finished_utc", text)).transpose()?;
    let run_type = match file.run_type.clone() {
        Some(text) => Some(RunType::try_from(text.clone()).map_err(|_| invalid("run_type", &text))?),
        None => None,
    };
    let mut findings = Vec::new();
    let end = match file.status.as_str() {
        "completed" => Some(RunEnd::Completed),
        "failed" => Some(RunEnd::Failed),
        "cancelled" => Some(RunEnd::Cancelled),
        "skipped" => Some(RunEnd::Skipped),
        "running" => None,
        "pending" => {
            let message = format!("run {run_id} never began; it is kept as one that runs");
            findings.push(about.finding(ImportFault::NeverBegan, message));
            None
        }
        other => return Err(invalid("status", other)),
    };

    let mut others = file.rest;
    // Never filled, but for the form.
    others.retain(|key, value| {
        let artifacts = value.get("artifacts").and_then(Value::as_array);
        !(matches!(key.as_str(), "inputs" | "outputs") && artifacts.is_some_and(Vec::is_empty))
    });
    let stages = file.stages.unwrap_or_default();
    let stage = stages.first().and_then(|stage| stage.get("stage_name")).and_then(Value::as_str).map(str::to_owned);
    let named = file.name.as_deref().map(|name| name.strip_prefix(STAGE).unwrap_or(name).to_owned());
    let cached = stages.iter().filter_map(|stage| stage.get("cached").and_then(Value::as_bool)).reduce(|a, b| a && b);
    if !stages.is_empty() {
        others.insert("stages".to_owned(), Value::Array(stages));
    }
    let error = file.error.map(|mut error| {
        let mut text = |key: &str| error.remove(key).and_then(|value| value.as_str().map(str::to_owned));
        let told = RunError { message: text("message").unwrap_or_default(), error_type: text("error_type") };
        if !error.is_empty() {
            others.insert("error".to_owned(), Value::Object(error));
        }
        told
    });
    let dvc_lock_hash = file.dvc_stage_hash.as_deref().and_then(|digest| Hash::parse(&format!("sha256:{digest}")));
    if let (None, Some(text)) = (dvc_lock_hash, file.dvc_stage_hash) {
        others.insert("dvc_stage_hash".to_owned(), Value::String(text));
    }
    let parent_run_id = match file.parent_run_id.clone().map(RunId::try_from) {
        Some(Ok(parent)) => Some(parent),
        Some(Err(told)) => {
            others.insert("parent_run_id".to_owned(), json!(file.parent_run_id));
            let message = format!("run {run_id}: its parent run can't be named here: {told}");
            findings.push(about.finding(ImportFault::ReferenceLeftOut, message));
            None
        }
        None => None,
    };
    let provenance = file.provenance.unwrap_or_default();
    if !provenance.rest.is_empty() {
        others.insert("provenance".to_owned(), Value::Object(provenance.rest));
    }
    let mut annotations = file.annotations.unwrap_or_default();
    let environment = match annotations.remove("environment").map(serde_json::from_value::<BTreeMap<String, String>>) {
        Some(Ok(environment)) => environment,
        Some(Err(_)) => return Err(invalid("annotations.environment", "")),
        None => BTreeMap::new(),
    };
    if !others.is_empty() {
        annotations.insert("otherFields".to_owned(), Value::Object(others));
    }
    let mut params = file.parameters.unwrap_or_default();
    if make_exact(&mut params) | make_exact(&mut annotations) {
        let message = format!("run {run_id}: a number beyond 2^53-1, where JSON readers round, became a text");
        findings.push(about.finding(ImportFault::NumberAsText, message));
    }
    let tool = |tool: Tool| (tool.name, tool.version.unwrap_or_default());
    let mut tools: BTreeMap<String, String> = provenance.toolchain.into_iter().flatten().map(tool).collect();
    if let Some(version) = provenance.python_version {
        tools.entry("python".to_owned()).or_insert(version);
    }
    let git = (provenance.git_commit.is_some() || provenance.git_branch.is_some() || provenance.git_dirty.is_some())
        .then_some(Checkout {
            commit: provenance.git_commit,
            branch: provenance.git_branch,
            dirty: provenance.git_dirty,
        });
    let started = Started {
        stage: stage.or(named).or(file.run_type),
        run_type,
        started_at,
        name: file.name,
        description: file.description,
        command: provenance.command.into_iter().collect(),
        working_directory: provenance.working_directory,
        params,
        tags: file.tags.unwrap_or_default(),
        environment,
        git,
        hostname: provenance.hostname,
        username: provenance.username,
        container_digest: provenance.container_digest,
        tools,
        ci_run_id: provenance.ci_run_id,
        ci_job_url: provenance.ci_job_url,
        parent_run_id,
        mlflow_run_id: file.mlflow_run_id,
        annotations,
        input_artifact_ids: Vec::new(),
    };
    let end = end.map(|end| (end, Finished { finished_at, error, dvc_lock_hash, cached, ..Finished::default() }));
    Ok(TakenRun { run_id, started, end, findings, about })
}

/// What will become of a run. One that ran when it was taken in may have ended since.
fn fate<V: View>(taken: &TakenRun, view: &V) -> Result<Fate> {
    let Some(RunRow { started: Some(started), status, finished, .. }) = view.manifest().run(taken.run_id.as_str())?
    else {
        return Ok(Fate::Imported);
    };
    if started != taken.started {
        return Ok(Fate::Conflict("start"));
    }
    Ok(match &taken.end {
        None if status == RunStatus::Running => Fate::AlreadyThere,
        Some(_) if status == RunStatus::Running => Fate::Imported,
        Some((end, wanted)) if status == RunStatus::from(*end) && finished.as_ref() == Some(wanted) => {
            Fate::AlreadyThere
        }
        _ => Fate::Conflict("end"),
    })
}

fn commit(taken: &TakenRun, writer: &mut Writer) -> Result<Fate> {
    let fate = fate(taken, writer)?;
    if fate != Fate::Imported {
        return Ok(fate);
    }
    let run_id = taken.run_id.clone();
    let begun = writer.manifest().run(run_id.as_str())?.is_some_and(|row| row.started.is_some());
    if !begun {
        writer.manifest().set_run_started(run_id.as_str(), &taken.started)?;
        writer.record_run("run_started", &RunStarted { run_id: run_id.clone(), started: taken.started.clone() })?;
    }
    if let Some((status, finished)) = taken.end.clone() {
        writer.manifest().set_run_finished(run_id.as_str(), status, &finished)?;
        writer.record_run("run_finished", &RunFinished { run_id, status, finished })?;
    }
    Ok(fate)
}
