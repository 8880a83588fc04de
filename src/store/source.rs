//! Where the manifest is read from in a store that can't be written.

use std::path::{Path, PathBuf};

use crate::base::clock::Clock;
use crate::base::files;
use crate::manifest::{Age, Manifest};
use crate::model::{Error, Result};
use crate::store::layout::Layout;

/// What is opened for reading. SQLite reads a write-ahead log only together with its index, which it would have to make.
#[derive(Debug)]
pub(super) enum Source {
    /// The manifest with its log and the index that a writing process, here or on the other side of the mount, keeps.
    Live(PathBuf),
    /// The manifest alone: there is nothing in a log.
    Alone(PathBuf),
    /// A copy with the log taken in and of this format, in a folder that goes with it.
    Copy { manifest: PathBuf, folder: PathBuf },
}

impl Source {
    pub(super) fn of(layout: &Layout, clock: Clock) -> Result<Self> {
        let manifest = layout.manifest();
        let (log, index) = (beside(&manifest, "-wal"), beside(&manifest, "-shm"));
        let as_it_lies = match files::look(&log)?.map(|found| found.len()) {
            None | Some(0) => Some(Self::Alone(manifest.clone())),
            Some(_) => None,
        };
        let live = Self::Live(manifest.clone());
        let kept_by_a_writer = files::exists(&log) && files::exists(&index);
        let found = match as_it_lies {
            _ if kept_by_a_writer && live.open().and_then(|manifest| manifest.age()).is_ok() => live,
            Some(alone) => alone,
            None => return Self::copy(&manifest, &log, clock),
        };
        match found.open()?.age()? {
            // What is of an earlier format is brought up to date in a copy.
            Age::Older => Self::copy(&manifest, &log, clock),
            _ => Ok(found),
        }
    }

    fn copy(manifest: &Path, log: &Path, clock: Clock) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("keepstone-{}-{:08x}", std::process::id(), clock.random()));
        files::create_folders(&folder)?;
        let copy = Self::Copy { manifest: folder.join("manifest.sqlite"), folder };
        let Self::Copy { manifest: to, folder } = &copy else { unreachable!("made above") };
        files::set_mode(folder, 0o700)?;
        for (from, to) in [(manifest, to.clone()), (log, beside(to, "-wal"))] {
            if files::exists(from) && !files::copy_new(from, &to, 0o600)? {
                return Err(Error::internal(format!("{} is taken", to.display())));
            }
        }
        let manifest = Manifest::open(to)?;
        manifest.bring_up_to_date()?;
        manifest.fold_log()?;
        Ok(copy)
    }

    pub(super) fn open(&self) -> Result<Manifest> {
        match self {
            Self::Live(manifest) => Manifest::open_read_only(manifest, false),
            Self::Alone(manifest) | Self::Copy { manifest, .. } => Manifest::open_read_only(manifest, true),
        }
    }
}

fn beside(manifest: &Path, suffix: &str) -> PathBuf {
    let mut path = manifest.to_owned().into_os_string();
    path.push(suffix);
    path.into()
}

impl Drop for Source {
    fn drop(&mut self) {
        if let Self::Copy { folder, .. } = self {
            files::remove_tree(folder).ok();
        }
    }
}
