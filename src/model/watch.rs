//! What long work reports to while it runs, and how it learns that nobody wants it any more.

use super::Result;

/// Told of progress by long work; an error (cancelled) makes the work stop.
pub trait Watch: Sync {
    /// `done` of `total` (0 when unknown) in the unit that `message` names.
    fn step(&self, done: u64, total: u64, message: &str) -> Result<()>;

    /// A query has taken its view of the store: what is committed from here on can't change its answer.
    fn viewed(&self) {}
}

/// Nobody watches.
pub struct Unwatched;

impl Watch for Unwatched {
    fn step(&self, _done: u64, _total: u64, _message: &str) -> Result<()> {
        Ok(())
    }
}
