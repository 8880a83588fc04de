//! A process's claim on its staging folder: a lock that the kernel frees when the process ends, however it ends.

use std::collections::BTreeSet;

use crate::base::clock::Clock;
use crate::base::crash;
use crate::base::files;
use crate::base::lock::Lock;
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
            crash::point("lease.locked");
            let folder = layout.staging().join(&name);
            // Not flushed: what a lost machine had staged is lost anyway.
            files::create_folder(&folder)?;
            return Ok((Self { name, layout: layout.clone(), _lock: lock }, Staging::new(folder)));
        }
    }

    /// The lease's name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether the process that held a lease is gone.
    pub(super) fn is_dead(layout: &Layout, name: &str) -> Result<bool> {
        Ok(!matches!(Lock::try_existing(&layout.lock(name))?, Some(None)))
    }

    /// Removes what dead processes left: their staged files and their leases.
    pub(super) fn sweep(layout: &Layout) -> Result<()> {
        let mut names = BTreeSet::new();
        // A lease has its lock before its folder, and either may be what a process got to before it died.
        for path in files::list(&layout.staging())?.into_iter().chain(files::list(&layout.locks())?) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let name = name.strip_suffix(".lock").unwrap_or(&name);
            if name.starts_with("lease-") {
                names.insert(name.to_owned());
            }
        }
        for name in names {
            let path = layout.lock(&name);
            if let Some(_lock) = Lock::try_exclusive(&path)? {
                crash::point("sweep.before");
                files::remove_tree(&layout.staging().join(&name))?;
                crash::point("sweep.emptied");
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
