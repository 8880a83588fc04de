//! What the tests share: stores in temporary folders, calls into the library, sessions with the spawned binary.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use keepstone::base::clock::Clock;
use keepstone::cli::about;
use keepstone::model::{Unwatched, Watch};
use keepstone::server::call_once;
use keepstone::store::{Location, Site};
use serde_json::{Value, json};

use crate::schemas::{self, Ledger};

/// Longer than anything a test waits for, on a machine that does other things too.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A temporary folder in memory where there is room: what a killed process wrote is there all the same, and sooner.
pub fn in_memory() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let room = rustix::fs::statvfs(memory).is_ok_and(|stat| stat.f_bavail * stat.f_frsize > 1 << 30);
    let folder = if room { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    folder.expect("a temporary folder")
}

/// A temporary folder with a store, or the place for one.
pub struct Place {
    folder: tempfile::TempDir,
    site: Site,
}

impl Place {
    pub fn new() -> Self {
        Self::with_clock(Clock::system())
    }

    /// The same, in memory where there is room: for tests that are not about the disk.
    pub fn in_memory() -> Self {
        Self::in_folder(in_memory(), Clock::system())
    }

    /// The same, at times and with random bits of the test's own.
    pub fn with_clock(clock: Clock) -> Self {
        Self::in_folder(tempfile::tempdir().expect("a temporary folder"), clock)
    }

    fn in_folder(folder: tempfile::TempDir, clock: Clock) -> Self {
        let root = folder.path().join("store");
        let site = Site::new(Location { root, artifacts_root: None }, clock);
        Self { folder, site }
    }

    /// The same with a store in it.
    pub fn with_store() -> Self {
        let place = Self::new();
        place.ok("init", json!({}));
        place
    }

    /// The temporary folder, for files to publish.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The store's folder.
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    pub fn site(&self) -> &Site {
        &self.site
    }

    /// Writes a file into the temporary folder.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("a folder");
        std::fs::write(&path, content).expect("the file is written");
        path
    }

    /// Calls an operation in this process; what passes is validated against the published schemas.
    #[track_caller]
    pub fn call(&self, method: &str, params: Value) -> Result<Value, Value> {
        self.watched(method, params, &Unwatched)
    }

    /// The same, watched.
    #[track_caller]
    pub fn watched(&self, method: &str, params: Value, watch: &dyn Watch) -> Result<Value, Value> {
        let outcome = call_once(&self.site, &about(), method, params.clone(), Some("tests"), watch);
        match outcome {
            Ok(reply) => {
                let result = serde_json::from_str(&reply).expect("a reply is JSON");
                schemas::check_params(method, &params);
                schemas::check_reply(method, &result);
                Ok(result)
            }
            Err(error) => {
                let error = json!({"code": error.kind().code(), "message": error.message(), "data": error.data()});
                schemas::check_error(&error);
                Err(error)
            }
        }
    }

    /// Calls an operation that must succeed.
    #[track_caller]
    pub fn ok(&self, method: &str, params: Value) -> Value {
        self.call(method, params).unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// Calls an operation that must fail; answers the error object.
    #[track_caller]
    pub fn fails(&self, method: &str, params: Value) -> Value {
        match self.call(method, params) {
            Ok(reply) => panic!("{method} succeeded: {reply}"),
            Err(error) => error,
        }
    }

    /// Publishes a file that must be accepted; answers the artifact.
    #[track_caller]
    pub fn publish(&self, artifact_type: &str, key: &str, path: &Path) -> Value {
        let params = json!({"artifactType": artifact_type, "logicalKey": key, "dataPath": path});
        self.ok("publish_artifact", params)["artifact"].clone()
    }
}

impl Place {
    /// Publishes text as a file that must be accepted; answers the artifact.
    #[track_caller]
    pub fn text(&self, artifact_type: &str, key: &str, text: &str) -> Value {
        let content = json!({"encoding": "utf8", "data": text});
        let params = json!({"artifactType": artifact_type, "logicalKey": key, "content": content});
        self.ok("publish_artifact", params)["artifact"].clone()
    }

    /// Publishes text made of other artifacts; answers its id.
    #[track_caller]
    pub fn derived(&self, key: &str, inputs: &[&str]) -> String {
        let content = json!({"encoding": "utf8", "data": key});
        let params = json!({"artifactType": "note", "artifactId": key, "content": content, "inputArtifactIds": inputs});
        id(&self.ok("publish_artifact", params)).to_owned()
    }

    #[track_caller]
    pub fn get(&self, artifact_id: &str) -> Value {
        self.ok("get_artifact", json!({"artifactId": artifact_id}))
    }

    /// The names of all objects.
    pub fn objects(&self) -> Vec<String> {
        files_below(&self.root().join("objects"))
    }

    /// Everything that a refused request must leave as it was.
    #[track_caller]
    pub fn state(&self) -> Value {
        if !self.root().join("manifest.sqlite").exists() {
            return json!(files_below(&self.root()));
        }
        json!({
            "artifacts": self.ok("list_artifacts", json!({"filter": {"limit": 10_000}})),
            "events": self.ok("list_events", json!({"limit": 10_000})),
            "types": self.ok("list_types", json!({})),
            "runs": self.ok("list_runs", json!({})),
            "objects": self.objects(),
            "names": files_below(&self.root().join("artifacts")),
            "staged": files_below(&self.root().join("staging")),
            "datasets": self.ok("list_datasets", json!({"limit": 10_000})),
            "snapshots": files_below(&self.root().join("datasets")),
        })
    }

    /// An operation that must be refused and change nothing; answers kind, field ("" when none is named) and message.
    #[track_caller]
    pub fn refuses(&self, method: &str, params: Value) -> (String, String, String) {
        let before = self.state();
        let error = self.fails(method, params);
        assert_eq!(self.state(), before, "{error}");
        refusal(&error)
    }
}

/// Kind, field ("" when none is named) and message of an error.
#[track_caller]
pub fn refusal(error: &Value) -> (String, String, String) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&error["data"]["kind"]), text(&error["data"]["field"]), text(&error["message"]))
}

/// The artifact id in a result or an artifact.
#[track_caller]
pub fn id(value: &Value) -> &str {
    value["artifactId"].as_str().expect("an artifact id")
}

/// The artifact ids of a list.
#[track_caller]
pub fn ids(list: &Value) -> Vec<&str> {
    list.as_array().expect("a list").iter().map(id).collect()
}

/// Every file below a folder, by path inside it, sorted.
pub fn files_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(at) = waiting.pop() {
        for entry in std::fs::read_dir(&at).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            match path.is_dir() && !path.is_symlink() {
                true => waiting.push(path),
                false => found.push(path.strip_prefix(folder).expect("below").to_string_lossy().into_owned()),
            }
        }
    }
    found.sort();
    found
}

/// The binary, with nothing of this process's environment that would lead it elsewhere.
pub fn keepstone() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keepstone"));
    for name in ["KEEPSTONE_ROOT", "ARTIFACT_MANIFEST_DB", "ARTIFACTS_ROOT", "KEEPSTONE_CRASH_AT"] {
        command.env_remove(name);
    }
    command
}

/// What a command that has ended left behind.
pub struct Outcome {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    /// Its stdout as lines of JSON.
    #[track_caller]
    pub fn lines(&self) -> Vec<Value> {
        self.stdout.split_terminator('\n').map(|line| serde_json::from_str(line).expect(line)).collect()
    }
}

/// Runs a command to its end with this input.
pub fn run(command: &mut Command, input: impl Into<Vec<u8>>) -> Outcome {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
    let mut stdin = child.stdin.take().expect("piped");
    let input = input.into();
    // A command that needs no input may have ended before all of it is written.
    let writer = std::thread::spawn(move || stdin.write_all(&input).ok());
    let output = child.wait_with_output().expect("it can be waited for");
    writer.join().expect("the writer ends");
    Outcome {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Sends these lines to `keepstone serve` and closes its input; every reply is validated.
#[track_caller]
pub fn serve(root: &Path, options: &[&str], input: impl Into<Vec<u8>>) -> Outcome {
    let input = input.into();
    let mut ledger = Ledger::default();
    input.split(|byte| *byte == b'\n').for_each(|line| ledger.sent(line));
    let outcome = run(keepstone().arg("serve").arg("--root").arg(root).args(options), input);
    outcome.lines().iter().for_each(|reply| ledger.received(reply));
    outcome
}

/// A process that a test which fails does not leave behind.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        self.0.kill().and_then(|()| self.0.wait()).ok();
    }
}

/// A `keepstone serve` and its pipes; every reply is validated.
pub struct Session {
    child: Killed,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    stderr: std::thread::JoinHandle<String>,
    ledger: Ledger,
}

impl Session {
    pub fn start(root: &Path) -> Self {
        Self::spawn(keepstone().arg("serve").arg("--root").arg(root))
    }

    pub fn spawn(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let stdout = child.stdout.take().expect("piped");
        let mut errors = child.stderr.take().expect("piped");
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).split(b'\n') {
                let Ok(line) = line else { break };
                if sender.send(String::from_utf8(line).expect("stdout is UTF-8")).is_err() {
                    break;
                }
            }
        });
        let stderr = std::thread::spawn(move || {
            let mut text = String::new();
            errors.read_to_string(&mut text).ok();
            text
        });
        Self { stdin: child.stdin.take(), child: Killed(child), lines, stderr, ledger: Ledger::default() }
    }

    /// Sends one line; `false` when the process is gone.
    pub fn send(&mut self, line: impl AsRef<[u8]>) -> bool {
        self.ledger.sent(line.as_ref());
        let stdin = self.stdin.as_mut().expect("stdin is open");
        stdin.write_all(line.as_ref()).and_then(|()| stdin.write_all(b"\n")).and_then(|()| stdin.flush()).is_ok()
    }

    /// Sends a request.
    pub fn request(&mut self, id: impl Into<Value>, method: &str, params: Value) -> bool {
        self.send(json!({"jsonrpc": "2.0", "id": id.into(), "method": method, "params": params}).to_string())
    }

    /// The next line as JSON; `None` when the process closed its stdout.
    #[track_caller]
    pub fn line(&mut self) -> Option<Value> {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => {
                let reply = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
                self.ledger.received(&reply);
                Some(reply)
            }
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("no line within {PATIENCE:?}"),
        }
    }

    /// Sends a request and waits for the next line.
    #[track_caller]
    pub fn call(&mut self, method: &str, params: Value) -> Value {
        assert!(self.request(1, method, params), "the process is gone");
        self.line().expect("a reply")
    }

    /// Sends a signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child.0), signal).expect("it is alive");
    }

    /// Waits until it has ended by itself, stdin open; answers the exit code.
    #[track_caller]
    pub fn wait(&mut self) -> Option<i32> {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.0.try_wait().expect("it can be waited for") {
                return status.code();
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Closes stdin, and answers the remaining lines, the exit status and what stderr said.
    pub fn finish(mut self) -> (Vec<Value>, ExitStatus, String) {
        drop(self.stdin.take());
        let mut rest = Vec::new();
        while let Some(line) = self.line() {
            rest.push(line);
        }
        let status = self.child.0.wait().expect("it ends");
        (rest, status, self.stderr.join().expect("stderr is read"))
    }
}

/// A session that waits at a point, once, until it is let go.
pub struct Held {
    pub session: Session,
    folder: tempfile::TempDir,
}

impl Held {
    pub fn at(root: &Path, point: &str, more: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut command = keepstone();
        command.arg("serve").arg("--root").arg(root).envs(more.iter().copied());
        command.env("KEEPSTONE_PAUSE_AT", format!("{point}={}", folder.path().display()));
        Self { session: Session::spawn(&mut command), folder }
    }

    /// Sends a request and waits until its process has come to the point.
    pub fn send(&mut self, method: &str, params: Value) {
        self.session.request(1, method, params);
        until(|| self.folder.path().join("paused").exists());
    }

    pub fn go(&self) {
        std::fs::write(self.folder.path().join("go"), "").expect("it is let go");
    }

    pub fn reply(&mut self) -> Value {
        self.session.line().expect("a reply")
    }
}

/// Waits until something holds.
#[track_caller]
pub fn until(mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "it never came");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// At which passings of a point a process is killed: at every one where `KEEPSTONE_EVERY_PASSING` is set, as
/// tests/run-long does, else at a few.
pub fn passings() -> Box<dyn Iterator<Item = u32>> {
    match std::env::var_os("KEEPSTONE_EVERY_PASSING") {
        Some(_) => Box::new(1..),
        None => Box::new([1, 2, 5].into_iter()),
    }
}
