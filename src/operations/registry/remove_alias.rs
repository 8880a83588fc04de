//! `remove_alias`

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::manifest::{ALIAS_REMOVED, AliasFilter};
use crate::model::curation::{Alias, AliasOf};
use crate::model::ids::{AliasName, ArtifactType};
use crate::model::{Error, Result};
use crate::operations::{Command, Context, Operation};
use crate::store::{Store, View, Writer};

/// Takes an alias away; the artifact that it stood for stays as it is. Answers what it stood for.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"artifactType": "model", "logicalKey": "churn", "alias": "production"}]))]
pub struct Params {
    /// The type.
    artifact_type: ArtifactType,
    /// The key.
    logical_key: String,
    /// The alias.
    alias: AliasName,
}

/// `remove_alias`
pub enum RemoveAlias {}

impl Operation for RemoveAlias {
    const METHOD: &'static str = "remove_alias";
    /// A second time it is not there.
    const IDEMPOTENT: bool = false;
    type Params = Params;
    type Result = Alias;
}

impl Command for RemoveAlias {
    type Prepared = (AliasOf, Option<String>);

    fn prepare(_: &Arc<Store>, params: Params, context: &Context) -> Result<Self::Prepared> {
        let Params { artifact_type, logical_key, alias } = params;
        Ok((AliasOf { artifact_type, logical_key, alias }, context.actor.map(str::to_owned)))
    }

    fn commit((of, actor): Self::Prepared, writer: &mut Writer) -> Result<Alias> {
        let filter = AliasFilter {
            artifact_type: Some(of.artifact_type.to_string()),
            logical_key: Some(of.logical_key.clone()),
            alias: Some(of.alias.to_string()),
            artifact_id: None,
        };
        let Some(alias) = writer.manifest().aliases(&filter, 1)?.pop() else {
            let name = format!("{}:{}@{}", of.artifact_type, of.logical_key, of.alias);
            return Err(Error::not_found(format!("the alias {name} was not found")).field("alias"));
        };
        writer.set_actor(actor);
        writer.manifest().remove_alias(&of)?;
        writer.record_told(ALIAS_REMOVED, Some(alias.artifact_id.as_str()), &of)?;
        Ok(alias)
    }
}
