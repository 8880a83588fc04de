//! A few threads that take jobs in turn and hand back what became of them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread;

use crate::model::{Error, Result};

/// How many threads work at once; asking the system costs more than reading a small table.
pub(super) fn count() -> usize {
    static COUNT: LazyLock<usize> = LazyLock::new(|| thread::available_parallelism().map_or(1, usize::from));
    *COUNT
}

/// Where jobs are handed out and results come in, in any order.
pub(super) struct Desk<'a, J, R> {
    /// Where jobs go; without threads they are done at once.
    jobs: Hands<'a, J, R>,
    results: Receiver<(Result<R>, usize)>,
    waiting: usize,
    weight: usize,
}

enum Hands<'a, J, R> {
    Threads(Sender<(J, usize)>),
    Own { work: &'a dyn Fn(J) -> Result<R>, given: Sender<(Result<R>, usize)> },
}

impl<J, R> Desk<'_, J, R> {
    /// Hands out a job; its weight is what it holds in memory.
    pub(super) fn submit(&mut self, job: J, weight: usize) {
        self.waiting += 1;
        self.weight += weight;
        // The receivers outlive the desk; a job that nobody takes is missed in `wait`.
        match &self.jobs {
            Hands::Threads(jobs) => drop(jobs.send((job, weight))),
            Hands::Own { work, given } => drop(given.send((work(job), weight))),
        }
    }

    /// How many jobs have not come back.
    pub(super) fn waiting(&self) -> usize {
        self.waiting
    }

    /// What the jobs that have not come back hold in memory.
    pub(super) fn weight(&self) -> usize {
        self.weight
    }

    /// The next result.
    pub(super) fn wait(&mut self) -> Result<R> {
        let (result, weight) = self.results.recv().map_err(|_| Error::internal("the table workers ended early"))?;
        self.waiting -= 1;
        self.weight -= weight;
        result
    }
}

/// Runs `lead` here while so many threads `work` on the jobs that it submits; what is left when it returns is dropped.
///
/// With no threads `lead` does the jobs itself, which is quicker where there are only a few.
pub(super) fn run<J: Send, R: Send, T>(
    threads: usize,
    work: impl Fn(J) -> Result<R> + Sync,
    lead: impl FnOnce(&mut Desk<'_, J, R>) -> Result<T>,
) -> Result<T> {
    if threads == 0 {
        let (given, results) = channel();
        return lead(&mut Desk { jobs: Hands::Own { work: &work, given }, results, waiting: 0, weight: 0 });
    }
    let (jobs, taken) = channel::<(J, usize)>();
    let (given, results) = channel();
    let taken = Mutex::new(taken);
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..threads {
            let given = given.clone();
            let (work, taken, over) = (&work, &taken, &over);
            scope.spawn(move || {
                loop {
                    let next = taken.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok((job, weight)) = next else { break };
                    if over.load(Ordering::Relaxed) {
                        break;
                    }
                    let result = catch_unwind(AssertUnwindSafe(|| work(job)))
                        .unwrap_or_else(|_| Err(Error::internal("reading the table failed unexpectedly")));
                    if given.send((result, weight)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(given);
        let mut desk = Desk { jobs: Hands::Threads(jobs), results, waiting: 0, weight: 0 };
        // Also when the lead panics, or the workers would wait for ever for the desk that the scope keeps.
        let outcome = catch_unwind(AssertUnwindSafe(|| lead(&mut desk)));
        over.store(true, Ordering::Relaxed);
        drop(desk);
        match outcome {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
