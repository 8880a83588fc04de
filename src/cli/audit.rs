//! `keepstone audit`

use clap::{Args, ValueEnum};
use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments::Place;
use super::caller::{Caller, read};
use super::progress::Progress;
use super::stop::Stop;
use super::{Failure, Outcome, print};
use crate::model::Kind;
use crate::model::ids::ArtifactId;

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone audit report:november --trace-roots
  keepstone audit --all --verify-hashes
  keepstone audit 5f2c81d4 --required-roles root_input,config
  keepstone audit --all --format markdown > audit.md
  keepstone audit --all --json | jq -r '.artifacts[] | select(.status != \"ok\") | .artifactId'

Exit codes: 0 nothing was found, 1 warnings, 2 errors, 64 wrong usage.";

#[derive(Debug, Args)]
pub(super) struct Audit {
    /// Which artifacts: ids, the starts of ids, their last 8 digits, TYPE:KEY or TYPE:KEY@v3
    #[arg(value_name = "REF", required_unless_present = "all", conflicts_with = "all")]
    references: Vec<String>,
    /// All artifacts of the store
    #[arg(long)]
    all: bool,
    /// List the roots of each
    #[arg(long)]
    trace_roots: bool,
    /// Read the bytes kept, and compare them with their hashes
    #[arg(long)]
    verify_hashes: bool,
    /// Look for ancestors at most so many edges far
    #[arg(long, value_name = "N")]
    max_depth: Option<u32>,
    /// Roles that the roots of each must have
    #[arg(long, value_name = "ROLES", value_delimiter = ',')]
    required_roles: Vec<String>,
    /// How the report is written
    #[arg(long, value_name = "FORM", value_enum, default_value = "text")]
    format: Format,
    /// Print JSON: the same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Print nothing but errors of the command itself
    #[arg(skip)]
    quiet: bool,
}

impl Audit {
    /// An audit of some artifacts that looks at them alone.
    pub(super) fn of(references: Vec<String>, verify_hashes: bool, json: bool, quiet: bool) -> Self {
        Self {
            references,
            all: false,
            trace_roots: false,
            verify_hashes,
            max_depth: None,
            required_roles: Vec::new(),
            format: Format::Text,
            json,
            quiet,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Markdown,
}

/// What of the report is told.
#[derive(Deserialize)]
struct Report {
    totals: Totals,
    text: Option<String>,
}

#[derive(Deserialize)]
struct Totals {
    warnings: u64,
    errors: u64,
}

pub(super) fn run(place: &Place, options: &Audit) -> Outcome {
    match report(place, options) {
        // What can't be audited is no better than what an audit finds.
        Err(Failure::Failed(error)) if error.kind() != Kind::InvalidParams => {
            print::error(&error);
            Ok(2)
        }
        outcome => outcome,
    }
}

fn report(place: &Place, options: &Audit) -> Outcome {
    let caller = Caller::at(place)?;
    let mut ids = Vec::with_capacity(options.references.len());
    for reference in &options.references {
        ids.push(match caller.resolve(reference) {
            Ok(artifact) => artifact.artifact_id.to_string(),
            // An id that nobody has is an error of the report.
            Err(error) if error.kind() == Kind::NotFound && ArtifactId::try_from(reference.clone()).is_ok() => {
                reference.clone()
            }
            Err(error) => return Err(error.into()),
        });
    }
    let form = match options.format {
        _ if options.json => Value::Null,
        Format::Json => Value::Null,
        Format::Text => json!("text"),
        Format::Markdown => json!("markdown"),
    };
    let params = json!({
        "artifactIds": (!options.all).then_some(ids),
        "all": options.all.then_some(true),
        "traceRoots": options.trace_roots,
        "verifyHashes": options.verify_hashes,
        "maxDepth": options.max_depth,
        "requiredRoles": options.required_roles,
        "format": form,
    });
    let stop = Stop::on_signals()?;
    let progress = Progress::new(&stop, "auditing");
    let reply = caller.watched("audit", params, &progress).map_err(|error| stop.failure(error))?;
    drop(progress);
    let Report { totals, text } = read("audit", &reply)?;
    match text {
        Some(_) if options.quiet => {}
        Some(text) => print::lines(&text)?,
        None => print::json(&reply)?,
    }
    Ok(match totals {
        Totals { errors: 1.., .. } => 2,
        Totals { warnings: 1.., .. } => 1,
        _ => 0,
    })
}
