//! The threads that prepare commands and run what had to wait, started when there is work for them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError};

use super::fault;
use super::lane::Stage;
use super::session::{Session, State};
use super::task::{Task, TaskWatch};
use super::{REQUESTS_IN_FLIGHT_MAX, commit::ensure_committer};
use crate::model::{Error, Result};
use crate::operations::{Context, Reply, Run};

/// Short queries share a few threads; more are started only while jobs lie about.
const WORKERS_FOR_QUERIES: usize = 4;

impl Session {
    /// Hands requests to workers. A command gets a thread of its own if need be, because it waits for the disk most of
    /// the time and shares one flush with the others.
    pub(super) fn dispatch(self: &Arc<Self>, state: &mut State, tasks: Vec<Arc<Task>>) {
        for task in tasks {
            let waits_for_disk = matches!(task.method.run, Run::Command(_));
            state.jobs.push_back(task);
            if state.jobs.len() <= state.idle_workers {
                self.work.notify_one();
            } else if waits_for_disk || state.workers < WORKERS_FOR_QUERIES {
                self.hire(state);
            } else {
                self.wake.stir();
            }
        }
    }

    /// Starts one more worker, if there may be more.
    pub(super) fn hire(self: &Arc<Self>, state: &mut State) {
        if state.workers >= REQUESTS_IN_FLIGHT_MAX || state.closed {
            return;
        }
        let session = self.clone();
        match std::thread::Builder::new().name("worker".to_owned()).spawn(move || session.work()) {
            Ok(_) => state.workers += 1,
            // The jobs stay where they are; the conductor tries again.
            Err(error) => {
                tracing::warn!("no further thread could be started: {error}");
                self.wake.stir();
            }
        }
    }

    fn work(self: &Arc<Self>) {
        loop {
            let mut state = self.lock();
            let task = loop {
                if state.closed {
                    return;
                }
                if let Some(task) = state.jobs.pop_front() {
                    break task;
                }
                state.idle_workers += 1;
                state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
                state.idle_workers -= 1;
            };
            drop(state);
            self.run(&task);
        }
    }

    /// Runs a request to its end, or up to where the committer takes over.
    pub(super) fn run(self: &Arc<Self>, task: &Arc<Task>) {
        let Run::Command(prepare) = task.method.run else {
            let result = self.run_query(task);
            self.finish(task, result);
            self.replies.flush();
            return;
        };
        let prepared = guarded(task, || self.with_context(task, |context| prepare(task.take_params(), context)));
        match prepared {
            Ok(pending) if !task.is_cancelled() => {
                if self.lock().lane.is_next(task)
                    && let Ok(Some(reply)) = guarded(task, || pending.answer())
                {
                    self.finish(task, Ok(reply));
                    return self.replies.flush();
                }
                let mut state = self.lock();
                if let Some(entry) = state.lane.get_mut(task.number) {
                    entry.stage = Stage::Ready(pending);
                }
                ensure_committer(self, &mut state);
            }
            other => {
                let error = other.err().unwrap_or_else(Error::cancelled);
                self.finish(task, Err(error));
                self.replies.flush();
            }
        }
    }

    /// Runs anything but a command to its end.
    pub(super) fn run_query(self: &Arc<Self>, task: &Arc<Task>) -> Result<Reply> {
        if task.is_cancelled() {
            return Err(Error::cancelled());
        }
        let (run, changes) = match task.method.run {
            Run::Query(run) | Run::Probe(run) => (run, false),
            Run::Maintenance(run) => (run, true),
            Run::Command(_) => return Err(Error::internal("a command was run like a query")),
        };
        let result = guarded(task, || self.with_context(task, |context| run(task.take_params(), context)));
        // What has changed the store is told as it is; an answer that nobody wants any more is not.
        if task.is_cancelled() && !changes { Err(Error::cancelled()) } else { result }
    }

    fn with_context<T>(self: &Arc<Self>, task: &Task, run: impl FnOnce(&Context) -> T) -> T {
        let of_session = || self.actor.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let actor = task.manner.actor.clone().or_else(of_session);
        let watch = TaskWatch { task, session: self };
        run(&Context {
            site: &self.site,
            now: self.site.clock().now(),
            actor: actor.as_deref(),
            watch: &watch,
            host: &**self,
        })
    }
}

/// Makes an error of a panic, so that the request is answered and the session goes on.
pub(super) fn guarded<T>(task: &Task, run: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| Err(fault::panicked(task.method.name, &*panic)))
}
