//! What a request gives a method, read no further than to its names until the method says what it is to become.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::{Error, Result};

/// The parameters of a request.
#[derive(Debug, Clone)]
pub enum Params {
    /// As this program or a resource of HTTP put them together.
    Built(Value),
    /// As they stand in a message, by name; some are large, and then a tree of them would take longer than the work.
    Sent(BTreeMap<String, Box<RawValue>>),
}

impl Params {
    /// The value at a path of names with dots between them, where it is there and can be read.
    pub fn at(&self, path: &str) -> Option<Value> {
        let (name, inside) = path.split_once('.').unwrap_or((path, ""));
        let value = match self {
            Params::Built(value) => value.get(name)?.clone(),
            Params::Sent(fields) => serde_json::from_str(fields.get(name)?.get()).ok()?,
        };
        inside.split('.').filter(|name| !name.is_empty()).try_fold(value, |value, name| value.get(name).cloned())
    }

    /// All of them as one tree; an error names what can't be read.
    pub fn into_value(self) -> Result<Value> {
        let fields = match self {
            Params::Built(value) => return Ok(value),
            Params::Sent(fields) => fields,
        };
        let read = |(name, text): (String, Box<RawValue>)| match serde_json::from_str(text.get()) {
            Ok(value) => Ok((name, value)),
            Err(error) => Err(Error::invalid_params(format!("{name}: the value can't be read: {error}")).field(name)),
        };
        Ok(Value::Object(fields.into_iter().map(read).collect::<Result<Map<_, _>>>()?))
    }
}

/// None.
impl Default for Params {
    fn default() -> Self {
        Params::Built(Value::Null)
    }
}

impl From<Value> for Params {
    fn from(value: Value) -> Self {
        Params::Built(value)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Params;

    #[test]
    fn values_are_found_however_they_came() {
        let tree = json!({ "left": { "path": "/x", "n": null }, "id": "a" });
        for params in [Params::from(tree.clone()), Params::Sent(serde_json::from_str(&tree.to_string()).unwrap())] {
            assert_eq!(params.at("id"), Some(json!("a")));
            assert_eq!(params.at("left.path"), Some(json!("/x")));
            assert_eq!(params.at("left.n"), Some(json!(null)));
            assert_eq!((params.at("right"), params.at("left.path.x")), (None, None));
            assert_eq!(params.into_value().unwrap(), tree);
        }
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for text in [
            r#"{"a": 1, "b": ["\ud800"]}"#,
            r#"{"b": 1e999}"#,
            &format!(r#"{{"b": {0}{1}}}"#, "[".repeat(999), "]".repeat(999)),
        ] {
            let params = Params::Sent(serde_json::from_str(text).unwrap());
            assert_eq!(params.at("b"), None);
            let error = params.into_value().unwrap_err();
            assert_eq!(error.data().field.as_deref(), Some("b"), "{error}");
        }
    }
}
