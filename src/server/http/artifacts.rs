//! The artifacts as resources: each request becomes a call of one operation, and its result the body.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{ETAG, IF_MATCH};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::app::App;
use super::query::{self, Words};
use super::{reply, upload};
use crate::model::{Error, Kind, Result};
use crate::operations::Reply;

/// The most that one page shows; who asks for more gets this many.
const LIMIT_MAX: u64 = 1000;

fn answer(result: Result<Reply>) -> Response {
    match result {
        Ok(text) => reply::json_text(text),
        Err(error) => reply::error(&error),
    }
}

/// Refuses every query word.
fn wordless(uri: &Uri) -> Result<()> {
    Words::of(uri).finish()
}

async fn parsed(app: &App, method: &str, params: Value) -> Result<Value> {
    let text = app.call(method, params, None).await?;
    serde_json::from_str(&text).map_err(|error| Error::internal(format!("a result is no JSON: {error}")))
}

/// `GET /v1/artifacts`
pub(super) async fn list(State(app): State<Arc<App>>, uri: Uri) -> Response {
    let mut words = Words::of(&uri);
    match search_params(&mut words).and_then(|params| words.finish().map(|()| params)) {
        Ok(params) => answer(app.call("search_artifacts", params, None).await),
        Err(error) => reply::error(&error),
    }
}

/// `GET /v1/artifacts/stats`
pub(super) async fn stats(State(app): State<Arc<App>>, uri: Uri) -> Response {
    match wordless(&uri) {
        Ok(()) => answer(app.call("get_stats", json!({}), None).await),
        Err(error) => reply::error(&error),
    }
}

/// `GET /v1/artifacts/{id}`: the artifact with its files and what it is related to.
pub(super) async fn show(State(app): State<Arc<App>>, Path(id): Path<String>, uri: Uri) -> Response {
    let whole = async {
        wordless(&uri)?;
        let about = json!({ "artifactId": id });
        let mut artifact = parsed(&app, "get_artifact", about.clone()).await?;
        artifact["files"] = parsed(&app, "list_files", about.clone()).await?;
        artifact["relationships"] = parsed(&app, "get_related", about).await?;
        Ok(artifact)
    };
    match whole.await {
        Ok(artifact) => {
            let tag = revision_tag(&artifact);
            let mut response = reply::json_value(&artifact);
            response.headers_mut().extend(tag.parse().map(|tag| (ETAG, tag)));
            response
        }
        Err(error) => reply::error(&error),
    }
}

/// `GET /v1/artifacts/{id}/files`
pub(super) async fn files(State(app): State<Arc<App>>, Path(id): Path<String>, uri: Uri) -> Response {
    let listed = async {
        wordless(&uri)?;
        let files = parsed(&app, "list_files", json!({ "artifactId": id })).await?;
        let count = files.as_array().map_or(0, Vec::len);
        Ok(json!({ "artifactId": id, "files": files, "count": count }))
    };
    match listed.await {
        Ok(files) => reply::json_value(&files),
        Err(error) => reply::error(&error),
    }
}

/// `GET /v1/artifacts/{id}/related` and `/relationships`
pub(super) async fn related(State(app): State<Arc<App>>, Path(id): Path<String>, uri: Uri) -> Response {
    let params = || {
        let mut words = Words::of(&uri);
        let depth = words.number(&["depth"])?;
        words.finish()?;
        Ok(json!({ "artifactId": id, "depth": depth }))
    };
    match params() {
        Ok(params) => answer(app.call("get_related", params, None).await),
        Err(error) => reply::error(&error),
    }
}

/// `PUT /v1/artifacts/{id}`: title, description, tags, archived; If-Match names the revision that is meant.
pub(super) async fn update(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let mut params = match body_with_id(&headers, body, &id).await {
        Ok(params) => params,
        Err((status, error)) => return reply::with_status(status, &error),
    };
    let matching = headers.get(IF_MATCH).and_then(|value| value.to_str().ok()).filter(|tag| *tag != "*");
    if let Some(tag) = matching {
        match revision_of(tag) {
            Some(revision) => params["revision"] = json!(revision),
            None => return precondition_failed(&id),
        }
    }
    match app.call_from_afar("update_artifact", params, query::actor(&headers)).await {
        Ok(text) => {
            let updated: Value = serde_json::from_str(&text).unwrap_or_default();
            let mut response = reply::json_text(text);
            response.headers_mut().extend(revision_tag(&updated["artifact"]).parse().map(|tag| (ETAG, tag)));
            response
        }
        Err(error) if error.kind() == Kind::Conflict && matching.is_some() => {
            reply::with_status(StatusCode::PRECONDITION_FAILED, &error)
        }
        Err(error) => reply::error(&error),
    }
}

fn precondition_failed(id: &str) -> Response {
    let error = Error::conflict(format!("artifact {id} has another revision than If-Match says"))
        .hint("its ETag is the revision in double quotes");
    reply::with_status(StatusCode::PRECONDITION_FAILED, &error)
}

/// `DELETE /v1/artifacts/{id}`: into the trash.
pub(super) async fn delete(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let params = || {
        let mut words = Words::of(&uri);
        let (reason, force) = (words.text(&["reason"])?, words.flag(&["force"])?);
        words.finish()?;
        Ok(json!({ "artifactId": id, "reason": reason, "force": force }))
    };
    match params() {
        Ok(params) => answer(app.call("delete_artifact", params, query::actor(&headers)).await),
        Err(error) => reply::error(&error),
    }
}

/// `POST /v1/artifacts/rescan`
pub(super) async fn rescan(State(app): State<Arc<App>>, headers: HeaderMap, body: Body) -> Response {
    posted(&app, "scan", headers, body).await
}

/// `POST /v1/artifacts/{id}/compare`: `{"with": "…"}`
pub(super) async fn compare(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let mut body = match upload::object(&headers, body).await {
        Ok(Value::Object(body)) => body,
        Ok(_) => return reply::error(&no_object()),
        Err((status, error)) => return reply::with_status(status, &error),
    };
    let Some(other) = body.remove("with") else {
        return reply::error(&Error::invalid_params("with: the artifact to compare with is missing").field("with"));
    };
    body.insert("left".to_owned(), json!(id));
    body.insert("right".to_owned(), other);
    answer(app.call_from_afar("compare_artifacts", Value::Object(body), None).await)
}

/// `POST /v1/artifacts/archive`: an array of ids.
pub(super) async fn archive(State(app): State<Arc<App>>, headers: HeaderMap, body: Body) -> Response {
    bulk(&app, headers, body, "bulk_update", json!({ "archived": true })).await
}

/// `POST /v1/artifacts/unarchive`: an array of ids.
pub(super) async fn unarchive(State(app): State<Arc<App>>, headers: HeaderMap, body: Body) -> Response {
    bulk(&app, headers, body, "bulk_update", json!({ "archived": false })).await
}

/// `POST /v1/artifacts/bulk-delete`: an array of ids.
pub(super) async fn bulk_delete(State(app): State<Arc<App>>, headers: HeaderMap, body: Body) -> Response {
    bulk(&app, headers, body, "bulk_delete", json!({})).await
}

/// The ids alone, as the original took them, or an object with artifactIds and more.
async fn bulk(app: &App, headers: HeaderMap, body: Body, method: &str, set: Value) -> Response {
    let mut params = match upload::object(&headers, body).await {
        Ok(Value::Array(ids)) => Map::from_iter([("artifactIds".to_owned(), Value::Array(ids))]),
        Ok(Value::Object(params)) => params,
        Ok(_) => return reply::error(&no_object()),
        Err((status, error)) => return reply::with_status(status, &error),
    };
    if let Value::Object(set) = set {
        params.extend(set);
    }
    answer(app.call_from_afar(method, Value::Object(params), query::actor(&headers)).await)
}

async fn posted(app: &App, method: &str, headers: HeaderMap, body: Body) -> Response {
    match upload::object(&headers, body).await {
        Ok(params) => answer(app.call_from_afar(method, params, query::actor(&headers)).await),
        Err((status, error)) => reply::with_status(status, &error),
    }
}

async fn body_with_id(headers: &HeaderMap, body: Body, id: &str) -> Result<Value, (StatusCode, Error)> {
    let bad = |error: Error| (reply::status_of(error.kind()), error);
    match upload::object(headers, body).await? {
        Value::Object(mut body) => match body.insert("artifactId".to_owned(), json!(id)) {
            Some(other) if other != id => {
                Err(bad(Error::invalid_params(format!("artifactId: the path names {id}, the body {other}"))
                    .field("artifactId")))
            }
            _ => Ok(Value::Object(body)),
        },
        _ => Err(bad(no_object())),
    }
}

fn no_object() -> Error {
    Error::invalid_params("the body must be a JSON object")
}

fn revision_tag(artifact: &Value) -> String {
    format!("\"{}\"", artifact["revision"])
}

fn revision_of(tag: &str) -> Option<u64> {
    tag.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok()
}

/// The words of a list as search_artifacts' params: `type=run|model`, `tags=a,key=value` (any of them), `search=…`.
fn search_params(words: &mut Words) -> Result<Value> {
    let mut filter = Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        filter.extend(value.map(|value| (name.to_owned(), value)));
    };
    let types = words.list(&["type", "types"]).unwrap_or_default();
    let types: Vec<&str> = types.iter().flat_map(|types| types.split('|')).filter(|word| !word.is_empty()).collect();
    set("types", (!types.is_empty()).then(|| json!(types)));
    set("anyTags", words.list(&["tags", "tag"]).map(|tags| any_of(&tags)));
    set("tags", words.list(&["allTags"]).map(|tags| all_of(&tags)));
    for (names, name) in [
        (["status", "status"], "status"),
        (["source", "source"], "source"),
        (["family", "family"], "family"),
        (["outcome", "outcome"], "outcome"),
        (["runId", "runId"], "runId"),
        (["createdAfter", "minCreatedAt"], "minCreatedAt"),
        (["createdBefore", "maxCreatedAt"], "maxCreatedAt"),
        (["writerName", "writerName"], "writerName"),
        (["writerVersion", "writerVersion"], "writerVersion"),
        (["gitCommit", "gitCommit"], "gitCommit"),
    ] {
        set(name, words.text(&names)?.map(Value::String));
    }
    set("capabilities", words.list(&["capabilities"]).map(|list| json!(list)));
    set("roles", words.list(&["roles"]).map(|list| json!(list)));
    set("minSizeBytes", words.number(&["minSize", "minSizeBytes"])?.map(|size| json!(size)));
    set("maxSizeBytes", words.number(&["maxSize", "maxSizeBytes"])?.map(|size| json!(size)));
    let include = words.flag(&["includeArchived"])? == Some(true);
    let archived = match words.flag(&["archived"])? {
        Some(true) => Some("only"),
        Some(false) => Some("exclude"),
        None => include.then_some("include"),
    };
    set("archived", archived.map(|word| json!(word)));
    let mut params = match words.text(&["params"])? {
        None => Map::new(),
        Some(text) => serde_json::from_str(&text)
            .map_err(|error| Error::invalid_params(format!("params is no JSON object: {error}")).field("params"))?,
    };
    for name in ["templateId", "modelId"] {
        params.extend(words.text(&[name])?.map(|value| (format!("provenance.{name}"), json!(value))));
    }
    set("params", (!params.is_empty()).then(|| Value::Object(params)));
    let sort = match words.text(&["sort", "sortBy"])?.as_deref() {
        Some("modified") => Some("updated".to_owned()),
        other => other.map(str::to_owned),
    };
    let found = json!({
        "query": words.text(&["search", "fullText"])?,
        "filter": filter,
        "sort": sort,
        "order": words.text(&["order", "sortOrder"])?,
        "limit": words.number(&["limit"])?.map(|limit| limit.min(LIMIT_MAX)),
        "offset": words.number(&["offset", "skip"])?,
        "cursor": words.text(&["cursor"])?,
        "facets": words.list(&["facets"]),
    });
    Ok(found)
}

/// Tags of which any may be there, as search_artifacts takes them.
fn any_of(tags: &[String]) -> Value {
    let mut any: Map<String, Value> = Map::new();
    for tag in tags {
        let (key, value) = tag.split_once('=').unwrap_or((tag, ""));
        if let Value::Array(values) = any.entry(key.to_owned()).or_insert_with(|| json!([])) {
            values.push(json!(value));
        }
    }
    Value::Object(any)
}

/// Tags that must all be there.
fn all_of(tags: &[String]) -> Value {
    let pair = |tag: &String| {
        let (key, value) = tag.split_once('=').unwrap_or((tag, ""));
        (key.to_owned(), json!(value))
    };
    Value::Object(tags.iter().map(pair).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_list_become_a_search() {
        let uri: Uri = "/v1/artifacts?type=run|telemetry&tags=prod,stage=late&search=capacity&includeArchived=true\
                        &createdAfter=2026-01-01&minSize=1000&templateId=T1&sortBy=modified&sortOrder=asc&limit=1500&skip=20"
            .parse()
            .unwrap();
        let mut words = Words::of(&uri);
        let params = search_params(&mut words).unwrap();
        words.finish().unwrap();
        assert_eq!(
            params,
            json!({
                "query": "capacity",
                "filter": {
                    "types": ["run", "telemetry"],
                    "anyTags": { "prod": [""], "stage": ["late"] },
                    "minCreatedAt": "2026-01-01",
                    "minSizeBytes": 1000,
                    "archived": "include",
                    "params": { "provenance.templateId": "T1" },
                },
                "sort": "updated",
                "order": "asc",
                "limit": 1000,
                "offset": 20,
                "cursor": null,
                "facets": null,
            })
        );
    }
}
