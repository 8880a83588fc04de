//! `bulk_update`

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::curation::said;
use crate::model::ids::ArtifactId;
use crate::model::number::Count;
use crate::model::{Kind, Result};
use crate::operations::params::counted;
use crate::operations::registry::{NewTags, NewValues};
use crate::operations::{Command, Context, Operation};
use crate::registry::{self, Wish};
use crate::store::{Store, View, Writer};

/// Most artifacts of one request.
const MOST: usize = 1000;

/// Changes the same things about several artifacts, as update_artifact does for one. Each succeeds or fails by itself.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [
    {"artifactIds": ["art-20260301T093000-5f2c81d4", "art-20260302T093000-0b7e43aa"], "archived": true},
]))]
pub struct Params {
    /// The artifacts, 1 to 1000.
    #[schemars(length(min = 1, max = 1000))]
    artifact_ids: Vec<ArtifactId>,
    /// Their new title, at most 256 bytes without control characters; "" takes it away, as a null does that is sent.
    #[serde(default, deserialize_with = "said")]
    #[schemars(with = "Option<String>")]
    title: Option<Option<String>>,
    /// Their new description, at most 4096 bytes; "" takes it away, as a null does that is sent.
    #[serde(default, deserialize_with = "said")]
    #[schemars(with = "Option<String>")]
    description: Option<Option<String>>,
    /// Tags that they get, an object of texts or a list of words; one whose value is null is taken from them, and the others
    /// stay. Each may have 1000, of keys of 1 to 128 bytes without control characters and values of at most 4096 bytes.
    tags: Option<NewTags>,
    /// Whether they are archived.
    archived: Option<bool>,
}

/// What became of several changes.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BulkUpdated {
    /// Whether all of them succeeded.
    success: bool,
    /// How many artifacts were named.
    processed: Count,
    /// How many changed.
    changed: Count,
    /// How many failed.
    failed: Count,
    /// What became of each, in the order of the request.
    results: Vec<BulkResult>,
}

/// What became of one of several changes.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BulkResult {
    /// The artifact.
    artifact_id: ArtifactId,
    /// Whether it is now as it was wished for.
    success: bool,
    /// Its revision by now, null when it failed.
    revision: Option<Count>,
    /// Why it failed, null when it didn't.
    error: Option<String>,
    /// What kind of failure it was, null when it was none.
    error_kind: Option<Kind>,
}

/// `bulk_update`
pub enum BulkUpdate {}

impl Operation for BulkUpdate {
    const METHOD: &'static str = "bulk_update";
    const NULLS: &'static [&'static str] = &["title", "description"];
    type Params = Params;
    type Result = BulkUpdated;
}

impl Command for BulkUpdate {
    type Prepared = (Vec<ArtifactId>, Wish, Option<String>);

    fn prepare(_: &Arc<Store>, params: Params, context: &Context) -> Result<Self::Prepared> {
        let Params { artifact_ids, title, description, tags, archived } = params;
        counted("artifactIds", artifact_ids.len(), 1, MOST)?;
        let values = NewValues { title, description, tags: tags.map(|tags| tags.0), archived }.checked()?;
        Ok((artifact_ids, Wish { values, revision: None }, context.actor.map(str::to_owned)))
    }

    fn commit((artifact_ids, wish, actor): Self::Prepared, writer: &mut Writer) -> Result<BulkUpdated> {
        writer.set_actor(actor);
        let (mut changed, mut failed, mut results) = (0, 0, Vec::new());
        for artifact_id in artifact_ids {
            let done = one(writer, &artifact_id, &wish);
            let result = match done {
                Ok((differs, revision)) => {
                    changed += u64::from(differs);
                    BulkResult { artifact_id, success: true, revision: Some(revision), error: None, error_kind: None }
                }
                // What is wrong with one artifact is its own; everything else is wrong with all.
                Err(error) if matches!(error.kind(), Kind::NotFound | Kind::Conflict | Kind::LimitExceeded) => {
                    failed += 1;
                    let (kind, message) = (error.kind(), error.message().to_owned());
                    BulkResult {
                        artifact_id,
                        success: false,
                        revision: None,
                        error: Some(message),
                        error_kind: Some(kind),
                    }
                }
                Err(error) => return Err(error),
            };
            results.push(result);
        }
        let processed = Count(results.len() as u64);
        Ok(BulkUpdated { success: failed == 0, processed, changed: Count(changed), failed: Count(failed), results })
    }
}

fn one(writer: &mut Writer, artifact_id: &ArtifactId, wish: &Wish) -> Result<(bool, Count)> {
    let found = writer.found(artifact_id.as_str())?;
    let changed = registry::update(writer, &found, wish)?;
    Ok((changed, Count(found.state.revision + u64::from(changed))))
}
