//! Trees: the files of a folder, or several files under names of their own.

use std::collections::BTreeSet;
use std::fs::{File, Metadata};
use std::path::{Path, PathBuf};

use super::given::{GivenFile, unusable};
use super::originals::Originals;
use crate::base::files;
use crate::model::artifact::FileEntry;
use crate::model::{Error, Result};

/// A file that is to become part of a tree.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// Its path inside the tree.
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) role: Option<String>,
    /// Its place in the list of files; none when it was found in a folder.
    listed: Option<usize>,
}

impl Member {
    /// Opens it. One that was found in a folder must be there itself: no link may lead out of the folder meanwhile.
    pub(super) fn open(&self) -> Result<(File, Metadata)> {
        match self.listed {
            None => files::open_no_follow(&self.path).map_err(unusable),
            Some(at) => open_listed(&self.path).map_err(|error| error.field(format!("files[{at}].path"))),
        }
    }
}

fn open_listed(path: &Path) -> Result<(File, Metadata)> {
    let found = files::metadata(path).map_err(unusable)?;
    // Opening a device may do something, and a socket can't be opened at all.
    if !found.is_file() && !found.is_dir() {
        return Err(Error::invalid_data(format!("{} is no regular file", path.display())));
    }
    files::open_regular(path).map_err(unusable)
}

/// Every file below a folder, sorted by path. A link or a special file is refused: what it leads to is not the folder's.
pub(super) fn walk(folder: &Path, most: u64, originals: &mut Originals) -> Result<Vec<Member>> {
    let mut members = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(at) = waiting.pop() {
        originals.add_folder(&at);
        for path in files::list(&at)? {
            let Some(found) = files::look(&path)? else { continue };
            if found.is_dir() {
                waiting.push(path);
                continue;
            }
            if !found.is_file() {
                return Err(Error::invalid_data(format!("{} is no regular file or folder", path.display()))
                    .hint("a tree holds files and folders only; publish what a link leads to instead"));
            }
            let inside = path.strip_prefix(folder).expect("it lies below the folder");
            let name = inside.to_str().ok_or_else(|| {
                Error::invalid_data(format!("the file name {} is no UTF-8", path.display()))
                    .hint("rename the file, or pack the folder into one file and publish that")
            })?;
            if name.len() > FileEntry::LONGEST_PATH {
                return Err(Error::limit_exceeded(format!(
                    "a path inside a tree may have {} bytes, and {name:?} has {}",
                    FileEntry::LONGEST_PATH,
                    name.len()
                ))
                .hint("pack the folder into one file and publish that"));
            }
            members.push(Member { name: name.to_owned(), path: path.clone(), role: None, listed: None });
            at_most(members.len(), most)?;
        }
    }
    members.sort_by(|left, right| left.name.cmp(&right.name));
    if members.is_empty() {
        return Err(Error::invalid_data(format!("the folder {} has no files", folder.display()))
            .hint("publish it once there is a file in it"));
    }
    Ok(members)
}

/// The files of a list, sorted by their paths inside the tree.
pub(super) fn named(given: &[GivenFile], most: u64) -> Result<Vec<Member>> {
    at_most(given.len(), most)?;
    let mut names = BTreeSet::new();
    let mut members = Vec::new();
    for (at, file) in given.iter().enumerate() {
        let field = format!("files[{at}]");
        let path = PathBuf::from(&file.path);
        let name = match &file.name {
            Some(name) => name.clone(),
            None => path
                .file_name()
                .and_then(|name| name.to_str())
                .ok_or_else(|| Error::invalid_params(format!("{:?} names no file", file.path)).field(&*field))?
                .to_owned(),
        };
        if !FileEntry::is_path(&name) {
            return Err(Error::invalid_params(format!("{name:?} is no path inside an artifact"))
                .field(format!("{field}.as"))
                .hint("use relative paths such as \"reports/summary.html\""));
        }
        if !names.insert(name.clone()) {
            return Err(Error::invalid_params(format!("two files are named {name:?}"))
                .field(format!("{field}.as"))
                .hint("give them different names with \"as\""));
        }
        members.push(Member { name, path, role: file.role.clone(), listed: Some(at) });
    }
    // A file can't also be a folder of another.
    if let Some(name) = FileEntry::clashing(&names.iter().map(String::as_str).collect()) {
        return Err(Error::invalid_params(format!("{name:?} is both a file and a folder")).field("files"));
    }
    members.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(members)
}

fn at_most(count: usize, most: u64) -> Result<()> {
    if count as u64 > most {
        return Err(Error::limit_exceeded(format!("a tree may have {most} files, and this one has more"))
            .hint("raise limits.tree_files in keepstone.toml"));
    }
    Ok(())
}
