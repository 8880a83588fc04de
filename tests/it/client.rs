//! A client of the binary, with time limits, for tests that go through the pipe.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Longer than any single step takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// The binary, free of what the tests' own environment says.
pub(crate) fn keepstone() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keepstone"));
    for name in ["KEEPSTONE_ROOT", "KEEPSTONE_LOG", "KEEPSTONE_CRASH_AT", "ARTIFACT_MANIFEST_DB", "ARTIFACTS_ROOT"] {
        command.env_remove(name);
    }
    command
}

/// What a command that has ended left behind.
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Outcome {
    /// Its stdout as lines of JSON.
    pub(crate) fn lines(&self) -> Vec<Value> {
        self.stdout.split_terminator('\n').map(|line| serde_json::from_str(line).expect(line)).collect()
    }
}

/// Runs a command to its end with this input.
pub(crate) fn run(command: &mut Command, input: impl Into<Vec<u8>>) -> Outcome {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
    let mut stdin = child.stdin.take().expect("piped");
    let input = input.into();
    // A command that needs no input may have ended before it is written.
    let writer = std::thread::spawn(move || stdin.write_all(&input).ok());
    let output = child.wait_with_output().expect("it can be waited for");
    writer.join().expect("the writer ends");
    Outcome {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Sends these lines to a session and closes its input.
pub(crate) fn serve(root: &Path, options: &[&str], input: impl Into<Vec<u8>>) -> Outcome {
    run(keepstone().arg("serve").arg("--root").arg(root).args(options), input)
}

/// A session that stays open.
pub(crate) struct Session {
    pub(crate) child: Child,
    stdin: Option<ChildStdin>,
    lines: Option<Receiver<String>>,
    next_id: u64,
}

impl Session {
    /// Starts a session over the store in this folder.
    pub(crate) fn start(root: &Path, options: &[&str]) -> Self {
        Self::of(keepstone().arg("serve").arg("--root").arg(root).args(options))
    }

    /// Starts a session with this command.
    pub(crate) fn of(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the binary starts");
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        let (sender, lines) = channel();
        // When nobody wants the lines any more, stdout is closed with the next one.
        std::thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, stdin, lines: Some(lines), next_id: 1 }
    }

    /// Sends a line.
    pub(crate) fn send(&mut self, line: &str) {
        let stdin = self.stdin.as_mut().expect("the input is open");
        stdin.write_all(line.as_bytes()).and_then(|()| stdin.write_all(b"\n")).expect("the session reads");
    }

    /// The next line.
    pub(crate) fn receive(&mut self) -> Value {
        match self.lines.as_ref().expect("the output is open").recv_timeout(PATIENCE) {
            Ok(line) => serde_json::from_str(&line).unwrap_or_else(|_| panic!("a line is no JSON: {line}")),
            Err(RecvTimeoutError::Timeout) => panic!("no reply in time"),
            Err(RecvTimeoutError::Disconnected) => panic!("the session has ended"),
        }
    }

    /// Calls a method and waits for the reply, which must be the next line.
    pub(crate) fn call(&mut self, method: &str, params: Value) -> Value {
        let id = self.next_id;
        self.next_id += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string());
        let reply = self.receive();
        assert_eq!(reply["id"], id, "{reply}");
        reply
    }

    /// Closes the input.
    pub(crate) fn close(&mut self) {
        self.stdin.take();
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).expect("it is alive");
    }

    /// Waits for the end.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("it can be waited for") {
                return status;
            }
            assert!(begun.elapsed() < PATIENCE, "the session does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
