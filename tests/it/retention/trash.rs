//! Deleting, restoring and purging by name: what stays, what goes, what comes back.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Place, files_below, ids};
use crate::whole::{Expect, assert_whole};

fn publish(place: &Place, id: &str, key: &str, content: &str) -> Value {
    let content = json!({"encoding": "utf8", "data": content});
    let params =
        json!({"artifactType": "note", "artifactId": id, "logicalKey": key, "content": content, "tags": {"t": "1"}});
    place.ok("publish_artifact", params)["artifact"].clone()
}

/// An artifact without what says how often it changed.
fn timeless(mut artifact: Value) -> Value {
    for field in ["updatedAt", "revision"] {
        artifact.as_object_mut().unwrap().remove(field);
    }
    artifact
}

fn purge(place: &Place, ids: &[&str]) -> Value {
    place.ok("purge_trash", json!({"artifactIds": ids, "dryRun": false}))
}

#[track_caller]
fn whole(place: &Place) {
    place.site().close();
    assert_whole(&place.root(), Expect::Written);
}

#[test]
fn what_is_deleted_vanishes_from_lists_and_paths_and_comes_back_as_it_was() {
    let place = Place::in_memory();
    let before = publish(&place, "a", "k", "hello");
    let tree = place.folder().join("tree");
    std::fs::create_dir_all(tree.join("deep")).unwrap();
    std::fs::write(tree.join("deep/one.txt"), "hello").unwrap();
    std::fs::write(tree.join("two.txt"), "two").unwrap();
    let tree_before = place
        .ok("publish_artifact", json!({"artifactType": "t", "artifactId": "tree", "dataPath": tree}))["artifact"]
        .clone();
    place.ok("pin", json!({"artifactId": "a"}));
    place.ok("unpin", json!({"artifactId": "a"}));
    for id in ["a", "tree"] {
        let deleted = place.ok("delete_artifact", json!({"artifactId": id, "reason": "not needed"}));
        assert_eq!(
            (&deleted["changed"], &deleted["dependents"], &deleted["artifact"]["status"]),
            (&json!(true), &json!([]), &json!("tombstoned"))
        );
        assert_eq!(
            (&deleted["artifact"]["path"], &deleted["artifact"]["tags"]),
            (&Value::Null, &place.get(id)["tags"])
        );
        assert_eq!(place.ok("delete_artifact", json!({"artifactId": id}))["changed"], false, "once is enough");
    }
    for (artifact, gone) in [(&before, "file"), (&tree_before, "folder")] {
        assert!(!Path::new(artifact["path"].as_str().unwrap()).exists(), "its {gone} is gone");
        assert!(Path::new(artifact["pathSidecar"].as_str().unwrap()).exists(), "its sidecar stays");
    }
    assert_eq!(place.ok("list_artifacts", json!({"filter": {}})), json!([]));
    assert_eq!(ids(&place.ok("list_artifacts", json!({"filter": {"status": "tombstoned"}}))), ["tree", "a"]);
    assert_eq!(place.ok("find_by_logical_key", json!({"artifactType": "note", "logicalKey": "k"})), json!([]));
    // Its bytes are whole until a purge.
    assert_eq!(place.ok("read_file", json!({"artifactId": "a"}))["data"], "hello");
    let listed = place.ok("list_trash", json!({}));
    assert_eq!(ids(&listed), ["tree", "a"]);
    assert_eq!(
        (&listed[1]["reason"], &listed[1]["deletedBy"], &listed[1]["sizeBytes"], &listed[0]["fileCount"]),
        (&json!("not needed"), &json!("tests"), &json!(5), &json!(2))
    );
    let restored = place.ok("restore", json!({"artifactIds": ["a", "tree", "a"]}));
    assert_eq!(
        (ids(&restored["restored"]), &restored["unchanged"], &restored["skipped"]),
        (vec!["a", "tree"], &json!([]), &json!([]))
    );
    assert_eq!(timeless(place.get("a")), timeless(before));
    assert_eq!(timeless(place.get("tree")), timeless(tree_before.clone()));
    assert_eq!(files_below(Path::new(tree_before["path"].as_str().unwrap())), ["deep/one.txt", "two.txt"]);
    assert_eq!(place.ok("restore", json!({"artifactIds": ["a"]}))["unchanged"], json!(["a"]));
    assert_eq!(place.ok("list_trash", json!({})), json!([]));
    whole(&place);
}

#[test]
fn what_is_protected_is_deleted_by_force_alone() {
    let place = Place::in_memory();
    for id in ["pinned", "member"] {
        publish(&place, id, id, id);
    }
    place.ok("pin", json!({"artifactId": "pinned"}));
    let members = json!([{"artifactId": "member", "role": "input"}]);
    place.ok("create_dataset", json!({"datasetId": "set", "version": "v1", "members": members}));
    for (id, rule) in [("pinned", "pinned"), ("member", "dataset_member")] {
        let error = place.fails("delete_artifact", json!({"artifactId": id}));
        assert_eq!(
            (&error["code"], &error["data"]["kind"], &error["data"]["rule"]),
            (&json!(1013), &json!("protected"), &json!(rule))
        );
        assert_eq!(place.get(id)["status"], "active");
        assert_eq!(place.ok("delete_artifact", json!({"artifactId": id, "force": true}))["changed"], true);
    }
    // And it is not purged as long as something protects it.
    let report = purge(&place, &["pinned", "member"]);
    assert_eq!(report["artifacts"], json!([]));
    let reasons: Vec<&Value> = report["kept"].as_array().unwrap().iter().map(|kept| &kept["reason"]).collect();
    assert_eq!(reasons, [&json!("dataset_member"), &json!("pinned")]);
    assert_eq!(place.ok("list_trash", json!({}))[1]["pinned"], true);
    place.ok("unpin", json!({"artifactId": "pinned"}));
    place.ok("delete_dataset", json!({"datasetId": "set", "version": "v1"}));
    assert_eq!(purge(&place, &["pinned", "member"])["artifactCount"], 2);
    whole(&place);
}

#[test]
fn dependents_are_named() {
    let place = Place::in_memory();
    place.derived("raw", &[]);
    place.derived("report", &["raw"]);
    place.derived("summary", &["raw", "report"]);
    place.derived("gone", &["raw"]);
    place.ok("delete_artifact", json!({"artifactId": "gone"}));
    let deleted = place.ok("delete_artifact", json!({"artifactId": "raw"}));
    assert_eq!((&deleted["dependents"], &deleted["dependentCount"]), (&json!(["report", "summary"]), &json!(2)));
    assert_eq!(ids(&place.ok("get_lineage", json!({"artifactId": "report"}))["inputs"]), ["raw"], "lineage keeps it");
}

/// Objects go with the last artifact that needs them, the bytes of a tree with its listing.
#[test]
fn a_purge_frees_what_nothing_else_needs() {
    let place = Place::in_memory();
    publish(&place, "one", "1", "shared");
    publish(&place, "two", "2", "shared");
    let tree = place.folder().join("tree");
    std::fs::create_dir_all(&tree).unwrap();
    std::fs::write(tree.join("a"), "shared").unwrap();
    std::fs::write(tree.join("b"), "own!").unwrap();
    place.ok("publish_artifact", json!({"artifactType": "t", "artifactId": "tree", "dataPath": tree}));
    let all = place.objects().len();
    assert_eq!(all, 3, "shared, own! and the listing");
    place.ok("delete_artifact", json!({"artifactId": "one"}));
    place.ok("delete_artifact", json!({"artifactId": "tree"}));
    let shown = place.ok("purge_trash", json!({"artifactIds": ["one", "tree"]}));
    assert_eq!((&shown["dryRun"], &shown["logicalBytes"], &shown["fileCount"]), (&json!(true), &json!(16), &json!(3)));
    assert_eq!(place.objects().len(), all, "it was only shown");
    let done = purge(&place, &["one", "tree"]);
    assert_eq!((&done["artifacts"], &done["physicalBytes"]), (&shown["artifacts"], &shown["physicalBytes"]));
    assert_eq!(place.objects().len(), 1, "the live one keeps its own");
    assert!(done["physicalBytes"].as_u64().unwrap() > 4, "own! and the listing: {done}");
    place.ok("delete_artifact", json!({"artifactId": "two"}));
    assert_eq!(purge(&place, &["two"])["physicalBytes"], 6);
    assert_eq!(place.objects(), Vec::<String>::new());
    assert_eq!(purge(&place, &["two"])["artifacts"], json!([]), "once is enough");
    // Purged ones are still answered, and read no more.
    let gone = place.get("two");
    assert_eq!((&gone["status"], &gone["path"], &gone["sizeBytes"]), (&json!("tombstoned"), &Value::Null, &json!(6)));
    let error = place.fails("read_file", json!({"artifactId": "two"}));
    assert!(error["message"].as_str().unwrap().contains("artifact two was purged at "), "{error}");
    let error = place.fails("restore", json!({"artifactIds": ["two"]}));
    assert_eq!((&error["data"]["kind"], &error["data"]["field"]), (&json!("conflict"), &json!("artifactIds[0]")));
    whole(&place);
}

#[test]
fn a_purge_takes_what_is_thirty_days_old() {
    let place = Place::in_memory();
    publish(&place, "a", "k", "hello");
    place.ok("delete_artifact", json!({"artifactId": "a"}));
    let at = place.ok("list_trash", json!({}))[0]["deletedAt"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let days = |days: i64| (at + jiff::SignedDuration::from_hours(24 * days)).to_string();
    let count = |params: Value| place.ok("purge_trash", params)["artifactCount"].clone();
    assert_eq!(count(json!({})), 0);
    assert_eq!(count(json!({"now": days(30)})), 1);
    assert_eq!(count(json!({"now": days(29)})), 0);
    assert_eq!(count(json!({"now": days(29), "olderThan": "29d"})), 1);
    assert_eq!(count(json!({"now": days(29), "olderThan": at.to_string()})), 1);
    assert_eq!(count(json!({"olderThan": "0d", "now": days(0)})), 1);
    assert_eq!(count(json!({"artifactIds": ["a"], "olderThan": "1d", "now": days(0)})), 0);
    for wrong in ["-1d", "soon", "", "5"] {
        let (kind, field, _) = place.refuses("purge_trash", json!({"olderThan": wrong, "dryRun": false}));
        assert_eq!((kind.as_str(), field.as_str()), ("invalid_params", "olderThan"), "{wrong}");
    }
    publish(&place, "live", "l", "live");
    for (ids, kind) in [(json!(["live"]), "conflict"), (json!(["nobody"]), "not_found"), (json!([]), "invalid_params")]
    {
        let (is, ..) = place.refuses("purge_trash", json!({"artifactIds": ids, "dryRun": false}));
        assert_eq!(is, kind);
    }
    assert_eq!(count(json!({"now": days(30), "dryRun": false})), 1);
    whole(&place);
}

/// What lies at the place of a readable name is somebody's, and is neither overwritten nor moved.
#[test]
fn restoring_overwrites_nothing() {
    let place = Place::in_memory();
    let artifact = publish(&place, "a", "k", "hello");
    publish(&place, "b", "b", "b");
    let name = Path::new(artifact["path"].as_str().unwrap());
    for id in ["a", "b"] {
        place.ok("delete_artifact", json!({"artifactId": id}));
    }
    std::fs::write(name, "something else").unwrap();
    let before = place.state();
    let error = place.fails("restore", json!({"artifactIds": ["b", "a"]}));
    assert_eq!(
        (&error["data"]["kind"], &error["data"]["field"], &error["data"]["path"]),
        (&json!("conflict"), &json!("artifactIds[1]"), &artifact["path"])
    );
    assert_eq!(place.state(), before, "neither of them");
    assert_eq!(std::fs::read_to_string(name).unwrap(), "something else");
    // The same bytes are not something else.
    std::fs::write(name, "hello").unwrap();
    assert_eq!(ids(&place.ok("restore", json!({"artifactIds": ["b", "a"]}))["restored"]), ["b", "a"]);
    let (kind, field, message) = place.refuses("restore", json!({"artifactIds": ["a", "nobody"]}));
    assert_eq!(
        (kind.as_str(), field.as_str(), message.as_str()),
        ("not_found", "artifactIds[1]", "artifact nobody was not found")
    );
    whole(&place);
}

/// What is in the trash is no duplicate of anything, its object serves all the same, and one identity is live once.
#[test]
fn the_same_content_published_while_it_is_in_the_trash_is_new() {
    let place = Place::in_memory();
    let old = place.text("note", "k", "hello");
    place.ok("delete_artifact", json!({"artifactId": old["artifactId"]}));
    let content = json!({"encoding": "utf8", "data": "hello"});
    let published =
        place.ok("publish_artifact", json!({"artifactType": "note", "logicalKey": "k", "content": content}));
    assert_eq!((&published["deduped"], &published["artifact"]["version"]), (&json!(false), &json!(2)));
    assert_eq!(place.objects().len(), 1);
    let error = place.fails("restore", json!({"artifactIds": [old["artifactId"]]}));
    assert_eq!(
        (&error["data"]["kind"], &error["data"]["activeArtifactId"]),
        (&json!("conflict"), &published["artifactId"])
    );
    let purged = purge(&place, &[old["artifactId"].as_str().unwrap()]);
    assert_eq!(purged["physicalBytes"], 0, "the new one needs it");
    assert_eq!(place.ok("read_file", json!({"artifactId": published["artifactId"]}))["data"], "hello");
    // The other way round.
    place.ok("delete_artifact", json!({"artifactId": published["artifactId"]}));
    assert_eq!(place.text("note", "k", "hello")["version"], 3);
    whole(&place);
}

#[test]
fn what_became_of_it_survives_the_loss_of_the_manifest() {
    let place = Place::in_memory();
    for id in ["kept", "trashed", "restored", "purged", "shared"] {
        publish(&place, id, id, if id == "purged" || id == "shared" { "the same" } else { id });
    }
    for id in ["trashed", "restored", "purged"] {
        place.ok("delete_artifact", json!({"artifactId": id, "reason": "why not"}));
    }
    place.ok("restore", json!({"artifactIds": ["restored"]}));
    purge(&place, &["purged"]);
    let state = || {
        let answers = ["kept", "trashed", "restored", "purged", "shared"].map(|id| place.get(id));
        (answers, place.ok("list_trash", json!({})), place.ok("list_events", json!({"limit": 100})), place.objects())
    };
    let before = state();
    for loss in ["", "with names"] {
        place.site().close();
        for suffix in ["", "-wal", "-shm"] {
            std::fs::remove_file(place.root().join(format!("manifest.sqlite{suffix}"))).ok();
        }
        if !loss.is_empty() {
            // A name that should be gone, as a crash leaves it, and one that is lost.
            let name = |id: &str| {
                place.root().join(format!(
                    "artifacts/note/v1/note__v1__{id}__ch={}",
                    &before.0.iter().find(|one| one["artifactId"] == id).unwrap()["contentHash"].as_str().unwrap()
                        [7..15]
                ))
            };
            std::fs::remove_file(name("kept")).unwrap();
            std::fs::write(name("trashed"), "trashed").unwrap();
        }
        assert_eq!(place.ok("rebuild_manifest", json!({}))["findings"], json!([]));
        assert_eq!(state(), before);
        place.site().close();
        assert_whole(&place.root(), Expect::Written);
    }
}

/// A readable name that was a copy, and was changed, is somebody's work.
#[test]
fn a_changed_copy_is_kept() {
    let place = Place::in_memory();
    super::configure(&place, "names = \"copy\"\n");
    let artifact = publish(&place, "a", "k", "hello");
    std::fs::write(artifact["path"].as_str().unwrap(), "hello, changed").unwrap();
    place.ok("delete_artifact", json!({"artifactId": "a"}));
    assert!(!Path::new(artifact["path"].as_str().unwrap()).exists());
    let aside = files_below(&place.root().join("quarantine"));
    assert_eq!(aside.len(), 1);
    assert_eq!(std::fs::read_to_string(place.root().join("quarantine").join(&aside[0])).unwrap(), "hello, changed");
}

#[test]
fn a_name_that_should_be_gone_is_found_and_mended() {
    let place = Place::in_memory();
    let artifact = publish(&place, "a", "k", "hello");
    place.ok("delete_artifact", json!({"artifactId": "a"}));
    std::fs::write(artifact["path"].as_str().unwrap(), "hello").unwrap();
    let report = place.ok("verify_store", json!({}));
    assert_eq!(
        (&report["findings"][0]["code"], &report["findings"][0]["artifactId"]),
        (&json!("name_left"), &json!("a"))
    );
    let report = place.ok("verify_store", json!({"repair": true}));
    assert_eq!(report["findings"][0]["severity"], "repaired", "{report}");
    assert!(!Path::new(artifact["path"].as_str().unwrap()).exists());
    whole(&place);
}
