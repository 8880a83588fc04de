//! What holds of every published schema and of the OpenRPC document, whatever operations there are.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use keepstone::model::number::LARGEST;
use keepstone::operations::OPERATIONS;
use serde_json::{Value, json};

use crate::schemas;

fn published(file: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// Calls `visit` with every schema inside a schema, and where it stands.
fn each_schema(schema: &Value, at: &str, visit: &mut impl FnMut(&Value, &str)) {
    visit(schema, at);
    let Some(object) = schema.as_object() else { return };
    for (key, value) in object {
        let at = format!("{at}/{key}");
        match key.as_str() {
            "properties" | "$defs" | "patternProperties" | "dependentSchemas" => {
                for (name, schema) in value.as_object().unwrap() {
                    each_schema(schema, &format!("{at}/{name}"), visit);
                }
            }
            "anyOf" | "oneOf" | "allOf" | "prefixItems" => {
                for (index, schema) in value.as_array().unwrap().iter().enumerate() {
                    each_schema(schema, &format!("{at}/{index}"), visit);
                }
            }
            "items"
            | "additionalProperties"
            | "unevaluatedProperties"
            | "propertyNames"
            | "contains"
            | "not"
            | "if"
            | "then"
            | "else" => each_schema(value, &at, visit),
            _ => {}
        }
    }
}

/// What is wrong with a schema of params or of a result, however deep.
fn faults(file: &str, schema: &Value, params: bool) -> Vec<String> {
    let mut faults = Vec::new();
    each_schema(schema, file, &mut |schema, at| {
        let mut fault = |what: &str| faults.push(format!("{at}: {what}"));
        let Some(object) = schema.as_object() else { return };
        if let Some(target) = object.get("$ref") {
            if object.contains_key("properties") || object.contains_key("type") {
                fault("`$ref` beside a shape: generators of client types lose one of them; use a struct variant");
            }
            if !target.as_str().unwrap().starts_with("#/$defs/") {
                fault("`$ref` leads out of the file");
            }
        }
        if let Some(Value::String(format)) = object.get("format")
            && !["date", "date-time", "uri", "uuid"].contains(&format.as_str())
        {
            fault(&format!("`format: {format}` is not of JSON Schema"));
        }
        let integer = object.get("type").is_some_and(|kind| {
            kind == "integer" || kind.as_array().is_some_and(|kinds| kinds.contains(&json!("integer")))
        });
        let bounded = object.get("maximum").and_then(Value::as_u64).is_some_and(|maximum| maximum <= LARGEST)
            && object.contains_key("minimum");
        if integer && !bounded && !object.contains_key("enum") && !object.contains_key("const") {
            fault("an integer without bounds within 2^53-1");
        }
        let Some(properties) = object.get("properties").and_then(Value::as_object) else { return };
        let required = object.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        let meta = at.ends_with("/RequestMeta");
        if params && !meta && object.get("additionalProperties") != Some(&json!(false)) {
            fault("unknown parameters are let through: the type needs `deny_unknown_fields`");
        }
        for (name, property) in properties {
            if name.contains('_') && name != "_meta" {
                fault(&format!("`{name}` is no camelCase: the type needs `rename_all`, an enum `rename_all_fields`"));
            }
            let documented =
                name == "_meta" || property.get("description").is_some() || property.get("const").is_some();
            if !documented {
                fault(&format!("`{name}` has no doc comment"));
            }
            if !params && !required.contains(&json!(name)) {
                fault(&format!("`{name}` may be absent from a result: no `skip_serializing_if`, null says it"));
            }
        }
    });
    faults
}

#[test]
fn schemas_keep_the_rules_of_the_house() {
    let mut found = Vec::new();
    for method in OPERATIONS {
        for side in ["params", "result"] {
            let file = format!("{}.{side}.json", method.name);
            let schema = published(&file);
            found.extend(faults(&file, &schema, side == "params"));
            assert_eq!(schema["$id"], format!("urn:keepstone:schema:1:{}.{side}", method.name));
            if side == "params" {
                assert_eq!(schema["type"], "object", "{file}: params are one object");
                assert!(
                    schema["description"].is_string(),
                    "{file}: the doc comment of `Params` documents the operation"
                );
                let takes_any = schema["properties"].as_object().unwrap().keys().any(|name| name != "_meta");
                assert!(schema["examples"].is_array() || !takes_any, "{file}: `Params` shows no `examples`");
                for example in schema["examples"].as_array().into_iter().flatten() {
                    schemas::check_params(method.name, example);
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn broken_rules_are_found() {
    let planted = json!({
        "type": "object",
        "properties": {
            "row_count": { "description": "x", "type": "integer", "minimum": 0, "maximum": 7 },
            "size": { "description": "x", "type": ["integer", "null"], "format": "uint64", "minimum": 0 },
            "silent": { "type": "string" },
            "both": { "description": "x", "$ref": "#/$defs/A", "type": "object" },
            "far": { "description": "x", "anyOf": [{ "$ref": "https://example.com/a" }] },
        },
        "$defs": { "A": { "type": "object", "properties": { "b": { "description": "x", "const": 1 } } } },
    });
    let in_params = faults("planted", &planted, true).join("\n");
    for expected in [
        "planted: unknown parameters",
        "planted/$defs/A: unknown parameters",
        "planted: `row_count` is no camelCase",
        "planted/properties/size: `format: uint64`",
        "planted/properties/size: an integer without bounds",
        "planted: `silent` has no doc comment",
        "planted/properties/both: `$ref` beside",
        "planted/properties/far/anyOf/0: `$ref` leads out",
    ] {
        assert!(in_params.contains(expected), "{expected}\n{in_params}");
    }
    assert!(!in_params.contains("row_count: an integer"), "{in_params}");
    let in_result = faults("planted", &planted, false).join("\n");
    assert!(in_result.contains("planted/$defs/A: `b` may be absent") && !in_result.contains("unknown"), "{in_result}");
}

/// What is wrong with an OpenRPC document.
fn openrpc_faults(document: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    references(document, &mut |target| {
        let found = target.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
        if found.is_none() {
            faults.push(format!("{target} leads nowhere"));
        }
    });
    let mut methods = BTreeSet::new();
    for method in document["methods"].as_array().unwrap() {
        let name = method["name"].as_str().unwrap();
        let mut fault = |what: String| faults.push(format!("{name}: {what}"));
        if !methods.insert(name) {
            fault("is there twice".to_owned());
        }
        if method["summary"].as_str().is_none_or(str::is_empty) {
            fault("has no summary".to_owned());
        }
        let mut params = BTreeSet::new();
        let mut optional_before = false;
        for param in method["params"].as_array().unwrap() {
            let param = resolve(document, param);
            let param_name = param["name"].as_str().unwrap();
            if !params.insert(param_name) {
                fault(format!("param {param_name} is there twice"));
            }
            if param["required"] == json!(true) && optional_before {
                fault(format!("param {param_name} must be given, but follows one that need not"));
            }
            optional_before |= param["required"] == json!(false);
            if param.get("schema").is_none() {
                fault(format!("param {param_name} has no schema"));
            }
        }
        for example in method["examples"].as_array().into_iter().flatten() {
            for given in example["params"].as_array().unwrap() {
                let param_name = given["name"].as_str().unwrap();
                let descriptors = method["params"].as_array().unwrap();
                let param =
                    descriptors.iter().map(|param| resolve(document, param)).find(|param| param["name"] == param_name);
                let Some(param) = param else {
                    fault(format!("an example gives the unknown param {param_name}"));
                    continue;
                };
                // As a root of its own, the schema finds its components where the document has them.
                let schema = json!({ "components": document["components"], "allOf": [param["schema"]] });
                if let Err(error) = jsonschema::draft7::new(&schema).unwrap().validate(&given["value"]) {
                    fault(format!("its example of {param_name} is wrong: {error}"));
                }
            }
        }
        let result = json!({ "components": document["components"], "allOf": [method["result"]["schema"]] });
        if let Err(error) = jsonschema::draft7::new(&result) {
            fault(format!("the result's schema is wrong: {error}"));
        }
    }
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        let mut inner = |schema: &Value, at: &str| {
            if schema.as_object().is_some_and(|object| object.contains_key("$ref") && object.len() > 1) {
                faults.push(format!("{at}: in draft-07 nothing counts beside `$ref`"));
            }
        };
        each_schema(schema, name, &mut inner);
    }
    faults
}

fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix('#')) {
        Some(pointer) => document.pointer(pointer).unwrap_or(value),
        None => value,
    }
}

fn references(value: &Value, visit: &mut impl FnMut(&str)) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                match value {
                    Value::String(target) if key == "$ref" => visit(target),
                    other => references(other, visit),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, visit)),
        _ => {}
    }
}

#[test]
fn the_openrpc_document_is_sound() {
    let document = published("openrpc.json");
    assert_eq!(openrpc_faults(&document), Vec::<String>::new());
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    let methods: Vec<&str> =
        document["methods"].as_array().unwrap().iter().map(|method| method["name"].as_str().unwrap()).collect();
    assert_eq!(methods, OPERATIONS.iter().map(|method| method.name).collect::<Vec<_>>());
}

#[test]
fn an_unsound_openrpc_document_is_found_out() {
    // The first methods are enough for every fault.
    let mut good = published("openrpc.json");
    good["methods"].as_array_mut().unwrap().truncate(2);
    let found = |pointer: &str, value: Value| {
        let mut document = good.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        match document.pointer_mut(parent).unwrap_or_else(|| panic!("{pointer}")) {
            Value::Object(object) => object.insert(key.to_owned(), value),
            other => panic!("{pointer} leads into {other}"),
        };
        openrpc_faults(&document).join("\n")
    };
    assert!(found("/methods/1/name", json!("initialize")).contains("initialize: is there twice"));
    assert!(found("/methods/0/summary", json!("")).contains("has no summary"));
    assert!(found("/methods/0/params/1/name", json!("clientName")).contains("clientName is there twice"));
    assert!(found("/methods/0/params/1/required", json!(true)).contains("follows one that need not"));
    assert!(
        found("/components/schemas/Ordering", json!({ "$ref": "#/components/schemas/None" })).contains("leads nowhere")
    );
    let sibling = json!({ "$ref": "#/components/schemas/Limits", "description": "x" });
    assert!(found("/components/schemas/Ordering", sibling).contains("nothing counts beside"));
    let example =
        json!([{ "name": "e", "params": [{ "name": "ordering", "value": "whim" }, { "name": "who", "value": 1 }] }]);
    let wrong = found("/methods/0/examples", example);
    assert!(wrong.contains("example of ordering is wrong") && wrong.contains("unknown param who"), "{wrong}");
}
