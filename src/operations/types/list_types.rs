//! `list_types`

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Result;
use crate::model::artifact::TypeDefinition;
use crate::model::number::Count;
use crate::operations::{Context, Operation, Query};
use crate::store::{Reader, View};

/// Lists the types that were registered or published, by name, with how many artifacts each has.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {}

/// A type of artifacts.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TypeSummary {
    /// Its name.
    artifact_type: String,
    /// Whether it was registered; any other type is accepted as it comes.
    registered: bool,
    /// How many artifacts it has, superseded and deleted ones included.
    artifact_count: Count,
    /// The columns that count as content; null: all of them.
    canonical_columns: Option<Vec<String>>,
    /// When there are any, the order of rows doesn't count.
    sort_keys: Vec<String>,
    /// Columns read as timestamps even where they are text.
    timestamp_columns: Vec<String>,
}

/// `list_types`
pub enum ListTypes {}

impl Operation for ListTypes {
    const METHOD: &'static str = "list_types";
    type Params = Params;
    type Result = Vec<TypeSummary>;
}

impl Query for ListTypes {
    fn run(reader: &Reader, _: Params, _: &Context) -> Result<Self::Result> {
        let mut types: BTreeMap<String, (Option<TypeDefinition>, u64)> = BTreeMap::new();
        for definition in reader.manifest().type_definitions()? {
            types.insert(definition.artifact_type.to_string(), (Some(definition), 0));
        }
        for (name, count) in reader.manifest().artifacts_by_type()? {
            types.entry(name).or_default().1 = count;
        }
        let summary = |(artifact_type, (definition, count)): (String, (Option<TypeDefinition>, u64))| {
            let registered = definition.is_some();
            let definition = definition.as_ref();
            TypeSummary {
                artifact_type,
                registered,
                artifact_count: Count(count),
                canonical_columns: definition.and_then(|definition| definition.canonical_columns.clone()),
                sort_keys: definition.map(|definition| definition.sort_keys.clone()).unwrap_or_default(),
                timestamp_columns: definition
                    .map(|definition| definition.timestamp_columns.clone())
                    .unwrap_or_default(),
            }
        };
        Ok(types.into_iter().map(summary).collect())
    }
}
