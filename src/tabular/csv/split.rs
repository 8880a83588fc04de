//! Cuts a CSV into chunks of whole records, hashing its bytes on the way.

use memchr::{memchr, memchr2_iter, memrchr};

use super::super::Task;
use super::super::digest::Hasher;
use crate::base::files;
use crate::model::{Error, Result};

/// How much is read at a time.
const CHUNK_BYTES: usize = 1024 * 1024;

/// The longest record that is taken.
pub(super) const RECORD_BYTES_MOST: usize = 64 * 1024 * 1024;

/// Some whole records.
pub(super) struct Chunk {
    pub(super) index: usize,
    pub(super) bytes: Vec<u8>,
    /// Where in the file they begin.
    pub(super) offset: u64,
    /// Whether it is the beginning of a record that is longer than is taken.
    pub(super) too_long: bool,
    /// Whether the file ends with it.
    pub(super) last: bool,
}

/// Reads a CSV chunk by chunk.
pub(super) struct Splitter<'a> {
    task: Task<'a>,
    /// Of all that was read, and perhaps of what stands before it.
    hasher: Hasher,
    /// Where the next read begins.
    at: u64,
    /// How long the file was at the beginning: one that grows as fast as it is read would be read for ever.
    most: u64,
    index: usize,
    /// The beginning of a record whose end is not read yet.
    rest: Vec<u8>,
    /// Whether the rest ends inside quotes.
    in_quotes: bool,
    ended: bool,
}

impl<'a> Splitter<'a> {
    /// Begins at the first record after the header, `before` being the bytes until there.
    pub(super) fn new(task: Task<'a>, before: &[u8]) -> Self {
        let mut hasher = Hasher::default();
        hasher.update(before);
        let at = before.len() as u64;
        let most = files::metadata_of(task.source, task.path).map_or(u64::MAX, |found| found.len());
        Self { task, hasher, at, most, index: 0, rest: Vec::new(), in_quotes: false, ended: false }
    }

    /// How many bytes of the file were read.
    pub(super) fn position(&self) -> u64 {
        self.at
    }

    /// The hash of all the bytes, once the last chunk was given.
    pub(super) fn finish(self) -> Hasher {
        self.hasher
    }

    /// The next records.
    pub(super) fn next(&mut self) -> Result<Option<Chunk>> {
        if self.ended {
            return Ok(None);
        }
        let mut bytes = std::mem::take(&mut self.rest);
        let offset = self.at - bytes.len() as u64;
        let mut too_long = false;
        loop {
            let old = bytes.len();
            // Growing with what there is keeps a long record from being copied over and over. One byte more than the file
            // has left shows that it ends.
            let wanted = old.clamp(CHUNK_BYTES, RECORD_BYTES_MOST + CHUNK_BYTES - old);
            let left = usize::try_from(self.most.saturating_sub(self.at)).unwrap_or(wanted);
            bytes.resize(old + wanted.min(left.saturating_add(1)), 0);
            let count = files::read_at(self.task.source, self.task.path, &mut bytes[old..], self.at)?;
            self.ended = old + count < bytes.len();
            bytes.truncate(old + count);
            self.hasher.update(&bytes[old..]);
            self.at += count as u64;
            if self.at > self.most {
                return Err(Error::conflict(format!("{} changed while it was read", self.task.path.display()))
                    .hint("publish it again once its writer is done"));
            }
            if self.ended {
                break;
            }
            if let Some(end) = self.last_record_end(&bytes[old..]) {
                self.rest = bytes.split_off(old + end);
                break;
            }
            if bytes.len() > RECORD_BYTES_MOST {
                self.ended = true;
                too_long = true;
                break;
            }
        }
        if bytes.is_empty() {
            return Ok(None);
        }
        let index = self.index;
        self.index += 1;
        Ok(Some(Chunk { index, bytes, offset, too_long, last: self.ended }))
    }

    /// The place after the last line feed outside quotes.
    fn last_record_end(&mut self, bytes: &[u8]) -> Option<usize> {
        if !self.in_quotes && memchr(b'"', bytes).is_none() {
            return memrchr(b'\n', bytes).map(|at| at + 1);
        }
        let mut end = None;
        for at in memchr2_iter(b'"', b'\n', bytes) {
            if bytes[at] == b'"' {
                self.in_quotes = !self.in_quotes;
            } else if !self.in_quotes {
                end = Some(at + 1);
            }
        }
        end
    }
}
