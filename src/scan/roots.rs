//! The folders that are scanned: where they lie, and how the manifest remembers them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::warning;
use crate::base::{beneath, files};
use crate::manifest::Manifest;
use crate::model::scan::{ScanFault, ScanWarning};
use crate::model::{Error, Result};
use crate::store::Layout;
use crate::store::config::{FolderLayout, Scanning};

/// A folder that is scanned.
#[derive(Debug, Clone)]
pub struct Root {
    /// Its absolute path.
    pub path: PathBuf,
    /// How the manifest remembers it: relative to the store's folder, so that both may be moved together, or absolute.
    pub text: String,
    /// How it is laid out, where keepstone.toml names it.
    pub layout: Option<FolderLayout>,
    /// Where it really lies; `None` when it isn't there.
    real: Option<PathBuf>,
}

impl Root {
    /// The one that the caller names, else those of keepstone.toml.
    pub fn all(
        layout: &Layout,
        scan: &Scanning,
        manifest: Option<&Manifest>,
        given: Option<&str>,
    ) -> Result<Vec<Self>> {
        let known = manifest.map_or_else(|| Ok(Vec::new()), Manifest::scan_roots)?;
        let known: Vec<Self> =
            known.into_iter().map(|text| Self::at(layout.scan_root(&text), text, None)).collect::<Result<_>>()?;
        let mut configured = Vec::new();
        for root in &scan.roots {
            let path = layout.scan_root(&root.path);
            let relative_to_store = Path::new(&root.path).is_relative();
            let own = if relative_to_store { relative(layout.root(), &path)? } else { shown(&path)? };
            let how = root.layout.unwrap_or(FolderLayout::Families);
            configured.push(Self::at(path, own, Some(how))?.remembered(&known));
        }
        let field = if given.is_some() { "root" } else { "scan.roots" };
        let roots = match given {
            None => configured.clone(),
            Some(given) => {
                let path = files::absolute(Path::new(given));
                let beside = layout.root().parent().is_some_and(|parent| path.starts_with(parent));
                let text = if beside { relative(layout.root(), &path)? } else { shown(&path)? };
                let root = Self::at(path, text, None).map_err(|error| error.field(field))?;
                let root = root.remembered(&known).remembered(&configured);
                if root.real.is_none() {
                    let message = format!("the folder {} was not found", root.path.display());
                    return Err(Error::not_found(message).field("root"));
                }
                vec![root]
            }
        };
        if roots.is_empty() {
            return Err(Error::invalid_data(format!(
                "{}: scan.roots names no folder",
                layout.configuration().display()
            ))
            .hint("name the folders there, or one with root"));
        }
        for (at, root) in roots.iter().enumerate() {
            root.allowed(layout).map_err(|error| error.field(field))?;
            for other in roots[..at].iter().chain(&configured).chain(&known) {
                root.beside(other).map_err(|error| error.field(field))?;
            }
        }
        Ok(roots)
    }

    fn at(path: PathBuf, text: String, layout: Option<FolderLayout>) -> Result<Self> {
        if files::metadata(&path).is_ok_and(|found| !found.is_dir()) {
            return Err(Error::invalid_data(format!("{} is no folder", path.display())));
        }
        let real = files::canonical(&path).ok();
        Ok(Self { path, text, layout, real })
    }

    fn is(&self, other: &Self) -> bool {
        self.path == other.path || self.real.is_some() && self.real == other.real
    }

    /// The same under the name that it has already, and with the layout that is known of it.
    fn remembered(self, known: &[Self]) -> Self {
        match known.iter().find(|known| known.is(&self)) {
            Some(known) => Self { text: known.text.clone(), layout: self.layout.or(known.layout), ..self },
            None => self,
        }
    }

    /// Refuses the store's own folders.
    fn allowed(&self, layout: &Layout) -> Result<()> {
        let real = self.real.as_deref().unwrap_or(&self.path);
        let own =
            [layout.root(), layout.artifacts()].map(|own| files::canonical(own).unwrap_or_else(|_| own.to_owned()));
        if own.iter().any(|own| real.starts_with(own)) {
            return Err(Error::path_not_allowed(format!("{} belongs to the store itself", self.path.display())));
        }
        Ok(())
    }

    /// Refuses a folder inside another: a file would belong to two runs.
    fn beside(&self, other: &Self) -> Result<()> {
        let (one, two) = (self.real.as_ref().unwrap_or(&self.path), other.real.as_ref().unwrap_or(&other.path));
        if !self.is(other) && (one.starts_with(two) || two.starts_with(one)) {
            let (one, two) = (self.path.display(), other.path.display());
            return Err(Error::conflict(format!(
                "{one} and {two} lie one inside the other, and can't both be scanned"
            ))
            .hint("scan the outer one, whose patterns find what is in the inner one too"));
        }
        Ok(())
    }

    /// Whether it is there.
    pub fn exists(&self) -> bool {
        self.real.is_some()
    }

    /// That it isn't there.
    pub fn missing(&self) -> ScanWarning {
        warning(ScanFault::RootMissing, &self.path, format!("the folder {} is not there", self.path.display()))
    }
}

/// The store's own folders, by device and inode: a scan doesn't look into them.
pub fn own_folders(layout: &Layout) -> BTreeSet<(u64, u64)> {
    let folders = [layout.root(), layout.artifacts()].into_iter().filter_map(|folder| files::metadata(folder).ok());
    folders.map(|found| files::fingerprint(&found).identity).collect()
}

fn shown(path: &Path) -> Result<String> {
    let text = path.to_str().ok_or_else(|| {
        Error::unsupported(format!("the folder {} has a name that is no UTF-8", path.display())).hint("rename it")
    })?;
    Ok(text.to_owned())
}

/// The way from one absolute folder to another, as text.
fn relative(from: &Path, to: &Path) -> Result<String> {
    shown(&beneath::way(from, to))
}
