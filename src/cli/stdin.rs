//! Content from standard input: in memory while it is small, else in a temporary file.

use std::fs::File;
use std::io::{ErrorKind, Write};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::stop::Stop;
use super::temporary::Temporary;
use crate::base::files::FileError;
use crate::model::{Error, Result};
use crate::publishing::CONTENT_BYTES;

/// What stood on standard input.
pub(super) enum Piped {
    /// All of it, at most as much as a request may carry.
    Bytes(Vec<u8>),
    /// It was more: the file `NAME` holds it.
    File(Temporary),
}

/// What the temporary file is called.
pub(super) const NAME: &str = "content";

/// Everything on standard input until its end.
pub(super) fn read(random: u32, stop: &Stop) -> Result<Piped> {
    let unreadable = |error: std::io::Error| Error::internal(format!("standard input can't be read: {error}"));
    let stdin = std::io::stdin();
    let mut piece = vec![0; 256 << 10];
    let mut bytes = Vec::new();
    let mut file: Option<(Temporary, File)> = None;
    loop {
        wait(&stdin, stop)?;
        let count = match rustix::io::read(&stdin, &mut piece) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if std::io::Error::from(error).kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(unreadable(error.into())),
        };
        if file.is_none() && bytes.len() + count <= CONTENT_BYTES {
            bytes.extend_from_slice(&piece[..count]);
            continue;
        }
        if file.is_none() {
            let temporary = Temporary::new(random)?;
            let mut new = temporary.create(NAME)?;
            write(&mut new, &std::mem::take(&mut bytes), &temporary)?;
            file = Some((temporary, new));
        }
        let (temporary, open) = file.as_mut().expect("made just now");
        write(open, &piece[..count], temporary)?;
    }
    Ok(match file {
        None => Piped::Bytes(bytes),
        Some((temporary, _)) => Piped::File(temporary),
    })
}

fn write(file: &mut File, bytes: &[u8], temporary: &Temporary) -> Result<()> {
    Ok(file.write_all(bytes).map_err(|error| FileError::new("write", &temporary.path(NAME), error))?)
}

/// Waits until there is something to read, or nothing more to come; a signal ends the wait, which it would not in a
/// read.
fn wait(stdin: &std::io::Stdin, stop: &Stop) -> Result<()> {
    let moment = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
    loop {
        stop.check()?;
        match poll(&mut [PollFd::new(stdin, PollFlags::IN)], Some(&moment)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => {}
            Ok(_) | Err(_) => return Ok(()),
        }
    }
}
