//! `POST /rpc`: the messages that a session over lines takes, one body a message or a batch.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::super::{fault, place};
use super::app::App;
use super::reply::{self, Refused};
use super::{body, query};
use crate::protocol::{Call, Incoming, Message, batch, parse, success};

/// Answers a message, or a batch of them one after another.
pub(super) async fn answer(State(app): State<Arc<App>>, headers: HeaderMap, body: Body) -> Result<Response, Refused> {
    let (bytes, _room) = body::json_bytes(&app.memory, &headers, body).await?;
    let actor = query::actor(&headers);
    let replies = match parse(bytes.trim_ascii()) {
        Incoming::One(message) => answer_one(&app, message, actor).await,
        Incoming::Batch(messages) => {
            let mut replies = Vec::new();
            for message in messages {
                replies.extend(answer_one(&app, message, actor.clone()).await);
            }
            (!replies.is_empty()).then(|| batch(&replies))
        }
    };
    Ok(replies.map_or_else(reply::nothing, reply::json_text))
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
