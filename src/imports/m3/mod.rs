//! The data folder of M3, the Python package: where its parts lie, and how its JSON files are read.

mod artifacts;
mod datasets;
mod intake;
mod leftovers;
mod pins;
mod policies;
mod runs;

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::Value;

pub use artifacts::Artifacts;
pub use datasets::{TakenDataset, TakenMember, dataset_files, take_dataset};
pub use intake::{Fate, Intake};
pub use leftovers::left_out;
pub use policies::{PolicyFate, TakenPolicies, TakenPolicy, take_policies};

use super::findings::About;
use crate::base::files;
use crate::model::import::{ImportFault, ImportFinding};
use crate::model::number::make_exact;
use crate::model::{Error, Hash, Result};

/// What reading one thing gives: the thing, or the reason why it is left out.
pub type Reading<T> = std::result::Result<T, ImportFinding>;

/// A data folder.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The data folder itself, or the `data` of the project that the path names.
    pub fn find(given: &Path) -> Result<Self> {
        let given = files::absolute(given);
        let is_folder = |path: &Path| files::metadata(path).is_ok_and(|found| found.is_dir());
        if !is_folder(&given) {
            return Err(Error::not_found(format!("the folder {} was not found", given.display())).field("dataDir"));
        }
        let candidates = [given.clone(), given.join("data")];
        match candidates.into_iter().find(|path| is_folder(&path.join("manifests"))) {
            Some(path) => Ok(Self { path }),
            None => Err(Error::not_found(format!(
                "no data folder of M3 was found in {}: there is no folder manifests",
                given.display()
            ))
            .field("dataDir")
            .hint("name the folder that holds manifests/ and objects/, or the project whose data/ it is")),
        }
    }

    /// Its absolute path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the object of this hash lies.
    pub fn object(&self, hash: &Hash) -> PathBuf {
        let hex = hash.hex();
        self.path.join("objects").join(&hex[..2]).join(hex)
    }

    /// The entries of one of its folders, sorted by name; none where there is no such folder.
    fn list(&self, name: &str) -> Result<Vec<PathBuf>> {
        let folder = self.path.join(name);
        if files::exists(&folder) { Ok(files::list(&folder)?) } else { Ok(Vec::new()) }
    }

    /// The JSON files of one of its folders.
    fn json_files(&self, name: &str) -> Result<Vec<PathBuf>> {
        let mut paths = self.list(name)?;
        paths.retain(|path| path.extension().is_some_and(|end| end == "json"));
        Ok(paths)
    }

    fn about(&self, path: &Path) -> About {
        About::file(path, &self.path)
    }

    /// Reads a JSON file of schema version 1.
    fn read<T: DeserializeOwned>(&self, path: &Path) -> Reading<T> {
        let about = self.about(path);
        let text =
            files::read(path).map_err(|error| about.finding(ImportFault::Unreadable, Error::from(error).message()))?;
        let invalid = |error: serde_json::Error| {
            about.finding(ImportFault::Invalid, format!("{} can't be read as M3 writes it: {error}", path.display()))
        };
        let value: Value = serde_json::from_slice(&text).map_err(invalid)?;
        if let Some(version) = value.get("schema_version").filter(|version| **version != 1) {
            let message = format!("{} has schema version {version}; this one reads 1", path.display());
            return Err(about.finding(ImportFault::Invalid, message));
        }
        serde_json::from_value(value).map_err(invalid)
    }
}

/// A hash as M3 writes it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
struct ContentHash {
    algorithm: String,
    digest: String,
}

impl ContentHash {
    /// The hash, if it is a SHA-256.
    fn hash(&self) -> Option<Hash> {
        let form = self.algorithm == "sha256";
        form.then(|| Hash::parse(&format!("sha256:{}", self.digest))).flatten()
    }
}
