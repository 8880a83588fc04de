//! How replies leave: at once, in the order of the requests, or gathered into the reply of a batch.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::model::Result;
use crate::operations::Reply;
use crate::protocol::batch;
use crate::transport::Output;

/// Where the reply to one request stands.
#[derive(Clone)]
pub(super) enum Slot {
    /// It is a line of its own; the number counts the lines that get a reply.
    Line(u64),
    /// It is one of a batch's.
    Batch(Arc<BatchReplies>, usize),
    /// A part of this program waits for the result itself.
    Caller(Arc<Caller>),
    /// There is no reply.
    None,
}

/// What is done with a result, once.
type Then = Box<dyn FnOnce(Result<Reply>) + Send>;

/// Who waits for one result.
pub(super) struct Caller {
    then: Mutex<Option<Then>>,
}

impl Caller {
    /// Told of the result once.
    pub(super) fn new(then: impl FnOnce(Result<Reply>) + Send + 'static) -> Arc<Self> {
        Arc::new(Self { then: Mutex::new(Some(Box::new(then))) })
    }

    /// Hands over the result.
    pub(super) fn tell(&self, result: Result<Reply>) {
        let then = lock(&self.then).take();
        if let Some(then) = then {
            then(result);
        }
    }
}

/// The replies of one batch, as far as they are there.
pub(super) struct BatchReplies {
    line: u64,
    gathered: Mutex<Gathered>,
}

struct Gathered {
    replies: Vec<String>,
    missing: usize,
}

impl BatchReplies {
    /// The replies to a batch of so many requests that get one.
    pub(super) fn new(line: u64, count: usize) -> Arc<Self> {
        let gathered = Mutex::new(Gathered { replies: vec![String::new(); count], missing: count });
        Arc::new(Self { line, gathered })
    }

    /// Takes note of a reply; with the last one, the whole line.
    fn gather(&self, index: usize, reply: String) -> Option<String> {
        let mut gathered = lock(&self.gathered);
        gathered.replies[index] = reply;
        gathered.missing -= 1;
        (gathered.missing == 0).then(|| batch(&std::mem::take(&mut gathered.replies)))
    }
}

/// All replies of a session.
pub(super) struct Replies {
    output: Output,
    ordered: Option<Mutex<Held>>,
}

#[derive(Default)]
struct Held {
    next: u64,
    waiting: BTreeMap<u64, String>,
}

impl Replies {
    /// Replies to this output, `ordered` like the requests or as they come.
    pub(super) fn new(output: Output, ordered: bool) -> Self {
        Self { output, ordered: ordered.then(Mutex::default) }
    }

    /// Adds a reply, which leaves with the next flush at the latest; how many lines are answered by it.
    pub(super) fn add(&self, slot: &Slot, reply: String) -> usize {
        let (line, reply) = match slot {
            Slot::None | Slot::Caller(_) => return 0,
            Slot::Line(line) => (*line, reply),
            Slot::Batch(batch, index) => match batch.gather(*index, reply) {
                Some(whole) => (batch.line, whole),
                None => return 0,
            },
        };
        let Some(held) = &self.ordered else {
            self.output.hold(&reply);
            return 1;
        };
        let mut held = lock(held);
        held.waiting.insert(line, reply);
        let mut answered = 0;
        while let next = held.next
            && let Some(reply) = held.waiting.remove(&next)
        {
            self.output.hold(&reply);
            held.next += 1;
            answered += 1;
        }
        answered
    }

    /// Sends a notification at once.
    pub(super) fn notify(&self, line: &str) {
        self.output.line(line);
    }

    /// Sends what was added.
    pub(super) fn flush(&self) {
        self.output.flush();
    }

    /// Where they leave.
    pub(super) fn output(&self) -> &Output {
        &self.output
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
