//! `find_by_hash`

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::artifact::Artifact;
use crate::model::hash::Hash;
use crate::model::{Error, Result};
use crate::operations::{Context, Operation, Query};
use crate::store::{Reader, View};

/// Answers the artifacts that a hash belongs to, newest first: as file, content or source hash, as the hash of one of
/// their files, or as spec id.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"hash": "ftze3os7wcrq"}]))]
pub struct Params {
    /// `sha256:` and 64 hex digits, the digits alone, or the 12 characters of a spec id.
    hash: String,
}

/// `find_by_hash`
pub enum FindByHash {}

impl Operation for FindByHash {
    const METHOD: &'static str = "find_by_hash";
    type Params = Params;
    type Result = Vec<Artifact>;
}

impl Query for FindByHash {
    fn run(reader: &Reader, params: Params, _: &Context) -> Result<Vec<Artifact>> {
        let text = params.hash.trim().to_ascii_lowercase();
        let found = if let Some(hash) = Hash::parse(&text) {
            reader.manifest().artifacts_of_hash(&hash)?
        } else if let Some((from, to)) = Hash::range_of_spec_id(&text) {
            reader.manifest().artifacts_of_file_hashes(&from, &to)?
        } else {
            return Err(Error::invalid_params(format!(
                "hash: {:?} is neither a hash (`sha256:` and 64 hex digits) nor a spec id (12 characters)",
                params.hash
            ))
            .field("hash"));
        };
        Ok(reader.answers(found))
    }
}
