//! Results to stdout, errors and logs to stderr.

use std::io::{ErrorKind, IsTerminal, Write};

use serde_json::Value;
use tracing_subscriber::filter::LevelFilter;

use super::{Failure, paper, words};
use crate::model::Error;

/// Logs go to stderr, from the level that KEEPSTONE_LOG names (error, warn, info, debug, trace, off), else from warn.
pub(super) fn start_log() {
    let level = std::env::var("KEEPSTONE_LOG").ok().and_then(|level| level.parse::<LevelFilter>().ok());
    tracing_subscriber::fmt()
        .with_max_level(level.unwrap_or(LevelFilter::WARN))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal() && paper::may_colour())
        .with_target(false)
        .without_time()
        .init();
}

/// Prints a line. That nobody reads it is no error.
pub(super) fn line(text: &str) -> Result<(), Failure> {
    bytes(format!("{text}\n").as_bytes()).map(|_| ())
}

/// Prints lines that end themselves. That nobody reads them is no error.
pub(super) fn lines(text: &str) -> Result<(), Failure> {
    bytes(text.as_bytes()).map(|_| ())
}

/// Writes bytes as they are; `false` when nobody reads them any more.
pub(super) fn bytes(bytes: &[u8]) -> Result<bool, Failure> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Failure::Failed(Error::internal(format!("standard output can't be written: {error}")))),
    }
}

/// Prints JSON: for people with indents, for programs on one line.
pub(super) fn json(text: &str) -> Result<(), Failure> {
    match serde_json::from_str::<Value>(text) {
        Ok(value) if std::io::stdout().is_terminal() => line(&harmless(&format!("{value:#}"))),
        _ => line(text),
    }
}

/// JSON with everything escaped that a terminal might obey; controls below the space are escaped in JSON anyway.
fn harmless(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for letter in json.chars() {
        match letter {
            '\n' => text.push(letter),
            // All of these lie in the basic plane, so that one escape is enough.
            _ if words::is_hostile(letter) => text.push_str(&format!("\\u{:04x}", u32::from(letter))),
            _ => text.push(letter),
        }
    }
    text
}

/// Prints what went wrong, what could have been meant, and the way out where there is one.
pub(super) fn error(error: &Error) {
    let coloured = std::io::stderr().is_terminal() && paper::may_colour();
    let (bad, end) = if coloured { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
    let mut text = format!("{bad}error:{end} {}\n", words::clean(error.message()));
    for candidate in error.data().details.get("candidates").and_then(Value::as_array).into_iter().flatten() {
        let word = |name: &str| words::clean(candidate[name].as_str().unwrap_or_default()).into_owned();
        let version = &candidate["version"];
        let reference = format!("{}:{}@v{version}", word("artifactType"), word("logicalKey"));
        text.push_str(&format!("  {}  {reference}\n", word("artifactId")));
    }
    if let Some(hint) = error.hint_text() {
        text.push_str(&format!("hint: {}\n", words::clean(hint)));
    }
    std::io::stderr().lock().write_all(text.as_bytes()).ok();
}

/// Prints a line to stderr as it is.
pub(super) fn error_line(text: &str) {
    writeln!(std::io::stderr().lock(), "{text}").ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_on_a_terminal_stays_json_and_moves_no_cursor() {
        let value = serde_json::json!({"key": "a\u{9b}2J\u{7f}\u{202e}\n雨"});
        let text = harmless(&format!("{value:#}"));
        assert!(text.contains(r"a\u009b2J\u007f\u202e\n雨"), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
