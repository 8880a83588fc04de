//! `keepstone runs`

use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::arguments::Place;
use super::caller::{Caller, read};
use super::facts::Facts;
use super::list::moment as when;
use super::paper::{Paper, Style};
use super::show::{moment, named};
use super::table::{Column, Table};
use super::{Outcome, pairs, print, words};
use crate::model::Error;
use crate::model::artifact::Artifact;
use crate::model::run::{Run, RunStatus};

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone runs list                             the newest 100
  keepstone runs list --stage train --status failed --since 7d
  keepstone runs show 5f2c81d4                    the 8 digits that lists show
  keepstone runs show 5f2c81d4 --json | jq '.outputs[].path'
  keepstone cat log:run-20260301T093000-5f2c81d4/stdout

A run whose process died without finishing it is listed as running; call finish_run with the status killed to say so.";

/// Most runs that one list may have.
const MOST: u32 = 10_000;

/// Most runs that an ambiguous reference is answered with.
const MOST_CANDIDATES: usize = 10;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Runs {
    #[command(subcommand)]
    what: What,
}

const LIST_EXAMPLES: &str = "\
Examples:
  keepstone runs list
  keepstone runs list --stage train --status failed --since 7d
  keepstone runs list --json | jq -r '.[].runId'";

const SHOW_EXAMPLES: &str = "\
Examples:
  keepstone runs show 5f2c81d4                    the 8 digits that lists show
  keepstone runs show 5f2c81d4 --json | jq '.outputs[].path'";

#[derive(Debug, Subcommand)]
enum What {
    /// List runs, newest first
    #[command(after_help = LIST_EXAMPLES, visible_alias = "ls")]
    List(List),
    /// Show everything about one run
    #[command(after_help = SHOW_EXAMPLES)]
    Show(Show),
}

#[derive(Debug, Args)]
struct List {
    /// Only of this stage
    #[arg(long)]
    stage: Option<String>,
    /// Only in this state: unknown, running, completed, failed, killed, cancelled or skipped
    #[arg(long)]
    status: Option<String>,
    /// Only of this type
    #[arg(long = "run-type", value_name = "TYPE")]
    run_type: Option<String>,
    /// Only with this tag: KEY=VALUE, or a word; several must all hold
    #[arg(long, short = 't', value_name = "TAG", value_parser = pairs::tag)]
    tag: Vec<(String, String)>,
    /// Only started since: a date, a moment, or how long ago (30d, 2h, 15min)
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    since: Option<String>,
    /// Only started until then
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    until: Option<String>,
    /// At most so many, the newest
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST)))]
    limit: u32,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Show {
    /// Which run: an id, the start of one, or its last 8 digits
    #[arg(value_name = "RUN")]
    reference: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What of get_run is shown.
#[derive(Deserialize)]
struct Details {
    #[serde(flatten)]
    run: Run,
    outputs: Vec<Artifact>,
    inputs: Vec<Artifact>,
}

pub(super) fn run(place: &Place, options: &Runs) -> Outcome {
    let caller = Caller::at(place)?;
    match &options.what {
        What::List(options) => list(&caller, options),
        What::Show(options) => show(&caller, options),
    }
}

fn list(caller: &Caller, options: &List) -> Outcome {
    let tags: Map<String, Value> = options.tag.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    // One more than is shown tells whether there are more.
    let limit = if options.json { options.limit } else { (options.limit + 1).min(MOST) };
    let filter = json!({
        "stage": options.stage,
        "status": options.status,
        "runType": options.run_type,
        "tags": tags,
        "since": when("--since", options.since.as_deref(), caller.now)?,
        "until": when("--until", options.until.as_deref(), caller.now)?,
        "limit": limit,
    });
    let text = caller.text("list_runs", json!({ "filter": filter }))?;
    if options.json {
        return print::json(&text).map(|()| 0);
    }
    let mut runs: Vec<Run> = read("list_runs", &text)?;
    let more = runs.len() > options.limit as usize;
    runs.truncate(options.limit as usize);
    let mut table = Table::new(&[
        Column::left("ID").painted(Style::Name),
        Column::left("STAGE").shrinks(),
        Column::left("TYPE").shrinks(),
        Column::left("STATUS"),
        Column::right("TOOK"),
        Column::right("EXIT"),
        Column::right("OUTPUTS"),
        Column::right("AGE").painted(Style::Dim),
        Column::left("TAGS").shrinks(),
    ]);
    for run in &runs {
        let text = |text: Option<&str>| words::clean(text.unwrap_or_default()).into_owned();
        table.row(vec![
            words::short_id(run.run_id.as_str()).to_owned(),
            text(run.started.stage.as_deref()),
            text(run.started.run_type.as_ref().map(|run_type| run_type.as_str())),
            status(run.status).to_owned(),
            run.duration_seconds.map(words::duration).unwrap_or_default(),
            run.finished.exit_code.map(|code| code.0.to_string()).unwrap_or_default(),
            words::number(run.output_count.0),
            words::age(&run.started.started_at, caller.now),
            words::tags(&run.started.tags),
        ]);
    }
    let cut = if more { ", and there are older ones: --limit shows more" } else { "" };
    let total = words::count(runs.len() as u64, "run");
    print::lines(&format!("{}Total {total}{cut}\n", table.render(&Paper::stdout()))).map(|()| 0)
}

fn show(caller: &Caller, options: &Show) -> Outcome {
    let run_id = one(caller, &options.reference)?;
    let text = caller.text("get_run", json!({ "runId": run_id }))?;
    if options.json {
        return print::json(&text).map(|()| 0);
    }
    let Details { run, outputs, inputs } = read("get_run", &text)?;
    let (started, finished) = (&run.started, &run.finished);
    let mut facts = Facts::default();
    facts.add("id", run.run_id.as_str());
    facts.add("status", status(run.status));
    facts.maybe("error", finished.error.as_ref().map(|error| error.message.as_str()));
    facts.maybe("exit code", finished.exit_code.map(|code| code.0.to_string()).as_deref());
    facts.maybe("name", started.name.as_deref());
    started.description.iter().flat_map(|text| text.lines()).for_each(|line| facts.add("description", line));
    facts.maybe("type", started.run_type.as_ref().map(|run_type| run_type.as_str()));
    facts.add("started", &moment(&started.started_at, caller.now));
    if let Some(at) = &finished.finished_at {
        facts.add("finished", &moment(at, caller.now));
    }
    facts.maybe("took", run.duration_seconds.map(words::duration).as_deref());
    facts.add("command", &command(&started.command));
    facts.maybe("folder", started.working_directory.as_deref());
    inputs.iter().for_each(|input| facts.add("inputs", &named(input)));
    outputs.iter().for_each(|output| facts.add("outputs", &named(output)));
    facts.maybe("stdout", finished.stdout_artifact_id.as_ref().map(|id| id.as_str()));
    facts.maybe("stderr", finished.stderr_artifact_id.as_ref().map(|id| id.as_str()));
    started.params.iter().for_each(|(name, value)| facts.add("params", &format!("{name}={value}")));
    facts.add("tags", &words::tags(&started.tags));
    if let Some(git) = &started.git {
        let dirty = git.dirty.unwrap_or(false).then_some("with uncommitted changes");
        let parts = [git.commit.as_deref(), git.branch.as_deref(), dirty];
        facts.add("commit", &parts.into_iter().flatten().collect::<Vec<_>>().join(" "));
    }
    facts.maybe("dvc.lock", finished.dvc_lock_hash.map(|hash| hash.to_string()).as_deref());
    facts.maybe("cached", finished.cached.map(|cached| if cached { "yes" } else { "no" }));
    started.environment.iter().for_each(|(name, value)| facts.add("environment", &format!("{name}={value}")));
    started.tools.iter().for_each(|(name, version)| facts.add("tools", &format!("{name} {version}")));
    facts.maybe("host", started.hostname.as_deref());
    facts.maybe("user", started.username.as_deref());
    facts.maybe("container", started.container_digest.as_deref());
    facts.maybe("job", started.ci_job_url.as_deref().or(started.ci_run_id.as_deref()));
    facts.maybe("part of", started.parent_run_id.as_ref().map(|id| id.as_str()));
    facts.maybe("mlflow run", started.mlflow_run_id.as_deref());
    started.annotations.iter().for_each(|(name, value)| facts.add("annotations", &format!("{name}={value}")));
    let title = words::clean(started.stage.as_deref().unwrap_or("a run that nobody started")).into_owned();
    print::lines(&format!("{title}\n{}", facts.render(&Paper::stdout()))).map(|()| 0)
}

/// The id of the one run that a reference means.
fn one(caller: &Caller, reference: &str) -> Result<String, Error> {
    let filter = json!({ "filter": { "idPart": reference, "limit": MOST_CANDIDATES + 1 } });
    let found: Vec<Run> = caller.call("list_runs", filter)?;
    let mut ids = found.into_iter().map(|run| run.run_id.to_string()).collect::<Vec<_>>();
    if let Some(whole) = ids.iter().find(|id| *id == reference) {
        return Ok(whole.clone());
    }
    match ids.len() {
        0 => Err(Error::not_found(format!("run {reference:?} was not found"))
            .hint("name it by its id, the start of it, or the 8 digits at its end")),
        1 => Ok(ids.remove(0)),
        count => {
            let more = if count > MOST_CANDIDATES { " and more" } else { "" };
            ids.truncate(MOST_CANDIDATES);
            Err(Error::conflict(format!("{reference:?} could mean several runs"))
                .hint(format!("write more of the id that is meant: {}{more}", ids.join(", "))))
        }
    }
}

/// The word for a state.
pub(super) fn status(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Unknown => "unknown",
        RunStatus::Running => "running",
        RunStatus::Completed => "completed",
        RunStatus::Failed => "failed",
        RunStatus::Killed => "killed",
        RunStatus::Cancelled => "cancelled",
        RunStatus::Skipped => "skipped",
    }
}

/// A command as it could be typed; what a shell would take apart stands in quotes.
pub(super) fn command(words: &[String]) -> String {
    let plain = |word: &str| {
        let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./=:,@%+".contains(&byte) || !byte.is_ascii();
        !word.is_empty() && word.bytes().all(safe)
    };
    let quoted = |word: &String| match plain(word) {
        true => word.clone(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    };
    words.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::command;

    #[test]
    fn a_command_is_shown_as_it_could_be_typed() {
        let words = ["sh", "-c", "echo it's $HOME", "", "a=b"].map(str::to_owned);
        assert_eq!(command(&words), r"sh -c 'echo it'\''s $HOME' '' a=b");
    }
}
