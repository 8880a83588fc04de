//! Reads one line: JSON-RPC requests, notifications, batches and plain envelopes.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

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
        Err(error) => Incoming::One(Message::Fault(unreadable(text, &error))),
    }
}

fn invalid(message: &str) -> Incoming {
    Incoming::One(Message::Fault(Fault::anonymous(ErrorCode::InvalidRequest, message)))
}

/// JSON as far as an envelope cares: an object with its keys, an array, or anything else.
enum Shape {
    Object { fields: Map<String, Value>, twice: Option<String> },
    Array { items: Vec<Shape>, count: usize },
    Other,
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShapeVisitor)
    }
}

struct ShapeVisitor;

impl<'de> Visitor<'de> for ShapeVisitor {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Shape, A::Error> {
        let mut fields = Map::new();
        let mut twice = None;
        while let Some((key, value)) = map.next_entry::<String, Value>()? {
            if fields.contains_key(&key) {
                twice.get_or_insert(key);
            } else {
                fields.insert(key, value);
            }
        }
        Ok(Shape::Object { fields, twice })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Shape, A::Error> {
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

    fn visit_bool<E>(self, _: bool) -> Result<Shape, E> {
        Ok(Shape::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Shape, E> {
        Ok(Shape::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Shape, E> {
        Ok(Shape::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Shape, E> {
        Ok(Shape::Other)
    }

    fn visit_str<E>(self, _: &str) -> Result<Shape, E> {
        Ok(Shape::Other)
    }

    fn visit_unit<E>(self) -> Result<Shape, E> {
        Ok(Shape::Other)
    }
}

/// A line that serde can't read may still be JSON (a lone surrogate, a number beyond every range): then its id can be
/// told, and its sender need not wait for ever.
fn unreadable(text: &str, error: &serde_json::Error) -> Fault {
    let reason = error.to_string();
    let envelope = serde_json::from_str::<BTreeMap<String, &RawValue>>(text).ok();
    let id = envelope.as_ref().and_then(|fields| fields.get("id")?.get().parse::<Value>().ok());
    match id.and_then(|id| id_of(&id)) {
        Some(id) if !reason.contains("recursion limit") => {
            let mut fault = Fault::anonymous(ErrorCode::InvalidParams, format!("a value can't be read: {reason}"));
            fault.address.id = id;
            fault
        }
        _ => Fault::anonymous(ErrorCode::ParseError, format!("the line is no JSON: {reason}")),
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
        true => Form::Plain(fields.shift_remove("operation").unwrap_or_default()),
        false => Form::JsonRpc,
    };
    let (id, id_is_valid) = match fields.shift_remove("id") {
        Some(id) => match id_of(&id) {
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
    let read = if plain { read_plain(&form, fields) } else { read_json_rpc(fields) };
    match read {
        Ok((method, params, token, place)) => {
            let address = match (&form, id) {
                (_, Some(id)) => Some(Address { form, id }),
                (Form::Plain(_), None) => Some(Address { form, id: Id::Null }),
                (Form::JsonRpc, None) => None,
            };
            Message::Call(Call { method, params, token, place, address })
        }
        Err((code, message, field)) => fault(code, message, field),
    }
}

type Parts = (String, Value, Option<Token>, Place);
type Wrong = (ErrorCode, String, Option<&'static str>);

fn read_json_rpc(mut fields: Map<String, Value>) -> Result<Parts, Wrong> {
    match fields.get("jsonrpc") {
        Some(Value::String(version)) if version == "2.0" => {}
        Some(_) => return Err((ErrorCode::InvalidRequest, "jsonrpc must be \"2.0\"".to_owned(), Some("jsonrpc"))),
        None => {
            let message = "a request has \"jsonrpc\": \"2.0\" and a method, or else an operation".to_owned();
            return Err((ErrorCode::InvalidRequest, message, Some("jsonrpc")));
        }
    }
    let Some(Value::String(method)) = fields.shift_remove("method") else {
        return Err((ErrorCode::InvalidRequest, "method must be a string".to_owned(), Some("method")));
    };
    let params = fields.shift_remove("params").unwrap_or_default();
    let token = match &params {
        Value::Object(params) => token(params.get("_meta"))?,
        Value::Null => None,
        _ => return Err((ErrorCode::InvalidParams, "params must be an object".to_owned(), Some("params"))),
    };
    Ok((method, params, token, Place::default()))
}

fn read_plain(form: &Form, fields: Map<String, Value>) -> Result<Parts, Wrong> {
    let Form::Plain(Value::String(method)) = form else {
        return Err((ErrorCode::InvalidRequest, "operation must be a string".to_owned(), Some("operation")));
    };
    let mut place = Place::default();
    let mut meta = None;
    let mut params = Map::new();
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
                params.insert(name, value);
            }
        }
    }
    Ok((method.clone(), Value::Object(params), token(meta.as_ref())?, place))
}

fn path(value: Value, field: &'static str) -> Result<Option<String>, Wrong> {
    match value {
        Value::Null => Ok(None),
        Value::String(path) => Ok(Some(path)),
        _ => Err((ErrorCode::InvalidParams, format!("{field} must be a path"), Some(field))),
    }
}

fn token(meta: Option<&Value>) -> Result<Option<Token>, Wrong> {
    let token = match meta {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(meta)) => meta.get("progressToken"),
        Some(_) => return Err((ErrorCode::InvalidParams, "_meta must be an object".to_owned(), Some("_meta"))),
    };
    match token {
        None | Some(Value::Null) => Ok(None),
        Some(token @ Value::String(_)) => Ok(Some(Token(token.clone()))),
        Some(token @ Value::Number(number))
            if number.as_i64().is_some_and(|number| number.unsigned_abs() <= INTEGER_MAX) =>
        {
            Ok(Some(Token(token.clone())))
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
