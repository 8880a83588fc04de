//! `update_artifact`

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Result;
use crate::model::artifact::Artifact;
use crate::model::curation::said;
use crate::model::ids::ArtifactId;
use crate::model::number::Count;
use crate::operations::registry::{NewTags, NewValues};
use crate::operations::{Command, Context, Operation};
use crate::registry::{self, Wish};
use crate::store::{Store, View, Writer};

/// Changes what people say about an artifact: title, description, tags, and whether it is archived. Its bytes, its
/// provenance and its sidecar stay as they are; the history tells of the change.
///
/// What is absent stays as it is. When nothing changes nothing is recorded, and the revision stays the same. A deleted
/// artifact can't be changed.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [
    {"artifactId": "art-20260301T093000-5f2c81d4", "title": "Rain in November", "tags": {"reviewed": "yes", "draft": null}, "revision": 1},
    {"artifactId": "art-20260301T093000-5f2c81d4", "archived": true},
]))]
pub struct Params {
    /// The artifact.
    artifact_id: ArtifactId,
    /// Its new title, at most 256 bytes without control characters; "" takes it away, as a null does that is sent.
    #[serde(default, deserialize_with = "said")]
    #[schemars(with = "Option<String>")]
    title: Option<Option<String>>,
    /// Its new description, at most 4096 bytes; "" takes it away, as a null does that is sent.
    #[serde(default, deserialize_with = "said")]
    #[schemars(with = "Option<String>")]
    description: Option<Option<String>>,
    /// Tags that it gets, an object of texts or a list of words; one whose value is null is taken from it, and the others stay.
    /// It may have 1000, of keys of 1 to 128 bytes without control characters and values of at most 4096 bytes.
    tags: Option<NewTags>,
    /// Whether it is archived: a search leaves archived ones out.
    archived: Option<bool>,
    /// The revision that the change was decided on: when the artifact has another by now, it is a conflict that names
    /// currentRevision, and nothing changes.
    revision: Option<Count>,
}

/// What became of a change.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Updated {
    /// Whether anything changed.
    changed: bool,
    /// The artifact as it is now.
    artifact: Artifact,
}

/// `update_artifact`
pub enum UpdateArtifact {}

impl Operation for UpdateArtifact {
    const METHOD: &'static str = "update_artifact";
    /// Sent again after a change went through unseen, the revision would be a stale one.
    const IDEMPOTENT: bool = false;
    const NULLS: &'static [&'static str] = &["title", "description"];
    type Params = Params;
    type Result = Updated;
}

impl Command for UpdateArtifact {
    type Prepared = (ArtifactId, Wish, Option<String>);

    fn prepare(_: &Arc<Store>, params: Params, context: &Context) -> Result<Self::Prepared> {
        let Params { artifact_id, title, description, tags, archived, revision } = params;
        let values = NewValues { title, description, tags: tags.map(|tags| tags.0), archived }.checked()?;
        Ok((artifact_id, Wish { values, revision }, context.actor.map(str::to_owned)))
    }

    fn commit((artifact_id, wish, actor): Self::Prepared, writer: &mut Writer) -> Result<Updated> {
        writer.set_actor(actor);
        let found = writer.found(artifact_id.as_str())?;
        let changed = registry::update(writer, &found, &wish)?;
        let artifact = writer.found(artifact_id.as_str())?;
        Ok(Updated { changed, artifact: writer.answer(artifact) })
    }
}
