//! `trace_roots`

use std::cmp::Reverse;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::manifest::Walk;
use crate::model::Result;
use crate::model::artifact::Artifact;
use crate::model::ids::ArtifactId;
use crate::operations::{Context, Operation, Query};
use crate::store::{Reader, View};

/// Answers the artifacts that everything began with: the ancestors that have no inputs, newest first. An artifact
/// without inputs is its own root.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"artifactId": "art-20260301T093000-5f2c81d4"}]))]
pub struct Params {
    /// The artifact.
    artifact_id: ArtifactId,
}

/// `trace_roots`
pub enum TraceRoots {}

impl Operation for TraceRoots {
    const METHOD: &'static str = "trace_roots";
    type Params = Params;
    type Result = Vec<Artifact>;
}

impl Query for TraceRoots {
    fn run(reader: &Reader, params: Params, context: &Context) -> Result<Vec<Artifact>> {
        let found = reader.found(params.artifact_id.as_str())?;
        let reached = reader.manifest().reach(&Walk::whole(&[found.seq], true), context.watch)?;
        let mut seqs = reached.roots();
        seqs.sort_unstable_by_key(|seq| Reverse(*seq));
        let mut roots = reader.answers_at(&seqs)?;
        // Of the same moment, the latest committed stays first.
        roots.sort_by(|one, other| other.created_at.cmp(&one.created_at));
        Ok(roots)
    }
}
