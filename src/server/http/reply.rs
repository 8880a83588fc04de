//! Results and failures as HTTP responses.

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, Response as Raw, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::model::{Error, Kind};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A result, which is JSON text.
pub(super) fn json_text(text: impl Into<Body>) -> Response {
    json_with(StatusCode::OK, text)
}

/// JSON text with a status of its own.
pub(super) fn json_with(status: StatusCode, text: impl Into<Body>) -> Response {
    Raw::builder()
        .status(status)
        .header(CONTENT_TYPE, JSON)
        .header(X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(CACHE_CONTROL, "no-store")
        .body(text.into())
        .expect("known headers")
}

/// A value as JSON.
pub(super) fn json_value(value: &Value) -> Response {
    json_text(value.to_string())
}

/// Nothing to say.
pub(super) fn nothing() -> Response {
    Raw::builder().status(StatusCode::NO_CONTENT).body(Body::empty()).expect("no headers")
}

/// The client has it already.
pub(super) fn not_modified() -> Response {
    Raw::builder().status(StatusCode::NOT_MODIFIED).body(Body::empty()).expect("no headers")
}

/// Whether the store can be used.
pub(super) fn health(available: bool) -> Response {
    let status = if available { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    json_with(status, json!({ "available": available }).to_string())
}

/// A failure and the status that tells of it: `error` is the sentence, what programs read stands beside it.
#[derive(Debug)]
pub(super) struct Refused(pub(super) StatusCode, pub(super) Error);

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self(status_of(error.kind()), error)
    }
}

impl From<PathRejection> for Refused {
    fn from(_: PathRejection) -> Self {
        Error::invalid_request("the path is no UTF-8 text once it is decoded").into()
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self(status, error) = self;
        let mut body = Map::new();
        body.insert("error".to_owned(), json!(error.message()));
        body.insert("code".to_owned(), json!(error.kind().code()));
        if let Value::Object(data) = json!(error.data()) {
            body.extend(data);
        }
        let mut response = json_with(status, Value::Object(body).to_string());
        let headers = response.headers_mut();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// The status that tells of a kind.
fn status_of(kind: Kind) -> StatusCode {
    match kind {
        Kind::ParseError | Kind::InvalidRequest | Kind::InvalidParams => StatusCode::BAD_REQUEST,
        Kind::InvalidData => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::NotFound | Kind::MethodNotFound => StatusCode::NOT_FOUND,
        Kind::Conflict | Kind::StalePlan => StatusCode::CONFLICT,
        Kind::PathNotAllowed | Kind::Protected | Kind::ReadOnly => StatusCode::FORBIDDEN,
        Kind::LimitExceeded => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::NoSpace => StatusCode::INSUFFICIENT_STORAGE,
        Kind::Busy | Kind::Cancelled => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Unsupported => StatusCode::NOT_IMPLEMENTED,
        Kind::Integrity | Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
