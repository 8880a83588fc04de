//! Progress of long work, as a bar on stderr where that is a terminal; and its end by Ctrl-C.

use std::io::IsTerminal;

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
    bar: Option<ProgressBar>,
}

impl<'a> Progress<'a> {
    /// A bar that shows once there is enough to wait for.
    pub(super) fn new(stop: &'a Stop, name: &str) -> Self {
        let terminal = std::io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        let bar = terminal.then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            let template = if paper::may_colour() { "{prefix} {bar:30.cyan} {msg}" } else { "{prefix} {bar:30} {msg}" };
            bar.set_style(ProgressStyle::with_template(template).expect("a template").progress_chars("━╸─"));
            bar.set_prefix(words::cut(&words::clean(name), 30).into_owned());
            bar
        });
        Self { stop, bar }
    }
}

impl Watch for Progress<'_> {
    fn step(&self, done: u64, total: u64, message: &str) -> Result<()> {
        self.stop.check()?;
        let Some(bar) = &self.bar else { return Ok(()) };
        let (long, text): (u64, fn(u64) -> String) = match message.strip_prefix("bytes") {
            Some(_) => (LONG_BYTES, words::size),
            None => (LONG_COUNT, words::number),
        };
        if total >= long {
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
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
