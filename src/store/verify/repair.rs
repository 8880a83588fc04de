//! Mending what can be proven: objects from good copies, names and sidecars from what they repeat, damaged lines of the
//! history. Damaged objects without a good copy move to quarantine. Nothing is guessed and nothing is lost.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::records::is_borne_out;
use crate::base::files;
use crate::model::finding::{Check, Code, Finding};
use crate::model::{Hash, Kind, Result, Watch};
use crate::objects::{OBJECT_MODE, Staged};
use crate::store::reader::View;
use crate::store::{Store, Writer};

/// What became of what was found.
pub(super) enum Moved {
    /// It was mended or can't be; another look tells. Where its damaged bytes lie, if they were moved.
    Replaced(Option<String>),
    /// It can't be mended, and its damaged bytes lie here.
    Lost(String),
    /// Mending it failed, for this reason.
    Failed(String),
}

impl Store {
    /// Mends what was found, in transactions as short as a publish; answers what became of each finding.
    pub(super) fn repair(self: &Arc<Self>, findings: &[Finding], watch: &dyn Watch) -> Result<Vec<Moved>> {
        let mut moved = Vec::new();
        let mut done: BTreeSet<(Code, Option<Hash>, Option<&str>)> = BTreeSet::new();
        for (number, finding) in findings.iter().enumerate() {
            watch.step(number as u64, findings.len() as u64, "findings repaired")?;
            if finding.code != Code::NameMissing
                && finding.hash.is_some()
                && !done.insert((finding.code, finding.hash, finding.path.as_deref()))
            {
                moved.push(Moved::Replaced(None));
                continue;
            }
            moved.push(match self.mend(finding, findings, watch) {
                Err(error) if matches!(error.kind(), Kind::Cancelled | Kind::NoSpace | Kind::Busy) => {
                    return Err(error);
                }
                // One that can't be mended keeps no other from it.
                Err(error) => Moved::Failed(error.message().to_owned()),
                Ok(moved) => moved,
            });
        }
        self.settle()?;
        Ok(moved)
    }

    fn mend(self: &Arc<Self>, finding: &Finding, all: &[Finding], watch: &dyn Watch) -> Result<Moved> {
        let path = finding.path.as_ref().map(PathBuf::from);
        match (finding.code, finding.hash, &finding.artifact_id, path) {
            (Code::ObjectDamaged | Code::ObjectMissing | Code::ObjectSize, Some(hash), ..) => {
                self.mend_object(&hash, watch)
            }
            (Code::ObjectWritable, Some(hash), ..) => {
                // Damaged as well, it may be in quarantine by now.
                if self.objects().look(&hash)?.is_some() && self.objects().proven(&hash, watch)? {
                    files::set_mode(&self.objects().path(&hash), OBJECT_MODE)?;
                }
                Ok(Moved::Replaced(None))
            }
            (Code::RowDiffers, Some(hash), None, _) => {
                self.change(|writer| writer.vouch(&hash, None).map(|_| Moved::Replaced(None)))
            }
            (Code::WordsDiffer, ..) => self.change(|writer| {
                match &finding.artifact_id {
                    Some(artifact_id) => writer.manifest().say_anew(writer.found(artifact_id)?.seq)?,
                    None => writer.manifest().write_all_words()?,
                }
                Ok(Moved::Replaced(None))
            }),
            (Code::NameMissing | Code::NameDiffers | Code::NameLeft | Code::FileLeft, _, Some(artifact_id), _) => self
                .change(|writer| {
                    let found = writer.found(artifact_id)?;
                    writer.place_later(found.seq, None)?;
                    Ok(Moved::Replaced(None))
                }),
            (Code::SidecarMissing | Code::SidecarDamaged, _, Some(artifact_id), Some(path)) => {
                // Where the manifest is not above suspicion, nothing is made from it.
                let suspect = |other: &&Finding| other.check == Check::Manifest && other.code != Code::WordsDiffer;
                if all.iter().filter(suspect).any(|other| other.hash.is_none()) {
                    return Ok(Moved::Replaced(None));
                }
                self.change(|writer| writer.mend_sidecar(artifact_id, &path))
            }
            (Code::HistoryShort | Code::LineDamaged, ..) => self.change(|writer| writer.mend_history()),
            (Code::FolderMissing, _, _, Some(path)) => {
                files::create_folders(&path)?;
                Ok(Moved::Replaced(None))
            }
            (Code::Stranger, _, _, Some(path)) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let aside = self.layout().quarantine().join(format!("stranger-{}-{name}", self.stamp()));
                files::rename(&path, &aside)?;
                Ok(Moved::Replaced(Some(shown(&aside))))
            }
            _ => Ok(Moved::Replaced(None)),
        }
    }

    fn mend_object(self: &Arc<Self>, hash: &Hash, watch: &dyn Watch) -> Result<Moved> {
        let looks = self.objects().look(hash)?;
        // Others may have brought it back meanwhile.
        if looks.is_some() && self.objects().proven(hash, watch)? {
            return Ok(Moved::Replaced(None));
        }
        let good = self.good_copy(hash, watch)?;
        self.change(|writer| {
            if writer.objects().look(hash)? != looks {
                return Ok(Moved::Replaced(None));
            }
            match (&good, looks) {
                (Some(staged), None) => writer.keep(staged, None).map(|()| Moved::Replaced(None)),
                (Some(staged), Some(_)) => writer.heal(staged).map(|path| Moved::Replaced(Some(shown(&path)))),
                (None, Some(_)) => writer.lose(hash),
                (None, None) => Ok(Moved::Replaced(None)),
            }
        })
    }

    /// The same bytes from a readable name or from quarantine, staged.
    fn good_copy(self: &Arc<Self>, hash: &Hash, watch: &dyn Watch) -> Result<Option<Staged>> {
        let reader = self.read()?;
        let mut candidates = Vec::new();
        for seq in reader.manifest().holders(hash)? {
            let Some(found) = reader.manifest().artifact_at(seq)? else { continue };
            let files = reader.manifest().files(seq)?;
            let files = files.iter().filter(|entry| entry.hash == *hash);
            candidates.extend(files.map(|entry| self.layout().file(&found.record, entry)));
        }
        let aside = files::list(&self.layout().quarantine())?;
        candidates.extend(aside.into_iter().filter(|path| {
            path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(hash.hex().as_bytes()))
        }));
        for path in candidates {
            let Ok((file, metadata)) = files::open_no_follow(&path) else { continue };
            let staged = self.staging()?.copy(&file, &path, metadata.len(), watch)?;
            if staged.hash == *hash {
                return Ok(Some(staged));
            }
        }
        Ok(None)
    }

    fn change(self: &Arc<Self>, change: impl FnOnce(&mut Writer) -> Result<Moved>) -> Result<Moved> {
        let mut batch = self.begin()?;
        let moved = batch.attempt(change)?;
        batch.commit()?;
        Ok(moved)
    }
}

impl Writer<'_> {
    /// Takes a damaged object that nothing can bring back out of its place, and the readable names with its bytes.
    fn lose(&mut self, hash: &Hash) -> Result<Moved> {
        let (quarantine, stamp) = (self.layout().quarantine(), self.store().stamp());
        for seq in self.manifest().holders(hash)? {
            let Some(found) = self.manifest().artifact_at(seq)? else { continue };
            for (number, entry) in self.manifest().files(seq)?.iter().enumerate().filter(|(_, file)| file.hash == *hash)
            {
                let name = self.layout().file(&found.record, entry);
                if files::exists(&name) {
                    files::move_over(&name, &quarantine.join(format!("name-{seq}-{number}-{stamp}")))?;
                }
            }
        }
        let aside = self.objects().set_aside(hash, &quarantine, &stamp)?;
        let mut data = Map::new();
        data.insert("hash".to_owned(), Value::String(hash.to_string()));
        self.record("object_quarantined", None, data)?;
        Ok(Moved::Lost(shown(&aside)))
    }

    fn mend_sidecar(&mut self, artifact_id: &str, path: &Path) -> Result<Moved> {
        let found = self.found(artifact_id)?;
        let seq = found.seq;
        if !is_borne_out(self.manifest(), found, path)? {
            return Ok(Moved::Replaced(None));
        }
        let aside = self.layout().quarantine().join(format!("sidecar-{seq}-{}.json", self.store().stamp()));
        let there = files::exists(path);
        if there {
            files::link_new(path, &aside)?;
            files::sync_parent(&aside)?;
        }
        // It is written over the damaged one once the transaction is committed.
        self.place_later(seq, None)?;
        Ok(Moved::Replaced(there.then(|| shown(&aside))))
    }

    fn mend_history(&mut self) -> Result<Moved> {
        let aside = crate::store::history::mend(self.layout(), self.manifest(), &self.store().stamp())?;
        Ok(Moved::Replaced(aside.as_deref().map(shown)))
    }
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
