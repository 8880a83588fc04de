//! What a short reference means.

use serde_json::{Value, json};

use crate::manifest::Found;
use crate::model::reference::{Reference, Which, id_tail};
use crate::model::{Error, Result};
use crate::store::View;

/// Most artifacts that an ambiguous reference is answered with.
const MOST_CANDIDATES: usize = 10;

/// The one artifact that a reference means.
pub fn resolve(view: &impl View, reference: &str) -> Result<Found> {
    let found = match Reference::parse(reference) {
        Reference::Id(text) => by_id(view, text),
        Reference::Key { artifact_type, logical_key, which } => by_key(view, artifact_type, logical_key, which),
    };
    found.map_err(|error| error.field("ref"))
}

fn by_id(view: &impl View, text: &str) -> Result<Found> {
    if text.is_empty() {
        return Err(Error::invalid_params("ref: it must not be empty"));
    }
    if let Some(found) = view.manifest().artifact(text)? {
        return Ok(found);
    }
    let tail = id_tail(text);
    let mut found = view.manifest().artifacts_of_partial_id(text, tail.as_deref(), MOST_CANDIDATES + 1)?;
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

fn by_key(view: &impl View, artifact_type: &str, logical_key: &str, which: Which) -> Result<Found> {
    let manifest = view.manifest();
    let found = match which {
        Which::Latest => manifest.latest_active(artifact_type, logical_key)?,
        Which::Version(version) => manifest.artifact_of_version(artifact_type, logical_key, version)?,
        Which::Alias(alias) => match manifest.artifact_of_alias(artifact_type, logical_key, alias)? {
            Some(found) => Some(found),
            // Then the `@` is one of the key's own.
            None => {
                let whole = format!("{logical_key}@{alias}");
                if manifest.highest_version(artifact_type, &whole)?.is_some() {
                    return by_key(view, artifact_type, &whole, Which::Latest);
                }
                None
            }
        },
    };
    if let Some(found) = found {
        return Ok(found);
    }
    let name = format!("{artifact_type}:{logical_key}");
    Err(match (manifest.highest_version(artifact_type, logical_key)?, which) {
        (None, Which::Alias(alias)) => nothing(&format!("{name}@{alias}")),
        (None, _) => nothing(&name),
        (Some(highest), Which::Alias(alias)) => Error::not_found(format!("{name:?} has no alias {alias}"))
            .hint(format!("set one with set_alias, or name a version, as in {name}@v{highest}")),
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

fn nothing(name: &str) -> Error {
    Error::not_found(format!("artifact {name:?} was not found: nothing has this type and key"))
        .hint("a reference is written type:key, type:key@v3, type:key@alias, or as an id")
}
