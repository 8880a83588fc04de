//! `keepstone cat`: bytes as they are, or a complaint.

use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Stdio;

use super::Desk;
use crate::support::files_below;

fn object(desk: &Desk, content: &[u8]) -> PathBuf {
    let hash = keepstone::model::Hash::of(content).hex();
    desk.store().join("objects").join(&hash[..2]).join(hash)
}

#[test]
fn bytes_come_out_as_they_went_in() {
    let desk = Desk::new();
    // A letter of three bytes lies across every border of 1 MiB.
    let text = "a雨".repeat(700_000);
    let bytes: Vec<u8> = (0..=255).cycle().take(2_500_000).collect();
    for (key, content) in [("text", text.as_bytes()), ("bytes", &bytes), ("none", b""), ("small", b"hello\n")] {
        desk.piped(&["publish", "-", "--key", key], content);
        let output = desk.command(&["cat", &format!("file:{key}")]).output().unwrap();
        assert!(output.stdout == content, "{key}: {}", String::from_utf8_lossy(&output.stderr));
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
    }
    desk.write("out/a.txt", "a");
    desk.write("out/b/c.txt", "c");
    desk.says(&["publish", "out"]);
    assert_eq!(desk.says(&["cat", "tree:out", "b/c.txt"]), "c");
    let (code, complaint) = desk.fails(&["cat", "tree:out"]);
    assert!(code == 64 && complaint.contains("has 2 files: name one"), "{complaint}");
    let (code, complaint) = desk.fails(&["cat", "tree:out", "../a.txt"]);
    assert!(code == 1 && complaint.contains("\"../a.txt\" was not found"), "{complaint}");
}

#[test]
fn damaged_bytes_are_told() {
    let desk = Desk::new();
    for (key, length, printed) in [("small", 1000, 0), ("large", 2_500_000, 2_500_000)] {
        let content: Vec<u8> = (0..=255).cycle().take(length).collect();
        desk.piped(&["publish", "-", "--key", key], content.clone());
        let path = object(&desk, &content);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let mut damaged = content;
        *damaged.last_mut().unwrap() ^= 1;
        std::fs::write(&path, &damaged).unwrap();
        let output = desk.command(&["cat", &format!("file:{key}")]).output().unwrap();
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), printed), "{complaint}");
        assert!(complaint.contains("is damaged") && complaint.contains("hint: "), "{complaint}");
    }
}

#[test]
fn a_pipe_closed_early_is_no_error() {
    let desk = Desk::new();
    desk.piped(&["publish", "-", "--key", "large"], vec![b'x'; 5_000_000]);
    // What a list prints must be more than a pipe holds.
    let tags: Vec<String> = (0..8).map(|number| format!("t{number}={}", "x".repeat(4000))).collect();
    let tags: Vec<&str> = tags.iter().flat_map(|tag| ["--tag", tag]).collect();
    for name in ["a", "b", "c", "d"] {
        desk.text(name, &tags);
    }
    for (arguments, most) in
        [(&["cat", "file:large"][..], 10), (&["list"], 10), (&["list", "--json"], 10), (&["list"], 0), (&["help"], 0)]
    {
        let mut child =
            desk.command(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let mut few = vec![0; most];
        stdout.read_exact(&mut few).unwrap();
        drop(stdout);
        let output = child.wait_with_output().unwrap();
        assert_eq!(
            (output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()),
            (Some(0), ""),
            "{arguments:?}"
        );
    }
    assert_eq!(files_below(&desk.path("tmp")), Vec::<String>::new());
}
