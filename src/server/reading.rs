//! The reading role: takes lines from the input, admits what they ask for, and runs short queries on the spot.
//!
//! Handing a query to another thread costs more than most queries do, so the thread that reads runs a query itself
//! when nothing has to come before it, and prepares a command when nothing else is there. Nobody knows beforehand which
//! of them are short: while one runs, the input is put aside, and when it takes too long the conductor gives the input to
//! a new thread. So a long one holds up neither the requests behind it nor its own cancellation.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use super::fault;
use super::replies::{BatchReplies, Slot};
use super::session::{Inline, Session};
use super::task::Task;
use crate::operations::Run;
use crate::protocol::{Fault, Incoming, Message, parse};
use crate::transport::{Line, Lines};

/// Lets a new thread read.
pub(super) fn start(session: &Arc<Session>, lines: Box<Lines>) {
    let reading = session.clone();
    let spawned = std::thread::Builder::new().name("reader".to_owned()).spawn(move || {
        // Nothing below should panic; if it does, the session ends like any other instead of hanging.
        if catch_unwind(AssertUnwindSafe(|| reading.read(lines))).is_err() {
            tracing::error!("the reader panicked; no more is read");
            reading.end_reading();
        }
    });
    if let Err(error) = spawned {
        tracing::error!("the reader could not be started: {error}");
        session.end_reading();
    }
}

impl Session {
    fn read(self: &Arc<Self>, mut lines: Box<Lines>) {
        self.replies.flush();
        loop {
            // As long as more is here already, replies gather and leave together.
            if !lines.is_ready() {
                self.replies.flush();
            }
            let incoming = match lines.next_line() {
                Ok(Line::Text(line)) => parse(line),
                Ok(Line::TooLong) => Incoming::One(Message::Fault(fault::line_too_long())),
                Ok(Line::End) => return self.end_reading(),
                Err(error) => {
                    tracing::error!("standard input can't be read: {error}");
                    return self.end_reading();
                }
            };
            if self.lock().stopping {
                return self.end_reading();
            }
            match incoming {
                Incoming::One(message) => {
                    let inline = if lines.is_ready() { Inline::Queries } else { Inline::Anything };
                    if let Some(task) = self.take(message, inline) {
                        match self.run_inline(&task, lines) {
                            Some(back) => lines = back,
                            None => return,
                        }
                    }
                }
                Incoming::Batch(messages) => self.take_batch(messages),
            }
        }
    }

    /// Nothing more comes in.
    pub(super) fn end_reading(&self) {
        self.replies.flush();
        self.lock().reading_done = true;
        self.wake.wake();
    }

    fn take(self: &Arc<Self>, message: Message, inline: Inline) -> Option<Arc<Task>> {
        match message {
            Message::Response => None,
            Message::Fault(fault) => {
                let slot = Slot::Line(self.begin_line());
                self.refuse_fault(&fault, &slot);
                None
            }
            Message::Call(call) => {
                let slot = if call.address.is_some() { Slot::Line(self.begin_line()) } else { Slot::None };
                self.admit(call, slot, inline)
            }
        }
    }

    /// The requests of a batch go to the workers, or the input could move on to the next line in the middle of it.
    fn take_batch(self: &Arc<Self>, messages: Vec<Message>) {
        let gets_reply = |message: &Message| match message {
            Message::Call(call) => call.address.is_some(),
            Message::Fault(_) => true,
            Message::Response => false,
        };
        let count = messages.iter().filter(|message| gets_reply(message)).count();
        let replies = (count > 0).then(|| BatchReplies::new(self.begin_line(), count));
        let mut index = 0;
        for message in messages {
            let slot = match &replies {
                Some(replies) if gets_reply(&message) => {
                    index += 1;
                    Slot::Batch(replies.clone(), index - 1)
                }
                _ => Slot::None,
            };
            match message {
                Message::Response => {}
                Message::Fault(fault) => self.refuse_fault(&fault, &slot),
                Message::Call(call) => {
                    self.admit(call, slot, Inline::Nothing);
                }
            }
        }
    }

    fn refuse_fault(&self, fault: &Fault, slot: &Slot) {
        self.reply_at_once(slot, fault::refusal(&fault.address, &fault::of_fault(fault)));
    }

    /// Runs a query or prepares a command while the input lies aside; `None` when another thread reads on.
    fn run_inline(self: &Arc<Self>, task: &Arc<Task>, lines: Box<Lines>) -> Option<Box<Lines>> {
        *self.aside.lock().unwrap_or_else(PoisonError::into_inner) = Some(lines);
        self.inline.fetch_add(1, Ordering::SeqCst);
        self.wake.stir();
        match task.method.run {
            Run::Command(_) => self.run(task),
            _ => {
                let result = self.run_query(task);
                self.finish(task, result);
            }
        }
        self.inline.fetch_add(1, Ordering::SeqCst);
        let lines = self.aside.lock().unwrap_or_else(PoisonError::into_inner).take();
        if lines.is_none() {
            self.replies.flush();
        }
        lines
    }
}
