//! The OpenRPC document. Its schemas are draft-07, so this is a projection of the published ones.

use schemars::Schema;
use schemars::transform::{RemoveRefSiblings, ReplacePrefixItems, ReplaceUnevaluatedProperties, Transform};
use serde_json::{Map, Value, json};

use super::catalog::{Catalog, Entry};
use super::schemas::{META, kinds, strip};

/// The document for all operations.
pub(super) fn document(catalog: &Catalog) -> Value {
    let components: Map<String, Value> =
        catalog.components.iter().map(|(name, schema)| (name.clone(), draft_07(schema.clone()))).collect();
    json!({
        "openrpc": "1.3.2",
        "info": {
            "title": "keepstone",
            "version": env!("CARGO_PKG_VERSION"),
            "description": env!("CARGO_PKG_DESCRIPTION"),
            "license": { "name": env!("CARGO_PKG_LICENSE") },
        },
        "methods": catalog.entries.iter().map(method).collect::<Value>(),
        "components": {
            "contentDescriptors": {
                "Meta": {
                    "name": META,
                    "required": false,
                    "schema": { "$ref": "#/components/schemas/RequestMeta" },
                },
            },
            "schemas": components,
            "errors": errors(),
        },
    })
}

fn method(entry: &Entry) -> Value {
    let mut method = json!({
        "name": entry.method.name,
        "summary": entry.summary,
        "description": entry.description,
        "paramStructure": "by-name",
        "params": params(entry),
        "result": result(entry),
        "errors": application_errors(),
        "x-idempotent": entry.method.idempotent,
    });
    if !entry.method.aliases.is_empty() {
        method["x-aliases"] = json!(entry.method.aliases);
    }
    let examples = entry.examples();
    if !examples.is_empty() {
        method["examples"] = examples.iter().enumerate().map(example).collect();
    }
    method
}

/// One descriptor for each key, those that must be given first.
fn params(entry: &Entry) -> Value {
    let mut required = Vec::new();
    let mut optional = Vec::new();
    for (name, schema, must) in entry.fields() {
        let mut descriptor = json!({ "name": name });
        if let Some(description) = schema.get("description") {
            descriptor["description"] = description.clone();
        }
        let mut schema = schema.clone();
        strip(&mut schema, &["description"]);
        descriptor["required"] = json!(must);
        descriptor["schema"] = draft_07(schema);
        if must { &mut required } else { &mut optional }.push(descriptor);
    }
    required.append(&mut optional);
    required.push(json!({ "$ref": "#/components/contentDescriptors/Meta" }));
    required.into()
}

fn result(entry: &Entry) -> Value {
    let mut descriptor = json!({ "name": "result" });
    if let Some(description) = entry.result.get("description") {
        descriptor["description"] = description.clone();
    }
    descriptor["schema"] = draft_07(entry.result.clone());
    descriptor
}

fn example((index, params): (usize, &Value)) -> Value {
    let params: Vec<Value> =
        params.as_object().into_iter().flatten().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    json!({ "name": format!("example {}", index + 1), "params": params })
}

fn errors() -> Value {
    let error = |(kind, description): (crate::model::Kind, String)| {
        let data = json!({ "kind": kind.name(), "retryable": kind.retryable() });
        (kind.name().to_owned(), json!({ "code": kind.code(), "message": description, "data": data }))
    };
    kinds().into_iter().map(error).collect::<Map<_, _>>().into()
}

/// References to the errors of the application; those of the protocol need no mention.
fn application_errors() -> Value {
    let application = crate::model::Kind::ALL.into_iter().filter(|kind| kind.code() > 0);
    application.map(|kind| json!({ "$ref": format!("#/components/errors/{}", kind.name()) })).collect()
}

/// Says the same in draft-07, which knows no keywords beside `$ref`.
fn draft_07(schema: Value) -> Value {
    let Ok(mut schema) = Schema::try_from(schema) else { unreachable!("schemas are objects or booleans") };
    ReplaceUnevaluatedProperties::default().transform(&mut schema);
    ReplacePrefixItems::default().transform(&mut schema);
    RemoveRefSiblings::default().transform(&mut schema);
    schema.to_value()
}
