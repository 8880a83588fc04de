//! `resolve`

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::manifest::Found;
use crate::model::artifact::Artifact;
use crate::model::reference::{Reference, Which, id_tail};
use crate::model::{Error, Result};
use crate::operations::{Context, Operation, Query};
use crate::store::{Reader, View};

/// Most artifacts that an ambiguous reference is answered with.
const MOST_CANDIDATES: usize = 10;

/// Answers the one artifact that a short reference means: an id, the start of one, the 8 hex digits at its end, or
/// `type:key`, which is the latest active version, also written `type:key@latest`; `type:key@v3` is version 3, whatever
/// became of it.
///
/// What could mean several artifacts is a conflict with them as `candidates`, at most 10. A whole id comes before
/// everything that only begins with it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"ref": "5f2c81d4"}, {"ref": "ohlcv_slice:AAPL:2026-03@v2"}]))]
pub struct Params {
    /// The reference. The first `:` ends the type; only `latest` or a version behind the last `@` is not part of the key.
    #[serde(rename = "ref")]
    reference: String,
}

/// `resolve`
pub enum Resolve {}

impl Operation for Resolve {
    const METHOD: &'static str = "resolve";
    type Params = Params;
    type Result = Artifact;
}

impl Query for Resolve {
    fn run(reader: &Reader, params: Params, _: &Context) -> Result<Artifact> {
        let found = match Reference::parse(&params.reference) {
            Reference::Id(text) => by_id(reader, text),
            Reference::Key { artifact_type, logical_key, which } => by_key(reader, artifact_type, logical_key, which),
        };
        Ok(reader.answer(found.map_err(|error| error.field("ref"))?))
    }
}

fn by_id(reader: &Reader, text: &str) -> Result<Found> {
    if text.is_empty() {
        return Err(Error::invalid_params("ref: it must not be empty"));
    }
    if let Some(found) = reader.manifest().artifact(text)? {
        return Ok(found);
    }
    let tail = id_tail(text);
    let mut found = reader.manifest().artifacts_of_partial_id(text, tail.as_deref(), MOST_CANDIDATES + 1)?;
    if found.len() > 1 {
        return Err(ambiguous(text, &found));
    }
    found.pop().ok_or_else(|| {
        Error::not_found(format!("artifact {text:?} was not found"))
            .hint("name it by its id, the start of it, the 8 digits at its end, or as type:key or type:key@v3")
    })
}

fn ambiguous(text: &str, found: &[Found]) -> Error {
    let count = match found.len() {
        count if count > MOST_CANDIDATES => format!("more than {MOST_CANDIDATES}"),
        count => count.to_string(),
    };
    let candidate = |found: &Found| {
        let record = &found.record;
        json!({"artifactId": record.artifact_id, "artifactType": record.artifact_type,
            "logicalKey": record.logical_key, "version": record.version})
    };
    let candidates: Vec<Value> = found.iter().take(MOST_CANDIDATES).map(candidate).collect();
    Error::conflict(format!("{text:?} could mean {count} artifacts"))
        .hint("write more of the id that is meant")
        .detail("candidates", candidates)
}

fn by_key(reader: &Reader, artifact_type: &str, logical_key: &str, which: Which) -> Result<Found> {
    let manifest = reader.manifest();
    let found = match which {
        Which::Latest => manifest.latest_active(artifact_type, logical_key)?,
        Which::Version(version) => manifest.artifact_of_version(artifact_type, logical_key, version)?,
    };
    if let Some(found) = found {
        return Ok(found);
    }
    let name = format!("{artifact_type}:{logical_key}");
    Err(match (manifest.highest_version(artifact_type, logical_key)?, which) {
        (None, _) => Error::not_found(format!("artifact {name:?} was not found: nothing has this type and key"))
            .hint("a reference is written type:key, type:key@v3, or as an id"),
        (Some(highest), Which::Version(version)) => {
            Error::not_found(format!("version {version} of {name:?} was not found"))
                .hint(format!("its highest version is v{highest}"))
        }
        (Some(highest), Which::Latest) => {
            Error::not_found(format!("an active version of {name:?} was not found: all are superseded or deleted"))
                .hint(format!("name the version, as in {name}@v{highest}"))
        }
    })
}
