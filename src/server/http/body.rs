//! Bodies as they come in, piece by piece, under limits: of one body, and of what all of them together hold in memory.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use futures_util::future::{Either, select};
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

/// What large JSON bodies together may take; one more may have as much as any body, beside them.
const SHARED: usize = LINE_BYTES_MAX;
/// Up to here a body is small and waits for nobody.
const SMALL: usize = 64 << 10;

/// The memory for JSON bodies. A large one takes as much of it as has come, so that one which hardly comes keeps nobody
/// out. Where all is taken, bodies of which each has a part would wait for one another: so one of them at a time goes on
/// apart from the others, and leaves them its part.
pub(super) struct Memory {
    shared: Arc<Semaphore>,
    apart: Arc<Semaphore>,
}

/// The room that a body has while its request is under way; a small one needs none.
#[derive(Default)]
pub(super) struct Room {
    shared: Option<OwnedSemaphorePermit>,
    apart: Option<OwnedSemaphorePermit>,
}

impl Room {
    /// How much is missing for a body of so many bytes.
    fn lacks(&self, bytes: usize) -> usize {
        match self.apart.is_some() || bytes <= SMALL {
            true => 0,
            false => bytes - self.shared.as_ref().map_or(0, OwnedSemaphorePermit::num_permits),
        }
    }

    fn add(&mut self, more: OwnedSemaphorePermit) {
        match &mut self.shared {
            Some(shared) => shared.merge(more),
            none => *none = Some(more),
        }
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self { shared: Arc::new(Semaphore::new(SHARED)), apart: Arc::new(Semaphore::new(1)) }
    }
}

impl Memory {
    /// Makes the room of a body one for so many bytes; whether that had to be waited for.
    async fn widen(&self, room: &mut Room, bytes: usize) -> Result<bool> {
        let more = u32::try_from(room.lacks(bytes)).expect("a line is shorter");
        if more == 0 {
            return Ok(false);
        }
        if let Ok(more) = self.shared.clone().try_acquire_many_owned(more) {
            room.add(more);
            return Ok(false);
        }
        let more = pin!(self.shared.clone().acquire_many_owned(more));
        let apart = pin!(self.apart.clone().acquire_owned());
        match tokio::time::timeout(PERIOD, select(more, apart)).await {
            Ok(Either::Left((more, _))) => room.add(more.expect("it is never closed")),
            Ok(Either::Right((apart, _))) => *room = Room { shared: None, apart: apart.ok() },
            Err(_) => {
                return Err(Error::busy(format!(
                    "other large bodies are under way, and none of them ended within {} s",
                    PERIOD.as_secs()
                ))
                .hint("send it again, or send large content with POST /v1/artifacts"));
            }
        }
        Ok(true)
    }
}

/// The bytes of a JSON body, as many as a line may have.
pub(super) async fn json_bytes(memory: &Memory, headers: &HeaderMap, body: Body) -> Result<(Vec<u8>, Room), Refused> {
    let (bytes, room) = whole(memory, body).await?;
    if !is_json(headers) {
        let error = Error::invalid_request("the body must be JSON").hint("send Content-Type: application/json");
        return Err(Refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, error));
    }
    Ok((bytes, room))
}

/// A JSON body; an empty one is an empty object.
pub(super) async fn json(memory: &Memory, headers: &HeaderMap, body: Body) -> Result<(Value, Room), Refused> {
    if body.is_end_stream() {
        return Ok((Value::Object(serde_json::Map::new()), Room::default()));
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
                        self.begin_again();
                    }
                    return Ok(Some(data));
                }
            }
        }
    }

    /// Counts from now on.
    fn begin_again(&mut self) {
        *self = Self::new(std::mem::take(&mut self.body));
    }
}

/// What a body beyond its limit is refused with.
pub(super) fn too_large(most: u64) -> Error {
    Error::limit_exceeded(format!("the body has more than {most} bytes"))
}

async fn whole(memory: &Memory, body: Body) -> Result<(Vec<u8>, Room)> {
    let (mut incoming, mut bytes, mut room) = (Incoming::new(body), Vec::new(), Room::default());
    while let Some(piece) = incoming.next().await? {
        let length = bytes.len() + piece.len();
        if length > LINE_BYTES_MAX {
            return Err(too_large(LINE_BYTES_MAX as u64).hint("send large content with POST /v1/artifacts"));
        }
        if memory.widen(&mut room, length).await? {
            // Meanwhile nobody listened to it.
            incoming.begin_again();
        }
        bytes.extend_from_slice(&piece);
    }
    Ok((bytes, room))
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

    /// A body of so many bytes in pieces of 1 MiB, of which the last comes only after a pause.
    fn slowly(bytes: usize, pause: u64) -> Body {
        let piece = move |left: usize| async move {
            let size = left.min(1 << 20);
            if size == left && pause > 0 {
                tokio::time::sleep(Duration::from_secs(pause)).await;
            }
            (left > 0).then(|| (Ok::<_, std::io::Error>(Bytes::from(vec![b' '; size])), left - size))
        };
        Body::from_stream(stream::unfold(bytes, piece))
    }

    #[tokio::test(start_paused = true)]
    async fn what_hardly_comes_keeps_no_large_body_out() {
        let memory = Arc::new(Memory::default());
        let begun = Instant::now();
        // Each may announce what it likes: what counts is the half that has come.
        let trickling: Vec<_> = (0..20)
            .map(|_| {
                let memory = memory.clone();
                tokio::spawn(async move { whole(&memory, slowly(2 << 20, 29)).await.map(|(bytes, _)| bytes.len()) })
            })
            .collect();
        tokio::task::yield_now().await;
        let (bytes, room) = whole(&memory, slowly(LINE_BYTES_MAX, 0)).await.unwrap();
        assert_eq!((bytes.len(), begun.elapsed()), (LINE_BYTES_MAX, Duration::ZERO));
        drop(room);
        for one in trickling {
            assert_eq!(one.await.unwrap().unwrap(), 2 << 20);
        }
        assert_eq!(memory.shared.available_permits(), SHARED, "and everything is given back");
    }

    #[tokio::test(start_paused = true)]
    async fn large_bodies_that_meet_half_way_all_arrive() {
        let memory = Arc::new(Memory::default());
        let many: Vec<_> = (0..8)
            .map(|_| {
                let memory = memory.clone();
                // All have nearly everything sent before the first is whole.
                tokio::spawn(async move { whole(&memory, slowly(LINE_BYTES_MAX / 4, 1)).await.map(|(bytes, _)| bytes) })
            })
            .collect();
        for one in many {
            assert_eq!(one.await.unwrap().unwrap().len(), LINE_BYTES_MAX / 4);
        }
        assert_eq!((memory.shared.available_permits(), memory.apart.available_permits()), (SHARED, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn large_bodies_share_the_memory_and_small_ones_do_not_wait_for_it() {
        let memory = Memory::default();
        let body = |bytes: usize| Body::from(vec![b' '; bytes]);
        let (_, first) = whole(&memory, body(SHARED)).await.unwrap();
        let (_, second) = whole(&memory, body(LINE_BYTES_MAX)).await.unwrap();
        let error = whole(&memory, body(SMALL + 1)).await.map(|_| ()).unwrap_err();
        assert_eq!(error.kind(), Kind::Busy);
        assert_eq!(whole(&memory, body(SMALL)).await.unwrap().0.len(), SMALL);
        drop(second);
        let (_, third) = whole(&memory, body(LINE_BYTES_MAX)).await.unwrap();
        drop((first, third));

        // The room is given back whatever becomes of the body.
        let json = HeaderMap::from_iter([(CONTENT_TYPE, "application/json".parse().unwrap())]);
        assert!(super::json(&memory, &HeaderMap::new(), body(SMALL + 1)).await.is_err());
        assert!(super::json(&memory, &json, body(SMALL + 1)).await.is_err());
        assert!(whole(&memory, body(LINE_BYTES_MAX + 1)).await.is_err());
        assert_eq!(memory.shared.available_permits(), SHARED);
        let long = format!("[{}]", " ".repeat(SMALL));
        let (value, room) = super::json(&memory, &json, Body::from(long)).await.unwrap();
        assert_eq!((value, memory.shared.available_permits()), (serde_json::json!([]), SHARED - SMALL - 2));
        drop(room);
        assert_eq!((memory.shared.available_permits(), memory.apart.available_permits()), (SHARED, 1));
    }
}
