//! Where a scan finds a run that stays with its producer, and what it sees of it there.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::artifact::{FileEntry, Outcome, Publication, Writer};
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
    #[serde(default, skip_serializing_if = "Said::is_nothing")]
    pub said: Said,
    pub files: Vec<FileEntry>,
}

/// What the files of a run say about it besides how it ended, where its producer's files are understood.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Said {
    pub source: Option<String>,
    pub capabilities: Vec<String>,
    pub params: Map<String, Value>,
    pub writer: Option<Writer>,
}

impl Said {
    /// Whether they say nothing.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
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
        let (place, record) = (publication.place.as_ref()?, &publication.record);
        let mut params = record.params.clone();
        let evidence = params.shift_remove(EVIDENCE);
        Some(Self {
            family: place.family.clone(),
            run_key: place.run_key.clone(),
            file_hash: record.file_hash,
            outcome: record.outcome,
            evidence: evidence.as_ref().and_then(Value::as_str).map(str::to_owned),
            said: Said {
                source: record.source.clone(),
                capabilities: record.capabilities.clone(),
                params,
                writer: record.writer.clone(),
            },
            files: publication.files.clone(),
        })
    }

    /// The parameters that an artifact has for what is seen.
    pub fn params(&self) -> Map<String, Value> {
        let mut params = self.said.params.clone();
        params.extend(self.evidence.clone().map(|evidence| (EVIDENCE.to_owned(), Value::String(evidence))));
        params
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
        record.source.clone_from(&self.said.source);
        record.capabilities.clone_from(&self.said.capabilities);
        record.writer.clone_from(&self.said.writer);
        record.params = self.params();
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
