//! `find_lineage_paths`

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::lineage;
use crate::model::ids::{ArtifactId, Relation};
use crate::model::number::Count;
use crate::model::{Error, Result};
use crate::operations::params::{counted, limited};
use crate::operations::{Context, Operation, Query};
use crate::store::{Reader, View};

/// Answers the ways by which one artifact was made of another, shortest first.
///
/// A way goes along the edges, from an input to what was made of it, and comes by no artifact twice. From an artifact to
/// itself there is one, of length 0. Where there is no way, the list is empty.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [
    {"fromArtifactId": "art-20260301T093000-5f2c81d4", "toArtifactId": "art-20260302T093000-0b7e43aa", "limit": 3},
]))]
pub struct Params {
    /// Where the ways begin: the input.
    from_artifact_id: ArtifactId,
    /// Where they end: what was made of it, at once or over others.
    to_artifact_id: ArtifactId,
    /// At most this many: 1 to 1000, 10 unless given.
    #[schemars(range(min = 1, max = 1000), extend("default" = 10))]
    limit: Option<Count>,
    /// How many edges long they may be; any length unless given.
    max_depth: Option<Count>,
    /// The relations to follow, at most 100; without any, all that are no annotations.
    #[schemars(length(max = 100))]
    relations: Option<Vec<Relation>>,
}

/// A way from one artifact to another.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Path {
    /// How many edges long it is.
    length: Count,
    /// The artifacts it comes by, both ends included.
    artifact_ids: Vec<ArtifactId>,
}

/// Ways from one artifact to another.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Paths {
    /// Shortest first; those of one length in an order that is always the same.
    paths: Vec<Path>,
    /// Whether there are more than the limit let through, or the search was ended by its size.
    truncated: bool,
}

/// `find_lineage_paths`
pub enum FindLineagePaths {}

impl Operation for FindLineagePaths {
    const METHOD: &'static str = "find_lineage_paths";
    type Params = Params;
    type Result = Paths;
}

impl Query for FindLineagePaths {
    fn run(reader: &Reader, params: Params, context: &Context) -> Result<Paths> {
        let known = |artifact_id: &ArtifactId, field: &str| {
            let seq = reader.manifest().artifact_seq(artifact_id.as_str())?;
            seq.ok_or_else(|| Error::not_found(format!("artifact {artifact_id} was not found")).field(field))
        };
        let relations = params.relations.unwrap_or_default();
        counted("relations", relations.len(), 0, 100)?;
        let limit = limited("limit", params.limit, 10, 1000)?;
        let ends = (known(&params.from_artifact_id, "fromArtifactId")?, known(&params.to_artifact_id, "toArtifactId")?);
        let depth = params.max_depth.map(|depth| depth.0);
        let limit = usize::try_from(limit).expect("at most 1000");
        let found = lineage::find_paths(reader.manifest(), ends, limit, depth, &relations, context.watch)?;
        let path = |seqs: &Vec<i64>| {
            let nodes = reader.manifest().node_rows(seqs)?;
            let artifact_ids = nodes.into_iter().map(|node| node.artifact_id).collect();
            Ok(Path { length: Count(seqs.len() as u64 - 1), artifact_ids })
        };
        Ok(Paths { paths: found.paths.iter().map(path).collect::<Result<_>>()?, truncated: found.truncated })
    }
}
