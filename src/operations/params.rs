//! Turns a request's parameters into an operation's, with errors that name the field.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::DeserializeOwned;
use serde::de::value::MapDeserializer;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::base::clock;
use crate::model::number::Count;
use crate::model::{Error, Hash, Params, Result};

/// Reads params; null and absent count as the empty object. A null field counts as an absent one, unless it is named.
pub(super) fn parse<P: DeserializeOwned>(params: Params, nulls: &[&str]) -> Result<P> {
    // To follow the path, and to make a tree of it first, takes longer than to read, so only what is wrong is read that way.
    if let Params::Sent(fields) = &params {
        let counts =
            |(name, text): &(&str, &RawValue)| *name != "_meta" && (text.get() != "null" || nulls.contains(name));
        let fields = fields.iter().map(|(name, text)| (name.as_str(), &**text)).filter(counts);
        if let Ok(read) = P::deserialize(MapDeserializer::new(fields)) {
            return Ok(read);
        }
    }
    let params = match params.into_value()? {
        Value::Null => Value::Object(serde_json::Map::new()),
        Value::Object(mut fields) => {
            fields.retain(|name, value| name != "_meta" && (!value.is_null() || nulls.contains(&name.as_str())));
            Value::Object(fields)
        }
        other => return Err(Error::invalid_params(format!("params must be an object, not {}", kind_of(&other)))),
    };
    P::deserialize(&params).or_else(|_| {
        serde_path_to_error::deserialize(params).map_err(|error| explain(&error.path().to_string(), error.inner()))
    })
}

/// serde's words as one sentence with the field at fault in front.
fn explain(path: &str, error: &serde_json::Error) -> Error {
    let at = if path == "." { "" } else { path };
    let message = error.to_string();
    if let Some((name, rest)) = quoted(&message, "unknown field `") {
        let parent = at.strip_suffix(name).map_or(at, |parent| parent.trim_end_matches('.'));
        let field = inside(parent, name);
        let error = Error::invalid_params(format!("there is no parameter {field:?}")).field(field);
        return match rest.split('`').skip(1).step_by(2).map(|known| inside(parent, known)).collect::<Vec<_>>() {
            known if known.is_empty() => error.hint("leave it out: there are no parameters here"),
            known => error.hint(format!("the parameters are {}", known.join(", "))),
        };
    }
    if let Some((name, _)) = quoted(&message, "missing field `") {
        let field = inside(at, name);
        return Error::invalid_params(format!("{field} is missing")).field(field);
    }
    // A name of the source code tells a caller nothing.
    let message = match message.split_once("expected struct ") {
        Some((start, _)) => format!("{start}expected an object"),
        None => message,
    };
    match at {
        "" => Error::invalid_params(message),
        _ => Error::invalid_params(format!("{at}: {message}")).field(at),
    }
}

/// The name between the start and the next backtick, and what follows it.
fn quoted<'a>(message: &'a str, start: &str) -> Option<(&'a str, &'a str)> {
    message.strip_prefix(start)?.split_once('`')
}

fn inside(parent: &str, name: &str) -> String {
    if parent.is_empty() { name.to_owned() } else { format!("{parent}.{name}") }
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

/// A moment as it stands in createdAt, or an error that names the field. What createdAt is too coarse for is cut off.
pub(super) fn moment(field: &str, text: Option<&str>) -> Result<Option<String>> {
    Ok(parsed(field, text)?.map(clock::millis_text))
}

/// The same, but the next moment that createdAt can tell, for a limit from which on something is looked for.
pub(super) fn moment_or_later(field: &str, text: Option<&str>) -> Result<Option<String>> {
    let Some(moment) = parsed(field, text)? else { return Ok(None) };
    let coarse = moment.as_nanosecond().rem_euclid(1_000_000) == 0;
    let later = if coarse { moment } else { moment.saturating_add(SignedDuration::from_millis(1)).unwrap_or(moment) };
    Ok(Some(clock::millis_text(later)))
}

/// The same, to the full: for what is counted from.
pub(super) fn instant(field: &str, text: Option<&str>) -> Result<Option<Timestamp>> {
    parsed(field, text)
}

fn parsed(field: &str, text: Option<&str>) -> Result<Option<Timestamp>> {
    let Some(text) = text else { return Ok(None) };
    // createdAt has four digits for the year and is compared as text.
    match clock::parse_moment(text).filter(|moment| (YEAR_0..=YEAR_9999).contains(&moment.as_second())) {
        Some(moment) => Ok(Some(moment)),
        None => Err(Error::invalid_params(format!("{field}: {text:?} is no RFC 3339 date or time"))
            .field(field)
            .hint("write it as 2026-01-31T12:00:00Z")),
    }
}

/// The first second of year 0 and the last of year 9999 that every zone can show.
const YEAR_0: i64 = -62_167_219_200;
const YEAR_9999: i64 = 253_402_207_200;

/// A number from 1 to a limit, or an error that names the field.
pub(super) fn limited(field: &str, given: Option<Count>, default: u64, most: u64) -> Result<u64> {
    let number = given.map_or(default, |count| count.0);
    if !(1..=most).contains(&number) {
        return Err(Error::invalid_params(format!("{field}: {number} is not between 1 and {most}")).field(field));
    }
    Ok(number)
}

/// Refuses a list that names too few or too many.
pub(super) fn counted(field: &str, count: usize, least: usize, most: usize) -> Result<()> {
    if !(least..=most).contains(&count) {
        let message = format!("{field}: it must name {least} to {most}, not {count}");
        return Err(Error::invalid_params(message).field(field));
    }
    Ok(())
}

/// The hash of params, some fields left out, whatever the order of their keys. An absent field doesn't count, so that
/// digests stay what they are when an operation learns a new one.
pub(super) fn digest(params: &impl Serialize, without: &[&str]) -> Hash {
    let mut value = serde_json::to_value(params).expect("plain data");
    if let Value::Object(fields) = &mut value {
        fields.retain(|name, value| !without.contains(&name.as_str()) && !value.is_null());
        // These two hold what callers make up, where null says something.
        let own = |name: &String| name != "content" && name != "params";
        fields.iter_mut().filter(|(name, _)| own(name)).for_each(|(_, value)| drop_nulls(value));
    }
    value.sort_all_objects();
    Hash::of(value.to_string().as_bytes())
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// Tags: an object of texts, or a list of words whose value is "".
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Tags(pub BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Tags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let refuse = |what: &Value| {
            serde::de::Error::custom(format!(
                "an object of texts or a list of words is expected, and {what} is no text"
            ))
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
            other => {
                let message = format!("an object of texts or a list of words is expected, not {}", kind_of(&other));
                return Err(serde::de::Error::custom(message));
            }
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
