//! The committer: takes all commands that are ready in their order, commits them in one transaction, then replies.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use super::session::{Committer, Session, State};
use super::task::Task;
use super::workers::guarded;
use crate::base::crash;
use crate::model::{Error, Result};
use crate::operations::{Committed, Pending, Reply};
use crate::store::{Store, Stuck};

/// After so long without a commit, what was committed is brought into its final places.
const SETTLE_AFTER: Duration = Duration::from_millis(200);

type Taken = Vec<(Arc<Task>, Box<dyn Pending>)>;

/// Tells the committer that something may be ready; starts it with the first.
pub(super) fn ensure_committer(session: &Arc<Session>, state: &mut State) {
    if state.committer != Committer::NotStarted {
        return session.stir_committer(state);
    }
    let own = session.clone();
    match std::thread::Builder::new().name("committer".to_owned()).spawn(move || own.commit_for_ever()) {
        Ok(_) => state.committer = Committer::Busy,
        // The conductor tries again as long as requests are under way.
        Err(error) => {
            tracing::warn!("the committer could not be started: {error}");
            session.wake.stir();
        }
    }
}

impl Session {
    fn commit_for_ever(self: &Arc<Self>) {
        // When what was committed is to be settled, if there is any such thing.
        let mut settle_at: Option<Instant> = None;
        loop {
            match self.next_commits(settle_at) {
                Next::Commit(taken) => {
                    if self.commit(taken) {
                        settle_at = Some(Instant::now() + SETTLE_AFTER);
                    }
                }
                Next::Settle => {
                    settle_at = None;
                    self.aside(|store| store.settle_if_possible());
                }
                Next::End => {
                    if settle_at.is_some() {
                        self.aside(|store| store.settle_if_possible());
                    }
                    self.lock().committer = Committer::Ended;
                    self.wake.wake();
                    return;
                }
            }
        }
    }

    fn next_commits(&self, settle_at: Option<Instant>) -> Next {
        let mut state = self.lock();
        loop {
            if !state.halted {
                let taken = state.lane.commit();
                if !taken.is_empty() {
                    state.committer = Committer::Busy;
                    return Next::Commit(taken);
                }
            }
            if state.closed {
                state.committer = Committer::Busy;
                return Next::End;
            }
            state.committer = Committer::Waiting;
            state = match settle_at {
                None => self.commits.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(at) => {
                    let left = at.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        state.committer = Committer::Busy;
                        return Next::Settle;
                    }
                    self.commits.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }

    /// Commits and replies; whether anything was committed.
    fn commit(self: &Arc<Self>, taken: Taken) -> bool {
        let (tasks, pendings): (Vec<_>, Vec<_>) = taken.into_iter().unzip();
        let results = self.transact(&tasks, pendings);
        let committed = results.iter().any(Result::is_ok);
        if committed {
            crash::point("reply.before");
        }
        let answered = tasks.iter().zip(results).map(|(task, result)| self.answer(task, result)).sum();
        self.replies.flush();
        let numbers: Vec<u64> = tasks.iter().map(|task| task.number).collect();
        self.release(&numbers, answered);
        if committed {
            self.aside(|store| store.keep_log_short());
        }
        committed
    }

    fn transact(&self, tasks: &[Arc<Task>], pendings: Vec<Box<dyn Pending>>) -> Vec<Result<Reply>> {
        let mut outcomes: Vec<Result<Committed>> = Vec::with_capacity(tasks.len());
        // Whatever panics outside a single change leaves nothing committed either.
        let whole = guarded(&tasks[0], || {
            let store = self.site.store()?;
            // One flush for the files of all, before anybody has to wait for this transaction.
            store.flush(pendings.iter().flat_map(|pending| pending.staged()))?;
            let mut batch = store.begin()?;
            let mut tried = Vec::new();
            for (at, (task, pending)) in tasks.iter().zip(pendings).enumerate() {
                // Beginning may have waited long for another process.
                let result = match task.is_cancelled() {
                    true => Err(Error::cancelled()),
                    false => {
                        tried.push(at);
                        batch.attempt(|writer| guarded(task, || pending.commit(writer)))
                    }
                };
                outcomes.push(result);
            }
            // Dropped uncommitted, a transaction of nothing but failures leaves no trace.
            let stuck = if outcomes.iter().any(Result::is_ok) { batch.commit()? } else { Vec::new() };
            Ok(stuck.into_iter().map(|stuck| (tried[stuck.change], stuck)).collect::<Vec<_>>())
        });
        match whole {
            Ok(stuck) => {
                let answer = |(at, (task, outcome)): (usize, (&Arc<Task>, Result<Committed>))| {
                    let own: Vec<&Stuck> =
                        stuck.iter().filter(|(whose, _)| *whose == at).map(|(_, stuck)| stuck).collect();
                    outcome.and_then(|committed| guarded(task, || committed(&own)))
                };
                tasks.iter().zip(outcomes).enumerate().map(answer).collect()
            }
            Err(error) => {
                outcomes.resize_with(tasks.len(), || Err(error.clone()));
                outcomes.into_iter().map(|outcome| Err(outcome.err().unwrap_or_else(|| error.clone()))).collect()
            }
        }
    }

    /// Does what nobody waits for. A store that was let go of has done it then; opening it again might come in the way of
    /// what replaces it.
    fn aside(&self, work: impl FnOnce(&Store)) {
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            if let Some(store) = self.site.opened() {
                work(&store);
            }
        }));
        if done.is_err() {
            tracing::error!("what is done after a commit panicked");
        }
    }
}

enum Next {
    Commit(Taken),
    Settle,
    End,
}
