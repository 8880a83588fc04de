//! `export_artifact`

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Component, Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::base::files::{self, Context as _};
use crate::base::outgoing::Outgoing;
use crate::manifest::Found;
use crate::model::artifact::FileEntry;
use crate::model::ids::ArtifactId;
use crate::model::number::Count;
use crate::model::{Error, Hash, Result};
use crate::objects;
use crate::operations::{Context, Operation, Query};
use crate::store::{Layout, Reader, View};

/// Writes the files of an artifact into a folder, under their own names: copies that may be changed.
///
/// Every byte is checked on the way, and each file gets its name once all of it is there. A file that is there already with
/// the same bytes stays; one with others is refused before anything is written, unless `overwrite` says otherwise.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"artifactId": "art-20260301T093000-5f2c81d4", "directory": "out"}]))]
pub struct Params {
    /// The artifact.
    artifact_id: ArtifactId,
    /// The folder, made where it is not there. A relative path counts from the server's working directory.
    directory: String,
    /// Whether files that are there with other bytes are replaced; false unless given.
    #[schemars(extend("default" = false))]
    overwrite: Option<bool>,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportState {
    /// It is new there.
    Written,
    /// It was there with the same bytes.
    AlreadyThere,
    /// It took the place of one with other bytes.
    Replaced,
}

/// A file that is in the folder now.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportedFile {
    /// Its path inside the artifact.
    file: String,
    /// Its absolute path.
    path: String,
    /// SHA-256 of its bytes.
    hash: Hash,
    /// Length in bytes.
    size_bytes: Count,
    /// What became of it.
    state: ExportState,
}

/// What was written.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Exported {
    /// The artifact.
    artifact_id: ArtifactId,
    /// The absolute path of the folder.
    directory: String,
    /// Its files, in the order of its listing.
    files: Vec<ExportedFile>,
    /// How many files are new or were replaced.
    written_count: Count,
    /// How many bytes these have.
    written_bytes: Count,
}

/// `export_artifact`
pub enum ExportArtifact {}

impl Operation for ExportArtifact {
    const METHOD: &'static str = "export_artifact";
    const PATH_PARAMS: &'static [&'static str] = &["directory"];
    type Params = Params;
    type Result = Exported;
}

impl Query for ExportArtifact {
    fn run(reader: &Reader, params: Params, context: &Context) -> Result<Exported> {
        if params.directory.is_empty() {
            return Err(Error::invalid_params("directory: it must not be empty").field("directory"));
        }
        let found = reader.found(params.artifact_id.as_str())?;
        let directory = outside(reader.layout(), Path::new(&params.directory), "directory")?;
        let overwrite = params.overwrite.unwrap_or(false);
        let entries = reader.manifest().files(found.seq)?;
        let mut planned = Vec::with_capacity(entries.len());
        for entry in entries {
            // Opened before anything is written, so that what is gone shows.
            reader.open_file(&found, &entry)?;
            let state = look(&directory, &entry, overwrite, context)?;
            planned.push((entry, state));
        }
        let total = planned.iter().map(|(entry, _)| entry.size_bytes.0).sum();
        let mut writing = Writing { reader, found: &found, context, done: 0, total, folders: BTreeSet::new() };
        for (entry, state) in &planned {
            if *state != ExportState::AlreadyThere {
                writing.write(&directory.join(&entry.path), entry, *state == ExportState::Replaced)?;
            }
        }
        files::sync_folders(&writing.folders)?;
        let new = || planned.iter().filter(|(_, state)| *state != ExportState::AlreadyThere);
        Ok(Exported {
            written_count: Count(new().count() as u64),
            written_bytes: Count(new().map(|(entry, _)| entry.size_bytes.0).sum()),
            files: planned.iter().map(|(entry, state)| exported(&directory, entry, *state)).collect(),
            directory: directory.to_string_lossy().into_owned(),
            artifact_id: params.artifact_id,
        })
    }
}

fn exported(directory: &Path, entry: &FileEntry, state: ExportState) -> ExportedFile {
    ExportedFile {
        path: directory.join(&entry.path).to_string_lossy().into_owned(),
        file: entry.path.clone(),
        hash: entry.hash,
        size_bytes: entry.size_bytes,
        state,
    }
}

/// The absolute path, unless it leads among the store's own files.
pub(in crate::operations) fn outside(layout: &Layout, path: &Path, field: &str) -> Result<PathBuf> {
    let path = files::absolute(path);
    let there = path.ancestors().find(|ancestor| files::exists(ancestor)).unwrap_or(Path::new("/"));
    let rest = path.strip_prefix(there).unwrap_or(Path::new(""));
    let real = files::canonical(there)?.join(rest);
    let own = [
        layout.root().to_owned(),
        files::canonical(layout.artifacts()).unwrap_or_else(|_| layout.artifacts().to_owned()),
    ];
    if own.iter().any(|own| real.starts_with(own)) {
        return Err(Error::path_not_allowed(format!("{} lies among the store's own files", path.display()))
            .field(field)
            .hint("name a place outside the store"));
    }
    Ok(path)
}

/// What would become of a file. Nothing is followed out of the folder.
fn look(directory: &Path, entry: &FileEntry, overwrite: bool, context: &Context) -> Result<ExportState> {
    if !FileEntry::is_path(&entry.path) {
        return Err(Error::unsupported(format!("the file {:?} has a name that no folder can hold", entry.path)));
    }
    let conflict = |path: &Path, what: &str| {
        Error::conflict(format!("{} exists already and {what}", path.display())).field("directory")
    };
    let mut at = directory.to_owned();
    if files::exists(&at) && !files::metadata(&at)?.is_dir() {
        return Err(conflict(&at, "is no folder"));
    }
    let inner = Path::new(&entry.path);
    for folder in inner.parent().into_iter().flat_map(Path::components) {
        let Component::Normal(name) = folder else { continue };
        at.push(name);
        match files::look(&at)? {
            None => return Ok(ExportState::Written),
            Some(there) if there.is_dir() => {}
            Some(_) => return Err(conflict(&at, "is no folder")),
        }
    }
    let path = directory.join(inner);
    match files::look(&path)? {
        None => Ok(ExportState::Written),
        Some(there) if !there.is_file() => Err(conflict(&path, "is no regular file")),
        Some(there) => {
            if there.len() == entry.size_bytes.0 {
                let (file, _) = files::open_no_follow(&path)?;
                if objects::hash_file(&file, &path, there.len(), context.watch)? == entry.hash {
                    return Ok(ExportState::AlreadyThere);
                }
            }
            match overwrite {
                true => Ok(ExportState::Replaced),
                false => Err(conflict(&path, "holds something else")
                    .hint("name another folder, move the file away, or say overwrite")),
            }
        }
    }
}

/// An export under way.
struct Writing<'a> {
    reader: &'a Reader,
    found: &'a Found,
    context: &'a Context<'a>,
    done: u64,
    total: u64,
    folders: BTreeSet<PathBuf>,
}

impl Writing<'_> {
    fn write(&mut self, path: &Path, entry: &FileEntry, replace: bool) -> Result<()> {
        let folder = path.parent().unwrap_or(Path::new("/"));
        if !files::exists(folder) {
            files::create_folders(folder)?;
        }
        let source = self.reader.open_file(self.found, entry)?;
        let outgoing = Outgoing::create(folder, self.context.site.clock().random())?;
        let mut hasher = Sha256::new();
        files::pump(&source, path, entry.size_bytes.0, |piece| {
            hasher.update(piece);
            outgoing.file().write_all(piece).context("write", path)?;
            self.done += piece.len() as u64;
            self.context.watch.step(self.done, self.total, "bytes written")
        })?;
        let hash = Hash::finish(hasher);
        if hash != entry.hash {
            let damaged =
                format!("the file {:?} is damaged: its bytes have the hash {hash}, not {}", entry.path, entry.hash);
            return Err(Error::integrity(damaged).hint("publish the same bytes again to heal it"));
        }
        if !outgoing.name(path, replace)? {
            return Err(Error::conflict(format!("{} appeared meanwhile", path.display())).field("directory"));
        }
        self.folders.insert(folder.to_owned());
        Ok(())
    }
}
