//! Disks that are full, at every stage of what is written to them.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{Mount, assert_served, content, succeeded};
use crate::support::{Place, Session};
use crate::whole::{Expect, assert_whole, files_below};

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

#[track_caller]
fn assert_no_space(reply: &Value) {
    assert_eq!(reply["error"]["code"], 1008, "{reply}");
    assert_eq!(reply["error"]["data"]["kind"], "no_space", "{reply}");
    assert!(reply["error"]["data"]["hint"].as_str().is_some_and(|hint| hint.contains("free some space")), "{reply}");
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
