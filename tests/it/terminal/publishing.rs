//! `keepstone publish`: what is taken, from where, and what is found out by itself.

use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Stdio};
use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::Desk;
use crate::support::{PATIENCE, files_below, keepstone, run};

#[test]
fn type_and_key_have_their_rules_and_several_paths_are_several_artifacts() {
    let desk = Desk::new();
    desk.write("out/a.csv", "n\n1\n");
    desk.write("out/b.bin", "b");
    desk.write("out/c/d.txt", "d");
    let ids =
        |text: &str| -> Vec<String> { text.lines().map(|line| line.split("  ").nth(2).unwrap().to_owned()).collect() };
    let all = ["publish", "out/a.csv", "out/b.bin", "out/c"];
    assert_eq!(ids(&desk.says(&all)), ["table:a.csv@v1", "file:b.bin@v1", "tree:c@v1"]);
    let again = desk.says(&all);
    assert!(again.lines().all(|line| line.starts_with("unchanged  ")), "{again}");
    assert_eq!(ids(&desk.says(&["publish", "out/a.csv", "--format", "file"])), ["file:a.csv@v1"]);
    assert_eq!(ids(&desk.says(&["publish", "out/a.csv", "-t", "n", "-k", "x"])), ["n:x@v1"]);
    let lines = desk.says(&["publish", "out/a.csv", "out/b.bin", "--json"]);
    let deduped = |line: &str| serde_json::from_str::<Value>(line).unwrap()["deduped"].clone();
    assert_eq!(lines.lines().map(deduped).collect::<Vec<_>>(), [json!(true), json!(true)]);
}

#[test]
fn one_bad_path_among_several_keeps_only_itself_out() {
    let desk = Desk::new();
    desk.write("a.txt", "a");
    desk.write("bad.csv", "x,x\n1\n");
    desk.write("c.txt", "c");
    let outcome = desk.typed(&["publish", "a.txt", "bad.csv", "gone.txt", "c.txt"]);
    assert_eq!(outcome.code, Some(1));
    assert_eq!(
        (outcome.stdout.lines().count(), outcome.stderr.matches("error: ").count()),
        (2, 2),
        "{}",
        outcome.stderr
    );
    assert!(outcome.stderr.contains("bad.csv") && outcome.stderr.contains("gone.txt"), "{}", outcome.stderr);
    // Alone it makes not even a store.
    let fresh = Desk::new();
    let (code, complaint) = fresh.fails(&["publish", "gone.txt"]);
    assert_eq!((code, complaint.as_str()), (1, "error: can't read gone.txt: no such file or directory\n"));
    assert!(!fresh.store().exists());
}

#[test]
fn everything_that_can_be_said_arrives() {
    let desk = Desk::new();
    desk.write("rain.csv", "day,code\n2026-11-01,7\n");
    let publish = [
        "publish",
        "rain.csv",
        "--type",
        "rain",
        "--key",
        "november",
        "--schema-version",
        "3",
        "--id",
        "rain-1",
        "--tag",
        "station=sea",
        "--tag",
        "draft",
        "--title",
        "Rain",
        "--description",
        "In November",
        "--role",
        "final",
        "--capability",
        "replay",
        "--run",
        "run-7",
        "--outcome",
        "fail",
        "--column",
        "code=text",
        "--param",
        "n=5",
        "--param",
        "s=\"5\"",
        "--param",
        "list=[1,\"a\"]",
        "--writer",
        "weather@tool@1.2",
        "--created-at",
        "2026-01-01T00:00:00+01:00",
        "--hint",
        "wet",
        "--no-git",
        "--json",
    ];
    let published = desk.json("publish_artifact", &publish);
    let artifact = &published["artifact"];
    for (field, value) in [
        ("artifactType", json!("rain")),
        ("logicalKey", json!("november")),
        ("schemaVersion", json!(3)),
        ("artifactId", json!("rain-1")),
        ("tags", json!({"draft": "", "station": "sea"})),
        ("title", json!("Rain")),
        ("description", json!("In November")),
        ("roles", json!(["final"])),
        ("capabilities", json!(["replay"])),
        ("runId", json!("run-7")),
        ("outcome", json!("fail")),
        ("params", json!({"n": 5, "s": "5", "list": [1, "a"]})),
        ("writer", json!({"name": "weather@tool", "version": "1.2"})),
        ("createdAt", json!("2025-12-31T23:00:00.000Z")),
        ("git", Value::Null),
    ] {
        assert_eq!(artifact[field], value, "{field}");
    }
    assert!(artifact["path"].as_str().unwrap().contains("/rain/v3/rain__v3__wet__ch="), "{}", artifact["path"]);
    // A forced type is content: the text 7 is not the number.
    assert_eq!(
        desk.says(&["publish", "rain.csv", "--type", "rain", "--key", "november", "--schema-version", "3"])
            .split(' ')
            .next(),
        Some("published")
    );
    desk.write("gone.bin", "x");
    desk.says(&["publish", "gone.bin", "--move"]);
    assert!(!desk.path("gone.bin").exists());
}

#[test]
fn standard_input_is_kept_whatever_it_is_and_however_long() {
    let desk = Desk::new();
    let large: Vec<u8> = (0..3_000_000_u32).flat_map(u32::to_le_bytes).collect();
    for (key, content) in
        [("text", b"hello".to_vec()), ("bytes", vec![0xff, 0, 0xfe]), ("none", vec![]), ("large", large)]
    {
        let published = desk.piped(&["publish", "-", "--type", "dump", "--key", key, "--json"], content.clone());
        let published: Value = serde_json::from_str(&published).unwrap();
        assert_eq!(published["artifact"]["logicalKey"], key);
        assert_eq!(published["artifact"]["sizeBytes"], content.len());
        let kept = std::fs::read(published["artifact"]["path"].as_str().unwrap()).unwrap();
        assert!(kept == content, "{key}");
        let id = published["artifactId"].as_str().unwrap();
        let files: Value =
            serde_json::from_str(&desk.says(&["call", "list_files", &json!({"artifactId": id}).to_string()])).unwrap();
        assert_eq!(files[0]["path"], "content", "however it came");
    }
    let csv = "day,mm\n2026-11-01,0.4\n";
    let table = ["publish", "-", "--type", "rain", "--key", "november", "--format", "table"];
    assert!(desk.piped(&table, csv).contains("  rain:november@v1  1 row, "));
    let long = format!("day,mm\n{}", "2026-11-01,0.4\n".repeat(100_000));
    assert!(desk.piped(&table, long).contains("  rain:november@v2  100,000 rows, "));
    assert_eq!(files_below(&desk.path("tmp")), Vec::<String>::new());
    for wrong in [&["publish", "-"][..], &["publish", "-", "a", "-k", "k"], &["publish", "-", "-k", "k", "--move"]] {
        let (code, complaint) = desk.fails(wrong);
        assert!(code == 64 && complaint.starts_with("error: ") && complaint.contains("hint: "), "{complaint}");
    }
}

#[test]
fn ctrl_c_while_standard_input_is_read_leaves_nothing() {
    let desk = Desk::new();
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let mut child = desk
            .command(&["publish", "-", "--key", "k"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(&vec![b'x'; 2 << 20]).unwrap();
        // More than a request may carry: it has gone to a file by now or soon will.
        let begun = Instant::now();
        while files_below(&desk.path("tmp")).is_empty() {
            assert!(begun.elapsed() < PATIENCE, "nothing is put down");
        }
        kill_process(Pid::from_child(&child), signal).unwrap();
        let output = child.wait_with_output().unwrap();
        drop(stdin);
        assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stdout.is_empty() && output.stderr.starts_with(b"error: the request was cancelled"));
        assert_eq!(files_below(&desk.path("tmp")), Vec::<String>::new());
        assert!(!desk.store().exists());
    }
}

#[test]
fn ctrl_c_while_a_large_file_is_kept_leaves_nothing() {
    let desk = Desk::new();
    desk.text("a", &[]);
    // A hole takes no space, but reading it takes far longer than a signal needs.
    std::fs::File::create(desk.path("large.bin")).unwrap().set_len(16 << 30).unwrap();
    let child = desk
        .command(&["publish", "large.bin"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while files_below(&desk.store().join("staging")).iter().all(|name| !name.contains('/')) {
        assert!(begun.elapsed() < PATIENCE, "nothing is staged");
    }
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert_eq!(complaint, "error: the request was cancelled before anything was committed\n");
    assert!(output.stdout.is_empty());
    let staged = files_below(&desk.store().join("staging"));
    assert!(staged.iter().all(|name| !name.contains('/')), "{staged:?}");
    assert!(desk.says(&["list"]).ends_with("\n1 artifact, 1 B\n"));
}

#[test]
fn names_that_are_no_utf_8_are_told_apart() {
    let desk = Desk::new();
    let odd = desk.path(OsStr::from_bytes(b"r\xe9sum\xe9\n.csv"));
    std::fs::write(&odd, "n\n1\n").unwrap();
    let (code, complaint) = desk.fails(&[OsStr::new("publish"), odd.as_os_str()]);
    assert_eq!(code, 1);
    assert!(complaint.contains(r"r\xE9sum\xE9\n.csv"), "{complaint}");
    assert!(complaint.ends_with("hint: rename it, or publish what is in it: keepstone publish - --key KEY < FILE\n"));
    // The store itself may lie anywhere.
    let root = desk.path(OsStr::from_bytes(b"st\xf6re"));
    let typed = |arguments: &[&str]| {
        let outcome = run(desk.command(arguments).arg("--root").arg(&root), "hello");
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
        outcome.stdout
    };
    typed(&["publish", "-", "--id", "a"]);
    assert_eq!(typed(&["cat", "a"]), "hello");
}

pub(super) fn git(desk: &Desk, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .current_dir(desk.folder.path())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("git runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn commit_and_dirt_are_found_in_a_checkout() {
    let desk = Desk::new();
    let published = |more: &[&str]| {
        let content = format!("{}", std::fs::read_dir(desk.store().join("artifacts")).map_or(0, Iterator::count));
        let published = desk.piped(&[&["publish", "-", "--key", "k", "--json"], more].concat(), content);
        serde_json::from_str::<Value>(&published).unwrap()["artifact"]["git"].clone()
    };
    assert_eq!(published(&["--type", "t0"]), Value::Null);
    let (code, complaint) = desk.fails(&["publish", "-", "--key", "k", "--git"]);
    assert!(code == 1 && complaint.starts_with("error: the working folder lies in no git checkout"), "{complaint}");
    git(&desk, &["init", "-q"]);
    assert_eq!(published(&["--type", "t1"]), Value::Null, "no commit yet");
    desk.write("code/make.py", "print(1)");
    desk.write(".gitignore", "tmp\n");
    // Even a store that somebody committed doesn't make the code dirty when it grows.
    git(&desk, &["add", "-f", "code", ".gitignore", ".keepstone/manifest.sqlite"]);
    git(&desk, &["commit", "-q", "-m", "one"]);
    let commit = git(&desk, &["rev-parse", "HEAD"]);
    assert_eq!(published(&["--type", "t2", "--git"]), json!({"commit": commit, "dirty": false}));
    assert!(git(&desk, &["status", "--porcelain"]).contains(".keepstone/manifest.sqlite"));
    desk.write("out/new.csv", "n\n1\n");
    assert_eq!(published(&["--type", "t3"]), json!({"commit": commit, "dirty": false}), "untracked files don't count");
    desk.write("code/make.py", "print(2)");
    assert_eq!(published(&["--type", "t4"]), json!({"commit": commit, "dirty": true}));
    assert_eq!(published(&["--type", "t5", "--no-git"]), Value::Null);
    git(&desk, &["add", "code"]);
    assert_eq!(published(&["--type", "t6"]), json!({"commit": commit, "dirty": true}), "staged is not committed");
    std::fs::remove_file(desk.path("code/make.py")).unwrap();
    assert_eq!(published(&["--type", "t7"])["dirty"], true);
    let index = std::fs::metadata(desk.path(".git/index")).unwrap().modified().unwrap();
    published(&["--type", "t8"]);
    assert_eq!(std::fs::metadata(desk.path(".git/index")).unwrap().modified().unwrap(), index, "git only reads");
    // Without git on the PATH nothing is known, and nothing is wrong.
    let bare = run(desk.command(&["publish", "-", "--key", "k", "--type", "t9"]).env("PATH", "/nowhere"), "x");
    assert_eq!((bare.code, bare.stderr.as_str()), (Some(0), ""));
    assert!(desk.says(&["show", "t6:k"]).contains(&format!("commit        {commit} with uncommitted changes\n")));
}

#[test]
fn a_publish_from_another_folder_finds_the_store_upwards() {
    let desk = Desk::new();
    desk.text("a", &[]);
    desk.write("deep/er/b.txt", "b");
    let mut command = keepstone();
    command.args(["publish", "b.txt", "--input", "file:a", "--no-git"]).current_dir(desk.path("deep/er"));
    assert_eq!(run(&mut command, "").code, Some(0));
    assert!(desk.says(&["lineage", "file:b.txt"]).ends_with("\n└─ file:a@v1  a\n"));
}
