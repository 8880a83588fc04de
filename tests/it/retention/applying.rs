//! Carrying plans out: what is left behind, what protects at the last moment, and several processes at once.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{apply, configure, going, note, plan};
use crate::support::{Held, Place, Session, files_below, ids, keepstone, until};
use crate::whole::{Expect, assert_whole};

const POLICY: &str = "[policies.p]\nkeep_min_age_days = 10\nkeep_min_count = 0\n";

/// A store with so many old notes.
fn place(count: usize) -> Place {
    let place = Place::in_memory();
    place.ok("init", json!({}));
    configure(&place, POLICY);
    for number in 0..count {
        note(&place, &format!("n-{number:03}"), 50, &[], json!({}));
    }
    place
}

fn object(root: &Path, artifact: &Value) -> PathBuf {
    let digits = &artifact["fileHash"].as_str().unwrap()["sha256:".len()..];
    root.join("objects").join(&digits[..2]).join(digits)
}

#[test]
fn a_collection_leaves_a_report_and_a_copy_of_the_manifest() {
    let place = place(3);
    note(&place, "young|`er`", 1, &[], json!({"artifactId": "young"}));
    let plan = plan(&place, json!({"policy": "p"}));
    let done = apply(&place, &plan);
    assert_eq!((&done["totals"]["delete"], &done["skipped"]), (&json!(3), &json!([])));
    assert_eq!(done["totals"]["physicalBytes"], plan["totals"]["physicalBytes"]);
    let report: Value =
        serde_json::from_str(&std::fs::read_to_string(done["reportJson"].as_str().unwrap()).unwrap()).unwrap();
    let deleted = report["deleted"].as_array().unwrap();
    assert_eq!(deleted.len(), 3);
    for one in deleted {
        let id = one["artifactId"].as_str().unwrap();
        let artifact = place.get(id);
        assert_eq!(one["reasons"], json!(["older_than_10d"]));
        assert_eq!(one["files"][0]["hash"], artifact["fileHash"]);
        assert_eq!(one["files"][0]["sizeBytes"], artifact["sizeBytes"]);
        let path = one["files"][0]["path"].as_str().unwrap();
        assert!(path.starts_with(place.root().join("artifacts").to_str().unwrap()) && path.contains(id), "{path}");
        let trashed = place.ok("list_trash", json!({}));
        let trashed = trashed.as_array().unwrap().iter().find(|one| one["artifactId"] == id).unwrap();
        assert_eq!(
            (&trashed["policy"], &trashed["reason"], &trashed["report"]),
            (&json!("p"), &json!("older_than_10d"), &done["report"])
        );
    }
    assert_eq!(
        (&report["plan"]["digest"], &report["plan"]["policy"], &report["actor"]),
        (&plan["digest"], &json!("p"), &json!("tests"))
    );
    let page = std::fs::read_to_string(done["report"].as_str().unwrap()).unwrap();
    for words in [
        "- **Files Deleted**: 3",
        "### `n-000` (note n-000",
        "Reason: older_than_10d",
        deleted[0]["files"][0]["hash"].as_str().unwrap(),
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("young"), "{page}");
    // The copy is of the time before.
    let backup = done["backup"].as_str().unwrap();
    let count: i64 = rusqlite::Connection::open(backup)
        .unwrap()
        .query_row("SELECT count(*) FROM artifacts WHERE deleted_at IS NULL", [], |row| row.get(0))
        .unwrap();
    assert_eq!(count, 4);
    place.site().close();
    assert_whole(&place.root(), Expect::Written);
}

#[test]
fn five_copies_are_kept_and_those_of_others() {
    let place = place(7);
    place.ok("backup", json!({}));
    for number in 0..7 {
        configure(&place, &format!("[policies.p]\nkeep_min_count = {}\n", 6 - number));
        assert_eq!(apply(&place, &plan(&place, json!({"policy": "p"})))["totals"]["delete"], 1);
    }
    let backups = files_below(&place.root().join("backups"));
    assert_eq!(backups.iter().filter(|name| name.starts_with("manifest-gc-")).count(), 5, "{backups:?}");
    assert_eq!(backups.len(), 6);
    let reports = files_below(&place.root().join("trash"));
    assert_eq!(
        reports.iter().filter(|name| name.ends_with(".md")).count(),
        7,
        "no report takes another's place: {reports:?}"
    );
}

/// A backup made while something is collected doesn't bring the collection back with it.
#[test]
fn a_backup_goes_on_with_nothing() {
    let place = place(3);
    let plan = plan(&place, json!({"policy": "p"}));
    place.site().close();
    let mut held = Held::at(&place.root(), "job.listed", &[]);
    held.send("apply_gc", super::again(&plan));
    let mut other = Session::start(&place.root());
    other.call("backup", json!({}));
    other.finish();
    held.go();
    assert_eq!(held.reply()["result"]["totals"]["delete"], 3);
    held.session.finish();
    place.ok("restore", json!({"artifactIds": going(&plan)}));
    place.ok("restore_backup", json!({}));
    place.site().close();
    assert_eq!(place.ok("list_trash", json!({})), json!([]));
    place.site().close();
    assert_whole(&place.root(), Expect::Written);
}

/// What is protected between the plan's second drawing and its own turn stays.
#[test]
fn what_is_protected_at_the_last_moment_stays() {
    let place = place(4);
    let plan = plan(&place, json!({"policy": "p"}));
    place.site().close();
    let mut held = Held::at(&place.root(), "job.listed", &[]);
    held.send("apply_gc", super::again(&plan));
    let mut other = Session::start(&place.root());
    other.call("pin", json!({"artifactId": "n-001"}));
    let members = json!([{"artifactId": "n-002", "role": "x"}]);
    other.call("create_dataset", json!({"datasetId": "d", "version": "v1", "members": members}));
    other.call("delete_artifact", json!({"artifactId": "n-003"}));
    other.finish();
    held.go();
    let reply = held.reply();
    held.session.finish();
    assert_eq!(ids(&reply["result"]["deleted"]), ["n-000"], "{reply}");
    assert_eq!(
        reply["result"]["skipped"],
        json!([
            {"artifactId": "n-001", "reason": "pinned"},
            {"artifactId": "n-002", "reason": "dataset_member"},
            {"artifactId": "n-003", "reason": "already_deleted"},
        ])
    );
    let report = std::fs::read_to_string(reply["result"]["report"].as_str().unwrap()).unwrap();
    assert!(report.contains("- `n-001`: pinned"), "{report}");
    assert_whole(&place.root(), Expect::Written);
}

/// A publisher takes an object for its own that a purge has just given up and is about to remove.
fn publish_while_purging(unlocked: bool) -> (Place, PathBuf) {
    let place = place(1);
    let artifact = place.get("n-000");
    place.ok("delete_artifact", json!({"artifactId": "n-000"}));
    place.site().close();
    let root = place.root();
    let environment: &[(&str, &str)] = if unlocked { &[("KEEPSTONE_UNLOCKED", "1")] } else { &[] };
    let mut purging = Held::at(&root, "purge.before_sweep", environment);
    purging.send("purge_trash", json!({"artifactIds": ["n-000"], "dryRun": false}));
    let object = object(&root, &artifact);
    assert!(object.exists(), "the rows go first");
    // It finds the object there, and its row is written but not committed.
    let mut publishing = Held::at(&root, "commit.rows_written", &[]);
    let content = json!({"encoding": "utf8", "data": "n-000"});
    publishing.send("publish_artifact", json!({"artifactType": "note", "artifactId": "again", "content": content}));
    purging.go();
    if unlocked {
        until(|| !object.exists());
    } else {
        // As long as the publisher has not committed, the purge can't come to it.
        std::thread::sleep(std::time::Duration::from_millis(200));
        assert!(object.exists(), "it is being published");
    }
    publishing.go();
    assert_eq!(publishing.reply()["result"]["deduped"], false);
    assert_eq!(purging.reply()["result"]["artifactCount"], 1);
    publishing.session.finish();
    purging.session.finish();
    (place, object)
}

#[test]
fn what_is_being_published_is_not_removed() {
    let (place, object) = publish_while_purging(false);
    assert!(object.exists(), "the new artifact needs it");
    assert_whole(&place.root(), Expect::Written);
    assert_eq!(place.ok("read_file", json!({"artifactId": "again"}))["data"], "n-000");
}

/// The test above would notice: without keeping publishers away, the artifact has lost its object.
#[test]
fn without_the_lock_it_would_be() {
    let (place, object) = publish_while_purging(true);
    assert!(!object.exists());
    let report = place.ok("verify_store", json!({}));
    let finding = &report["findings"][0];
    assert_eq!((&finding["code"], &finding["artifactId"]), (&json!("object_missing"), &json!("again")), "{report}");
}

/// Bytes that were staged before the purge, and whose object the publisher had seen.
#[test]
fn what_was_prepared_before_a_purge_brings_its_bytes() {
    let place = place(1);
    let artifact = place.get("n-000");
    place.site().close();
    let root = place.root();
    let mut publishing = Held::at(&root, "publish.hashed", &[]);
    let content = json!({"encoding": "utf8", "data": "n-000"});
    // Another type, so that it brings the bytes itself.
    publishing.send("publish_artifact", json!({"artifactType": "other", "artifactId": "again", "content": content}));
    let mut other = Session::start(&root);
    other.call("delete_artifact", json!({"artifactId": "n-000"}));
    other.call("purge_trash", json!({"artifactIds": ["n-000"], "dryRun": false}));
    other.finish();
    assert!(!object(&root, &artifact).exists());
    publishing.go();
    assert_eq!(publishing.reply()["result"]["deduped"], false);
    publishing.session.finish();
    assert_whole(&root, Expect::Written);
}

/// Everybody carries the same plan out: one does, the others are told that it is stale.
#[test]
fn a_plan_is_carried_out_once() {
    let place = place(20);
    let plan = plan(&place, json!({"policy": "p"}));
    place.site().close();
    let mut sessions: Vec<Session> = (0..4).map(|_| Session::start(&place.root())).collect();
    for session in &mut sessions {
        session.request(1, "apply_gc", super::again(&plan));
    }
    let replies: Vec<Value> = sessions.iter_mut().map(|session| session.line().expect("a reply")).collect();
    sessions.into_iter().for_each(|session| drop(session.finish()));
    assert_eq!(replies.iter().filter(|reply| reply["result"]["totals"]["delete"] == 20).count(), 1, "{replies:?}");
    assert_eq!(replies.iter().filter(|reply| reply["error"]["data"]["kind"] == "stale_plan").count(), 3, "{replies:?}");
    assert_whole(&place.root(), Expect::Written);
}

/// Some publish the same few contents again and again while others delete, collect, purge and restore them.
#[test]
fn publishing_while_collecting_and_purging() {
    let place = place(0);
    place.site().close();
    let root = place.root();
    let publisher = |number: usize| {
        let mut session = Session::start(&root);
        for round in 0..60 {
            let key = format!("k-{}", (round * 7 + number) % 10);
            let content = json!({"encoding": "utf8", "data": format!("content {}", round % 5)});
            let reply = session.call(
                "publish_artifact",
                json!({"artifactType": "note", "logicalKey": key, "content": content, "createdAt": "2020-01-01"}),
            );
            match reply["result"]["artifactId"].as_str() {
                Some(id) => {
                    // What was answered a moment ago may be collected by now, but is known.
                    let found = session.call("get_artifact", json!({"artifactId": id}));
                    assert_eq!(found["result"]["artifactId"], id);
                }
                None => assert_eq!(reply["error"]["data"]["kind"], "busy", "{reply}"),
            }
        }
        session.finish();
    };
    let collector = || {
        let mut session = Session::start(&root);
        for round in 0..30 {
            let plan = session.call("plan_gc", json!({"policy": "p"}))["result"].clone();
            let reply = session.call("apply_gc", super::again(&plan));
            assert!(reply["result"].is_object() || reply["error"]["data"]["kind"] == "stale_plan", "{reply}");
            let trash = session.call("list_trash", json!({"limit": 3}))["result"].clone();
            if round % 3 == 0 && trash.as_array().is_some_and(|trash| !trash.is_empty()) {
                let reply = session.call("restore", json!({"artifactIds": [trash[0]["artifactId"]]}));
                assert!(reply["result"].is_object() || reply["error"]["data"]["kind"] == "conflict", "{reply}");
            }
            let reply = session.call("purge_trash", json!({"olderThan": "0d", "dryRun": false}));
            assert!(reply["result"].is_object(), "{reply}");
        }
        session.finish();
    };
    std::thread::scope(|scope| {
        let publishers: Vec<_> = (0..3).map(|number| scope.spawn(move || publisher(number))).collect();
        let collectors: Vec<_> = (0..2).map(|_| scope.spawn(collector)).collect();
        publishers.into_iter().chain(collectors).for_each(|thread| thread.join().expect("no assertion failed"));
    });
    assert_whole(&root, Expect::Written);
}

/// What one process has placed is safe once it is flushed; what another is about to change about it is not.
#[test]
fn a_name_goes_also_when_its_publisher_settles_late_and_its_deleter_dies() {
    let place = place(0);
    place.site().close();
    let root = place.root();
    let mut publisher = Held::at(&root, "settle.synced", &[]);
    publisher.send(
        "publish_artifact",
        json!({"artifactType": "note", "artifactId": "n", "content": {"encoding": "utf8", "data": "n"}}),
    );
    let name = publisher.reply()["result"]["artifact"]["path"].as_str().unwrap().to_owned();
    let mut deleter =
        Session::spawn(keepstone().arg("serve").arg("--root").arg(&root).env("KEEPSTONE_CRASH_AT", "commit.after"));
    deleter.request(1, "delete_artifact", json!({"artifactId": "n"}));
    assert!(deleter.line().is_none());
    deleter.finish();
    assert!(Path::new(&name).exists());
    publisher.go();
    let (_, status, stderr) = publisher.session.finish();
    assert!(status.success(), "{stderr}");
    let mut session = Session::start(&root);
    assert_eq!(session.call("get_artifact", json!({"artifactId": "n"}))["result"]["status"], "tombstoned");
    session.finish();
    assert!(!Path::new(&name).exists());
    assert_whole(&root, Expect::Started);
}
