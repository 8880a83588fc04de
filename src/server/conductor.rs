//! Watches over a session from the thread that opened it: signals, a closed stdout, a dead parent, queries that take
//! long; and brings the session to its end.

use std::io::{Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use signal_hook::consts::{SIGINT, SIGTERM};

use super::commit::ensure_committer;
use super::reading;
use super::session::{Committer, Session};
use super::{Ending, REQUESTS_IN_FLIGHT_MAX};
use crate::transport::Lines;

/// A query that runs longer than this, at most twice this, no longer holds up the reading.
const TICK: Duration = Duration::from_millis(4);
/// After so many ticks without anything to watch, the conductor sleeps until it is stirred.
const IDLE_TICKS: u32 = 50;
const PARENT_PERIOD: Duration = Duration::from_secs(1);
/// After a signal: how long requests under way may take to end by themselves, until all must have ended, and until
/// the process has.
const GRACE: Duration = Duration::from_secs(3);
const GRACE_CANCELLED: Duration = Duration::from_millis(4200);
const GRACE_ALL: Duration = Duration::from_millis(4700);

/// Wakes the conductor, which otherwise sleeps without a timer.
pub(super) struct Wake {
    sender: UnixStream,
    receiver: UnixStream,
    asleep: AtomicBool,
    signals: [(i32, Arc<AtomicBool>); 2],
}

impl Wake {
    /// Woken by the session alone.
    pub(super) fn new() -> std::io::Result<Self> {
        let (sender, receiver) = UnixStream::pair()?;
        sender.set_nonblocking(true)?;
        receiver.set_nonblocking(true)?;
        let signals = [(SIGTERM, Arc::default()), (SIGINT, Arc::default())];
        Ok(Self { sender, receiver, asleep: AtomicBool::new(false), signals })
    }

    /// Woken by SIGTERM and SIGINT too.
    pub(super) fn with_signals() -> std::io::Result<Self> {
        let wake = Self::new()?;
        for (signal, flag) in &wake.signals {
            signal_hook::flag::register(*signal, flag.clone())?;
            signal_hook::low_level::pipe::register(*signal, wake.sender.try_clone()?)?;
        }
        Ok(wake)
    }

    /// Something has happened that the conductor must see.
    pub(super) fn wake(&self) {
        // A full pipe wakes as well.
        (&self.sender).write_all(&[0]).ok();
    }

    /// Something has begun that the conductor must keep an eye on.
    pub(super) fn stir(&self) {
        if self.asleep.load(Ordering::SeqCst) && self.asleep.swap(false, Ordering::SeqCst) {
            self.wake();
        }
    }

    fn signal(&self) -> Option<i32> {
        self.signals.iter().find(|(_, flag)| flag.swap(false, Ordering::SeqCst)).map(|(signal, _)| *signal)
    }

    /// Sleeps until woken or until the time is up, or until nobody reads the output any more: then it is answered so.
    fn sleep(&self, output: Option<BorrowedFd>, timeout: Option<Duration>) -> bool {
        let timeout = timeout.map(|timeout| Timespec {
            tv_sec: i64::try_from(timeout.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: timeout.subsec_nanos().into(),
        });
        let mut watched = vec![PollFd::from_borrowed_fd(self.receiver.as_fd(), PollFlags::IN)];
        // No event is asked for: errors and hang-ups are told in any case.
        watched.extend(output.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::empty())));
        if poll(&mut watched, timeout.as_ref()).is_err() {
            // Only a signal can interrupt it, and signals are looked at next.
            return false;
        }
        if !watched[0].revents().is_empty() {
            let mut bytes = [0; 64];
            while (&self.receiver).read(&mut bytes).is_ok_and(|count| count == bytes.len()) {}
        }
        watched.get(1).is_some_and(|output| output.revents().intersects(PollFlags::ERR | PollFlags::HUP))
    }
}

/// Serves a session until its end.
pub(super) fn conduct(session: Arc<Session>, input: Lines) -> Ending {
    reading::start(&session, Box::new(input));
    let ending = watch(&session);
    wind_down(&session, ending, || false);
    match ending {
        Ending::Drained if session.replies.output().is_broken() => Ending::Unheard,
        _ => ending,
    }
}

/// Watches over a session that reads no lines, until a signal or until it is told that nothing more comes. What is
/// `under_way` elsewhere may still call until it has ended, or until the requests of a session would have to.
pub(super) fn oversee(session: &Arc<Session>, before_the_end: impl FnOnce(), under_way: impl Fn() -> bool) -> Ending {
    let ending = watch(session);
    before_the_end();
    wind_down(session, ending, under_way);
    ending
}

fn watch(session: &Arc<Session>) -> Ending {
    let (wake, output) = (&session.wake, session.replies.output().watched());
    let mut closed = false;
    let mut last_inline = 0;
    let mut quiet = 0;
    let mut parent_at = Instant::now();
    loop {
        if let Some(signal) = wake.signal() {
            return Ending::Signal(signal);
        }
        if closed || session.replies.output().is_broken() {
            return Ending::Unheard;
        }
        let state = session.lock();
        let drained = state.reading_done && state.requests == 0;
        drop(state);
        if drained {
            return if session.replies.output().is_broken() { Ending::Unheard } else { Ending::Drained };
        }
        let has_parent = {
            let parent = session.parent.lock().unwrap_or_else(PoisonError::into_inner);
            if parent_at.elapsed() >= PARENT_PERIOD {
                parent_at = Instant::now();
                if parent.as_ref().is_some_and(|parent| parent.is_gone()) {
                    return Ending::Orphaned;
                }
            }
            parent.is_some()
        };

        let inline = session.inline.load(Ordering::SeqCst);
        if inline % 2 == 1 && inline == last_inline {
            // The query takes long; or by chance another one has begun since, which does no harm either.
            let aside = session.aside.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(lines) = aside {
                reading::start(session, lines);
            }
        }
        let busy = tend(session) || inline % 2 == 1 || inline != last_inline;
        last_inline = inline;
        quiet = if busy { 0 } else { quiet + 1 };
        if quiet < IDLE_TICKS {
            closed = wake.sleep(output, Some(TICK));
            continue;
        }
        wake.asleep.store(true, Ordering::SeqCst);
        // What has begun before `asleep` was set has not woken anybody.
        if session.inline.load(Ordering::SeqCst) == last_inline && !tend(session) {
            closed = wake.sleep(output, has_parent.then_some(PARENT_PERIOD));
        }
        if !wake.asleep.swap(false, Ordering::SeqCst) {
            quiet = 0;
        }
    }
}

/// Starts threads for work that lies about; whether there is any.
fn tend(session: &Arc<Session>) -> bool {
    let mut state = session.lock();
    if state.requests > 0 && state.committer == Committer::NotStarted && state.lane.has_ready() {
        ensure_committer(session, &mut state);
    }
    let jobs = !state.jobs.is_empty();
    if jobs && state.idle_workers == 0 && state.workers < REQUESTS_IN_FLIGHT_MAX {
        session.hire(&mut state);
    }
    jobs
}

/// Lets what is under way end, within five seconds unless the client itself has closed its end.
fn wind_down(session: &Arc<Session>, ending: Ending, under_way: impl Fn() -> bool) {
    let begun = Instant::now();
    let limit = if ending == Ending::Drained { Duration::MAX } else { GRACE_ALL };
    if ending != Ending::Drained {
        let mut stopped = false;
        // Nobody reads the replies: there is no use in going on for their sake.
        let mut cancel_at = Some(if ending == Ending::Unheard { Duration::ZERO } else { GRACE });
        wait(session, begun, GRACE_CANCELLED, |passed| {
            if !stopped && (passed >= GRACE || !under_way()) {
                stopped = true;
                session.stop();
            }
            if !stopped {
                tend(session);
            }
            if cancel_at.is_some_and(|at| passed >= at) {
                cancel_at = None;
                aside(session, |session| {
                    let tasks: Vec<_> = session.lock().lane.tasks().cloned().collect();
                    tasks.iter().for_each(|task| session.cancel_task(task));
                });
            }
            stopped && session.lock().requests == 0
        });
        session.stop();
        session.lock().halted = true;
    }
    // The last reply may still be held back by a thread that has not come to flushing it.
    let flushed = Arc::new(AtomicBool::new(false));
    let done = flushed.clone();
    let flushing = aside(session, move |session| {
        session.replies.flush();
        done.store(true, Ordering::SeqCst);
        session.wake.wake();
    });
    wait(session, begun, limit, |_| !flushing || flushed.load(Ordering::SeqCst));
    session.close();
    wait(session, begun, limit, |_| matches!(session.lock().committer, Committer::NotStarted | Committer::Ended));
}

/// Does what may have to wait for the client to read: that must not keep the conductor from ending the process.
fn aside(session: &Arc<Session>, work: impl FnOnce(&Arc<Session>) + Send + 'static) -> bool {
    let own = session.clone();
    let spawned = std::thread::Builder::new().name("last words".to_owned()).spawn(move || work(&own));
    if let Err(error) = &spawned {
        tracing::error!("no thread is left for the last replies: {error}");
    }
    spawned.is_ok()
}

/// Waits until `over` says so, the time is up, or a further signal demands the end at once.
fn wait(session: &Arc<Session>, begun: Instant, limit: Duration, mut over: impl FnMut(Duration) -> bool) {
    loop {
        let passed = begun.elapsed();
        if over(passed) || passed >= limit || session.wake.signal().is_some() {
            return;
        }
        // An output that nobody reads any more would wake at once, again and again.
        session.wake.sleep(None, Some(Duration::from_millis(20)));
    }
}
