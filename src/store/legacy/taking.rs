//! Takes one artifact of version 1: its bytes become an object, and what its row and its sidecar say a publication.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::whereabouts::{candidates, hint};
use crate::base::clock;
use crate::base::files::{self, Context, Fingerprint};
use crate::manifest::{ObjectRow, Version1Artifact};
use crate::model::artifact::{FileEntry, Format, Git, Publication, Record, Storage, TypeDefinition, Writer};
use crate::model::ids::{ArtifactId, ArtifactType};
use crate::model::number::Count;
use crate::model::{Error, Hash, Kind, Result, Unwatched};
use crate::objects::{self, Objects, Placed, Staging};
use crate::store::init::seed_types;
use crate::store::layout::Layout;
use crate::tabular::{self, Shape, Table};

const PARQUET: &str = "application/vnd.apache.parquet";

/// The version of a content hash that could not be computed anew: it is the one of version 1.
pub(super) const LEGACY_CONTENT_HASH: u32 = 0;

/// Takes artifacts one after the other.
pub(super) struct Taker<'a> {
    pub(super) layout: &'a Layout,
    pub(super) staging: &'a Staging,
    pub(super) now: Timestamp,
    objects: Objects,
    types: BTreeMap<String, Shape>,
    /// The folders of objects that have to reach the disk before the commit.
    placed: BTreeSet<Hash>,
}

/// An artifact that waits for its number, its name, its tags and its inputs.
pub(super) struct Taken {
    pub(super) publication: Publication,
    pub(super) hint: Option<String>,
    pub(super) object: Option<(Hash, ObjectRow)>,
    pub(super) findings: Vec<String>,
}

/// Who and what made an artifact; only the sidecars know.
#[derive(Default)]
struct Provenance {
    writer: Option<Writer>,
    git: Option<Git>,
    params: Map<String, Value>,
}

impl<'a> Taker<'a> {
    pub(super) fn new(layout: &'a Layout, staging: &'a Staging, now: Timestamp) -> Self {
        let shape = |definition: TypeDefinition| Shape {
            canonical_columns: definition.canonical_columns,
            sort_keys: definition.sort_keys,
            timestamp_columns: definition.timestamp_columns,
        };
        let types = seed_types().into_iter().map(|known| (known.artifact_type.to_string(), shape(known))).collect();
        let objects = Objects::new(layout.objects());
        Self { layout, staging, now, objects, types, placed: BTreeSet::new() }
    }

    /// Waits until every object taken has reached the disk.
    pub(super) fn sync(&self) -> Result<()> {
        self.objects.sync_all(&self.placed)
    }

    /// Takes an artifact under this id. What is wrong with it alone becomes a finding, what is wrong with the store
    /// an error.
    pub(super) fn take(&mut self, row: &Version1Artifact, artifact_id: ArtifactId) -> Result<Taken> {
        let mut findings = Vec::new();
        let artifact_type = ArtifactType::try_from(row.artifact_type.clone()).unwrap_or_else(|reason| {
            let word = name_like(&row.artifact_type, 64);
            findings.push(format!("its type became {word}: {reason}"));
            ArtifactType::try_from(word).expect("made to be a name")
        });
        let recorded = Hash::parse(&row.file_hash);
        if recorded.is_none() {
            findings.push(format!("its file hash {:?} is no hash", row.file_hash));
        }
        let object = self.bytes(row, recorded, &mut findings)?;
        let table = match &object {
            Some((hash, _)) => self.read(row, hash, &mut findings)?,
            None => None,
        };
        let legacy = Hash::parse(&row.content_hash);
        let (content_hash, content_hash_version) = match (&table, legacy) {
            (Some(table), _) => (Hash(table.content_hash), tabular::CONTENT_HASH_VERSION),
            (None, Some(legacy)) => (legacy, LEGACY_CONTENT_HASH),
            (None, None) => {
                findings.push(format!("its content hash {:?} is no hash", row.content_hash));
                (Hash::of(row.content_hash.as_bytes()), LEGACY_CONTENT_HASH)
            }
        };
        let file_hash = recorded.or(object.map(|(hash, _)| hash)).unwrap_or(Hash::of(row.file_hash.as_bytes()));
        let size = object.map_or(0, |(_, looks)| looks.size_bytes);
        let provenance = self.provenance(row, &mut findings);
        let (min_ts, max_ts) = times(row, table.as_ref(), &mut findings);
        let record = Record {
            artifact_id,
            artifact_type,
            schema_version: schema_version(row, &mut findings),
            logical_key: row.logical_key.clone(),
            version: 0,
            format: Format::Table,
            storage: Storage::Managed,
            file_hash,
            content_hash,
            content_hash_version,
            legacy_content_hash: Some(legacy.map_or_else(|| row.content_hash.clone(), |hash| hash.to_string())),
            source_hash: file_hash,
            source_size: size,
            size_bytes: size,
            row_count: rows(row, table.as_ref(), &mut findings),
            min_ts,
            max_ts,
            created_at: self.created_at(row, &mut findings),
            media_type: Some(PARQUET.to_owned()),
            run_id: None,
            family: None,
            outcome: None,
            source: None,
            capabilities: Vec::new(),
            roles: Vec::new(),
            params: provenance.params,
            writer: provenance.writer,
            git: provenance.git,
            columns: BTreeMap::new(),
            file_count: 1,
            name: String::new(),
            extension: Some("parquet".to_owned()),
        };
        let name = Path::new(&row.path_parquet).file_name().map(|name| name.to_string_lossy().into_owned());
        let file = FileEntry {
            path: name.unwrap_or_else(|| "content.parquet".to_owned()),
            hash: file_hash,
            size_bytes: Count(size),
            media_type: Some(PARQUET.to_owned()),
            role: None,
        };
        let publication = Publication {
            record,
            title: None,
            description: None,
            tags: BTreeMap::new(),
            archived: false,
            files: vec![file],
            inputs: Vec::new(),
            request: None,
            place: None,
        };
        Ok(Taken { publication, hint: hint(row), object, findings })
    }

    /// Makes the row's Parquet file an object, if one is found that has the row's hash.
    fn bytes(
        &mut self,
        row: &Version1Artifact,
        recorded: Option<Hash>,
        findings: &mut Vec<String>,
    ) -> Result<Option<(Hash, ObjectRow)>> {
        if let Some(hash) = recorded
            && let Some(looks) = self.objects.look(&hash)?
            && self.objects.proven(&hash, &Unwatched)?
        {
            self.placed.insert(hash);
            return Ok(Some((hash, object_row(looks))));
        }
        let mut wrong = Vec::new();
        for path in candidates(self.layout.root(), self.layout.artifacts(), row, &row.path_parquet) {
            match hash_of(&path) {
                Ok(None) => {}
                Ok(Some(hash)) if recorded.is_none_or(|recorded| recorded == hash) => {
                    let kept = self.keep(&path, &hash)?;
                    return Ok(Some((hash, kept)));
                }
                Ok(Some(hash)) => {
                    wrong.push(format!("its Parquet file {} has changed: its hash is {hash}", path.display()));
                }
                Err(error) => wrong.push(format!("its Parquet file can't be read: {}", error.message())),
            }
        }
        if wrong.is_empty() {
            wrong.push(format!("its Parquet file {} is missing", row.path_parquet));
        }
        findings.append(&mut wrong);
        Ok(None)
    }

    fn keep(&mut self, path: &Path, hash: &Hash) -> Result<ObjectRow> {
        let (file, metadata) = files::open_regular(path)?;
        let staged = self.staging.copy(&file, path, metadata.len(), &Unwatched)?;
        if staged.hash != *hash {
            return Err(Error::busy(format!("{} was changed while it was read", path.display()))
                .hint("stop what writes to the old store and send the request again"));
        }
        self.placed.insert(*hash);
        Ok(object_row(match self.objects.place(&staged)? {
            Placed::New(looks) => looks,
            Placed::AlreadyThere(looks) if self.objects.proven(hash, &Unwatched)? => looks,
            Placed::AlreadyThere(_) => {
                self.objects.heal(&staged, &self.layout.quarantine(), &clock::stamp(self.now))?.0
            }
        }))
    }

    /// Reads the table, if it can be read as its type has it.
    fn read(&self, row: &Version1Artifact, hash: &Hash, findings: &mut Vec<String>) -> Result<Option<Table>> {
        let (file, _) = self.objects.open(hash)?;
        let all = Shape::default();
        let shape = self.types.get(&row.artifact_type).unwrap_or(&all);
        let path = Path::new(&row.path_parquet);
        match tabular::read_parquet(&file, path, shape, self.staging.folder(), &Unwatched) {
            Ok(table) => Ok(Some(table)),
            Err(error) if matches!(error.kind(), Kind::NoSpace | Kind::Internal | Kind::ReadOnly) => Err(error),
            Err(error) => {
                findings.push(format!("its content hash is still the one of version 1: {}", error.message()));
                Ok(None)
            }
        }
    }

    fn provenance(&self, row: &Version1Artifact, findings: &mut Vec<String>) -> Provenance {
        let paths = candidates(self.layout.root(), self.layout.artifacts(), row, &row.path_sidecar);
        match sidecar(&paths, row) {
            Ok(sidecar) => Provenance::of(&sidecar["provenance"]),
            Err(reason) => {
                findings.push(format!("its writer, git commit and params are not known: {reason}"));
                Provenance::default()
            }
        }
    }

    fn created_at(&self, row: &Version1Artifact, findings: &mut Vec<String>) -> String {
        let moment = clock::parse_moment(&row.created_at).unwrap_or_else(|| {
            findings.push(format!("when it was published is not known: {:?} is no moment", row.created_at));
            self.now
        });
        clock::millis_text(moment)
    }
}

impl Provenance {
    fn of(value: &Value) -> Self {
        let text = |value: &Value| match value {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        };
        let (writer, git) = (&value["writer"], &value["git"]);
        let (name, version) = (text(&writer["name"]), text(&writer["version"]));
        let (commit, dirty) = (text(&git["commit"]), git["dirty"].as_bool());
        Self {
            writer: (name.is_some() || version.is_some()).then_some(Writer { name, version }),
            git: (commit.is_some() || dirty.is_some()).then_some(Git { commit, dirty }),
            params: match &value["params"] {
                Value::Object(params) => params.clone(),
                Value::Null => Map::new(),
                other => Map::from_iter([("params".to_owned(), other.clone())]),
            },
        }
    }
}

/// The sidecar of a row; two artifacts of version 1 could share a name, and then the later one's is there.
fn sidecar(paths: &[PathBuf], row: &Version1Artifact) -> Result<Value, String> {
    let mut reason = format!("the sidecar {} is missing", row.path_sidecar);
    for path in paths {
        let Ok(Some(_)) = files::look(path) else { continue };
        match read_sidecar(path) {
            Ok(value) if value["artifact_id"].as_str() == Some(&row.artifact_id) => return Ok(value),
            Ok(_) => reason = format!("the sidecar {} belongs to another artifact", path.display()),
            Err(error) => reason = format!("the sidecar can't be read: {}", error.message()),
        }
    }
    Err(reason)
}

fn read_sidecar(path: &Path) -> Result<Value> {
    let (mut file, _) = files::open_regular(path)?;
    let mut text = String::new();
    file.read_to_string(&mut text).context("read", path)?;
    serde_json::from_str(&text).map_err(|error| Error::invalid_data(format!("{}: {error}", path.display())))
}

/// `None` when nothing is there.
fn hash_of(path: &Path) -> Result<Option<Hash>> {
    if files::look(path)?.is_none() {
        return Ok(None);
    }
    let (file, metadata) = files::open_regular(path)?;
    Ok(Some(objects::hash_file(&file, path, metadata.len(), &Unwatched)?))
}

fn object_row(looks: Fingerprint) -> ObjectRow {
    ObjectRow { size_bytes: looks.size, mtime_ns: looks.mtime_ns }
}

fn schema_version(row: &Version1Artifact, findings: &mut Vec<String>) -> u32 {
    u32::try_from(row.schema_version).unwrap_or_else(|_| {
        findings.push(format!("its schema version {} became 1", row.schema_version));
        1
    })
}

fn rows(row: &Version1Artifact, table: Option<&Table>, findings: &mut Vec<String>) -> Option<u64> {
    let (said, read) = (row.row_count.and_then(|count| u64::try_from(count).ok()), table.map(|table| table.row_count));
    if let (Some(said), Some(read)) = (said, read)
        && said != read
    {
        findings.push(format!("its row said {said} rows, its file has {read}"));
    }
    said.or(read)
}

/// The times that the row says, in our form; the table's where it says none.
fn times(
    row: &Version1Artifact,
    table: Option<&Table>,
    findings: &mut Vec<String>,
) -> (Option<String>, Option<String>) {
    let mut time = |said: &Option<String>, read: Option<Timestamp>| {
        let moment = said.as_ref().and_then(|text| {
            let moment = clock::parse_moment(text);
            if moment.is_none() {
                findings.push(format!("its row said {text:?}, which is no moment"));
            }
            moment
        });
        moment.or(read).map(clock::micros_text)
    };
    let min = time(&row.min_ts, table.and_then(|table| table.min_ts));
    (min, time(&row.max_ts, table.and_then(|table| table.max_ts)))
}

/// A name as near to this text as names may be.
pub(super) fn name_like(text: &str, longest: usize) -> String {
    let fine = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let name: String = text.bytes().map(|byte| if fine(byte) { char::from(byte) } else { '_' }).collect();
    let start = if name.starts_with(|first: char| first.is_ascii_alphanumeric()) { "" } else { "x" };
    format!("{start}{name}").chars().take(longest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_becomes_a_name() {
        for text in ["", "_", "../x y", "ä", "fine-1.0", &"y".repeat(300)] {
            assert!(ArtifactType::try_from(name_like(text, 64)).is_ok(), "{text:?}");
            assert!(ArtifactId::try_from(name_like(text, 128)).is_ok(), "{text:?}");
        }
        assert_eq!(name_like("fine-1.0", 64), "fine-1.0");
    }
}
