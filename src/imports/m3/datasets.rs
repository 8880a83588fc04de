//! Datasets of M3: its snapshots and the Parquet indexes beside them, in which alone the features stand.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value, json};
use smol_str::SmolStr;

use super::artifacts::moment;
use super::{ContentHash, Folder, Reading, make_exact};
use crate::base::files;
use crate::imports::findings::About;
use crate::model::artifact::Writer;
use crate::model::dataset::{FeatureValue, Features, content_digest};
use crate::model::ids::{ArtifactId, DatasetId};
use crate::model::import::{ImportFault, ImportFinding};
use crate::model::number::LARGEST;
use crate::model::version::Version;
use crate::model::{Error, Hash, Result, Watch};
use crate::tabular::{Cells, read_listing};

/// Longest text and name of a feature, in bytes.
const LONGEST_TEXT: usize = 4096;
const LONGEST_NAME: usize = 128;

/// A snapshot as M3 writes it.
#[derive(Debug, Deserialize)]
struct SnapshotFile {
    dataset_id: String,
    version: String,
    created_utc: String,
    members: Members,
    content_hash: ContentHash,
    provenance: Option<Map<String, Value>>,
    name: Option<String>,
    description: Option<String>,
    parent_version: Option<String>,
    splits: Option<Splits>,
    index_path: Option<String>,
    tags: Option<BTreeMap<String, String>>,
    annotations: Option<Map<String, Value>>,
    /// They follow from the members.
    #[serde(rename = "statistics")]
    _statistics: Option<Value>,
    #[serde(rename = "schema_version")]
    _schema_version: Option<u64>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
struct Members {
    count: u64,
    total_bytes: u64,
    artifacts: Vec<MemberFile>,
}

#[derive(Debug, Deserialize)]
struct MemberFile {
    artifact_id: String,
    content_hash: ContentHash,
    role: SmolStr,
    byte_size: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Splits {
    splits: Option<Vec<Split>>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
struct Split {
    name: SmolStr,
    artifact_ids: Vec<String>,
}

/// A version of a dataset in our words.
#[derive(Debug)]
pub struct TakenDataset {
    /// The dataset.
    pub dataset_id: DatasetId,
    /// The version.
    pub version: Version,
    /// The version it was made from.
    pub parent_version: Option<Version>,
    /// The members.
    pub members: Vec<TakenMember>,
    /// A name for people.
    pub name: Option<String>,
    /// A description for people.
    pub description: Option<String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// What its maker noted, and under `otherFields` what has no place of its own.
    pub annotations: Map<String, Value>,
    /// The program that made it.
    pub writer: Option<Writer>,
    /// The commit of the code that made it.
    pub git_commit: Option<String>,
    /// The stage of the pipeline that made it.
    pub stage: Option<String>,
    /// When it was made.
    pub created_at: String,
    /// What is odd about it.
    pub findings: Vec<ImportFinding>,
    about: About,
}

/// A member.
#[derive(Debug)]
pub struct TakenMember {
    /// The artifact.
    pub artifact_id: ArtifactId,
    /// The hash of its bytes.
    pub hash: Hash,
    /// The part it plays.
    pub role: SmolStr,
    /// The split it belongs to.
    pub split: Option<SmolStr>,
    /// What is known about it.
    pub features: Features,
}

impl TakenDataset {
    /// A finding about it.
    pub fn finding(&self, code: ImportFault, what: &str) -> ImportFinding {
        self.about.finding(code, format!("version {} of dataset {} {what}", self.version, self.dataset_id))
    }

    /// The reason why it is left out, where a member is not there with its bytes.
    pub fn lost_member(&self, hash_of: impl Fn(&ArtifactId) -> Result<Option<Hash>>) -> Result<Option<ImportFinding>> {
        for TakenMember { artifact_id, hash, .. } in &self.members {
            let told = match hash_of(artifact_id)? {
                Some(found) if found == *hash => continue,
                Some(found) => {
                    let told = format!("was left out: its member {artifact_id} has the hash {found}, not {hash}");
                    self.finding(ImportFault::MemberDiffers, &told)
                }
                None => {
                    let told = format!("was left out: its member {artifact_id} is not there, or was left out itself");
                    self.finding(ImportFault::MemberMissing, &told)
                }
            };
            return Ok(Some(told));
        }
        Ok(None)
    }
}

/// The snapshots of a folder.
pub fn dataset_files(folder: &Folder) -> Result<Vec<PathBuf>> {
    folder.json_files("datasets")
}

/// Reads a snapshot and its index.
pub fn take_dataset(folder: &Folder, path: &Path, watch: &dyn Watch) -> Result<Reading<TakenDataset>> {
    let file = match folder.read::<SnapshotFile>(path) {
        Ok(file) => file,
        Err(finding) => return Ok(Err(finding)),
    };
    let about = folder.about(path).of(&format!("{}@{}", file.dataset_id, file.version));
    let index = match &file.index_path {
        Some(name) => Some(read_index(&path.with_file_name(""), name, watch)?),
        None => None,
    };
    Ok(taken(file, path, about, index))
}

/// An index, or what is wrong with it.
type IndexRead = std::result::Result<Index, (ImportFault, String)>;

struct Index {
    artifact_ids: Vec<String>,
    digests: Vec<String>,
    features: Vec<(String, Cells)>,
}

fn read_index(folder: &Path, name: &str, watch: &dyn Watch) -> Result<IndexRead> {
    if Path::new(name).file_name().is_none_or(|plain| plain != name) {
        return Ok(Err((ImportFault::IndexDiffers, format!("its index {name:?} lies elsewhere"))));
    }
    let path = folder.join(name);
    if !files::exists(&path) {
        return Ok(Err((ImportFault::IndexMissing, format!("its index {name} is not there"))));
    }
    let read = files::open_regular(&path).map_err(Error::from).and_then(|(file, _)| read_listing(&file, &path, watch));
    watch.step(0, 0, "datasets")?;
    let columns = match read {
        Ok(columns) => columns,
        Err(error) => return Ok(Err((ImportFault::IndexDiffers, error.message().to_owned()))),
    };
    let mut index = Index { artifact_ids: Vec::new(), digests: Vec::new(), features: Vec::new() };
    for (name, cells) in columns {
        match (name.as_str(), cells) {
            ("artifact_id", Cells::Text(cells)) => index.artifact_ids = texts(cells.iter()),
            ("content_hash_digest", Cells::Text(cells)) => index.digests = texts(cells.iter()),
            (name, cells) => {
                if let Some(feature) = name.strip_prefix("feature_") {
                    index.features.push((feature.to_owned(), cells));
                }
            }
        }
    }
    Ok(Ok(index))
}

fn texts<'a>(cells: impl Iterator<Item = Option<&'a str>>) -> Vec<String> {
    cells.flatten().map(str::to_owned).collect()
}

fn taken(file: SnapshotFile, path: &Path, about: About, index: Option<IndexRead>) -> Reading<TakenDataset> {
    let named = |told: String| about.finding(ImportFault::InvalidName, told);
    let dataset_id = DatasetId::try_from(file.dataset_id.clone()).map_err(named)?;
    let version = Version::try_from(file.version.clone()).map_err(named)?;
    if path.file_stem().is_none_or(|stem| *stem != *format!("{dataset_id}_{version}")) {
        let message = format!("{} holds version {version} of dataset {dataset_id}", path.display());
        return Err(about.finding(ImportFault::NameDiffers, message));
    }
    let who = format!("version {version} of dataset {dataset_id}");
    let out = |code: ImportFault, what: &str| about.finding(code, format!("{who} was left out: {what}"));
    let created_at = moment(&file.created_utc)
        .ok_or_else(|| out(ImportFault::Invalid, &format!("created_utc {:?} is no moment", file.created_utc)))?;
    let mut findings = Vec::new();
    let mut others = file.rest;

    let mut splits: HashMap<String, SmolStr> = HashMap::new();
    if let Some(Splits { splits: named, rest }) = file.splits {
        for Split { name, artifact_ids } in named.into_iter().flatten() {
            for artifact_id in artifact_ids {
                if let Some(other) = splits.insert(artifact_id.clone(), name.clone()) {
                    let what = format!("artifact {artifact_id} is in the splits {other:?} and {name:?}");
                    return Err(out(ImportFault::Invalid, &what));
                }
            }
        }
        others.insert("splits".to_owned(), Value::Object(rest));
    }
    let (count, total_bytes) = (file.members.count, file.members.total_bytes);
    let mut members = Vec::with_capacity(file.members.artifacts.len());
    let mut seen = HashSet::new();
    let mut bytes = 0_u64;
    for MemberFile { artifact_id, content_hash, role, byte_size } in file.members.artifacts {
        let artifact_id = ArtifactId::try_from(artifact_id)
            .map_err(|told| out(ImportFault::MemberMissing, &format!("a member can't be there: {told}")))?;
        let hash = content_hash.hash().ok_or_else(|| {
            let what = format!("the hash of its member {artifact_id} is no SHA-256 in lower case");
            out(ImportFault::UnsupportedHash, &what)
        })?;
        if !seen.insert(artifact_id.clone()) {
            let what = format!("artifact {artifact_id} is a member twice, and here once only");
            return Err(out(ImportFault::MemberTwice, &what));
        }
        bytes = bytes.saturating_add(byte_size.unwrap_or_default());
        let split = splits.remove(artifact_id.as_str());
        members.push(TakenMember { artifact_id, hash, role, split, features: Features::new() });
    }
    if let Some((stranger, split)) = splits.into_iter().min() {
        let what = format!("artifact {stranger} of the split {split:?} is no member");
        return Err(out(ImportFault::Invalid, &what));
    }
    if (count, total_bytes) != (members.len() as u64, bytes) {
        let what =
            format!("it says it has {count} members and {total_bytes} bytes; it has {} and {bytes}", members.len());
        return Err(out(ImportFault::SumDiffers, &what));
    }
    let digest = content_digest(members.iter().map(|member| member.hash).collect());
    if file.content_hash.hash() != Some(digest) {
        let ContentHash { algorithm, digest: noted } = &file.content_hash;
        let what = format!("its members have the digest {digest}, not {algorithm}:{noted}");
        return Err(out(ImportFault::SumDiffers, &what));
    }
    match index {
        None => {}
        Some(Ok(index)) => add_features(index, &mut members, &about, &who, &mut findings),
        Some(Err((code, what))) => {
            findings.push(about.finding(code, format!("{who} is kept without features: {what}")));
        }
    }

    let mut provenance = file.provenance.unwrap_or_default();
    // It follows from the members.
    provenance.remove("source_runs");
    let mut text = |key: &str| match provenance.remove(key) {
        Some(Value::String(text)) => Some(text),
        Some(other) => {
            provenance.insert(key.to_owned(), other);
            None
        }
        None => None,
    };
    let (name, program_version) = (text("generator"), text("generator_version"));
    let (git_commit, stage) = (text("git_commit"), text("pipeline_stage"));
    if !provenance.is_empty() {
        others.insert("provenance".to_owned(), Value::Object(provenance));
    }
    let parent_version = match file.parent_version.clone().map(Version::try_from) {
        Some(Ok(parent)) => Some(parent),
        Some(Err(told)) => {
            others.insert("parent_version".to_owned(), json!(file.parent_version));
            let message = format!("{who}: its parent version can't be named here: {told}");
            findings.push(about.finding(ImportFault::ReferenceLeftOut, message));
            None
        }
        None => None,
    };
    let mut annotations = file.annotations.unwrap_or_default();
    if !others.is_empty() {
        annotations.insert("otherFields".to_owned(), Value::Object(others));
    }
    if make_exact(&mut annotations) {
        let message =
            format!("{who}: a number beyond 2^53-1, where JSON readers round, became a text in its annotations");
        findings.push(about.finding(ImportFault::NumberAsText, message));
    }
    Ok(TakenDataset {
        dataset_id,
        version,
        parent_version,
        members,
        name: file.name,
        description: file.description,
        tags: file.tags.unwrap_or_default(),
        annotations,
        writer: (name.is_some() || program_version.is_some()).then_some(Writer { name, version: program_version }),
        git_commit,
        stage,
        created_at,
        findings,
        about,
    })
}

/// Takes the features over, where the index lists the members as the snapshot does.
fn add_features(
    index: Index,
    members: &mut [TakenMember],
    about: &About,
    who: &str,
    findings: &mut Vec<ImportFinding>,
) {
    let ids = members.iter().map(|member| member.artifact_id.as_str());
    let digests = members.iter().map(|member| member.hash.hex());
    if !index.artifact_ids.iter().map(String::as_str).eq(ids) || !index.digests.iter().cloned().eq(digests) {
        let message = format!("{who} is kept without features: its index lists other members");
        findings.push(about.finding(ImportFault::IndexDiffers, message));
        return;
    }
    for (name, cells) in index.features {
        let refuse = |what: &str| {
            let message = format!("{who}: its feature {name:?} was left out where it holds {what}");
            about.finding(ImportFault::FeatureLeftOut, message)
        };
        if !(1..=LONGEST_NAME).contains(&name.len()) {
            let message = format!("{who}: its feature {name:?} was left out: a name has 1 to {LONGEST_NAME} bytes");
            findings.push(about.finding(ImportFault::FeatureLeftOut, message));
            continue;
        }
        let values: Vec<Option<FeatureValue>> = match cells {
            Cells::Bool(cells) => cells.iter().map(|cell| cell.map(FeatureValue::Bool)).collect(),
            Cells::Int(cells) => {
                let fits = |value: &i64| value.unsigned_abs() <= LARGEST;
                if cells.iter().flatten().any(|value| !fits(&value)) {
                    findings.push(refuse("whole numbers beyond 2^53-1"));
                }
                cells.iter().map(|cell| cell.filter(fits).map(FeatureValue::Int)).collect()
            }
            Cells::Float(cells) => {
                if cells.iter().flatten().any(|value| !value.is_finite()) {
                    findings.push(refuse("what is no number"));
                }
                let finite = |value: &f64| value.is_finite();
                // -0.0 is 0.0 for everybody who compares numbers.
                cells.iter().map(|cell| cell.filter(finite).map(|value| FeatureValue::Float(value + 0.0))).collect()
            }
            Cells::Text(cells) | Cells::Unique(cells) => {
                let fits = |value: &&str| value.len() <= LONGEST_TEXT;
                if cells.iter().flatten().any(|value| !fits(&value)) {
                    findings.push(refuse("texts beyond 4096 bytes"));
                }
                cells.iter().map(|cell| cell.filter(fits).map(|text| FeatureValue::Text(text.to_owned()))).collect()
            }
        };
        let name = SmolStr::from(name);
        for (member, value) in members.iter_mut().zip(values) {
            if let Some(value) = value {
                member.features.insert(name.clone(), value);
            }
        }
    }
}
