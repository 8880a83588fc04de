//! The process that started the server: when it is gone, nobody will ever close our input properly.

use std::path::PathBuf;

use rustix::process::{Pid, test_kill_process};

use crate::base::files;

/// A process that was alive when it was named.
pub(super) struct Parent {
    pid: Pid,
    /// When it started, so that a later process with the same number is not taken for it.
    started: Option<String>,
}

impl Parent {
    /// The process of this number; `None` when it can't be seen, as between containers.
    pub(super) fn find(number: u32) -> Option<Self> {
        let pid = Pid::from_raw(i32::try_from(number).ok()?)?;
        let alive = test_kill_process(pid) != Err(rustix::io::Errno::SRCH);
        if !alive {
            tracing::warn!("there is no process {number} that could be watched");
        }
        alive.then(|| Self { pid, started: status(pid).map(|(_, started)| started) })
    }

    /// Whether it has ended, also where nobody has asked for its exit code yet.
    pub(super) fn is_gone(&self) -> bool {
        if test_kill_process(self.pid) == Err(rustix::io::Errno::SRCH) {
            return true;
        }
        match (status(self.pid), &self.started) {
            (Some((state, started)), Some(known)) => matches!(state, 'Z' | 'X') || started != *known,
            _ => false,
        }
    }
}

/// State and start time as Linux tells them; other systems tell nothing here.
fn status(pid: Pid) -> Option<(char, String)> {
    let path = PathBuf::from(format!("/proc/{}/stat", pid.as_raw_nonzero()));
    let text = files::read_text(&path).ok()?;
    // The name in parentheses may hold anything, spaces and parentheses too.
    let mut fields = text.rsplit_once(')')?.1.split_ascii_whitespace();
    let state = fields.next()?.chars().next()?;
    Some((state, fields.nth(18)?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_process_is_seen() {
        assert!(!Parent::find(std::process::id()).unwrap().is_gone());
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let parent = Parent::find(child.id()).unwrap();
        assert!(!parent.is_gone());
        child.kill().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(200));
        assert!(parent.is_gone(), "it is gone, though not waited for");
        child.wait().unwrap();
        assert!(parent.is_gone());
        assert!(Parent::find(child.id()).is_none());
    }
}
