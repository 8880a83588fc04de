//! Named points at which a test can kill the process, to prove that no instruction is a bad one to die at, or hold it, to
//! prove that none is a bad one to be overtaken at; and the disk's failures that no test could cause otherwise.

/// Every point, in the order in which a publish, a supersession and the sweep pass them.
pub const POINTS: &[&str] = &[
    "publish.staged",
    "publish.hashed",
    "publish.before_flush",
    "publish.flushed",
    "publish.locked",
    "publish.linked",
    "publish.folder_synced",
    "commit.begun",
    "commit.rows_written",
    "commit.history_appended",
    "commit.history_synced",
    "commit.before",
    "commit.after",
    "place.name_linked",
    "place.sidecar_written",
    "place.done",
    "reply.before",
    "settle.synced",
    "settle.done",
    "sweep.before",
    "sweep.emptied",
    "lease.locked",
];

/// The points that the migration of a version 1 manifest passes, in their order.
pub const MIGRATION_POINTS: &[&str] =
    &["migrate.backed_up", "migrate.staged", "migrate.built", "migrate.before_commit", "migrate.after_commit"];

/// The points that the creation of a version of a dataset passes besides those of every commit, in their order.
pub const DATASET_POINTS: &[&str] =
    &["dataset.rows_written", "dataset.index_placed", "dataset.snapshot_placed", "dataset.folder_synced"];

/// The points that replacing a file that is kept in place passes besides those of commits, in their order; `forms.near` only
/// where staging is on another file system, `forms.removed` only where the names differ.
pub const FORM_POINTS: &[&str] = &[
    "forms.listed",
    "forms.near",
    "forms.before_rename",
    "forms.renamed",
    "forms.removed",
    "forms.replaced",
    "forms.done",
];

/// The points that a collection, a restoration and a purge pass besides those of every commit, in their order.
pub const JOB_POINTS: &[&str] = &[
    "job.listed",
    "job.batch_written",
    "job.batch_done",
    "purge.before_sweep",
    "purge.unlinked",
    "purge.swept",
    "job.before_report",
    "job.reported",
    "job.done",
];

/// The points that files which are kept in place pass on their way into the trash, back, and out of it for good.
pub const MOVE_POINTS: &[&str] = &["move.before", "move.copied", "move.named", "move.moved", "move.purged"];

/// Dies by SIGKILL when `KEEPSTONE_CRASH_AT` is this point's name, or `name:n` at its n-th passing. When
/// `KEEPSTONE_PAUSE_AT` is `name=folder`, the first passing makes the file `paused` in the folder and waits there for a
/// file `go`. Release builds do nothing here.
#[inline]
pub fn point(name: &'static str) {
    #[cfg(debug_assertions)]
    armed::pass(name);
    #[cfg(not(debug_assertions))]
    let _ = name;
}

/// Whether objects are removed without keeping publishers away, to prove that a test would notice:
/// `KEEPSTONE_UNLOCKED` says so. Release builds always keep them away.
#[inline]
pub fn unlocked() -> bool {
    #[cfg(debug_assertions)]
    return std::env::var_os("KEEPSTONE_UNLOCKED").is_some();
    #[cfg(not(debug_assertions))]
    false
}

/// What the disk says to a flush of published bytes: an error of its own when `KEEPSTONE_FLUSH_FAILS_AT` is the number of
/// this flush, counted from 1. Release builds never do that.
#[inline]
pub fn flush_fault() -> std::io::Result<()> {
    #[cfg(debug_assertions)]
    return armed::flush();
    #[cfg(not(debug_assertions))]
    Ok(())
}

#[cfg(debug_assertions)]
mod armed {
    use std::path::{Path, PathBuf};
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

    use crate::base::files;

    static TARGET: LazyLock<Option<(String, u32)>> = LazyLock::new(|| {
        let text = std::env::var("KEEPSTONE_CRASH_AT").ok()?;
        let (name, count) = match text.rsplit_once(':') {
            Some((name, count)) => (name.to_owned(), count.parse().ok()?),
            None => (text, 1),
        };
        Some((name, count))
    });
    static HOLD: LazyLock<Option<(String, PathBuf)>> = LazyLock::new(|| {
        let text = std::env::var("KEEPSTONE_PAUSE_AT").ok()?;
        text.split_once('=').map(|(name, folder)| (name.to_owned(), PathBuf::from(folder)))
    });
    static HELD: AtomicBool = AtomicBool::new(false);
    static PASSED: AtomicU32 = AtomicU32::new(0);
    static FAILING_FLUSH: LazyLock<Option<u32>> =
        LazyLock::new(|| std::env::var("KEEPSTONE_FLUSH_FAILS_AT").ok()?.parse().ok());
    static FLUSHES: AtomicU32 = AtomicU32::new(0);

    pub(super) fn flush() -> std::io::Result<()> {
        match FLUSHES.fetch_add(1, Ordering::SeqCst) + 1 {
            number if *FAILING_FLUSH == Some(number) => Err(rustix::io::Errno::IO.into()),
            _ => Ok(()),
        }
    }

    fn hold(folder: &Path) {
        files::replace(&folder.join("paused"), b"", 0o600).expect("the test's folder can be written");
        while !files::exists(&folder.join("go")) {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
    }

    pub(super) fn pass(name: &'static str) {
        debug_assert!(
            [
                super::POINTS,
                super::MIGRATION_POINTS,
                super::DATASET_POINTS,
                super::JOB_POINTS,
                super::MOVE_POINTS,
                super::FORM_POINTS
            ]
            .iter()
            .any(|points| points.contains(&name)),
            "crash point {name} is not listed"
        );
        if let Some((target, folder)) = &*HOLD
            && target == name
            && !HELD.swap(true, Ordering::SeqCst)
        {
            hold(folder);
        }
        let Some((target, count)) = &*TARGET else { return };
        if target == name && PASSED.fetch_add(1, Ordering::SeqCst) + 1 == *count {
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL).ok();
            loop {
                std::thread::park();
            }
        }
    }
}
