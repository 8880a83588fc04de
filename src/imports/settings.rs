//! Settings of other programs: what each key becomes in keepstone.toml, and how TOML writes its value.

use serde_json::Value;

/// What becomes of a key.
#[derive(Debug)]
pub struct TakenKey {
    /// The key, as the file has it.
    pub key: String,
    /// Its value.
    pub value: Value,
    /// The key of keepstone.toml that it became, or why it became none.
    pub became: std::result::Result<String, String>,
}

/// A value as TOML writes it; a whole number may be given as 50e9. `None` for what no key takes.
pub(super) fn toml(value: &Value) -> Option<String> {
    match value {
        Value::Bool(word) => Some(word.to_string()),
        Value::String(text) => Some(quoted(text)),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Some(whole.to_string()),
            #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
            (None, Some(float)) if float.fract() == 0.0 && float.abs() < 9e15 => Some((float as i64).to_string()),
            (None, _) => Some(number.to_string()),
        },
        Value::Array(items) => {
            let items: Option<Vec<String>> = items.iter().map(toml).collect();
            Some(format!("[{}]", items?.join(", ")))
        }
        Value::Null | Value::Object(_) => None,
    }
}

pub(super) fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}
