//! SIGINT and SIGTERM: while the command runs they are its to obey, afterwards they stop what is still to be published.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::SignalsInfo;
use signal_hook::iterator::exfiltrator::WithOrigin;
use signal_hook::low_level::siginfo::Cause;

use crate::model::{Error, Result, Watch};

/// Catches signals until the process ends.
pub(super) struct Signals(Arc<Mutex<Caught>>);

#[derive(Default)]
struct Caught {
    command: Option<Pid>,
    /// Whether the command has ended.
    over: bool,
    /// The last one that came before the command's end, and the last one after it.
    during: Option<i32>,
    after: Option<i32>,
}

impl Signals {
    /// From here on signals don't end this process.
    pub(super) fn catch() -> Result<Self> {
        let caught = Arc::new(Mutex::new(Caught::default()));
        let mut signals = SignalsInfo::<WithOrigin>::new([SIGINT, SIGTERM])
            .map_err(|error| Error::internal(format!("signals can't be caught: {error}")))?;
        let shared = caught.clone();
        std::thread::spawn(move || {
            for origin in signals.forever() {
                // What the terminal sends, it sends to the command too.
                lock(&shared).take(origin.signal, origin.cause == Cause::Kernel);
            }
        });
        Ok(Self(caught))
    }

    /// The command that is to obey; also what came already.
    pub(super) fn forward_to(&self, command: Pid) {
        let mut caught = lock(&self.0);
        caught.command = Some(command);
        if let Some(signal) = caught.during {
            send(command, signal);
        }
    }

    /// The command has ended.
    pub(super) fn forward_no_more(&self) {
        let mut caught = lock(&self.0);
        (caught.command, caught.over) = (None, true);
    }

    /// The last signal that came while the command ran.
    pub(super) fn during(&self) -> Option<i32> {
        lock(&self.0).during
    }

    /// The last signal that came since.
    pub(super) fn after(&self) -> Option<i32> {
        lock(&self.0).after
    }
}

impl Watch for Signals {
    fn step(&self, _done: u64, _total: u64, _message: &str) -> Result<()> {
        if self.after().is_some() { Err(Error::cancelled()) } else { Ok(()) }
    }
}

impl Caught {
    fn take(&mut self, signal: i32, reached_all: bool) {
        if self.over {
            self.after = Some(signal);
            return;
        }
        self.during = Some(signal);
        if let Some(command) = self.command.filter(|_| !reached_all) {
            send(command, signal);
        }
    }
}

fn send(command: Pid, signal: i32) {
    let signal = if signal == SIGINT { Signal::INT } else { Signal::TERM };
    kill_process(command, signal).ok();
}

fn lock(caught: &Mutex<Caught>) -> MutexGuard<'_, Caught> {
    caught.lock().unwrap_or_else(PoisonError::into_inner)
}
