//! Turns a request's parameters into an operation's, with errors that name the field.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::model::{Error, Result};

/// Reads params; null and absent count as the empty object. A null field counts as an absent one.
pub(super) fn parse<P: DeserializeOwned>(params: Value) -> Result<P> {
    let params = match params {
        Value::Null => Value::Object(serde_json::Map::new()),
        Value::Object(mut fields) => {
            fields.retain(|name, value| name != "_meta" && !value.is_null());
            Value::Object(fields)
        }
        other => return Err(Error::invalid_params(format!("params must be an object, not {}", kind_of(&other)))),
    };
    serde_path_to_error::deserialize(params).map_err(|error| {
        let field = error.path().to_string();
        let message = error.into_inner().to_string();
        match (field.as_str(), unknown_field(&message)) {
            (_, Some(unknown)) => {
                let field = if field.is_empty() || field == "." { unknown.clone() } else { field };
                Error::invalid_params(message).field(field)
            }
            ("." | "", None) => {
                let missing = message.strip_prefix("missing field `").and_then(|rest| rest.split_once('`'));
                match missing.map(|(name, _)| name.to_owned()) {
                    Some(name) => Error::invalid_params(message).field(name),
                    None => Error::invalid_params(message),
                }
            }
            (_, None) => Error::invalid_params(format!("{field}: {message}")).field(field),
        }
    })
}

fn unknown_field(message: &str) -> Option<String> {
    let (name, _) = message.strip_prefix("unknown field `")?.split_once('`')?;
    Some(name.to_owned())
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
