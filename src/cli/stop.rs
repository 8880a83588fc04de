//! Ctrl-C during long work: the work stops where nothing is half done, and a second one ends the process.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::Failure;
use crate::model::{Error, Kind, Result};

/// Knows whether SIGINT or SIGTERM came.
pub(super) struct Stop {
    asked: Arc<AtomicBool>,
    signal: Arc<AtomicUsize>,
}

impl Stop {
    /// From here on the first signal only asks.
    pub(super) fn on_signals() -> Result<Self> {
        let stop = Self { asked: Arc::default(), signal: Arc::default() };
        for signal in [SIGINT, SIGTERM] {
            let code = usize::try_from(signal).expect("signals are small");
            // In this order, so that the first one finds nothing asked yet.
            flag::register_conditional_shutdown(signal, 128 + signal, stop.asked.clone())
                .and_then(|_| flag::register_usize(signal, stop.signal.clone(), code))
                .and_then(|_| flag::register(signal, stop.asked.clone()))
                .map_err(|error| Error::internal(format!("signals can't be caught: {error}")))?;
        }
        Ok(stop)
    }

    /// An error once a signal came.
    pub(super) fn check(&self) -> Result<()> {
        if self.asked.load(Ordering::Relaxed) { Err(Error::cancelled()) } else { Ok(()) }
    }

    /// How a command fails with this error: stopped by its signal, or failed.
    pub(super) fn failure(&self, error: Error) -> Failure {
        match u8::try_from(self.signal.load(Ordering::Relaxed)) {
            Ok(signal) if signal > 0 && error.kind() == Kind::Cancelled => Failure::Stopped(128 + signal),
            _ => Failure::Failed(error),
        }
    }
}
