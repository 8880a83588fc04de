//! Operations that take in what other programs' folders hold.

pub mod import_cryptorun;
pub mod import_m3;
pub mod import_m3_policies;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::imports::TakenKey;

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
