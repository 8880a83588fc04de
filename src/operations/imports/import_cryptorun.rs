//! `import_cryptorun`

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{KeyImported, into_configuration};
use crate::imports::cryptorun;
use crate::model::Result;
use crate::operations::{Context, Maintenance, Operation};

/// Takes CryptoRun's settings into keepstone.toml: its families with their patterns, rules and pins, its folders, limits
/// and rules of compaction; and tells of every key what it became, or why nothing.
///
/// Nothing that keepstone.toml says is changed: of a table that it has already, only what says the same counts. The store
/// is made if there is none.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"path": "config/artifacts.yaml", "dryRun": true}]))]
pub struct Params {
    /// The YAML file. A relative path counts from the server's working directory. The folders `artifacts` and `out` are
    /// looked for beside its folder, where that is called `config`, else in it.
    path: String,
    /// Whether it is only told what would be done. False unless given.
    #[schemars(extend("default" = false))]
    dry_run: Option<bool>,
}

/// What the file became.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SettingsImported {
    /// Whether nothing was written.
    dry_run: bool,
    /// Absolute path of keepstone.toml.
    configuration: String,
    /// Whether it says more than before, or would.
    changed: bool,
    /// The folders that are scanned, then what the file says, in its order.
    keys: Vec<KeyImported>,
}

/// `import_cryptorun`
pub enum ImportCryptorun {}

impl Operation for ImportCryptorun {
    const METHOD: &'static str = "import_cryptorun";
    const PATH_PARAMS: &'static [&'static str] = &["path"];
    type Params = Params;
    type Result = SettingsImported;
}

impl Maintenance for ImportCryptorun {
    fn run(params: Params, context: &Context) -> Result<SettingsImported> {
        let dry_run = params.dry_run.unwrap_or(false);
        let (taken, configuration) =
            into_configuration(context, &params.path, dry_run, cryptorun::take_settings, |taken| {
                taken.text.as_deref()
            })?;
        Ok(SettingsImported {
            dry_run,
            configuration,
            changed: taken.text.is_some(),
            keys: taken.keys.into_iter().map(KeyImported::from).collect(),
        })
    }
}
