//! Bodies as they come in, piece by piece, under a limit.

use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use http_body_util::BodyExt;
use serde_json::Value;
use tokio::time::Instant;

use super::reply::Refused;
use crate::model::{Error, Kind, Result};
use crate::transport::LINE_BYTES_MAX;

/// How slowly a body may come.
const PERIOD: Duration = Duration::from_secs(30);
const BYTES_A_PERIOD: usize = 16 << 10;

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

/// A body on its way in.
pub(super) struct Incoming {
    body: Body,
    /// Until then so many bytes more must have come.
    deadline: Instant,
    missing: usize,
}

impl Incoming {
    pub(super) fn new(body: Body) -> Self {
        Self { body, deadline: Instant::now() + PERIOD, missing: BYTES_A_PERIOD }
    }

    /// The next piece; a client that sends hardly anything would keep its place for ever.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>> {
        loop {
            let frame = tokio::time::timeout_at(self.deadline, self.body.frame()).await.map_err(|_| {
                Error::busy(format!("of the body fewer than {BYTES_A_PERIOD} bytes came within {} s", PERIOD.as_secs()))
            })?;
            match frame {
                None => return Ok(None),
                Some(Err(error)) => return Err(Error::invalid_request(format!("the body broke off: {error}"))),
                // Trailers say nothing here.
                Some(Ok(frame)) => {
                    let Ok(data) = frame.into_data() else { continue };
                    self.missing = self.missing.saturating_sub(data.len());
                    if self.missing == 0 {
                        *self = Self::new(std::mem::take(&mut self.body));
                    }
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

async fn whole(body: Body) -> Result<Vec<u8>> {
    let (mut incoming, mut bytes) = (Incoming::new(body), Vec::new());
    while let Some(piece) = incoming.next().await? {
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

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    /// A body of so many pieces, each of which comes after a pause.
    fn pieces(count: usize, bytes: usize, pause: u64) -> Incoming {
        let piece = move |left: usize| async move {
            tokio::time::sleep(Duration::from_secs(pause)).await;
            (left > 0).then(|| (Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; bytes])), left - 1))
        };
        Incoming::new(Body::from_stream(stream::unfold(count, piece)))
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_trickles_is_given_up() {
        let mut slow = pieces(1000, 1, 20);
        slow.next().await.unwrap();
        let error = slow.next().await.unwrap_err();
        assert_eq!(error.message(), "of the body fewer than 16384 bytes came within 30 s");

        let mut steady = pieces(1000, 16 << 10, 20);
        for _ in 0..1000 {
            assert!(steady.next().await.unwrap().is_some());
        }
        assert!(steady.next().await.unwrap().is_none());
    }
}
