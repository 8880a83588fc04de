//! What producers keep in place: that a file there has changed or is gone is no damage, but somebody should know. What lies
//! in the trash is the store's to keep.

use std::collections::BTreeSet;
use std::path::Path;

use super::Pass;
use super::bytes::{Owner, ToRead};
use crate::base::files;
use crate::manifest::Found;
use crate::model::Result;
use crate::model::artifact::Storage;
use crate::model::finding::{Check, Code, Finding};
use crate::model::place::Looks;
use crate::store::moving;
use crate::store::reader::{Reader, View};

impl Pass<'_> {
    /// The files of everything that is kept in place; `doubtful` gets those whose bytes are to be read.
    pub(super) fn in_place(&mut self, reader: &Reader, doubtful: &mut Vec<ToRead>) -> Result<()> {
        let manifest = reader.manifest();
        let waiting: BTreeSet<i64> = manifest.placements()?.into_iter().map(|placement| placement.seq).collect();
        let seqs = manifest.placed_seqs()?;
        for (done, seq) in seqs.iter().enumerate() {
            self.watch.step(done as u64, seqs.len() as u64, "runs looked at")?;
            match manifest.artifact_at(*seq)? {
                Some(found) if !waiting.contains(seq) && found.record.storage == Storage::InPlace => {
                    self.run(reader, &found, doubtful)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn run(&mut self, reader: &Reader, found: &Found, doubtful: &mut Vec<ToRead>) -> Result<()> {
        let artifact_id = found.record.artifact_id.to_string();
        let deleted = found.state.deleted_at.is_some();
        for (entry, looks) in reader.manifest().stored_files(found.seq)? {
            let Some(path) = reader.location(found, &entry) else { continue };
            self.counts().in_place.0 += 1;
            let there = files::look(&path)?;
            if deleted {
                let left = moving::origin(self.store.layout(), found).map(|origin| origin.join(&entry.path));
                let left = left.filter(|left| there.is_none() && files::exists(left));
                self.found(match (left, there) {
                    (Some(left), _) => {
                        let message =
                            format!("deleted artifact {artifact_id}: {} still lies in its place", left.display());
                        Finding::warning(Check::InPlace, Code::FileLeft, message).artifact(&artifact_id).path(&left)
                    }
                    (None, None) => {
                        let message = format!(
                            "deleted artifact {artifact_id}: {} is neither in the trash nor in its place",
                            path.display()
                        );
                        Finding::warning(Check::InPlace, Code::TrashMissing, message).artifact(&artifact_id).path(&path)
                    }
                    (None, Some(_)) => continue,
                });
                continue;
            }
            let now = match there {
                None => {
                    let message = format!("artifact {artifact_id}: {} is no longer there", path.display());
                    let finding = Finding::warning(Check::InPlace, Code::FileMissing, message);
                    self.found(finding.artifact(&artifact_id).path(&path));
                    continue;
                }
                Some(there) if !there.is_file() => {
                    self.found(changed(&artifact_id, &path).artifact(&artifact_id).path(&path));
                    continue;
                }
                Some(there) => files::fingerprint(&there),
            };
            let as_scanned = |looks: &Looks| (looks.size_bytes.0, looks.mtime_ns) == (now.size, now.mtime_ns);
            let suspect = self.suspects.is_some_and(|suspects| suspects.contains(&*path.to_string_lossy()));
            if !looks.as_ref().is_some_and(as_scanned) || suspect || self.wants(&[Check::Hash]) {
                let owner = Owner::InPlace(artifact_id.clone());
                doubtful.push(ToRead { path, hash: entry.hash, size: now.size, owner });
            }
        }
        Ok(())
    }
}

/// That a file is no longer what was scanned.
pub(super) fn changed(artifact_id: &str, path: &Path) -> Finding {
    let message = format!("artifact {artifact_id}: {} has changed since the scan", path.display());
    Finding::warning(Check::InPlace, Code::FileChanged, message)
}
