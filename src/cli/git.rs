//! The state of the code that lies in the working folder, asked of git.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::base::files;

/// A checkout with a commit.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Checkout {
    pub(super) commit: String,
    /// Whether files that git knows differ from the commit.
    pub(super) dirty: bool,
}

/// The checkout that the working folder lies in; `None` where there is no git, no checkout or no commit.
///
/// Dirty is what `git describe --dirty` calls so: known files that were changed, added or removed. Files that git
/// doesn't know don't count, for mostly they are what was just made; nor does what lies in these folders.
pub(super) fn checkout(except: &[PathBuf]) -> Option<Checkout> {
    let told = ask(&["rev-parse", "--show-toplevel", "HEAD"])?;
    let (folder, commit) = told.trim_end().rsplit_once('\n')?;
    let folder = Path::new(folder);
    let changes = ask(&["status", "--porcelain", "-z", "--untracked-files=no", "--no-renames"])?;
    let except: Vec<PathBuf> = except.iter().filter_map(|path| files::canonical(path).ok()).collect();
    // Each is two letters, a space and the path from the top.
    let changed = |entry: &str| entry.get(3..).is_some_and(|path| !lies_below(&folder.join(path), &except));
    Some(Checkout { commit: commit.to_owned(), dirty: changes.split('\0').any(changed) })
}

/// The branch that is checked out; `None` where a commit is.
pub(super) fn branch() -> Option<String> {
    ask(&["symbolic-ref", "--quiet", "--short", "HEAD"]).map(|name| name.trim_end().to_owned())
}

/// Which git it is.
pub(super) fn version() -> Option<String> {
    let told = ask(&["--version"])?;
    Some(told.trim().trim_start_matches("git version ").to_owned())
}

fn lies_below(path: &Path, folders: &[PathBuf]) -> bool {
    folders.iter().any(|folder| path.starts_with(folder))
}

/// What git answers. It reads only: it takes no lock, writes no index, and runs nothing that the checkout configures.
fn ask(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git")
        .args(["--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false"])
        .args(arguments)
        .env("LC_ALL", "C")
        .env("GIT_TERMINAL_PROMPT", "0")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
