//! The files of every version of a dataset, and whether its members are there. What the rows say is held against the
//! snapshots with all other rows.

use super::{Pass, unreadable};
use crate::model::Result;
use crate::model::finding::{Check, Code, Finding};
use crate::store::reader::{Reader, View};
use crate::store::snapshot;

impl Pass<'_> {
    pub(super) fn datasets(&mut self, reader: &Reader) -> Result<()> {
        let manifest = reader.manifest();
        let versions = manifest.dataset_versions(None)?;
        for (done, (dataset_id, version, place, _)) in versions.iter().enumerate() {
            self.watch.step(done as u64, versions.len() as u64, "versions of datasets read")?;
            self.counts().datasets.0 += 1;
            let filed = match manifest.dataset_at(*place) {
                Ok(Some(filed)) => filed,
                Ok(None) => continue,
                Err(error) => {
                    let finding = unreadable(Check::Datasets, error)?;
                    self.found(finding);
                    continue;
                }
            };
            let name = format!("version {version} of dataset {dataset_id}");
            let path = self.store.layout().snapshot(&filed.head);
            if let Err((code, message)) = snapshot::written(&path, &filed.snapshot_hash) {
                self.found(Finding::error(Check::Datasets, code, format!("{name}: {message}")).path(&path));
            }
            let index = filed.head.index.as_ref().zip(self.store.layout().index(&filed.head));
            if let Some((index, path)) = index
                && let Some((code, message)) = snapshot::examine_index(index, &path, self.watch)?
            {
                let message = format!("{name}: {message}");
                let finding = match code {
                    Code::IndexMissing => Finding::warning(Check::Datasets, code, message),
                    _ => Finding::error(Check::Datasets, code, message),
                };
                self.found(finding.path(&path));
            }
            for artifact_id in manifest.missing_members(*place)? {
                let message = format!("{name}: its member {artifact_id} is not in the store");
                self.found(Finding::error(Check::Datasets, Code::MemberMissing, message).artifact(artifact_id));
            }
        }
        Ok(())
    }
}
