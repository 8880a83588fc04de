//! Reads one line: JSON-RPC requests, notifications, batches and plain envelopes.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::model::Params;

use super::{
    Address, BATCH_REQUESTS_MAX, Call, ErrorCode, Fault, Form, INTEGER_MAX, Id, Incoming, Message, Place, Token,
};

/// Reads one line, which is not blank.
pub fn parse(line: &[u8]) -> Incoming {
    let text = match std::str::from_utf8(line) {
        Ok(text) => text,
        Err(error) => {
            let message = format!("the line is no UTF-8 from byte {} on", error.valid_up_to());
            return Incoming::One(Message::Fault(Fault::anonymous(ErrorCode::ParseError, message)));
        }
    };
    match serde_json::from_str::<Shape>(text) {
        Ok(Shape::Array { count: 0, .. }) => invalid("a batch holds at least one request"),
        Ok(Shape::Array { count, .. }) if count > BATCH_REQUESTS_MAX => {
            invalid(&format!("a batch holds at most {BATCH_REQUESTS_MAX} requests, this one {count}"))
        }
        Ok(Shape::Array { items, .. }) => Incoming::Batch(items.into_iter().map(message).collect()),
        Ok(single) => Incoming::One(message(single)),
        Err(error) => {
            let message = format!("the line is no JSON: {error}");
            Incoming::One(Message::Fault(Fault::anonymous(ErrorCode::ParseError, message)))
        }
    }
}

fn invalid(message: &str) -> Incoming {
    Incoming::One(Message::Fault(Fault::anonymous(ErrorCode::InvalidRequest, message)))
}

/// JSON as far as an envelope cares: an object with its keys, an array, or anything else.
enum Shape<'a> {
    Object { fields: Fields<'a>, twice: Option<String> },
    Array { items: Vec<Shape<'a>>, count: usize },
    Other,
}

type Fields<'a> = BTreeMap<String, &'a RawValue>;

impl<'de> Deserialize<'de> for Shape<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShapeVisitor)
    }
}

struct ShapeVisitor;

impl<'de> Visitor<'de> for ShapeVisitor {
    type Value = Shape<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Shape<'de>, A::Error> {
        let mut fields = Fields::new();
        let mut twice = None;
        while let Some((key, value)) = map.next_entry::<String, &RawValue>()? {
            match fields.entry(key) {
                Entry::Vacant(free) => _ = free.insert(value),
                Entry::Occupied(taken) => _ = twice.get_or_insert_with(|| taken.key().clone()),
            }
        }
        Ok(Shape::Object { fields, twice })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Shape<'de>, A::Error> {
        let mut items = Vec::new();
        let mut count = 0;
        while items.len() <= BATCH_REQUESTS_MAX {
            match seq.next_element()? {
                Some(item) => items.push(item),
                None => return Ok(Shape::Array { count, items }),
            }
            count += 1;
        }
        // What is beyond the limit is refused, so it is only counted: 32 MiB of zeros must not fill the memory.
        while seq.next_element::<IgnoredAny>()?.is_some() {
            count += 1;
        }
        Ok(Shape::Array { items: Vec::new(), count })
    }

    fn visit_bool<E>(self, _: bool) -> Result<Shape<'de>, E> {
        Ok(Shape::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Shape<'de>, E> {
        Ok(Shape::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Shape<'de>, E> {
        Ok(Shape::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Shape<'de>, E> {
        Ok(Shape::Other)
    }

    fn visit_str<E>(self, _: &str) -> Result<Shape<'de>, E> {
        Ok(Shape::Other)
    }

    fn visit_unit<E>(self) -> Result<Shape<'de>, E> {
        Ok(Shape::Other)
    }
}

fn message(shape: Shape) -> Message {
    let Shape::Object { mut fields, twice } = shape else {
        return Message::Fault(Fault::anonymous(ErrorCode::InvalidRequest, "a request is an object"));
    };
    let plain = fields.contains_key("operation") && !fields.contains_key("jsonrpc");
    if !plain && !fields.contains_key("method") && (fields.contains_key("result") || fields.contains_key("error")) {
        return Message::Response;
    }
    let form = match plain {
        true => Form::Plain(fields.remove("operation").and_then(read).unwrap_or_default()),
        false => Form::JsonRpc,
    };
    let (id, id_is_valid) = match fields.remove("id") {
        Some(id) => match read(id).as_ref().and_then(id_of) {
            Some(id) => (Some(id), true),
            None => (Some(Id::Null), false),
        },
        None => (None, true),
    };
    let fault = |code, message: String, field| {
        let address = Address { form: form.clone(), id: id.clone().unwrap_or(Id::Null) };
        Message::Fault(Fault { address, code, message, field })
    };
    if let Some(key) = twice {
        // Which of two ids is meant nobody can tell.
        let id = if key == "id" { Id::Null } else { id.unwrap_or(Id::Null) };
        let address = Address { form, id };
        let message = format!("the key {key:?} is given twice");
        return Message::Fault(Fault { address, code: ErrorCode::InvalidRequest, message, field: None });
    }
    if !id_is_valid {
        let message = format!("an id is a string, null or a whole number from 0 to {INTEGER_MAX}");
        return fault(ErrorCode::InvalidRequest, message, Some("id"));
    }
    let parts = if plain { read_plain(&form, fields) } else { read_json_rpc(&fields) };
    match parts {
        Ok((method, params, token, place)) => {
            let address = match (&form, id) {
                (_, Some(id)) => Some(Address { form, id }),
                (Form::Plain(_), None) => Some(Address { form, id: Id::Null }),
                (Form::JsonRpc, None) => None,
            };
            Message::Call(Call { method, params: Params::Sent(params), token, place, address })
        }
        Err((code, message, field)) => fault(code, message, field),
    }
}

/// A value that is looked at here; none where it is JSON that can't be read, such as half of a surrogate pair.
fn read(text: &RawValue) -> Option<Value> {
    serde_json::from_str(text.get()).ok()
}

type Sent = BTreeMap<String, Box<RawValue>>;
type Parts = (String, Sent, Option<Token>, Place);
type Wrong = (ErrorCode, String, Option<&'static str>);

fn read_json_rpc(fields: &Fields) -> Result<Parts, Wrong> {
    let text = |name| fields.get(name).map(|text| read(text).and_then(|value| value.as_str().map(str::to_owned)));
    match text("jsonrpc") {
        Some(Some(version)) if version == "2.0" => {}
        Some(_) => return Err((ErrorCode::InvalidRequest, "jsonrpc must be \"2.0\"".to_owned(), Some("jsonrpc"))),
        None => {
            let message = "a request has \"jsonrpc\": \"2.0\" and a method, or else an operation".to_owned();
            return Err((ErrorCode::InvalidRequest, message, Some("jsonrpc")));
        }
    }
    let Some(Some(method)) = text("method") else {
        return Err((ErrorCode::InvalidRequest, "method must be a string".to_owned(), Some("method")));
    };
    let params = match fields.get("params").map(|params| serde_json::from_str::<Option<Sent>>(params.get())) {
        None => Sent::new(),
        Some(Ok(params)) => params.unwrap_or_default(),
        Some(Err(_)) => {
            return Err((ErrorCode::InvalidParams, "params must be an object".to_owned(), Some("params")));
        }
    };
    let token = token(params.get("_meta").map(|meta| &**meta))?;
    Ok((method, params, token, Place::default()))
}

fn read_plain(form: &Form, fields: Fields) -> Result<Parts, Wrong> {
    let Form::Plain(Value::String(method)) = form else {
        return Err((ErrorCode::InvalidRequest, "operation must be a string".to_owned(), Some("operation")));
    };
    let mut place = Place::default();
    let mut meta = None;
    let mut params = Sent::new();
    for (key, value) in fields {
        let name = camel_case(&key);
        match name.as_str() {
            "manifestDb" => place.manifest_db = path(value, "manifest_db")?,
            "artifactsRoot" => place.artifacts_root = path(value, "artifacts_root")?,
            // The schema file that the Python wrapper was told of: the binary has its own.
            "manifestSql" => {}
            "_meta" => meta = Some(value),
            _ if params.contains_key(&name) => {
                return Err((ErrorCode::InvalidParams, format!("{name} is given twice, also as {key}"), None));
            }
            _ => {
                params.insert(name, value.to_owned());
            }
        }
    }
    Ok((method.clone(), params, token(meta)?, place))
}

fn path(value: &RawValue, field: &'static str) -> Result<Option<String>, Wrong> {
    match read(value) {
        Some(Value::Null) => Ok(None),
        Some(Value::String(path)) => Ok(Some(path)),
        _ => Err((ErrorCode::InvalidParams, format!("{field} must be a path"), Some(field))),
    }
}

fn token(meta: Option<&RawValue>) -> Result<Option<Token>, Wrong> {
    let token = match meta.map(read) {
        None | Some(Some(Value::Null)) => return Ok(None),
        Some(Some(Value::Object(mut meta))) => meta.shift_remove("progressToken"),
        Some(_) => return Err((ErrorCode::InvalidParams, "_meta must be an object".to_owned(), Some("_meta"))),
    };
    match token {
        None | Some(Value::Null) => Ok(None),
        Some(token @ Value::String(_)) => Ok(Some(Token(token))),
        Some(Value::Number(number)) if number.as_i64().is_some_and(|number| number.unsigned_abs() <= INTEGER_MAX) => {
            Ok(Some(Token(Value::Number(number))))
        }
        Some(_) => {
            let message = format!("progressToken must be a string or a whole number up to {INTEGER_MAX}");
            Err((ErrorCode::InvalidParams, message, Some("_meta.progressToken")))
        }
    }
}

/// The id that a value stands for, where it may be one.
pub fn id_of(value: &Value) -> Option<Id<'static>> {
    match value {
        Value::Null => Some(Id::Null),
        Value::String(text) => Some(Id::Str(text.clone().into())),
        Value::Number(number) => number.as_u64().filter(|number| *number <= INTEGER_MAX).map(Id::Number),
        _ => None,
    }
}

/// `artifact_id` as `artifactId`; `_meta` stays.
pub(super) fn camel_case(key: &str) -> String {
    let mut name = String::with_capacity(key.len());
    let mut raise = false;
    for letter in key.chars() {
        match letter {
            '_' if !name.is_empty() => raise = true,
            _ if raise => {
                name.extend(letter.to_uppercase());
                raise = false;
            }
            _ => name.push(letter),
        }
    }
    name
}

#[cfg(test)]
mod tests;
