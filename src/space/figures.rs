//! How much room everything takes on the disk.

use std::collections::HashSet;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::base::files;
use crate::model::number::Count;
use crate::model::space::{Budget, Database, Room};
use crate::model::{Result, Watch};
use crate::store::View;
use crate::store::config::Config;

/// Length of the blocks that the system counts in, whatever the file system's are.
const BLOCK_BYTES: u64 = 512;

/// Inodes that were seen, and what they take.
#[derive(Default)]
struct Seen {
    inodes: HashSet<(u64, u64)>,
    room: Room,
}

impl Seen {
    fn add(&mut self, metadata: &Metadata) {
        if metadata.is_file() && self.inodes.insert((metadata.dev(), metadata.ino())) {
            self.room.files.0 += 1;
            self.room.logical_bytes.0 += metadata.len();
            self.room.physical_bytes.0 += metadata.blocks() * BLOCK_BYTES;
        }
    }
}

/// What the store's own files take: objects, names, sidecars, trash, manifest and everything else below its folders.
pub fn of_store<V: View>(view: &V, watch: &dyn Watch) -> Result<Room> {
    let mut seen = Seen::default();
    let layout = view.layout();
    for root in [layout.root(), layout.artifacts()] {
        below(root, &mut seen, watch)?;
    }
    Ok(seen.room)
}

fn below(folder: &Path, seen: &mut Seen, watch: &dyn Watch) -> Result<()> {
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        watch.step(seen.room.files.0, 0, "files looked at")?;
        // What is gone by now takes no room.
        for path in files::list(&folder).unwrap_or_default() {
            match files::look(&path)? {
                Some(found) if found.is_dir() => waiting.push(path),
                Some(found) => seen.add(&found),
                None => {}
            }
        }
    }
    Ok(())
}

/// What the files take that are kept in place.
pub fn in_place<V: View>(view: &V, watch: &dyn Watch) -> Result<Room> {
    let mut seen = Seen::default();
    for (root, path) in view.manifest().files_in_place()? {
        watch.step(seen.room.files.0, 0, "files looked at")?;
        if let Some(found) = files::look(&view.layout().scan_root(&root).join(path))? {
            seen.add(&found);
        }
    }
    Ok(seen.room)
}

/// The manifest as a database.
pub fn database<V: View>(view: &V) -> Result<Database> {
    let manifest = view.layout().manifest();
    let mut log = manifest.clone().into_os_string();
    log.push("-wal");
    let size = |path: PathBuf| Ok::<_, crate::model::Error>(Count(files::look(&path)?.map_or(0, |found| found.len())));
    Ok(Database { size_bytes: size(manifest)?, log_bytes: size(log.into())?, ..view.manifest().pages()? })
}

/// What the default policy's budget leaves; `None` without one.
pub fn budget<V: View>(view: &V) -> Result<Option<Budget>> {
    let config = Config::read(&view.layout().configuration())?;
    let Some(policy) = &config.default_policy else { return Ok(None) };
    let Some(budget) = config.policies.get(policy).and_then(|policy| policy.space_budget_bytes) else {
        return Ok(None);
    };
    let used = view.manifest().live_bytes()?;
    Ok(Some(Budget {
        policy: policy.clone(),
        space_budget_bytes: Count(budget),
        used_bytes: Count(used),
        left_bytes: Count(budget.saturating_sub(used)),
        over_budget_bytes: Count(used.saturating_sub(budget)),
    }))
}
