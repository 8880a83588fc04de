//! Work on several threads at once: the same on many things, or two things beside each other.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::ScopedJoinHandle;

/// Does something with each of these, on so many threads; the results in their order, or the first failure. After a
/// failure nothing new is begun.
pub fn map<T: Sync, R: Send, E: Send>(
    items: &[T],
    workers: usize,
    act: impl Fn(&T) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E> {
    let (next, results) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(items.len())));
    let work = || -> Result<(), E> {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return Ok(()) };
            match act(item) {
                Ok(result) => results.lock().expect("no panic holds it").push((at, result)),
                Err(error) => {
                    next.store(items.len(), Ordering::Relaxed);
                    return Err(error);
                }
            }
        }
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..workers.min(items.len())).map(|_| scope.spawn(work)).collect();
        let own = work();
        others.into_iter().map(ended).fold(own, Result::and)
    })?;
    let mut results = results.into_inner().expect("no panic holds it");
    results.sort_unstable_by_key(|(at, _)| *at);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

/// Does one thing on a thread of its own, and meanwhile another one here.
pub fn both<B: Send, H>(beside: impl FnOnce() -> B + Send, here: impl FnOnce() -> H) -> (B, H) {
    std::thread::scope(|scope| {
        let beside = scope.spawn(beside);
        let here = here();
        (ended(beside), here)
    })
}

/// What a thread answered. A panic goes on where the work was asked for.
fn ended<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order() {
        let items: Vec<u32> = (0..1000).collect();
        for workers in [0, 1, 4, 2000] {
            assert_eq!(
                map(&items, workers, |item| Ok::<_, ()>(item * 2)),
                Ok(items.iter().map(|item| item * 2).collect())
            );
        }
        assert_eq!(map(&items, 3, |item| if *item == 500 { Err(*item) } else { Ok(()) }), Err(500));
    }

    #[test]
    fn a_panic_beside_goes_on_here() {
        let (beside, here) = both(|| 1, || 2);
        assert_eq!((beside, here), (1, 2));
        let panics = || both(|| panic!("beside"), || 2);
        assert_eq!(*std::panic::catch_unwind(panics).unwrap_err().downcast::<&str>().unwrap(), "beside");
    }
}
