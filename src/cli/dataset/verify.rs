//! `keepstone dataset verify`

use clap::Args;
use serde::Deserialize;
use serde_json::json;

use super::super::arguments::Place;
use super::super::caller::{Caller, read};
use super::super::progress::Progress;
use super::super::stop::Stop;
use super::super::{Outcome, print, words};
use super::{and, version_of};

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone dataset verify em                        the latest version
  keepstone dataset verify em@v1 --hash              and read the bytes of every member

Exit codes: 0 all is as it was, 1 there are warnings only, 2 there are errors or it could not be verified,
64 wrong usage.";

/// There is something to look at.
const WARNED: u8 = 1;
/// The version is not what it was.
const WRONG: u8 = 2;

#[derive(Debug, Args)]
pub(super) struct Verify {
    /// Which version: DATASET, DATASET@VERSION, or the path of a snapshot
    #[arg(value_name = "VERSION")]
    which: String,
    /// Read and hash every byte of the members too
    #[arg(long)]
    hash: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What of verify_dataset is shown.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Verified {
    dataset_id: String,
    version: String,
    members_checked: u64,
    objects_hashed: u64,
    error_count: u64,
    warning_count: u64,
    findings: Vec<Finding>,
}

#[derive(Deserialize)]
struct Finding {
    severity: String,
    message: String,
    hint: Option<String>,
}

pub(super) fn run(place: &Place, options: &Verify) -> Outcome {
    let caller = Caller::at(place)?;
    let stop = Stop::on_signals()?;
    let progress = Progress::new(&stop, &options.which);
    let params = and(version_of(&options.which), json!({ "verifyHashes": options.hash }));
    let outcome = caller.watched("verify_dataset", params, &progress);
    drop(progress);
    let text = match outcome {
        Ok(text) => text,
        // 1 says that there are warnings; what can't be verified is worse.
        Err(error) => match stop.failure(error) {
            super::Failure::Failed(error) if error.kind() != crate::model::Kind::InvalidParams => {
                print::error(&error);
                return Ok(WRONG);
            }
            failure => return Err(failure),
        },
    };
    let verified: Verified = read("verify_dataset", &text)?;
    if options.json {
        print::json(&text)?;
    } else {
        let mut shown = String::new();
        for finding in &verified.findings {
            shown.push_str(&format!("{}: {}\n", finding.severity, words::clean(&finding.message)));
            finding.hint.iter().for_each(|hint| shown.push_str(&format!("  hint: {}\n", words::clean(hint))));
        }
        let hashed = match options.hash {
            true => format!(", {} hashed", words::count(verified.objects_hashed, "object")),
            false => String::new(),
        };
        shown.push_str(&format!(
            "{}@{}: {}, {}, {} checked{hashed}\n",
            verified.dataset_id,
            verified.version,
            words::count(verified.error_count, "error"),
            words::count(verified.warning_count, "warning"),
            words::count(verified.members_checked, "member"),
        ));
        print::lines(&shown)?;
    }
    Ok(match (verified.error_count, verified.warning_count) {
        (0, 0) => 0,
        (0, _) => WARNED,
        _ => WRONG,
    })
}
