//! The JSON Schema (2020-12) of each operation's params and result and of errors, every one complete in itself.

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::model::Kind;
use crate::model::error::ErrorData;
use crate::model::number::LARGEST;
use crate::operations::Method;

/// What a schema describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    /// What a request carries.
    Params,
    /// What the reply carries.
    Result,
}

impl Side {
    /// The word in file names and ids.
    pub(super) fn name(self) -> &'static str {
        match self {
            Side::Params => "params",
            Side::Result => "result",
        }
    }

    /// The generator for this direction: an optional field may be left out of params and never is of a result.
    fn generator(self) -> SchemaGenerator {
        let settings = SchemaSettings::draft2020_12().with_transform(RecursiveTransform(bound_numbers));
        match self {
            Side::Params => settings.for_deserialize().into_generator(),
            Side::Result => settings.for_serialize().into_generator(),
        }
    }
}

/// The published schema of a method's params or result.
pub(super) fn of(method: &Method, side: Side) -> Value {
    let title = format!("{}{}", pascal(method.name), pascal(side.name()));
    publish(&format!("{}.{}", method.name, side.name()), &title, raw(method, side))
}

/// The published schema of a JSON-RPC error object.
pub(super) fn error() -> Value {
    let mut generator = Side::Result.generator();
    let mut data = generator.root_schema_for::<ErrorData>().to_value();
    let mut definitions = remove_object(&mut data, "$defs");
    strip(&mut data, &["$schema", "title"]);
    definitions.insert("ErrorData".to_owned(), data);
    let codes: Vec<i32> = Kind::ALL.iter().map(|kind| kind.code()).collect();
    let schema = json!({
        "description": "The `error` of a reply.",
        "type": "object",
        "properties": {
            "code": { "description": "One code for each `data.kind`.", "type": "integer", "enum": codes },
            "message": { "description": "One clear sentence.", "type": "string" },
            "data": { "$ref": "#/$defs/ErrorData" },
        },
        "required": ["code", "message", "data"],
        "$defs": definitions,
    });
    publish("error", "Error", schema)
}

/// The words in the documentation of each kind of error, in the order of `Kind::ALL`.
pub(super) fn kinds() -> Vec<(Kind, String)> {
    let schema = Side::Result.generator().root_schema_for::<Kind>().to_value();
    let variants = schema["oneOf"].as_array().cloned().unwrap_or_default();
    let describe = |kind: Kind| {
        let variant = variants.iter().find(|variant| variant["const"] == kind.name());
        variant.and_then(|variant| variant["description"].as_str()).unwrap_or_default().to_owned()
    };
    Kind::ALL.into_iter().map(|kind| (kind, describe(kind))).collect()
}

/// A method's schema with the type's own title, before it is dressed for publication.
pub(super) fn raw(method: &Method, side: Side) -> Value {
    let mut generator = side.generator();
    match side {
        Side::Params => {
            let mut schema = (method.params_schema)(&mut generator).to_value();
            loosen(&mut schema);
            add_meta(&mut schema);
            schema
        }
        Side::Result => (method.result_schema)(&mut generator).to_value(),
    }
}

/// Gives a schema its head, and puts the definitions last.
fn publish(id: &str, title: &str, mut schema: Value) -> Value {
    let definitions = remove_object(&mut schema, "$defs");
    let description = schema.get("description").cloned();
    strip(&mut schema, &["$schema", "title", "description"]);
    let mut published = Map::new();
    published.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    published.insert("$id".to_owned(), json!(format!("urn:keepstone:schema:1:{id}")));
    published.insert("title".to_owned(), json!(title));
    published.extend(description.map(|text| ("description".to_owned(), text)));
    if let Value::Object(rest) = schema {
        published.extend(rest);
    }
    if !definitions.is_empty() {
        published.insert("$defs".to_owned(), definitions.into());
    }
    published.into()
}

/// `get_artifact` as `GetArtifact`, the name that generators of client types make of a title.
pub(super) fn pascal(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
    };
    name.split(['_', '.']).map(word).collect()
}

/// Takes the object under a key out of a schema; empty when there is none.
pub(super) fn remove_object(schema: &mut Value, key: &str) -> Map<String, Value> {
    match schema.as_object_mut().and_then(|object| object.shift_remove(key)) {
        Some(Value::Object(object)) => object,
        _ => Map::new(),
    }
}

/// Removes keywords, the others keep their order.
pub(super) fn strip(schema: &mut Value, keys: &[&str]) {
    if let Some(object) = schema.as_object_mut() {
        object.retain(|key, _| !keys.contains(&key.as_str()));
    }
}

/// Bounds every integer to what its type takes and every JSON reader keeps exact, and drops the formats that only Rust
/// knows, which strict validators refuse.
fn bound_numbers(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    let is = |name: &str| match object.get("type") {
        Some(Value::String(only)) => only == name,
        Some(Value::Array(several)) => several.iter().any(|one| one == name),
        _ => false,
    };
    let (integer, number) = (is("integer"), is("number"));
    if !integer && !number {
        return;
    }
    let format = match object.shift_remove("format") {
        Some(Value::String(format)) => format,
        _ => String::new(),
    };
    if !integer || object.contains_key("enum") || object.contains_key("const") {
        return;
    }
    let (unsigned, bits) = match format.strip_prefix("uint") {
        Some(bits) => (true, bits),
        None => (false, format.strip_prefix("int").unwrap_or_default()),
    };
    let largest = match bits.parse::<u32>() {
        Ok(bits @ 1..=32) => (1_u64 << (bits - u32::from(!unsigned))) - 1,
        _ => LARGEST,
    };
    let smallest = match bits.parse::<u32>() {
        _ if unsigned => 0,
        Ok(1..=32) => -largest.cast_signed() - 1,
        _ => -largest.cast_signed(),
    };
    object.entry("minimum").or_insert(json!(smallest));
    object.entry("maximum").or_insert(json!(largest));
}

/// Lets every optional parameter be null, which means absent.
fn loosen(schema: &mut Value) {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
    for (name, property) in properties {
        if required.iter().any(|required| required == name) {
            continue;
        }
        if property.get("default") == Some(&Value::Null) {
            strip(property, &["default"]);
        }
        if !admits_null(property) {
            admit_null(property);
        }
    }
}

fn admits_null(schema: &Value) -> bool {
    let among = |key: &str, test: fn(&Value) -> bool| schema[key].as_array().is_some_and(|list| list.iter().any(test));
    match schema {
        Value::Bool(anything) => *anything,
        Value::Object(object) if object.keys().all(|key| ["description", "default", "examples"].contains(&&**key)) => {
            true
        }
        _ => {
            schema["type"] == "null"
                || among("type", |one| one == "null")
                || among("anyOf", admits_null)
                || among("oneOf", admits_null)
                || among("enum", Value::is_null)
        }
    }
}

fn admit_null(schema: &mut Value) {
    let Some(object) = schema.as_object_mut() else { return };
    if !object.contains_key("const")
        && let Some(kind @ Value::String(_)) = object.get("type").cloned()
    {
        object.insert("type".to_owned(), json!([kind, "null"]));
        if let Some(Value::Array(values)) = object.get_mut("enum") {
            values.push(Value::Null);
        }
        return;
    }
    let mut outer = Map::new();
    for note in ["description", "default", "examples"] {
        if let Some(value) = object.shift_remove(note) {
            outer.insert(note.to_owned(), value);
        }
    }
    let inner = std::mem::take(object);
    outer.insert("anyOf".to_owned(), json!([inner, { "type": "null" }]));
    *object = outer;
}

/// The parameter that every method takes besides its own.
pub(super) const META: &str = "_meta";

fn add_meta(schema: &mut Value) {
    let meta = json!({
        "description": "What a request says about itself.",
        "type": ["object", "null"],
        "properties": {
            "progressToken": {
                "description": "Asks for `$/progress` notifications, which carry this token.",
                "anyOf": [{ "type": "string" }, { "type": "integer", "minimum": -LARGEST.cast_signed(), "maximum": LARGEST }, { "type": "null" }],
            },
        },
    });
    let Some(object) = schema.as_object_mut() else { return };
    let mut insert = |key: &str, name: &str, value: Value| {
        if let Some(map) = object.entry(key).or_insert_with(|| json!({})).as_object_mut() {
            map.insert(name.to_owned(), value);
        }
    };
    insert("properties", META, json!({ "$ref": "#/$defs/RequestMeta" }));
    insert("$defs", "RequestMeta", meta);
}
