//! Where a store is or would be: opened at the first request that needs it, made at the first that may.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::{Layout, Store, init};
use crate::base::clock::Clock;
use crate::base::files;
use crate::model::{Error, Result};
use crate::store::config::TEMPLATE;
use crate::store::sidecar::Sidecar;

/// The folders of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The folder that holds the manifest, absolute.
    pub root: PathBuf,
    /// The folder of the readable names, absolute, where the caller named one.
    pub artifacts_root: Option<PathBuf>,
}

/// The place of a store, which need not exist yet.
pub struct Site {
    location: Location,
    clock: Clock,
    /// Held while the store is being opened, which may take long.
    opening: Mutex<()>,
    /// Held only to look or to change it, never for long: sessions look under their own lock.
    slot: RwLock<Slot>,
}

#[derive(Default)]
struct Slot {
    store: Option<Arc<Store>>,
    /// The layout of the store that was opened last, also when it is let go of.
    layout: Option<Layout>,
}

/// What `init` did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Initialized {
    /// It made the store.
    Created,
    /// The store was there; nothing was done.
    Existed,
    /// The store was there; its configuration was written anew.
    Reconfigured,
}

impl Site {
    /// A site at these folders.
    pub fn new(location: Location, clock: Clock) -> Self {
        Self { location, clock, opening: Mutex::new(()), slot: RwLock::default() }
    }

    /// The folders.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Time and randomness.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// The layout that the store has, or would have if it were made now.
    pub fn layout(&self) -> Layout {
        if let Some(layout) = &self.look().layout {
            return layout.clone();
        }
        let root = files::absolute(&self.location.root);
        let artifacts = match &self.location.artifacts_root {
            Some(folder) => files::absolute(folder),
            None => root.join("artifacts"),
        };
        Layout::new(root, artifacts)
    }

    /// The store, if a request opened it already.
    pub fn opened(&self) -> Option<Arc<Store>> {
        self.look().store.clone()
    }

    /// Whether a request opened the store already.
    pub fn is_open(&self) -> bool {
        self.look().store.is_some()
    }

    /// Whether a request has opened the store, even if it was let go of since; `layout` then tells what it said.
    pub fn was_open(&self) -> bool {
        self.look().layout.is_some()
    }

    fn look(&self) -> RwLockReadGuard<'_, Slot> {
        self.slot.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn slot(&self) -> RwLockWriteGuard<'_, Slot> {
        self.slot.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The store; not_found with the hint `keepstone init` where there is none.
    pub fn store(&self) -> Result<Arc<Store>> {
        if let Some(store) = self.opened() {
            return Ok(store);
        }
        let layout = self.layout();
        if !files::exists(&layout.manifest()) {
            self.refuse_lost_manifest()?;
            // Another process may have made it just now.
            if !files::exists(&layout.manifest()) {
                return Err(Error::not_found(format!(
                    "there is no store in {}: it was not found",
                    layout.root().display()
                ))
                .hint("make one with `keepstone init`, or name another folder with --root"));
            }
        }
        let _opening = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = self.opened() {
            return Ok(store);
        }
        let store = Store::open(&self.location, self.clock)?;
        *self.slot() = Slot { store: Some(store.clone()), layout: Some(store.layout().clone()) };
        Ok(store)
    }

    /// The store, made if there is none.
    pub fn store_or_create(&self) -> Result<Arc<Store>> {
        if let Some(store) = self.opened() {
            return Ok(store);
        }
        self.create()?;
        self.store()
    }

    /// Makes the store if there is none; `force` writes the configuration anew, and nothing else. One that is no longer as
    /// it was made is only replaced by force.
    pub fn initialize(&self, force: bool, configuration: &str) -> Result<Initialized> {
        let path = self.layout().configuration();
        let edited = files::exists(&path) && ![TEMPLATE, configuration].contains(&files::read_text(&path)?.as_str());
        if edited && !force && configuration != TEMPLATE {
            return Err(Error::conflict(format!("{} exists and was edited", path.display()))
                .field("preset")
                .hint("write it anew with force, or add to it by hand what the preset says"));
        }
        let created = self.create()?;
        let reconfigured = force || configuration != TEMPLATE && files::read_text(&path)? != configuration;
        if reconfigured {
            init::write_configuration(&self.layout(), configuration)?;
            self.close();
        }
        self.store()?;
        Ok(match (created, reconfigured) {
            (true, _) => Initialized::Created,
            (false, true) => Initialized::Reconfigured,
            (false, false) => Initialized::Existed,
        })
    }

    fn create(&self) -> Result<bool> {
        let layout = self.layout();
        if files::exists(&layout.manifest()) {
            return Ok(false);
        }
        self.refuse_lost_manifest()?;
        init::create(&layout, self.clock)
    }

    /// Lets go of the store; the next request opens it again.
    pub fn close(&self) {
        // Dropping it settles it, which may wait: the slot is free again by then.
        let store = self.slot().store.take();
        drop(store);
    }

    /// Nothing begins a new store where an old one lost its manifest.
    fn refuse_lost_manifest(&self) -> Result<()> {
        let layout = self.layout();
        let trace = if files::exists(&layout.history()) {
            Some(layout.history())
        } else {
            sidecars(layout.artifacts())?.into_iter().find(|path| matches!(Sidecar::read(path), Ok(Some(_)) | Err(_)))
        };
        match trace {
            None => Ok(()),
            // It belongs to the store that another process has made meanwhile.
            Some(_) if files::exists(&layout.manifest()) => Ok(()),
            // A folder in which nothing of a store is left had none; the sidecars elsewhere are somebody else's.
            Some(trace) if !files::exists(&layout.objects()) && !layout.artifacts().starts_with(layout.root()) => {
                Err(Error::conflict(format!(
                    "{} holds the readable names of another store: {} for one",
                    layout.artifacts().display(),
                    trace.display()
                ))
                .field("artifactsRoot")
                .hint("give each store an --artifacts-root of its own, or none"))
            }
            Some(trace) => Err(Error::integrity(format!(
                "{} is lost: {} belongs to a store without manifest",
                layout.manifest().display(),
                trace.display()
            ))
            .hint("rebuild_manifest makes it again from the sidecars and the history; or put a backup in its place")),
        }
    }
}

/// Every JSON file where sidecars lie: two folders down, beside the readable names.
pub(super) fn sidecars(artifacts: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for kind in folders(artifacts)? {
        for version in folders(&kind)? {
            let entries = files::list(&version)?;
            found.extend(entries.into_iter().filter(|path| path.extension().is_some_and(|end| end == "json")));
        }
    }
    Ok(found)
}

fn folders(parent: &Path) -> Result<Vec<PathBuf>> {
    match files::look(parent)? {
        Some(metadata) if metadata.is_dir() => {}
        _ => return Ok(Vec::new()),
    }
    let entries = files::list(parent)?;
    Ok(entries.into_iter().filter(|path| matches!(files::look(path), Ok(Some(found)) if found.is_dir())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_the_names_lie_is_known_also_when_the_store_is_let_go_of() {
        let folder = tempfile::tempdir().unwrap();
        let (root, names) = (folder.path().join("store"), folder.path().join("names"));
        let site = |artifacts_root| Site::new(Location { root: root.clone(), artifacts_root }, Clock::system());
        site(Some(names.clone())).store_or_create().unwrap();
        let site = site(None);
        assert_eq!((site.was_open(), site.layout().artifacts()), (false, root.join("artifacts").as_path()));
        site.store().unwrap();
        site.close();
        assert!(!site.is_open() && site.was_open());
        assert_eq!(files::canonical(site.layout().artifacts()).unwrap(), files::canonical(&names).unwrap());
    }
}
