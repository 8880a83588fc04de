//! Operations that take in what other programs' folders hold.

pub mod import_cryptorun;
pub mod import_m3;
pub mod import_m3_policies;

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::base::files;
use crate::imports::TakenKey;
use crate::model::{Error, Kind, Result};
use crate::operations::Context;

/// Takes a file's settings into keepstone.toml: `take` reads both, and `text` is what keepstone.toml says from then on, where
/// that is more than before. Answers what was taken, and the path of keepstone.toml. The store is made if there is none.
fn into_configuration<T>(
    context: &Context,
    path: &str,
    dry_run: bool,
    take: impl Fn(&Path, &Path) -> Result<T>,
    text: impl Fn(&T) -> Option<&str>,
) -> Result<(T, String)> {
    if path.is_empty() {
        return Err(Error::invalid_params("path: it must not be empty").field("path"));
    }
    let path = files::absolute(Path::new(path));
    let configuration = context.site.layout().configuration();
    // So that a file that can't be read makes no store.
    let mut taken = take(&path, &configuration)?;
    if !dry_run {
        let store = match context.site.store() {
            Err(error) if error.kind() == Kind::NotFound => context.site.store_or_create()?,
            found => found?,
        };
        if let Some(reason) = store.read_only_reason() {
            return Err(Error::read_only(format!("keepstone.toml can't be written: {reason}")));
        }
        taken = take(&path, &configuration)?;
        if let Some(text) = text(&taken) {
            files::replace(&configuration, text.as_bytes(), 0o644)?;
        }
    }
    Ok((taken, configuration.to_string_lossy().into_owned()))
}

/// What one key became.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeyImported {
    /// The key, as the file has it.
    key: String,
    /// Its value.
    value: Value,
    /// The key of keepstone.toml; null where it became none.
    became: Option<String>,
    /// Why it became none.
    reason: Option<String>,
}

impl From<TakenKey> for KeyImported {
    fn from(taken: TakenKey) -> Self {
        let (became, reason) = match taken.became {
            Ok(became) => (Some(became), None),
            Err(reason) => (None, Some(reason)),
        };
        Self { key: taken.key, value: taken.value, became, reason }
    }
}
