//! Cuts a stream into lines, and what is too long to be looked into, into parts: so a line need not fit into memory.

use std::io::{self, BufRead, BufReader, Read};

/// A line of more bytes, its end included, is never looked into.
pub(super) const LINE_BYTES_MAX: usize = 8 << 20;

/// A line with its end, or bytes that stand as they are.
pub(super) enum Piece<'b> {
    /// A whole line.
    Line(&'b str),
    /// A line that is no UTF-8, or a part of one that is too long.
    Raw(&'b [u8]),
}

impl Piece<'_> {
    /// Its bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Piece::Line(line) => line.as_bytes(),
            Piece::Raw(bytes) => bytes,
        }
    }
}

/// The lines of a stream.
pub(super) struct Lines<R> {
    source: BufReader<R>,
    buffer: Vec<u8>,
    /// Whether the line at hand is a long one, of which a part was given already.
    inside: bool,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source: BufReader::with_capacity(256 * 1024, source), buffer: Vec::new(), inside: false }
    }

    /// The next line or part of one; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Piece<'_>>> {
        self.buffer.clear();
        let piece = (&mut self.source).take(LINE_BYTES_MAX as u64).read_until(b'\n', &mut self.buffer)?;
        if piece == 0 {
            return Ok(None);
        }
        let ended = self.buffer.ends_with(b"\n");
        let long = self.inside || (!ended && piece == LINE_BYTES_MAX);
        self.inside = long && !ended;
        Ok(Some(match str::from_utf8(&self.buffer) {
            Ok(line) if !long => Piece::Line(line),
            _ => Piece::Raw(&self.buffer),
        }))
    }
}
