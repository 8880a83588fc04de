//! `keepstone exec`: stands in for the Python wrapper that hosts used to spawn for every single operation. Whatever
//! it answers differently from the sessions is here and nowhere else.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::{About, call_once, place};
use crate::base::clock::Clock;
use crate::model::{Error, Kind, Result, Unwatched};
use crate::protocol::{Form, Incoming, Message, Place, parse};
use crate::store::{Location, Site};

/// Runs the one operation that `input` asks for. `fallback` is the store that the command line or the environment
/// names, for an input that names none. The answer is one line for stdout, or as an error one line for stderr.
pub fn exec(
    input: &[u8],
    fallback: Option<Location>,
    clock: Clock,
    about: &About,
) -> std::result::Result<String, String> {
    let mut operation = Value::Null;
    run(input, fallback, clock, about, &mut operation).map_err(|error| {
        json!({ "error": sentence(&error), "type": type_name(error.kind()), "operation": operation }).to_string()
    })
}

fn run(input: &[u8], fallback: Option<Location>, clock: Clock, about: &About, operation: &mut Value) -> Result<String> {
    let call = match parse(trimmed(input)) {
        Incoming::One(Message::Call(call)) => call,
        Incoming::One(Message::Fault(fault)) => {
            if let Form::Plain(asked) = &fault.address.form {
                operation.clone_from(asked);
            }
            return Err(super::fault::of_fault(&fault));
        }
        _ => return Err(Error::invalid_request("one JSON object with an operation is expected on standard input")),
    };
    *operation = Value::from(call.method.as_str());
    let method = about.find(&call.method).map_or(call.method.as_str(), |method| method.name);
    let site = match locate(&call.place, fallback) {
        Ok(location) => Site::new(location, clock),
        // The wrapper's health check says what is wrong, but never fails.
        Err(error) if method == "health_check" => {
            return Ok(json!({ "available": false, "error": sentence(&error) }).to_string());
        }
        Err(error) => return Err(error),
    };
    let id = call.params.at("artifactId").unwrap_or_default();
    let actor = call.params.at("writerName").and_then(|name| name.as_str().map(str::to_owned));
    let reply = call_once(&site, about, &call.method, call.params, actor.as_deref(), &Unwatched);
    // An id that no artifact can have was to the wrapper one that it didn't know.
    let unknown = reply.as_ref().is_err_and(|error| match error.kind() {
        Kind::NotFound => true,
        Kind::InvalidParams => id.is_string() && error.data().field.as_deref() == Some("artifactId"),
        _ => false,
    }) && site.store().is_ok();
    let result = match (method, reply) {
        ("get_artifact", Err(_)) if unknown => {
            return Err(Error::not_found(format!("artifact {} was not found", id.as_str().unwrap_or_default())));
        }
        // Of an artifact it did not know, the wrapper answered that nothing was known.
        ("get_lineage", Err(_)) if unknown => json!({ "artifactId": id, "inputs": [], "depth": 1, "edges": [] }),
        ("get_downstream", Err(_)) if unknown => json!([]),
        (_, reply) => serde_json::from_str(&reply?).map_err(|error| Error::internal(error.to_string()))?,
    };
    Ok(adapted(method, result).to_string())
}

fn locate(place: &Place, fallback: Option<Location>) -> Result<Location> {
    let named = place.manifest_db.as_deref().map(|manifest| place::store_folder(Path::new(manifest))).transpose()?;
    let Location { root, artifacts_root } = match (named, fallback) {
        (Some(root), Some(fallback)) if place::same_folder(&root, &fallback.root) => Location { root, ..fallback },
        (Some(root), _) => Location { root, artifacts_root: None },
        (None, Some(fallback)) => fallback,
        (None, None) => {
            return Err(Error::invalid_params("manifest_db is missing: it names the store").field("manifest_db"));
        }
    };
    let own = place.artifacts_root.as_ref().map(|folder| crate::base::files::absolute(&PathBuf::from(folder)));
    Ok(Location { root, artifacts_root: own.or(artifacts_root) })
}

fn adapted(method: &str, mut result: Value) -> Value {
    match (method, &mut result) {
        ("publish_artifact", Value::Object(fields)) => {
            for key in ["mode", "existingArtifactId"] {
                if fields.get(key).is_some_and(Value::is_null) {
                    fields.shift_remove(key);
                }
            }
        }
        ("get_lineage", Value::Object(fields)) => {
            if let Some(Value::Array(inputs)) = fields.get_mut("inputs") {
                // The form of createdAt sorts like time, and what is equal keeps its order.
                inputs.sort_by(|a, b| created_at(a).cmp(created_at(b)));
            }
        }
        // The wrapper said this much and no more; its callers show the error as it is.
        ("health_check", Value::Object(fields)) => {
            let text = |key: &str| fields.get(key).and_then(Value::as_str);
            result = match (text("error"), text("hint")) {
                (Some(error), Some(hint)) => json!({ "available": false, "error": format!("{error} ({hint})") }),
                (Some(error), None) => json!({ "available": false, "error": error }),
                (None, _) => json!({ "available": fields.get("available") }),
            };
        }
        _ => {}
    }
    fill(&mut result);
    result
}

fn created_at(artifact: &Value) -> &str {
    artifact.get("createdAt").and_then(Value::as_str).unwrap_or_default()
}

/// Gives every artifact a path and a row count: the wrapper knew tables only, and its callers insist on both.
fn fill(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(fill),
        Value::Object(fields) => {
            if fields.contains_key("pathParquet") {
                fill_artifact(fields);
            }
            // What a caller has put in is passed on as it is.
            for (key, value) in fields.iter_mut() {
                if !matches!(key.as_str(), "params" | "tags") {
                    fill(value);
                }
            }
        }
        _ => {}
    }
}

fn fill_artifact(fields: &mut Map<String, Value>) {
    let path = fields.get("path").or_else(|| fields.get("artifact")?.get("path"));
    let path = path.filter(|path| path.is_string()).cloned().unwrap_or_else(|| "".into());
    for (key, instead) in [("pathParquet", path), ("rowCount", 0.into())] {
        if let Some(value) = fields.get_mut(key).filter(|value| value.is_null()) {
            *value = instead;
        }
    }
}

/// Message and way out in one: the wrapper's callers show nothing else.
fn sentence(error: &Error) -> String {
    match error.hint_text() {
        Some(hint) => format!("{} ({hint})", error.message()),
        None => error.message().to_owned(),
    }
}

/// `NotFoundError` for not_found, as exception classes are named.
fn type_name(kind: Kind) -> String {
    let mut name: String = kind
        .name()
        .split('_')
        .filter(|word| *word != "error")
        .flat_map(|word| word[..1].to_uppercase().chars().chain(word[1..].chars()).collect::<Vec<_>>())
        .collect();
    name.push_str("Error");
    name
}

/// Without the mark that some shells put before what they pipe.
fn trimmed(input: &[u8]) -> &[u8] {
    input.strip_prefix(b"\xef\xbb\xbf").unwrap_or(input).trim_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_named_like_exceptions() {
        assert_eq!(type_name(Kind::NotFound), "NotFoundError");
        assert_eq!(type_name(Kind::InvalidData), "InvalidDataError");
        assert_eq!(type_name(Kind::ParseError), "ParseError");
        assert_eq!(type_name(Kind::Internal), "InternalError");
    }

    #[test]
    fn artifacts_always_have_a_path_and_a_row_count() {
        let file = json!({ "artifactId": "a", "path": "/o/a", "pathParquet": null, "rowCount": null, "minTs": null,
            "params": { "pathParquet": null } });
        let table = json!({ "artifactId": "b", "path": "/o/b", "pathParquet": "/n/b", "rowCount": 3 });
        let purged = json!({ "artifactId": "c", "path": null, "pathParquet": null, "rowCount": 2 });
        let list = adapted("list_artifacts", json!([file, null, table, purged]));
        assert_eq!(
            list,
            json!([
                { "artifactId": "a", "path": "/o/a", "pathParquet": "/o/a", "rowCount": 0, "minTs": null,
                    "params": { "pathParquet": null } },
                null,
                { "artifactId": "b", "path": "/o/b", "pathParquet": "/n/b", "rowCount": 3 },
                { "artifactId": "c", "path": null, "pathParquet": "", "rowCount": 2 },
            ])
        );
        let published = json!({ "success": true, "deduped": false, "mode": null, "existingArtifactId": null,
            "artifactId": "a", "pathParquet": null, "rowCount": null, "artifact": { "path": "/o/a", "pathParquet": null } });
        assert_eq!(
            adapted("publish_artifact", published),
            json!({ "success": true, "deduped": false, "artifactId": "a", "pathParquet": "/o/a", "rowCount": 0,
                "artifact": { "path": "/o/a", "pathParquet": "/o/a" } })
        );
    }

    #[test]
    fn inputs_are_listed_oldest_first() {
        let at = |id: &str, second: &str| json!({ "artifactId": id, "createdAt": format!("2026-01-01T00:00:{second}.000Z") });
        let lineage =
            json!({ "artifactId": "x", "inputs": [at("c", "30"), at("a", "10"), at("b", "20"), at("d", "10")] });
        let ids: Vec<_> = adapted("get_lineage", lineage)["inputs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|input| input["artifactId"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(ids, ["a", "d", "b", "c"]);
    }
}
