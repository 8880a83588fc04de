//! `audit`

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::audit::{self, Question};
use crate::base::clock;
use crate::model::audit::{Audited, GraphStats, Totals};
use crate::model::ids::ArtifactId;
use crate::model::number::Count;
use crate::model::{Error, Result};
use crate::operations::params::counted;
use crate::operations::{Context, Operation, Query};
use crate::store::{Reader, View};

/// Most artifacts of one report.
const ARTIFACTS_MOST: u64 = 100_000;

/// Reports on artifacts: by whom and from what they were made, what they have for roots, whether these have the roles
/// that were required, and whether the bytes kept still are what their hash says.
///
/// An id that the store doesn't know is an error in the report. Nothing is changed, and the same store gives the same
/// report, but for generatedAt. Annotations (supersedes, sibling_of) are not followed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [
    {"artifactIds": ["art-20260301T093000-5f2c81d4"], "traceRoots": true, "requiredRoles": ["root_input"]},
    {"all": true, "verifyHashes": true, "format": "markdown"},
]))]
pub struct Params {
    /// The artifacts, 1 to 10000; one that is named twice is reported once.
    #[schemars(length(min = 1, max = 10_000))]
    artifact_ids: Option<Vec<ArtifactId>>,
    /// All artifacts of the store, at most 100000, in the order of commits, instead of artifactIds.
    all: Option<bool>,
    /// Whether the roots of each artifact are listed; false unless given.
    #[schemars(extend("default" = false))]
    trace_roots: Option<bool>,
    /// Whether the bytes kept are read and hashed, each object once; false unless given.
    #[schemars(extend("default" = false))]
    verify_hashes: Option<bool>,
    /// How many edges far ancestors are looked for; as far as it goes unless given.
    max_depth: Option<Count>,
    /// Roles that the roots of each artifact must have, each role at least one root; at most 64. An artifact without
    /// inputs is its own root.
    #[schemars(length(max = 64))]
    required_roles: Option<Vec<String>>,
    /// What `text` holds; nothing unless given, or with `json`.
    #[schemars(extend("default" = "json"))]
    format: Option<Format>,
}

/// A form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// The fields of the result alone.
    Json,
    /// Plain text.
    Text,
    /// Markdown.
    Markdown,
}

/// What an audit found.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Version of the report's form: 1.
    schema_version: u32,
    /// When it was made.
    generated_at: String,
    /// What made it: keepstone.
    generator: String,
    /// The version of what made it.
    generator_version: String,
    /// The artifacts, as they were named; with `all` in the order of commits.
    artifacts: Vec<Audited>,
    /// All of them in numbers.
    totals: Totals,
    /// The lineage that was looked at.
    graph_stats: GraphStats,
    /// The report in the form that was asked for; null for `json`.
    text: Option<String>,
}

/// `audit`
pub enum Audit {}

impl Operation for Audit {
    const METHOD: &'static str = "audit";
    type Params = Params;
    type Result = Report;
}

impl Query for Audit {
    fn run(reader: &Reader, params: Params, context: &Context) -> Result<Report> {
        let artifact_ids = match (params.artifact_ids, params.all.unwrap_or(false)) {
            (Some(mut ids), false) => {
                counted("artifactIds", ids.len(), 1, 10_000)?;
                let mut seen = HashSet::new();
                ids.retain(|id| seen.insert(id.clone()));
                Some(ids)
            }
            (None, true) => {
                let count = reader.manifest().artifact_count()?;
                if count > ARTIFACTS_MOST {
                    let message = format!("the store has {count} artifacts; a report has {ARTIFACTS_MOST}");
                    return Err(Error::limit_exceeded(message)
                        .field("all")
                        .hint("name them with artifactIds, some at a time"));
                }
                None
            }
            _ => {
                let message = "exactly one of artifactIds and all must be given";
                return Err(Error::invalid_params(message).field("artifactIds"));
            }
        };
        let required_roles = params.required_roles.unwrap_or_default();
        counted("requiredRoles", required_roles.len(), 0, 64)?;
        let question = Question {
            artifact_ids,
            trace_roots: params.trace_roots.unwrap_or(false),
            verify_hashes: params.verify_hashes.unwrap_or(false),
            max_depth: params.max_depth.map(|depth| depth.0),
            required_roles,
        };
        let findings = audit::audit(reader, &question, context.watch)?;
        let generated_at = clock::millis_text(context.now);
        let text = match params.format {
            None | Some(Format::Json) => None,
            Some(Format::Text) => Some(audit::text(&findings, &generated_at)),
            Some(Format::Markdown) => Some(audit::markdown(&findings, &generated_at)),
        };
        Ok(Report {
            schema_version: 1,
            generated_at,
            generator: "keepstone".to_owned(),
            generator_version: env!("CARGO_PKG_VERSION").to_owned(),
            artifacts: findings.artifacts,
            totals: findings.totals,
            graph_stats: findings.graph_stats,
            text,
        })
    }
}
