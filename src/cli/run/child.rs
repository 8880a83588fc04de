//! The command of a run: what it writes is passed on and kept, signals reach it, and its end is told.

use std::fs::File;
use std::io::{ErrorKind, PipeReader, PipeWriter, Read, Write};
use std::os::fd::AsFd;
use std::process::{Child, Command, ExitStatus, Stdio};

use jiff::Timestamp;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

use super::signals::Signals;
use crate::base::clock::Clock;

/// What is read at once, in bytes.
const PIECE: usize = 64 << 10;

/// How much may still come from a pipe whose writer has ended: more than the kernel keeps in one, in bytes.
const LEFT_OVER: usize = 1 << 20;

/// What DVC says of a stage that it did not have to run, and of one that it runs.
const UNCHANGED: &str = "didn't change";
const RUNNING: &str = "Running";

/// How a command ended.
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    pub(super) at: Timestamp,
    pub(super) stdout: Heard,
    pub(super) stderr: Heard,
}

/// What came out of one of its ends.
#[derive(Default)]
pub(super) struct Heard {
    /// Whether anything came.
    pub(super) anything: bool,
    /// Why not all of it could be kept.
    pub(super) failure: Option<std::io::Error>,
    /// Whether DVC's words stood in it.
    pub(super) unchanged: bool,
    pub(super) running: bool,
}

/// Where the two ends go: through to whoever reads this process, and into files.
pub(super) struct Ends {
    pub(super) stdout: (Box<dyn Write + Send>, File),
    pub(super) stderr: (Box<dyn Write + Send>, File),
}

/// A command under way.
pub(super) struct Running {
    child: Child,
    /// Ready once the command has ended, which is when the other end is dropped.
    over: PipeReader,
    alive: PipeWriter,
}

impl Running {
    pub(super) fn start(command: &mut Command) -> std::io::Result<Self> {
        let (over, alive) = std::io::pipe()?;
        let child = command.stdin(Stdio::inherit()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        Ok(Self { child, over, alive })
    }

    /// Stays with it to its end.
    pub(super) fn attend(self, ends: Ends, signals: &Signals, clock: Clock) -> std::io::Result<Ended> {
        let Self { mut child, over, alive } = self;
        let (out, err) = (child.stdout.take().expect("piped"), child.stderr.take().expect("piped"));
        let pid = Pid::from_child(&child);
        signals.forward_to(pid);
        std::thread::scope(|scope| {
            let over = &over;
            let (to, keep) = ends.stdout;
            let stdout = scope.spawn(move || pass_on(out, over, to, keep));
            let (to, keep) = ends.stderr;
            let stderr = scope.spawn(move || pass_on(err, over, to, keep));
            // Its number stays its own until it is waited for, so no signal goes to a stranger.
            let end = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
            while matches!(waitid(WaitId::Pid(pid), end), Err(rustix::io::Errno::INTR)) {}
            signals.forward_no_more();
            let status = child.wait();
            let at = clock.now();
            drop(alive);
            let (stdout, stderr) = (stdout.join().expect("no panic"), stderr.join().expect("no panic"));
            Ok(Ended { status: status?, at, stdout, stderr })
        })
    }
}

/// Passes on what a command writes, and keeps it, until the command has ended: what a process that it left behind would
/// write later is not the run's.
fn pass_on(mut from: impl Read + AsFd, over: &PipeReader, mut to: impl Write, mut keep: File) -> Heard {
    let mut heard = Heard::default();
    let mut words = Words::default();
    let mut piece = vec![0; PIECE];
    let mut left_over = LEFT_OVER;
    loop {
        let mut ends = [PollFd::new(&from, PollFlags::IN), PollFd::new(over, PollFlags::IN)];
        if poll(&mut ends, None).is_err() {
            continue;
        }
        let (ready, ended) = (!ends[0].revents().is_empty(), !ends[1].revents().is_empty());
        if !ready {
            if ended {
                break;
            }
            continue;
        }
        let count = match from.read(&mut piece) {
            Ok(count) if count > 0 => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            _ => break,
        };
        let piece = &piece[..count];
        heard.anything = true;
        words.read(piece);
        if heard.failure.is_none() {
            heard.failure = keep.write_all(piece).err();
        }
        // Where nobody reads any more the command is to notice it, as it would without this process between.
        if to.write_all(piece).and_then(|()| to.flush()).is_err() {
            break;
        }
        if ended {
            left_over = left_over.saturating_sub(count);
            if left_over == 0 {
                break;
            }
        }
    }
    (heard.unchanged, heard.running) = (words.unchanged, words.running);
    heard
}

/// Looks for DVC's words in text that comes in pieces.
#[derive(Default)]
struct Words {
    /// The end of what was read, in which a word may have begun.
    tail: Vec<u8>,
    unchanged: bool,
    running: bool,
}

impl Words {
    fn read(&mut self, piece: &[u8]) {
        if self.unchanged && self.running {
            return;
        }
        self.tail.extend_from_slice(piece);
        let there = |word: &str| memchr::memmem::find(&self.tail, word.as_bytes()).is_some();
        let (unchanged, running) = (there(UNCHANGED), there(RUNNING));
        self.unchanged |= unchanged;
        self.running |= running;
        let longest = UNCHANGED.len().max(RUNNING.len());
        self.tail.drain(..self.tail.len().saturating_sub(longest - 1));
    }
}
