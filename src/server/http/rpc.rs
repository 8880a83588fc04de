//! `POST /rpc`: the messages that a session over lines takes, one body a message or a batch.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::super::{fault, place};
use super::app::App;
use super::{query, reply, upload};
use crate::model::Error;
use crate::protocol::{Call, Incoming, Message, batch, parse, success};
use crate::transport::LINE_BYTES_MAX;

/// Answers a message, or a batch of them one after another.
pub(super) async fn answer(State(app): State<Arc<App>>, headers: HeaderMap, body: Body) -> Response {
    if !is_json(&headers) {
        let error = Error::invalid_request("the body must be JSON").hint("send Content-Type: application/json");
        return reply::with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE, &error);
    }
    let bytes = match upload::whole(body, LINE_BYTES_MAX).await {
        Ok(bytes) => bytes,
        Err(error) => return reply::error(&error),
    };
    let actor = query::actor(&headers);
    let replies = match parse(bytes.trim_ascii()) {
        Incoming::One(message) => match answer_one(&app, message, actor).await {
            Some(text) => text,
            None => return reply::nothing(),
        },
        Incoming::Batch(messages) => {
            let mut replies = Vec::new();
            for message in messages {
                replies.extend(answer_one(&app, message, actor.clone()).await);
            }
            if replies.is_empty() {
                return reply::nothing();
            }
            batch(&replies)
        }
    };
    reply::json_text(replies)
}

/// The reply to one message; a notification has none.
async fn answer_one(app: &App, message: Message, actor: Option<Arc<str>>) -> Option<String> {
    match message {
        Message::Response => None,
        Message::Fault(told) => Some(fault::refusal(&told.address, &fault::of_fault(&told))),
        Message::Call(call) => {
            let Call { method, params, place, address, .. } = call;
            let result = match place::check(&place, &app.session.site) {
                Ok(()) => app.call_from_afar(&method, params, actor).await,
                Err(error) => Err(error),
            };
            let address = address?;
            Some(match result {
                Ok(result) => success(&address, &result),
                Err(error) => fault::refusal(&address, &error),
            })
        }
    }
}

/// Whether the body says that it is JSON. A web page can't say so without being asked first.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}
