//! `get_related`

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::manifest::{Relative, Tie, Via};
use crate::model::Result;
use crate::model::artifact::Status;
use crate::model::ids::{ArtifactId, ArtifactType};
use crate::model::number::Count;
use crate::operations::params::limited;
use crate::operations::{Context, Operation, Query};
use crate::store::{Reader, View};

/// Answers what an artifact has to do with others: what it was made from, what was made of it, and what is related.
///
/// Related are the artifacts that it replaced or was replaced by and those noted as its siblings, then those made with the
/// same model, from the same input, and at last with the same template. Nothing is guessed from types, tags or times.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"artifactId": "art-20260301T093000-5f2c81d4", "depth": 2}]))]
pub struct Params {
    /// The artifact.
    artifact_id: ArtifactId,
    /// How many edges or supersessions far: 1 to 100, 1 unless given.
    #[schemars(range(min = 1, max = 100), extend("default" = 1))]
    depth: Option<Count>,
    /// Of each list at most this many: 1 to 1000, 100 unless given.
    #[schemars(range(min = 1, max = 1000), extend("default" = 100))]
    limit: Option<Count>,
}

/// An artifact that has to do with the one that was asked about.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Related {
    /// Its id.
    artifact_id: ArtifactId,
    /// Its type.
    artifact_type: ArtifactType,
    /// A title for people.
    title: Option<String>,
    /// What it represents.
    logical_key: String,
    /// Which version of its type and key it is.
    version: u32,
    /// Whether it stands, was replaced, or was deleted.
    status: Status,
    /// Whether it was put aside.
    archived: bool,
    /// When it was published.
    created_at: String,
    /// What ties it to the other: the relation of the edge, `supersedes`, `superseded_by`, `sibling_of`, `shared_model`,
    /// `shared_input` or `shared_template`.
    relation: String,
    /// The same as a sentence.
    reason: String,
    /// How many steps away it is; what shares a model, an input or a template is two steps away.
    depth: Count,
    /// The artifact that lies between: one step nearer, or the input that both have. Null where none does.
    via: Option<ArtifactId>,
}

/// What an artifact has to do with others.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Relations {
    /// The artifact that was asked about.
    artifact_id: ArtifactId,
    /// What it was made from, nearest first, as the inputs were given.
    derived_from: Vec<Related>,
    /// What was made of it, nearest first, then newest first.
    derivatives: Vec<Related>,
    /// What replaced it, what it replaced, its siblings, what shares a model, an input, and at last
    /// a template; then newest first.
    related: Vec<Related>,
    /// Whether there is more than a list holds. Inputs beyond the first 100 are not looked at for siblings.
    truncated: bool,
}

/// `get_related`
pub enum GetRelated {}

impl Operation for GetRelated {
    const METHOD: &'static str = "get_related";
    type Params = Params;
    type Result = Relations;
}

impl Query for GetRelated {
    fn run(reader: &Reader, params: Params, _: &Context) -> Result<Relations> {
        let depth = limited("depth", params.depth, 1, 100)?;
        let limit = usize::try_from(limited("limit", params.limit, 100, 1000)?).expect("it is small");
        let found = reader.found(params.artifact_id.as_str())?;
        let relatives = reader.manifest().relatives(found.seq, depth, limit)?;
        let made = "it was made from this";
        let all = |relatives: Vec<Relative>, edge: &str| relatives.into_iter().map(|one| related(one, edge)).collect();
        Ok(Relations {
            artifact_id: params.artifact_id,
            derived_from: all(relatives.derived_from, made),
            derivatives: all(relatives.derivatives, "this was made from it"),
            related: all(relatives.related, made),
            truncated: relatives.truncated,
        })
    }
}

/// `edge` says what an edge means.
fn related(relative: Relative, edge: &str) -> Related {
    let through = match &relative.via {
        Via::Artifact(artifact_id) => format!("artifact {artifact_id}"),
        Via::Param(name, value) => format!("{name} {value:?}"),
        Via::Nothing => String::new(),
    };
    let (relation, reason) = match (relative.tie, &relative.via) {
        (Tie::SharedModel, _) => ("shared_model".to_owned(), format!("both were made with the same model: {through}")),
        (Tie::SharedInput, _) => ("shared_input".to_owned(), format!("both were made from the same input: {through}")),
        (Tie::SharedTemplate, _) => {
            ("shared_template".to_owned(), format!("both were made from the same template: {through}"))
        }
        (Tie::Relation(word), via) => {
            let means = match word.as_str() {
                "supersedes" => "it replaced this",
                "superseded_by" => "this replaced it",
                "sibling_of" => "each is noted as the other's sibling",
                _ => edge,
            };
            let reason = match via {
                Via::Nothing => means.to_owned(),
                _ => format!("{means}, by way of {through}"),
            };
            (word, reason)
        }
    };
    Related {
        artifact_id: relative.artifact_id,
        artifact_type: relative.artifact_type,
        title: relative.title,
        logical_key: relative.logical_key,
        version: relative.version,
        status: relative.status,
        archived: relative.archived,
        created_at: relative.created_at,
        relation,
        reason,
        depth: Count(relative.depth),
        via: match relative.via {
            Via::Artifact(artifact_id) => Some(artifact_id),
            Via::Param(..) | Via::Nothing => None,
        },
    }
}
