//! Versions after a crash at any point, after the manifest is lost, and from a backup.

use std::path::Path;
use std::process::Command;

use keepstone::base::crash::DATASET_POINTS;
use serde_json::{Value, json};

use super::{version, versions, with, with_artifacts};
use crate::support::{Place, Session, files_below, in_memory, keepstone};
use crate::whole::{Expect, assert_whole};

/// A store with two artifacts and a version, which nobody has open.
fn template() -> Place {
    let place = with_artifacts(&["a", "b"]);
    place.ok("create_dataset", version("v1", &["a"]));
    place.site().close();
    place
}

fn copy(template: &Place) -> tempfile::TempDir {
    let copy = in_memory();
    let copied = Command::new("cp").arg("-a").arg(template.root()).arg(copy.path()).status();
    assert!(copied.expect("cp runs").success());
    copy
}

/// Has a process die at a point while it creates v2; whether it answered.
fn die(root: &Path, at: &str) -> bool {
    let mut session = Session::spawn(keepstone().arg("serve").arg("--root").arg(root).env("KEEPSTONE_CRASH_AT", at));
    session.request(1, "create_dataset", second());
    let answered = session.line().is_some();
    let (_, status, _) = session.finish();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(9), "{at}: it lives");
    answered
}

fn second() -> Value {
    with(version("v2", &["b"]), "parentVersion", json!("v1"))
}

/// The versions that a new process lists.
fn listed(session: &mut Session) -> Vec<String> {
    let reply = session.call("list_datasets", json!({}));
    reply["result"].as_array().unwrap().iter().map(|entry| entry["version"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn killed_while_creating_leaves_nothing_or_the_whole() {
    let template = template();
    let common = [
        "publish.staged:1",
        "publish.staged:2",
        "publish.flushed:1",
        "publish.flushed:2",
        "publish.locked",
        "commit.begun",
        "commit.rows_written",
        "publish.folder_synced",
        "commit.history_appended",
        "commit.history_synced",
        "commit.before",
        "commit.after",
        "reply.before",
    ];
    for at in DATASET_POINTS.iter().copied().chain(common) {
        let copy = copy(&template);
        let root = copy.path().join("store");
        assert!(!die(&root, at), "{at}");
        assert_whole(&root, Expect::Died);
        let committed = ["commit.after", "reply.before"].contains(&at);
        let mut session = Session::start(&root);
        assert_eq!(listed(&mut session), if committed { &["v2", "v1"][..] } else { &["v1"] }, "{at}");
        let reply = session.call("create_dataset", second());
        assert_eq!(reply["result"]["deduped"], committed, "{at}: {reply}");
        for name in ["v1", "v2"] {
            let reply =
                session.call("verify_dataset", json!({"datasetId": "d", "version": name, "verifyHashes": true}));
            assert_eq!(reply["result"]["findings"], json!([]), "{at}");
        }
        session.finish();
        assert_whole(&root, Expect::Written);
        assert_eq!(
            files_below(&root.join("datasets")),
            ["d/v1.json", "d/v1.parquet", "d/v2.json", "d/v2.parquet"].map(str::to_owned),
            "{at}"
        );
    }
}

/// A file that no commit told of comes back by no rebuild.
#[test]
fn what_never_committed_is_not_rebuilt() {
    let template = template();
    for (at, lost) in [
        ("dataset.snapshot_placed", true),
        ("dataset.folder_synced", true),
        ("dataset.folder_synced", false),
        ("commit.before", false),
    ] {
        let copy = copy(&template);
        let root = copy.path().join("store");
        die(&root, at);
        assert!(root.join("datasets/d/v2.json").exists(), "{at}");
        if lost {
            for end in ["", "-wal", "-shm"] {
                std::fs::remove_file(root.join(format!("manifest.sqlite{end}"))).ok();
            }
        }
        let mut session = Session::start(&root);
        let reply = session.call("rebuild_manifest", json!({}));
        assert_eq!(reply["result"]["artifactCount"], 2, "{at}: {reply}");
        assert_eq!(listed(&mut session), ["v1"], "{at}");
        assert_eq!(session.call("create_dataset", second())["result"]["deduped"], false, "{at}");
        session.finish();
        assert_whole(&root, Expect::Written);
    }
}

/// Versions, members and deletions are in the answers after a rebuild as they were before.
#[test]
fn a_lost_manifest_is_made_again_with_its_datasets() {
    let place = template();
    let members = json!([{"artifactId": "b", "role": "config", "split": "test", "features": {"f": 1.5, "ok": true, "who": "me"}}]);
    let params =
        json!({"datasetId": "e", "version": "2026-01", "members": members, "tags": ["x"], "annotations": {"n": null}});
    place.ok("create_dataset", params);
    place.ok("create_dataset", second());
    place.ok("create_dataset", version("v3", &["a", "b"]));
    place.ok("delete_dataset", json!({"datasetId": "d", "version": "v1"}));
    place.ok("delete_dataset", json!({"datasetId": "d", "version": "v2"}));
    place.ok("restore_dataset", json!({"datasetId": "d", "version": "v2"}));
    let all = |place: &Place| {
        let names = [("d", "v1"), ("d", "v2"), ("d", "v3"), ("e", "2026-01")];
        names.map(|(dataset_id, version)| {
            let named = json!({"datasetId": dataset_id, "version": version});
            (
                place.ok("get_dataset", named.clone()),
                place.ok("list_dataset_members", named.clone()),
                place.ok("verify_dataset", named),
            )
        })
    };
    let (before, state) = (all(&place), place.state());
    for lost in [false, true] {
        if lost {
            place.site().close();
            std::fs::remove_file(place.root().join("manifest.sqlite")).unwrap();
        }
        let rebuilt = place.ok("rebuild_manifest", json!({}));
        assert_eq!(rebuilt["findings"], json!([]));
        assert_eq!(all(&place), before);
        assert_eq!(place.state(), state);
    }
    place.site().close();
    assert_whole(&place.root(), Expect::Written);
}

#[test]
fn a_snapshot_that_is_lost_with_the_manifest_is_told() {
    let place = template();
    place.ok("create_dataset", version("v2", &["b"]));
    place.ok("create_dataset", version("v3", &["b"]));
    place.ok("delete_dataset", json!({"datasetId": "d", "version": "v2"}));
    place.site().close();
    std::fs::remove_file(place.root().join("manifest.sqlite")).unwrap();
    std::fs::remove_file(place.root().join("datasets/d/v2.json")).unwrap();
    // Whole and sealed, but not the one that was created.
    std::fs::remove_file(place.root().join("datasets/d/v3.json")).unwrap();
    std::fs::copy(place.root().join("datasets/d/v1.json"), place.root().join("datasets/d/v3.json")).unwrap();
    let findings = place.ok("rebuild_manifest", json!({}))["findings"].to_string();
    for told in ["dataset d v2 was left out: ", "v2.json is missing", "dataset d v3 was left out: ", "has the hash"] {
        assert!(findings.contains(told), "{findings}");
    }
    assert_eq!(versions(&place), ["v1"]);
}

#[test]
fn a_backup_gets_the_versions_created_since() {
    let place = template();
    let backup = place.ok("backup", json!({}))["path"].clone();
    place.ok("create_dataset", version("v2", &["a", "b"]));
    place.ok("delete_dataset", json!({"datasetId": "d", "version": "v1"}));
    let state = place.state();
    assert_eq!(place.ok("restore_backup", json!({"path": backup}))["findings"], json!([]));
    assert_eq!(place.state(), state);
    assert_eq!(versions(&place), ["v2"]);
}
