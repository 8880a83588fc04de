//! Snapshots: one JSON file a version of a dataset, written once, from which a lost manifest is made again; and the
//! Parquet list of its members beside it.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use smol_str::SmolStr;

use super::Store;
use crate::base::files::{self, Context};
use crate::base::parallel::both;
use crate::base::{clock, crash};
use crate::manifest::{Filed, Manifest};
use crate::model::artifact::{Event, Storage};
use crate::model::dataset::{ByFeature, FeatureValue, Features, Head, Index, Member, Snapshot};
use crate::model::finding::Code;
use crate::model::ids::{ArtifactId, ArtifactType, DatasetId};
use crate::model::number::Count;
use crate::model::version::Version;
use crate::model::{Error, Hash, Result, Watch, seal};
use crate::objects::{OBJECT_MODE, Staged, hash_file};
use crate::store::layout::Layout;
use crate::store::reader::View;
use crate::store::writer::Writer;
use crate::tabular::{Cells, write_listing};

/// The version of this form.
const FORMAT_VERSION: u32 = 1;

/// Most cells that the features of all members make in a list, each of which is held in memory.
const CELLS_MAX: usize = 10_000_000;

/// Longer files are looked at before they are read whole, in bytes.
const LOOKED_AT_FIRST: u64 = 64 << 20;

/// So much of a snapshot is written at once, in bytes.
const WRITTEN_AT_ONCE: usize = 1 << 20;

/// The kind of the event that tells of a new version.
pub const CREATED: &str = "dataset_created";
/// The kind of the event that tells of a version's deletion.
pub const DELETED: &str = "dataset_deleted";
/// The kind of the event that tells of a version's return.
pub const RESTORED: &str = "dataset_restored";

/// Where the list of the members goes, if anywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexPlace {
    /// There is none.
    Nowhere,
    /// Beside the snapshot.
    Beside,
    /// In this folder, absolute.
    Folder(PathBuf),
}

/// The list of a version's members, before it has its name; none where none is wanted, or where there
/// are no members.
#[derive(Debug)]
pub struct Listed(Option<(Staged, Index)>);

/// What a snapshot file says.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct File<M> {
    format_version: u32,
    #[serde(flatten)]
    head: Head,
    members: Vec<M>,
}

/// What stands in snapshot files of every form.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Format {
    format_version: u32,
}

/// A member in a snapshot file: what goes without saying is left out.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    artifact_id: ArtifactId,
    artifact_type: ArtifactType,
    logical_key: SmolStr,
    role: SmolStr,
    #[serde(default)]
    split: Option<SmolStr>,
    file_hash: Hash,
    size_bytes: Count,
    #[serde(default = "managed")]
    storage: Storage,
    #[serde(default)]
    features: Features,
}

/// The same on its way out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LineOut<'a> {
    artifact_id: &'a ArtifactId,
    artifact_type: &'a ArtifactType,
    logical_key: &'a str,
    role: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    split: Option<&'a str>,
    file_hash: Hash,
    size_bytes: Count,
    #[serde(skip_serializing_if = "is_managed")]
    storage: Storage,
    #[serde(skip_serializing_if = "Features::is_empty")]
    features: &'a Features,
}

fn managed() -> Storage {
    Storage::Managed
}

fn is_managed(storage: &Storage) -> bool {
    *storage == Storage::Managed
}

impl From<Line> for Member {
    fn from(line: Line) -> Self {
        let Line { artifact_id, artifact_type, logical_key, role, split, file_hash, size_bytes, storage, features } =
            line;
        Self { artifact_id, artifact_type, logical_key, role, split, file_hash, size_bytes, storage, features }
    }
}

impl<'a> From<&'a Member> for LineOut<'a> {
    fn from(member: &'a Member) -> Self {
        let Member { artifact_id, artifact_type, logical_key, role, split, file_hash, size_bytes, storage, features } =
            member;
        let (file_hash, size_bytes, storage, split) = (*file_hash, *size_bytes, *storage, split.as_deref());
        Self { artifact_id, artifact_type, logical_key, role, split, file_hash, size_bytes, storage, features }
    }
}

/// What stands in a snapshot file before the lines of its members.
fn opening(head: &Head) -> String {
    let file = File::<LineOut> { format_version: FORMAT_VERSION, head: head.clone(), members: Vec::new() };
    let mut text = serde_json::to_string_pretty(&file).expect("plain data");
    text.truncate(text.strip_suffix("]\n}").expect("the members come last").len());
    text
}

/// A snapshot file as it was read.
pub struct Found {
    /// What it says.
    pub snapshot: Snapshot,
    /// SHA-256 of the file.
    pub hash: Hash,
}

/// Reads a snapshot file; one that was changed after it was written is an error.
pub fn read(path: &Path) -> Result<Found> {
    let shown = path.display();
    let (file, metadata) = files::open_regular(path).map_err(|error| match error.source.kind() {
        std::io::ErrorKind::InvalidInput => Error::invalid_data(error.to_string()),
        _ => Error::from(error),
    })?;
    // What is named by mistake may be larger than the memory.
    if metadata.len() > LOOKED_AT_FIRST {
        let mut start = Vec::new();
        file.take(64).read_to_end(&mut start).context("read", path)?;
        if !start.trim_ascii_start().starts_with(b"{") {
            return Err(Error::invalid_data(format!("{shown} is no snapshot of a dataset")));
        }
    }
    let bytes = files::read(path)?;
    let hash = Hash::of(&bytes);
    let text = std::str::from_utf8(&bytes).ok().filter(|text| seal::intact(text.trim_end_matches('\n')));
    let Some(text) = text else {
        let looks_like_ours = String::from_utf8_lossy(&bytes[..bytes.len().min(1 << 16)]).contains("\"datasetId\"");
        return Err(match looks_like_ours {
            true => Error::integrity(format!("{shown}: its check fails, so it was changed after it was written"))
                .hint("restore the file from a copy"),
            false => Error::invalid_data(format!("{shown} is no snapshot of a dataset")),
        });
    };
    let file: File<Line> = serde_json::from_str(text).map_err(|error| match serde_json::from_str::<Format>(text) {
        Ok(Format { format_version }) if format_version > FORMAT_VERSION => newer(path, format_version),
        _ => Error::invalid_data(format!("{shown} is no snapshot of a dataset: {error}")),
    })?;
    if file.format_version > FORMAT_VERSION {
        return Err(newer(path, file.format_version));
    }
    let members = file.members.into_iter().map(Member::from).collect();
    Ok(Found { snapshot: Snapshot { head: file.head, members }, hash })
}

fn newer(path: &Path, format: u32) -> Error {
    Error::unsupported(format!(
        "{} has format {format}, made by a newer keepstone; this one reads up to {FORMAT_VERSION}",
        path.display()
    ))
}

/// The columns of the list of members: the names are those that readers of such lists know, the features follow.
fn columns(members: &[Member]) -> Result<Vec<(String, Cells)>> {
    let (features, mut columns) = both(|| feature_columns(members), || known_columns(members));
    columns.extend(features?);
    Ok(columns)
}

fn known_columns(members: &[Member]) -> Vec<(String, Cells)> {
    fn text<'a>(members: &'a [Member], of: impl Fn(&'a Member) -> Option<&'a str>) -> Cells {
        Cells::Text(members.iter().map(of).collect())
    }
    fn unique<'a, T: AsRef<str>>(members: &'a [Member], of: impl Fn(&'a Member) -> Option<T>) -> Cells {
        Cells::Unique(members.iter().map(of).collect())
    }
    let object = |hash: &Hash| {
        let hex = hash.hex();
        ["objects/", &hex[..2], "/", &hex].concat()
    };
    let stored = |member: &Member| is_managed(&member.storage).then(|| object(&member.file_hash));
    let columns = [
        ("artifact_id", unique(members, |member| Some(member.artifact_id.as_str()))),
        ("content_hash_algorithm", text(members, |_| Some("sha256"))),
        ("content_hash_digest", unique(members, |member| Some(member.file_hash.hex()))),
        ("artifact_type", text(members, |member| Some(member.artifact_type.as_str()))),
        ("role", text(members, |member| Some(&member.role))),
        ("byte_size", Cells::Int(members.iter().map(|member| i64::try_from(member.size_bytes.0).ok()).collect())),
        ("storage_path", unique(members, stored)),
        ("logical_key", unique(members, |member| Some(&member.logical_key))),
        ("split", text(members, |member| member.split.as_deref())),
    ];
    columns.map(|(name, cells)| (name.to_owned(), cells)).into()
}

fn feature_columns(members: &[Member]) -> Result<Vec<(String, Cells)>> {
    let mut features: ByFeature<Vec<Cell>> = ByFeature::default();
    for (row, member) in members.iter().enumerate() {
        for (place, (name, value)) in member.features.iter().enumerate() {
            let cells = features.of(place, name, |many| match members.len() * (many + 1) > CELLS_MAX {
                true => Err(too_many_cells(members.len())),
                false => Ok(vec![Cell::None; members.len()]),
            })?;
            cells[row] = match value {
                FeatureValue::Bool(flag) => Cell::Bool(*flag),
                FeatureValue::Int(number) => Cell::Int(*number),
                FeatureValue::Float(number) => Cell::Float(*number),
                FeatureValue::Text(text) => Cell::Text(text),
            };
        }
    }
    let column = |(name, cells): (&str, Vec<Cell>)| (format!("feature_{name}"), feature_cells(&cells));
    Ok(features.into_sorted().into_iter().map(column).collect())
}

fn too_many_cells(members: usize) -> Error {
    let most = CELLS_MAX / members;
    Error::limit_exceeded(format!("{members} members with more than {most} different features are too much for a list"))
        .field("index")
        .hint("create the version with index: false")
}

/// A feature of a member, if it has it.
#[derive(Clone, Copy)]
enum Cell<'a> {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(&'a str),
}

/// Whole numbers where all are, else numbers; a feature is of one kind in all members.
#[expect(clippy::cast_precision_loss, reason = "whole numbers end at 2^53-1")]
fn feature_cells(cells: &[Cell]) -> Cells {
    let any = |fits: fn(&Cell) -> bool| cells.iter().any(fits);
    if any(|cell| matches!(cell, Cell::Text(_))) {
        Cells::Text(cells.iter().map(|cell| if let Cell::Text(text) = cell { Some(*text) } else { None }).collect())
    } else if any(|cell| matches!(cell, Cell::Bool(_))) {
        Cells::Bool(cells.iter().map(|cell| if let Cell::Bool(flag) = cell { Some(*flag) } else { None }).collect())
    } else if any(|cell| matches!(cell, Cell::Float(_))) {
        let number = |cell: &Cell| match cell {
            Cell::Float(number) => Some(*number),
            Cell::Int(number) => Some(*number as f64),
            _ => None,
        };
        Cells::Float(cells.iter().map(number).collect())
    } else {
        Cells::Int(cells.iter().map(|cell| if let Cell::Int(number) = cell { Some(*number) } else { None }).collect())
    }
}

impl Store {
    /// Writes the list of the members into staging; it is flushed before it gets its name.
    pub fn list_members(&self, members: &[Member], place: &IndexPlace) -> Result<Listed> {
        if *place == IndexPlace::Nowhere || members.is_empty() {
            return Ok(Listed(None));
        }
        let (file, unfinished) = self.staging()?.create()?;
        let (hash, size_bytes) = write_listing(columns(members)?, &file, unfinished.path())?;
        let staged = unfinished.finish(file, Hash(hash), size_bytes)?;
        let folder = match place {
            IndexPlace::Folder(folder) => Some(folder.to_string_lossy().into_owned()),
            _ => None,
        };
        Ok(Listed(Some((staged, Index { folder, file_hash: Hash(hash), size_bytes }))))
    }

    /// Writes a snapshot into staging, one member a line.
    fn write_snapshot(&self, head: &Head, members: &[Member]) -> Result<Staged> {
        let (mut file, unfinished) = self.staging()?.create()?;
        let (mut hasher, mut size) = (Sha256::new(), 0);
        let mut write = |piece: &mut Vec<u8>| {
            hasher.update(&piece);
            size += piece.len() as u64;
            file.write_all(piece).context("write", unfinished.path())?;
            piece.clear();
            Ok::<_, Error>(hasher.clone())
        };
        let mut piece = opening(head).into_bytes();
        for (number, member) in members.iter().enumerate() {
            piece.extend_from_slice(if number == 0 { b"\n    " } else { b",\n    " });
            serde_json::to_writer(&mut piece, &LineOut::from(member)).expect("plain data");
            if piece.len() >= WRITTEN_AT_ONCE {
                write(&mut piece)?;
            }
        }
        piece.extend_from_slice(if members.is_empty() { b"],\n  " } else { b"\n  ],\n  " });
        let written = write(&mut piece)?;
        piece.extend_from_slice(seal::closing(&written).as_bytes());
        let hash = Hash::finish(write(&mut piece)?);
        unfinished.finish(file, hash, size)
    }
}

impl Writer<'_> {
    /// Adds a version. Its files are written and flushed beside its rows; they get their names before the commit, under which
    /// nothing else counts: a crash leaves files that no row names, and the next version of that name moves them aside.
    pub fn create_dataset(&mut self, snapshot: &Snapshot, Listed(index): &Listed) -> Result<Filed> {
        let place = self.manifest().next_event_id()?;
        let head = Head { index: index.as_ref().map(|(_, index)| index.clone()), ..snapshot.head.clone() };
        let store = self.store();
        let write = || {
            index.iter().try_for_each(|(staged, _)| staged.flush())?;
            let file = store.write_snapshot(&head, &snapshot.members)?;
            file.flush().map(|()| file)
        };
        let (file, inserted) = both(write, || self.manifest().insert_dataset(snapshot, place));
        inserted?;
        let file = file?;
        self.manifest().seal_dataset(place, &head, &file.hash)?;
        crash::point("dataset.rows_written");
        let folder = self.layout().dataset(&head.dataset_id);
        if !files::exists(&folder) {
            files::create_folders(&folder)?;
        }
        if let (Some((staged, index)), Some(path)) = (index, self.layout().index(&head)) {
            match index.folder {
                Some(_) => self.name_elsewhere(staged, &path)?,
                None => self.name_beside(staged, &path)?,
            }
            crash::point("dataset.index_placed");
        }
        self.name_beside(&file, &self.layout().snapshot(&head))?;
        crash::point("dataset.snapshot_placed");
        files::sync_folder(&folder)?;
        crash::point("dataset.folder_synced");
        let mut data = version_data(&head);
        data.insert("snapshotHash".to_owned(), json!(file.hash));
        data.insert("membershipDigest".to_owned(), json!(head.membership_digest));
        data.insert("memberCount".to_owned(), json!(head.member_count));
        self.record(CREATED, None, data)?;
        Ok(Filed { place, head, snapshot_hash: file.hash, deleted_at: None })
    }

    /// Marks a version as deleted, or brings it back; its files stay where they are.
    pub fn set_dataset_deleted(&mut self, filed: Filed, deleted: bool, reason: Option<String>) -> Result<Filed> {
        let deleted_at = deleted.then(|| clock::millis_text(self.now()));
        self.manifest().set_dataset_deleted(filed.place, deleted_at.as_deref())?;
        let mut data = version_data(&filed.head);
        if let Some(reason) = reason {
            data.insert("reason".to_owned(), Value::String(reason));
        }
        self.record(if deleted { DELETED } else { RESTORED }, None, data)?;
        Ok(Filed { deleted_at, ..filed })
    }

    /// In the store's own folder only transactions that never committed leave files that no row names.
    fn name_beside(&self, staged: &Staged, path: &Path) -> Result<()> {
        if files::link_new(staged.path(), path)? {
            return Ok(());
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let stamp = clock::stamp(self.now());
        let folder = path.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
        files::move_over(path, &self.layout().quarantine().join(format!("dataset-{folder}-{stamp}-{name}")))?;
        match files::link_new(staged.path(), path)? {
            true => Ok(()),
            false => Err(Error::busy(format!("{} appeared meanwhile", path.display()))),
        }
    }

    /// In somebody else's folder nothing is replaced.
    fn name_elsewhere(&self, staged: &Staged, path: &Path) -> Result<()> {
        if !files::copy_new(staged.path(), path, OBJECT_MODE)? && !files::same_bytes(staged.path(), path)? {
            return Err(Error::conflict(format!("{} exists already and holds something else", path.display()))
                .field("index")
                .hint("name another folder, or move the file away"));
        }
        files::sync_file(path)?;
        Ok(files::sync_parent(path)?)
    }
}

/// How events name a version.
fn version_data(head: &Head) -> Map<String, Value> {
    let mut data = Map::new();
    data.insert("datasetId".to_owned(), Value::String(head.dataset_id.to_string()));
    data.insert("version".to_owned(), Value::String(head.version.to_string()));
    data
}

/// Takes an event of a dataset into a manifest that is made again; answers what could not be made good. With a manifest
/// to spare, that one's word counts where a snapshot can't be read.
pub(super) fn again(
    manifest: &Manifest,
    layout: &Layout,
    event: &Event,
    spare: Option<&Manifest>,
) -> Result<Option<String>> {
    let text = |key: &str| event.data.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let damaged = |reason: String| Error::integrity(format!("event {}: {reason}", event.event_id.0));
    let dataset_id = DatasetId::try_from(text("datasetId")).map_err(damaged)?;
    let version = Version::try_from(text("version")).map_err(damaged)?;
    match (event.kind.as_str(), manifest.dataset(&dataset_id, &version)?) {
        (CREATED, None) => {
            let told =
                Hash::parse(&text("snapshotHash")).ok_or_else(|| damaged("it has no snapshotHash".to_owned()))?;
            let path = layout.dataset(&dataset_id).join(format!("{version}.json"));
            match written(&path, &told) {
                Ok(found) => insert(manifest, &found.snapshot, &told, event.event_id.0)?,
                Err((_, why)) => {
                    match spare.map(|spare| spare.dataset(&dataset_id, &version).map(|filed| (spare, filed))) {
                        Some(Ok((spare, Some(filed)))) => {
                            let mut members = Vec::new();
                            spare.each_dataset_member(filed.place, |member| {
                                members.push(member);
                                Ok(())
                            })?;
                            insert(manifest, &Snapshot { head: filed.head, members }, &told, event.event_id.0)?;
                        }
                        Some(Err(error)) => return Err(error),
                        _ => return Ok(Some(format!("dataset {dataset_id} {version} was left out: {why}"))),
                    }
                }
            }
        }
        (DELETED, Some(filed)) => manifest.set_dataset_deleted(filed.place, Some(&event.at))?,
        (RESTORED, Some(filed)) => manifest.set_dataset_deleted(filed.place, None)?,
        _ => {}
    }
    Ok(None)
}

fn insert(manifest: &Manifest, snapshot: &Snapshot, snapshot_hash: &Hash, place: u64) -> Result<()> {
    manifest.insert_dataset(snapshot, place)?;
    manifest.seal_dataset(place, &snapshot.head, snapshot_hash)
}

/// The snapshot at a path, or what is wrong with it and why.
pub fn examine(path: &Path) -> Result<Found, (Code, String)> {
    if !files::exists(path) {
        return Err((Code::SnapshotMissing, format!("{} is missing", path.display())));
    }
    read(path).map_err(|error| (Code::SnapshotDamaged, error.message().to_owned()))
}

/// The snapshot that was written with this hash, or what is wrong with it and why.
pub(super) fn written(path: &Path, told: &Hash) -> Result<Found, (Code, String)> {
    let found = examine(path)?;
    if found.hash == *told {
        return Ok(found);
    }
    Err((Code::SnapshotDiffers, format!("{} has the hash {}, not {told}", path.display(), found.hash)))
}

/// What is wrong with a list of members, and why.
pub fn examine_index(index: &Index, path: &Path, watch: &dyn Watch) -> Result<Option<(Code, String)>> {
    let shown = path.display();
    if !files::exists(path) {
        return Ok(Some((Code::IndexMissing, format!("{shown} is missing; it lists what the snapshot says too"))));
    }
    let (file, metadata) = match files::open_regular(path) {
        Ok(opened) => opened,
        Err(error) => return Ok(Some((Code::IndexDiffers, error.to_string()))),
    };
    let hash = hash_file(&file, path, metadata.len(), watch)?;
    let differs = || (Code::IndexDiffers, format!("{shown} has the hash {hash}, not {}", index.file_hash));
    Ok((hash != index.file_hash).then(differs))
}
