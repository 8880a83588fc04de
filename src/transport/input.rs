//! Splits a stream of bytes into lines; no line, however long or odd, ends the stream.

use std::io::{ErrorKind, Read, Result};

const PIECE: usize = 64 << 10;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What comes next.
#[derive(Debug, PartialEq)]
pub enum Line<'a> {
    /// A line that is not blank, without its end.
    Text(&'a [u8]),
    /// A line beyond the limit; it has been skipped.
    TooLong,
    /// The stream has ended.
    End,
}

/// The lines of a stream.
pub struct Lines {
    source: Box<dyn Read + Send>,
    longest: usize,
    buffer: Vec<u8>,
    /// Where the bytes begin that no line has been made of yet.
    begin: usize,
    /// How far behind `begin` no newline was found.
    searched: usize,
    filled: usize,
    discarding: bool,
    at_start: bool,
    ended: bool,
}

impl Lines {
    /// The lines of a stream, each at most `longest` bytes.
    pub fn new(source: Box<dyn Read + Send>, longest: usize) -> Self {
        Self {
            source,
            longest,
            buffer: vec![0; PIECE],
            begin: 0,
            searched: 0,
            filled: 0,
            discarding: false,
            at_start: true,
            ended: false,
        }
    }

    /// Whether the next line is here already, so that asking for it won't wait.
    pub fn is_ready(&mut self) -> bool {
        !self.discarding && self.newline().is_some()
    }

    /// Waits for the next line.
    pub fn next_line(&mut self) -> Result<Line<'_>> {
        loop {
            if let Some(newline) = self.newline() {
                let line = self.begin..newline;
                self.begin = newline + 1;
                self.searched = 0;
                let overlong = std::mem::take(&mut self.discarding) || line.len() > self.longest + 1;
                let text = self.trimmed(line);
                if overlong || text.len() > self.longest {
                    return Ok(Line::TooLong);
                }
                if !text.is_empty() {
                    return Ok(Line::Text(&self.buffer[text]));
                }
                continue;
            }
            if self.filled - self.begin > self.longest + 1 {
                self.discarding = true;
            }
            if self.discarding {
                (self.begin, self.filled, self.searched) = (0, 0, 0);
            }
            if self.ended {
                let rest = self.begin..self.filled;
                (self.begin, self.searched) = (self.filled, 0);
                if std::mem::take(&mut self.discarding) {
                    return Ok(Line::TooLong);
                }
                let text = self.trimmed(rest);
                return Ok(if text.is_empty() { Line::End } else { Line::Text(&self.buffer[text]) });
            }
            self.fill()?;
        }
    }

    /// The place of the next newline. No byte is looked at twice, or a long line would cost its square.
    fn newline(&mut self) -> Option<usize> {
        let from = self.begin + self.searched;
        match memchr::memchr(b'\n', &self.buffer[from..self.filled]) {
            Some(at) => {
                self.searched += at;
                Some(from + at)
            }
            None => {
                self.searched = self.filled - self.begin;
                None
            }
        }
    }

    fn trimmed(&mut self, line: std::ops::Range<usize>) -> std::ops::Range<usize> {
        let (mut begin, mut end) = (line.start, line.end);
        if std::mem::take(&mut self.at_start) && self.buffer[begin..end].starts_with(BYTE_ORDER_MARK) {
            begin += BYTE_ORDER_MARK.len();
        }
        while begin < end && self.buffer[end - 1].is_ascii_whitespace() {
            end -= 1;
        }
        while begin < end && self.buffer[begin].is_ascii_whitespace() {
            begin += 1;
        }
        begin..end
    }

    fn fill(&mut self) -> Result<()> {
        if self.begin == self.filled {
            (self.begin, self.filled, self.searched) = (0, 0, 0);
            // One long line must not keep its room for the rest of the session.
            if self.buffer.len() > PIECE {
                self.buffer = vec![0; PIECE];
            }
        } else if self.filled == self.buffer.len() {
            self.buffer.copy_within(self.begin..self.filled, 0);
            self.filled -= self.begin;
            self.begin = 0;
            if self.buffer.len() - self.filled < PIECE {
                self.buffer.resize(self.buffer.len() * 2, 0);
            }
        }
        loop {
            match self.source.read(&mut self.buffer[self.filled..]) {
                Ok(0) => {
                    self.ended = true;
                    return Ok(());
                }
                Ok(count) => {
                    self.filled += count;
                    return Ok(());
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out its bytes in pieces of the given size.
    struct Pieces(Vec<u8>, usize);

    impl Read for Pieces {
        fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
            let count = self.0.len().min(self.1).min(buffer.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0.drain(..count);
            Ok(count)
        }
    }

    fn lines(bytes: &[u8], longest: usize) -> Vec<Option<Vec<u8>>> {
        let of_size = |size| {
            let mut lines = Lines::new(Box::new(Pieces(bytes.to_vec(), size)), longest);
            let mut all = Vec::new();
            loop {
                match lines.next_line().unwrap() {
                    Line::Text(text) => all.push(Some(text.to_vec())),
                    Line::TooLong => all.push(None),
                    Line::End => return all,
                }
            }
        };
        let whole = of_size(usize::MAX);
        for size in [1, 2, 3, 7] {
            assert_eq!(of_size(size), whole, "in pieces of {size}");
        }
        whole
    }

    fn text(text: &str) -> Option<Vec<u8>> {
        Some(text.as_bytes().to_vec())
    }

    #[test]
    fn line_ends_blank_lines_and_marks_are_no_content() {
        assert_eq!(lines(b"\xef\xbb\xbfa\r\n\n \t\r\nb\nc", 10), [text("a"), text("b"), text("c")]);
        assert_eq!(lines(b"\xef\xbb\xbf", 10), []);
        assert_eq!(lines(b"", 10), []);
        assert_eq!(lines(b"a\n\xef\xbb\xbfb\n", 10), [text("a"), text("\u{feff}b")]);
    }

    #[test]
    fn a_long_line_is_skipped_and_the_next_one_served() {
        assert_eq!(lines(b"12345\n123456\n1\n", 5), [text("12345"), None, text("1")]);
        assert_eq!(lines(b"12345\r\n1234567890123\r\n1", 5), [text("12345"), None, text("1")]);
        assert_eq!(lines(b"1234567890", 5), [None]);
        assert_eq!(lines(b"12345", 5), [text("12345")]);
    }

    #[test]
    fn a_ready_line_is_known() {
        let mut lines = Lines::new(Box::new(Pieces(b"a\nb\nc".to_vec(), usize::MAX)), 10);
        assert!(!lines.is_ready());
        assert_eq!(lines.next_line().unwrap(), Line::Text(b"a"));
        assert!(lines.is_ready());
        assert_eq!(lines.next_line().unwrap(), Line::Text(b"b"));
        assert!(!lines.is_ready());
        assert_eq!(lines.next_line().unwrap(), Line::Text(b"c"));
        assert_eq!(lines.next_line().unwrap(), Line::End);
    }

    #[test]
    fn a_very_long_line_arrives_whole() {
        let long = "x".repeat(3 << 20);
        let mut lines = Lines::new(Box::new(Pieces(format!("{long}\nshort\n").into_bytes(), 100_000)), 4 << 20);
        assert_eq!(lines.next_line().unwrap(), Line::Text(long.as_bytes()));
        assert_eq!(lines.next_line().unwrap(), Line::Text(b"short"));
        assert_eq!(lines.next_line().unwrap(), Line::End);
        assert_eq!(lines.buffer.len(), PIECE);
    }
}
