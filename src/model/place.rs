//! Where a scan finds a run that stays with its producer, and what it sees of it there.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::artifact::{FileEntry, Outcome, Publication};
use super::hash::Hash;
use super::number::Count;

/// The parameter in which a scan notes why it takes a run for passed or failed.
pub const EVIDENCE: &str = "outcomeEvidence";

/// What a run is known by from one scan to the next.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// The folder that was scanned: absolute, or relative to the store's.
    pub root: String,
    /// The family whose patterns its files match.
    pub family: String,
    /// The stamp or id that its files share, else their folder, which ends with `/`.
    pub run_key: String,
}

/// What a scan sees of a run and may see otherwise the next time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sight {
    pub family: String,
    pub run_key: String,
    /// The hash of the listing of the files.
    pub file_hash: Hash,
    pub outcome: Option<Outcome>,
    /// What says so.
    pub evidence: Option<String>,
    pub files: Vec<FileEntry>,
}

/// What the event of a run says that has changed in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rescanned {
    pub before: Sight,
    pub after: Sight,
}

impl Sight {
    /// What was seen when this was published; `None` for what no scan found.
    pub fn of(publication: &Publication) -> Option<Self> {
        let place = publication.place.as_ref()?;
        Some(Self {
            family: place.family.clone(),
            run_key: place.run_key.clone(),
            file_hash: publication.record.file_hash,
            outcome: publication.record.outcome,
            evidence: publication.record.params.get(EVIDENCE).and_then(Value::as_str).map(str::to_owned),
            files: publication.files.clone(),
        })
    }

    /// Makes the publication say what is seen now.
    pub fn apply(&self, publication: &mut Publication) {
        if let Some(place) = &mut publication.place {
            place.family.clone_from(&self.family);
            place.run_key.clone_from(&self.run_key);
        }
        let size = self.files.iter().map(|file| file.size_bytes.0).sum();
        let record = &mut publication.record;
        record.family = Some(self.family.clone());
        (record.file_hash, record.content_hash, record.source_hash) = (self.file_hash, self.file_hash, self.file_hash);
        (record.size_bytes, record.source_size) = (size, size);
        record.file_count = self.files.len() as u64;
        record.outcome = self.outcome;
        match &self.evidence {
            Some(evidence) => record.params.insert(EVIDENCE.to_owned(), Value::String(evidence.clone())),
            None => record.params.shift_remove(EVIDENCE),
        };
        publication.files.clone_from(&self.files);
    }
}

/// How a file in its place looked when its bytes were last read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looks {
    pub size_bytes: Count,
    /// Modification time in nanoseconds since 1970.
    pub mtime_ns: i64,
    /// What the bytes said about the outcome; the outer `None` when nobody looked.
    pub says: Option<Option<Statement>>,
}

/// What a file says about how its run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Pass,
    Fail,
}

/// A verdict, and where in the file it stands.
pub type Statement = (Verdict, String);

/// The deepest folder that holds all of these files, relative like them; the empty text for the root itself.
pub fn common_folder<'a>(paths: impl IntoIterator<Item = &'a str>) -> String {
    let mut paths = paths.into_iter().map(|path| path.rsplit_once('/').map_or("", |(folder, _)| folder));
    let Some(first) = paths.next() else { return String::new() };
    let mut common: Vec<&str> = if first.is_empty() { Vec::new() } else { first.split('/').collect() };
    for folder in paths {
        let shared = common.iter().zip(folder.split('/')).take_while(|(left, right)| *left == right).count();
        common.truncate(shared);
    }
    common.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_share_their_deepest_folder() {
        for (paths, folder) in [
            (&["a.md"][..], ""),
            (&["bench/a.md"], "bench"),
            (&["bench/x/a.md", "bench/x/b.md"], "bench/x"),
            (&["bench/x/a.md", "bench/xy/b.md"], "bench"),
            (&["bench/x/a.md", "other/x/a.md"], ""),
            (&["bench/x/a.md", "bench/a.md"], "bench"),
            (&["bench/a.md", "a.md"], ""),
            (&[], ""),
        ] {
            assert_eq!(common_folder(paths.iter().copied()), folder, "{paths:?}");
        }
    }
}
