//! Standard input and output as the two ends of a session.

use std::fs::File;
use std::io::Result;
use std::os::fd::AsFd;

use rustix::io::fcntl_dupfd_cloexec;

use super::{LINE_BYTES_MAX, Lines, Output};

/// The two ends of a session over standard input and output.
pub struct Stdio {
    /// What the client sends.
    pub input: Lines,
    /// What the client gets.
    pub output: Output,
}

/// Takes standard input and output for a session. From then on file descriptor 1 is standard error, so that no print,
/// in whatever dependency, gets among the replies.
pub fn take_stdio() -> Result<Stdio> {
    let input = fcntl_dupfd_cloexec(std::io::stdin().as_fd(), 3)?;
    let output = fcntl_dupfd_cloexec(std::io::stdout().as_fd(), 3)?;
    let watched = output.try_clone()?;
    rustix::stdio::dup2_stdout(std::io::stderr().as_fd())?;
    Ok(Stdio {
        input: Lines::new(Box::new(File::from(input)), LINE_BYTES_MAX),
        output: Output::new(Box::new(File::from(output)), Some(watched)),
    })
}
