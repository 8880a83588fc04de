//! `keepstone gc` and `keepstone gc-estimate`

use std::io::{BufRead, IsTerminal, Write};
use std::process::{Command, Stdio};

use clap::Args;
use serde::Deserialize;
use serde_json::json;

use super::arguments::Place;
use super::caller::{Caller, read};
use super::list::moment;
use super::paper::{Paper, Style};
use super::progress::Progress;
use super::stop::Stop;
use super::table::{Column, Table};
use super::{Failure, Outcome, print, words};
use crate::model::Error;
use crate::model::retention::{Candidate, Fate, Plan, PlanTotals};

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone gc                                   what would be collected, and why
  keepstone gc --policy laptop_default --verbose   also what is kept, and why
  keepstone gc --family proofs --apply           shows the plan, asks, and puts it into the trash
  keepstone gc --apply --force                   the same without asking, for scripts
  keepstone gc --list-policies
  keepstone gc --policy ci_aggressive --dvc      also what `dvc gc` would remove

Nothing is gone after it: keepstone restore brings it back until keepstone purge. The rules stand in keepstone.toml.

Exit codes: 0 done, 1 failed, 64 wrong usage.";

pub(super) const ESTIMATE_EXAMPLES: &str = "\
Examples:
  keepstone gc-estimate --policy laptop_default
  keepstone gc-estimate -p archive --json";

/// Rows of what goes that are shown without --verbose.
const SHOWN_MOST: usize = 50;

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(super) struct Gc {
    /// Judge what belongs to no family by this policy
    #[arg(long, short, value_name = "POLICY", conflicts_with = "family")]
    policy: Option<String>,
    /// Judge the runs of this family alone
    #[arg(long, value_name = "FAMILY")]
    family: Option<String>,
    /// Only show what would be done; so it is without --apply
    #[arg(long)]
    dry_run: bool,
    /// Put what goes into the trash
    #[arg(long, visible_alias = "execute", conflicts_with_all = ["estimate", "list_policies"])]
    apply: bool,
    /// Don't ask
    #[arg(long, short, visible_alias = "force", requires = "apply")]
    yes: bool,
    /// Count ages to this moment: a date, a moment, or how long ago (30d)
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    now: Option<String>,
    /// Show only the sums
    #[arg(long)]
    estimate: bool,
    /// List the policies and families
    #[arg(long, conflicts_with_all = ["policy", "family", "estimate"])]
    list_policies: bool,
    /// Also run `dvc gc` in the working folder, with the policy's flags; only shown without --apply
    #[arg(long, conflicts_with_all = ["family", "estimate", "list_policies"])]
    dvc: bool,
    /// Don't run `dvc gc`: so it is without --dvc
    #[arg(long, hide = true, conflicts_with = "dvc")]
    no_dvc: bool,
    /// Show also what is kept, and everything that goes
    #[arg(long, short)]
    verbose: bool,
    /// Print nothing but JSON, where that is asked for
    #[arg(long, short)]
    quiet: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Estimate {
    /// Judge what belongs to no family by this policy
    #[arg(long, short, value_name = "POLICY")]
    policy: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What of an applied plan is told.
#[derive(Deserialize)]
struct Applied {
    totals: PlanTotals,
    skipped: Vec<Skipped>,
    report: Option<String>,
    backup: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Skipped {
    artifact_id: String,
    reason: String,
}

/// What of the policies is told.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Policies {
    default_policy: Option<String>,
    policies: Vec<Policy>,
    families: Vec<Family>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Policy {
    policy: String,
    description: Option<String>,
    keep_min_age_days: u64,
    keep_min_count: u64,
    keep_types: Vec<String>,
    keep_roles: Vec<String>,
    keep_with_descendants: bool,
    keep_ancestors_of_pinned: bool,
    space_budget_bytes: Option<u64>,
    dvc_gc_flags: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Family {
    family: String,
    keep: u64,
    always_keep: Vec<String>,
    pin: Vec<String>,
}

pub(super) fn run(place: &Place, options: &Gc) -> Outcome {
    let caller = Caller::at(place)?;
    if options.list_policies {
        return list_policies(&caller, options.json);
    }
    let now = moment("--now", options.now.as_deref(), caller.now)?;
    let params = json!({ "policy": options.policy, "family": options.family, "now": now });
    let text = caller.text("plan_gc", params)?;
    let plan: Plan = read("plan_gc", &text)?;
    if options.estimate {
        return estimated(&plan, options.json);
    }
    let apply = options.apply && !options.dry_run;
    let dvc = options.dvc.then(|| Dvc::of(&caller, &plan)).transpose()?;
    if !apply {
        match options.json {
            true => print::json(&text)?,
            false if options.quiet => {}
            false => print::lines(&shown(&plan, true, options.verbose, &Paper::stdout()))?,
        }
        return dvc.map_or(Ok(0), |dvc| dvc.run(true));
    }
    // What one is asked about is shown in any case.
    let unseen = options.json || options.quiet && options.yes;
    if !unseen {
        print::lines(&shown(&plan, false, options.verbose, &Paper::stdout()))?;
    }
    if plan.totals.delete.0 > 0 || dvc.is_some() {
        let what = words::count(plan.totals.delete.0, "artifact");
        confirm(options.yes, &format!("Put {what} into the trash?"))?;
    }
    let stop = Stop::on_signals()?;
    let progress = Progress::new(&stop, "collecting");
    let params = json!({ "policy": plan.policy, "family": plan.family, "now": plan.now, "digest": plan.digest });
    let text = caller.watched("apply_gc", params, &progress).map_err(|error| stop.failure(error))?;
    drop(progress);
    match options.json {
        true => print::json(&text)?,
        false if options.quiet => {}
        false => print::lines(&told(&read("apply_gc", &text)?))?,
    }
    dvc.map_or(Ok(0), |dvc| dvc.run(false))
}

pub(super) fn estimate(place: &Place, options: &Estimate) -> Outcome {
    let plan: Plan = Caller::at(place)?.call("plan_gc", json!({ "policy": options.policy }))?;
    estimated(&plan, options.json)
}

/// Asks on a terminal; without one, only an option can answer.
pub(super) fn confirm(yes: bool, question: &str) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Failure::Usage(
            Error::invalid_params("there is no terminal to ask at, so nothing was done")
                .hint("say --yes once it is what you want"),
        ));
    }
    let mut stderr = std::io::stderr().lock();
    write!(stderr, "{question} [y/N] ").and_then(|()| stderr.flush()).ok();
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer).ok();
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::Failed(Error::cancelled())),
    }
}

/// A plan as the summary and the table of what goes.
fn shown(plan: &Plan, dry_run: bool, verbose: bool, paper: &Paper) -> String {
    let totals = &plan.totals;
    let kept_as = |reason: &str| {
        let by = |one: &&Candidate| one.fate == Fate::Keep && one.reasons.iter().any(|word| word == reason);
        plan.candidates.iter().filter(by).count() as u64
    };
    let pinned = kept_as("pinned") + kept_as("explicitly_pinned");
    let mut text = format!("GC Plan Summary (DryRun: {dry_run})\n");
    let mut line = |words: String| text.push_str(&(words + "\n"));
    if let Some(policy) = &plan.policy {
        line(format!("Policy: {policy}"));
    }
    line(format!("Total Entries: {}", words::number(totals.entries.0)));
    line(format!(
        "To Delete: {} entries ({}, {})",
        words::number(totals.delete.0),
        words::size(totals.logical_bytes.0),
        words::count(totals.files.0, "file")
    ));
    line(format!("To Keep: {} entries", words::number(totals.keep.0)));
    line(format!(
        "Safety: {} pinned, {} last-pass, {} last-run kept",
        words::number(pinned),
        words::number(kept_as("last_pass")),
        words::number(kept_as("last_run"))
    ));
    let budget = match plan.space_budget_bytes {
        Some(budget) => format!(", budget {}", words::size(budget.0)),
        None => String::new(),
    };
    line(format!(
        "Space: a purge would free {}; {} now, {} then{budget}",
        words::size(totals.physical_bytes.0),
        words::size(plan.bytes_before.0),
        words::size(plan.bytes_after.0)
    ));
    if !plan.families.is_empty() {
        line("\nBy Family:".to_owned());
    }
    for family in &plan.families {
        let totals = &family.totals;
        let (kept, all) = (words::number(totals.keep.0), words::number(totals.entries.0));
        line(format!("  {}: keep {kept}/{all}, delete {}", family.family, words::size(totals.logical_bytes.0)));
    }
    for warning in &plan.warnings {
        line(format!("\nwarning: {}", words::clean(warning)));
    }
    let rows: Vec<&Candidate> = plan.candidates.iter().filter(|one| verbose || one.fate == Fate::Delete).collect();
    if !rows.is_empty() {
        let most = if verbose { rows.len() } else { SHOWN_MOST.min(rows.len()) };
        text.push('\n');
        text.push_str(&table(&rows[..most], paper));
        if most < rows.len() {
            let more = words::number((rows.len() - most) as u64);
            text.push_str(&format!("and {more} more; --verbose shows them\n"));
        }
    }
    text
}

const COLUMNS: [Column; 8] = [
    Column::left("ID").painted(Style::Name),
    Column::left("FAMILY"),
    Column::left("TYPE").shrinks(),
    Column::left("KEY").shrinks(),
    Column::left("TIMESTAMP").painted(Style::Dim),
    Column::right("SIZE"),
    Column::left("FATE").painted(Style::Odd),
    Column::left("REASONS").shrinks(),
];

fn table(rows: &[&Candidate], paper: &Paper) -> String {
    let mut table = Table::new(&COLUMNS);
    for one in rows {
        let moment = one.created_at.get(..19).unwrap_or(&one.created_at).replace('T', " ");
        let fate = if one.fate == Fate::Delete { "delete" } else { "keep" };
        table.row(vec![
            words::short_id(one.artifact_id.as_str()).to_owned(),
            words::clean(one.family.as_deref().unwrap_or_default()).into_owned(),
            if one.family.is_some() { String::new() } else { one.artifact_type.to_string() },
            words::clean(&one.logical_key).into_owned(),
            moment,
            words::size(one.logical_bytes.0),
            fate.to_owned(),
            one.reasons.join(", "),
        ]);
    }
    table.render(paper)
}

fn told(applied: &Applied) -> String {
    let totals = &applied.totals;
    let mut text = format!(
        "\nDeleted {} ({}, {}): in the trash, from where `keepstone restore` brings it back.\n",
        words::count(totals.delete.0, "artifact"),
        words::size(totals.logical_bytes.0),
        words::count(totals.files.0, "file")
    );
    for left in &applied.skipped {
        text.push_str(&format!("left out: {} ({})\n", words::short_id(&left.artifact_id), words::clean(&left.reason)));
    }
    for (word, path) in [("Report", &applied.report), ("Backup", &applied.backup)] {
        if let Some(path) = path {
            text.push_str(&format!("{word}: {}\n", words::clean(path)));
        }
    }
    text
}

/// The sums by the names that M3 gives them.
fn estimated(plan: &Plan, json: bool) -> Outcome {
    let totals = &plan.totals;
    let kept: u64 = plan.candidates.iter().filter(|one| one.fate == Fate::Keep).map(|one| one.logical_bytes.0).sum();
    let within = plan.space_budget_bytes.map(|_| plan.over_budget_bytes.0 == 0);
    let estimate = json!({
        "policy": plan.policy,
        "totalArtifacts": totals.entries,
        "artifactsToDelete": totals.delete,
        "artifactsToKeep": totals.keep,
        "bytesToDelete": totals.logical_bytes,
        "bytesToKeep": kept,
        "physicalBytesToFree": totals.physical_bytes,
        "currentTotalBytes": plan.bytes_before,
        "estimatedAfterBytes": plan.bytes_after,
        "spaceBudgetBytes": plan.space_budget_bytes,
        "withinBudget": within,
        "warnings": plan.warnings,
    });
    if json {
        return print::json(&estimate.to_string()).map(|()| 0);
    }
    let policy = plan.policy.as_deref().unwrap_or("none");
    let mut text = format!("Policy: {policy}\n");
    let mut line = |name: &str, value: String| text.push_str(&format!("{name}: {value}\n"));
    line("Artifacts", words::number(totals.entries.0));
    line("To delete", format!("{} ({})", words::number(totals.delete.0), words::size(totals.logical_bytes.0)));
    line("To keep", format!("{} ({})", words::number(totals.keep.0), words::size(kept)));
    line("Freed by a purge", words::size(totals.physical_bytes.0));
    line("Bytes now", words::size(plan.bytes_before.0));
    line("Bytes then", words::size(plan.bytes_after.0));
    if let (Some(budget), Some(within)) = (plan.space_budget_bytes, within) {
        let words =
            if within { "kept".to_owned() } else { format!("exceeded by {}", words::size(plan.over_budget_bytes.0)) };
        line("Space budget", format!("{}, {words}", words::size(budget.0)));
    }
    for warning in &plan.warnings {
        line("warning", words::clean(warning).into_owned());
    }
    print::lines(&text).map(|()| 0)
}

fn list_policies(caller: &Caller, json: bool) -> Outcome {
    let text = caller.text("list_policies", json!({}))?;
    if json {
        return print::json(&text).map(|()| 0);
    }
    let found: Policies = read("list_policies", &text)?;
    let mut shown = String::new();
    for policy in &found.policies {
        let default = if found.default_policy.as_ref() == Some(&policy.policy) { " (default)" } else { "" };
        let about = policy.description.as_deref().map(|text| format!(": {}", words::clean(text))).unwrap_or_default();
        shown.push_str(&format!("{}{default}{about}\n", policy.policy));
        let mut rules = vec![format!("younger than {} d", policy.keep_min_age_days)];
        rules.push(format!("the newest {} of each type", policy.keep_min_count));
        if policy.keep_with_descendants {
            rules.push("what something live was made from".to_owned());
        }
        if policy.keep_ancestors_of_pinned {
            rules.push("what something pinned was made from".to_owned());
        }
        for (word, list) in [("types", &policy.keep_types), ("roles", &policy.keep_roles)] {
            if !list.is_empty() {
                rules.push(format!("{word} {}", words::clean(&list.join(", "))));
            }
        }
        shown.push_str(&format!("  keeps {}\n", rules.join("; ")));
        if let Some(budget) = policy.space_budget_bytes {
            shown.push_str(&format!("  space budget {}\n", words::size(budget)));
        }
        if !policy.dvc_gc_flags.is_empty() {
            shown.push_str(&format!("  dvc gc {}\n", words::clean(&policy.dvc_gc_flags.join(" "))));
        }
    }
    for family in &found.families {
        let always =
            if family.always_keep.is_empty() { String::new() } else { format!(", {}", family.always_keep.join(", ")) };
        let pins =
            if family.pin.is_empty() { String::new() } else { format!(", {}", words::clean(&family.pin.join(", "))) };
        shown.push_str(&format!("family {}: keeps the newest {}{always}{pins}\n", family.family, family.keep));
    }
    print::lines(&shown).map(|()| 0)
}

/// `dvc gc`, as a policy has it run.
struct Dvc {
    flags: Vec<String>,
}

impl Dvc {
    fn of(caller: &Caller, plan: &Plan) -> Result<Self, Failure> {
        let found: Policies = caller.call("list_policies", json!({}))?;
        let Some(name) = &plan.policy else {
            return Err(Failure::Usage(
                Error::invalid_params("--dvc: there is no policy whose flags `dvc gc` would get")
                    .hint("name one with --policy, or set default_policy in keepstone.toml"),
            ));
        };
        let flags = found.policies.into_iter().find(|policy| policy.policy == *name).map(|policy| policy.dvc_gc_flags);
        let mut asked = Command::new("dvc");
        asked.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        match asked.status().is_ok_and(|status| status.success()) {
            true => Ok(Self { flags: flags.unwrap_or_default() }),
            false => Err(Failure::Failed(
                Error::not_found("dvc was not found, so nothing was done")
                    .hint("install DVC so that `dvc` is on the PATH, or leave --dvc out"),
            )),
        }
    }

    fn run(&self, dry_run: bool) -> Outcome {
        let mut command = Command::new("dvc");
        command.args(["gc", "--workspace", "--all-commits"]).args(&self.flags);
        command.arg(if dry_run { "--dry" } else { "--force" });
        // Stdout is this command's own, where JSON may be.
        let status = command.stdin(Stdio::null()).stdout(std::io::stderr()).status();
        match status {
            Ok(status) if status.success() => Ok(0),
            Ok(status) => Err(Failure::Failed(
                Error::internal(format!("`dvc gc` failed: {status}")).hint("what it says stands above"),
            )),
            Err(error) => Err(Failure::Failed(Error::internal(format!("`dvc gc` could not be run: {error}")))),
        }
    }
}
