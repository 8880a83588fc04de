//! `register_type`

use std::collections::BTreeSet;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::model::artifact::TypeDefinition;
use crate::model::ids::ArtifactType;
use crate::model::{Error, Result};
use crate::operations::{Command, Context, Operation};
use crate::store::{Store, View, Writer};

/// Says what counts as content in a type's tables. A type that is in use can't change; the same definition again is harmless.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [
    {"artifactType": "ohlcv_slice", "canonicalColumns": ["ts", "open", "close"], "sortKeys": ["ts"], "timestampColumns": ["ts"]},
]))]
pub struct Params {
    /// The type.
    artifact_type: ArtifactType,
    /// The columns that count as content, in this order; all of them unless given.
    canonical_columns: Option<Vec<String>>,
    /// When given, the order of rows doesn't count; duplicates still do.
    sort_keys: Option<Vec<String>>,
    /// Columns read as timestamps even where they are text.
    timestamp_columns: Option<Vec<String>>,
}

/// `register_type`
pub enum RegisterType {}

impl Operation for RegisterType {
    const METHOD: &'static str = "register_type";
    type Params = Params;
    type Result = TypeDefinition;
}

impl Command for RegisterType {
    const CREATES_STORE: bool = true;
    /// What a later publish prepares depends on the type.
    const BARRIER: bool = true;
    type Prepared = (TypeDefinition, Option<String>);

    fn check(params: &Params, _: &Context) -> Result<()> {
        check(&definition(params.clone()))
    }

    fn prepare(_: &Arc<Store>, params: Params, context: &Context) -> Result<Self::Prepared> {
        let definition = definition(params);
        check(&definition)?;
        Ok((definition, context.actor.map(str::to_owned)))
    }

    fn commit((definition, actor): Self::Prepared, writer: &mut Writer) -> Result<TypeDefinition> {
        let name = definition.artifact_type.as_str();
        let known = writer.manifest().type_definition(name)?;
        if known.as_ref() == Some(&definition) {
            return Ok(definition);
        }
        if writer.manifest().type_in_use(name)? {
            return Err(Error::conflict(format!("the type {name} is in use, so its definition can't change"))
                .field("artifactType")
                .hint("register the new definition under another name"));
        }
        writer.set_actor(actor);
        writer.manifest().set_type(&definition)?;
        let Value::Object(data) = serde_json::to_value(&definition).expect("plain data") else { unreachable!() };
        writer.record("type_registered", None, data)?;
        Ok(definition)
    }
}

fn definition(params: Params) -> TypeDefinition {
    TypeDefinition {
        artifact_type: params.artifact_type,
        canonical_columns: params.canonical_columns,
        sort_keys: params.sort_keys.unwrap_or_default(),
        timestamp_columns: params.timestamp_columns.unwrap_or_default(),
    }
}

fn check(definition: &TypeDefinition) -> Result<()> {
    let lists = [
        ("canonicalColumns", definition.canonical_columns.as_deref().unwrap_or_default()),
        ("sortKeys", &definition.sort_keys),
        ("timestampColumns", &definition.timestamp_columns),
    ];
    for (field, names) in lists {
        let mut seen = BTreeSet::new();
        for name in names {
            if name.is_empty() {
                return Err(Error::invalid_params(format!("{field}: a column's name must not be empty")).field(field));
            }
            if !seen.insert(name) {
                return Err(Error::invalid_params(format!("{field}: {name:?} stands there twice")).field(field));
            }
            if field != "canonicalColumns"
                && let Some(columns) = &definition.canonical_columns
                && !columns.contains(name)
            {
                return Err(
                    Error::invalid_params(format!("{field}: {name:?} is none of the canonicalColumns")).field(field)
                );
            }
        }
    }
    if definition.canonical_columns.as_ref().is_some_and(Vec::is_empty) {
        return Err(
            Error::invalid_params("canonicalColumns: it must name at least one column").field("canonicalColumns")
        );
    }
    Ok(())
}
