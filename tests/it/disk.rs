//! Full disks, read-only folders, other users' folders, flushes that fail, and what keepstone.toml says about names.
#![expect(clippy::print_stderr, reason = "whoever runs the tests must learn what could not be tested")]

mod closed;
mod full;

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Place, Session, keepstone};
use crate::whole::{Expect, assert_whole, files_below};

/// A mounted file system, unmounted in any case.
pub struct Mount(pub PathBuf);

impl Mount {
    /// `None`, with a word on stderr, where mounting is not permitted.
    fn new(arguments: &[&str], at: &Path) -> Option<Self> {
        std::fs::create_dir_all(at).expect("a folder");
        let output = Command::new("mount").args(arguments).arg(at).output();
        match output {
            Ok(output) if output.status.success() => Some(Self(at.to_owned())),
            Ok(output) => {
                eprintln!("not tested: mounting is not permitted here: {}", String::from_utf8_lossy(&output.stderr));
                assert!(!may_mount(), "mounting failed for another reason");
                None
            }
            Err(error) => {
                eprintln!("not tested: there is no mount: {error}");
                None
            }
        }
    }

    fn memory(size: &str, at: &Path) -> Option<Self> {
        Self::new(&["-t", "tmpfs", "-o", &format!("size={size}"), "none"], at)
    }

    pub fn read_only(from: &Path, at: &Path) -> Option<Self> {
        let mount = Self::new(&["--bind", &from.to_string_lossy()], at)?;
        let again = Command::new("mount").args(["-o", "remount,bind,ro"]).arg(at).status();
        assert!(again.expect("mount runs").success());
        Some(mount)
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        Command::new("umount").arg("--lazy").arg(&self.0).status().ok();
    }
}

/// Whether a file system can be mounted where nobody sees it.
fn may_mount() -> bool {
    let inside = "mount -t tmpfs none /mnt";
    Command::new("unshare").args(["--mount", "sh", "-c", inside]).output().is_ok_and(|output| output.status.success())
}

fn content(id: &str, data: &str) -> Value {
    json!({"artifactType": "t", "artifactId": id, "content": {"encoding": "utf8", "data": data}})
}

#[track_caller]
fn assert_served(session: &mut Session, count: usize) {
    let reply = session.call("list_artifacts", json!({"filter": {"limit": 10_000}}));
    assert_eq!(reply["result"].as_array().map(Vec::len), Some(count), "{reply}");
}

fn succeeded(reply: &Value) -> bool {
    reply["result"].is_object()
}

#[test]
fn an_unknown_key_in_the_configuration_is_refused_by_name() {
    let place = Place::new();
    place.ok("init", json!({}));
    place.site().close();
    place.write("store/keepstone.toml", "names = \"link\"\n[limits]\ntree_file = 5\n");
    let error = place.fails("list_types", json!({}));
    assert_eq!(error["data"]["kind"], "invalid_data", "{error}");
    let message = error["message"].as_str().expect("text");
    assert!(message.contains("keepstone.toml line 3") && message.contains("tree_file"), "{message}");
    assert!(error["data"]["hint"].as_str().is_some_and(|hint| hint.contains("init --force")), "{error}");
    place.write("store/keepstone.toml", "names = \"links\"\n");
    assert!(place.fails("list_types", json!({}))["message"].as_str().is_some_and(|text| text.contains("links")));
    place.ok("init", json!({"force": true}));
    place.ok("list_types", json!({}));
}

#[test]
fn names_that_are_copies() {
    let place = Place::new();
    place.ok("init", json!({}));
    place.site().close();
    place.write("store/keepstone.toml", "names = \"copy\"\n");
    let path = place.write("one.txt", "one\n");
    let artifact = place.publish("t", "k", &path);
    place.write("tree/a", "a");
    let tree = place.publish("t", "tree", &place.folder().join("tree"));
    let name = Path::new(artifact["path"].as_str().expect("a path"));
    assert_eq!(std::fs::metadata(name).expect("it is there").nlink(), 1);
    // What is done to the copy doesn't reach the object.
    std::fs::write(name, "changed").expect("it may be written");
    assert_eq!(place.ok("read_file", json!({"artifactId": artifact["artifactId"]}))["data"], "one\n");
    std::fs::write(name, "one\n").expect("it may be written");
    assert_eq!(std::fs::read(Path::new(tree["path"].as_str().expect("a path")).join("a")).expect("read"), b"a");
    place.site().close();
    assert_whole(&place.root(), Expect::Written);
}

/// A disk that can't keep what it was given: all that was flushed together fails, and nothing of it shows.
#[test]
fn a_failed_flush_of_many() {
    const COUNT: usize = 10;
    let folder = crate::support::in_memory();
    let root = folder.path().join("store");
    let mut command = keepstone();
    let mut session =
        Session::spawn(command.arg("serve").arg("--root").arg(&root).env("KEEPSTONE_FLUSH_FAILS_AT", "2"));
    assert!(succeeded(&session.call("publish_artifact", content("first", "first"))));
    // The first request fails slowly, so that all the others are committed together.
    let slow = folder.path().join("slow");
    std::fs::File::create(&slow).expect("created").set_len(200 << 20).expect("it has no blocks");
    let wrong =
        json!({"artifactType": "t", "dataPath": slow, "expectedFileHash": format!("sha256:{}", "0".repeat(64))});
    session.request("slow", "publish_artifact", wrong);
    for number in 0..COUNT {
        session.request(number, "publish_artifact", content(&format!("a-{number}"), &format!("{number}")));
    }
    let mut refused = 0;
    for _ in 0..=COUNT {
        let reply = session.line().expect("a reply");
        if reply["id"] != "slow" && reply["error"].is_object() {
            let message = reply["error"]["message"].as_str().expect("text");
            assert!(message.contains("flush") && message.contains("staging"), "{reply}");
            refused += 1;
        }
    }
    let together = keepstone::base::files::flushes_whole(&root);
    assert_eq!(refused, if together { COUNT } else { 1 });
    assert_served(&mut session, 1 + COUNT - refused);
    assert_eq!(files_below(&root.join("staging")), Vec::<PathBuf>::new(), "nothing is left of it");
    for number in 0..COUNT {
        assert!(succeeded(&session.call("publish_artifact", content(&format!("a-{number}"), &format!("{number}")))));
    }
    assert_served(&mut session, 1 + COUNT);
    session.finish();
    assert_whole(&root, Expect::Written);
}

/// The same for one that is flushed alone: the next try is a new file and a new flush.
#[test]
fn a_failed_flush_of_one() {
    for large in [false, true] {
        let folder = crate::support::in_memory();
        let root = folder.path().join("store");
        let path = folder.path().join("given");
        std::fs::write(&path, "0123456789".repeat(if large { 300_000 } else { 1 })).expect("written");
        let mut command = keepstone();
        let mut session =
            Session::spawn(command.arg("serve").arg("--root").arg(&root).env("KEEPSTONE_FLUSH_FAILS_AT", "2"));
        assert!(succeeded(&session.call("publish_artifact", content("first", "first"))));
        let given = json!({"artifactType": "t", "artifactId": "given", "dataPath": path});
        let reply = session.call("publish_artifact", given.clone());
        assert!(reply["error"]["message"].as_str().is_some_and(|text| text.contains("flush")), "{reply}");
        assert_served(&mut session, 1);
        assert_eq!(files_below(&root.join("objects")).len(), 1, "nothing is linked that was not flushed");
        assert!(succeeded(&session.call("publish_artifact", given)));
        assert_served(&mut session, 2);
        session.finish();
        assert_whole(&root, Expect::Written);
    }
}

#[test]
fn a_tree_of_many_files_needs_few_descriptors() {
    let place = Place::new();
    for number in 0..600 {
        place.write(&format!("tree/{number:03}.txt"), number.to_string());
    }
    let script = "ulimit -n 256 && exec \"$0\" --root \"$1\" call publish_artifact \"$2\"";
    let params = json!({"artifactType": "many", "dataPath": place.folder().join("tree")}).to_string();
    let mut command = Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_keepstone")]).arg(place.root()).arg(params);
    let output = command.output().expect("sh runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let reply: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(reply["artifact"]["fileCount"], 600);
    assert_whole(&place.root(), Expect::Written);
}
