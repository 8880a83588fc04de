//! Writes a bundle: the records first into a file without a name, then everything into the tar file, each byte checked.

use std::collections::{BTreeSet, HashSet};
use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::form::{ArtifactRecord, COVER, Cover, DatasetRecord, FORMAT_VERSION, RECORDS, Record, entry_of};
use crate::base::clock;
use crate::base::files::{self, Context};
use crate::base::outgoing::Outgoing;
use crate::manifest::{AliasFilter, Found, Walk};
use crate::model::ids::ArtifactId;
use crate::model::run::RunStarted;
use crate::model::{Error, Hash, Result, Watch};
use crate::store::carrying::{CARRIED, OF_RUNS, SUPERSEDED, carried};
use crate::store::{Reader, View};

/// What goes into a bundle.
#[derive(Debug)]
pub struct Selection {
    /// By place in the order of commits.
    seqs: BTreeSet<i64>,
}

/// What was written.
#[derive(Debug)]
pub struct Packed {
    /// What the bundle says of itself.
    pub cover: Cover,
    /// Length of the bundle in bytes.
    pub size_bytes: u64,
    /// How many runs, versions of datasets and aliases it carries.
    pub runs: u64,
    pub datasets: u64,
    pub aliases: u64,
    /// Inputs that artifacts name and the bundle doesn't carry.
    pub missing_inputs: BTreeSet<ArtifactId>,
}

impl Selection {
    /// Every artifact of the store.
    pub fn all(reader: &Reader) -> Result<Self> {
        Ok(Self { seqs: reader.manifest().artifact_seqs()?.into_iter().collect() })
    }

    /// These artifacts, and with `closure` everything that they were made from.
    pub fn of(reader: &Reader, starts: &[i64], closure: bool, watch: &dyn Watch) -> Result<Self> {
        if !closure {
            return Ok(Self { seqs: starts.iter().copied().collect() });
        }
        let reached = reader.manifest().reach(&Walk::whole(starts, true), watch)?;
        Ok(Self { seqs: reached.artifacts.into_iter().collect() })
    }
}

/// Writes a bundle to a path that must be free.
pub fn pack(
    reader: &Reader,
    selection: &Selection,
    path: &Path,
    now: jiff::Timestamp,
    watch: &dyn Watch,
) -> Result<Packed> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    let scratch = reader.scratch();
    let records = files::unnamed(&scratch)?;
    let mut writing = Records {
        reader,
        watch,
        out: BufWriter::new(&records),
        scratch: &scratch,
        hasher: Sha256::new(),
        bytes: 0,
        objects: Vec::new(),
        object_bytes: 0,
        ids: HashSet::new(),
        inputs: BTreeSet::new(),
        runs: BTreeSet::new(),
    };
    writing.types(selection)?;
    writing.artifacts(selection)?;
    writing.changes(selection)?;
    let aliases = writing.aliases()?;
    let datasets = writing.datasets()?;
    writing.out.flush().context("write", &scratch)?;
    let Records { out, hasher, bytes, objects, object_bytes, ids, mut inputs, runs, .. } = writing;
    drop(out);
    inputs.retain(|input| !ids.contains(input.as_str()));
    let cover = Cover {
        format_version: FORMAT_VERSION,
        created_at: clock::millis_text(now),
        keepstone: env!("CARGO_PKG_VERSION").to_owned(),
        artifact_count: ids.len() as u64,
        object_count: objects.len() as u64,
        object_bytes,
        records_bytes: bytes,
        records_hash: Hash::finish(hasher),
    };
    let outgoing = Outgoing::create(folder, reader.store().clock().random())?;
    let mtime = u64::try_from(now.as_second()).unwrap_or(0);
    let mut tar = Tar { builder: tar::Builder::new(BufWriter::new(outgoing.file())), path: outgoing.path(), mtime };
    let text = cover.text();
    tar.append(COVER, text.len() as u64, text.as_bytes())?;
    (&records).seek(SeekFrom::Start(0)).context("read", &scratch)?;
    tar.append(RECORDS, bytes, &records)?;
    let mut done = 0;
    for of_one in objects.chunk_by(|one, next| one.seq == next.seq) {
        let (found, files) = (at(reader, of_one[0].seq)?, reader.manifest().files(of_one[0].seq)?);
        for Needed { hash, size, ordinal, .. } in of_one {
            let entry = &files[*ordinal];
            let source = Proving { from: reader.open_file(&found, entry)?, hasher: Sha256::new(), read: 0 };
            let proven = tar.append(&entry_of(hash), *size, source)?;
            let found_hash = Hash::finish(proven.hasher);
            if found_hash != *hash || proven.read != *size {
                return Err(reader.altered(&found, entry, &found_hash));
            }
            done += size;
            watch.step(done, cover.object_bytes, "bytes written")?;
        }
    }
    tar.finish()?;
    let size_bytes = files::metadata(outgoing.path())?.len();
    if !outgoing.name(path, false)? {
        return Err(taken(path));
    }
    files::sync_folder(folder)?;
    Ok(Packed { cover, size_bytes, runs: runs.len() as u64, datasets, aliases, missing_inputs: inputs })
}

/// The path is not free.
pub fn taken(path: &Path) -> Error {
    Error::conflict(format!("{} exists already", path.display())).field("path").hint("name a path that is free")
}

/// An object that is to be written, and a file of an artifact that has its bytes.
struct Needed {
    hash: Hash,
    size: u64,
    seq: i64,
    /// Its place among the artifact's files.
    ordinal: usize,
}

fn at(reader: &Reader, seq: i64) -> Result<Found> {
    reader.manifest().artifact_at(seq)?.ok_or_else(|| Error::internal(format!("there is no artifact {seq}")))
}

/// The records on their way out.
struct Records<'a> {
    reader: &'a Reader,
    watch: &'a dyn Watch,
    out: BufWriter<&'a File>,
    scratch: &'a Path,
    hasher: Sha256,
    bytes: u64,
    objects: Vec<Needed>,
    object_bytes: u64,
    /// The artifacts that are carried.
    ids: HashSet<String>,
    inputs: BTreeSet<ArtifactId>,
    runs: BTreeSet<String>,
}

impl Records<'_> {
    fn line(&mut self, record: &Record) -> Result<()> {
        let mut line = serde_json::to_vec(record).expect("plain data");
        line.push(b'\n');
        self.hasher.update(&line);
        self.bytes += line.len() as u64;
        Ok(self.out.write_all(&line).context("write", self.scratch)?)
    }

    fn types(&mut self, selection: &Selection) -> Result<()> {
        let manifest = self.reader.manifest();
        let mut types = BTreeSet::new();
        for seq in &selection.seqs {
            types.insert(at(self.reader, *seq)?.record.artifact_type);
        }
        for artifact_type in types {
            if let Some(definition) = manifest.type_definition(artifact_type.as_str())? {
                self.line(&Record::Type(definition))?;
            }
        }
        Ok(())
    }

    fn artifacts(&mut self, selection: &Selection) -> Result<()> {
        let mut known = HashSet::new();
        for (done, seq) in selection.seqs.iter().enumerate() {
            self.watch.step(done as u64, selection.seqs.len() as u64, "artifacts")?;
            let found = at(self.reader, *seq)?;
            let has_bytes = self.has_bytes(&found)?;
            let carried = carried(self.reader, found)?;
            if has_bytes {
                for (ordinal, file) in carried.publication.files.iter().enumerate() {
                    if known.insert(file.hash) {
                        let size = file.size_bytes.0;
                        self.objects.push(Needed { hash: file.hash, size, seq: *seq, ordinal });
                        self.object_bytes += size;
                    }
                }
            }
            self.ids.insert(carried.publication.record.artifact_id.to_string());
            self.inputs.extend(carried.publication.inputs.iter().map(|input| input.artifact_id.clone()));
            let (published_at, actor, publication) = (carried.published_at, carried.actor, carried.publication);
            self.line(&Record::Artifact(Box::new(ArtifactRecord { published_at, actor, has_bytes, publication })))?;
        }
        Ok(())
    }

    /// The bytes of what was deleted may be gone; those of everything else have to be there.
    fn has_bytes(&self, found: &Found) -> Result<bool> {
        if found.state.deleted_at.is_none() {
            return Ok(true);
        }
        for file in self.reader.manifest().files(found.seq)? {
            if self.reader.open_file(found, &file).is_err() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What happened to the artifacts and to their runs.
    fn changes(&mut self, selection: &Selection) -> Result<()> {
        let manifest = self.reader.manifest();
        let mut runs = manifest.runs_of(&selection.seqs)?;
        let mut waiting: Vec<String> = runs.iter().cloned().collect();
        while let Some(run_id) = waiting.pop() {
            let parent = manifest.run(&run_id)?.and_then(|run| run.started).and_then(|started| started.parent_run_id);
            if let Some(parent) = parent.filter(|parent| runs.insert(parent.to_string())) {
                waiting.push(parent.to_string());
            }
        }
        let mut told = Vec::new();
        manifest.each_change(|event| {
            let kind = event.kind.as_str();
            let run = event.data.get("runId").and_then(Value::as_str);
            let ours = match &event.artifact_id {
                Some(id) => CARRIED.contains(&kind) && self.ids.contains(id),
                None => OF_RUNS.contains(&kind) && run.is_some_and(|run| runs.contains(run)),
            };
            if ours {
                told.push(event);
            }
            Ok(())
        })?;
        for event in told {
            if event.kind == OF_RUNS[0]
                && let Ok(started) = serde_json::from_value::<RunStarted>(Value::Object(event.data.clone()))
            {
                self.runs.insert(started.run_id.to_string());
            }
            if event.kind != SUPERSEDED && event.data.contains_key("inputs") {
                let named = event.data["inputs"].as_array().into_iter().flatten();
                let ids = named.filter_map(|input| input["artifactId"].as_str());
                self.inputs.extend(ids.filter_map(|id| ArtifactId::try_from(id.to_owned()).ok()));
            }
            self.line(&Record::Event(event))?;
        }
        Ok(())
    }

    fn aliases(&mut self) -> Result<u64> {
        let all = self.reader.manifest().aliases(&AliasFilter::default(), u64::from(u32::MAX))?;
        let mut count = 0;
        for alias in all.into_iter().filter(|alias| self.ids.contains(alias.artifact_id.as_str())).collect::<Vec<_>>() {
            self.line(&Record::Alias(alias))?;
            count += 1;
        }
        Ok(count)
    }

    /// Versions of datasets whose members all come along.
    fn datasets(&mut self) -> Result<u64> {
        let manifest = self.reader.manifest();
        let mut versions = manifest.dataset_versions(None)?;
        versions.retain(|(.., deleted)| !deleted);
        // A version comes after those that were created before it.
        versions.sort_by_key(|(_, _, place, _)| *place);
        let mut count = 0;
        for (_, _, place, _) in versions {
            let Some(filed) = manifest.dataset_at(place)? else { continue };
            let (mut members, mut whole) = (Vec::new(), true);
            manifest.each_dataset_member(place, |member| {
                whole &= self.ids.contains(member.artifact_id.as_str());
                if whole {
                    members.push(member);
                }
                Ok(())
            })?;
            if whole {
                self.line(&Record::Dataset(Box::new(DatasetRecord { head: filed.head, members })))?;
                count += 1;
            }
        }
        Ok(count)
    }
}

/// Hashes what is read through it.
struct Proving<R> {
    from: R,
    hasher: Sha256,
    read: u64,
}

impl<R: Read> Read for Proving<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.from.read(buffer)?;
        self.hasher.update(&buffer[..count]);
        self.read += count as u64;
        Ok(count)
    }
}

/// The tar file under way.
struct Tar<'a> {
    builder: tar::Builder<BufWriter<&'a File>>,
    path: &'a Path,
    mtime: u64,
}

impl Tar<'_> {
    /// Adds a regular file of this length; gives back what it was read from.
    fn append<R: Read>(&mut self, name: &str, size: u64, mut from: R) -> Result<R> {
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(tar::EntryType::Regular);
        header.set_path(name).context("write", self.path)?;
        header.set_size(size);
        header.set_mode(0o644);
        header.set_mtime(self.mtime);
        header.set_cksum();
        // Never more than the header says, or what follows would be read as part of it.
        self.builder.append(&header, from.by_ref().take(size)).context("write", self.path)?;
        Ok(from)
    }

    fn finish(self) -> Result<()> {
        let mut out = self.builder.into_inner().context("write", self.path)?;
        Ok(out.flush().context("write", self.path)?)
    }
}
