//! `set_alias`

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::clock;
use crate::manifest::{ALIAS_SET, AliasFilter};
use crate::model::artifact::Status;
use crate::model::curation::{Alias, AliasOf};
use crate::model::ids::{AliasName, ArtifactId};
use crate::model::{Error, Result};
use crate::operations::{Command, Context, Operation};
use crate::registry;
use crate::store::{Store, View, Writer};

/// Lets an alias stand for an artifact: `type:key@alias` then means it, of its own type and key. What it stood for before it
/// stands for no longer, and at no moment does it stand for nothing.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [
    {"artifactId": "art-20260301T093000-5f2c81d4", "alias": "production"},
    {"ref": "model:churn@v3", "alias": "production"},
]))]
pub struct Params {
    /// The artifact; it or a reference.
    artifact_id: Option<ArtifactId>,
    /// What resolve understands: a part of an id, type:key, type:key@v3, or another alias.
    #[serde(rename = "ref")]
    reference: Option<String>,
    /// The alias: neither latest nor a version.
    alias: AliasName,
}

/// What an alias stands for now and stood for before.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AliasSet {
    /// The alias.
    #[serde(flatten)]
    alias: Alias,
    /// What it stood for before, null for nothing.
    previous_artifact_id: Option<ArtifactId>,
}

/// `set_alias`
pub enum SetAlias {}

impl Operation for SetAlias {
    const METHOD: &'static str = "set_alias";
    type Params = Params;
    type Result = AliasSet;
}

impl Command for SetAlias {
    type Prepared = (Params, Option<String>);

    fn prepare(_: &Arc<Store>, params: Params, context: &Context) -> Result<Self::Prepared> {
        registry::check_alias(&params.alias)?;
        if params.artifact_id.is_some() == params.reference.is_some() {
            let message = "artifactId: exactly one of artifactId and ref must be given";
            return Err(Error::invalid_params(message).field("artifactId"));
        }
        Ok((params, context.actor.map(str::to_owned)))
    }

    fn commit((params, actor): Self::Prepared, writer: &mut Writer) -> Result<AliasSet> {
        let Params { artifact_id, reference, alias } = params;
        let found = match (artifact_id, reference) {
            (Some(artifact_id), _) => writer.found(artifact_id.as_str())?,
            (None, reference) => registry::resolve(writer, &reference.unwrap_or_default())?,
        };
        let (seq, record) = (found.seq, found.record);
        if found.state.status() == Status::Tombstoned {
            let message = format!("artifact {} was deleted, so no alias can stand for it", record.artifact_id);
            return Err(Error::conflict(message).field("artifactId"));
        }
        let manifest = writer.manifest();
        let (artifact_type, logical_key) = (record.artifact_type.as_str(), &record.logical_key);
        let key = format!("{logical_key}@{alias}");
        if manifest.highest_version(artifact_type, &key)?.is_some() {
            let message = format!(
                "{artifact_type}:{key} is the key of artifacts, so {alias} can't be an alias of {logical_key:?}"
            );
            return Err(Error::conflict(message).field("alias").hint("choose another alias"));
        }
        let filter = AliasFilter {
            artifact_type: Some(artifact_type.to_owned()),
            logical_key: Some(logical_key.clone()),
            alias: Some(alias.to_string()),
            artifact_id: None,
        };
        let before = manifest.aliases(&filter, 1)?.pop();
        if let Some(alias) = before.as_ref().filter(|before| before.artifact_id == record.artifact_id) {
            let previous_artifact_id = Some(alias.artifact_id.clone());
            return Ok(AliasSet { alias: alias.clone(), previous_artifact_id });
        }
        writer.set_actor(actor);
        let set_at = clock::millis_text(writer.now());
        let of = AliasOf { artifact_type: record.artifact_type, logical_key: record.logical_key, alias };
        writer.manifest().set_alias(&of, seq, &set_at)?;
        writer.record_told(ALIAS_SET, Some(record.artifact_id.as_str()), &of)?;
        let AliasOf { artifact_type, logical_key, alias } = of;
        let (artifact_id, version) = (record.artifact_id, record.version);
        Ok(AliasSet {
            alias: Alias { alias, artifact_type, logical_key, artifact_id, version, set_at },
            previous_artifact_id: before.map(|before| before.artifact_id),
        })
    }
}
