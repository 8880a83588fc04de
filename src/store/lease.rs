//! A process's claim on its staging folder: a lock that the kernel frees when the process ends, however it ends.

use crate::base::clock::Clock;
use crate::base::crash;
use crate::base::files::{self, Lock};
use crate::model::Result;
use crate::objects::Staging;
use crate::store::layout::Layout;

/// Held for as long as the process has the store open for writing.
#[derive(Debug)]
pub(super) struct Lease {
    name: String,
    layout: Layout,
    _lock: Lock,
}

impl Lease {
    /// Takes a new lease with an empty staging folder.
    pub(super) fn take(layout: &Layout, clock: Clock) -> Result<(Self, Staging)> {
        loop {
            let name = format!("lease-{}-{:08x}", std::process::id(), clock.random());
            let path = layout.lock(&name);
            let Some(lock) = Lock::try_exclusive(&path)? else { continue };
            // A sweep may have taken the file for a dead process's between its creation and its locking.
            if !files::exists(&path) {
                continue;
            }
            let folder = layout.staging().join(&name);
            files::create_folders(&folder)?;
            return Ok((Self { name, layout: layout.clone(), _lock: lock }, Staging::new(folder)));
        }
    }

    /// The lease's name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether the process that held a lease is gone.
    pub(super) fn is_dead(layout: &Layout, name: &str) -> Result<bool> {
        let path = layout.lock(name);
        Ok(!files::exists(&path) || Lock::try_exclusive(&path)?.is_some())
    }

    /// Removes what dead processes left in staging.
    pub(super) fn sweep(layout: &Layout) -> Result<()> {
        for folder in files::list(&layout.staging())? {
            let Some(name) = folder.file_name().and_then(|name| name.to_str()) else { continue };
            let path = layout.lock(name);
            if name.starts_with("lease-")
                && let Some(_lock) = Lock::try_exclusive(&path)?
            {
                crash::point("sweep.before");
                files::remove_tree(&folder)?;
                files::remove_if_there(&path)?;
            }
        }
        // Drafts of manifests are written under the init lock.
        if let Some(_lock) = Lock::try_exclusive(&layout.lock("init"))? {
            for draft in files::list(&layout.staging())? {
                if draft.file_name().is_some_and(|name| name.to_string_lossy().starts_with("manifest-")) {
                    files::remove_if_there(&draft)?;
                }
            }
        }
        Ok(())
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        files::remove_tree(&self.layout.staging().join(&self.name)).ok();
        files::remove_if_there(&self.layout.lock(&self.name)).ok();
    }
}
