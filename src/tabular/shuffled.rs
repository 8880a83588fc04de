//! Records of one length in sorted order, however many: held in memory or in runs on the disk. The row digests of a table
//! whose row order is no content are such records.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use super::digest::{Digest, Hasher};
use crate::base::files;
use crate::model::Result;

/// Row digests as they come.
pub(super) type RowDigests<'a> = Records<'a, { size_of::<Digest>() }>;

/// Records as they come.
pub(super) struct Records<'a, const N: usize> {
    held: Vec<[u8; N]>,
    held_most: usize,
    scratch: &'a Path,
    spill: Option<Spill>,
}

/// Sorted runs, one after the other in a file without a name.
struct Spill {
    file: Arc<File>,
    runs: Vec<Run>,
    size: u64,
}

#[derive(Clone, Copy)]
struct Run {
    start: u64,
    end: u64,
}

impl<'a, const N: usize> Records<'a, N> {
    /// None yet; beyond `held_most` they go to a file in `scratch`.
    pub(super) fn new(scratch: &'a Path, held_most: usize) -> Self {
        Self { held: Vec::new(), held_most, scratch, spill: None }
    }

    /// Takes some records; gives back what has become too much to hold, to be sorted and then handed to `spill`.
    #[must_use]
    pub(super) fn add(&mut self, records: &[[u8; N]]) -> Option<Vec<[u8; N]>> {
        self.held.extend_from_slice(records);
        (self.held.len() >= self.held_most).then(|| std::mem::take(&mut self.held))
    }

    /// Writes sorted records away.
    pub(super) fn spill(&mut self, sorted: &[[u8; N]]) -> Result<()> {
        let spill = match &mut self.spill {
            Some(spill) => spill,
            none => none.insert(Spill { file: Arc::new(files::unnamed(self.scratch)?), runs: Vec::new(), size: 0 }),
        };
        let bytes = sorted.as_flattened();
        files::write_at(&spill.file, self.scratch, bytes, spill.size)?;
        let end = spill.size + bytes.len() as u64;
        spill.runs.push(Run { start: spill.size, end });
        spill.size = end;
        Ok(())
    }

    /// All of them, the least first.
    pub(super) fn sorted(mut self) -> Result<Merge<'a, N>> {
        self.held.sort_unstable();
        let mut sources = vec![Source::Held(self.held.into_iter())];
        if let Some(spill) = self.spill {
            // A merge reads a little of every run at a time: together at most 32 MiB.
            let share = (32 * 1024 * 1024 / (spill.runs.len() * N)).clamp(64, 8192);
            let reader = |run: Run| Reader {
                file: Arc::clone(&spill.file),
                path: self.scratch,
                run,
                share,
                read: Vec::new(),
                at: 0,
            };
            sources.extend(spill.runs.iter().map(|run| Source::Spilled(reader(*run))));
        }
        let mut heap = BinaryHeap::with_capacity(sources.len());
        for (index, source) in sources.iter_mut().enumerate() {
            if let Some(record) = source.next()? {
                heap.push(Reverse((record, index)));
            }
        }
        Ok(Merge { sources, heap })
    }
}

impl RowDigests<'_> {
    /// Feeds all of them, sorted, to the hash.
    pub(super) fn finish(mut self, hasher: &mut Hasher) -> Result<()> {
        if self.spill.is_none() {
            self.held.sort_unstable();
            hasher.update(self.held.as_flattened());
            return Ok(());
        }
        let mut sorted = self.sorted()?;
        while let Some(digest) = sorted.next()? {
            hasher.update(&digest);
        }
        Ok(())
    }
}

/// Hands out the records of several sorted sources, the least first.
pub(super) struct Merge<'a, const N: usize> {
    sources: Vec<Source<'a, N>>,
    /// The least record of each source that has one left.
    heap: BinaryHeap<Reverse<([u8; N], usize)>>,
}

impl<const N: usize> Merge<'_, N> {
    /// The next record.
    pub(super) fn next(&mut self) -> Result<Option<[u8; N]>> {
        let Some(mut least) = self.heap.peek_mut() else { return Ok(None) };
        let Reverse((record, index)) = *least;
        match self.sources[index].next()? {
            Some(next) => *least = Reverse((next, index)),
            None => drop(PeekMut::pop(least)),
        }
        Ok(Some(record))
    }
}

enum Source<'a, const N: usize> {
    Held(std::vec::IntoIter<[u8; N]>),
    Spilled(Reader<'a, N>),
}

impl<const N: usize> Source<'_, N> {
    fn next(&mut self) -> Result<Option<[u8; N]>> {
        match self {
            Source::Held(records) => Ok(records.next()),
            Source::Spilled(reader) => reader.next(),
        }
    }
}

/// Reads one run a share at a time.
struct Reader<'a, const N: usize> {
    file: Arc<File>,
    path: &'a Path,
    run: Run,
    share: usize,
    read: Vec<[u8; N]>,
    at: usize,
}

impl<const N: usize> Reader<'_, N> {
    fn next(&mut self) -> Result<Option<[u8; N]>> {
        if self.at == self.read.len() {
            let left = ((self.run.end - self.run.start) / N as u64) as usize;
            self.read.resize(left.min(self.share), [0; N]);
            let bytes = self.read.as_flattened_mut();
            files::read_at(&self.file, self.path, bytes, self.run.start)?;
            self.run.start += bytes.len() as u64;
            self.at = 0;
        }
        let record = self.read.get(self.at).copied();
        self.at += 1;
        Ok(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_on_the_disk_merge_to_the_sorted_whole() {
        let folder = tempfile::tempdir().unwrap();
        let digest = |number: u64| {
            let mut hasher = Hasher::default();
            hasher.update_count(number % 700);
            hasher.finish()
        };
        let mut digests: Vec<Digest> = (0..1000).map(digest).collect();
        for held_most in [1, 7, 100, 999, 1000, 5000] {
            let mut rows = RowDigests::new(folder.path(), held_most);
            for some in digests.chunks(13) {
                if let Some(mut full) = rows.add(some) {
                    full.sort_unstable();
                    rows.spill(&full).unwrap();
                }
            }
            assert_eq!(rows.spill.is_some(), held_most <= 1000);
            let mut merged = Hasher::default();
            rows.finish(&mut merged).unwrap();
            let mut expected = Hasher::default();
            digests.sort_unstable();
            expected.update(digests.as_flattened());
            assert_eq!(merged.finish(), expected.finish(), "{held_most}");
            digests.reverse();
        }
        assert_eq!(files::list(folder.path()).unwrap(), Vec::<std::path::PathBuf>::new());
    }
}
