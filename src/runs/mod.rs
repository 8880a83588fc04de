//! Runs: how one is answered, what it read and made, and what kind of run a stage is.

mod kind;

pub use kind::kind_of;

use std::collections::BTreeSet;

use crate::base::clock;
use crate::manifest::{Manifest, RunRow};
use crate::model::number::Count;
use crate::model::run::{Finished, Run, Started};
use crate::model::{Error, Result};

/// A run as it is answered.
pub fn answer(manifest: &Manifest, row: RunRow) -> Result<Run> {
    let finished = row.finished.unwrap_or_default();
    let mut output_count = manifest.run_member_count(row.run_id.as_str())?;
    for log in logs(manifest, &finished)? {
        output_count -= u64::from(manifest.is_run_member(row.run_id.as_str(), log)?);
    }
    let started = row.started.unwrap_or_else(|| Started { started_at: row.started_at, ..Started::default() });
    Ok(Run {
        run_id: row.run_id,
        status: row.status,
        duration_seconds: finished.finished_at.as_deref().and_then(|end| seconds(&started.started_at, end)),
        output_count: Count(output_count),
        started,
        finished,
    })
}

/// The run of this id as it is answered, or not_found.
pub fn found(manifest: &Manifest, run_id: &str) -> Result<Run> {
    let row = manifest.run(run_id)?;
    answer(manifest, row.ok_or_else(|| Error::not_found(format!("run {run_id} was not found")).field("runId"))?)
}

/// The artifacts that a run published, oldest first, its standard output and error excepted: by their place in the order
/// of commits.
pub fn outputs(manifest: &Manifest, run: &Run, limit: u64) -> Result<Vec<i64>> {
    let logs = logs(manifest, &run.finished)?;
    let mut outputs = manifest.run_members(run.run_id.as_str(), limit.saturating_add(logs.len() as u64))?;
    outputs.retain(|seq| !logs.contains(seq));
    outputs.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(outputs)
}

/// The artifacts that a run read: those that it named, then those that its outputs were made from.
pub fn inputs(manifest: &Manifest, run: &Run, limit: u64) -> Result<Vec<i64>> {
    let mut seen = BTreeSet::new();
    let mut inputs = Vec::new();
    for artifact_id in &run.started.input_artifact_ids {
        inputs.extend(manifest.artifact_seq(artifact_id.as_str())?);
    }
    inputs.extend(manifest.run_sources(run.run_id.as_str(), limit)?);
    inputs.retain(|seq| seen.insert(*seq));
    inputs.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(inputs)
}

/// The artifacts that hold what a run wrote to standard output and error.
fn logs(manifest: &Manifest, finished: &Finished) -> Result<BTreeSet<i64>> {
    let named = finished.stdout_artifact_id.iter().chain(&finished.stderr_artifact_id);
    Ok(named
        .map(|log| manifest.artifact_seq(log.as_str()))
        .collect::<Result<Vec<_>>>()?
        .into_iter()
        .flatten()
        .collect())
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of ten thousand years are exact in a double")]
fn seconds(start: &str, end: &str) -> Option<f64> {
    let (start, end) = (clock::parse_moment(start)?, clock::parse_moment(end)?);
    Some((end.as_millisecond() - start.as_millisecond()) as f64 / 1000.0)
}
