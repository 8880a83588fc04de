//! What a publish would only repeat: artifacts of the same identity, as far as their bytes can be trusted.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Ingested;
use crate::manifest::{Found, Manifest, ObjectRow};
use crate::model::ids::{ArtifactId, ArtifactType};
use crate::model::{Error, Hash, Result, Watch};
use crate::store::{Reader, View, Writer};

/// By what a duplicate was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The same bytes, as given or as kept.
    FileHash,
    /// Other bytes with the same logical content.
    ContentHash,
}

impl Mode {
    /// The word for it, also in the manifest.
    pub fn word(self) -> &'static str {
        match self {
            Mode::FileHash => "file_hash",
            Mode::ContentHash => "content_hash",
        }
    }

    /// What such a word says.
    pub fn of(word: &str) -> Self {
        if word == Mode::FileHash.word() { Mode::FileHash } else { Mode::ContentHash }
    }
}

/// What is published, as far as it tells one artifact from another; the content comes to it.
#[derive(Debug)]
pub struct Identity {
    /// An id of the caller's own; then that artifact alone counts.
    pub artifact_id: Option<ArtifactId>,
    /// The type.
    pub artifact_type: ArtifactType,
    /// Version of the type's schema.
    pub schema_version: u32,
    /// The logical key, where it was given.
    pub given_key: Option<String>,
    /// The logical key, given or not; nothing where it will be the new id.
    pub logical_key: Option<String>,
}

/// Objects of what has the same content in other bytes, as they looked when they were proven.
#[derive(Debug, Default)]
pub struct Equals(Vec<(Hash, ObjectRow)>);

impl Identity {
    /// Reads the other bytes of the same content that this publish may turn out to repeat, while nobody waits for it.
    pub fn prove_equals(&self, ingested: &Ingested, reader: &Reader, watch: &dyn Watch) -> Result<Equals> {
        let mut equals = Vec::new();
        for found in self.candidates(ingested, reader.manifest())? {
            let record = &found.record;
            if record.content_hash != ingested.content_hash || record.file_hash == ingested.file_hash {
                continue;
            }
            for file in reader.manifest().files(found.seq)? {
                equals.extend(reader.trusted(&file.hash, None, watch)?.map(|looks| (file.hash, looks)));
            }
        }
        Ok(Equals(equals))
    }

    /// The artifact that this publish would only repeat, if there is one, and by what it was recognised.
    pub fn duplicate(
        &self,
        ingested: &Ingested,
        equals: &Equals,
        writer: &mut Writer,
    ) -> Result<Option<(Found, Mode)>> {
        let mut candidates = self.candidates(ingested, writer.manifest())?;
        if let Some(artifact_id) = &self.artifact_id {
            let Some(found) = candidates.pop() else { return Ok(None) };
            self.refuse_another(artifact_id, &found, ingested)?;
            if found.record.file_hash != ingested.file_hash && !equals.prove(&found, writer)? {
                let damaged = format!("artifact {artifact_id} has this content, but its own bytes are damaged");
                return Err(Error::integrity(damaged)
                    .field("artifactId")
                    .hint("publish under another artifactId, or the very bytes that it was first published with"));
            }
            return Ok(Some(recognised(found, ingested)));
        }
        for found in candidates {
            // A duplicate of something damaged would keep nothing, unless the very bytes given heal it.
            let usable = found.record.file_hash == ingested.file_hash || equals.prove(&found, writer)?;
            if found.record.format == ingested.format && usable {
                return Ok(Some(recognised(found, ingested)));
            }
        }
        Ok(None)
    }

    /// The artifact with these very bytes that this publish would only repeat, if it comes first and the manifest knows all
    /// its objects as they were proven.
    pub fn same_file(&self, ingested: &Ingested, manifest: &Manifest) -> Result<Option<Found>> {
        let Some(found) = self.candidates(ingested, manifest)?.into_iter().next() else { return Ok(None) };
        let same = found.record.file_hash == ingested.file_hash && found.record.format == ingested.format;
        if !same || self.artifact_id.as_ref().is_some_and(|id| self.refuse_another(id, &found, ingested).is_err()) {
            return Ok(None);
        }
        for (hash, looks) in &ingested.proven {
            if manifest.object(hash)?.as_ref() != Some(looks) {
                return Ok(None);
            }
        }
        Ok(Some(found))
    }

    /// With an id that artifact, whatever it is, else all of the same identity.
    fn candidates(&self, ingested: &Ingested, manifest: &Manifest) -> Result<Vec<Found>> {
        if let Some(artifact_id) = &self.artifact_id {
            return Ok(manifest.artifact(artifact_id.as_str())?.into_iter().collect());
        }
        let Some(key) = &self.logical_key else { return Ok(Vec::new()) };
        manifest.active_of_identity(self.artifact_type.as_str(), self.schema_version, key, &ingested.content_hash)
    }

    /// Refuses what has this id and is something else.
    fn refuse_another(&self, artifact_id: &ArtifactId, found: &Found, ingested: &Ingested) -> Result<()> {
        let record = &found.record;
        let what = if record.content_hash != ingested.content_hash || record.format != ingested.format {
            "other content"
        } else if record.artifact_type != self.artifact_type || record.schema_version != self.schema_version {
            "another type"
        } else if self.given_key.as_ref().is_some_and(|key| *key != record.logical_key) {
            "another logical key"
        } else if found.state.deleted_at.is_some() {
            "its content deleted"
        } else {
            return Ok(());
        };
        Err(Error::conflict(format!("artifact {artifact_id} exists with {what}")).field("artifactId").hint(match found
            .state
            .deleted_at
        {
            Some(_) => "restore it, or publish under another artifactId or without one",
            None => "publish under another artifactId, or without one",
        }))
    }
}

fn recognised(found: Found, ingested: &Ingested) -> (Found, Mode) {
    let record = &found.record;
    let same = record.source_hash == ingested.source_hash || record.file_hash == ingested.file_hash;
    (found, if same { Mode::FileHash } else { Mode::ContentHash })
}

impl Equals {
    /// Whether the bytes of an artifact can be trusted.
    fn prove(&self, found: &Found, writer: &mut Writer) -> Result<bool> {
        for file in writer.manifest().files(found.seq)? {
            let proven = self.0.iter().find(|(hash, _)| *hash == file.hash).map(|(_, looks)| *looks);
            if !writer.vouch(&file.hash, proven)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
