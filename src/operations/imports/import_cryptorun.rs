//! `import_cryptorun`

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::KeyImported;
use crate::base::files;
use crate::imports::cryptorun;
use crate::model::{Error, Kind, Result};
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
        if params.path.is_empty() {
            return Err(Error::invalid_params("path: it must not be empty").field("path"));
        }
        let dry_run = params.dry_run.unwrap_or(false);
        let path = files::absolute(Path::new(&params.path));
        let configuration = context.site.layout().configuration();
        // So that a file that can't be read makes no store.
        let mut taken = cryptorun::take_settings(&path, &configuration)?;
        if !dry_run {
            let store = match context.site.store() {
                Err(error) if error.kind() == Kind::NotFound => context.site.store_or_create()?,
                found => found?,
            };
            if let Some(reason) = store.read_only_reason() {
                return Err(Error::read_only(format!("keepstone.toml can't be written: {reason}")));
            }
            taken = cryptorun::take_settings(&path, &configuration)?;
            if let Some(text) = &taken.text {
                files::replace(&configuration, text.as_bytes(), 0o644)?;
            }
        }
        Ok(SettingsImported {
            dry_run,
            configuration: configuration.to_string_lossy().into_owned(),
            changed: taken.text.is_some(),
            keys: taken.keys.into_iter().map(KeyImported::from).collect(),
        })
    }
}
