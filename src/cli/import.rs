//! `keepstone import`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments::Place;
use super::caller::{Caller, read};
use super::progress::Progress;
use super::stop::Stop;
use super::{Failure, Outcome, paths, print, words};
use crate::model::Kind;

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone import m3 project/data --dry-run     what would be taken in, and what is broken
  keepstone import m3 project/data
  keepstone import m3 project --json | jq -r '.findings[].message'
  keepstone import m3-policies project/config/gc_policies.yaml
  keepstone import cryptorun config/artifacts.yaml

Exit codes: 0 everything was taken in, 1 what was broken was left out or told of, 2 what may be fine could not be
taken in, 64 wrong usage.";

#[derive(Debug, Args)]
pub(super) struct Import {
    #[command(subcommand)]
    from: From,
}

#[derive(Debug, Subcommand)]
enum From {
    /// Take in a data folder of M3: artifacts, lineage, runs, datasets, pins
    #[command(after_help = EXAMPLES)]
    M3(M3),
    /// Take M3's retention policies into keepstone.toml
    #[command(after_help = EXAMPLES)]
    M3Policies(M3Policies),
    /// Take CryptoRun's settings into keepstone.toml: families, patterns, rules, limits
    #[command(after_help = EXAMPLES)]
    Cryptorun(Cryptorun),
}

#[derive(Debug, Args)]
struct Cryptorun {
    /// The YAML file, CryptoRun's config/artifacts.yaml
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Only tell what would be done
    #[arg(long)]
    dry_run: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What of the settings is told.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SettingsReport {
    dry_run: bool,
    configuration: String,
    changed: bool,
    keys: Vec<KeyTold>,
}

#[derive(Debug, Args)]
struct M3Policies {
    /// The YAML file, M3's config/gc_policies.yaml
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Only tell what would be done
    #[arg(long)]
    dry_run: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What of the policies is told.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PoliciesReport {
    dry_run: bool,
    configuration: String,
    changed: bool,
    policies: Vec<PolicyTold>,
    settings: Vec<KeyTold>,
}

#[derive(Deserialize)]
struct PolicyTold {
    policy: String,
    fate: String,
    reason: Option<String>,
    keys: Vec<KeyTold>,
}

#[derive(Deserialize)]
struct KeyTold {
    key: String,
    value: Value,
    became: Option<String>,
    reason: Option<String>,
}

#[derive(Debug, Args)]
struct M3 {
    /// The folder that holds manifests/ and objects/, or the project whose data/ it is; nothing in it changes
    #[arg(value_name = "DATA_DIR")]
    data_dir: PathBuf,
    /// Only tell what would be done
    #[arg(long)]
    dry_run: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What of the report is told.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    dry_run: bool,
    artifacts: Tally,
    runs: Tally,
    datasets: Tally,
    pins: Tally,
    bytes_taken: u64,
    findings: Vec<Finding>,
    error_count: u64,
    warning_count: u64,
    truncated: bool,
    left_out: Vec<LeftOut>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tally {
    imported: u64,
    already_there: u64,
    skipped: u64,
}

#[derive(Deserialize)]
struct Finding {
    severity: String,
    message: String,
}

#[derive(Deserialize)]
struct LeftOut {
    what: String,
    count: u64,
    reason: String,
    items: Vec<String>,
}

pub(super) fn run(place: &Place, options: &Import) -> Outcome {
    let outcome = match &options.from {
        From::M3(options) => import(place, options),
        From::M3Policies(options) => policies(place, options),
        From::Cryptorun(options) => settings(place, options),
    };
    match outcome {
        // What can't be begun is no better than what can't be taken in.
        Err(Failure::Failed(error)) if error.kind() != Kind::InvalidParams => {
            print::error(&error);
            Ok(2)
        }
        outcome => outcome,
    }
}

fn import(place: &Place, options: &M3) -> Outcome {
    let caller = Caller::at(place)?;
    let stop = Stop::on_signals()?;
    let progress = Progress::new(&stop, "importing");
    let params = json!({ "dataDir": paths::text(&options.data_dir)?, "dryRun": options.dry_run });
    let text = caller.watched("import_m3", params, &progress).map_err(|error| stop.failure(error))?;
    drop(progress);
    let report: Report = read("import_m3", &text)?;
    match options.json {
        true => print::json(&text)?,
        false => print::lines(&shown(&report))?,
    }
    Ok(match (report.error_count, report.warning_count) {
        (1.., _) => 2,
        (_, 1..) => 1,
        _ => 0,
    })
}

fn policies(place: &Place, options: &M3Policies) -> Outcome {
    let caller = Caller::at(place)?;
    let params = json!({ "path": paths::text(&options.file)?, "dryRun": options.dry_run });
    let text = caller.text("import_m3_policies", params)?;
    let report: PoliciesReport = read("import_m3_policies", &text)?;
    match options.json {
        true => print::json(&text)?,
        false => print::lines(&policies_shown(&report))?,
    }
    Ok(u8::from(report.policies.iter().any(|policy| policy.fate == "left_out")))
}

fn settings(place: &Place, options: &Cryptorun) -> Outcome {
    let caller = Caller::at(place)?;
    let params = json!({ "path": paths::text(&options.file)?, "dryRun": options.dry_run });
    let text = caller.text("import_cryptorun", params)?;
    if options.json {
        return print::json(&text).map(|()| 0);
    }
    let report: SettingsReport = read("import_cryptorun", &text)?;
    let mut shown: String = report.keys.iter().map(|told| key_shown(told) + "\n").collect();
    shown.push_str(&configured(&report.configuration, report.changed, report.dry_run));
    print::lines(&(shown + "\n")).map(|()| 0)
}

fn key_shown(told: &KeyTold) -> String {
    let became = match (&told.became, &told.reason) {
        (Some(became), _) if *became == told.key => "the same".to_owned(),
        (Some(became), _) => became.clone(),
        (None, reason) => format!("nothing: {}", reason.as_deref().unwrap_or_default()),
    };
    words::clean(&format!("{} = {} became {became}", told.key, told.value)).into_owned()
}

/// What became of keepstone.toml.
fn configured(path: &str, changed: bool, dry_run: bool) -> String {
    let path = words::clean(path).into_owned();
    match (changed, dry_run) {
        (true, false) => format!("{path} has them now"),
        (true, true) => format!("{path} would have them"),
        (false, _) => format!("{path} stays as it is"),
    }
}

fn policies_shown(report: &PoliciesReport) -> String {
    let mut shown = String::new();
    let mut line = |text: String| shown.push_str(&(text + "\n"));
    for policy in &report.policies {
        let fate = match (policy.fate.as_str(), &policy.reason) {
            ("imported", _) if report.dry_run => "would be imported".to_owned(),
            ("imported", _) => "imported".to_owned(),
            ("already_there", _) => "is there already".to_owned(),
            (_, reason) => format!("left out: {}", reason.as_deref().unwrap_or_default()),
        };
        line(format!("policy {}: {}", words::clean(&policy.policy), words::clean(&fate)));
        policy.keys.iter().for_each(|told| line(format!("  {}", key_shown(told))));
    }
    report.settings.iter().for_each(|told| line(key_shown(told)));
    line(configured(&report.configuration, report.changed, report.dry_run));
    shown
}

fn shown(report: &Report) -> String {
    let mut shown = String::new();
    let verb = if report.dry_run { "would be imported" } else { "imported" };
    let mut line = |kind: &str, tally: &Tally| {
        if tally.imported + tally.already_there + tally.skipped > 0 {
            shown.push_str(&format!(
                "{} {verb}, {} there already, {} left out\n",
                words::count(tally.imported, kind),
                words::number(tally.already_there),
                words::number(tally.skipped)
            ));
        }
    };
    line("artifact", &report.artifacts);
    line("run", &report.runs);
    line("dataset version", &report.datasets);
    line("pin", &report.pins);
    if report.bytes_taken > 0 {
        let verb = if report.dry_run { "would be copied" } else { "copied" };
        shown.push_str(&format!("{} {verb}\n", words::size(report.bytes_taken)));
    }
    for finding in &report.findings {
        shown.push_str(&format!("{}: {}\n", finding.severity, words::clean(&finding.message)));
    }
    if report.truncated {
        shown.push_str("… and more\n");
    }
    for left in &report.left_out {
        let what = words::clean(&left.what);
        let many = if left.items.first() == Some(&left.what) {
            String::new()
        } else {
            format!(" ({})", words::number(left.count))
        };
        shown.push_str(&format!("left out: {what}{many}: {}\n", left.reason));
        let named = left.items.iter().filter(|item| **item != left.what);
        named.for_each(|item| shown.push_str(&format!("  {}\n", words::clean(item))));
        if left.count > left.items.len() as u64 {
            shown.push_str("  …\n");
        }
    }
    let counted = [words::count(report.error_count, "error"), words::count(report.warning_count, "warning")];
    shown.push_str(&format!("{}\n", counted.join(", ")));
    shown
}
