//! `init`

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Result;
use crate::operations::{Context, Maintenance, Operation};
use crate::store::Initialized;

/// Makes the store. One that exists stays as it is; with `force` its configuration is written anew, and nothing else.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [
    {},
    {"force": true},
]))]
pub struct Params {
    /// Whether to write keepstone.toml anew in a store that exists; false unless given.
    #[schemars(extend("default" = false))]
    force: Option<bool>,
}

/// The store that is there now.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Made {
    /// Whether it was made just now.
    created: bool,
    /// Whether its configuration was written just now.
    configured: bool,
    /// The absolute path of its folder.
    store_root: String,
    /// The absolute path of the folder of readable names.
    artifacts_root: String,
    /// The absolute path of its configuration.
    configuration: String,
}

/// `init`
pub enum Init {}

impl Operation for Init {
    const METHOD: &'static str = "init";
    type Params = Params;
    type Result = Made;
}

impl Maintenance for Init {
    fn run(params: Params, context: &Context) -> Result<Made> {
        let done = context.site.initialize(params.force.unwrap_or(false))?;
        let store = context.site.store()?;
        let layout = store.layout();
        Ok(Made {
            created: done == Initialized::Created,
            configured: done != Initialized::Existed,
            store_root: layout.root().to_string_lossy().into_owned(),
            artifacts_root: layout.artifacts().to_string_lossy().into_owned(),
            configuration: layout.configuration().to_string_lossy().into_owned(),
        })
    }
}
