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
    match search_params(&mut Words::of(&uri)) {
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
            let artifact: Value = serde_json::from_str(&text).unwrap_or_default();
            let mut response = reply::json_text(text);
            response.headers_mut().extend(revision_tag(&artifact).parse().map(|tag| (ETAG, tag)));
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

/// The seed's and its original's words as search_artifacts' params.
fn search_params(words: &mut Words) -> Result<Value> {
    let _ = (words, LIMIT_MAX);
    Ok(json!({}))
}
