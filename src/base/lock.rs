//! Locks between processes, which the kernel holds for a process and frees when it ends, however it ends.

use std::fs::File;
use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use super::files::{self, Context, Result};

/// A lock on a file, as long as it lives.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Waits for the lock together with other sharers.
    pub fn shared(path: &Path) -> Result<Self> {
        let file = files::open_or_create(path, 0o600)?;
        file.lock_shared().context("lock", path)?;
        Ok(Self { _file: file })
    }

    /// Waits for the lock alone.
    pub fn exclusive(path: &Path) -> Result<Self> {
        let file = files::open_or_create(path, 0o600)?;
        file.lock().context("lock", path)?;
        Ok(Self { _file: file })
    }

    /// Takes the lock alone if nobody holds it.
    pub fn try_exclusive(path: &Path) -> Result<Option<Self>> {
        let file = files::open_or_create(path, 0o600)?;
        Ok(files::try_lock(&file, path)?.then_some(Self { _file: file }))
    }

    /// Takes the lock together with other sharers, unless somebody holds it alone.
    pub fn try_shared(path: &Path) -> Result<Option<Self>> {
        let file = files::open_or_create(path, 0o600)?;
        Ok(files::try_lock_shared(&file, path)?.then_some(Self { _file: file }))
    }

    /// Takes an existing lock file alone if nobody holds it: `Some(None)` when somebody does, `None` without file.
    pub fn try_existing(path: &Path) -> Result<Option<Option<Self>>> {
        let Some(file) = files::open_existing(path)? else { return Ok(None) };
        Ok(Some(files::try_lock(&file, path)?.then_some(Self { _file: file })))
    }

    /// Waits for the lock alone, at most this long; `None` when others kept it.
    pub fn exclusive_within(path: &Path, limit: Duration) -> Result<Option<Self>> {
        let file = files::open_or_create(path, 0o600)?;
        if files::try_lock(&file, path)? {
            return Ok(Some(Self { _file: file }));
        }
        // The kernel wakes who waits at once and in turn, which asking again and again would not; but it knows no
        // limit. A thread that comes too late finds nobody to hand the lock to, and lets go of it.
        let (sender, receiver) = sync_channel(1);
        let waiting = std::thread::Builder::new().name("lock".to_owned()).spawn(move || {
            let outcome = file.lock().map(|()| file);
            sender.send(outcome).ok();
        });
        waiting.context("wait for", path)?;
        match receiver.recv_timeout(limit) {
            Ok(outcome) => Ok(Some(Self { _file: outcome.context("lock", path)? })),
            Err(_) => Ok(None),
        }
    }
}
