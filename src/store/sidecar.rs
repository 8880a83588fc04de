//! Sidecars: one JSON file an artifact, written once beside its readable name, from which a lost manifest is made again.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::base::files;
use crate::model::artifact::{Event, Publication};
use crate::model::{Error, Result, seal};

/// The version of this form.
const FORMAT_VERSION: u32 = 1;

/// What a sidecar says.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sidecar {
    pub(super) format_version: u32,
    /// The artifact's place in the order of commits.
    pub(super) commit: i64,
    /// The event of its publishing.
    pub(super) event_id: u64,
    /// When it was published, where its creation is told to be another moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) published_at: Option<String>,
    pub(super) actor: Option<String>,
    #[serde(flatten)]
    pub(super) publication: Publication,
}

impl Sidecar {
    /// The sidecar of what was published by this event.
    pub(super) fn new(commit: i64, published: &Event, publication: Publication) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            commit,
            event_id: published.event_id.0,
            published_at: (published.at != publication.record.created_at).then(|| published.at.clone()),
            actor: published.actor.clone(),
            publication,
        }
    }

    /// Whether a file is a sidecar of a version 1 store, which stays beside ours after the migration.
    pub(super) fn is_of_version_1(path: &Path) -> bool {
        let fields = files::read_text(path).ok().and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok());
        fields.is_some_and(|fields| fields.get("artifact_id").is_some() && fields.get("identity").is_some())
    }

    /// The text of the file.
    pub(super) fn text(&self) -> String {
        seal::seal(serde_json::to_string_pretty(self).expect("plain data")) + "\n"
    }

    /// Reads a sidecar; `None` for a JSON file that is no sidecar of ours.
    pub(super) fn read(path: &Path) -> Result<Option<Self>> {
        let bytes = files::read(path)?;
        let text = String::from_utf8_lossy(&bytes);
        // A flipped bit may hit one of the words by which ours are known.
        let words = ["\"formatVersion\"", "\"artifactId\"", "\"eventId\"", "\"contentHash\"", "\"check\""];
        if words.iter().filter(|word| text.contains(*word)).count() < words.len() - 1 {
            return Ok(None);
        }
        if std::str::from_utf8(&bytes).is_err() || !seal::intact(text.trim_end_matches('\n')) {
            return Err(Error::integrity(format!(
                "{}: its check fails, so it was changed after it was written",
                path.display()
            ))
            .hint("restore the file from a copy, or move it away to go on without that artifact"));
        }
        let sidecar: Self = serde_json::from_str(&text)
            .map_err(|error| Error::integrity(format!("{} is no sidecar: {error}", path.display())))?;
        if sidecar.format_version > FORMAT_VERSION {
            return Err(Error::unsupported(format!(
                "{} has format {}, made by a newer keepstone; this one reads up to {FORMAT_VERSION}",
                path.display(),
                sidecar.format_version
            )));
        }
        Ok(Some(sidecar))
    }
}
