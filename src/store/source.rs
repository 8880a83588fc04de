//! Where the manifest is read from in a store that can't be written.

use std::path::PathBuf;

use crate::base::clock::Clock;
use crate::base::files;
use crate::manifest::Manifest;
use crate::model::{Error, Result};
use crate::store::layout::Layout;

/// What is opened for reading. SQLite reads a write-ahead log only together with its index, which it would have to make.
#[derive(Debug)]
pub(super) enum Source {
    /// The manifest with its log and the index that a writing process, here or on the other side of the mount, keeps.
    Live(PathBuf),
    /// The manifest alone: there is nothing in a log.
    Alone(PathBuf),
    /// A copy with the log taken in, in a folder that goes with it.
    Copy { manifest: PathBuf, folder: PathBuf },
}

impl Source {
    pub(super) fn of(layout: &Layout, clock: Clock) -> Result<Self> {
        let manifest = layout.manifest();
        let beside = |suffix: &str| {
            let mut path = manifest.clone().into_os_string();
            path.push(suffix);
            PathBuf::from(path)
        };
        let (log, index) = (beside("-wal"), beside("-shm"));
        match files::look(&log)?.map(|found| found.len()) {
            None => return Ok(Self::Alone(manifest)),
            Some(_) if files::exists(&index) => {
                let live = Self::Live(manifest.clone());
                if live.open().and_then(|manifest| manifest.age()).is_ok() {
                    return Ok(live);
                }
            }
            Some(0) => return Ok(Self::Alone(manifest)),
            Some(_) => {}
        }
        let folder = std::env::temp_dir().join(format!("keepstone-{}-{:08x}", std::process::id(), clock.random()));
        files::create_folders(&folder)?;
        let copy = Self::Copy { manifest: folder.join("manifest.sqlite"), folder };
        let Self::Copy { manifest: to, folder } = &copy else { unreachable!("made above") };
        files::set_mode(folder, 0o700)?;
        for (from, to) in [(&manifest, to.clone()), (&log, folder.join("manifest.sqlite-wal"))] {
            if !files::copy_new(from, &to, 0o600)? {
                return Err(Error::internal(format!("{} is taken", to.display())));
            }
        }
        Manifest::open(to)?.fold_log()?;
        Ok(copy)
    }

    pub(super) fn open(&self) -> Result<Manifest> {
        match self {
            Self::Live(manifest) => Manifest::open_read_only(manifest, false),
            Self::Alone(manifest) | Self::Copy { manifest, .. } => Manifest::open_read_only(manifest, true),
        }
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        if let Self::Copy { folder, .. } = self {
            files::remove_tree(folder).ok();
        }
    }
}
