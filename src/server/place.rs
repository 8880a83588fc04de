//! Which store a manifest's path names.

use std::path::{Path, PathBuf};

use crate::base::files;
use crate::model::{Error, Result};
use crate::protocol::Place;
use crate::store::Site;

const MANIFEST: &str = "manifest.sqlite";

/// The folder of the store whose manifest this is. A store's manifest is always called manifest.sqlite.
pub fn store_folder(manifest: &Path) -> Result<PathBuf> {
    let manifest = files::absolute(manifest);
    match (manifest.file_name(), manifest.parent()) {
        (Some(name), Some(folder)) if name == MANIFEST => Ok(folder.to_owned()),
        _ => {
            let message = format!("{} is no store's manifest: that is always called {MANIFEST}", manifest.display());
            Err(Error::invalid_params(message).field("manifest_db"))
        }
    }
}

/// Whether two paths name the same folder, also where links lie between or nothing is there yet.
pub fn same_folder(left: &Path, right: &Path) -> bool {
    resolved(left) == resolved(right)
}

/// The path with the links of its existing part resolved.
fn resolved(path: &Path) -> PathBuf {
    let path = files::absolute(path);
    let mut missing = Vec::new();
    let mut existing = path.as_path();
    loop {
        if let Ok(canonical) = files::canonical(existing) {
            return missing.iter().rev().fold(canonical, |folder, name| folder.join(name));
        }
        match (existing.parent(), existing.file_name()) {
            (Some(parent), Some(name)) => {
                missing.push(name.to_owned());
                existing = parent;
            }
            _ => return path,
        }
    }
}

/// A plain envelope that names a store must name the one that is served.
pub(super) fn check(place: &Place, site: &Site) -> Result<()> {
    let location = site.location();
    if let Some(manifest) = &place.manifest_db
        && !same_folder(&store_folder(Path::new(manifest))?, &location.root)
    {
        let message = format!("manifest_db names {manifest}, but this server serves {}", location.root.display());
        return Err(Error::invalid_params(message).field("manifest_db"));
    }
    if let Some(folder) = &place.artifacts_root {
        // A store that is there remembers where its names lie. Once that is known it isn't opened for it again: it may
        // be closed because it is being replaced.
        if !site.was_open() {
            site.store().ok();
        }
        let own = site.layout().artifacts().to_owned();
        if !same_folder(Path::new(folder), &own) {
            let message = format!("artifacts_root names {folder}, but this server keeps names in {}", own.display());
            return Err(Error::invalid_params(message).field("artifacts_root"));
        }
    }
    Ok(())
}
