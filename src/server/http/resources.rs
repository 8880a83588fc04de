//! The artifacts as resources: each request becomes a call of one operation, and its result the body.

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header::{ETAG, IF_MATCH};
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter, on};
use serde_json::{Map, Value, json};

use super::app::App;
use super::query::{self, Words};
use super::reply::{self, Refused};
use super::{body, download, upload};
use crate::model::{Error, Kind, Result};
use crate::operations::rest::{Answer, Body, RESOURCES, Resource, Verb};

/// The router with all resources.
pub(super) fn added_to(router: Router<Arc<App>>) -> Router<Arc<App>> {
    RESOURCES.iter().fold(router, |router, resource| {
        // A file's path may have several parts.
        router.route(&resource.path.replace("{file}", "{*file}"), handler(resource))
    })
}

fn handler(resource: &'static Resource) -> MethodRouter<Arc<App>> {
    let verb = match resource.verb {
        Verb::Get => MethodFilter::GET,
        Verb::Post => MethodFilter::POST,
        Verb::Put => MethodFilter::PUT,
        Verb::Delete => MethodFilter::DELETE,
    };
    if resource.body == Body::File {
        return on(verb, move |app, request| upload::publish(app, resource, request));
    }
    match resource.answer {
        Answer::Bytes => on(verb, download::file),
        _ => on(verb, move |State(app): State<Arc<App>>, id: Id, request: Request| async move {
            answer(&app, resource, id?.map(|Path(id)| id), request).await
        }),
    }
}

/// The `{id}` of a path that has one; what is no text is refused as everything is.
type Id = Result<Option<Path<String>>, PathRejection>;

async fn answer(app: &App, resource: &Resource, id: Option<String>, request: Request) -> Result<Response, Refused> {
    let (head, content) = request.into_parts();
    let mut params = Words::of(&head.uri).params(resource.words)?;
    let mut _room = None;
    let given = match resource.body {
        Body::None | Body::File => Value::Null,
        Body::Params | Body::Ids => {
            let (given, room) = body::json(&app.memory, &head.headers, content).await?;
            _room = room;
            given
        }
    };
    match resource.body {
        Body::None | Body::File => {}
        Body::Params => match given {
            Value::Object(given) => params.extend(given),
            _ => return Err(Error::invalid_params("the body must be a JSON object").into()),
        },
        Body::Ids => match given {
            Value::Object(given) => params.extend(given),
            ids @ Value::Array(_) => _ = params.insert("artifactIds".to_owned(), ids),
            _ => return Err(Error::invalid_params("the body must be an array of ids or a JSON object").into()),
        },
    }
    for (given, param) in resource.renamed {
        let value = params.remove(*given);
        let value = value.ok_or_else(|| Error::invalid_params(format!("{given} is missing")).field(*given))?;
        params.insert((*param).to_owned(), value);
    }
    params.extend(resource.set.iter().map(|(name, flag)| ((*name).to_owned(), json!(flag))));
    if let Some(id) = &id
        && let Some(other) = params.insert(resource.id.to_owned(), json!(id)).filter(|other| other != id)
    {
        let message = format!("{}: the path names {id}, the body {other}", resource.id);
        return Err(Error::invalid_params(message).field(resource.id).into());
    }
    let actor = query::actor(&head.headers);
    match resource.answer {
        Answer::Result | Answer::Bytes => {
            Ok(reply::json_text(app.call_from_afar(resource.operation, Value::Object(params), actor).await?))
        }
        Answer::Revised => revised(app, resource, params, &head.headers).await,
        Answer::Files => {
            let files = parsed(app, resource.operation, &params).await?;
            let count = files.as_array().map_or(0, Vec::len);
            Ok(reply::json_value(&json!({ "artifactId": id, "files": files, "count": count })))
        }
        Answer::Whole => {
            let mut artifact = parsed(app, resource.operation, &params).await?;
            artifact["files"] = parsed(app, "list_files", &params).await?;
            artifact["relationships"] = parsed(app, "get_related", &params).await?;
            Ok(with_revision(reply::json_value(&artifact), &artifact))
        }
    }
}

async fn parsed(app: &App, method: &str, params: &Map<String, Value>) -> Result<Value> {
    let text = app.call_from_afar(method, Value::Object(params.clone()), None).await?;
    Ok(serde_json::from_str(&text).expect("a result is JSON"))
}

/// Changes an artifact; If-Match names the revision that is meant.
async fn revised(
    app: &App,
    resource: &Resource,
    mut params: Map<String, Value>,
    headers: &HeaderMap,
) -> Result<Response, Refused> {
    let matching = headers.get(IF_MATCH).and_then(|value| value.to_str().ok()).filter(|tag| *tag != "*");
    if let Some(tag) = matching {
        let revision = tag.trim().strip_prefix('"').and_then(|tag| tag.strip_suffix('"')?.parse::<u64>().ok());
        let revision = revision.ok_or_else(|| {
            let error = Error::conflict(format!("If-Match names {tag}, which is no revision"))
                .hint("an artifact's ETag is its revision in double quotes");
            Refused(StatusCode::PRECONDITION_FAILED, error)
        })?;
        params.insert("revision".to_owned(), json!(revision));
    }
    let changed = app.call_from_afar(resource.operation, Value::Object(params), query::actor(headers)).await;
    let text = changed.map_err(|error| match error.kind() {
        Kind::Conflict if matching.is_some() => Refused(StatusCode::PRECONDITION_FAILED, error),
        _ => error.into(),
    })?;
    let told: Value = serde_json::from_str(&text).expect("a result is JSON");
    Ok(with_revision(reply::json_text(text), &told["artifact"]))
}

fn with_revision(mut response: Response, artifact: &Value) -> Response {
    let tag = format!("\"{}\"", artifact["revision"]);
    response.headers_mut().insert(ETAG, tag.parse().expect("digits in quotes"));
    response
}
