//! Folders that are read-only or another user's.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::{Mount, assert_served, content, succeeded};
use crate::support::{Place, Session, keepstone};
use crate::whole::{Expect, assert_whole};

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
