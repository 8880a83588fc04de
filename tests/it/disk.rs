//! Full disks, read-only folders, other users' folders, and what keepstone.toml says about names.
#![expect(clippy::print_stderr, reason = "whoever runs the tests must learn what could not be tested")]

use std::os::unix::fs::{MetadataExt, PermissionsExt};
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

/// Fills a file system to the last byte; what it returns is to be removed to free it.
fn fill(folder: &Path) -> PathBuf {
    let path = folder.join("ballast");
    let mut file = std::fs::File::create(&path).expect("created");
    for size in [1 << 20, 1 << 12, 1] {
        while std::io::Write::write_all(&mut file, &vec![b'x'; size]).is_ok() {}
    }
    path
}

/// Frees what a ballast took, also when a child of another test that has just been forked still has it open.
fn release(ballast: &Path) {
    std::fs::File::options().write(true).open(ballast).and_then(|file| file.set_len(0)).expect("it was there");
    std::fs::remove_file(ballast).expect("it was there");
}

fn content(id: &str, data: &str) -> Value {
    json!({"artifactType": "t", "artifactId": id, "content": {"encoding": "utf8", "data": data}})
}

#[track_caller]
fn assert_no_space(reply: &Value) {
    assert_eq!(reply["error"]["code"], 1008, "{reply}");
    assert_eq!(reply["error"]["data"]["kind"], "no_space", "{reply}");
    assert!(reply["error"]["data"]["hint"].as_str().is_some_and(|hint| hint.contains("free some space")), "{reply}");
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
fn a_full_disk_makes_no_store() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let Some(mount) = Mount::memory("4m", &folder.path().join("disk")) else { return };
    let root = mount.0.join("store");
    let ballast = fill(&mount.0);
    let mut session = Session::start(&root);
    assert_no_space(&session.call("init", json!({})));
    assert_no_space(&session.call("publish_artifact", content("a", "a")));
    let reply = session.call("list_artifacts", json!({"filter": {}}));
    assert_eq!(reply["error"]["data"]["kind"], "not_found", "{reply}");
    assert_eq!(session.call("health_check", json!({}))["result"]["available"], false);
    assert!(!root.join("manifest.sqlite").exists());
    // There are stages between nothing and enough.
    for pages in [1, 2, 4, 8, 16, 24, 32, 48] {
        let length = std::fs::metadata(&ballast).expect("it is there").len();
        std::fs::File::options()
            .write(true)
            .open(&ballast)
            .expect("opened")
            .set_len(length - pages * 4096)
            .expect("cut");
        let reply = session.call("publish_artifact", content("a", "a"));
        if succeeded(&reply) {
            break;
        }
        assert_no_space(&reply);
        assert_eq!(files_below(&root.join("staging")), Vec::<PathBuf>::new(), "nothing is left of it");
        fill_up(&ballast);
    }
    release(&ballast);
    assert!(succeeded(&session.call("publish_artifact", content("a", "a"))));
    assert_served(&mut session, 1);
    session.finish();
    assert_whole(&root, Expect::Written);
}

/// Makes a ballast as long as the disk allows again.
fn fill_up(ballast: &Path) {
    let mut file = std::fs::File::options().append(true).open(ballast).expect("opened");
    for size in [4096, 1] {
        while std::io::Write::write_all(&mut file, &vec![b'x'; size]).is_ok() {}
    }
}

/// Room for a few pages more each time, so that the disk is full at every stage of a publish: in its object, its
/// sidecar, the manifest's log, the folders of its name.
#[test]
fn a_full_disk_at_every_stage_of_a_publish() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let Some(mount) = Mount::memory("16m", &folder.path().join("disk")) else { return };
    let root = mount.0.join("store");
    let mut session = Session::start(&root);
    assert!(succeeded(&session.call("publish_artifact", content("first", "first"))));
    let mut count = 1;
    let (mut failures, mut messages) = (0, std::collections::BTreeSet::new());
    for pages in 0..40 {
        let ballast = fill(&mount.0);
        let length = std::fs::metadata(&ballast).expect("it is there").len();
        std::fs::File::options()
            .write(true)
            .open(&ballast)
            .expect("opened")
            .set_len(length - pages * 4096)
            .expect("cut");
        // A type of its own needs folders of its own; a supersession needs history.
        let id = format!("a-{pages}");
        let mut params = content(&id, &"0123456789".repeat(400 + usize::try_from(pages).expect("few")));
        params["artifactType"] = json!(format!("t{pages}"));
        let reply = session.call("publish_artifact", params.clone());
        let published = succeeded(&reply);
        if published {
            count += 1;
            let reply = session.call("supersede", json!({"newArtifactId": "first", "oldArtifactId": id}));
            if !succeeded(&reply) {
                assert_no_space(&reply);
            }
        } else {
            failures += 1;
            assert_no_space(&reply);
            messages.insert(reply["error"]["message"].as_str().expect("text").replace(char::is_numeric, ""));
            assert_eq!(session.call("get_artifact", json!({"artifactId": id}))["error"]["data"]["kind"], "not_found");
        }
        assert_served(&mut session, count);
        release(&ballast);
        if !published {
            let reply = session.call("publish_artifact", params);
            assert!(succeeded(&reply), "{pages}: there is room again: {reply}");
            count += 1;
        }
        assert_served(&mut session, count);
    }
    assert!((3..40).contains(&failures), "{failures} failures: {messages:?}");
    assert!(messages.len() >= 2, "at several stages: {messages:?}");
    session.finish();
    // Names for which there was no room are placed at the next start.
    let mut session = Session::start(&root);
    assert_served(&mut session, count);
    assert!(succeeded(&session.call("publish_artifact", content("last", "last"))));
    session.finish();
    assert_whole(&root, Expect::Written);
}

/// One transaction with more than SQLite holds in memory, so that the disk is full in its middle: SQLite takes all of it
/// back, and what comes after in the same transaction must not be written on its own.
#[test]
fn a_full_disk_in_the_middle_of_a_transaction() {
    const COUNT: usize = 50;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let Some(mount) = Mount::memory("24m", &folder.path().join("disk")) else { return };
    let root = mount.0.join("store");
    let mut session = Session::start(&root);
    for number in 0..=COUNT {
        assert!(succeeded(&session.call("publish_artifact", content(&format!("a-{number}"), &format!("{number}")))));
    }
    // The first request fails slowly, so that all the others are committed together.
    let slow = folder.path().join("slow");
    std::fs::File::create(&slow).expect("created").set_len(200 << 20).expect("it has no blocks");
    let ballast = fill(&mount.0);
    let length = std::fs::metadata(&ballast).expect("it is there").len();
    std::fs::File::options().write(true).open(&ballast).expect("opened").set_len(length - (1 << 20)).expect("cut");
    let wrong =
        json!({"artifactType": "t", "dataPath": slow, "expectedFileHash": format!("sha256:{}", "0".repeat(64))});
    session.request("slow", "publish_artifact", wrong);
    for number in 0..COUNT {
        let (old, new) = (format!("a-{number}"), format!("a-{}", number + 1));
        let reason = "because ".repeat(if number == COUNT - 1 { 1 } else { 16_000 });
        let params = json!({"newArtifactId": new, "oldArtifactId": old, "reason": reason});
        session.request(number, "supersede", params);
    }
    let mut refused = 0;
    for _ in 0..=COUNT {
        let reply = session.line().expect("a reply");
        if reply["id"] == "slow" {
            assert_eq!(reply["error"]["data"]["kind"], "integrity", "{reply}");
        } else if reply["error"].is_object() {
            assert_no_space(&reply);
            refused += 1;
        }
    }
    assert_eq!(refused, COUNT, "all of it or nothing");
    let superseded = json!({"filter": {"status": "superseded"}});
    assert_eq!(session.call("list_artifacts", superseded.clone())["result"], json!([]));
    release(&ballast);
    let again = json!({"newArtifactId": "a-1", "oldArtifactId": "a-0"});
    assert_eq!(session.call("supersede", again)["result"]["success"], true);
    assert_eq!(session.call("list_artifacts", superseded)["result"].as_array().map(Vec::len), Some(1));
    session.finish();
    assert_whole(&root, Expect::Written);
}

#[test]
fn what_the_trash_has_no_room_for_stays_in_its_place() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let Some(mount) = Mount::memory("24m", &folder.path().join("disk")) else { return };
    let (root, runs) = (mount.0.join("store"), folder.path().join("runs/f"));
    std::fs::create_dir_all(&runs).expect("a folder");
    for number in 1..=4_u8 {
        std::fs::write(runs.join(format!("run_2025090{number}_120000.bin")), vec![number; 4 << 20]).expect("written");
    }
    let mut session = Session::start(&root);
    session.call("init", json!({}));
    let text =
        format!("[scan]\nroots = [{:?}]\n[families.f]\ninclude = [\"**/f/*\"]\nkeep = 1\n", folder.path().join("runs"));
    std::fs::write(root.join("keepstone.toml"), text).expect("written");
    let report = session.call("scan", json!({}));
    assert_eq!(report["result"]["registered"], 4, "{report}");
    let collect = |session: &mut Session| {
        let plan = session.call("plan_gc", json!({"family": "f"}))["result"].clone();
        session.call("apply_gc", json!({"family": "f", "now": plan["now"], "digest": plan["digest"]}))["result"].clone()
    };
    let there = || files_below(&runs).len();
    // Room for one of the three.
    let ballast = fill(&mount.0);
    let length = std::fs::metadata(&ballast).expect("it is there").len();
    std::fs::File::options().write(true).open(&ballast).expect("opened").set_len(length - (7 << 20)).expect("cut");
    let done = collect(&mut session);
    let reasons: Vec<&str> =
        done["skipped"].as_array().expect("a list").iter().filter_map(|left| left["reason"].as_str()).collect();
    assert_eq!((&done["totals"]["delete"], reasons.len(), there()), (&json!(1), 2, 3), "{done}");
    assert!(reasons.iter().all(|reason| reason.contains("no space left")), "{reasons:?}");
    assert_served(&mut session, 3);
    release(&ballast);
    let done = collect(&mut session);
    assert_eq!((&done["totals"]["delete"], &done["skipped"], there()), (&json!(2), &json!([]), 1), "{done}");
    let trash = session.call("list_trash", json!({}))["result"].clone();
    let restored = session.call("restore", json!({"artifactIds": crate::support::ids(&trash)}));
    assert_eq!((&restored["result"]["skipped"], there()), (&json!([]), 4), "{restored}");
    session.finish();
    assert_whole(&root, Expect::Written);
}

/// A store to be read on a read-only mount, with what the writer left beside its manifest.
fn read_only(leave: impl Fn(&Path)) -> Option<(Place, Mount)> {
    let place = Place::new();
    let path = place.write("one.csv", "a\n1\n");
    place.publish("t", "k", &path);
    leave(&place.root());
    let at = place.folder().join("mounted");
    let mount = Mount::read_only(&place.root(), &at)?;
    Some((place, mount))
}

fn assert_read_only(mount: &Mount, count: usize) {
    let mut session = Session::start(&mount.0);
    assert_served(&mut session, count);
    let artifact = session.call("find_by_logical_key", json!({"artifactType": "t", "logicalKey": "k"}));
    let id = &artifact["result"][0]["artifactId"];
    assert_eq!(session.call("read_file", json!({"artifactId": id}))["result"]["integrity"], "verified");
    assert_eq!(session.call("health_check", json!({}))["result"]["readOnly"], true);
    let verified = session.call("verify_store", json!({}));
    assert_eq!(verified["result"]["findings"], json!([]), "{verified}");
    let other = json!({"newArtifactId": id, "oldArtifactId": "x"});
    for (method, params) in [
        ("publish_artifact", content("new", "new")),
        ("supersede", other),
        ("register_type", json!({"artifactType": "new"})),
        ("backup", json!({})),
        ("rebuild_manifest", json!({})),
        ("verify_store", json!({"repair": true})),
        ("init", json!({"force": true})),
    ] {
        let reply = session.call(method, params);
        assert_eq!(reply["error"]["data"]["kind"], "read_only", "{method}: {reply}");
        let named = reply["error"]["message"].as_str().is_some_and(|text| text.contains(&*mount.0.to_string_lossy()));
        assert!(named, "{method}: it names the folder: {reply}");
    }
    // What can be read can be copied to where there is room.
    let elsewhere = tempfile::tempdir().expect("a folder");
    let copied = session.call("backup", json!({"path": elsewhere.path().join("manifest.sqlite")}));
    assert!(copied["result"]["sizeBytes"].as_u64().is_some_and(|size| size > 0), "{copied}");
    assert_served(&mut session, count);
    let (_, status, stderr) = session.finish();
    assert!(status.success(), "{stderr}");
}

#[test]
fn a_read_only_store_is_read() {
    let Some((place, mount)) = read_only(|_| {}) else { return };
    // The writer has it open and goes on.
    assert_read_only(&mount, 1);
    let path = place.write("two.csv", "a\n2\n");
    place.publish("t", "k", &path);
    assert_read_only(&mount, 2);
    place.site().close();
    assert!(!place.root().join("manifest.sqlite-wal").exists(), "the log is folded in");
    assert_read_only(&mount, 2);
    drop(mount);
    assert_whole(&place.root(), Expect::Written);
}

/// A process was killed: its log is there, and the log's index is or isn't.
#[test]
fn a_read_only_store_with_a_log_is_read() {
    for (index, empty) in [(true, false), (false, false), (false, true), (true, true)] {
        let place = Place::new();
        let path = place.write("one.csv", "a\n1\n");
        place.publish("t", "k", &path);
        place.site().close();
        if !empty {
            let mut session = Session::start(&place.root());
            assert!(succeeded(&session.call("publish_artifact", content("late", "late"))));
            session.signal(rustix::process::Signal::KILL);
            session.finish();
        }
        let [log, shm] = ["wal", "shm"].map(|end| place.root().join(format!("manifest.sqlite-{end}")));
        if empty {
            std::fs::write(&log, "").expect("written");
        }
        assert_eq!(std::fs::metadata(&log).expect("there is a log").len() == 0, empty);
        if !index {
            std::fs::remove_file(&shm).ok();
        } else if empty {
            std::fs::write(&shm, vec![0; 32768]).expect("written");
        }
        let Some(mount) = Mount::read_only(&place.root(), &place.folder().join("mounted")) else { return };
        let mut session = Session::start(&mount.0);
        assert_served(&mut session, if empty { 1 } else { 2 });
        let reply = session.call("publish_artifact", content("new", "new"));
        assert_eq!(reply["error"]["data"]["kind"], "read_only", "{reply}");
        session.finish();
    }
}

#[test]
fn a_folder_without_a_store_that_cannot_be_written() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir(folder.path().join("empty")).expect("a folder");
    let Some(mount) = Mount::read_only(&folder.path().join("empty"), &folder.path().join("mounted")) else { return };
    let mut session = Session::start(&mount.0.join("store"));
    for (method, params) in [("init", json!({})), ("publish_artifact", content("a", "a"))] {
        let reply = session.call(method, params);
        assert_eq!(reply["error"]["data"]["kind"], "read_only", "{reply}");
        let named = reply["error"]["message"].as_str().is_some_and(|text| text.contains(&*mount.0.to_string_lossy()));
        assert!(named, "{reply}");
    }
    assert_eq!(session.call("list_types", json!({}))["error"]["data"]["kind"], "not_found");
    session.finish();
}

/// Another user may read the store and not write it; a third may not even read it.
#[test]
fn another_users_store() {
    let place = Place::new();
    let path = place.write("one.csv", "a\n1\n");
    place.publish("t", "k", &path);
    place.ok("register_type", json!({"artifactType": "u"}));
    place.site().close();
    let open = |path: &Path, mode| std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).expect("it is set");
    open(place.folder(), 0o755);
    let binary = place.folder().join("keepstone");
    std::fs::copy(keepstone().get_program(), &binary).expect("copied");
    let other = || {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&binary);
        command
    };
    match other().arg("--version").output() {
        Ok(output) if output.status.success() => {}
        outcome => {
            eprintln!("not tested: there is no way to be another user here: {outcome:?}");
            let root = std::fs::metadata("/proc/self").expect("there is one").uid() == 0;
            assert!(!root || Command::new("setpriv").arg("--version").output().is_err(), "root may");
            return;
        }
    }
    let mut session = Session::spawn(other().arg("serve").arg("--root").arg(place.root()));
    assert_served(&mut session, 1);
    let verified = session.call("verify_store", json!({"checks": ["history", "manifest"]}));
    assert_eq!(verified["result"]["findings"], json!([]), "the history can be read too: {verified}");
    let reply = session.call("publish_artifact", content("new", "new"));
    assert_eq!(reply["error"]["data"]["kind"], "read_only", "{reply}");
    assert!(reply["error"]["message"].as_str().is_some_and(|text| text.contains(&*place.root().to_string_lossy())));
    assert_served(&mut session, 1);
    session.finish();
    // Beside a process that writes.
    place.publish("t", "k2", &path);
    let mut session = Session::spawn(other().arg("serve").arg("--root").arg(place.root()));
    assert_served(&mut session, 2);
    session.finish();
    open(&place.root(), 0o700);
    let mut session = Session::spawn(other().arg("serve").arg("--root").arg(place.root()));
    for method in ["list_types", "init"] {
        let reply = session.call(method, json!({}));
        assert_eq!(reply["error"]["data"]["kind"], "path_not_allowed", "{method}: {reply}");
        assert!(reply["error"]["message"].as_str().is_some_and(|text| text.contains(&*place.root().to_string_lossy())));
    }
    session.finish();
    open(&place.root(), 0o755);
    place.site().close();
    assert_whole(&place.root(), Expect::Written);
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

/// Each of them would fit by itself.
#[test]
fn what_has_no_room_together_stays_in_the_trash() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let Some(mount) = Mount::memory("8m", &folder.path().join("disk")) else { return };
    let place = Place::with_store();
    let text = format!("[scan]\nroots = [{:?}]\n[families.f]\ninclude = [\"**/*.log\"]\n", mount.0);
    std::fs::write(place.root().join("keepstone.toml"), text).expect("written");
    let file = |run: &str| mount.0.join(run).join("a.log");
    for run in ["one", "two"] {
        std::fs::create_dir(mount.0.join(run)).expect("made");
        std::fs::write(file(run), vec![b'x'; 3 << 20]).expect("written");
    }
    place.ok("scan", json!({}));
    let runs = place.ok("list_artifacts", json!({"filter": {}}));
    let runs: Vec<&Value> = runs.as_array().expect("a list").iter().map(|run| &run["artifactId"]).collect();
    for run in &runs {
        place.ok("delete_artifact", json!({"artifactId": run}));
    }
    let ballast = mount.0.join("ballast");
    std::fs::write(&ballast, vec![b'x'; 3 << 20]).expect("written");
    let (kind, field, message) = place.refuses("restore", json!({"artifactIds": runs}));
    assert_eq!((kind.as_str(), field.as_str()), ("conflict", "artifactIds[1]"), "{message}");
    assert!(message.contains("has no room for its files"), "{message}");
    assert!(!file("one").exists() && !file("two").exists());
    place.ok("restore", json!({"artifactIds": [runs[0]]}));
    std::fs::remove_file(&ballast).expect("removed");
    place.ok("restore", json!({"artifactIds": runs}));
    assert!(file("one").exists() && file("two").exists());
    place.site().close();
    assert_whole(&place.root(), Expect::Written);
}

/// Exit code, answer and complaint.
type Told = (Option<i32>, Value, String);

/// Another user's store and runs; `None` where nobody can be another user here.
fn of_another_user(folder: &Path) -> Option<impl Fn(&[&str]) -> Told + use<>> {
    std::fs::set_permissions(folder, PermissionsExt::from_mode(0o777)).expect("it is set");
    let binary = folder.join("keepstone");
    std::fs::copy(keepstone().get_program(), &binary).expect("copied");
    let root = folder.join("store");
    let run = move |arguments: &[&str]| {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&binary).arg("--root").arg(&root);
        let output = command.args(arguments).output().expect("it runs");
        let reply = serde_json::from_slice(&output.stdout).unwrap_or_default();
        (output.status.code(), reply, String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let tried = Command::new("setpriv").args(["--reuid=65534", "--regid=65534", "--clear-groups", "true"]).status();
    if !tried.is_ok_and(|status| status.success()) {
        eprintln!("not tested: there is no way to be another user here");
        return None;
    }
    Some(run)
}

#[test]
fn what_lies_in_read_only_folders_stays_as_it_is_and_is_told() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let Some(keepstone) = of_another_user(folder.path()) else { return };
    let call = |method: &str, params: Value| {
        let (_, reply, stderr) = keepstone(&["call", method, &params.to_string()]);
        assert!(!stderr.contains("WARN"), "{method}: {stderr}");
        (reply, stderr)
    };
    let runs = folder.path().join("runs");
    assert_eq!(keepstone(&["init", "--quiet"]).0, Some(0));
    let text = format!("[scan]\nroots = [{runs:?}]\n[families.f]\ninclude = [\"**/*.log\"]\nkeep = 1\n");
    std::fs::write(folder.path().join("store/keepstone.toml"), text).expect("written");
    let hand_over =
        |path: &Path| std::os::unix::fs::chown(path, Some(65534), Some(65534)).expect("it is root's to give");
    let mode = |path: &Path, mode| std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).expect("it is set");
    for run in ["one", "two", "three"] {
        std::fs::create_dir_all(runs.join(run)).expect("made");
        std::fs::write(runs.join(run).join("a.log"), run).expect("written");
        hand_over(&runs.join(run).join("a.log"));
        hand_over(&runs.join(run));
    }
    // Nothing is moved away that can't be removed.
    mode(&runs.join("one"), 0o555);
    let (report, _) = call("scan", json!({"mode": "move", "root": runs}));
    assert_eq!((&report["registered"], &report["skipped"]), (&json!(2), &json!(1)), "{report}");
    assert!(report["warnings"][0]["message"].as_str().unwrap().contains("its folder can't be written"), "{report}");
    mode(&runs.join("one"), 0o755);
    let (report, _) = call("scan", json!({}));
    assert_eq!(report["registered"], 1, "{report}");
    let (listed, _) = call("list_artifacts", json!({"filter": {}}));
    let in_place = listed.as_array().unwrap().iter().find(|one| one["storage"] == "in_place").expect("one is");
    let id = in_place["artifactId"].as_str().unwrap();
    let status = || call("get_artifact", json!({"artifactId": id})).0["status"].clone();
    let trash = folder.path().join("store/trash");
    mode(&trash, 0o555);
    let (_, said) = call("delete_artifact", json!({"artifactId": id}));
    assert!(said.contains(&format!("{} can't be written", trash.display())), "{said}");
    assert_eq!(status(), "active");
    let (plan, _) = call("plan_gc", json!({}));
    assert_ne!(plan["totals"]["delete"], 0, "{plan}");
    let (_, said) = call("apply_gc", json!({"now": plan["now"], "digest": plan["digest"]}));
    assert!(said.contains("nothing was collected"), "{said}");
    mode(&trash, 0o755);
    call("delete_artifact", json!({"artifactId": id}));
    mode(&runs.join("one"), 0o555);
    let (_, said) = call("restore", json!({"artifactIds": [id]}));
    assert!(said.contains(&format!("{} can't be written", runs.join("one").display())), "{said}");
    assert_eq!(status(), "tombstoned");
    mode(&runs.join("one"), 0o755);
    mode(&trash, 0o555);
    let (purged, _) = call("purge_trash", json!({"artifactIds": [id], "dryRun": false}));
    assert!(purged["kept"][0]["reason"].as_str().unwrap().contains("can't be written"), "{purged}");
    mode(&trash, 0o755);
    call("restore", json!({"artifactIds": [id]}));
    assert_eq!((status(), runs.join("one/a.log").exists()), (json!("active"), true));
}
