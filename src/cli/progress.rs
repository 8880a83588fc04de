//! Progress of long work, as a bar on stderr where that is a terminal; and its end by Ctrl-C.

use std::io::IsTerminal;
use std::sync::OnceLock;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::stop::Stop;
use super::{paper, words};
use crate::model::{Result, Watch};

/// Work of less than so many bytes, or other things, is over before anybody could read a bar.
const LONG_BYTES: u64 = 8_000_000;
const LONG_COUNT: u64 = 1000;

/// Watches long work.
pub(super) struct Progress<'a> {
    stop: &'a Stop,
    /// What it is about; nothing where nobody would see a bar.
    name: Option<String>,
    /// Made once there is enough to wait for.
    bar: OnceLock<ProgressBar>,
}

impl<'a> Progress<'a> {
    /// Nothing is shown yet.
    pub(super) fn new(stop: &'a Stop, name: &str) -> Self {
        let terminal = std::io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        Self { stop, name: terminal.then(|| words::cut(&words::clean(name), 30).into_owned()), bar: OnceLock::new() }
    }
}

fn bar(name: &str) -> ProgressBar {
    let template = if paper::may_colour() { "{prefix} {bar:30.cyan} {msg}" } else { "{prefix} {bar:30} {msg}" };
    let style = ProgressStyle::with_template(template).expect("a template").progress_chars("━╸─");
    ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()).with_style(style).with_prefix(name.to_owned())
}

impl Watch for Progress<'_> {
    fn step(&self, done: u64, total: u64, message: &str) -> Result<()> {
        self.stop.check()?;
        let Some(name) = &self.name else { return Ok(()) };
        let (long, text): (u64, fn(u64) -> String) = match message.strip_prefix("bytes") {
            Some(_) => (LONG_BYTES, words::size),
            None => (LONG_COUNT, words::number),
        };
        if total >= long {
            let bar = self.bar.get_or_init(|| bar(name));
            let what = message.strip_prefix("bytes").unwrap_or(message).trim();
            bar.set_length(total);
            bar.set_position(done.min(total));
            bar.set_message(format!("{} of {} {what}", text(done), text(total)).trim_end().to_owned());
        }
        Ok(())
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}
