//! The artifacts as resources: each request becomes a call of one operation, and its result the body.

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::header::{ETAG, HeaderName, IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter, on};
use serde_json::{Map, Value, json};

use super::app::App;
use super::query::{self, Words};
use super::reply::{self, Refused};
use super::{body, download, upload};
use crate::model::{Error, Kind, Result};
use crate::operations::Reply;
use crate::operations::rest::{Answer, Body, RESOURCES, Resource, Verb};

/// Where artifacts are.
const ARTIFACTS: &str = "/v1/artifacts/";

/// The router with all resources.
pub(super) fn added_to(router: Router<Arc<App>>) -> Router<Arc<App>> {
    let router = RESOURCES.iter().fold(router, |router, resource| {
        // A file's path may have several parts.
        router.route(&resource.path.replace("{file}", "{*file}"), handler(resource, None))
    });
    hidden().fold(router, |router, (word, resource)| {
        router.route(&format!("{ARTIFACTS}{word}"), handler(resource, Some(word)))
    })
}

/// Words that stand where ids do, and what an artifact of that id would be asked for in vain.
fn hidden() -> impl Iterator<Item = (&'static str, &'static Resource)> {
    let word = |resource: &'static Resource| {
        let word = resource.path.strip_prefix(ARTIFACTS)?;
        (!word.contains(['/', '{'])).then_some((word, resource.verb))
    };
    RESOURCES.iter().filter_map(word).flat_map(|(word, verb)| {
        let of_artifact = RESOURCES.iter().filter(|resource| resource.path.strip_prefix(ARTIFACTS) == Some("{id}"));
        of_artifact.filter(move |resource| resource.verb != verb).map(move |resource| (word, resource))
    })
}

/// Answers a resource; where the path itself is an id, `own`.
fn handler(resource: &'static Resource, own: Option<&'static str>) -> MethodRouter<Arc<App>> {
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
            let id = id?.map(|Path(id)| id).or_else(|| own.map(str::to_owned));
            answer(&app, resource, id, request).await
        }),
    }
}

/// The `{id}` of a path that has one; what is no text is refused as everything is.
type Id = Result<Option<Path<String>>, PathRejection>;

async fn answer(app: &App, resource: &Resource, id: Option<String>, request: Request) -> Result<Response, Refused> {
    let (head, content) = request.into_parts();
    let (mut params, mut names) = Words::of(&head.uri).params(resource.words)?;
    let (given, _room) = match resource.body {
        Body::None | Body::File => (Value::Null, body::Room::default()),
        Body::Params | Body::Ids => body::json(&app.memory, &head.headers, content).await?,
    };
    match (resource.body, given) {
        (Body::None | Body::File, _) => {}
        (_, Value::Object(given)) => params.extend(given),
        (Body::Ids, ids @ Value::Array(_)) => _ = params.insert("artifactIds".to_owned(), ids),
        (Body::Ids, _) => {
            return Err(Error::invalid_params("the body must be an array of ids or a JSON object").into());
        }
        (Body::Params, _) => return Err(Error::invalid_params("the body must be a JSON object").into()),
    }
    for (given, param) in resource.renamed {
        let value = params.remove(*given);
        let value = value.ok_or_else(|| Error::invalid_params(format!("{given} is missing")).field(*given))?;
        params.insert((*param).to_owned(), value);
        names.add(param, given);
    }
    params.extend(resource.set.iter().map(|(name, flag)| ((*name).to_owned(), json!(flag))));
    if let Some(id) = &id
        && let Some(other) = params.insert(resource.id.to_owned(), json!(id)).filter(|other| other != id)
    {
        let message = format!("{}: the path names {id}, the body {other}", resource.id);
        return Err(Error::invalid_params(message).field(resource.id).into());
    }
    let asked = Asked { app, resource, params, headers: &head.headers };
    asked.answer(id).await.map_err(|Refused(status, error)| Refused(status, names.told(error)))
}

/// A request as the call of an operation.
struct Asked<'a> {
    app: &'a App,
    resource: &'a Resource,
    params: Map<String, Value>,
    headers: &'a HeaderMap,
}

impl Asked<'_> {
    async fn answer(mut self, id: Option<String>) -> Result<Response, Refused> {
        let operation = self.resource.operation;
        match self.resource.answer {
            Answer::Result | Answer::Bytes => Ok(reply::json_text(self.called().await?)),
            Answer::Revised => self.revised().await,
            Answer::Files => {
                let files = self.parsed(operation).await?;
                let count = files.as_array().map_or(0, Vec::len);
                Ok(reply::json_value(&json!({ "artifactId": id, "files": files, "count": count })))
            }
            Answer::Whole => {
                let mut artifact = self.parsed(operation).await?;
                let known = texts(self.headers, IF_NONE_MATCH);
                if known.iter().any(|known| download::matches(known, &tag_of(&artifact))) {
                    return Ok(with_revision(reply::not_modified(), &artifact));
                }
                artifact["files"] = self.parsed("list_files").await?;
                artifact["relationships"] = self.parsed("get_related").await?;
                Ok(with_revision(reply::json_value(&artifact), &artifact))
            }
        }
    }

    async fn called(&mut self) -> Result<Reply> {
        let params = Value::Object(std::mem::take(&mut self.params));
        self.app.call_from_afar(self.resource.operation, params, query::actor(self.headers)).await
    }

    /// What a query says of the same params.
    async fn parsed(&self, method: &str) -> Result<Value> {
        let text = self.app.call_from_afar(method, Value::Object(self.params.clone()), None).await?;
        Ok(serde_json::from_str(&text).expect("a result is JSON"))
    }

    /// Changes an artifact; If-Match names the revision that is meant.
    async fn revised(mut self) -> Result<Response, Refused> {
        let revision = self.meant().await?;
        if let Some(revision) = revision {
            self.params.insert("revision".to_owned(), json!(revision));
        }
        let text = self.called().await.map_err(|error| match error.field_name() {
            Some("revision") if revision.is_some() && error.kind() == Kind::Conflict => {
                Refused(StatusCode::PRECONDITION_FAILED, error)
            }
            _ => error.into(),
        })?;
        let told: Value = serde_json::from_str(&text).expect("a result is JSON");
        Ok(with_revision(reply::json_text(text), &told["artifact"]))
    }

    /// The revision that If-Match names; of several the one that the artifact has, if it is among them.
    async fn meant(&self) -> Result<Option<u64>, Refused> {
        let tags = texts(self.headers, IF_MATCH);
        if !self.headers.contains_key(IF_MATCH) || tags.contains(&"*") {
            return Ok(None);
        }
        let revision = |tag: &&str| tag.strip_prefix('"')?.strip_suffix('"')?.parse::<u64>().ok();
        let revisions: Vec<u64> = tags.iter().filter_map(revision).collect();
        let Some(first) = revisions.first() else {
            let named = if tags.is_empty() { "nothing".to_owned() } else { tags.join(", ") };
            let error = Error::conflict(format!("If-Match names {named}, which is no revision"))
                .hint("an artifact's ETag is its revision in double quotes");
            return Err(Refused(StatusCode::PRECONDITION_FAILED, error));
        };
        if let Some(other) = self.params.get("revision").filter(|other| !other.is_null()) {
            let Some(same) = revisions.iter().find(|revision| *other == json!(revision)) else {
                let message = format!("revision: If-Match names {first}, the body {other}");
                return Err(Error::invalid_params(message).field("revision").into());
            };
            return Ok(Some(*same));
        }
        if revisions.len() == 1 {
            return Ok(Some(*first));
        }
        let artifact = json!({ "artifactId": self.params.get("artifactId") });
        let text = self.app.call_from_afar("get_artifact", artifact, None).await?;
        let current: Value = serde_json::from_str(&text).expect("a result is JSON");
        Ok(revisions.iter().find(|revision| current["revision"] == json!(revision)).or(Some(first)).copied())
    }
}

/// The parts of a header that is a list.
fn texts(headers: &HeaderMap, name: HeaderName) -> Vec<&str> {
    let lines = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// An artifact's ETag: its revision.
fn tag_of(artifact: &Value) -> String {
    format!("\"{}\"", artifact["revision"])
}

fn with_revision(mut response: Response, artifact: &Value) -> Response {
    response.headers_mut().insert(ETAG, tag_of(artifact).parse().expect("digits in quotes"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_words_beside_ids_hide_is_answered_all_the_same() {
        let mut found: Vec<(&str, Verb)> = hidden().map(|(word, resource)| (word, resource.verb)).collect();
        found.sort_unstable();
        let words = ["archive", "bulk-delete", "rescan", "stats", "unarchive"];
        let all = words.into_iter().flat_map(|word| [Verb::Get, Verb::Put, Verb::Delete].map(|verb| (word, verb)));
        let expected: Vec<(&str, Verb)> = all.filter(|one| *one != ("stats", Verb::Get)).collect();
        assert_eq!(found, expected);
    }
}
