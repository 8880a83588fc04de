//! `keepstone verify`

use std::collections::BTreeSet;
use std::fmt::Write;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Args, ValueEnum};
use serde::Deserialize;
use serde_json::json;

use super::arguments::Place;
use super::audit::Audit;
use super::caller::{Caller, read};
use super::progress::Progress;
use super::stop::Stop;
use super::{Failure, Outcome, audit, print, words};
use crate::model::{Error, Kind};

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone verify                          look at everything
  keepstone verify objects names sidecars   look whether all is there, and read no bytes
  keepstone verify hash --sample 3/30       read one part of thirty, another one every day
  keepstone verify --repair                 mend what can be proven, set damaged objects aside

Exit codes: 0 clean, 1 there are warnings or something was repaired, 2 there are errors, 64 wrong usage.";

/// The checks by their names.
const CHECKS: [&str; 10] =
    ["hash", "objects", "names", "in_place", "sidecars", "history", "lineage", "datasets", "manifest", "staging"];

#[derive(Debug, Args)]
pub(super) struct Verify {
    /// What to look at; everything unless given
    #[arg(value_name = "CHECK", value_parser = Subject)]
    checks: Vec<String>,
    /// Read only the N-th of M parts of the bytes
    #[arg(long, value_name = "N/M")]
    sample: Option<String>,
    /// Mend what can be proven, and move damaged objects to quarantine
    #[arg(long)]
    repair: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Print nothing but errors of the command itself
    #[arg(long, short)]
    quiet: bool,
    /// The same as the check of that name
    #[arg(long, hide = true, conflicts_with = "no_hash")]
    hash: bool,
    /// Everything else that is looked at, but no bytes
    #[arg(long, hide = true)]
    no_hash: bool,
    /// The same as the check of that name
    #[arg(long, hide = true)]
    lineage: bool,
    /// The records beside the artifacts and the database over them
    #[arg(long, hide = true)]
    manifest: bool,
    /// The database
    #[arg(long, hide = true)]
    registry: bool,
    /// The objects
    #[arg(long, hide = true)]
    store: bool,
    /// The objects, and how many nothing needs
    #[arg(long, hide = true)]
    orphans: bool,
    /// Everything
    #[arg(long, hide = true)]
    full: bool,
    /// Whether DVC's stages are up to date, which only DVC can tell
    #[arg(long, hide = true)]
    pipeline: bool,
    /// What a collection would delete, which it computes anew whenever it acts
    #[arg(long, hide = true)]
    gc_check: bool,
    /// What to print
    #[arg(long, hide = true, value_name = "FORMAT")]
    format: Option<Form>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Text,
    Json,
}

/// What of the report is told.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    status: String,
    counts: Counts,
    errors: u64,
    warnings: u64,
    repaired: u64,
    findings: Vec<Finding>,
    omitted: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Counts {
    artifacts: u64,
    hashed_files: u64,
    hashed_bytes: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    severity: String,
    message: String,
    hint: Option<String>,
    quarantined_to: Option<String>,
}

/// A check, or an artifact that is to be verified alone.
#[derive(Clone)]
struct Subject;

impl TypedValueParser for Subject {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(CHECKS.iter().map(PossibleValue::new)))
    }
}

impl Verify {
    /// The artifacts among what is to be looked at.
    fn artifacts(&self) -> Vec<String> {
        self.checks.iter().filter(|word| !CHECKS.contains(&word.as_str())).cloned().collect()
    }

    /// Refuses what can't be looked at here, and says why.
    fn refuse(&self) -> Result<(), Failure> {
        let (message, hint) = if self.pipeline {
            ("--pipeline: whether its stages are up to date only DVC can tell", "ask it: dvc status")
        } else if self.gc_check {
            (
                "--gc-check: there is nothing to check; what may be collected is computed anew when a collection acts",
                "leave it out",
            )
        } else {
            return Ok(());
        };
        Err(Failure::Usage(Error::invalid_params(message).hint(hint)))
    }

    /// The checks asked for in either way; none means all.
    fn wanted(&self) -> Result<Vec<&str>, Failure> {
        let mut wanted = self.named();
        if !self.no_hash {
            return Ok(wanted);
        }
        if wanted.is_empty() {
            wanted = CHECKS.to_vec();
        }
        wanted.retain(|check| *check != "hash");
        match wanted.is_empty() {
            false => Ok(wanted),
            true => Err(Failure::Usage(Error::invalid_params("--no-hash: it leaves nothing to look at"))),
        }
    }

    fn named(&self) -> Vec<&str> {
        if self.full {
            return Vec::new();
        }
        let flags: [(bool, &[&str]); 6] = [
            (self.hash, &["hash"]),
            (self.lineage, &["lineage"]),
            (self.manifest, &["sidecars", "manifest"]),
            (self.registry, &["manifest"]),
            (self.store, &["objects"]),
            (self.orphans, &["objects"]),
        ];
        let flags = flags.into_iter().filter(|(given, _)| *given).flat_map(|(_, checks)| checks);
        self.checks.iter().map(String::as_str).chain(flags.copied()).collect()
    }
}

pub(super) fn run(place: &Place, options: &Verify) -> Outcome {
    options.refuse()?;
    let artifacts = options.artifacts();
    if !artifacts.is_empty() {
        return verify_artifacts(place, options, artifacts);
    }
    let caller = Caller::at(place)?;
    let wanted = options.wanted()?;
    let checks = if wanted.is_empty() { None } else { Some(wanted) };
    let params = json!({ "checks": checks, "sample": options.sample, "repair": options.repair });
    let stop = Stop::on_signals()?;
    let progress = Progress::new(&stop, "verifying");
    let verified = caller.watched("verify_store", params, &progress);
    drop(progress);
    let text = match verified {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), Kind::InvalidParams | Kind::Cancelled) => return Err(stop.failure(error)),
        // 1 would say that all is well but for something that was repaired.
        Err(error) => {
            print::error(&error);
            return Ok(2);
        }
    };
    let report: Report = read("verify_store", &text)?;
    if options.json || options.format == Some(Form::Json) {
        print::json(&text)?;
    } else if !options.quiet {
        print::lines(&told(&report))?;
    }
    Ok(match report.status.as_str() {
        "clean" => 0,
        "errors" => 2,
        _ => 1,
    })
}

/// Verifies these artifacts alone: what an audit says of them, and whether their bytes have their hashes.
fn verify_artifacts(place: &Place, options: &Verify, artifacts: Vec<String>) -> Outcome {
    let whole = artifacts.len() < options.checks.len()
        || options.repair
        || options.sample.is_some()
        || options.manifest
        || options.registry
        || options.store
        || options.orphans;
    if whole {
        return Err(Failure::Usage(
            Error::invalid_params(format!(
                "{:?} is no check, and of an artifact alone only its lineage and its bytes are looked at",
                artifacts[0]
            ))
            .hint(format!("the checks of the whole store are {}", CHECKS.join(", "))),
        ));
    }
    let caller = Caller::at(place)?;
    for reference in &artifacts {
        if let Err(error) = caller.resolve(reference) {
            let checks = format!("an artifact is named by its id or TYPE:KEY; the checks are {}", CHECKS.join(", "));
            print::error(&error.hint(checks));
            return Ok(2);
        }
    }
    let json = options.json || options.format == Some(Form::Json);
    audit::run(place, &Audit::of(artifacts, !options.no_hash, json, options.quiet))
}

fn told(report: &Report) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        let aside = finding.quarantined_to.as_ref().map(|path| format!("; the damaged bytes lie in {path}"));
        let line = format!("{}: {}{}", finding.severity, finding.message, aside.unwrap_or_default());
        writeln!(text, "{}", words::clean(&line)).expect("a string");
    }
    if report.omitted > 0 {
        writeln!(text, "and {} more", words::number(report.omitted)).expect("a string");
    }
    // What helps against many things is said once.
    for hint in report.findings.iter().filter_map(|finding| finding.hint.as_deref()).collect::<BTreeSet<_>>() {
        writeln!(text, "hint: {}", words::clean(hint)).expect("a string");
    }
    let Counts { artifacts, hashed_files, hashed_bytes } = &report.counts;
    let mut looked = words::count(*artifacts, "artifact");
    if *hashed_files > 0 {
        let read = (words::count(*hashed_files, "file"), words::size(*hashed_bytes));
        write!(looked, ", {} with {} read", read.0, read.1).expect("a string");
    }
    let verdict = match report.status.as_str() {
        "clean" => "The store is clean".to_owned(),
        _ => format!(
            "{}, {}, {} repaired",
            words::count(report.errors, "error"),
            words::count(report.warnings, "warning"),
            words::number(report.repaired)
        ),
    };
    writeln!(text, "{verdict} ({looked})").expect("a string");
    text
}

#[cfg(test)]
mod tests {
    use super::CHECKS;
    use crate::model::finding::Check;

    #[test]
    fn every_check_can_be_named() {
        let words = Check::ALL.map(|check| serde_json::to_value(check).expect("a word"));
        assert_eq!(words.to_vec(), CHECKS.map(serde_json::Value::from).to_vec());
    }
}
