//! Walking a folder: every file below it that a family's patterns match. Nothing in it is changed, no link is followed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::Metadata;
use std::path::{Path, PathBuf};

use globset::{GlobSet, GlobSetBuilder};

use super::runs::Key;
use super::{LONGEST_PATH, warning};
use crate::base::files;
use crate::model::ids::FamilyName;
use crate::model::scan::{ScanFault, ScanWarning};
use crate::model::{Error, Result, Watch};
use crate::store::config::Family;

/// Which files below a folder belong to which run.
pub trait Arrangement {
    /// Whether files of runs may lie in a folder, by its path below the one that is scanned.
    fn enters(&self, folder: &str) -> bool;

    /// Whether such a folder is one run by itself.
    fn is_run(&self, folder: &str) -> bool;

    /// The families that a file belongs to; the first gets it.
    fn families(&self, path: &str) -> Vec<FamilyName>;

    /// What a file shares with the others of its run.
    fn key(&self, path: &str) -> Key;
}

/// The patterns of all families.
pub struct Families {
    names: Vec<FamilyName>,
    patterns: GlobSet,
    /// Whose each pattern is.
    owners: Vec<usize>,
}

impl Families {
    /// The families of keepstone.toml, in the order of their names.
    pub fn new(families: &BTreeMap<FamilyName, Family>) -> Result<Self> {
        let (mut builder, mut owners) = (GlobSetBuilder::new(), Vec::new());
        for (number, family) in families.values().enumerate() {
            for pattern in &family.include {
                builder.add(pattern.glob());
                owners.push(number);
            }
        }
        let patterns = builder
            .build()
            .map_err(|error| Error::limit_exceeded(format!("the patterns of the families are too many: {error}")))?;
        Ok(Self { names: families.keys().cloned().collect(), patterns, owners })
    }
}

impl Arrangement for Families {
    fn enters(&self, _: &str) -> bool {
        true
    }

    fn is_run(&self, _: &str) -> bool {
        false
    }

    /// Those whose patterns match a path, in the order of their names.
    fn families(&self, path: &str) -> Vec<FamilyName> {
        let owners: BTreeSet<usize> = self.patterns.matches(path).into_iter().map(|at| self.owners[at]).collect();
        owners.into_iter().map(|at| self.names[at].clone()).collect()
    }

    fn key(&self, path: &str) -> Key {
        Key::of(path)
    }
}

/// A file that belongs to a family.
#[derive(Debug, Clone)]
pub(super) struct Spotted {
    /// Its path below the folder that is scanned.
    pub(super) path: String,
    pub(super) family: FamilyName,
    pub(super) key: Key,
    pub(super) size: u64,
    pub(super) mtime_ns: i64,
}

/// What a walk found.
#[derive(Default)]
pub struct Walked {
    /// The files, sorted by path.
    pub(super) files: Vec<Spotted>,
    /// Folders that could not be listed, by their paths below the one that is scanned.
    pub(super) blind: Vec<String>,
    /// What is worth knowing.
    pub warnings: Vec<ScanWarning>,
    /// Folders that are runs and hold no file, by their paths below the one that is scanned.
    pub empty: Vec<String>,
    overlaps: BTreeMap<Vec<FamilyName>, (u64, PathBuf)>,
}

/// Walks a folder. `own` are the folders that are not looked into, by device and inode; `left` is how many more files
/// may be found, and of which family if not of all.
pub fn walk(
    root: &Path,
    own: &BTreeSet<(u64, u64)>,
    arrangement: &dyn Arrangement,
    (only, left, most): (Option<&FamilyName>, &mut u64, u64),
    watch: &dyn Watch,
) -> Result<Walked> {
    let mut walked = Walked::default();
    let mut waiting = vec![root.to_owned()];
    while let Some(folder) = waiting.pop() {
        watch.step(walked.files.len() as u64, 0, "files found")?;
        let entries = match files::list(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                walked.blind.push(below(root, &folder).to_string_lossy().into_owned());
                walked.warnings.push(warning(ScanFault::Unreadable, &folder, error.to_string()));
                continue;
            }
        };
        for path in entries {
            // What is gone by now was not there.
            let Ok(Some(found)) = files::look(&path) else { continue };
            if found.is_dir() {
                let inside = below(root, &path).to_string_lossy().into_owned();
                if arrangement.enters(&inside) && !own.contains(&files::fingerprint(&found).identity) {
                    if arrangement.is_run(&inside) {
                        walked.empty.push(inside);
                    }
                    waiting.push(path);
                }
                continue;
            }
            let Some(spotted) = walked.judge(root, &path, &found, arrangement) else { continue };
            if only.is_none_or(|only| spotted.family == *only) {
                *left = left.checked_sub(1).ok_or_else(|| {
                    let what = format!("the scan finds more than {most} files of the families: {}", path.display());
                    Error::limit_exceeded(format!("{what} is one too many"))
                        .hint("raise scan.max_files_per_scan in keepstone.toml, or scan one family at a time")
                })?;
            }
            walked.files.push(spotted);
        }
    }
    walked.files.sort_by(|left, right| left.path.cmp(&right.path));
    walked.empty.sort();
    let (files, blind) = (&walked.files, &walked.blind);
    walked.empty.retain(|folder| {
        let inside = format!("{folder}/");
        let first = files.partition_point(|file| file.path < inside);
        let has_file = files.get(first).is_some_and(|file| file.path.starts_with(&inside));
        !has_file && !blind.iter().any(|blind| blind == folder || blind.starts_with(&inside))
    });
    for (families, (count, path)) in std::mem::take(&mut walked.overlaps) {
        let names: Vec<&str> = families.iter().map(FamilyName::as_str).collect();
        let (first, files) = (names[0], if count == 1 { "file matches" } else { "files match" });
        let message =
            format!("{count} {files} the families {} and belong to {first}: {}", names.join(", "), path.display());
        let told = warning(ScanFault::Overlap, &path, message);
        walked.warnings.push(ScanWarning { family: Some(first.to_owned()), ..told });
    }
    Ok(walked)
}

impl Walked {
    /// Whether something is a file of a family; what is odd about it is told.
    fn judge(&mut self, root: &Path, path: &Path, found: &Metadata, arrangement: &dyn Arrangement) -> Option<Spotted> {
        let inside = below(root, path);
        let lossy = inside.to_string_lossy();
        let of = arrangement.families(&lossy);
        if found.is_symlink() {
            // Behind a link to a folder may be anything, so that one is told in any case.
            let folder = || files::metadata(path).is_ok_and(|target| target.is_dir());
            if !of.is_empty() || folder() {
                let message = format!("{} is a link, which is not followed", path.display());
                self.warnings.push(warning(ScanFault::Link, path, message));
            }
            return None;
        }
        let family = of.first()?.clone();
        if !found.is_file() {
            let message = format!("{} is no regular file", path.display());
            self.warnings.push(warning(ScanFault::NotRegular, path, message));
            return None;
        }
        let odd = match inside.to_str() {
            None => Some("its name is no UTF-8".to_owned()),
            Some(text) if text.len() > LONGEST_PATH => Some(format!("its path has more than {LONGEST_PATH} bytes")),
            Some(_) => None,
        };
        if let Some(odd) = odd {
            let message = format!("{} is left out: {odd}", path.display());
            self.warnings.push(warning(ScanFault::OddName, path, message));
            return None;
        }
        if of.len() > 1 {
            let (count, example) = self.overlaps.entry(of).or_insert_with(|| (0, path.to_owned()));
            *count += 1;
            if path < example.as_path() {
                path.clone_into(example);
            }
        }
        let looks = files::fingerprint(found);
        let key = arrangement.key(&lossy);
        Some(Spotted { path: lossy.into_owned(), family, key, size: looks.size, mtime_ns: looks.mtime_ns })
    }
}

fn below<'a>(root: &Path, path: &'a Path) -> &'a Path {
    path.strip_prefix(root).expect("it was found below it")
}
