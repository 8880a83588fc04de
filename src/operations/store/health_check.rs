//! `health_check`

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::manifest::FORMAT_VERSION;
use crate::model::Result;
use crate::model::number::Count;
use crate::operations::{Context, Operation, Probe};
use crate::store::View;

/// Says whether the store can be used; never an error.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {}

/// Whether the store can be used.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// Whether it can be used.
    available: bool,
    /// Why it can't; null when it can.
    error: Option<String>,
    /// What to do about it; null when there is nothing to do.
    hint: Option<String>,
    /// The absolute path of its folder.
    store_root: String,
    /// The absolute path of the folder of readable names.
    artifacts_root: String,
    /// Whether it can only be read here; null when it can't be used.
    read_only: Option<bool>,
    /// How many artifacts it has, deleted ones included; null when it can't be used.
    artifact_count: Option<Count>,
    /// The manifest's format; null when it can't be used.
    format_version: Option<Count>,
}

/// `health_check`
pub enum HealthCheck {}

impl Operation for HealthCheck {
    const METHOD: &'static str = "health_check";
    type Params = Params;
    type Result = Health;
}

impl Probe for HealthCheck {
    fn run(_: Params, context: &Context) -> Result<Health> {
        let looked = context.site.store().and_then(|store| {
            let count = store.read()?.manifest().artifact_count()?;
            Ok((store.read_only_reason().is_some(), count))
        });
        let layout = context.site.layout();
        let error = looked.as_ref().err();
        Ok(Health {
            available: looked.is_ok(),
            error: error.map(|error| error.message().to_owned()),
            hint: error.and_then(|error| error.hint_text()).map(str::to_owned),
            store_root: layout.root().to_string_lossy().into_owned(),
            artifacts_root: layout.artifacts().to_string_lossy().into_owned(),
            read_only: looked.as_ref().ok().map(|(read_only, _)| *read_only),
            artifact_count: looked.as_ref().ok().map(|(_, count)| Count(*count)),
            format_version: looked.is_ok().then(|| Count(FORMAT_VERSION.unsigned_abs())),
        })
    }
}
