//! Bodies as they come in, piece by piece, under a limit.

use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use http_body_util::BodyExt;
use serde_json::Value;

use super::reply::Refused;
use crate::model::{Error, Kind, Result};
use crate::transport::LINE_BYTES_MAX;

/// How long a client may keep still in the middle of a body.
const STILL: Duration = Duration::from_secs(30);

/// The bytes of a JSON body, as many as a line may have.
pub(super) async fn json_bytes(headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Refused> {
    let bytes = whole(body).await?;
    if !is_json(headers) {
        let error = Error::invalid_request("the body must be JSON").hint("send Content-Type: application/json");
        return Err(Refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, error));
    }
    Ok(bytes)
}

/// A JSON body; an empty one is an empty object.
pub(super) async fn json(headers: &HeaderMap, body: Body) -> Result<Value, Refused> {
    if body.is_end_stream() {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    let bytes = json_bytes(headers, body).await?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Error::new(Kind::ParseError, format!("the body is no JSON: {error}")).into())
}

/// The next piece of a body.
pub(super) async fn next(body: &mut Body) -> Result<Option<Bytes>> {
    loop {
        let frame = tokio::time::timeout(STILL, body.frame()).await;
        let frame = frame.map_err(|_| Error::busy(format!("no byte of the body came for {} s", STILL.as_secs())))?;
        match frame {
            None => return Ok(None),
            Some(Err(error)) => return Err(Error::invalid_request(format!("the body broke off: {error}"))),
            // Trailers say nothing here.
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
        }
    }
}

/// What a body beyond its limit is refused with.
pub(super) fn too_large(most: u64) -> Error {
    Error::limit_exceeded(format!("the body has more than {most} bytes"))
}

async fn whole(mut body: Body) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(piece) = next(&mut body).await? {
        if bytes.len() + piece.len() > LINE_BYTES_MAX {
            return Err(too_large(LINE_BYTES_MAX as u64).hint("send large content with POST /v1/artifacts"));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// Whether the body says that it is JSON. A web page can't say so without being asked first.
fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}
