//! The OpenAPI document: the resources over HTTP, with the shapes that the operations publish.

use serde_json::{Map, Value, json};

use super::catalog::{COMPONENTS, Catalog, Entry};
use super::schemas::{META, strip};
use crate::model::Kind;
use crate::model::number::LARGEST;
use crate::operations::rest::{Answer, Body, RESOURCES, Resource, Verb, Word, Written};

/// The document for all resources.
pub(super) fn document(catalog: &Catalog) -> Value {
    let mut paths = Map::new();
    paths.insert("/healthz".to_owned(), json!({ "get": health() }));
    paths.insert("/openapi.json".to_owned(), json!({ "get": own_description() }));
    paths.insert("/rpc".to_owned(), json!({ "post": rpc(catalog) }));
    for resource in RESOURCES {
        let entry = catalog.entries.iter().find(|entry| entry.method.name == resource.operation);
        let entry = entry.unwrap_or_else(|| panic!("{} is no operation", resource.operation));
        let path = paths.entry(resource.path.to_owned()).or_insert_with(|| json!({}));
        path[verb(resource.verb)] = operation(catalog, resource, entry);
    }
    let mut schemas: Map<String, Value> = catalog.components.clone().into_iter().collect();
    schemas.insert("HttpError".to_owned(), error());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "keepstone",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": env!("CARGO_PKG_DESCRIPTION"),
            "license": { "name": env!("CARGO_PKG_LICENSE") },
        },
        "servers": [{ "url": "/" }],
        "security": [{}, { "token": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer", "description": "Where the server asks for a token." },
            },
        },
    })
}

/// The header that says what the client has.
const KNOWN: (&str, &str) = ("If-None-Match", "ETags that the client has already.");

fn verb(verb: Verb) -> &'static str {
    match verb {
        Verb::Get => "get",
        Verb::Post => "post",
        Verb::Put => "put",
        Verb::Delete => "delete",
    }
}

fn operation(catalog: &Catalog, resource: &Resource, entry: &Entry) -> Value {
    let mut parameters: Vec<Value> = Vec::new();
    for part in resource.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
        let (about, schema) = match part {
            "id" => ("The artifact's id.", alike(param(catalog, entry, resource.id), &["pattern"])),
            _ => ("The file's path inside the artifact.", json!({ "type": "string" })),
        };
        parameters
            .push(json!({ "name": part, "in": "path", "required": true, "description": about, "schema": schema }));
    }
    parameters.extend(resource.words.iter().map(|word| parameter(word, param(catalog, entry, word.param))));
    if resource.answer == Answer::Revised {
        parameters.push(json!({
            "name": "If-Match", "in": "header", "required": false,
            "schema": { "type": "string", "pattern": "^(\\*|\"[0-9]{1,15}\"(, *\"[0-9]{1,15}\")*)$" },
            "description": "The ETag of the revision that is meant, or several; another one is refused.",
        }));
    }
    let headers: &[(&str, &str)] = match resource.answer {
        Answer::Bytes => &[("Range", "One range of bytes."), KNOWN],
        Answer::Whole => &[KNOWN],
        _ => &[],
    };
    for (name, about) in headers {
        parameters.push(json!({
            "name": name, "in": "header", "required": false, "description": about, "schema": { "type": "string" },
        }));
    }
    let mut described = json!({
        "operationId": resource.name,
        "summary": resource.summary,
        "description": entry.description,
        "parameters": parameters,
        "responses": responses(resource, entry),
    });
    if let Some(body) = body(resource, entry) {
        described["requestBody"] = body;
    }
    described
}

/// The schema of an operation's param, or of the one inside it that a path of names leads to; null where there is none.
fn param<'a>(catalog: &'a Catalog, entry: &'a Entry, path: &str) -> &'a Value {
    path.split('/').fold(&entry.params, |schema, name| {
        let target = schema["anyOf"][0]["$ref"].as_str().and_then(|target| target.strip_prefix(COMPONENTS));
        &target.map_or(schema, |target| &catalog.components[target])["properties"][name]
    })
}

/// A text, with what a schema says of it under these names.
fn alike(schema: &Value, names: &[&str]) -> Value {
    let mut text = json!({ "type": "string" });
    for name in names {
        if let Some(said) = schema.get(name) {
            text[*name] = said.clone();
        }
    }
    text
}

/// A query parameter, as strict as the operation's param that it becomes.
fn parameter(word: &Word, param: &Value) -> Value {
    let schema = match word.written {
        Written::Text => {
            let mut text = alike(param, &["pattern"]);
            // Without a value it counts as not given.
            if let Some(Value::String(pattern)) = text.get_mut("pattern") {
                pattern.insert_str(0, "^$|");
            }
            text
        }
        Written::List if param["items"].is_object() => json!({ "type": "array", "items": param["items"] }),
        Written::List | Written::Choice | Written::Tags | Written::TagChoice => {
            json!({ "type": "array", "items": { "type": "string" } })
        }
        Written::Number => json!({
            "type": "integer", "minimum": param["minimum"].as_u64().unwrap_or(0),
            "maximum": param["maximum"].as_u64().unwrap_or(LARGEST),
        }),
        Written::Capped(_) => json!({ "type": "integer", "minimum": param["minimum"].as_u64().unwrap_or(0) }),
        Written::Flag | Written::Switch { .. } => json!({ "type": "boolean" }),
        Written::Moment => json!({ "type": "string", "format": "date-time" }),
        Written::Json => {
            let mut schema = param.clone();
            schema["type"] = json!("object");
            strip(&mut schema, &["description", "default"]);
            schema
        }
        Written::OneOf(words) => json!({ "type": "string", "enum": words }),
        Written::Mapped(words) => {
            let words: Vec<&str> = words.iter().map(|(from, _)| *from).collect();
            json!({ "type": "string", "enum": words })
        }
    };
    let mut parameter = json!({ "name": word.name(), "in": "query", "required": false, "description": word.about });
    if word.written == Written::Json {
        parameter["content"] = json!({ "application/json": { "schema": schema } });
        return parameter;
    }
    if schema["type"] == "array" {
        parameter["style"] = json!("form");
        parameter["explode"] = json!(false);
    }
    parameter["schema"] = schema;
    parameter
}

fn body(resource: &Resource, entry: &Entry) -> Option<Value> {
    let params = params(resource, entry);
    let json_body = |schema: Value| json!({ "application/json": { "schema": schema } });
    let (required, content) = match resource.body {
        Body::None => return None,
        Body::Params => {
            let required = resource.verb == Verb::Put
                || params["required"].as_array().is_some_and(|required| !required.is_empty());
            (required, json_body(params))
        }
        Body::Ids => (true, json_body(json!({ "oneOf": [params["properties"]["artifactIds"], params] }))),
        Body::File => {
            let mut content = json_body(params);
            content["application/octet-stream"] =
                json!({ "schema": { "type": "string", "contentMediaType": "application/octet-stream" } });
            (true, content)
        }
    };
    Some(json!({ "required": required, "content": content }))
}

/// The schema of an operation's params as a body has them: without those that the path says or sets, and without paths of
/// the server's machine.
fn params(resource: &Resource, entry: &Entry) -> Value {
    let mut schema = entry.params.clone();
    strip(&mut schema, &["examples"]);
    let in_path = resource.path.contains("{id}").then_some(resource.id);
    let set = resource.set.iter().map(|(name, _)| *name);
    let left_out: Vec<&str> =
        entry.method.path_params.iter().copied().chain(in_path).chain(set).chain([META]).collect();
    if let Some(properties) = schema["properties"].as_object_mut() {
        properties.retain(|name, _| !left_out.contains(&name.as_str()));
        for (given, param) in resource.renamed {
            let renamed = properties.remove(*param).map(|property| ((*given).to_owned(), property));
            properties.extend(renamed);
        }
    }
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.retain(|name| !left_out.contains(&name.as_str().unwrap_or_default()));
        for name in required {
            if let Some((given, _)) = resource.renamed.iter().find(|(_, param)| *name == *param) {
                *name = json!(given);
            }
        }
    }
    schema
}

fn responses(resource: &Resource, entry: &Entry) -> Value {
    let json_answer = |about: &str, schema: Value| json!({ "description": about, "content": { "application/json": { "schema": schema } } });
    let mut responses = Map::new();
    match resource.answer {
        Answer::Result | Answer::Revised => {
            let mut about = "The result.";
            if resource.body == Body::File {
                about = "It was there already.";
                responses.insert("201".to_owned(), json_answer("It is published.", entry.result.clone()));
            }
            let mut answer = json_answer(about, entry.result.clone());
            if resource.answer == Answer::Revised {
                answer["headers"] = etag();
            }
            responses.insert("200".to_owned(), answer);
        }
        Answer::Whole => {
            let beside = json!({
                "type": "object",
                "properties": { "files": { "type": "array" }, "relationships": { "type": "object" } },
                "required": ["files", "relationships"],
            });
            let schema = json!({ "allOf": [entry.result, beside] });
            let mut answer = json_answer("The artifact.", schema);
            answer["headers"] = etag();
            responses.insert("200".to_owned(), answer);
            let known =
                "The artifact still has the revision that the client has; what it is related to may have grown.";
            responses.insert("304".to_owned(), json!({ "description": known }));
        }
        Answer::Files => {
            let schema = json!({
                "type": "object",
                "properties": {
                    "artifactId": { "type": "string" },
                    "files": entry.result,
                    "count": { "type": "integer" },
                },
                "required": ["artifactId", "files", "count"],
            });
            responses.insert("200".to_owned(), json_answer("The files.", schema));
        }
        Answer::Bytes => {
            let bytes = |about: &str| json!({ "description": about, "headers": etag(), "content": { "*/*": { "schema": {} } } });
            responses.insert("200".to_owned(), bytes("The whole file."));
            responses.insert("206".to_owned(), bytes("The range."));
            responses.insert("304".to_owned(), json!({ "description": "The client has it." }));
        }
    }
    responses.extend(failures(&statuses(resource)));
    responses.into()
}

fn etag() -> Value {
    json!({ "ETag": { "description": "What If-Match and If-None-Match take.", "schema": { "type": "string" } } })
}

/// The statuses of failures that a resource can answer, beside those of every one.
fn statuses(resource: &Resource) -> Vec<u16> {
    let mut statuses = vec![400, 404, 413, 422];
    match resource.verb {
        Verb::Get => {}
        Verb::Put => statuses.extend([409, 412, 415, 507]),
        Verb::Post => statuses.extend([409, 415, 507]),
        Verb::Delete => statuses.extend([409, 412, 507]),
    }
    if resource.answer == Answer::Bytes {
        statuses.push(416);
    }
    statuses
}

fn failures(own: &[u16]) -> Map<String, Value> {
    let mut statuses: Vec<u16> = own.iter().copied().chain([401, 403, 500, 501, 503]).collect();
    statuses.sort_unstable();
    let failure = |status: u16| {
        let about = match status {
            400 => "The request can't be understood; `field` names what is wrong.",
            401 => "The token is missing or wrong.",
            403 => {
                "It may not be done: a foreign page, a path of the server's machine, something protected, a read-only store."
            }
            404 => "It was not found.",
            409 => "It contradicts what is there.",
            412 => "The artifact has another revision than If-Match says.",
            413 => "It is too large.",
            415 => "The body is no JSON.",
            416 => "The file has no such range.",
            422 => "The data itself can't be taken.",
            501 => "keepstone can't do that.",
            503 => "Another process kept the store for too long, or the server is ending: send it again.",
            507 => "The disk is full.",
            _ => "The stored bytes are damaged, or keepstone has a defect.",
        };
        let content = json!({ "application/json": { "schema": { "$ref": format!("{COMPONENTS}HttpError") } } });
        (status.to_string(), json!({ "description": about, "content": content }))
    };
    statuses.into_iter().map(failure).collect()
}

fn error() -> Value {
    let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    json!({
        "description": "Why a request failed.",
        "type": "object",
        "properties": {
            "error": { "type": "string", "description": "One clear sentence." },
            "code": { "type": "integer", "description": "The JSON-RPC code of the kind." },
            "kind": { "type": "string", "enum": kinds },
            "retryable": { "type": "boolean", "description": "Whether the same request may succeed later." },
            "hint": { "type": "string", "description": "The way out, where there is one." },
            "field": { "type": "string", "description": "The parameter at fault." },
        },
        "required": ["error", "code", "kind", "retryable"],
    })
}

fn health() -> Value {
    let schema = json!({
        "type": "object", "properties": { "available": { "type": "boolean" } }, "required": ["available"],
    });
    let answer = |about: &str| json!({ "description": about, "content": { "application/json": { "schema": schema } } });
    let mut responses = failures(&[]);
    responses.insert("200".to_owned(), answer("The store can be used."));
    responses.insert("503".to_owned(), answer("The store can't be used."));
    json!({
        "operationId": "health",
        "summary": "Say whether the store can be used",
        "security": [{}],
        "parameters": [],
        "responses": responses,
    })
}

fn own_description() -> Value {
    let mut responses = failures(&[]);
    let content = json!({ "application/json": { "schema": { "type": "object" } } });
    responses.insert("200".to_owned(), json!({ "description": "This document.", "content": content }));
    json!({ "operationId": "openapi", "summary": "Get this document", "parameters": [], "responses": responses })
}

fn rpc(catalog: &Catalog) -> Value {
    let methods: Vec<&str> = catalog.entries.iter().map(|entry| entry.method.name).collect();
    let call = json!({
        "type": "object",
        "properties": {
            "jsonrpc": { "const": "2.0" },
            "id": { "type": ["string", "integer", "null"] },
            "method": { "type": "string", "examples": methods },
            "params": { "type": ["object", "null"] },
        },
        "required": ["jsonrpc", "method"],
    });
    let reply = json!({
        "type": "object",
        "properties": {
            "jsonrpc": { "const": "2.0" },
            "id": { "type": ["string", "integer", "null"] },
            "result": {},
            "error": { "type": "object" },
        },
    });
    let one_or_many = |schema: &Value| json!({ "oneOf": [schema, { "type": "array", "items": schema }] });
    let content = |schema: Value| json!({ "application/json": { "schema": schema } });
    let mut responses = failures(&[400, 413, 415]);
    responses.insert(
        "200".to_owned(),
        json!({ "description": "The reply, of success or failure, or those of a batch.", "content": content(one_or_many(&reply)) }),
    );
    responses.insert("204".to_owned(), json!({ "description": "There were only notifications." }));
    json!({
        "operationId": "rpc",
        "summary": "Call any method by JSON-RPC 2.0",
        "description": "schemas/openrpc.json and the method rpc.discover describe the methods.",
        "parameters": [],
        "requestBody": { "required": true, "content": content(one_or_many(&call)) },
        "responses": responses,
    })
}
