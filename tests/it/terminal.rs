//! The terminal: what people type and what they get, with the spawned binary.

mod content;
mod datasets;
mod finding;
mod moving;
mod publishing;
mod readme;
mod registry;
mod retention;
mod runs;
mod screen;
mod session;
mod usage;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tempfile::TempDir;

use crate::schemas;
use crate::support::{Outcome, in_memory, keepstone, run};

/// A working folder in which commands are typed; its store is the usual one.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { folder: in_memory() }
    }

    fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    fn store(&self) -> PathBuf {
        self.path(".keepstone")
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        std::fs::write(self.path(name), content).unwrap();
        self.path(name)
    }

    /// The command, in this folder, with a folder of its own for temporary files.
    fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        let temporary = self.path("tmp");
        std::fs::create_dir_all(&temporary).unwrap();
        let mut command = keepstone();
        command.args(arguments).current_dir(self.folder.path()).env("TMPDIR", temporary);
        // Where the tests run matters to neither git nor colours.
        for name in ["NO_COLOR", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
            command.env_remove(name);
        }
        command.env("GIT_CEILING_DIRECTORIES", self.folder.path().parent().unwrap());
        command
    }

    fn typed<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Outcome {
        run(&mut self.command(arguments), "")
    }

    /// What a command that must succeed prints.
    #[track_caller]
    fn says<S: AsRef<OsStr>>(&self, arguments: &[S]) -> String {
        self.told(self.typed(arguments))
    }

    /// The same with this on standard input.
    #[track_caller]
    fn piped(&self, arguments: &[&str], input: impl Into<Vec<u8>>) -> String {
        self.told(run(&mut self.command(arguments), input))
    }

    #[track_caller]
    fn told(&self, outcome: Outcome) -> String {
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{}", outcome.stdout);
        outcome.stdout
    }

    /// The result that a command prints with --json, which must be the one of this method.
    #[track_caller]
    fn json(&self, method: &str, arguments: &[&str]) -> Value {
        let result = serde_json::from_str(&self.says(arguments)).unwrap();
        schemas::check_reply(method, &result);
        result
    }

    /// The exit code and the complaint of a command that must fail and say nothing else.
    #[track_caller]
    fn fails<S: AsRef<OsStr>>(&self, arguments: &[S]) -> (i32, String) {
        let outcome = self.typed(arguments);
        assert_eq!(outcome.stdout, "");
        (outcome.code.unwrap(), outcome.stderr)
    }

    /// Publishes a text under an id of our own, made five and a half days ago.
    #[track_caller]
    fn text(&self, artifact_id: &str, more: &[&str]) {
        let days = long_ago();
        let first = ["publish", "-", "--id", artifact_id, "--created-at", &days];
        self.piped(&[&first, more].concat(), artifact_id);
    }
}

/// A moment that is 5 d old, however slow the machine is.
fn long_ago() -> String {
    (Timestamp::now() - SignedDuration::from_hours(132)).to_string()
}
