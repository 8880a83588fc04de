//! `GET /v1/artifacts/{id}/files/{file}`: the bytes of one file, whole or a range, streamed.

use std::fs::File;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, IF_RANGE, RANGE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Response as Raw, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};

use super::app::App;
use super::reply::Refused;
use crate::base::files;
use crate::model::{Error, Hash, Result, Unwatched};
use crate::objects;
use crate::store::{Store, View};

/// How much is read and sent at a time.
const PIECE: u64 = 256 << 10;

/// What stays as it is in the `filename*` of a header.
const IN_HEADERS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A file that is about to be sent.
struct Wanted {
    file: File,
    path: PathBuf,
    size: u64,
    hash: Hash,
    media_type: String,
    name: String,
}

/// Sends a file.
pub(super) async fn file(
    State(app): State<Arc<App>>,
    path: Result<Path<(String, String)>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let Path((artifact_id, name)) = path?;
    let wanted = app.aside(move |site| find(&site.store()?, &artifact_id, &name)).await?;
    send(wanted, &headers)
}

/// Names are data: the one asked for is looked up among the artifact's, and its bytes by their hash.
fn find(store: &Arc<Store>, artifact_id: &str, name: &str) -> Result<Wanted> {
    let reader = store.read()?;
    let found = reader.found(artifact_id)?;
    let entry = reader.file_named(&found, name)?;
    let file = reader.open_file(&found, &entry)?;
    let path = reader.location(&found, &entry).unwrap_or_else(|| reader.objects().path(&entry.hash));
    let metadata = files::metadata_of(&file, &path)?;
    let size = metadata.len();
    if size != entry.size_bytes.0 {
        let message = format!("{} has {size} bytes instead of {}", path.display(), entry.size_bytes.0);
        return Err(Error::integrity(message).hint("scan again, so that the artifact says what is there now"));
    }
    // What is proven before the head leaves can be refused with a reason; of a range nothing can be proven later.
    let proven = size > PIECE && !reader.looks_otherwise(&found, &entry, &metadata)?;
    drop(reader);
    if !proven {
        let hash = objects::hash_file(&file, &path, size, &Unwatched)?;
        if hash != entry.hash {
            return Err(store.read()?.altered(&found, &entry, &hash));
        }
    }
    let media_type = entry.media_type.unwrap_or_else(|| "application/octet-stream".to_owned());
    let name = entry.path.rsplit('/').next().unwrap_or_default().to_owned();
    Ok(Wanted { file, path, size, hash: entry.hash, media_type, name })
}

fn send(wanted: Wanted, headers: &HeaderMap) -> Result<Response, Refused> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let tag = format!("\"{}\"", wanted.hash);
    let response = Raw::builder()
        .header(ETAG, &tag)
        .header(ACCEPT_RANGES, "bytes")
        .header(X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'");
    if text(IF_NONE_MATCH).is_some_and(|known| known.split(',').any(|one| matches(one, &tag))) {
        return Ok(response.status(StatusCode::NOT_MODIFIED).body(Body::empty()).expect("known headers"));
    }
    // A range of another version than the client has would not fit.
    let current = text(IF_RANGE).is_none_or(|known| known == tag);
    let (status, part) = match text(RANGE).filter(|_| current).and_then(|range| part_of(range, wanted.size)) {
        None => (StatusCode::OK, 0..wanted.size),
        Some(Some(part)) => (StatusCode::PARTIAL_CONTENT, part),
        Some(None) => {
            let told = Error::invalid_request(format!("the range lies beyond the file's {} bytes", wanted.size));
            let mut refusal = Refused(StatusCode::RANGE_NOT_SATISFIABLE, told).into_response();
            let range = format!("bytes */{}", wanted.size).parse().expect("digits");
            refusal.headers_mut().insert(CONTENT_RANGE, range);
            return Ok(refusal);
        }
    };
    let name = utf8_percent_encode(&wanted.name, IN_HEADERS);
    let mut response = response
        .status(status)
        .header(CONTENT_TYPE, content_type(&wanted.media_type))
        .header(CONTENT_LENGTH, part.end - part.start)
        .header(CONTENT_DISPOSITION, format!("attachment; filename*=UTF-8''{name}"));
    if status == StatusCode::PARTIAL_CONTENT {
        response = response.header(CONTENT_RANGE, format!("bytes {}-{}/{}", part.start, part.end - 1, wanted.size));
    }
    Ok(response.body(pieces(wanted, part)).expect("known headers"))
}

/// A file's media type, which is what its publisher wrote; what is none is bytes.
fn content_type(said: &str) -> HeaderValue {
    let token = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&byte))
    };
    let (essence, _) = said.split_once(';').unwrap_or((said, ""));
    let (kind, subtype) = essence.trim().split_once('/').unwrap_or_default();
    let known = HeaderValue::from_str(said).ok().filter(|_| token(kind) && token(subtype));
    known.unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

/// Whether a tag from If-None-Match means this one; for whether something changed, a weak one does as well.
pub(super) fn matches(given: &str, tag: &str) -> bool {
    let given = given.trim();
    given == "*" || given.strip_prefix("W/").unwrap_or(given) == tag
}

/// The part that a Range header asks for: `None` where it asks for nothing that is understood here, which means the whole
/// file, `Some(None)` where there is no such part.
fn part_of(range: &str, size: u64) -> Option<Option<Range<u64>>> {
    let (from, to) = range.trim().strip_prefix("bytes=")?.split_once('-')?;
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let part = match (from.trim(), to.trim()) {
        ("", last) => {
            let last = number(last)?;
            size.saturating_sub(last)..if last == 0 { 0 } else { size }
        }
        (first, "") => number(first)?..size,
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            if last < first {
                return None;
            }
            first..last.saturating_add(1).min(size)
        }
    };
    Some((part.start < part.end).then_some(part))
}

/// The bytes, piece by piece. A whole file is hashed on the way, and its last piece leaves only if the hash is right, so
/// that nobody takes damaged bytes for the file.
fn pieces(wanted: Wanted, part: Range<u64>) -> Body {
    let whole = part == (0..wanted.size);
    let hasher = whole.then(Sha256::new);
    let state = Some((wanted, part, hasher));
    Body::from_stream(stream::try_unfold(state, |state| async move {
        let Some((wanted, part, hasher)) = state else { return Ok(None) };
        if part.is_empty() {
            return Ok(None);
        }
        tokio::task::spawn_blocking(move || piece(wanted, part, hasher)).await.map_err(std::io::Error::other)?
    }))
}

type Sending = (Wanted, Range<u64>, Option<Sha256>);

fn piece(
    wanted: Wanted,
    part: Range<u64>,
    mut hasher: Option<Sha256>,
) -> std::io::Result<Option<(Bytes, Option<Sending>)>> {
    let length = usize::try_from(PIECE.min(part.end - part.start)).expect("a small number");
    let mut buffer = vec![0; length];
    let count = files::read_at(&wanted.file, &wanted.path, &mut buffer, part.start).map_err(std::io::Error::other)?;
    if count < length {
        return Err(std::io::Error::other("the file became shorter"));
    }
    if let Some(hasher) = &mut hasher {
        hasher.update(&buffer);
    }
    let rest = part.start + count as u64..part.end;
    if rest.is_empty()
        && let Some(hasher) = hasher.take()
        && Hash::finish(hasher) != wanted.hash
    {
        tracing::error!("the object {} is damaged: its bytes have another hash", wanted.hash);
        return Err(std::io::Error::other("the file is damaged"));
    }
    Ok(Some((buffer.into(), Some((wanted, rest, hasher)))))
}

#[cfg(test)]
mod tests {
    use super::{content_type, part_of};

    #[test]
    fn what_is_no_media_type_is_bytes() {
        for good in ["text/csv", "text/plain; charset=utf-8", "application/vnd.apache.parquet", "image/svg+xml"] {
            assert_eq!(content_type(good), good);
        }
        for bad in ["", "csv", "text/", "/csv", "a b/c", "text/csv\r\nSet-Cookie: x", "text/ä", "text/csv; x=\u{7f}"] {
            assert_eq!(content_type(bad), "application/octet-stream", "{bad:?}");
        }
    }

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        for (range, size, part) in [
            ("bytes=0-0", 10, Some(Some(0..1))),
            ("bytes=2-5", 10, Some(Some(2..6))),
            ("bytes=5-", 10, Some(Some(5..10))),
            ("bytes=5-999", 10, Some(Some(5..10))),
            ("bytes=-3", 10, Some(Some(7..10))),
            ("bytes=-999", 10, Some(Some(0..10))),
            ("bytes=-0", 10, Some(None)),
            ("bytes=10-", 10, Some(None)),
            ("bytes=0-", 0, Some(None)),
            ("bytes=5-2", 10, None),
            ("bytes=0-1,4-5", 10, None),
            ("bytes=a-b", 10, None),
            ("bytes=--1", 10, None),
            ("lines=1-2", 10, None),
            ("bytes=18446744073709551615-", 10, Some(None)),
            ("bytes=0-18446744073709551615", 10, Some(Some(0..10))),
            ("bytes=0-18446744073709551616", 10, None),
        ] {
            assert_eq!(part_of(range, size), part, "{range} of {size}");
        }
    }
}
