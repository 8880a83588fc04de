//! The row digests of a table whose row order is no content: sorted, in memory or in runs on the disk.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::path::Path;

use super::digest::{Digest, Hasher};
use crate::base::files;
use crate::model::Result;

const DIGEST_BYTES: usize = size_of::<Digest>();

/// Row digests as they come.
pub(super) struct RowDigests<'a> {
    held: Vec<Digest>,
    held_most: usize,
    scratch: &'a Path,
    spill: Option<Spill>,
}

/// Sorted runs, one after the other in a file without a name.
struct Spill {
    file: File,
    runs: Vec<Run>,
    size: u64,
}

#[derive(Clone, Copy)]
struct Run {
    start: u64,
    end: u64,
}

impl<'a> RowDigests<'a> {
    /// None yet; beyond `held_most` they go to a file in `scratch`.
    pub(super) fn new(scratch: &'a Path, held_most: usize) -> Self {
        Self { held: Vec::new(), held_most, scratch, spill: None }
    }

    /// Takes some rows' digests; gives back what has become too much to hold, to be sorted and then handed to `spill`.
    #[must_use]
    pub(super) fn add(&mut self, digests: &[Digest]) -> Option<Vec<Digest>> {
        self.held.extend_from_slice(digests);
        (self.held.len() >= self.held_most).then(|| std::mem::take(&mut self.held))
    }

    /// Writes sorted digests away.
    pub(super) fn spill(&mut self, sorted: &[Digest]) -> Result<()> {
        let spill = match &mut self.spill {
            Some(spill) => spill,
            none => none.insert(Spill { file: files::unnamed(self.scratch)?, runs: Vec::new(), size: 0 }),
        };
        let bytes = sorted.as_flattened();
        files::write_at(&spill.file, self.scratch, bytes, spill.size)?;
        let end = spill.size + bytes.len() as u64;
        spill.runs.push(Run { start: spill.size, end });
        spill.size = end;
        Ok(())
    }

    /// Feeds all of them, sorted, to the hash.
    pub(super) fn finish(mut self, hasher: &mut Hasher) -> Result<()> {
        self.held.sort_unstable();
        let Some(spill) = self.spill else {
            hasher.update(self.held.as_flattened());
            return Ok(());
        };
        // A merge reads a little of every run at a time: together at most 32 MiB.
        let share = (32 * 1024 * 1024 / (spill.runs.len() * DIGEST_BYTES)).clamp(64, 8192);
        let mut sources = vec![Source::Held(self.held.into_iter())];
        for run in &spill.runs {
            sources.push(Source::Spilled(Reader {
                file: &spill.file,
                path: self.scratch,
                run: *run,
                share,
                read: Vec::new(),
                at: 0,
            }));
        }
        let mut heap = BinaryHeap::with_capacity(sources.len());
        for (index, source) in sources.iter_mut().enumerate() {
            if let Some(digest) = source.next()? {
                heap.push(Reverse((digest, index)));
            }
        }
        while let Some(mut least) = heap.peek_mut() {
            let Reverse((digest, index)) = *least;
            hasher.update(&digest);
            match sources[index].next()? {
                Some(next) => *least = Reverse((next, index)),
                None => drop(std::collections::binary_heap::PeekMut::pop(least)),
            }
        }
        Ok(())
    }
}

enum Source<'a> {
    Held(std::vec::IntoIter<Digest>),
    Spilled(Reader<'a>),
}

impl Source<'_> {
    fn next(&mut self) -> Result<Option<Digest>> {
        match self {
            Source::Held(digests) => Ok(digests.next()),
            Source::Spilled(reader) => reader.next(),
        }
    }
}

/// Reads one run a share at a time.
struct Reader<'a> {
    file: &'a File,
    path: &'a Path,
    run: Run,
    share: usize,
    read: Vec<Digest>,
    at: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Result<Option<Digest>> {
        if self.at == self.read.len() {
            let left = ((self.run.end - self.run.start) / DIGEST_BYTES as u64) as usize;
            self.read.resize(left.min(self.share), [0; DIGEST_BYTES]);
            let bytes = self.read.as_flattened_mut();
            files::read_at(self.file, self.path, bytes, self.run.start)?;
            self.run.start += bytes.len() as u64;
            self.at = 0;
        }
        let digest = self.read.get(self.at).copied();
        self.at += 1;
        Ok(digest)
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
