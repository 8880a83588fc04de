//! Sidecars: one JSON file an artifact, written once beside its readable name, from which a lost manifest is made again.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::base::files;
use crate::model::artifact::Publication;
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
    pub(super) actor: Option<String>,
    #[serde(flatten)]
    pub(super) publication: Publication,
}

impl Sidecar {
    pub(super) fn new(commit: i64, event_id: u64, actor: Option<String>, publication: Publication) -> Self {
        Self { format_version: FORMAT_VERSION, commit, event_id, actor, publication }
    }

    /// The text of the file.
    pub(super) fn text(&self) -> String {
        seal::seal(&serde_json::to_string_pretty(self).expect("plain data")) + "\n"
    }

    /// Reads a sidecar; `None` for a JSON file that is no sidecar of ours.
    pub(super) fn read(path: &Path) -> Result<Option<Self>> {
        let Ok(text) = files::read_text(path) else {
            return Ok(None);
        };
        if !text.contains("\"formatVersion\"") || !text.contains("\"check\"") {
            return Ok(None);
        }
        if !seal::intact(text.trim_end_matches('\n')) {
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
