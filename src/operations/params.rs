//! Turns a request's parameters into an operation's, with errors that name the field.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::base::clock;
use crate::model::number::Count;
use crate::model::{Error, Hash, Result};

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

/// A moment as it stands in createdAt, or an error that names the field.
pub(super) fn moment(field: &str, text: Option<&str>) -> Result<Option<String>> {
    let Some(text) = text else { return Ok(None) };
    match clock::parse_moment(text) {
        Some(moment) => Ok(Some(clock::millis_text(moment))),
        None => Err(Error::invalid_params(format!("{field}: {text:?} is no RFC 3339 date or time"))
            .field(field)
            .hint("write it as 2026-01-31T12:00:00Z")),
    }
}

/// A number from 1 to a limit, or an error that names the field.
pub(super) fn limited(field: &str, given: Option<Count>, default: u64, most: u64) -> Result<u64> {
    let number = given.map_or(default, |count| count.0);
    if !(1..=most).contains(&number) {
        return Err(Error::invalid_params(format!("{field}: {number} is not between 1 and {most}")).field(field));
    }
    Ok(number)
}

/// The hash of params, some fields left out, whatever the order of their keys.
pub(super) fn digest(params: &impl Serialize, without: &[&str]) -> Hash {
    let mut value = serde_json::to_value(params).expect("plain data");
    if let Value::Object(fields) = &mut value {
        fields.retain(|name, _| !without.contains(&name.as_str()));
    }
    value.sort_all_objects();
    Hash::of(value.to_string().as_bytes())
}

/// Tags: an object of texts, or a list of words whose value is "".
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Tags(pub BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Tags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let refuse = |what: &Value| {
            serde::de::Error::custom(format!("tags are an object of texts or a list of words, and {what} is no text"))
        };
        let mut tags = BTreeMap::new();
        match Value::deserialize(deserializer)? {
            Value::Object(fields) => {
                for (name, value) in fields {
                    let Value::String(text) = value else { return Err(refuse(&value)) };
                    tags.insert(name, text);
                }
            }
            Value::Array(words) => {
                for word in words {
                    let Value::String(text) = word else { return Err(refuse(&word)) };
                    tags.insert(text, String::new());
                }
            }
            other => return Err(refuse(&other)),
        }
        Ok(Self(tags))
    }
}

impl JsonSchema for Tags {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Tags".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "type": "object", "additionalProperties": { "type": "string" } },
                { "type": "array", "items": { "type": "string" } },
            ],
        })
    }
}
