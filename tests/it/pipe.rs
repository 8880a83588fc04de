//! Sessions and single calls through the pipe: what any line gets, how a session ends, what the exit codes say.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;
use std::time::Duration;

use keepstone::base::files;
use rustix::process::Signal;
use serde_json::{Value, json};
use tempfile::tempdir;

use crate::support::{Session, keepstone, run, serve};

const HELLO: &str = r#"{"jsonrpc":"2.0","id":"hello","method":"initialize"}"#;

fn code(reply: &Value) -> i64 {
    reply["error"]["code"].as_i64().unwrap_or(0)
}

#[test]
fn every_line_gets_its_answer_and_the_next_is_served() {
    let folder = tempdir().unwrap();
    let mut session = Session::start(folder.path());
    let deep = "[".repeat(200_000);
    for (line, expected, id) in [
        ("nonsense", -32700, json!(null)),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,", -32700, json!(null)),
        (deep.as_str(), -32700, json!(null)),
        ("7", -32600, json!(null)),
        ("[]", -32600, json!(null)),
        ("{}", -32600, json!(null)),
        (r#"{"jsonrpc":"1.0","id":1,"method":"initialize"}"#, -32600, json!(1)),
        (r#"{"id":1,"method":"initialize"}"#, -32600, json!(1)),
        (r#"{"jsonrpc":"2.0","id":-1,"method":"initialize"}"#, -32600, json!(null)),
        (r#"{"jsonrpc":"2.0","id":1.5,"method":"initialize"}"#, -32600, json!(null)),
        (r#"{"jsonrpc":"2.0","id":{},"method":"initialize"}"#, -32600, json!(null)),
        (r#"{"jsonrpc":"2.0","id":9007199254740992,"method":"initialize"}"#, -32600, json!(null)),
        (r#"{"jsonrpc":"2.0","id":1,"method":"initialize","method":"x"}"#, -32600, json!(1)),
        (r#"{"jsonrpc":"2.0","id":1,"method":5}"#, -32600, json!(1)),
        (r#"{"jsonrpc":"2.0","id":1,"method":"nope"}"#, -32601, json!(1)),
        (r#"{"jsonrpc":"2.0","id":1,"method":"$/cancelRequest","params":{"id":2}}"#, -32601, json!(1)),
        (r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":[]}"#, -32602, json!(1)),
        (r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"frob":1}}"#, -32602, json!(1)),
        (r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"clientName":"\ud800"}}"#, -32602, json!(1)),
        (r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":2}}"#, -32602, json!(1)),
        (r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"_meta":{"progressToken":[]}}}"#, -32602, json!(1)),
        (r#"{"operation":"initialize","id":5,"manifest_db":"/elsewhere/manifest.sqlite"}"#, -32602, json!(5)),
        (r#"{"operation":"initialize","manifest_db":"/elsewhere/other.db"}"#, -32602, json!(null)),
        (r#"{"operation":7}"#, -32600, json!(null)),
        (r#"{"operation":"nope"}"#, -32601, json!(null)),
    ] {
        session.send(line);
        let reply = session.line().expect("a reply");
        let shown: String = line.chars().take(100).collect();
        assert_eq!((code(&reply), &reply["id"]), (expected, &id), "{shown}: {reply}");
        assert!(reply["error"]["message"].as_str().is_some_and(|message| !message.is_empty()));
        assert!(reply["error"]["data"]["kind"].is_string() && reply["error"]["data"]["retryable"].is_boolean());
        assert!(session.call("initialize", json!({})).get("result").is_some(), "after {shown}");
    }
    // These get no answer at all.
    for line in [
        "",
        " \t\r",
        r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
        r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"x"}}"#,
        r#"{"jsonrpc":"2.0","method":"nope"}"#,
        r#"{"jsonrpc":"2.0","method":"initialize"}"#,
        r#"{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":77}}"#,
        r#"{"jsonrpc":"2.0","method":"$/cancelRequest"}"#,
        r#"[{"jsonrpc":"2.0","method":"nope"}]"#,
    ] {
        session.send(line);
        assert!(session.call("initialize", json!({})).get("result").is_some(), "after {line}");
    }
    let (rest, status, _) = session.finish();
    assert_eq!((rest.len(), status.code()), (0, Some(0)));
}

#[test]
fn bytes_of_any_kind_never_end_a_session() {
    let folder = tempdir().unwrap();
    let mut input = b"\xef\xbb\xbf".to_vec();
    input.extend_from_slice(HELLO.as_bytes());
    input.extend_from_slice(b"\r\n\r\n\n   \n\xff\xfe{\n\x00\n");
    input.extend_from_slice(HELLO.replace("hello", "again").as_bytes());
    let outcome = serve(folder.path(), &["--ordered"], input);
    assert_eq!(outcome.code, Some(0));
    let codes: Vec<_> = outcome.lines().iter().map(code).collect();
    assert_eq!(codes, [0, -32700, -32700, 0]);
}

#[test]
fn a_line_beyond_the_limit_is_refused_and_the_next_one_served() {
    let folder = tempdir().unwrap();
    let line = |bytes: usize| {
        let (head, tail) = (r#"{"jsonrpc":"2.0","id":1,"method":"nope","params":{"x":""#, "\"}}\n");
        format!("{head}{}{tail}", "x".repeat(bytes + 1 - head.len() - tail.len()))
    };
    let input = format!("{}{}{HELLO}\n{}", line(40 << 20), line(32 << 20), line((32 << 20) + 1));
    let outcome = serve(folder.path(), &["--ordered"], input);
    let replies = outcome.lines();
    assert_eq!(replies.iter().map(code).collect::<Vec<_>>(), [-32600, -32601, 0, -32600]);
    assert_eq!(replies[0]["id"], Value::Null);
    assert_eq!(outcome.code, Some(0));
}

#[test]
fn separators_of_lines_leave_escaped() {
    let folder = tempdir().unwrap();
    let outcome = serve(folder.path(), &[], "{\"operation\":\"a\u{2028}b\u{2029}c\"}");
    assert!(outcome.stdout.contains("a\\u2028b\\u2029c"), "{}", outcome.stdout);
    assert!(!outcome.stdout.contains(['\u{2028}', '\u{2029}']));
    assert_eq!(outcome.lines()[0]["operation"], "a\u{2028}b\u{2029}c");
}

#[test]
fn plain_envelopes_and_batches_are_answered_in_kind() {
    let folder = tempdir().unwrap();
    let manifest = folder.path().join("manifest.sqlite");
    let plain = json!({ "operation": "initialize", "client_name": "x", "manifest_db": manifest, "id": "p" });
    let call = json!({ "jsonrpc": "2.0", "id": 3, "method": "rpc.discover" });
    let silent = json!({ "jsonrpc": "2.0", "method": "initialize" });
    let outcome = serve(folder.path(), &["--ordered"], format!("{plain}\n{}\n", json!([call, silent, 1, plain])));
    let replies = outcome.lines();
    assert_eq!(replies.len(), 2);
    assert_eq!((&replies[0]["operation"], &replies[0]["id"]), (&json!("initialize"), &json!("p")));
    assert_eq!(replies[0].as_object().unwrap().len(), 3);
    assert_eq!(replies[0]["result"]["serverName"], "keepstone");
    let batch = replies[1].as_array().unwrap();
    assert_eq!(batch.len(), 3);
    assert_eq!((&batch[0]["id"], code(&batch[1]), &batch[2]["id"]), (&json!(3), -32600, &json!("p")));
}

#[test]
fn unknown_methods_hint_at_the_nearest() {
    let folder = tempdir().unwrap();
    let outcome = serve(folder.path(), &[], r#"{"jsonrpc":"2.0","id":1,"method":"initalise"}"#);
    let reply = &outcome.lines()[0];
    assert!(reply["error"]["message"].as_str().unwrap().contains("initalise"));
    assert_eq!(reply["error"]["data"]["hint"], "did you mean initialize?");
}

#[test]
fn signals_end_an_idle_session_with_their_code() {
    let folder = tempdir().unwrap();
    for (signal, expected) in [(Signal::TERM, 143), (Signal::INT, 130)] {
        let mut session = Session::start(folder.path());
        session.call("initialize", json!({}));
        session.signal(signal);
        assert_eq!(session.wait(), Some(expected));
    }
}

#[test]
fn a_session_ends_when_nobody_listens() {
    let folder = tempdir().unwrap();
    // The input stays open and nothing is sent: the closed output alone ends it.
    let mut child = keepstone()
        .args(["serve", "--root"])
        .arg(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    writeln!(stdin, "{HELLO}").unwrap();
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert!(line.contains("keepstone"));
    drop(stdout);
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn a_session_ends_with_its_parent() {
    let folder = tempdir().unwrap();
    let mut parent = std::process::Command::new("sleep").arg("60").spawn().unwrap();
    let mut session = Session::spawn(
        keepstone().args(["serve", "--parent-pid", &parent.id().to_string(), "--root"]).arg(folder.path()),
    );
    session.call("initialize", json!({}));
    parent.kill().unwrap();
    parent.wait().unwrap();
    assert_eq!(session.wait(), Some(0));
}

#[test]
fn a_client_that_never_reads_costs_no_memory() {
    let folder = tempdir().unwrap();
    let mut child = keepstone()
        .args(["serve", "--root"])
        .arg(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        let line = format!("{}\n", json!({ "operation": "nope", "id": "x".repeat(10_000) }));
        while stdin.write_all(line.as_bytes()).is_ok() {}
    });
    std::thread::sleep(Duration::from_millis(1500));
    assert!(!writer.is_finished(), "the client is kept waiting");
    let status = files::read_text(format!("/proc/{}/status", child.id()).as_ref());
    if let Ok(status) = status {
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        let kibibytes: u64 = resident.split_ascii_whitespace().next().unwrap().parse().unwrap();
        assert!(kibibytes < 64 << 10, "{kibibytes} KiB");
    }
    // Nor does it keep the process from ending.
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(143));
    writer.join().unwrap();
}

#[test]
fn exit_codes_tell_done_failed_and_wrong_usage() {
    let folder = tempdir().unwrap();
    for (arguments, expected) in [
        (&["--help"][..], 0),
        (&["--version"], 0),
        (&["serve", "--help"], 0),
        (&["schema", "initialize"], 0),
        (&["call", "initialize"], 0),
        (&["call", "initialize", "{\"clientName\": \"x\"}"], 0),
        (&["call", "nope"], 64),
        (&["call", "initialize", "{\"frob\": 1}"], 64),
        (&["schema", "nope"], 64),
        (&["call", "initialize", "no json"], 64),
        (&[], 64),
        (&["frob"], 64),
        (&["serve", "--frob"], 64),
        (&["serve", "--parent-pid", "0"], 64),
        (&["--root", "/a", "--manifest-db", "/b/manifest.sqlite", "call", "initialize"], 64),
        (&["call", "initialize", "--manifest-db", "/b/other.db"], 64),
    ] {
        let outcome = run(keepstone().current_dir(folder.path()).args(arguments), "");
        assert_eq!(outcome.code, Some(expected), "{arguments:?}: {}{}", outcome.stdout, outcome.stderr);
        assert_eq!(outcome.stderr.is_empty(), expected == 0, "{arguments:?}: {}", outcome.stderr);
    }
    let outcome = run(keepstone().args(["call", "initialise"]), "");
    assert_eq!(outcome.stderr, "error: there is no method \"initialise\"\nhint: did you mean initialize?\n");
    assert_eq!(outcome.stdout, "");
    let outcome = run(keepstone().args(["call", "initialize", "-"]), r#"{"clientName":"x"}"#);
    assert_eq!((outcome.code, outcome.lines().len()), (Some(0), 1));
}

#[test]
fn the_store_is_found_by_option_variable_or_folder() {
    let folder = tempdir().unwrap();
    let here = files::canonical(folder.path()).unwrap();
    files::create_folders(&here.join("a/.keepstone")).unwrap();
    files::create_folders(&here.join("a/b")).unwrap();
    let root = |command: &mut std::process::Command| {
        let outcome = run(command.args(["call", "initialize"]), "");
        outcome.lines()[0]["storeRoot"].as_str().unwrap().to_owned()
    };
    let at = |folder: &str| keepstone_in(&here.join(folder));
    assert_eq!(root(&mut at("a/b")), here.join("a/.keepstone").to_str().unwrap());
    assert_eq!(root(&mut at(".")), here.join(".keepstone").to_str().unwrap());
    assert_eq!(root(at("a").args(["--root", "x"])), here.join("a/x").to_str().unwrap());
    assert_eq!(root(at("a").env("KEEPSTONE_ROOT", "y")), here.join("a/y").to_str().unwrap());
    assert_eq!(root(at("a").args(["--manifest-db", "z/manifest.sqlite"])), here.join("a/z").to_str().unwrap());
    assert_eq!(root(at("a").env("ARTIFACT_MANIFEST_DB", "/w/manifest.sqlite")), "/w");
}

#[test]
fn exec_answers_the_bare_result_or_an_error() {
    let folder = tempdir().unwrap();
    let manifest = folder.path().join("manifest.sqlite");
    let input = json!({ "operation": "initialize", "manifest_db": manifest, "client_name": "x", "manifest_sql": "s" });
    let outcome = run(keepstone().arg("exec"), input.to_string());
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    assert_eq!(outcome.lines()[0]["storeRoot"], folder.path().to_str().unwrap());
    for (input, kind, operation) in [
        (json!({ "operation": "nope", "manifest_db": manifest }), "MethodNotFoundError", json!("nope")),
        (json!({ "operation": "initialize" }), "InvalidParamsError", json!("initialize")),
        (json!({ "operation": "initialize", "manifest_db": "x.db" }), "InvalidParamsError", json!("initialize")),
        (
            json!({ "operation": "initialize", "manifest_db": manifest, "frob": 1 }),
            "InvalidParamsError",
            json!("initialize"),
        ),
        (json!({ "operation": 5 }), "InvalidRequestError", json!(5)),
        (json!([]), "InvalidRequestError", json!(null)),
        (json!({}), "InvalidRequestError", json!(null)),
    ] {
        let outcome = run(keepstone().arg("exec"), input.to_string());
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), ""), "{input}");
        let error: Value = serde_json::from_str(&outcome.stderr).expect(&outcome.stderr);
        assert_eq!((&error["type"], &error["operation"]), (&json!(kind), &operation), "{input}: {error}");
        assert_eq!(error.as_object().unwrap().len(), 3);
    }
    assert_eq!(run(keepstone().arg("exec"), "").code, Some(1));
}

#[test]
fn a_closed_pipe_is_no_error() {
    let mut child = keepstone().args(["schema"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}

fn keepstone_in(folder: &std::path::Path) -> std::process::Command {
    let mut command = keepstone();
    command.current_dir(folder);
    command
}
