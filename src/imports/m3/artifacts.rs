//! Artifacts of M3: its manifests, read, checked and put into our words.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{ContentHash, Folder, Reading, make_exact};
use crate::base::clock;
use crate::imports::Findings;
use crate::imports::findings::About;
use crate::manifest::Found;
use crate::model::artifact::{FileEntry, Format, Input, Publication, Record, Storage, UNNAMED, Writer};
use crate::model::ids::{ArtifactId, ArtifactType, Relation, RunId};
use crate::model::import::{ImportFault, ImportFinding};
use crate::model::number::Count;
use crate::model::{Hash, Result, Watch, curation};

/// A manifest as M3 writes it.
#[derive(Debug, Deserialize)]
struct Manifest {
    artifact_id: String,
    artifact_type: String,
    content_hash: ContentHash,
    byte_size: u64,
    created_utc: String,
    provenance: Map<String, Value>,
    roles: Option<Vec<String>>,
    lineage: Lineage,
    media_type: Option<String>,
    tags: Option<BTreeMap<String, String>>,
    annotations: Option<Map<String, Value>>,
    /// It follows from the hash.
    #[serde(rename = "storage_path")]
    _storage_path: Option<String>,
    #[serde(rename = "schema_version")]
    _schema_version: Option<u64>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
struct Lineage {
    run_id: String,
    inputs: Option<Vec<Reference>>,
    stage_name: Option<String>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
struct Reference {
    artifact_id: String,
    relation: Option<String>,
    content_hash: Option<ContentHash>,
}

/// What has to be known of an artifact before its turn comes.
#[derive(Debug)]
pub struct Card {
    path: PathBuf,
    created_at: String,
    artifact_id: ArtifactId,
}

/// The artifacts of a folder, oldest first, those of one second by id; and the hashes that they say they have.
#[derive(Debug, Default)]
pub struct Artifacts {
    /// Those that can be taken in as far as their manifests tell.
    pub cards: Vec<Card>,
    /// How many can't.
    pub skipped: u64,
    hashes: HashMap<String, Hash>,
}

impl Artifacts {
    /// Looks through all manifests.
    pub fn look(folder: &Folder, findings: &mut Findings, watch: &dyn Watch) -> Result<Self> {
        let mut found = Self::default();
        let paths = folder.json_files("manifests")?;
        for (done, path) in paths.iter().enumerate() {
            watch.step(done as u64, paths.len() as u64, "manifests read")?;
            match card(folder, path) {
                Ok((card, hash)) => {
                    found.hashes.insert(card.artifact_id.to_string(), hash);
                    found.cards.push(card);
                }
                Err(finding) => {
                    findings.add(finding);
                    found.skipped += 1;
                }
            }
        }
        found
            .cards
            .sort_by(|left, right| (&left.created_at, &left.artifact_id).cmp(&(&right.created_at, &right.artifact_id)));
        Ok(found)
    }

    /// Whether an object is an artifact's.
    pub(super) fn hashes(&self) -> impl Iterator<Item = &Hash> {
        self.hashes.values()
    }
}

/// An artifact in our words, its bytes still where they were.
#[derive(Debug)]
pub struct Taken {
    /// What is to be published. Its size is what the manifest says, its version and its name are still to be found.
    pub publication: Publication,
    /// Where its bytes lie.
    pub source: PathBuf,
    /// What is odd about it.
    pub findings: Vec<ImportFinding>,
    about: About,
}

impl Taken {
    /// What is still to be proven about its bytes.
    pub fn hash(&self) -> Hash {
        self.publication.record.file_hash
    }

    /// Notes how long it really is.
    pub fn set_size(&mut self, size: u64) {
        let record = &mut self.publication.record;
        if size != record.size_bytes {
            let message = format!(
                "artifact {} says it has {} bytes; its object has {size}",
                record.artifact_id, record.size_bytes
            );
            self.findings.push(self.about.finding(ImportFault::SizeDiffers, message));
        }
        (record.size_bytes, record.source_size) = (size, size);
        self.publication.files[0].size_bytes = Count(size);
    }

    /// A finding about it.
    pub fn finding(&self, code: ImportFault, what: &str) -> ImportFinding {
        self.about.finding(code, format!("artifact {} {what}", self.publication.record.artifact_id))
    }

    /// What is to be remembered until all are taken in.
    pub fn noted(&self) -> Noted {
        let inputs = self.publication.inputs.iter().map(|input| input.artifact_id.clone()).collect();
        Noted { inputs, about: self.about.clone() }
    }
}

/// The inputs that an artifact names.
#[derive(Debug)]
pub struct Noted {
    inputs: Vec<ArtifactId>,
    about: About,
}

impl Noted {
    /// The findings about inputs that are not there.
    pub fn missing(self, is_there: impl Fn(&ArtifactId) -> Result<bool>) -> Result<Vec<ImportFinding>> {
        let mut findings = Vec::new();
        for input in &self.inputs {
            if !is_there(input)? {
                let who = self.about.subject.as_deref().unwrap_or_default();
                let message = format!("artifact {who}: its input {input} is not there and stays a missing input");
                findings.push(self.about.finding(ImportFault::InputMissing, message));
            }
        }
        Ok(findings)
    }
}

fn card(folder: &Folder, path: &Path) -> Reading<(Card, Hash)> {
    let manifest: Manifest = folder.read(path)?;
    let about = folder.about(path).of(&manifest.artifact_id);
    let artifact_id = ArtifactId::try_from(manifest.artifact_id.clone())
        .map_err(|told| about.finding(ImportFault::InvalidName, told))?;
    ArtifactType::try_from(manifest.artifact_type)
        .map_err(|told| about.finding(ImportFault::InvalidName, format!("artifact {artifact_id}: {told}")))?;
    if path.file_stem().is_none_or(|stem| stem.to_string_lossy() != artifact_id.as_str()) {
        let message = format!("{} holds the manifest of artifact {artifact_id}", path.display());
        return Err(about.finding(ImportFault::NameDiffers, message));
    }
    let hash = manifest.content_hash.hash().ok_or_else(|| {
        let ContentHash { algorithm, digest } = &manifest.content_hash;
        let message = format!("artifact {artifact_id}: {algorithm} {digest:?} is no SHA-256 in lower case");
        about.finding(ImportFault::UnsupportedHash, message)
    })?;
    let created_at = moment(&manifest.created_utc).ok_or_else(|| {
        let message = format!("artifact {artifact_id}: created_utc {:?} is no moment", manifest.created_utc);
        about.finding(ImportFault::Invalid, message)
    })?;
    Ok((Card { path: path.to_owned(), created_at, artifact_id }, hash))
}

/// A moment in the form of createdAt.
pub(super) fn moment(text: &str) -> Option<String> {
    let years = -62_167_219_200..=253_402_207_200;
    let moment = clock::parse_moment(text).filter(|moment| years.contains(&moment.as_second()));
    moment.map(clock::millis_text)
}

impl Artifacts {
    /// Reads an artifact, and says what is odd about it.
    pub fn take(&self, folder: &Folder, card: &Card) -> Reading<Taken> {
        let manifest: Manifest = folder.read(&card.path)?;
        let about = folder.about(&card.path).of(&manifest.artifact_id);
        let changed =
            || about.finding(ImportFault::Unreadable, format!("{} changed while it was read", card.path.display()));
        let hash = manifest.content_hash.hash().ok_or_else(changed)?;
        if manifest.artifact_id != card.artifact_id.as_str() {
            return Err(changed());
        }
        let artifact_type = ArtifactType::try_from(manifest.artifact_type).map_err(|_| changed())?;
        let mut findings = Vec::new();
        let mut others = Others { rest: manifest.rest, lineage: manifest.lineage.rest };
        let inputs = self.inputs(manifest.lineage.inputs.unwrap_or_default(), &about, &mut others, &mut findings);
        let run_id = match RunId::try_from(manifest.lineage.run_id.clone()) {
            Ok(run_id) => Some(run_id.to_string()),
            Err(told) => {
                others.lineage.insert("run_id".to_owned(), Value::String(manifest.lineage.run_id));
                let message = format!("artifact {}: its run can't be named here: {told}", card.artifact_id);
                findings.push(about.finding(ImportFault::ReferenceLeftOut, message));
                None
            }
        };
        let mut provenance = manifest.provenance;
        let mut text = |key: &str| match provenance.get(key) {
            Some(Value::String(text)) => {
                let text = text.clone();
                provenance.remove(key);
                Some(text)
            }
            _ => None,
        };
        let (name, version) = (text("generator"), text("generator_version"));
        let parts = [
            ("annotations", Value::Object(manifest.annotations.unwrap_or_default())),
            ("provenance", Value::Object(provenance)),
            ("stageName", manifest.lineage.stage_name.map_or(Value::Null, Value::String)),
            ("otherFields", others.value()),
        ];
        let empty = |value: &Value| value.is_null() || value.as_object().is_some_and(Map::is_empty);
        let parts = parts.into_iter().filter(|(_, value)| !empty(value));
        let mut params: Map<String, Value> = parts.map(|(key, value)| (key.to_owned(), value)).collect();
        if make_exact(&mut params) {
            let message = format!(
                "artifact {}: a number beyond 2^53-1, where JSON readers round, became a text in its params",
                card.artifact_id
            );
            findings.push(about.finding(ImportFault::NumberAsText, message));
        }
        let size = manifest.byte_size;
        let file = FileEntry {
            path: UNNAMED.to_owned(),
            hash,
            size_bytes: Count(size),
            media_type: manifest.media_type.clone(),
            role: None,
        };
        let record = Record {
            artifact_id: card.artifact_id.clone(),
            artifact_type,
            schema_version: 1,
            logical_key: card.artifact_id.to_string(),
            version: 1,
            format: Format::File,
            storage: Storage::Managed,
            file_hash: hash,
            content_hash: hash,
            content_hash_version: 1,
            legacy_content_hash: None,
            source_hash: hash,
            source_size: size,
            size_bytes: size,
            row_count: None,
            min_ts: None,
            max_ts: None,
            created_at: card.created_at.clone(),
            media_type: manifest.media_type,
            run_id,
            family: None,
            outcome: None,
            source: None,
            capabilities: Vec::new(),
            roles: manifest.roles.unwrap_or_default(),
            params,
            writer: (name.is_some() || version.is_some()).then_some(Writer { name, version }),
            git: None,
            columns: BTreeMap::new(),
            file_count: 1,
            name: String::new(),
            extension: None,
        };
        let mut tags = manifest.tags.unwrap_or_default();
        for told in curation::fit(&mut None, &mut None, &mut tags) {
            let message = format!("artifact {}: {told}", card.artifact_id);
            findings.push(about.finding(ImportFault::Shortened, message));
        }
        let publication = Publication {
            record,
            title: None,
            description: None,
            tags,
            archived: false,
            files: vec![file],
            inputs,
            request: None,
            place: None,
        };
        Ok(Taken { publication, source: folder.object(&hash), findings, about })
    }

    /// The inputs that can be named here; the others are kept among the other fields.
    fn inputs(
        &self,
        references: Vec<Reference>,
        about: &About,
        others: &mut Others,
        findings: &mut Vec<ImportFinding>,
    ) -> Vec<Input> {
        let mut inputs: Vec<Input> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        let mut odd = Vec::new();
        let who = about.subject.as_deref().unwrap_or_default();
        for reference in references {
            let relation = reference.relation.clone().map_or_else(|| Ok(Relation::default()), Relation::try_from);
            let input = ArtifactId::try_from(reference.artifact_id.clone())
                .and_then(|artifact_id| relation.map(|relation| Input { artifact_id, relation }));
            let input = match input {
                Ok(input) => input,
                Err(told) => {
                    odd.push(json!({ "artifact_id": reference.artifact_id, "relation": reference.relation }));
                    let message = format!("artifact {who}: its input can't be named here: {told}");
                    findings.push(about.finding(ImportFault::ReferenceLeftOut, message));
                    continue;
                }
            };
            if let (Some(noted), Some(hash)) = (&reference.content_hash, self.hashes.get(input.artifact_id.as_str()))
                && noted.hash() != Some(*hash)
            {
                let message = format!(
                    "artifact {who}: its input {} has the hash {hash}, and had {}:{} when it was used",
                    input.artifact_id, noted.algorithm, noted.digest
                );
                findings.push(about.finding(ImportFault::InputDiffers, message));
            }
            if seen.insert(input.clone()) {
                inputs.push(input);
            }
        }
        if !odd.is_empty() {
            others.lineage.insert("inputs".to_owned(), Value::Array(odd));
        }
        inputs
    }
}

/// What a manifest says for which there is no place of its own.
struct Others {
    rest: Map<String, Value>,
    lineage: Map<String, Value>,
}

impl Others {
    fn value(mut self) -> Value {
        if !self.lineage.is_empty() {
            self.rest.insert("lineage".to_owned(), Value::Object(self.lineage));
        }
        Value::Object(self.rest)
    }
}

/// What of an artifact in the store is not as the folder has it. Its tags may have changed since, and inputs may have
/// been added.
pub(super) fn differs(there: &Found, inputs: &[Input], wanted: &Publication) -> Option<&'static str> {
    let (there, wanted_record) = (&there.record, &wanted.record);
    let same = [
        ("content", there.file_hash == wanted_record.file_hash && there.format == wanted_record.format),
        ("type", there.artifact_type == wanted_record.artifact_type),
        ("time of creation", there.created_at == wanted_record.created_at),
        ("run", there.run_id == wanted_record.run_id),
        ("media type", there.media_type == wanted_record.media_type),
        ("roles", there.roles == wanted_record.roles),
        ("writer", there.writer == wanted_record.writer),
        ("params", there.params == wanted_record.params),
        ("inputs", wanted.inputs.iter().all(|input| inputs.contains(input))),
    ];
    same.into_iter().find(|(_, same)| !same).map(|(what, _)| what)
}
