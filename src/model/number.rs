//! Whole numbers on the wire: at most 2^53-1, so that every JSON reader keeps them exact.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// The largest integer that every JSON reader keeps exact.
pub const LARGEST: u64 = (1 << 53) - 1;

/// A whole number from 0 to 2^53-1; `3.0` is read as 3, as JSON Schema has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
pub struct Count(pub u64);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = serde_json::Number::deserialize(deserializer)?;
        let whole = number.as_u64().or_else(|| {
            let float = number.as_f64()?;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be exact")]
            (float >= 0.0 && float.fract() == 0.0 && float <= LARGEST as f64).then_some(float as u64)
        });
        match whole {
            Some(count) if count <= LARGEST => Ok(Self(count)),
            _ => Err(serde::de::Error::custom(format!("{number} is no whole number from 0 to {LARGEST}"))),
        }
    }
}

impl JsonSchema for Count {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Count".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 0, "maximum": LARGEST })
    }
}

/// The first integer inside a JSON value that a JSON reader may round, as its text.
pub fn inexact_integer(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => {
            let exact = match (number.as_u64(), number.as_i64()) {
                (Some(positive), _) => positive <= LARGEST,
                (None, Some(negative)) => negative.unsigned_abs() <= LARGEST,
                // A float within 64 bits was written as one, and is as exact as it can be. Beyond, it may have been an
                // integer that the reader rounded already.
                (None, None) => {
                    let within = |float: f64| (i64::MIN as f64..u64::MAX as f64).contains(&float);
                    number.as_f64().is_none_or(|float| float.fract() != 0.0 || within(float))
                }
            };
            (!exact).then(|| number.to_string())
        }
        Value::Array(items) => items.iter().find_map(inexact_integer),
        Value::Object(fields) => fields.values().find_map(inexact_integer),
        _ => None,
    }
}

/// Numbers that JSON readers would round become texts; whether there were any.
pub fn make_exact(fields: &mut Map<String, Value>) -> bool {
    fn visit(value: &mut Value) -> bool {
        match value {
            Value::Number(_) => match inexact_integer(value) {
                Some(text) => {
                    *value = Value::String(text);
                    true
                }
                None => false,
            },
            Value::Array(items) => items.iter_mut().fold(false, |any, item| visit(item) | any),
            Value::Object(fields) => make_exact(fields),
            _ => false,
        }
    }
    fields.values_mut().fold(false, |any, value| visit(value) | any)
}
