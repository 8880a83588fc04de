//! Bodies as they come in, piece by piece, under limits: of one body, and of what all of them together hold in memory.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use http_body_util::BodyExt;
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::reply::Refused;
use crate::model::{Error, Kind, Result};
use crate::transport::LINE_BYTES_MAX;

/// How slowly a body may come.
pub(super) const PERIOD: Duration = Duration::from_secs(30);
pub(super) const BYTES_A_PERIOD: usize = 16 << 10;

/// What large JSON bodies together may take.
const TOGETHER: usize = 64 << 20;
/// Up to here a body is small and waits for nobody.
const SMALL: usize = 64 << 10;

/// The memory for JSON bodies. A large one gets its room before it is read, all of it at once: bodies of which each has a
/// part would wait for one another.
pub(super) struct Memory(Arc<Semaphore>);

/// The room that a body has while its request is under way; a small one needs none.
pub(super) type Room = Option<OwnedSemaphorePermit>;

impl Default for Memory {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(TOGETHER)))
    }
}

impl Memory {
    /// Room for a body of at most so many bytes. One that doesn't say how long it is may become as long as any.
    async fn room_for(&self, most: Option<u64>) -> Result<Room> {
        let bytes = most.and_then(|most| usize::try_from(most).ok()).unwrap_or(LINE_BYTES_MAX).min(LINE_BYTES_MAX);
        if bytes <= SMALL {
            return Ok(None);
        }
        let room = self.0.clone().acquire_many_owned(u32::try_from(bytes).expect("a line is shorter"));
        match tokio::time::timeout(PERIOD, room).await {
            Ok(room) => Ok(Some(room.expect("it is never closed"))),
            Err(_) => Err(Error::busy(format!(
                "other large bodies are under way, and none of them ended within {} s",
                PERIOD.as_secs()
            ))
            .hint("send it again, or send large content with POST /v1/artifacts")),
        }
    }
}

/// The bytes of a JSON body, as many as a line may have.
pub(super) async fn json_bytes(memory: &Memory, headers: &HeaderMap, body: Body) -> Result<(Vec<u8>, Room), Refused> {
    let room = memory.room_for(body.size_hint().upper()).await?;
    let bytes = whole(body).await?;
    if !is_json(headers) {
        let error = Error::invalid_request("the body must be JSON").hint("send Content-Type: application/json");
        return Err(Refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, error));
    }
    Ok((bytes, room))
}

/// A JSON body; an empty one is an empty object.
pub(super) async fn json(memory: &Memory, headers: &HeaderMap, body: Body) -> Result<(Value, Room), Refused> {
    if body.is_end_stream() {
        return Ok((Value::Object(serde_json::Map::new()), None));
    }
    let (bytes, room) = json_bytes(memory, headers, body).await?;
    match serde_json::from_slice(&bytes) {
        Ok(value) => Ok((value, room)),
        Err(error) => Err(Error::new(Kind::ParseError, format!("the body is no JSON: {error}")).into()),
    }
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

    #[tokio::test(start_paused = true)]
    async fn large_bodies_share_the_memory_and_small_ones_do_not_wait_for_it() {
        let memory = Memory::default();
        let body = |bytes: usize| Body::from(vec![b' '; bytes]);
        let small = SMALL as u64;
        let mut rooms = Vec::new();
        while memory.0.available_permits() >= LINE_BYTES_MAX {
            rooms.push(memory.room_for(None).await.unwrap());
        }
        assert_eq!(rooms.len(), TOGETHER / LINE_BYTES_MAX);
        let error = memory.room_for(Some(small + 1)).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Busy);
        assert!(memory.room_for(Some(small)).await.unwrap().is_none());
        rooms.pop();
        assert!(memory.room_for(Some(small + 1)).await.unwrap().is_some());

        // The room is given back whatever becomes of the body.
        let all = memory.0.available_permits();
        let json = HeaderMap::from_iter([(CONTENT_TYPE, "application/json".parse().unwrap())]);
        assert!(super::json(&memory, &HeaderMap::new(), body(SMALL + 1)).await.is_err());
        assert!(super::json(&memory, &json, body(SMALL + 1)).await.is_err());
        assert_eq!(memory.0.available_permits(), all);
        let long = format!("[{}]", " ".repeat(SMALL));
        let (value, room) = super::json(&memory, &json, Body::from(long)).await.unwrap();
        assert_eq!((value, memory.0.available_permits()), (serde_json::json!([]), all - SMALL - 2));
        drop(room);
        assert_eq!(memory.0.available_permits(), all);
    }
}
