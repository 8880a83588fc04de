//! `verify_store`

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::finding::{Check, Code, Counts, Finding, Severity};
use crate::model::number::Count;
use crate::model::{Error, Kind, Result};
use crate::operations::{Context, Operation, Probe};
use crate::store::{Verification, Verified};

/// As many findings are listed.
const LISTED: usize = 1000;

/// Looks whether everything in the store is as it was promised, and tells what isn't.
///
/// Without `repair` nothing is changed and nobody has to wait; a store in which all is well has no findings. With
/// `repair` what can be proven is mended: an object from a readable name or another copy with its hash, a name from its
/// object, a sidecar or a line of the history where what is left of it bears out the manifest. A damaged object that
/// can't be mended moves to quarantine/ and stays an error until the same bytes are published again. Nothing is guessed,
/// nothing is deleted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{}, {"checks": ["hash"], "sample": "3/30"}, {"repair": true}]))]
pub struct Params {
    /// What to look at, at least one; everything unless given.
    #[schemars(length(min = 1))]
    checks: Option<Vec<Check>>,
    /// Reads only one part of the bytes: `"3/30"` is the third of thirty, cut by hash, so that thirty calls read every
    /// object once. It is about the check hash alone; the others are always whole.
    #[schemars(regex(pattern = r"^[1-9][0-9]{0,8}/[1-9][0-9]{0,8}$"))]
    sample: Option<String>,
    /// Mends what can be proven and moves damaged objects to quarantine; false unless given.
    #[schemars(extend("default" = false))]
    repair: Option<bool>,
}

/// How a store was found.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The worst of all findings.
    status: Verdict,
    /// The checks that were made, in the order of the findings.
    checks_performed: Vec<Check>,
    /// The part of the bytes that was read; null for all.
    sample: Option<String>,
    /// How much was looked at.
    counts: Counts,
    /// How many errors there are.
    errors: Count,
    /// How many warnings there are.
    warnings: Count,
    /// How many findings were mended.
    repaired: Count,
    /// What was found, by check, artifact, object and path; at most 1000.
    findings: Vec<Finding>,
    /// How many more findings there are.
    omitted: Count,
}

/// The worst of all findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// There are none.
    Clean,
    /// All of them are mended.
    Repaired,
    /// There are warnings.
    Warnings,
    /// There are errors.
    Errors,
}

/// `verify_store`
pub enum VerifyStore {}

impl Operation for VerifyStore {
    const METHOD: &'static str = "verify_store";
    type Params = Params;
    type Result = Report;
}

impl Probe for VerifyStore {
    fn run(params: Params, context: &Context) -> Result<Report> {
        let checks: BTreeSet<Check> = params.checks.unwrap_or_else(|| Check::ALL.to_vec()).into_iter().collect();
        if checks.is_empty() {
            let error = Error::invalid_params("checks: at least one must be named");
            return Err(error.field("checks").hint("leave it out to check everything"));
        }
        let verification = Verification {
            checks,
            sample: params.sample.as_deref().map(part).transpose()?,
            repair: params.repair.unwrap_or(false),
        };
        let verified = match context.site.store() {
            Ok(store) => store.verify(&verification, context.watch)?,
            Err(error) if error.kind() == Kind::Integrity => unopened(&error),
            Err(error) => return Err(error),
        };
        Ok(report(verified, verification, params.sample))
    }
}

/// A store that can't even be opened.
fn unopened(error: &Error) -> Verified {
    let mut finding = Finding::error(Check::Manifest, Code::ManifestDamaged, error.message());
    finding.hint = error.hint_text().map(str::to_owned);
    Verified { findings: vec![finding], ..Verified::default() }
}

fn part(text: &str) -> Result<(u64, u64)> {
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten();
    let parts = text.split_once('/').and_then(|(part, parts)| Some((number(part)?, number(parts)?)));
    parts
        .filter(|(part, parts)| (1..=*parts).contains(part) && *parts < 1_000_000_000)
        .ok_or_else(|| Error::invalid_params(format!("sample: {text:?} is no part such as \"3/30\"")).field("sample"))
}

fn report(Verified { counts, mut findings }: Verified, verification: Verification, sample: Option<String>) -> Report {
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count() as u64;
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let repaired = count(Severity::Repaired);
    let status = match (errors, warnings, repaired) {
        (0, 0, 0) => Verdict::Clean,
        (0, 0, _) => Verdict::Repaired,
        (0, ..) => Verdict::Warnings,
        _ => Verdict::Errors,
    };
    let omitted = findings.len().saturating_sub(LISTED) as u64;
    findings.truncate(LISTED);
    Report {
        status,
        checks_performed: verification.checks.into_iter().collect(),
        sample,
        counts,
        errors: Count(errors),
        warnings: Count(warnings),
        repaired: Count(repaired),
        findings,
        omitted: Count(omitted),
    }
}
