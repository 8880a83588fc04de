//! Whether objects and readable names are in their places, and what they look like there.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;

use super::bytes::{Owner, ToRead};
use super::{Pass, unreadable};
use crate::base::files;
use crate::manifest::Found;
use crate::model::Result;
use crate::model::artifact::Storage;
use crate::model::finding::{Check, Code, Finding};
use crate::store::reader::{Reader, View};

impl Pass<'_> {
    /// Objects that artifacts need, and what else lies where they do.
    pub(super) fn objects(&mut self, reader: &Reader, to_read: &mut Vec<ToRead>) -> Result<()> {
        let objects = self.store.objects();
        let listed = objects.all()?;
        let needed = reader.manifest().needed_objects()?;
        self.counts().objects.0 = listed.objects.len() as u64;
        for (hash, metadata) in &listed.objects {
            let is_needed = needed.binary_search_by(|(other, _)| other.cmp(hash)).is_ok();
            self.counts().orphans.0 += u64::from(!is_needed);
            let (path, size) = (objects.path(hash), metadata.len());
            if metadata.permissions().mode() & 0o222 != 0 {
                let message = format!(
                    "the object {hash} may be written: its mode is {:o}",
                    metadata.permissions().mode() & 0o7777
                );
                self.found(Finding::warning(Check::Objects, Code::ObjectWritable, message).hash(*hash).path(&path));
            }
            let owner = if is_needed { Owner::Object } else { Owner::Orphan };
            to_read.push(ToRead { path, hash: *hash, size, owner });
        }
        for (hash, size) in needed {
            let finding = match listed.objects.binary_search_by(|(other, _)| other.cmp(&hash)) {
                Err(_) => Finding::error(Check::Objects, Code::ObjectMissing, format!("the object {hash} is missing")),
                Ok(at) => match (listed.objects[at].1.len(), size) {
                    (there, Some(size)) if there != size => Finding::error(
                        Check::Objects,
                        Code::ObjectSize,
                        format!("the object {hash} has {there} bytes; an artifact says {size}"),
                    ),
                    _ => continue,
                },
            };
            let holder = reader.manifest().first_holder(&hash)?;
            let finding = finding.hash(hash).path(&objects.path(&hash));
            self.found(match holder {
                Some(artifact_id) => finding.artifact(artifact_id),
                None => finding,
            });
        }
        for path in listed.strangers {
            let message = format!("{} is no object of the store", path.display());
            self.found(Finding::warning(Check::Objects, Code::Stranger, message).path(&path));
        }
        Ok(())
    }

    /// The readable names of everything that needs not wait for its name; what is deleted has none.
    pub(super) fn names(&mut self, reader: &Reader, to_read: &mut Vec<ToRead>) -> Result<()> {
        let manifest = reader.manifest();
        let waiting: BTreeSet<i64> = manifest.placements()?.into_iter().map(|placement| placement.seq).collect();
        let seqs = manifest.artifact_seqs()?;
        for (done, seq) in seqs.iter().enumerate() {
            self.watch.step(done as u64, seqs.len() as u64, "names looked at")?;
            let looked = match manifest.artifact_at(*seq) {
                Ok(Some(found)) if !waiting.contains(seq) => self.name(reader, &found, to_read),
                Ok(_) => Ok(()),
                Err(error) => Err(error),
            };
            if let Err(error) = looked {
                let finding = unreadable(Check::Names, error)?;
                self.found(finding);
            }
        }
        Ok(())
    }

    fn name(&mut self, reader: &Reader, found: &Found, to_read: &mut Vec<ToRead>) -> Result<()> {
        let record = &found.record;
        if record.storage != Storage::Managed {
            return Ok(());
        }
        if found.state.deleted_at.is_some() {
            let path = self.store.layout().name(record);
            if files::exists(&path) {
                let artifact_id = record.artifact_id.to_string();
                let message = format!("artifact {artifact_id} was deleted, and {} is still there", path.display());
                let finding = Finding::warning(Check::Names, Code::NameLeft, message);
                self.found(finding.artifact(&artifact_id).path(&path));
            }
            return Ok(());
        }
        for entry in reader.manifest().files(found.seq)? {
            // Without its object nothing can be said of a name, and no name be made.
            let Some(object) = self.store.objects().look(&entry.hash)? else { continue };
            let path = self.store.layout().file(record, &entry);
            self.counts().names.0 += 1;
            let artifact_id = record.artifact_id.to_string();
            let wrong = |code, what: &str| {
                let message = format!("artifact {artifact_id}: its readable name {} {what}", path.display());
                Finding::error(Check::Names, code, message).artifact(&artifact_id).hash(entry.hash).path(&path)
            };
            match files::look(&path)? {
                None => self.found(wrong(Code::NameMissing, "is missing")),
                Some(there) if !there.is_file() => self.found(wrong(Code::NameDiffers, "is no file")),
                Some(there) => {
                    let there = files::fingerprint(&there);
                    if there.identity == object.identity {
                        continue;
                    }
                    if there.size == entry.size_bytes.0 {
                        let owner = Owner::Name(artifact_id);
                        to_read.push(ToRead { path, hash: entry.hash, size: there.size, owner });
                    } else {
                        let what = format!("has {} bytes instead of {}", there.size, entry.size_bytes.0);
                        self.found(wrong(Code::NameDiffers, &what));
                    }
                }
            }
        }
        Ok(())
    }
}
