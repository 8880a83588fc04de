//! Where the files of a version 1 store lie: it wrote absolute paths, and stores get moved and copied.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::base::files;
use crate::manifest::{Version1, Version1Artifact};

/// The folder that gets our readable names, where the caller names none: the one that has those of version 1.
///
/// A folder beside the manifest comes before one that the rows name elsewhere, because a copy of a store must not
/// write into the store that it was copied from.
pub(super) fn artifacts_folder(root: &Path, version1: &Version1) -> PathBuf {
    let own = root.join("artifacts");
    let Some(named) = folder_of_most(version1) else { return own };
    let near = |folder: &Path| folder.parent() == root.parent() || folder.starts_with(root);
    let namesake = |parent: Option<&Path>| Some(parent?.join(named.file_name()?));
    let holds = |folder: &Path| {
        let mut rows = version1.artifacts.iter();
        rows.any(|row| below(folder, row, &row.path_parquet).is_some_and(|path| files::exists(&path)))
    };
    let candidates = [near(&named).then(|| named.clone()), namesake(Some(root)), namesake(root.parent())];
    let mut candidates = candidates.into_iter().flatten().chain([own.clone(), named.clone()]);
    let found = candidates.find(|folder| holds(folder) && files::writable(folder));
    found.unwrap_or_else(|| if near(&named) && files::writable(&named) { named } else { own })
}

/// The folder below which most of the rows' paths lie in version 1's order: `<type>/v<schema version>/<file>`.
fn folder_of_most(version1: &Version1) -> Option<PathBuf> {
    let mut counts: BTreeMap<PathBuf, usize> = BTreeMap::new();
    for row in &version1.artifacts {
        let path = Path::new(&row.path_parquet);
        let version = path.parent().filter(|folder| folder.ends_with(version_folder(row)));
        let kind = version.and_then(Path::parent).filter(|folder| folder.ends_with(&row.artifact_type));
        if let Some(folder) = kind.and_then(Path::parent).filter(|folder| folder.is_absolute()) {
            *counts.entry(files::absolute(folder)).or_default() += 1;
        }
    }
    let most = counts.values().max().copied()?;
    counts.into_iter().find(|(_, count)| *count == most).map(|(folder, _)| folder)
}

/// Where a file of a row may lie: where the row says, else in version 1's order below the artifacts folder.
pub(super) fn candidates(root: &Path, artifacts: &Path, row: &Version1Artifact, path: &str) -> Vec<PathBuf> {
    if path.is_empty() {
        return Vec::new();
    }
    let mut found = vec![root.join(path)];
    for folder in [artifacts, &root.join("artifacts")] {
        found.extend(below(folder, row, path).filter(|path| !found.contains(path)));
    }
    found
}

fn below(folder: &Path, row: &Version1Artifact, path: &str) -> Option<PathBuf> {
    Some(folder.join(&row.artifact_type).join(version_folder(row)).join(Path::new(path).file_name()?))
}

fn version_folder(row: &Version1Artifact) -> String {
    format!("v{}", row.schema_version)
}

/// The words of a version 1 file name that say what it is: `<type>__v<n>__<words>__ch=<8 digits>.parquet`.
pub(super) fn hint(row: &Version1Artifact) -> Option<String> {
    let stem = Path::new(&row.path_parquet).file_stem()?.to_str()?;
    let (start, _) = stem.rsplit_once("__ch=")?;
    let words = start.strip_prefix(&format!("{}__{}__", row.artifact_type, version_folder(row)))?;
    (!words.is_empty()).then(|| words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(path: &str) -> Version1Artifact {
        Version1Artifact {
            artifact_id: "a".into(),
            artifact_type: "kind".into(),
            schema_version: 2,
            logical_key: "k/1".into(),
            status: "active".into(),
            path_parquet: path.into(),
            path_sidecar: String::new(),
            file_hash: String::new(),
            content_hash: String::new(),
            row_count: None,
            min_ts: None,
            max_ts: None,
            created_at: String::new(),
        }
    }

    fn store(paths: &[&Path]) -> Version1 {
        let artifacts = paths.iter().map(|path| row(path.to_str().unwrap())).collect();
        Version1 { artifacts, tags: vec![], inputs: vec![], supersessions: vec![] }
    }

    fn touch(folder: &Path) -> PathBuf {
        let path = folder.join("kind/v2/kind__v2__k_1__ch=00000000.parquet");
        files::create_folders(path.parent().unwrap()).unwrap();
        files::replace(&path, b"x", 0o644).unwrap();
        path
    }

    #[test]
    fn the_folder_of_the_rows_is_found_where_the_store_lies_now() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        files::create_folders(&at("here/db")).unwrap();
        let choose = |rows: &[&Path]| artifacts_folder(&at("here/db"), &store(rows));
        assert_eq!(choose(&[]), at("here/db/artifacts"), "nothing is known");
        assert_eq!(choose(&[Path::new("/gone/names/kind/v2/x.parquet")]), at("here/db/artifacts"), "it is gone");
        let far = touch(&at("far/names"));
        assert_eq!(choose(&[&far, Path::new("odd.parquet")]), at("far/names"), "it stayed behind");
        touch(&at("here/names"));
        assert_eq!(choose(&[&far]), at("here/names"), "a copy came along, beside the manifest's folder");
        let inner = touch(&at("here/db/names"));
        assert_eq!(choose(&[&far]), at("here/db/names"), "or inside it");
        assert_eq!(choose(&[&inner]), at("here/db/names"));
    }

    #[test]
    fn words_of_old_names_are_kept() {
        assert_eq!(hint(&row("/x/kind__v2__SOL 1m__ch=0123abcd.parquet")).as_deref(), Some("SOL 1m"));
        assert_eq!(hint(&row("/x/kind__v2__a__ch=b__ch=0123abcd.parquet")).as_deref(), Some("a__ch=b"));
        assert_eq!(hint(&row("/x/other.parquet")), None);
    }
}
