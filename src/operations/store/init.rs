//! `init`

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Result;
use crate::operations::{Context, Maintenance, Operation};
use crate::store::Initialized;
use crate::store::config::{CRYPTORUN, FLOWTIME, TEMPLATE};

/// Makes the store. One that exists stays as it is; with `force` its configuration is written anew, and nothing else. A
/// preset takes the place of a configuration that nobody has edited also without `force`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [
    {},
    {"force": true},
    {"preset": "cryptorun"},
    {"preset": "flowtime", "force": true},
]))]
pub struct Params {
    /// Whether to write keepstone.toml anew in a store that exists; false unless given.
    #[schemars(extend("default" = false))]
    force: Option<bool>,
    /// What keepstone.toml says besides the defaults; nothing unless given.
    preset: Option<Preset>,
}

/// A configuration for those who come from another program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// The five families of CryptoRun's verification outputs, in `artifacts` and `out` beside the store.
    Cryptorun,
    /// FlowTime's data folder, in `data` beside the store.
    Flowtime,
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
        let configuration = match params.preset {
            None => TEMPLATE.to_owned(),
            Some(Preset::Cryptorun) => format!("{TEMPLATE}{CRYPTORUN}"),
            Some(Preset::Flowtime) => format!("{TEMPLATE}{FLOWTIME}"),
        };
        let done = context.site.initialize(params.force.unwrap_or(false), &configuration)?;
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
