//! Reads a bundle: everything is looked at and proven, and what the store hasn't is staged, before anything is taken.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::checking::{self, Course};
use super::form::{
    ArtifactRecord, COVER, COVER_BYTES_MOST, Cover, RECORDS, Record, damaged, each_record, hash_of, invalid,
};
use crate::base::files;
use crate::manifest::ObjectRow;
use crate::model::artifact::{Format, TypeDefinition};
use crate::model::dataset::Head;
use crate::model::{Error, Hash, Result, Watch};
use crate::objects::{self, Staged};
use crate::store::carrying::{CARRIED, OF_RUNS};
use crate::store::{Store, View};

/// A bundle that was read whole and proven.
#[derive(Debug)]
pub struct Unpacked {
    /// What it says of itself.
    pub cover: Cover,
    /// The objects that the store hasn't.
    pub staged: Vec<Staged>,
    /// The objects that the store has, and how they looked when they were proven.
    pub proven: Vec<(Hash, ObjectRow)>,
    /// Where it lies, for messages.
    pub(super) path: PathBuf,
    pub(super) records: File,
}

/// Reads a bundle to its end and proves every hash, before there is a store to take it.
pub fn look(path: &Path, watch: &dyn Watch) -> Result<()> {
    read(path, &std::env::temp_dir(), watch, |_, entry| entry.hash(path, watch)).map(|_| ())
}

fn open(path: &Path) -> Result<tar::Archive<BufReader<File>>> {
    let (file, _) = files::open_regular(path).map_err(|error| Error::from(error).field("path"))?;
    Ok(tar::Archive::new(BufReader::new(file)))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    invalid(path, &format!("it is no tar file: {error}"))
}

fn cover_of<R: Read>(first: Option<tar::Entry<'_, R>>, path: &Path) -> Result<Cover> {
    match first.map(|entry| Entry::new(entry, path)).transpose()? {
        Some(entry) if entry.name == COVER && entry.size <= COVER_BYTES_MOST => Cover::read(&entry.text(path)?, path),
        _ => Err(invalid(path, "it doesn't begin with bundle.json")),
    }
}

/// Reads a bundle from its beginning to its end, and stages what the store hasn't.
pub fn unpack(store: &Arc<Store>, path: &Path, watch: &dyn Watch) -> Result<Unpacked> {
    let staging = store.staging()?;
    let (mut staged, mut proven) = (Vec::new(), Vec::new());
    let mut found: HashMap<Hash, Option<usize>> = HashMap::new();
    let mut flushed = 0;
    let (cover, records) = read(path, staging.folder(), watch, |hash, entry| {
        if let Some(looks) = store.read()?.trusted(&hash, None, watch)? {
            proven.push((hash, looks));
            found.insert(hash, None);
            return entry.hash(path, watch);
        }
        let size = entry.size;
        let taken = staging.take(entry.from, path, size, watch)?;
        let its = taken.hash;
        found.insert(hash, Some(staged.len()));
        staged.push(taken);
        staging.relieve(&staged, &mut flushed)?;
        Ok(its)
    })?;
    let mut unpacked = Unpacked { cover, staged, proven, path: path.to_owned(), records };
    prove(store, &mut unpacked, &found, watch)?;
    Ok(unpacked)
}

/// Proves everything in a bundle that can be told without a store; answers its cover and its records. `take` decides what
/// becomes of an object, and answers the hash that its bytes have.
fn read(
    path: &Path,
    scratch: &Path,
    watch: &dyn Watch,
    mut take: impl FnMut(Hash, Entry<'_, BufReader<File>>) -> Result<Hash>,
) -> Result<(Cover, File)> {
    let mut archive = open(path)?;
    // As they stand: none of ours needs the extensions by which names grow long and files lead elsewhere.
    let mut entries = archive.entries().map_err(|error| unreadable(path, &error))?.raw(true);
    let mut read = || entries.next().transpose().map_err(|error| unreadable(path, &error));
    let cover = cover_of(read()?, path)?;
    let mut next = || read()?.map(|entry| Entry::new(entry, path)).transpose();
    let lines = match next()? {
        Some(entry) if entry.name == RECORDS && entry.size == cover.records_bytes => entry,
        _ => return Err(damaged(path, "records.jsonl doesn't come second with the length that its cover says")),
    };
    let records = files::unnamed(scratch)?;
    if lines.copy(&records, path, watch)? != cover.records_hash {
        return Err(damaged(path, "records.jsonl has another hash than its cover says"));
    }
    let needed = needed(path, &cover, &records)?;
    let mut found = HashSet::new();
    let mut done = 0;
    while let Some(entry) = next()? {
        let Some(hash) = hash_of(&entry.name).filter(|hash| needed.get(hash) == Some(&entry.size)) else {
            return Err(invalid(path, &format!("nothing in it needs its entry {:?}", entry.name)));
        };
        if !found.insert(hash) {
            return Err(invalid(path, &format!("its entry {:?} is there twice", entry.name)));
        }
        done += entry.size;
        watch.step(done, cover.object_bytes, "bytes read")?;
        let proven = take(hash, entry)?;
        if proven != hash {
            return Err(damaged(path, &format!("an object should have the hash {hash} and has {proven}")));
        }
    }
    if let Some(missing) = needed.keys().find(|hash| !found.contains(hash)) {
        return Err(damaged(path, &format!("it ends before the object {missing}")));
    }
    Ok((cover, records))
}

/// An entry of the tar file, which is a regular file of a name and a length.
struct Entry<'a, R: Read> {
    name: String,
    size: u64,
    from: tar::Entry<'a, R>,
}

impl<'a, R: Read> Entry<'a, R> {
    fn new(from: tar::Entry<'a, R>, path: &Path) -> Result<Self> {
        let header = from.header();
        let name = String::from_utf8_lossy(&header.path_bytes()).into_owned();
        if !header.entry_type().is_file() {
            return Err(invalid(path, &format!("its entry {name:?} is no regular file")));
        }
        let size = header.entry_size().map_err(|error| invalid(path, &format!("its entry {name:?}: {error}")))?;
        Ok(Self { name, size, from })
    }

    fn text(mut self, path: &Path) -> Result<String> {
        let mut text = String::new();
        self.from.read_to_string(&mut text).map_err(|error| invalid(path, &format!("{}: {error}", self.name)))?;
        if text.len() as u64 != self.size {
            return Err(cut_off(path));
        }
        Ok(text)
    }

    /// The hash of its bytes.
    fn hash(self, path: &Path, watch: &dyn Watch) -> Result<Hash> {
        self.each_piece(path, watch, |_| Ok(()))
    }

    /// Copies it into an empty file; the hash of its bytes.
    fn copy(self, into: &File, path: &Path, watch: &dyn Watch) -> Result<Hash> {
        let mut at = 0;
        self.each_piece(path, watch, |piece| {
            files::write_at(into, path, piece, at)?;
            at += piece.len() as u64;
            Ok(())
        })
    }

    fn each_piece(self, path: &Path, watch: &dyn Watch, mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<Hash> {
        let (mut hasher, mut done, size) = (Sha256::new(), 0, self.size);
        files::pump(self.from, path, size, |piece| {
            hasher.update(piece);
            done += piece.len() as u64;
            take(piece)?;
            watch.step(done, size, "bytes read")
        })?;
        if done != size {
            return Err(cut_off(path));
        }
        Ok(Hash::finish(hasher))
    }
}

fn cut_off(path: &Path) -> Error {
    damaged(path, "it is cut off")
}

/// Looks at every record; answers the objects that come along, with their lengths.
fn needed(path: &Path, cover: &Cover, records: &File) -> Result<HashMap<Hash, u64>> {
    let mut needed: HashMap<Hash, u64> = HashMap::new();
    let (mut ids, mut versions) = (HashSet::new(), HashSet::new());
    let mut course = Course::default();
    each_record(records, path, |record| {
        match record {
            Record::Artifact(artifact) => {
                let ArtifactRecord { published_at, has_bytes, mut publication, .. } = *artifact;
                let id = publication.record.artifact_id.clone();
                checking::publication(&mut publication, &published_at)
                    .map_err(|what| invalid(path, &format!("artifact {id}: {what}")))?;
                for file in publication.files.iter().filter(|_| has_bytes) {
                    let size = *needed.entry(file.hash).or_insert(file.size_bytes.0);
                    if size != file.size_bytes.0 {
                        return Err(invalid(path, &format!("artifact {id}: one hash has two lengths")));
                    }
                }
                if !ids.insert(id.to_string()) {
                    return Err(invalid(path, &format!("artifact {id} is there twice")));
                }
            }
            Record::Event(event) => {
                let kind = event.kind.as_str();
                let known = match &event.artifact_id {
                    Some(id) => CARRIED.contains(&kind) && ids.contains(id),
                    None => OF_RUNS.contains(&kind),
                };
                if !known || !checking::is_moment(&event.at) {
                    return Err(invalid(path, &format!("its event {} can't be taken in", event.event_id.0)));
                }
                course.take(&event).map_err(|what| {
                    invalid(path, &format!("its event {} can't be taken in: {what}", event.event_id.0))
                })?;
            }
            Record::Alias(alias) if !ids.contains(alias.artifact_id.as_str()) => {
                return Err(invalid(path, &format!("the alias {} is of none of its artifacts", alias.alias)));
            }
            Record::Dataset(dataset) => {
                let foreign = dataset.members.iter().find(|member| !ids.contains(member.artifact_id.as_str()));
                if let Some(member) = foreign {
                    let id = &member.artifact_id;
                    return Err(invalid(path, &format!("the member {id} of a dataset is none of its artifacts")));
                }
                let Head { dataset_id, version, .. } = dataset.head;
                let name = format!("the dataset {dataset_id} {version}");
                if let Some(name) = versions.replace(name) {
                    return Err(invalid(path, &format!("{name} is there twice")));
                }
            }
            Record::Alias(_) | Record::Type(_) => {}
        }
        Ok(())
    })?;
    if let Some(id) = course.circle() {
        return Err(invalid(path, &format!("artifact {id} supersedes itself in a circle")));
    }
    if ids.len() as u64 != cover.artifact_count || needed.len() as u64 != cover.object_count {
        return Err(invalid(path, "its cover counts otherwise than its records"));
    }
    Ok(needed)
}

/// Makes the listings of trees again, and proves the content of tables.
fn prove(
    store: &Arc<Store>,
    unpacked: &mut Unpacked,
    found: &HashMap<Hash, Option<usize>>,
    watch: &dyn Watch,
) -> Result<()> {
    let Unpacked { path, records, staged, proven, .. } = unpacked;
    let reader = store.read()?;
    let staging = store.staging()?;
    let mut types: HashMap<String, TypeDefinition> = HashMap::new();
    let mut listed = HashSet::new();
    each_record(records, path, |record| {
        let artifact = match record {
            Record::Type(definition) => {
                types.insert(definition.artifact_type.to_string(), definition);
                return Ok(());
            }
            Record::Artifact(artifact) if artifact.has_bytes => artifact,
            _ => return Ok(()),
        };
        let publication = artifact.publication;
        let (id, record) = (&publication.record.artifact_id, &publication.record);
        if reader.manifest().artifact_seq(id.as_str())?.is_some() {
            return Ok(());
        }
        match record.format {
            Format::Tree if listed.insert(record.file_hash) => match reader.trusted(&record.file_hash, None, watch)? {
                Some(looks) => proven.push((record.file_hash, looks)),
                None => staged.push(staging.write(objects::listing(&publication.files).as_bytes())?),
            },
            Format::Table => {
                let hash = record.file_hash;
                let file = match found.get(&hash) {
                    Some(Some(at)) => files::open_regular(staged[*at].path())?.0,
                    _ => store.objects().open(&hash)?.0,
                };
                let definition = types.get(record.artifact_type.as_str());
                let wrong = checking::table(&publication, &file, definition, staging.folder(), watch)
                    .map_err(|error| invalid(path, error.message()))?;
                if let Some(what) = wrong {
                    return Err(invalid(path, &format!("artifact {id}: {what}")));
                }
            }
            Format::Tree | Format::File => {}
        }
        Ok(())
    })
}
