//! Results and failures as HTTP responses.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, Response as Raw, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use crate::model::{Error, Kind};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A result, which is JSON text.
pub(super) fn json_text(text: String) -> Response {
    json_with(StatusCode::OK, text)
}

/// JSON text with a status of its own.
pub(super) fn json_with(status: StatusCode, text: String) -> Response {
    Raw::builder()
        .status(status)
        .header(CONTENT_TYPE, JSON)
        .header(X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(CACHE_CONTROL, "no-store")
        .body(Body::from(text))
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

/// Whether the store can be used.
pub(super) fn health(available: bool) -> Response {
    let status = if available { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    json_with(status, json!({ "available": available }).to_string())
}

/// A failure, with the status of its kind.
pub(super) fn error(error: &Error) -> Response {
    with_status(status_of(error.kind()), error)
}

/// A failure: `error` is the sentence, what programs read stands beside it.
pub(super) fn with_status(status: StatusCode, error: &Error) -> Response {
    let mut body = json!({ "error": error.message(), "code": error.kind().code() });
    if let Ok(Value::Object(data)) = serde_json::to_value(error.data())
        && let Value::Object(body) = &mut body
    {
        body.extend(data);
    }
    let mut response = json_with(status, body.to_string());
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert("www-authenticate", HeaderValue::from_static("Bearer"));
    }
    response
}

/// The status that tells of a kind.
pub(super) fn status_of(kind: Kind) -> StatusCode {
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
