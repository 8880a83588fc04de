//! One request: what was asked, whether it is still wanted, and how it tells of its progress.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::replies::Slot;
use super::session::Session;
use crate::model::{Error, Params, Result, Watch};
use crate::operations::Method;
use crate::protocol::{Address, Token, progress};

/// Progress is told at most ten times a second.
const PROGRESS_PAUSE: Duration = Duration::from_millis(100);

/// How a request came.
pub(super) struct Manner {
    /// Whether it waits for nothing.
    pub(super) independent: bool,
    /// Who asks, where that is known of this request alone.
    pub(super) actor: Option<Arc<str>>,
}

/// A request.
pub(super) struct Task {
    /// Its place in the order of arrival.
    pub(super) number: u64,
    /// What is called.
    pub(super) method: &'static Method,
    /// Where its reply goes; a notification has none.
    pub(super) address: Option<Address>,
    /// Where its reply stands among the others.
    pub(super) slot: Slot,
    /// How it came.
    pub(super) manner: Manner,
    params: Mutex<Params>,
    token: Option<Token>,
    cancelled: AtomicBool,
    told: Mutex<Told>,
}

#[derive(Default)]
struct Told {
    last: Option<Instant>,
    closed: bool,
}

impl Task {
    /// A request as it arrived.
    pub(super) fn new(
        number: u64,
        method: &'static Method,
        params: Params,
        token: Option<Token>,
        address: Option<Address>,
        slot: Slot,
        manner: Manner,
    ) -> Arc<Self> {
        let (params, told) = (Mutex::new(params), Mutex::default());
        let cancelled = AtomicBool::new(false);
        Arc::new(Self { number, method, address, slot, manner, params, token, cancelled, told })
    }

    /// Its parameters, handed out once.
    pub(super) fn take_params(&self) -> Params {
        std::mem::take(&mut *self.params.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Nobody wants it any more.
    pub(super) fn cancel(&self) {
        self.cancelled.store(true, Ordering::SeqCst);
    }

    /// Whether nobody wants it any more.
    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::SeqCst)
    }

    /// No progress is told from here on: the reply comes next.
    pub(super) fn close(&self) {
        if self.token.is_some() {
            self.told.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        }
    }
}

/// Watches one request on behalf of its session.
pub(super) struct TaskWatch<'a> {
    pub(super) task: &'a Task,
    pub(super) session: &'a Arc<Session>,
}

impl Watch for TaskWatch<'_> {
    fn step(&self, done: u64, total: u64, message: &str) -> Result<()> {
        if self.task.is_cancelled() {
            return Err(Error::cancelled());
        }
        let Some(token) = &self.task.token else { return Ok(()) };
        // Held while the line is written, so that none follows the reply.
        let mut told = self.task.told.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if told.closed || told.last.is_some_and(|last| now - last < PROGRESS_PAUSE) {
            return Ok(());
        }
        told.last = Some(now);
        self.session.replies.notify(&progress(token, done, (total > 0).then_some(total), message));
        Ok(())
    }

    fn viewed(&self) {
        self.session.viewed(self.task.number);
    }
}
