//! Rebuilding where something was not finished: sidecars that wait for their place, and changes that never committed.

use serde_json::{Value, json};

use crate::support::{Place, Session, ids, keepstone};
use crate::whole::{Expect, assert_whole};

fn note(id: &str) -> Value {
    json!({"artifactType": "note", "artifactId": id, "content": {"encoding": "utf8", "data": id}})
}

fn lose_manifest(place: &Place) {
    place.site().close();
    for suffix in ["", "-wal", "-shm"] {
        std::fs::remove_file(place.root().join(format!("manifest.sqlite{suffix}"))).ok();
    }
}

fn findings(outcome: &Value) -> Vec<&str> {
    outcome["findings"].as_array().expect("a list").iter().map(|text| text.as_str().expect("text")).collect()
}

#[test]
fn what_waits_for_its_place_is_placed_before_a_rebuild() {
    let place = Place::with_store();
    place.ok("backup", json!({}));
    place.text("other", "k", "there is a sidecar");
    // Neither name nor sidecar can be placed below a file.
    let way = place.root().join("artifacts/note");
    std::fs::write(&way, "in the way").expect("written");
    place.ok("publish_artifact", note("waiting"));
    let before = place.state();
    for method in ["rebuild_manifest", "restore_backup"] {
        let error = place.fails(method, json!({}));
        assert!(error["message"].as_str().is_some_and(|text| text.contains("waiting")), "{error}");
        assert_eq!(place.get("waiting")["status"], "active", "{method}");
    }
    assert_eq!(place.state(), before);
    std::fs::remove_file(&way).expect("it was there");
    let rebuilt = place.ok("rebuild_manifest", json!({}));
    assert_eq!((findings(&rebuilt), &rebuilt["artifactCount"]), (vec![], &json!(2)));
    place.site().close();
    assert_whole(&place.root(), Expect::Written);
}

#[test]
fn a_sidecar_is_placed_also_where_the_name_cannot() {
    let place = Place::new();
    // Names lie so deep that a sidecar fits just so, and a tree's file doesn't.
    let mut deep = place.folder().to_owned();
    while deep.as_os_str().len() < 3200 {
        deep.push("d".repeat(200));
    }
    let mut command = keepstone();
    let mut session =
        Session::spawn(command.arg("serve").arg("--root").arg(place.root()).arg("--artifacts-root").arg(&deep));
    assert!(session.call("init", json!({}))["result"].is_object());
    session.finish();
    let (tree, inside) = (place.folder().join("tree"), format!("{0}/{0}/{0}/{0}/file", "d".repeat(240)));
    place.write(&format!("tree/{inside}"), "deep");
    let published =
        place.ok("publish_artifact", json!({"artifactType": "report", "artifactId": "deep", "dataPath": tree}));
    let sidecar = published["artifact"]["pathSidecar"].as_str().expect("a path");
    assert!(std::path::Path::new(sidecar).exists());
    let name = published["artifact"]["path"].as_str().expect("a path");
    assert!(name.len() + inside.len() > 4096, "{}", name.len());
    assert_eq!(findings(&place.ok("rebuild_manifest", json!({}))), Vec::<&str>::new());
    assert_eq!(place.get("deep")["status"], "active");
}

#[test]
fn an_artifact_without_sidecar_is_a_finding() {
    let place = Place::with_store();
    for id in ["one", "two"] {
        place.ok("publish_artifact", note(id));
    }
    std::fs::remove_file(place.get("one")["pathSidecar"].as_str().expect("a path")).expect("it was there");
    let rebuilt = place.ok("rebuild_manifest", json!({}));
    assert!(matches!(&findings(&rebuilt)[..], [finding] if finding.contains("artifact one was left out")), "{rebuilt}");
}

#[test]
fn a_change_that_never_committed_does_not_come_back() {
    for method in ["rebuild_manifest", "restore_backup"] {
        let place = Place::with_store();
        for id in ["old", "new"] {
            place.ok("publish_artifact", note(id));
        }
        place.ok("backup", json!({}));
        place.site().close();
        let mut command = keepstone();
        command.arg("serve").arg("--root").arg(place.root()).env("KEEPSTONE_CRASH_AT", "commit.history_synced");
        let mut session = Session::spawn(&mut command);
        assert!(session.request(1, "supersede", json!({"newArtifactId": "new", "oldArtifactId": "old"})));
        assert!(session.line().is_none(), "it died");
        session.finish();
        assert_eq!(place.get("old")["status"], "active");
        let outcome = place.ok(method, json!({}));
        assert!(matches!(&findings(&outcome)[..], [finding] if finding.contains("history.jsonl")), "{outcome}");
        assert_eq!(place.get("old")["status"], "active", "{method}");
        // The next change sets the rest of the history aside, so that a manifest lost later has nothing of it either.
        place.ok("publish_artifact", note("late"));
        place.ok("supersede", json!({"newArtifactId": "late", "oldArtifactId": "new"}));
        lose_manifest(&place);
        assert_eq!(findings(&place.ok("rebuild_manifest", json!({}))), Vec::<&str>::new());
        assert_eq!(ids(&place.ok("list_artifacts", json!({"filter": {"status": "active"}}))), ["late", "old"]);
        place.site().close();
        assert_whole(&place.root(), Expect::Written);
    }
}

#[test]
fn a_successor_without_sidecar_leaves_the_old_artifact_active() {
    let place = Place::with_store();
    for id in ["old", "new"] {
        place.ok("publish_artifact", note(id));
    }
    place.ok("supersede", json!({"newArtifactId": "new", "oldArtifactId": "old"}));
    std::fs::remove_file(place.get("new")["pathSidecar"].as_str().expect("a path")).expect("it was there");
    lose_manifest(&place);
    let rebuilt = place.ok("rebuild_manifest", json!({}));
    assert!(findings(&rebuilt).iter().any(|finding| finding.contains("artifact old stays active")), "{rebuilt}");
    assert_eq!(place.get("old")["status"], "active");
}

#[test]
fn objects_without_sidecars_are_not_rebuilt_to_nothing() {
    let place = Place::with_store();
    place.ok("publish_artifact", note("one"));
    place.site().close();
    std::fs::write(place.root().join("manifest.sqlite"), "damaged").expect("written");
    std::fs::rename(place.root().join("artifacts"), place.folder().join("elsewhere")).expect("moved");
    std::fs::remove_file(place.root().join("history.jsonl")).ok();
    let error = place.fails("rebuild_manifest", json!({}));
    assert_eq!(error["data"]["kind"], "not_found", "{error}");
    assert!(error["data"]["hint"].as_str().is_some_and(|hint| hint.contains("--artifacts-root")), "{error}");
    assert_eq!(std::fs::read_to_string(place.root().join("manifest.sqlite")).expect("read"), "damaged");
}

#[test]
fn a_backup_touches_nothing_beside_it() {
    let place = Place::with_store();
    let other = place.write("there.incomplete", "a user's");
    place.ok("backup", json!({"path": place.folder().join("there.sqlite")}));
    assert_eq!(std::fs::read_to_string(other).expect("read"), "a user's");
    for _ in 0..3 {
        place.ok("backup", json!({}));
    }
    let backups = std::fs::read_dir(place.root().join("backups")).expect("listed");
    assert_eq!(backups.count(), 3);
}
