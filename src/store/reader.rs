//! Reading a store: what readers and writers can both see, and the reader that sees one moment.

use std::fs::{File, Metadata};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Store, moving};
use crate::base::files::{self, FileError};
use crate::base::{beneath, clock};
use crate::manifest::{FOR_EVER, Found, Manifest, ObjectRow};
use crate::model::artifact::{Artifact, FileEntry, Format, Storage};
use crate::model::compaction::CompactFile;
use crate::model::number::Count;
use crate::model::place::common_folder;
use crate::model::retention::{PinSaid, PinTarget};
use crate::model::{Error, Hash, Result, Unwatched, Watch};
use crate::objects::Objects;
use crate::store::layout::Layout;
use crate::store::pins;

/// Objects up to this length are read again before they count for a duplicate: bytes can rot without a trace in size and
/// time, and publishing the good ones is what heals them. Larger ones are read by verify_store.
pub(super) const ALWAYS_PROVEN: u64 = 64 * 1024 * 1024;

/// What a reader and a writer can both see.
pub trait View {
    /// The manifest, inside a transaction.
    fn manifest(&self) -> &Manifest;
    /// The store.
    fn store(&self) -> &Store;

    /// Where the files lie.
    fn layout(&self) -> &Layout {
        &self.store().layout
    }

    /// The objects.
    fn objects(&self) -> &Objects {
        &self.store().objects
    }

    /// The artifact of this id as the manifest has it, or not_found.
    fn found(&self, artifact_id: &str) -> Result<Found> {
        self.manifest()
            .artifact(artifact_id)?
            .ok_or_else(|| Error::not_found(format!("artifact {artifact_id} was not found")).field("artifactId"))
    }

    /// Whether the store knows what a pin names, whatever became of it.
    fn knows(&self, target: &PinTarget) -> Result<bool> {
        let manifest = self.manifest();
        Ok(match target {
            PinTarget::Artifact(artifact_id) => manifest.artifact_seq(artifact_id.as_str())?.is_some(),
            PinTarget::Run(run_id) => manifest.run(run_id.as_str())?.is_some(),
            PinTarget::Dataset(dataset_id) => !manifest.dataset_versions(Some(dataset_id))?.is_empty(),
        })
    }

    /// The same, or not_found.
    fn must_know(&self, target: &PinTarget) -> Result<()> {
        let (what, id) = target.words();
        match self.knows(target)? {
            true => Ok(()),
            false => Err(Error::not_found(format!("{what} {id} was not found")).field(target.field())),
        }
    }

    /// Every pin that was ever set, also those that are gone.
    fn pins_ever(&self) -> Result<Vec<PinSaid>> {
        pins::ever(self.manifest())
    }

    /// How an object looks whose bytes can be trusted: they prove right now, or it is large and looks as when they were
    /// proven. `twin` is a file that is known to have the same bytes, with which they are compared sooner than hashed.
    fn trusted(&self, hash: &Hash, twin: Option<&Path>, watch: &dyn Watch) -> Result<Option<ObjectRow>> {
        let Some(looks) = self.objects().look(hash)? else { return Ok(None) };
        let row = ObjectRow { size_bytes: looks.size, mtime_ns: looks.mtime_ns };
        let trusted = looks.size > ALWAYS_PROVEN && self.manifest().object(hash)? == Some(row)
            || twin.is_some_and(|twin| files::same_bytes(twin, &self.objects().path(hash)).unwrap_or(false))
            || self.objects().proven(hash, watch)?;
        Ok(trusted.then_some(row))
    }

    /// Whether the store keeps an artifact's bytes as objects.
    fn is_managed(&self, found: &Found) -> bool {
        found.record.storage == Storage::Managed
    }

    /// Refuses what was purged: its bytes may be there all the same, but they are no longer its own.
    fn not_purged(&self, found: &Found) -> Result<()> {
        let Some(at) = &found.state.purged_at else { return Ok(()) };
        let artifact_id = &found.record.artifact_id;
        Err(Error::not_found(format!("artifact {artifact_id} was purged at {at}: its bytes were not found"))
            .field("artifactId")
            .hint("its hashes and lineage stay; publish the same bytes again where there is a copy"))
    }

    /// One of an artifact's files by the path that list_files says, or by its path below the folder that holds them all:
    /// the files of a run that is kept in place are listed from the folder that was scanned.
    fn file_named(&self, found: &Found, name: &str) -> Result<FileEntry> {
        let mut files = self.manifest().files(found.seq)?;
        let at = files.iter().position(|entry| entry.path == name).or_else(|| {
            let folder = common_folder(files.iter().map(|entry| entry.path.as_str()));
            let below = |path: &str| Some(path.strip_prefix(folder.as_str())?.strip_prefix('/')? == name);
            files.iter().position(|entry| below(&entry.path) == Some(true))
        });
        at.map(|at| files.swap_remove(at)).ok_or_else(|| {
            let shown: String = name.chars().take(200).collect();
            let artifact_id = &found.record.artifact_id;
            Error::not_found(format!("the file {shown:?} was not found in artifact {artifact_id}"))
                .field("file")
                .hint("list_files, or `keepstone show --files`, names its files")
        })
    }

    /// Opens one of an artifact's files, wherever it is kept.
    fn open_file(&self, found: &Found, entry: &FileEntry) -> Result<File> {
        self.not_purged(found)?;
        if !self.is_managed(found) {
            return self.open_in_place(found, entry);
        }
        let (file, size) = self.objects().open(&entry.hash)?;
        if size != entry.size_bytes.0 {
            let (hash, right) = (entry.hash, entry.size_bytes.0);
            let damaged = format!("the object {hash} is damaged: it has {size} bytes instead of {right}");
            return Err(Error::integrity(damaged).hint("publish the same bytes again to heal it"));
        }
        Ok(file)
    }

    /// Whether a file that is kept in place looks otherwise than when its bytes were last read. What was expanded from a
    /// compact form was proven by that.
    fn looks_otherwise(&self, found: &Found, entry: &FileEntry, now: &Metadata) -> Result<bool> {
        if self.is_managed(found) || self.manifest().compact_form(found.seq, &entry.path)?.is_some() {
            return Ok(false);
        }
        let then = self.manifest().looks(found.seq)?.remove(&entry.path);
        Ok(then
            .is_none_or(|looks| (looks.size_bytes.0, looks.mtime_ns) != (now.len(), files::fingerprint(now).mtime_ns)))
    }

    /// What is said of a file of an artifact whose bytes have another hash than they should.
    fn altered(&self, found: &Found, entry: &FileEntry, hash: &Hash) -> Error {
        let (artifact_id, path, right) = (&found.record.artifact_id, &entry.path, entry.hash);
        let told = format!(
            "the file {path:?} of artifact {artifact_id} is damaged: its bytes have the hash {hash}, not {right}"
        );
        Error::integrity(told).hint(match self.is_managed(found) {
            true => "publish the same bytes again to heal it; verify_store tells what else is damaged",
            false => "scan again, so that the artifact says what is there now",
        })
    }

    /// A folder for files without a name: the store's own, or where nothing can be written the system's.
    fn scratch(&self) -> PathBuf {
        self.store().staging().map_or_else(|_| std::env::temp_dir(), |staging| staging.folder().to_owned())
    }

    /// Where a file of an artifact lies: its readable name, or the place where it is kept; of what is deleted the place in
    /// the trash, if it is kept in place. Of a file that is kept in a compact form, `entry` is that. `None` where it can't be had under a name.
    fn location(&self, found: &Found, entry: &FileEntry) -> Option<PathBuf> {
        match found.record.storage {
            Storage::InPlace => Some(moving::whereabouts(self.layout(), found)?.join(&entry.path)),
            Storage::Managed if found.state.deleted_at.is_some() => None,
            Storage::Managed => Some(self.layout().file(&found.record, entry)),
        }
    }

    /// Opens the original of a file that is kept in place, or in the trash since its artifact was deleted.
    fn open_in_place(&self, found: &Found, entry: &FileEntry) -> Result<File> {
        let artifact_id = &found.record.artifact_id;
        let folder = moving::whereabouts(self.layout(), found).ok_or_else(|| {
            Error::not_found(format!("the files of artifact {artifact_id} were not found: it was purged"))
        })?;
        let compact = self.manifest().compact_form(found.seq, &entry.path)?;
        let below = compact.as_ref().map_or_else(|| entry.path.clone(), CompactFile::stored_path);
        match (beneath::open(&folder, &below), compact) {
            (Ok((file, _)), None) => Ok(file),
            (Ok((file, _)), Some(compact)) => self.store().original(&folder.join(below), &compact, file, &Unwatched),
            (Err(error), _) if error.source.kind() == ErrorKind::NotFound => {
                let path = folder.join(&below);
                Err(Error::not_found(format!("{} of artifact {artifact_id} was not found", path.display()))
                    .hint("scan again, so that the artifact says what is there now"))
            }
            (Err(error), _) if leads_elsewhere(&error) => {
                let path = folder.join(&below);
                Err(Error::integrity(format!("{} of artifact {artifact_id} is no plain file any more", path.display()))
                    .hint("scan again, so that the artifact says what is there now"))
            }
            (Err(error), _) => Err(error.into()),
        }
    }

    /// An artifact as it is answered.
    fn answer(&self, found: Found) -> Artifact {
        let pinned = match found.state.pinned_until.as_str() {
            "" => false,
            FOR_EVER => true,
            until => until > clock::millis_text(self.store().clock.now()).as_str(),
        };
        Artifact { pinned, ..answer(self.layout(), found) }
    }

    /// The artifacts at these places, as they are answered.
    fn answers_at(&self, seqs: &[i64]) -> Result<Vec<Artifact>> {
        let one = |seq: &i64| {
            let found = self.manifest().artifact_at(*seq)?;
            found.map(|found| self.answer(found)).ok_or_else(|| Error::internal(format!("there is no artifact {seq}")))
        };
        seqs.iter().map(one).collect()
    }

    /// Artifacts as they are answered.
    fn answers(&self, found: Vec<Found>) -> Vec<Artifact> {
        found.into_iter().map(|found| self.answer(found)).collect()
    }
}

/// Whether a link or something else has taken the place of a file or of a folder above it.
fn leads_elsewhere(error: &FileError) -> bool {
    error.source.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
        || matches!(error.source.kind(), ErrorKind::NotADirectory | ErrorKind::IsADirectory | ErrorKind::InvalidInput)
}

fn answer(layout: &Layout, Found { record, state, place, .. }: Found) -> Artifact {
    let path = match &place {
        Some((root, folder)) if folder.is_empty() => layout.scan_root(root),
        Some((root, folder)) => layout.scan_root(root).join(folder),
        None => layout.name(&record),
    };
    let path = (state.deleted_at.is_none()).then(|| path.to_string_lossy().into_owned());
    let path_sidecar = layout.sidecar(&record).to_string_lossy().into_owned();
    let status = state.status();
    Artifact {
        path_parquet: path.clone().filter(|_| record.format == Format::Table),
        path,
        path_sidecar,
        spec_id: record.file_hash.spec_id(),
        artifact_id: record.artifact_id,
        artifact_type: record.artifact_type,
        schema_version: record.schema_version,
        logical_key: record.logical_key,
        version: record.version,
        status,
        archived: state.archived,
        format: record.format,
        storage: record.storage,
        file_hash: record.file_hash,
        content_hash: record.content_hash,
        source_hash: record.source_hash,
        content_hash_version: record.content_hash_version,
        size_bytes: Count(record.size_bytes),
        file_count: Count(record.file_count),
        row_count: record.row_count.map(Count),
        min_ts: record.min_ts,
        max_ts: record.max_ts,
        created_at: record.created_at,
        updated_at: state.updated_at,
        title: state.title,
        description: state.description,
        media_type: record.media_type,
        run_id: record.run_id,
        family: record.family,
        outcome: record.outcome,
        source: record.source,
        capabilities: record.capabilities,
        roles: record.roles,
        tags: state.tags,
        params: record.params,
        writer: record.writer,
        git: record.git,
        superseded_by: state.superseded_by,
        supersedes: state.supersedes,
        pinned: false,
        revision: Count(state.revision),
    }
}

/// Sees one moment of the store and can't change it.
pub struct Reader {
    store: Arc<Store>,
    manifest: Option<Manifest>,
}

impl Reader {
    pub(super) fn new(store: Arc<Store>, manifest: Manifest) -> Result<Self> {
        manifest.begin_reading()?;
        Ok(Self { store, manifest: Some(manifest) })
    }
}

impl View for Reader {
    fn manifest(&self) -> &Manifest {
        self.manifest.as_ref().expect("a reader has its manifest until it is dropped")
    }

    fn store(&self) -> &Store {
        &self.store
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if let Some(manifest) = self.manifest.take()
            && manifest.end_reading().is_ok()
        {
            self.store.give_back(manifest);
        }
    }
}
