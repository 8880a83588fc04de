//! Where a store is or would be: opened at the first request that needs it, made at the first that may.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockWriteGuard};

use super::{Layout, Store, init};
use crate::base::clock::Clock;
use crate::base::files;
use crate::model::{Error, Result};
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
    store: RwLock<Option<Arc<Store>>>,
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
        Self { location, clock, opening: Mutex::new(()), store: RwLock::new(None) }
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
        if let Some(store) = self.opened() {
            return store.layout().clone();
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
        self.store.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether a request opened the store already.
    pub fn is_open(&self) -> bool {
        self.store.read().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    fn slot(&self) -> RwLockWriteGuard<'_, Option<Arc<Store>>> {
        self.store.write().unwrap_or_else(PoisonError::into_inner)
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
        *self.slot() = Some(store.clone());
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

    /// Makes the store if there is none; `force` writes the configuration anew, and nothing else.
    pub fn initialize(&self, force: bool) -> Result<Initialized> {
        if self.create()? {
            return Ok(Initialized::Created);
        }
        if force {
            init::write_configuration(&self.layout())?;
            self.close();
            self.store()?;
            return Ok(Initialized::Reconfigured);
        }
        self.store()?;
        Ok(Initialized::Existed)
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
        let store = self.slot().take();
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
