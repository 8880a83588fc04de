//! Results to stdout, errors and logs to stderr.

use std::io::{ErrorKind, IsTerminal, Write};

use tracing_subscriber::filter::LevelFilter;

use super::Failure;
use crate::model::Error;

/// Logs go to stderr, from the level that KEEPSTONE_LOG names (error, warn, info, debug, trace, off), else from warn.
pub(super) fn start_log() {
    let level = std::env::var("KEEPSTONE_LOG").ok().and_then(|level| level.parse::<LevelFilter>().ok());
    tracing_subscriber::fmt()
        .with_max_level(level.unwrap_or(LevelFilter::WARN))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .without_time()
        .init();
}

/// Prints a line. That nobody reads it is no error.
pub(super) fn line(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.write_all(b"\n")).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::Failed(Error::internal(format!("standard output can't be written: {error}"))))
        }
        _ => Ok(()),
    }
}

/// Prints JSON: for people with indents, for programs on one line.
pub(super) fn json(text: &str) -> Result<(), Failure> {
    let pretty = std::io::stdout().is_terminal();
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(value) if pretty => line(&format!("{value:#}")),
        _ => line(text),
    }
}

/// Prints what went wrong, and the way out where there is one.
pub(super) fn error(error: &Error) {
    let mut stderr = std::io::stderr().lock();
    let hint = error.hint_text().map(|hint| format!("hint: {hint}\n")).unwrap_or_default();
    write!(stderr, "error: {}\n{hint}", error.message()).ok();
}

/// Prints a line to stderr as it is.
pub(super) fn error_line(text: &str) {
    writeln!(std::io::stderr().lock(), "{text}").ok();
}
