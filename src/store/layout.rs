//! Which file of a store lies where.

use std::path::{Path, PathBuf};

use crate::base::files;
use crate::model::artifact::{FileEntry, Format, Record};
use crate::model::dataset::Head;
use crate::model::ids::{ArtifactId, DatasetId};
use crate::model::{Error, Result};

/// The files and folders of one store.
#[derive(Debug, Clone)]
pub struct Layout {
    root: PathBuf,
    artifacts: PathBuf,
}

impl Layout {
    /// The layout of a store with its manifest in `root` and its readable names below `artifacts`, both absolute.
    pub fn new(root: PathBuf, artifacts: PathBuf) -> Self {
        Self { root, artifacts }
    }

    /// The folder of the store.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of the readable names.
    pub fn artifacts(&self) -> &Path {
        &self.artifacts
    }

    /// Refuses readable names among the store's own files.
    pub fn check_artifacts(&self) -> Result<()> {
        let own = ["objects", "staging", "quarantine", "backups", "trash", "datasets", "locks"];
        let own_file =
            ["manifest.sqlite", "manifest.sqlite-wal", "manifest.sqlite-shm", "history.jsonl", "keepstone.toml"];
        let first = self.artifacts.strip_prefix(&self.root).map(|inside| inside.components().next());
        let taken = match first {
            Ok(None) => true,
            Ok(Some(first)) => own.iter().chain(&own_file).any(|name| first.as_os_str() == *name),
            Err(_) => false,
        };
        if taken {
            return Err(Error::conflict(format!(
                "the readable names can't lie in {}, among the store's own files",
                self.artifacts.display()
            ))
            .field("artifactsRoot")
            .hint("name a folder of their own, or none"));
        }
        Ok(())
    }

    /// The manifest.
    pub fn manifest(&self) -> PathBuf {
        self.root.join("manifest.sqlite")
    }

    /// What people edit.
    pub fn configuration(&self) -> PathBuf {
        self.root.join("keepstone.toml")
    }

    /// Every change after publishing.
    pub fn history(&self) -> PathBuf {
        self.root.join("history.jsonl")
    }

    /// The objects.
    pub fn objects(&self) -> PathBuf {
        self.root.join("objects")
    }

    /// Files on their way in, one folder a process.
    pub fn staging(&self) -> PathBuf {
        self.root.join("staging")
    }

    /// Damaged files and cut history, kept for people to look at.
    pub fn quarantine(&self) -> PathBuf {
        self.root.join("quarantine")
    }

    /// Copies of the manifest.
    pub fn backups(&self) -> PathBuf {
        self.root.join("backups")
    }

    /// The lock files.
    pub fn locks(&self) -> PathBuf {
        self.root.join("locks")
    }

    /// A lock file.
    pub fn lock(&self, name: &str) -> PathBuf {
        self.locks().join(format!("{name}.lock"))
    }

    /// The folders that a store consists of, objects apart.
    pub fn folders(&self) -> Vec<PathBuf> {
        let mut folders: Vec<PathBuf> = ["locks", "staging", "quarantine", "backups", "trash", "datasets"]
            .iter()
            .map(|name| self.root.join(name))
            .collect();
        folders.push(self.artifacts.clone());
        folders
    }

    /// The readable name of an artifact: a file, or a folder for a tree.
    pub fn name(&self, record: &Record) -> PathBuf {
        let mut path = self.artifacts.join(&record.name).into_os_string();
        if let Some(extension) = &record.extension {
            path.push(".");
            path.push(extension);
        }
        path.into()
    }

    /// The readable name of one of an artifact's files.
    pub fn file(&self, record: &Record, entry: &FileEntry) -> PathBuf {
        let name = self.name(record);
        if record.format == Format::Tree { name.join(&entry.path) } else { name }
    }

    /// The folder that a scan root stands for.
    pub fn scan_root(&self, root: &str) -> PathBuf {
        files::absolute(&self.root.join(root))
    }

    /// Where the files of a deleted artifact lie that were kept in place.
    pub fn trashed(&self, artifact_id: &ArtifactId) -> PathBuf {
        self.trash().join(artifact_id.as_str())
    }

    /// What was deleted and is not purged, and the reports of what was collected.
    pub fn trash(&self) -> PathBuf {
        self.root.join("trash")
    }

    /// The sidecar of an artifact, beside its readable name.
    pub fn sidecar(&self, record: &Record) -> PathBuf {
        let mut path = self.artifacts.join(&record.name).into_os_string();
        // A JSON file published as it is has the plain name already.
        let is_json = record.extension.as_deref().is_some_and(|end| end.eq_ignore_ascii_case("json"));
        path.push(if is_json { ".sidecar.json" } else { ".json" });
        path.into()
    }

    /// The snapshots of a dataset's versions, and the lists of their members.
    pub fn dataset(&self, dataset_id: &DatasetId) -> PathBuf {
        self.root.join("datasets").join(dataset_id.as_str())
    }

    /// The snapshot of a version of a dataset.
    pub fn snapshot(&self, head: &Head) -> PathBuf {
        self.dataset(&head.dataset_id).join(format!("{}.json", head.version))
    }

    /// The list of the members of a version of a dataset, where it has one.
    pub fn index(&self, head: &Head) -> Option<PathBuf> {
        let index = head.index.as_ref()?;
        Some(match &index.folder {
            Some(folder) => Path::new(folder).join(format!("{}_{}_index.parquet", head.dataset_id, head.version)),
            None => self.dataset(&head.dataset_id).join(format!("{}.parquet", head.version)),
        })
    }

    /// How the manifest remembers the folder of the readable names: relative where both lie in one place.
    pub fn artifacts_setting(&self) -> String {
        let neighbour = self.root.parent().zip(self.artifacts.file_name());
        if let Ok(inside) = self.artifacts.strip_prefix(&self.root) {
            inside.to_string_lossy().into_owned()
        } else if let Some((parent, name)) = neighbour
            && self.artifacts.parent() == Some(parent)
        {
            format!("../{}", name.to_string_lossy())
        } else {
            self.artifacts.to_string_lossy().into_owned()
        }
    }

    /// The folder that such a setting names, for a store that lies at `root`.
    pub fn artifacts_from_setting(root: &Path, setting: &str) -> PathBuf {
        files::absolute(&root.join(setting))
    }
}
