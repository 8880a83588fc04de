//! `POST /v1/artifacts`: publishes the body, which is streamed into the store's staging folder, never held in memory.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use http_body_util::BodyExt;
use serde_json::{Map, Value, json};

use super::app::App;
use super::query::{self, Words};
use super::{reply, rpc};
use crate::base::files::{self, Context};
use crate::model::{Error, Kind, Result};
use crate::transport::LINE_BYTES_MAX;

/// How long a client may keep still in the middle of a body.
const STILL: Duration = Duration::from_secs(30);
/// Longest name of an uploaded file.
const NAME_BYTES_MAX: usize = 200;

/// A body in memory, of at most so many bytes.
pub(super) async fn whole(mut body: Body, most: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(piece) = next(&mut body).await? {
        if bytes.len() + piece.len() > most {
            return Err(too_large(most as u64).hint("send large content with POST /v1/artifacts"));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// A body as a JSON object; an empty one is an empty object.
pub(super) async fn object(headers: &HeaderMap, body: Body) -> Result<Value, (StatusCode, Error)> {
    let bad = |error: Error| (reply::status_of(error.kind()), error);
    let bytes = whole(body, LINE_BYTES_MAX).await.map_err(bad)?;
    if bytes.trim_ascii().is_empty() {
        return Ok(json!({}));
    }
    if !rpc::is_json(headers) {
        let error = Error::invalid_request("the body must be JSON").hint("send Content-Type: application/json");
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, error));
    }
    serde_json::from_slice(&bytes)
        .map_err(|error| bad(Error::new(Kind::ParseError, format!("the body is no JSON: {error}"))))
}

async fn next(body: &mut Body) -> Result<Option<Bytes>> {
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

fn too_large(most: u64) -> Error {
    Error::new(Kind::LimitExceeded, format!("the body has more than {most} bytes"))
}

/// Publishes the body: with `type` in the query the file itself, else a JSON object of publish_artifact's params.
pub(super) async fn publish(State(app): State<Arc<App>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let actor = query::actor(&head.headers);
    let mut words = Words::of(&head.uri);
    let published = match words.text(&["artifactType", "type"]) {
        Err(error) => Err(error),
        Ok(None) => {
            if let Err(error) = words.finish() {
                return reply::error(&error.hint("give type=… to publish the body itself"));
            }
            match object(&head.headers, body).await {
                Ok(params) => app.call_from_afar("publish_artifact", params, actor).await,
                Err((status, error)) => return reply::with_status(status, &error),
            }
        }
        Ok(Some(artifact_type)) => publish_file(&app, artifact_type, words, &head.headers, body).await,
    };
    match published {
        Ok(text) => {
            let told: Value = serde_json::from_str(&text).unwrap_or_default();
            let status = if told["deduped"] == true { StatusCode::OK } else { StatusCode::CREATED };
            let mut response = reply::json_with(status, text);
            let place = format!("/v1/artifacts/{}", told["artifactId"].as_str().unwrap_or_default());
            response.headers_mut().extend(place.parse().map(|place| (LOCATION, place)));
            response
        }
        Err(error) => reply::error(&error),
    }
}

/// The words of an upload that are publish_artifact's params of the same name, by how they are written.
fn params(artifact_type: String, words: &mut Words) -> Result<Map<String, Value>> {
    let mut params = Map::from_iter([("artifactType".to_owned(), json!(artifact_type))]);
    for name in [
        "format",
        "writerName",
        "writerVersion",
        "gitCommit",
        "artifactId",
        "runId",
        "title",
        "description",
        "mediaType",
        "outcome",
        "source",
        "createdAt",
        "expectedFileHash",
        "requestId",
        "filenameHint",
    ] {
        params.extend(words.text(&[name])?.map(|value| (name.to_owned(), json!(value))));
    }
    params.extend(words.text(&["logicalKey", "key"])?.map(|value| ("logicalKey".to_owned(), json!(value))));
    for name in ["roles", "inputArtifactIds"] {
        params.extend(words.list(&[name]).map(|value| (name.to_owned(), json!(value))));
    }
    params.extend(words.number(&["schemaVersion"])?.map(|value| ("schemaVersion".to_owned(), json!(value))));
    params.extend(words.flag(&["gitDirty"])?.map(|value| ("gitDirty".to_owned(), json!(value))));
    // `tags=stage=prod,checked`
    if let Some(tags) = words.list(&["tags"]) {
        let tag = |word: &String| match word.split_once('=') {
            Some((key, value)) => (key.to_owned(), json!(value)),
            None => (word.clone(), json!("")),
        };
        params.insert("tags".to_owned(), Value::Object(tags.iter().map(tag).collect()));
    }
    for name in ["params", "columns"] {
        if let Some(text) = words.text(&[name])? {
            let value: Value = serde_json::from_str(&text)
                .map_err(|error| Error::invalid_params(format!("{name} is no JSON: {error}")).field(name))?;
            params.insert(name.to_owned(), value);
        }
    }
    Ok(params)
}

async fn publish_file(
    app: &App,
    artifact_type: String,
    mut words: Words,
    headers: &HeaderMap,
    body: Body,
) -> Result<String> {
    let mut params = params(artifact_type, &mut words)?;
    let name = words.text(&["name", "fileName"])?;
    words.finish()?;
    if !params.contains_key("mediaType")
        && let Some(kind) = headers.get("content-type").and_then(|value| value.to_str().ok())
        && !["application/octet-stream", "application/x-www-form-urlencoded"].contains(&kind)
    {
        params.insert("mediaType".to_owned(), json!(kind));
    }
    let most = app.aside_in_new(|store| Ok(store.config().limits.upload_bytes)).await?;
    let name = file_name(name.as_deref());
    let upload = app.aside(move |store| Upload::begin(store.staging()?.scratch_folder()?, &name)).await?;
    let upload = receive(upload, body, most).await?;
    params.insert("dataPath".to_owned(), json!(upload.path()));
    let result = app.call("publish_artifact", Value::Object(params), query::actor(headers)).await;
    tokio::task::spawn_blocking(move || drop(upload));
    result
}

async fn receive(mut upload: Upload, mut body: Body, most: u64) -> Result<Upload> {
    while let Some(piece) = next(&mut body).await? {
        if upload.size + piece.len() as u64 > most {
            return Err(too_large(most).hint("raise limits.upload_bytes in keepstone.toml"));
        }
        let written = tokio::task::spawn_blocking(move || upload.write(&piece).map(|()| upload)).await;
        upload = written.unwrap_or_else(|panic| Err(Error::internal(format!("writing the upload failed: {panic}"))))?;
    }
    Ok(upload)
}

/// The name that the file gets: the last part of the one given, with nothing that means something to a file system.
fn file_name(given: Option<&str>) -> String {
    let last = given.unwrap_or_default().rsplit(['/', '\\']).next().unwrap_or_default();
    let mut name: String = last.chars().map(|letter| if letter.is_control() { '_' } else { letter }).collect();
    while name.len() > NAME_BYTES_MAX {
        name.pop();
    }
    if name.trim_start_matches('.').is_empty() { "upload".to_owned() } else { name }
}

/// A file on its way in, in a folder of its own, which goes with it.
struct Upload {
    folder: PathBuf,
    path: PathBuf,
    file: File,
    size: u64,
}

impl Upload {
    fn begin(folder: PathBuf, name: &str) -> Result<Self> {
        let path = folder.join(name);
        let file = files::create_new(&path, 0o600)?;
        Ok(Self { folder, path, file, size: 0 })
    }

    fn write(&mut self, piece: &[u8]) -> Result<()> {
        self.size += piece.len() as u64;
        Ok(self.file.write_all(piece).context("write", &self.path)?)
    }

    fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        files::remove_tree(&self.folder).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_name_is_no_way_out() {
        for (given, name) in [
            (Some("prices.csv"), "prices.csv"),
            (Some("../../etc/passwd"), "passwd"),
            (Some("C:\\data\\prices.csv"), "prices.csv"),
            (Some(".."), "upload"),
            (Some("a/"), "upload"),
            (Some("a\0b\n.csv"), "a_b_.csv"),
            (Some(".hidden"), ".hidden"),
            (None, "upload"),
        ] {
            assert_eq!(file_name(given), name, "{given:?}");
        }
        assert!(file_name(Some(&"ä".repeat(300))).len() <= 200);
    }
}
