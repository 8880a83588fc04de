//! Finds the store that a command is about.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Failure;
use super::arguments::Place;
use crate::base::clock::Clock;
use crate::base::files;
use crate::model::{Error, Result};
use crate::server::place::{same_folder, store_folder};
use crate::store::{Location, Site};

const FOLDER: &str = ".keepstone";

/// The store that the options, the environment or the working folder name.
pub(super) fn site(place: &Place) -> Result<Arc<Site>, Failure> {
    let variable = |name: &str| std::env::var_os(name);
    let working = std::env::current_dir()
        .map_err(|error| Error::internal(format!("the working folder can't be told: {error}")))?;
    let location = match named(place, variable)? {
        Named { root: Some(root), artifacts_root } => Location { root, artifacts_root },
        Named { root: None, artifacts_root } => Location { root: nearest(&working), artifacts_root },
    };
    Ok(Arc::new(Site::new(location, Clock::system())))
}

/// The store that the options or the environment name, if any.
pub(super) fn named_location(place: &Place) -> Result<Option<Location>, Failure> {
    let Named { root, artifacts_root } = named(place, |name| std::env::var_os(name))?;
    Ok(root.map(|root| Location { root, artifacts_root }))
}

#[derive(Debug, PartialEq)]
struct Named {
    root: Option<PathBuf>,
    artifacts_root: Option<PathBuf>,
}

fn named(place: &Place, variable: impl Fn(&str) -> Option<OsString>) -> Result<Named, Failure> {
    // An empty variable counts as none.
    let path = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let manifest = |path: &PathBuf| store_folder(path).map_err(Failure::Usage);
    let named_root = place.root.clone().or_else(|| path("KEEPSTONE_ROOT"));
    let root = match (named_root, &place.manifest_db) {
        (Some(root), Some(file)) if !same_folder(&root, &manifest(file)?) => {
            let how = if place.root.is_some() { "--root" } else { "KEEPSTONE_ROOT" };
            let message = format!("{how} names {}, but --manifest-db lies elsewhere", root.display());
            return Err(Failure::Usage(Error::invalid_params(message).hint("name the store once")));
        }
        (Some(root), _) => Some(files::absolute(&root)),
        (None, Some(file)) => Some(manifest(file)?),
        (None, None) => path("ARTIFACT_MANIFEST_DB").as_ref().map(manifest).transpose()?,
    };
    let artifacts_root = place.artifacts_root.clone().or_else(|| path("ARTIFACTS_ROOT"));
    Ok(Named { root, artifacts_root: artifacts_root.map(|folder| files::absolute(&folder)) })
}

fn nearest(working: &Path) -> PathBuf {
    let mut folders = working.ancestors().map(|folder| folder.join(FOLDER));
    folders.find(|folder| folder.is_dir()).unwrap_or_else(|| working.join(FOLDER))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(place: &Place, variables: &[(&str, &str)]) -> Result<Named, Failure> {
        named(place, |name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into()))
    }

    fn root(place: &Place, variables: &[(&str, &str)]) -> Option<PathBuf> {
        find(place, variables).ok().unwrap().root
    }

    #[test]
    fn options_come_before_variables_and_the_root_before_the_manifest() {
        let nothing = Place::default();
        assert_eq!(root(&nothing, &[]), None);
        assert_eq!(root(&nothing, &[("KEEPSTONE_ROOT", ""), ("ARTIFACT_MANIFEST_DB", "")]), None);
        assert_eq!(root(&nothing, &[("ARTIFACT_MANIFEST_DB", "/m/manifest.sqlite")]), Some("/m".into()));
        let both = [("ARTIFACT_MANIFEST_DB", "/m/manifest.sqlite"), ("KEEPSTONE_ROOT", "/k")];
        assert_eq!(root(&nothing, &both), Some("/k".into()));
        let option = Place { root: Some("/r/.".into()), ..Place::default() };
        assert_eq!(root(&option, &both), Some("/r".into()));
        let manifest = Place { manifest_db: Some("/o/manifest.sqlite".into()), ..Place::default() };
        assert_eq!(root(&manifest, &both[..1]), Some("/o".into()));
    }

    #[test]
    fn two_stores_at_once_and_other_file_names_are_wrong_usage() {
        let both = |root: &str, manifest: &str| Place {
            root: Some(root.into()),
            manifest_db: Some(manifest.into()),
            artifacts_root: None,
        };
        assert!(matches!(find(&both("/a", "/b/manifest.sqlite"), &[]), Err(Failure::Usage(_))));
        assert_eq!(root(&both("/a", "/b/../a/manifest.sqlite"), &[]), Some("/a".into()));
        assert!(matches!(find(&both("/a", "/a/other.db"), &[]), Err(Failure::Usage(_))));
        let manifest = Place { manifest_db: Some("/o/manifest.sqlite".into()), ..Place::default() };
        assert!(matches!(find(&manifest, &[("KEEPSTONE_ROOT", "/k")]), Err(Failure::Usage(_))));
    }

    #[test]
    fn the_nearest_store_upwards_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a/b");
        files::create_folders(&inner).unwrap();
        files::create_folders(&folder.path().join("a").join(FOLDER)).unwrap();
        assert_eq!(nearest(&inner), folder.path().join("a").join(FOLDER));
        assert_eq!(nearest(&inner.join("c")), folder.path().join("a").join(FOLDER));
    }
}
