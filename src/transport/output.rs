//! Writes lines, whole and one after another, from any thread.

use std::io::Write;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Lines that are held back leave at the latest when this many bytes have gathered.
const HELD_BYTES_MAX: usize = 64 << 10;

/// Where lines leave. After the first failed write nothing is written any more.
pub struct Output {
    sink: Mutex<Sink>,
    watched: Option<OwnedFd>,
    broken: AtomicBool,
}

struct Sink {
    to: Box<dyn Write + Send>,
    held: Vec<u8>,
}

impl Output {
    /// Lines to a sink. `watched` is the descriptor that shows when nobody reads any more.
    pub fn new(to: Box<dyn Write + Send>, watched: Option<OwnedFd>) -> Self {
        Self { sink: Mutex::new(Sink { to, held: Vec::new() }), watched, broken: AtomicBool::new(false) }
    }

    /// Adds a line, which leaves with the next flush or when much has gathered.
    pub fn hold(&self, line: &str) {
        let mut sink = self.lock();
        push_line(&mut sink.held, line.as_bytes());
        if sink.held.len() >= HELD_BYTES_MAX {
            self.write(&mut sink);
        }
    }

    /// Writes a line, and all that was held back before it.
    pub fn line(&self, line: &str) {
        let mut sink = self.lock();
        push_line(&mut sink.held, line.as_bytes());
        self.write(&mut sink);
    }

    /// Writes all that was held back.
    pub fn flush(&self) {
        let mut sink = self.lock();
        if !sink.held.is_empty() {
            self.write(&mut sink);
        }
    }

    /// Whether a write has failed: nobody reads any more.
    pub fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Acquire)
    }

    /// The descriptor that shows when nobody reads any more.
    pub fn watched(&self) -> Option<BorrowedFd<'_>> {
        self.watched.as_ref().map(AsFd::as_fd)
    }

    fn lock(&self) -> MutexGuard<'_, Sink> {
        self.sink.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, sink: &mut Sink) {
        if !self.is_broken()
            && let Err(error) = sink.to.write_all(&sink.held).and_then(|()| sink.to.flush())
        {
            tracing::debug!("stdout is gone: {error}");
            self.broken.store(true, Ordering::Release);
        }
        sink.held.clear();
        sink.held.shrink_to(HELD_BYTES_MAX);
    }
}

/// Appends a line. U+2028 and U+2029 are escaped, because some readers take them for line ends; in JSON they can
/// stand inside strings only, where the escape means the same.
fn push_line(buffer: &mut Vec<u8>, line: &[u8]) {
    let mut rest = line;
    for at in memchr::memchr_iter(0xe2, line) {
        let escape: &[u8] = match line.get(at + 1..at + 3) {
            Some([0x80, 0xa8]) => b"\\u2028",
            Some([0x80, 0xa9]) => b"\\u2029",
            _ => continue,
        };
        let done = line.len() - rest.len();
        buffer.extend_from_slice(&line[done..at]);
        buffer.extend_from_slice(escape);
        rest = &line[at + 3..];
    }
    buffer.extend_from_slice(rest);
    buffer.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_of_lines_are_escaped() {
        let mut buffer = Vec::new();
        push_line(&mut buffer, "\"\u{2028}a€\u{2029}\u{2028}\u{2027}\"".as_bytes());
        push_line(&mut buffer, b"plain");
        assert_eq!(String::from_utf8(buffer).unwrap(), "\"\\u2028a€\\u2029\\u2028\u{2027}\"\nplain\n");
    }

    #[test]
    fn a_failed_write_is_the_last() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
                Err(std::io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let output = Output::new(Box::new(Closed), None);
        output.hold("a");
        assert!(!output.is_broken());
        output.line("b");
        assert!(output.is_broken());
        output.line("c");
    }
}
