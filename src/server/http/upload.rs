//! `POST /v1/artifacts`: publishes the body, which is streamed into the store's staging folder, never held in memory.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::app::App;
use super::body::{self, Incoming};
use super::query::{self, Words};
use super::reply::{self, Refused};
use crate::base::files::{self, Context};
use crate::model::ids::ArtifactType;
use crate::model::{Error, Result};
use crate::operations::rest::{Resource, UPLOAD_NAME, UPLOAD_TYPE};
use crate::publishing::media_type_of;
use crate::store::Site;

/// Longest name of an uploaded file.
const NAME_BYTES_MAX: usize = 200;

/// Publishes the body: with `type` in the query the file itself, else a JSON object of publish_artifact's params.
pub(super) async fn publish(
    State(app): State<Arc<App>>,
    resource: &'static Resource,
    request: Request,
) -> Result<Response, Refused> {
    let (head, body) = request.into_parts();
    let words = Words::of(&head.uri);
    let text = if words.has(&UPLOAD_TYPE) {
        publish_file(&app, resource, words, &head.headers, body).await?
    } else {
        words.params(&[]).map_err(|error| error.hint("give type=… to publish the body itself"))?;
        let (params, _room) = body::json(&app.memory, &head.headers, body).await?;
        app.call_from_afar(resource.operation, params, query::actor(&head.headers)).await?
    };
    let told: Value = serde_json::from_str(&text).expect("a result is JSON");
    let status = if told["deduped"] == true { StatusCode::OK } else { StatusCode::CREATED };
    let mut response = reply::json_with(status, text);
    let place = format!("/v1/artifacts/{}", told["artifactId"].as_str().unwrap_or_default());
    response.headers_mut().insert(LOCATION, place.parse().expect("an id is plain"));
    Ok(response)
}

async fn publish_file(
    app: &App,
    resource: &Resource,
    mut words: Words,
    headers: &HeaderMap,
    body: Body,
) -> Result<String> {
    let name = words.take(&UPLOAD_NAME)?;
    let name = file_name(name.as_ref().and_then(Value::as_str));
    let (mut params, names) = words.params(resource.words)?;
    // Known to be wrong before there is a store, it must not make one.
    let artifact_type = params.get("artifactType").and_then(Value::as_str).unwrap_or_default();
    ArtifactType::try_from(artifact_type.to_owned()).map_err(|error| Error::invalid_params(error).field("type"))?;
    // What a name tells, a client's default would only blur.
    if media_type_of(&name).is_none()
        && let Some(kind) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok())
        && !["application/octet-stream", "application/x-www-form-urlencoded"].contains(&kind)
    {
        if is_table(kind) {
            params.entry("format").or_insert(json!("table"));
        }
        if params.get("format") != Some(&json!("table")) {
            params.entry("mediaType").or_insert(json!(kind));
        }
    }
    let shown = name.clone();
    let begin = move |site: &Site| {
        let store = site.store_or_create()?;
        Ok((store.config().limits.upload_bytes, Upload::begin(store.staging()?.scratch_folder()?, &name)?))
    };
    let (most, upload) = app.aside(begin).await?;
    let upload = receive(upload, body, most).await?;
    params.insert("dataPath".to_owned(), json!(upload.path()));
    let result = app.call(resource.operation, Value::Object(params), query::actor(headers)).await;
    let here = upload.path().display().to_string();
    tokio::task::spawn_blocking(move || drop(upload));
    result.map_err(|error| names.told(error).called("dataPath", "body").reworded(&here, &shown))
}

/// Whether a Content-Type is that of a file which becomes a table.
fn is_table(kind: &str) -> bool {
    let essence = kind.split(';').next().unwrap_or_default().trim();
    ["a.csv", "a.parquet"].into_iter().filter_map(media_type_of).any(|table| essence.eq_ignore_ascii_case(table))
}

async fn receive(mut upload: Upload, body: Body, most: u64) -> Result<Upload> {
    let mut incoming = Incoming::new(body);
    while let Some(piece) = incoming.next().await? {
        if upload.size + piece.len() as u64 > most {
            return Err(body::too_large(most).hint("raise limits.upload_bytes in keepstone.toml"));
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
