//! `keepstone run`

mod child;
mod output;
mod plan;
mod signals;
mod stamp;

use std::io::{ErrorKind, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;

use clap::Args;
use serde_json::{Map, Value, json};

use super::arguments::Place;
use super::caller::Caller;
use super::paper::{Paper, Style};
use super::temporary::Temporary;
use super::{Outcome, pairs, print, words};
use crate::base::{clock, files};
use crate::model::artifact::Artifact;
use crate::model::ids::RunType;
use crate::model::run::{Run as Record, RunEnd};
use crate::model::{Error, Hash, Kind};
use child::{Ended, Ends, Heard, Running};
use output::Output;
use plan::Plan;
use signals::Signals;

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone run clean -- python clean.py                     record a command: its end, its output, the checkout
  keepstone run train --input rain:november --output model.bin:model:november -- python train.py
  keepstone run train --param epochs=20 --tag nightly --json -- ./train.sh 20
  keepstone run train                                        dvc repro train, where dvc.yaml is
  keepstone run train --dry-run

When the command has ended well, every --output is published, made from every --input; what the store
has already counts as this run's output all the same. A run that failed publishes nothing but its log.
What the command writes is passed on while it runs, and kept; with --json it goes to standard error.
The command finds the run's id in KEEPSTONE_RUN_ID.

The exit code is the command's, or 128 and the number of the signal that ended it; 127 and 126 where it
can't be started; 1 where it ended well and its outputs are missing or can't be published.";

/// What the logs of a run are called in the temporary folder, and so what their readable names end with.
const LOGS: [&str; 2] = ["stdout.log", "stderr.log"];

#[derive(Debug, Args)]
pub(super) struct Run {
    /// What is executed, in a word
    stage: String,
    /// What it reads: an id, its last 8 digits, TYPE:KEY or TYPE:KEY@v3; RELATION=REF where outputs are not derived_from it
    #[arg(long, short = 'i', value_name = "REF")]
    input: Vec<String>,
    /// What it leaves behind: PATH, PATH:TYPE or PATH:TYPE:KEY
    #[arg(long, short = 'o', value_name = "PATH[:TYPE[:KEY]]", value_parser = Output::parse)]
    output: Vec<Output>,
    /// A tag: KEY=VALUE, or a word
    #[arg(long, short = 't', value_name = "TAG", value_parser = pairs::tag)]
    tag: Vec<(String, String)>,
    /// A parameter it runs with: NAME=VALUE; JSON is read as such, all else is text
    #[arg(long, value_name = "PARAM", value_parser = pairs::param)]
    param: Vec<(String, Value)>,
    /// What kind of run it is; what the stage's name suggests unless given
    #[arg(long, value_name = "TYPE", value_parser = run_type)]
    run_type: Option<RunType>,
    /// The run in MLflow that tells of the same work
    #[arg(long, value_name = "ID")]
    mlflow_run_id: Option<String>,
    /// Have DVC run the stage even if nothing changed
    #[arg(long, short = 'f', conflicts_with = "command")]
    force: bool,
    /// Show what would be recorded, and run nothing
    #[arg(long)]
    dry_run: bool,
    /// Print the run as JSON; what the command writes goes to standard error
    #[arg(long)]
    json: bool,
    /// Say nothing about the run
    #[arg(long, short)]
    quiet: bool,
    /// The command and its arguments; without one `dvc repro STAGE`, where dvc.yaml is
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

fn run_type(text: &str) -> Result<RunType, String> {
    RunType::try_from(text.to_owned())
}

/// How a run ended, and why.
struct Verdict {
    end: RunEnd,
    /// The command's exit code, where it had one.
    command: Option<u8>,
    /// What this process ends with.
    code: u8,
    error: Option<Value>,
}

impl Verdict {
    fn failed(command: Option<u8>, code: u8, message: &str, error_type: Option<&str>) -> Self {
        Self { end: RunEnd::Failed, command, code, error: Some(json!({"message": message, "errorType": error_type})) }
    }
}

pub(super) fn run(place: &Place, options: &Run) -> Outcome {
    let caller = Caller::at(place)?;
    let plan = Plan::of(&caller, options)?;
    if options.dry_run {
        return plan.show(options.json).map(|()| 0);
    }
    plan.refuse_without_dvc()?;
    let signals = Signals::catch()?;
    let logs = Temporary::new(caller.random())?;
    let ends = ends(&logs, options.json)?;
    let started: Record = caller.call("start_run", plan.start.clone())?;
    // The command may run for days, and may use the store itself.
    caller.let_go();
    let mut finish = json!({ "runId": started.run_id });
    let verdict = match Running::start(plan.command().env("KEEPSTONE_RUN_ID", started.run_id.as_str())) {
        Err(error) => {
            let code = if error.kind() == ErrorKind::NotFound { 127 } else { 126 };
            let message = format!("{} can't be started: {error}", plan.program());
            print::error(&Error::invalid_data(&*message));
            Verdict::failed(None, code, &message, None)
        }
        Ok(running) => {
            let ended = running
                .attend(ends, &signals, caller.clock())
                .map_err(|error| Error::internal(format!("the command can't be waited for: {error}")))?;
            finish["finishedAt"] = json!(clock::millis_text(ended.at).max(started.started.started_at.clone()));
            let verdict = publish(&caller, &plan, options, &started, judge(&ended, &plan, &signals), &signals);
            for (field, name, heard) in
                [("stdoutArtifactId", LOGS[0], &ended.stdout), ("stderrArtifactId", LOGS[1], &ended.stderr)]
            {
                finish[field] = json!(keep_log(&caller, &started, &logs, name, heard));
            }
            if plan.by_dvc {
                let silent = ended.status.success() && !ended.stdout.running;
                finish["cached"] = json!(ended.stdout.unchanged || ended.stderr.unchanged || silent);
                finish["dvcLockHash"] = json!(dvc_lock_hash().unwrap_or_else(|error| {
                    print::error(&error);
                    None
                }));
            }
            verdict
        }
    };
    finish["status"] = json!(verdict.end);
    finish["exitCode"] = json!(verdict.command);
    finish["error"] = verdict.error.clone().unwrap_or_default();
    let finished: Record = match caller.call("finish_run", finish) {
        Ok(finished) => finished,
        // The command's own end still counts for more.
        Err(error) if verdict.code != 0 => {
            print::error(&error);
            return Ok(verdict.code);
        }
        Err(error) => return Err(error.into()),
    };
    if options.json {
        print::json(&caller.text("get_run", json!({ "runId": started.run_id }))?)?;
    } else if !options.quiet {
        print::error_line(&summary(&finished));
    }
    Ok(verdict.code)
}

/// Where the command's output goes: on to whoever reads this process, and into files.
fn ends(logs: &Temporary, json: bool) -> Result<Ends, Error> {
    let stdout: Box<dyn Write + Send> = if json { Box::new(std::io::stderr()) } else { Box::new(std::io::stdout()) };
    Ok(Ends { stdout: (stdout, logs.create(LOGS[0])?), stderr: (Box::new(std::io::stderr()), logs.create(LOGS[1])?) })
}

/// How the command ended, before its outputs are looked at.
fn judge(ended: &Ended, plan: &Plan, signals: &Signals) -> Verdict {
    let error_type = plan.by_dvc.then_some("DVCError");
    if let Some(signal) = ended.status.signal() {
        let code = 128 + u8::try_from(signal).unwrap_or(0);
        let message = format!("the command was ended by {}", signal_name(signal));
        return Verdict { end: RunEnd::Killed, ..Verdict::failed(Some(code), code, &message, error_type) };
    }
    let code = ended.status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
    match (code, signals.during()) {
        (0, _) => Verdict { end: RunEnd::Completed, command: Some(0), code: 0, error: None },
        (_, Some(signal)) => {
            let message = format!("the command ended with exit code {code} after {}", signal_name(signal));
            Verdict { end: RunEnd::Killed, ..Verdict::failed(Some(code), code, &message, error_type) }
        }
        (_, None) => Verdict::failed(Some(code), code, &format!("the command ended with exit code {code}"), error_type),
    }
}

fn signal_name(signal: i32) -> String {
    signal_hook::low_level::signal_name(signal).map_or_else(|| format!("signal {signal}"), str::to_owned)
}

/// Publishes the outputs of a command that ended well; one that can't be published makes the run a failed one.
fn publish(
    caller: &Caller,
    plan: &Plan,
    options: &Run,
    started: &Record,
    verdict: Verdict,
    signals: &Signals,
) -> Verdict {
    if verdict.code != 0 {
        return verdict;
    }
    let missing = |output: &&Output| !files::exists(Path::new(&output.path));
    let failure = match options.output.iter().find(missing) {
        Some(output) => Err(Error::not_found(format!("the output {} is missing after the command ended", output.path))
            .hint("nothing was published; correct the path, or the command")),
        None => options.output.iter().try_for_each(|output| {
            let mut params = plan.publishing.clone();
            let Value::Object(own) = output.params()? else { unreachable!("an object") };
            params.extend(own);
            params.insert("runId".to_owned(), json!(started.run_id));
            caller.watched("publish_artifact", params.into(), signals).map(|_| ())
        }),
    };
    match (failure, signals.after()) {
        (Ok(()), _) => verdict,
        (Err(error), Some(signal)) if error.kind() == Kind::Cancelled => {
            let code = 128 + u8::try_from(signal).unwrap_or(0);
            let message = format!("{} came before all outputs were published", signal_name(signal));
            Verdict { end: RunEnd::Killed, ..Verdict::failed(verdict.command, code, &message, None) }
        }
        (Err(error), _) => {
            print::error(&error);
            Verdict::failed(verdict.command, 1, error.message(), Some(error.kind().name()))
        }
    }
}

/// Publishes what the command wrote to one of its ends; what can't be kept is said, and harms nothing else.
fn keep_log(caller: &Caller, started: &Record, logs: &Temporary, name: &str, heard: &Heard) -> Option<String> {
    if !heard.anything {
        return None;
    }
    if let Some(error) = &heard.failure {
        print::error(&Error::internal(format!("{name} was not kept: {error}")));
        return None;
    }
    let stream = name.strip_suffix(".log").unwrap_or(name);
    let params = json!({
        "artifactType": "log", "logicalKey": format!("{}/{stream}", started.run_id), "format": "file",
        "dataPath": logs.path(name), "roles": ["metadata"], "runId": started.run_id,
    });
    match caller.call::<Map<String, Value>>("publish_artifact", params) {
        Ok(published) => published["artifactId"].as_str().map(str::to_owned),
        Err(error) => {
            print::error(&error);
            None
        }
    }
}

/// SHA-256 of dvc.lock in the working folder, if there is one.
fn dvc_lock_hash() -> Result<Option<Hash>, Error> {
    let path = Path::new("dvc.lock");
    if !files::exists(path) {
        return Ok(None);
    }
    Ok(Some(Hash::of(&files::read(path)?)))
}

/// `completed  5f2c81d4  train_model  12.3 s  2 outputs`
fn summary(run: &Record) -> String {
    let paper = Paper::stderr();
    let style = if run.status == RunEnd::Completed.into() { Style::Good } else { Style::Odd };
    let word = super::runs::status(run.status);
    let id = paper.paint(words::short_id(run.run_id.as_str()), Style::Name);
    let mut parts = vec![
        words::clean(run.started.stage.as_deref().unwrap_or_default()).into_owned(),
        words::duration(run.duration_seconds.unwrap_or_default()),
        words::count(run.output_count.0, "output"),
    ];
    if let Some(code) = run.finished.exit_code.filter(|code| code.0 != 0) {
        parts.push(format!("exit code {}", code.0));
    }
    format!("{}  {id}  {}", paper.paint(word, style), parts.join("  "))
}

/// The artifact's place among the inputs of everything that is published.
fn input(artifact: &Artifact, relation: Option<&str>) -> Value {
    json!({ "artifactId": artifact.artifact_id, "relation": relation })
}
