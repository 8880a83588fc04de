//! One session: the requests under way, how each is admitted, cancelled and answered.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::conductor::Wake;
use super::lane::{Lane, Stage};
use super::parent::Parent;
use super::replies::{Caller, Replies, Slot};
use super::task::{Manner, Task};
use super::{About, Options, REQUESTS_IN_FLIGHT_MAX, fault, place};
use crate::model::{Error, Params, Result};
use crate::operations::{Method, Reply, Run};
use crate::protocol::{Call, Id, id_of, success};
use crate::store::Site;
use crate::transport::{Lines, Output};

/// Everything that the threads of one session share.
pub(super) struct Session {
    pub(super) site: Arc<Site>,
    pub(super) about: About,
    pub(super) replies: Replies,
    pub(super) wake: Wake,
    /// Whether many clients share it, so that none of them may change it.
    pub(super) shared: bool,
    /// Whether requests wait for nothing, as the client may wish.
    pub(super) independent: AtomicBool,
    pub(super) actor: Mutex<Option<Arc<str>>>,
    pub(super) parent: Mutex<Option<Parent>>,
    /// The input, while the thread that reads it runs a query itself.
    pub(super) aside: Mutex<Option<Box<Lines>>>,
    /// Odd while the reading thread runs a query itself; another number for each.
    pub(super) inline: AtomicU64,
    pub(super) state: Mutex<State>,
    /// Workers wait here for jobs.
    pub(super) work: Condvar,
    /// The committer waits here for prepared commands.
    pub(super) commits: Condvar,
    /// The reader waits here for room.
    pub(super) room: Condvar,
}

/// What changes under the lock.
#[derive(Default)]
pub(super) struct State {
    pub(super) lane: Lane,
    pub(super) jobs: VecDeque<Arc<Task>>,
    pub(super) ids: HashMap<Id<'static>, Arc<Task>>,
    /// Requests under way.
    pub(super) requests: usize,
    /// Lines whose reply has not left.
    pub(super) lines: usize,
    next_number: u64,
    next_line: u64,
    pub(super) workers: usize,
    pub(super) idle_workers: usize,
    pub(super) committer: Committer,
    reader_waits: bool,
    /// Nothing more will be read.
    pub(super) reading_done: bool,
    /// No more requests are taken on.
    pub(super) stopping: bool,
    /// No more commits begin.
    pub(super) halted: bool,
    /// The threads end.
    pub(super) closed: bool,
}

/// What the thread that reads may run itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Inline {
    Nothing,
    Queries,
    /// Commands too: no other line is here yet with which they could share their waiting for the disk.
    Anything,
}

/// What the committer is doing.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Committer {
    #[default]
    NotStarted,
    Waiting,
    Busy,
    Ended,
}

impl State {
    fn is_full(&self) -> bool {
        !self.stopping && (self.requests >= REQUESTS_IN_FLIGHT_MAX || self.lines >= REQUESTS_IN_FLIGHT_MAX)
    }
}

impl Session {
    pub(super) fn new(site: Arc<Site>, about: About, options: Options, output: Output, wake: Wake) -> Arc<Self> {
        Self::make(site, about, options, output, wake, false)
    }

    /// A session that many clients share through [`Session::call`]: each waits for its own results only.
    pub(super) fn shared(site: Arc<Site>, about: About, wake: Wake) -> Arc<Self> {
        let nowhere = Output::new(Box::new(std::io::sink()), None);
        Self::make(site, about, Options::default(), nowhere, wake, true)
    }

    fn make(site: Arc<Site>, about: About, options: Options, output: Output, wake: Wake, shared: bool) -> Arc<Self> {
        Arc::new(Self {
            site,
            about,
            replies: Replies::new(output, options.ordered),
            wake,
            shared,
            independent: AtomicBool::new(shared),
            actor: Mutex::default(),
            parent: Mutex::new(options.parent.and_then(Parent::find)),
            aside: Mutex::default(),
            inline: AtomicU64::new(0),
            state: Mutex::default(),
            work: Condvar::new(),
            commits: Condvar::new(),
            room: Condvar::new(),
        })
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until fewer than the allowed number are under way. What was held back leaves first, or the client might
    /// wait for it and never read on.
    fn room(&self) -> MutexGuard<'_, State> {
        let state = self.lock();
        if !state.is_full() {
            return state;
        }
        drop(state);
        self.replies.flush();
        let mut state = self.lock();
        while state.is_full() {
            state.reader_waits = true;
            state = self.room.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.reader_waits = false;
        state
    }

    /// Takes note of a line that gets a reply; its place among them.
    pub(super) fn begin_line(&self) -> u64 {
        let mut state = self.room();
        state.lines += 1;
        state.next_line += 1;
        state.next_line - 1
    }

    /// Takes on a call. What need not wait and may run `inline` is handed back, for the caller to run.
    pub(super) fn admit(self: &Arc<Self>, call: Call, slot: Slot, inline: Inline) -> Option<Arc<Task>> {
        if call.address.is_none() && call.method == "$/cancelRequest" {
            self.cancel(call.params.at("id").as_ref().and_then(id_of));
            return None;
        }
        let Some(method) = self.about.find(&call.method) else {
            self.refuse(&call, &slot, &fault::unknown_method(&call.method, self.about.methods));
            return None;
        };
        if let Err(error) = place::check(&call.place, &self.site) {
            self.refuse(&call, &slot, &error);
            return None;
        }
        let id = call.address.as_ref().map(|address| &address.id).filter(|id| **id != Id::Null);
        let independent = self.independent.load(std::sync::atomic::Ordering::Relaxed);
        let mut state = self.room();
        if state.stopping {
            return None;
        }
        if let Some(id) = id
            && state.ids.contains_key(id)
        {
            drop(state);
            let error = Error::invalid_request("a request with this id is still under way").field("id");
            self.refuse(&call, &slot, &error);
            return None;
        }
        let number = state.next_number;
        let id = id.cloned();
        let task =
            Task::new(number, method, call.params, call.token, call.address, slot, Manner { independent, actor: None });
        if let Some(id) = id {
            state.ids.insert(id, task.clone());
        }
        let mut started = self.take_on(&mut state, task);
        // Earlier ones may start only now, as the store may have been opened since they came.
        let may = match method.run {
            Run::Query(_) | Run::Probe(_) => inline != Inline::Nothing,
            Run::Command(_) => inline == Inline::Anything && state.requests == 1,
            Run::Maintenance(_) => false,
        };
        let own = may && started.last().is_some_and(|task| task.number == number);
        let own = if own { started.pop() } else { None };
        self.dispatch(&mut state, started);
        own
    }

    /// Calls a method for a part of this program, which is told of the result; nothing is taken on while stopping.
    pub(super) fn call(
        self: &Arc<Self>,
        method: &'static Method,
        params: Params,
        actor: Option<Arc<str>>,
        then: impl FnOnce(Result<Reply>) + Send + 'static,
    ) -> Option<Arc<Task>> {
        let slot = Slot::Caller(Caller::new(then));
        let mut state = self.room();
        if state.stopping {
            return None;
        }
        let task = Task::new(state.next_number, method, params, None, None, slot, Manner { independent: true, actor });
        let started = self.take_on(&mut state, task.clone());
        self.dispatch(&mut state, started);
        Some(task)
    }

    /// The latest request is under way; those that may start now.
    fn take_on(&self, state: &mut State, task: Arc<Task>) -> Vec<Arc<Task>> {
        state.next_number += 1;
        state.requests += 1;
        state.lane.push(task);
        state.lane.start(self.site.is_open())
    }

    /// Answers what was never under way.
    pub(super) fn reply_at_once(&self, slot: &Slot, reply: String) {
        let answered = self.replies.add(slot, reply);
        self.lock().lines -= answered;
    }

    fn refuse(&self, call: &Call, slot: &Slot, error: &Error) {
        if let Some(address) = &call.address {
            self.reply_at_once(slot, fault::refusal(address, error));
        }
    }

    /// The request of this id is not wanted any more; one that waits is answered now, one that runs when it notices.
    fn cancel(self: &Arc<Self>, id: Option<Id<'static>>) {
        let task = id.and_then(|id| self.lock().ids.get(&id).cloned());
        if let Some(task) = task {
            self.cancel_task(&task);
        }
    }

    pub(super) fn cancel_task(self: &Arc<Self>, task: &Arc<Task>) {
        task.cancel();
        let mut prepared = None;
        let mut state = self.lock();
        let Some(entry) = state.lane.get_mut(task.number) else { return };
        let claimed = match std::mem::replace(&mut entry.stage, Stage::Running) {
            Stage::Waiting => true,
            Stage::Ready(pending) => {
                prepared = Some(pending);
                true
            }
            Stage::Running => match state.jobs.iter().position(|job| Arc::ptr_eq(job, task)) {
                Some(index) => state.jobs.remove(index).is_some(),
                None => false,
            },
            Stage::Committing => {
                entry.stage = Stage::Committing;
                false
            }
        };
        drop(state);
        drop(prepared);
        if claimed {
            self.finish(task, Err(Error::cancelled()));
            self.replies.flush();
        }
    }

    /// A query has taken its view of the store.
    pub(super) fn viewed(&self, number: u64) {
        let mut state = self.lock();
        if let Some(entry) = state.lane.get_mut(number) {
            entry.viewed = true;
            self.stir_committer(&state);
        }
    }

    /// Answers a request that was under way, and lets those go on that waited for it. The reply leaves with the next flush.
    pub(super) fn finish(self: &Arc<Self>, task: &Arc<Task>, result: Result<Reply>) {
        let answered = self.answer(task, result);
        self.release(&[task.number], answered);
    }

    /// Adds the reply; how many lines are answered by it. The id is free again before the client can see the reply.
    pub(super) fn answer(&self, task: &Arc<Task>, result: Result<Reply>) -> usize {
        if let Slot::Caller(caller) = &task.slot {
            caller.tell(result);
            return 0;
        }
        let Some(address) = &task.address else { return 0 };
        if address.id != Id::Null {
            self.lock().ids.remove(&address.id);
        }
        task.close();
        let reply = match result {
            Ok(result) => success(address, &result),
            Err(error) => fault::refusal(address, &error),
        };
        self.replies.add(&task.slot, reply)
    }

    /// Takes answered requests out, and starts those that waited for them.
    pub(super) fn release(self: &Arc<Self>, numbers: &[u64], answered: usize) {
        let mut state = self.lock();
        for number in numbers {
            state.lane.remove(*number);
        }
        state.requests -= numbers.len();
        state.lines -= answered;
        if state.requests > 0 {
            let started = state.lane.start(self.site.is_open());
            self.dispatch(&mut state, started);
            self.stir_committer(&state);
        }
        if state.reader_waits && !state.is_full() {
            self.room.notify_one();
        }
        let over = state.requests == 0 && (state.reading_done || state.stopping);
        drop(state);
        if over || self.replies.output().is_broken() {
            self.wake.wake();
        }
    }

    /// Wakes the committer if it waits; whether there is something for it, it sees for itself.
    pub(super) fn stir_committer(&self, state: &State) {
        if state.committer == Committer::Waiting {
            self.commits.notify_one();
        }
    }

    /// No more requests are taken on.
    pub(super) fn stop(&self) {
        self.lock().stopping = true;
        self.room.notify_all();
    }

    /// The threads end.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.work.notify_all();
        self.commits.notify_all();
    }
}
