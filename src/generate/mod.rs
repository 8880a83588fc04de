//! What is made from the list of operations for other programs and for people: schemas, the OpenRPC and OpenAPI documents,
//! the reference, the typed parts of the clients. Pure functions: a test writes the files and fails when they are stale.

mod catalog;
mod openapi;
mod openrpc;
mod python;
mod reference;
mod schemas;
#[cfg(test)]
mod tests;
mod typescript;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::model::Hash;
use crate::operations::{Method, OPERATIONS};
use catalog::Catalog;
use schemas::Side;

/// How the generated files are made again.
pub const COMMAND: &str = "UPDATE=1 cargo test generated";

/// Every generated file: its path from the root of the repository, and its content.
pub fn files() -> BTreeMap<String, String> {
    let mut files = schema_files();
    let schema_hash = hash_of(&files);
    files.insert("src/generate/schemas.sha256".to_owned(), format!("{schema_hash}\n"));
    let catalog = Catalog::of(OPERATIONS);
    files.insert("schemas/openrpc.json".to_owned(), pretty(&openrpc::document(&catalog)));
    files.insert("schemas/openapi.json".to_owned(), pretty(&openapi::document(&catalog)));
    files.insert("docs/operations.md".to_owned(), reference::page(&catalog));
    files.extend(typescript::files(&catalog, &schema_hash));
    files.extend(python::files(&catalog));
    files
}

/// SHA-256 over the schemas of params, results and errors: equal hashes, equal shapes. It is a generated file too, since a
/// session that begins must not wait until every schema is made.
pub fn schema_hash() -> String {
    include_str!("schemas.sha256").trim_end().to_owned()
}

/// The OpenRPC document.
pub fn openrpc() -> Value {
    openrpc::document(&Catalog::of(OPERATIONS))
}

/// The OpenAPI document.
pub fn openapi() -> Value {
    openapi::document(&Catalog::of(OPERATIONS))
}

/// `{params, result}` of one method (or alias); of all of them, by name, without one. `None` when there is no such method.
pub fn schema(method: Option<&str>) -> Option<Value> {
    let both = |method: &Method| json!({ "params": schemas::of(method, Side::Params), "result": schemas::of(method, Side::Result) });
    match method {
        Some(name) => Method::find(name).map(both),
        None => {
            Some(OPERATIONS.iter().map(|method| (method.name.to_owned(), both(method))).collect::<Map<_, _>>().into())
        }
    }
}

fn schema_files() -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for method in OPERATIONS {
        for side in [Side::Params, Side::Result] {
            let path = format!("schemas/{}.{}.json", method.name, side.name());
            files.insert(path, pretty(&schemas::of(method, side)));
        }
    }
    files.insert("schemas/error.json".to_owned(), pretty(&schemas::error()));
    files
}

/// The OpenRPC and OpenAPI documents don't count: they say the same again, and the version besides.
fn hash_of(schemas: &BTreeMap<String, String>) -> String {
    let mut hasher = Sha256::new();
    for (path, content) in schemas {
        // With its length in front, no file's end can pass for the next one's beginning.
        hasher.update(format!("{path} {}\n", content.len()));
        hasher.update(content);
    }
    Hash::finish(hasher).to_string()
}

fn pretty(value: &Value) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("a value is JSON");
    text.push('\n');
    text
}
