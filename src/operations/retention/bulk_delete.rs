//! `bulk_delete`

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::ids::ArtifactId;
use crate::model::number::Count;
use crate::model::{Error, Kind, Result};
use crate::operations::params::counted;
use crate::operations::{Command, Context, Operation};
use crate::retention;
use crate::store::{Ahead, Store, Stuck, View, Writer};

/// Most artifacts of one request.
const MOST: usize = 1000;

/// Puts several artifacts into the trash, as delete_artifact does with one. Each succeeds or fails by itself.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [
    {"artifactIds": ["art-20260301T093000-5f2c81d4", "art-20260302T093000-0b7e43aa"], "reason": "made from the wrong readings"},
]))]
pub struct Params {
    /// The artifacts, 1 to 1000.
    #[schemars(length(min = 1, max = 1000))]
    artifact_ids: Vec<ArtifactId>,
    /// Why; it stands in the history and the trash.
    reason: Option<String>,
    /// Whether they are deleted although something protects them; false unless given.
    #[schemars(extend("default" = false))]
    force: Option<bool>,
}

/// What became of several artifacts.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BulkDeleted {
    /// Whether all of them are in the trash now.
    success: bool,
    /// How many artifacts were named.
    processed: Count,
    /// How many were live until now.
    deleted: Count,
    /// How many failed.
    failed: Count,
    /// What became of each, in the order of the request.
    results: Vec<DeleteResult>,
}

/// What became of one of several artifacts.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeleteResult {
    /// The artifact.
    artifact_id: ArtifactId,
    /// Whether it is in the trash now.
    success: bool,
    /// How many live artifacts were made of it; null when it failed.
    dependent_count: Option<Count>,
    /// Why it failed, null when it didn't.
    error: Option<String>,
    /// What kind of failure it was, null when it was none.
    error_kind: Option<Kind>,
}

/// `bulk_delete`
pub enum BulkDelete {}

impl Operation for BulkDelete {
    const METHOD: &'static str = "bulk_delete";
    type Params = Params;
    type Result = BulkDeleted;
}

impl Command for BulkDelete {
    type Prepared = (Params, Option<String>, Ahead);

    fn prepare(store: &Arc<Store>, params: Params, context: &Context) -> Result<Self::Prepared> {
        counted("artifactIds", params.artifact_ids.len(), 1, MOST)?;
        let ahead = retention::go_ahead(store, &params.artifact_ids)?;
        Ok((params, context.actor.map(str::to_owned), ahead))
    }

    fn commit((params, actor, ahead): Self::Prepared, writer: &mut Writer) -> Result<BulkDeleted> {
        writer.bring(ahead);
        writer.set_actor(actor.clone());
        let (mut deleted, mut failed, mut results) = (0, 0, Vec::new());
        for artifact_id in params.artifact_ids {
            let result = writer.found(artifact_id.as_str()).and_then(|found| {
                let (_, count) = writer.manifest().live_outputs(found.seq, 0)?;
                let force = params.force == Some(true);
                let changed = retention::delete(writer, &found, params.reason.clone(), actor.clone(), force)?;
                Ok((changed, count))
            });
            let result = match result {
                Ok((changed, count)) => {
                    deleted += u64::from(changed);
                    let dependent_count = Some(Count(count));
                    DeleteResult { artifact_id, success: true, dependent_count, error: None, error_kind: None }
                }
                // What is wrong with one artifact is its own; everything else is wrong with all.
                Err(error) if matches!(error.kind(), Kind::NotFound | Kind::Conflict | Kind::Protected) => {
                    failed += 1;
                    DeleteResult::failed(artifact_id, &error)
                }
                Err(error) => return Err(error),
            };
            results.push(result);
        }
        let processed = Count(results.len() as u64);
        Ok(BulkDeleted { success: failed == 0, processed, deleted: Count(deleted), failed: Count(failed), results })
    }

    fn left(mut told: BulkDeleted, stuck: &[&Stuck]) -> Result<BulkDeleted> {
        for one in stuck {
            // It may be named twice.
            let of_it = |result: &&mut DeleteResult| result.success && result.artifact_id == one.artifact_id;
            for result in told.results.iter_mut().filter(of_it) {
                *result = DeleteResult::failed(one.artifact_id.clone(), &one.refusal());
                told.failed.0 += 1;
            }
        }
        told.deleted.0 -= stuck.len() as u64;
        Ok(BulkDeleted { success: false, ..told })
    }
}

impl DeleteResult {
    fn failed(artifact_id: ArtifactId, error: &Error) -> Self {
        let (error, error_kind) = (Some(error.message().to_owned()), Some(error.kind()));
        Self { artifact_id, success: false, dependent_count: None, error, error_kind }
    }
}
