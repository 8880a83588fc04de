//! The listing of a tree: what its file hash and content hash are over.

use crate::model::artifact::FileEntry;

/// One line a file, sorted by path: 64 hex digits, two spaces, the path; the form that `sha256sum --check` reads.
/// A path with a backslash or line break is written with `\\` and `\n`, and its line begins with a backslash.
pub fn listing(files: &[FileEntry]) -> String {
    let mut lines: Vec<(&str, String)> = files.iter().map(|file| (file.path.as_str(), line(file))).collect();
    lines.sort();
    lines.into_iter().map(|(_, line)| line).collect()
}

fn line(file: &FileEntry) -> String {
    let (path, hash) = (&file.path, file.hash.hex());
    if path.contains(['\\', '\n', '\r']) {
        let escaped = path.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
        format!("\\{hash}  {escaped}\n")
    } else {
        format!("{hash}  {path}\n")
    }
}
