//! Who waits for whom: the requests under way in the order of their arrival, and the rules of that order.
//!
//! What a client sees is as if its requests were run one after another. Commands prepare side by side and commit in the
//! order of arrival; a query starts after the commits that arrived before it, and a commit waits until the queries that
//! arrived before it have taken their view of the store, so that the same lines get the same answers every time.

use std::collections::VecDeque;
use std::sync::Arc;

use super::task::Task;
use crate::operations::{Method, Pending, Run};

/// A request under way.
pub(super) struct Entry {
    pub(super) task: Arc<Task>,
    pub(super) stage: Stage,
    /// Whether a query has taken its view of the store: later commits can't change its answer.
    pub(super) viewed: bool,
}

/// How far a request is.
pub(super) enum Stage {
    /// Others must come first.
    Waiting,
    /// A worker has it or will have it, or the reader.
    Running,
    /// A command that is prepared.
    Ready(Box<dyn Pending>),
    /// The committer has it.
    Committing,
}

/// The requests under way, in the order of their arrival.
#[derive(Default)]
pub(super) struct Lane {
    entries: VecDeque<Entry>,
}

impl Lane {
    /// Adds the latest request; it waits.
    pub(super) fn push(&mut self, task: Arc<Task>) {
        self.entries.push_back(Entry { task, stage: Stage::Waiting, viewed: false });
    }

    /// The request of this number, while it is under way.
    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut Entry> {
        let index = self.entries.binary_search_by_key(&number, |entry| entry.task.number).ok()?;
        self.entries.get_mut(index)
    }

    /// Takes a request out: it is answered.
    pub(super) fn remove(&mut self, number: u64) {
        if let Ok(index) = self.entries.binary_search_by_key(&number, |entry| entry.task.number) {
            self.entries.remove(index);
        }
    }

    /// Whether no command that a request has to wait for is still uncommitted.
    pub(super) fn is_next(&self, task: &Task) -> bool {
        let mut before = self.entries.iter().take_while(|entry| entry.task.number < task.number);
        task.manner.independent || !before.any(|entry| matches!(entry.task.method.run, Run::Command(_)))
    }

    /// Whether a prepared command waits for the committer.
    pub(super) fn has_ready(&self) -> bool {
        self.entries.iter().any(|entry| matches!(entry.stage, Stage::Ready(_)))
    }

    /// Every request under way.
    pub(super) fn tasks(&self) -> impl Iterator<Item = &Arc<Task>> {
        self.entries.iter().map(|entry| &entry.task)
    }

    /// The requests that may start now; they count as running from here on. While the store is not open, an earlier
    /// command may be about to make it.
    pub(super) fn start(&mut self, store_is_open: bool) -> Vec<Arc<Task>> {
        let mut started = Vec::new();
        let mut before = Before { store_is_open, ..Before::default() };
        for entry in &mut self.entries {
            if matches!(entry.stage, Stage::Waiting) && before.lets_start(&entry.task) {
                entry.stage = Stage::Running;
                started.push(entry.task.clone());
            }
            if before.alone {
                break;
            }
            before.pass(entry.task.method);
        }
        started
    }

    /// The commands that may be committed now, in their order; they count as being committed from here on.
    pub(super) fn commit(&mut self) -> Vec<(Arc<Task>, Box<dyn Pending>)> {
        let mut taken = Vec::new();
        let mut fenced = false;
        for entry in &mut self.entries {
            match entry.task.method.run {
                Run::Query(_) => fenced |= !entry.viewed,
                Run::Probe(_) => {}
                Run::Maintenance(_) => break,
                Run::Command(_) if fenced && !entry.task.manner.independent => {}
                Run::Command(_) => match std::mem::replace(&mut entry.stage, Stage::Committing) {
                    Stage::Ready(pending) => taken.push((entry.task.clone(), pending)),
                    other => {
                        entry.stage = other;
                        fenced = true;
                    }
                },
            }
        }
        taken
    }
}

/// What stands before a request.
#[derive(Default)]
struct Before {
    anything: bool,
    uncommitted: bool,
    barrier: bool,
    alone: bool,
    store_is_open: bool,
}

impl Before {
    fn lets_start(&self, task: &Task) -> bool {
        match task.method.run {
            // The manifest is replaced under the others' feet, so even a client that wants no order gets this one.
            Run::Maintenance(_) => !self.anything,
            _ if task.manner.independent => !self.alone,
            Run::Command(_) if !self.store_is_open && self.uncommitted && !task.method.creates_store => false,
            Run::Command(_) => !self.alone && !self.barrier,
            Run::Query(_) | Run::Probe(_) => !self.alone && !self.barrier && !self.uncommitted,
        }
    }

    fn pass(&mut self, method: &Method) {
        self.anything = true;
        match method.run {
            Run::Query(_) | Run::Probe(_) => {}
            Run::Command(_) => {
                self.uncommitted = true;
                self.barrier |= method.barrier;
            }
            Run::Maintenance(_) => self.alone = true,
        }
    }
}
