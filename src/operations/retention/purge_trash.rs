//! `purge_trash`

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::LeftOut;
use crate::base::clock;
use crate::model::ids::{ArtifactId, ArtifactType};
use crate::model::number::Count;
use crate::model::{Error, Result};
use crate::operations::params::{self, counted};
use crate::operations::{Context, Maintenance, Operation};
use crate::retention::{self, Until};

/// What has been in the trash for so long is purged, where nothing else is said.
const DEFAULT: &str = "30d";

/// Most artifacts that one request names.
const MOST: usize = 10_000;

/// Takes away for good what lies in the trash, or tells what that would be: only with `dryRun: false` it happens.
///
/// Objects go that nothing else needs: nothing live, nothing in the trash, nothing that is being published. What a pin
/// protects or a live dataset holds stays. Sidecar, history and lineage keep what was purged, and get_artifact answers
/// it, with path null.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{}, {"olderThan": "7d", "dryRun": false}]))]
pub struct Params {
    /// Only what was deleted so long ago (30d, 12h) or until a moment; 30d unless given, whatever its age where artifacts
    /// are named.
    older_than: Option<String>,
    /// Only these artifacts, 1 to 10000.
    artifact_ids: Option<Vec<ArtifactId>>,
    /// The moment that ages are counted to: RFC 3339, without zone it reads as UTC. The present unless given.
    now: Option<String>,
    /// Whether it is only told what would be done; true unless given.
    #[schemars(extend("default" = true))]
    dry_run: Option<bool>,
}

/// What a purge took, or would.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PurgeReport {
    /// Whether nothing was done.
    dry_run: bool,
    /// The moment that ages are counted to.
    now: String,
    /// What was deleted until then is purged; null: whatever its age.
    deleted_until: Option<String>,
    /// What is purged, deleted last first.
    artifacts: Vec<Purged>,
    /// What stays in the trash although it was meant, and why.
    kept: Vec<LeftOut>,
    /// How many artifacts are purged.
    artifact_count: Count,
    /// Their files.
    file_count: Count,
    /// Bytes of their files, what they share counted each time.
    logical_bytes: Count,
    /// Bytes that this frees.
    physical_bytes: Count,
}

/// An artifact that is purged.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Purged {
    /// The artifact.
    artifact_id: ArtifactId,
    /// Its type.
    artifact_type: ArtifactType,
    /// What it represents.
    logical_key: String,
    /// The family it belongs to.
    family: Option<String>,
    /// When it was deleted.
    deleted_at: String,
    /// Number of its files.
    file_count: Count,
    /// Bytes of all its files together.
    logical_bytes: Count,
    /// Bytes that are freed because of it.
    physical_bytes: Count,
}

/// `purge_trash`
pub enum PurgeTrash {}

impl Operation for PurgeTrash {
    const METHOD: &'static str = "purge_trash";
    type Params = Params;
    type Result = PurgeReport;
}

impl Maintenance for PurgeTrash {
    fn run(params: Params, context: &Context) -> Result<PurgeReport> {
        if let Some(ids) = &params.artifact_ids {
            counted("artifactIds", ids.len(), 1, MOST)?;
        }
        let now = params::instant("now", params.now.as_deref())?.unwrap_or(context.now);
        let older_than = match (&params.older_than, &params.artifact_ids) {
            (Some(text), _) => Some(text.as_str()),
            (None, Some(_)) => None,
            (None, None) => Some(DEFAULT),
        };
        let deleted_until = older_than.map(|text| moment(text, now)).transpose()?;
        let dry_run = params.dry_run.unwrap_or(true);
        let store = context.site.store()?;
        let until = Until { deleted_until: deleted_until.clone(), ids: params.artifact_ids };
        let done = retention::purge(&store, &until, now, dry_run, context.actor, context.watch)?;
        let mut report = PurgeReport {
            dry_run,
            now: clock::millis_text(now),
            deleted_until,
            artifacts: Vec::with_capacity(done.taken.len()),
            kept: done.kept.into_iter().map(LeftOut::from).collect(),
            artifact_count: Count(done.taken.len() as u64),
            file_count: Count(0),
            logical_bytes: Count(0),
            physical_bytes: Count(0),
        };
        for (row, freed) in done.taken {
            report.file_count.0 += row.file_count;
            report.logical_bytes.0 += row.size_bytes;
            report.physical_bytes.0 += freed;
            report.artifacts.push(Purged {
                artifact_id: row.artifact_id,
                artifact_type: row.artifact_type,
                logical_key: row.logical_key,
                family: row.family,
                deleted_at: row.deleted_at,
                file_count: Count(row.file_count),
                logical_bytes: Count(row.size_bytes),
                physical_bytes: Count(freed),
            });
        }
        Ok(report)
    }
}

/// A moment, given as one or as how long ago it was.
fn moment(text: &str, now: Timestamp) -> Result<String> {
    match clock::ago(text, now) {
        Some(moment) => Ok(clock::millis_text(moment)),
        None => params::moment("olderThan", Some(text))
            .map_err(|_| {
                Error::invalid_params(format!("olderThan: {text:?} is neither a duration nor a moment"))
                    .field("olderThan")
                    .hint("write it as 30d, 12h, 2026-01-31 or 2026-01-31T12:00:00Z")
            })
            .map(|moment| moment.expect("it was given")),
    }
}
