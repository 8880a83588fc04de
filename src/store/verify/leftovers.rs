//! The store's own folders. What dead processes left in staging is no finding: the next opening sweeps it.

use super::Pass;
use crate::base::files;
use crate::model::Result;
use crate::model::finding::{Check, Code, Finding};

impl Pass<'_> {
    pub(super) fn leftovers(&mut self) -> Result<()> {
        let layout = self.store.layout();
        for folder in layout.folders().into_iter().chain(self.store.objects().parts()) {
            if !files::look(&folder)?.is_some_and(|found| found.is_dir()) {
                let message = format!("the folder {} is missing", folder.display());
                self.found(Finding::error(Check::Staging, Code::FolderMissing, message).path(&folder));
            }
        }
        for path in files::list(&layout.staging()).unwrap_or_default() {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if !name.starts_with("lease-") && !name.starts_with("manifest-") {
                let message = format!("{} lies in staging and is no process's", path.display());
                self.found(Finding::warning(Check::Staging, Code::Stranger, message).path(&path));
            }
        }
        for folder in [layout.quarantine(), layout.root().join("trash"), layout.backups()] {
            let listed = if files::exists(&folder) { files::list(&folder) } else { Ok(Vec::new()) };
            match listed {
                Ok(entries) if folder == layout.quarantine() => self.counts().quarantined.0 = entries.len() as u64,
                Ok(_) => {}
                Err(error) => {
                    self.found(Finding::error(Check::Staging, Code::Unreadable, error.to_string()).path(&folder));
                }
            }
        }
        Ok(())
    }
}
