//! What people decided outlives restarts, rebuilding, restoring and damage; and the index of words can be proven and mended.

use std::fs;

use rusqlite::Connection;
use serde_json::{Value, json};

use super::{found, note};
use crate::support::Place;

/// A store in which people have changed things, and what it answers about them.
fn curated() -> Place {
    let place = Place::in_memory();
    for number in 1..=4 {
        let more = json!({"artifactType": "model", "logicalKey": "churn", "title": format!("Model {number}"),
            "description": "as trained", "tags": {"stage": "draft", "n": number.to_string()}});
        note(&place, &format!("m-{number}"), more);
    }
    place.ok(
        "update_artifact",
        json!({"artifactId": "m-1", "title": "Zebra", "tags": {"stage": "done", "n": null, "new": ""}}),
    );
    place.ok("update_artifact", json!({"artifactId": "m-1", "title": "Okapi", "description": null}));
    place.ok("bulk_update", json!({"artifactIds": ["m-2", "m-3"], "archived": true}));
    place.ok("bulk_update", json!({"artifactIds": ["m-3"], "archived": false}));
    place.ok("set_alias", json!({"artifactId": "m-1", "alias": "production"}));
    place.ok("set_alias", json!({"artifactId": "m-4", "alias": "production"}));
    place.ok("set_alias", json!({"artifactId": "m-2", "alias": "old"}));
    place.ok("set_alias", json!({"artifactId": "m-3", "alias": "gone"}));
    place.ok("remove_alias", json!({"artifactType": "model", "logicalKey": "churn", "alias": "gone"}));
    place.ok("supersede", json!({"newArtifactId": "m-4", "oldArtifactId": "m-3"}));
    place
}

fn answers(place: &Place) -> Value {
    let words = ["zebra", "okapi", "done", "draft", "trained", "model", "\"1 stage\"", "-okapi"];
    let searches: Vec<Value> = words
        .iter()
        .map(|query| json!(found(place, json!({"query": query, "sort": "created", "filter": {"archived": "include"}}))))
        .collect();
    json!({
        "artifacts": place.ok("list_artifacts", json!({})),
        "visible": found(place, json!({})),
        "searches": searches,
        "aliases": place.ok("list_aliases", json!({})),
        "resolved": place.ok("resolve", json!({"ref": "model:churn@production"}))["artifactId"],
    })
}

#[track_caller]
fn clean(place: &Place) {
    let report = place.ok("verify_store", json!({}));
    assert_eq!((&report["status"], &report["findings"]), (&json!("clean"), &json!([])), "{report:#}");
}

#[test]
fn decisions_outlive_a_restart_and_a_lost_manifest() {
    let place = curated();
    let before = answers(&place);
    assert_eq!(before["searches"][1], json!(["m-1"]));
    assert_eq!(before["searches"][0], json!([]));
    clean(&place);
    place.site().close();
    assert_eq!(answers(&place), before);
    assert_eq!(place.ok("rebuild_manifest", json!({}))["findings"], json!([]));
    assert_eq!(answers(&place), before);
    place.site().close();
    fs::remove_file(place.root().join("manifest.sqlite")).unwrap();
    assert_eq!(place.ok("rebuild_manifest", json!({}))["findings"], json!([]));
    assert_eq!(answers(&place), before);
    clean(&place);
}

#[test]
fn decisions_made_after_a_backup_are_there_when_it_is_restored() {
    let place = Place::in_memory();
    note(&place, "m-1", json!({"artifactType": "model", "logicalKey": "churn", "title": "Gnu"}));
    note(&place, "m-0", json!({"artifactType": "model", "logicalKey": "other", "title": "Yak"}));
    let backup = place.ok("backup", json!({}))["path"].clone();
    note(&place, "m-2", json!({"artifactType": "model", "logicalKey": "churn", "title": "Emu"}));
    place.ok("update_artifact", json!({"artifactId": "m-1", "title": "Okapi", "archived": true}));
    place.ok("set_alias", json!({"artifactId": "m-2", "alias": "production"}));
    let before = answers(&place);
    assert_eq!(place.ok("restore_backup", json!({"path": backup}))["findings"], json!([]));
    assert_eq!(answers(&place), before);
    assert_eq!(
        found(&place, json!({"query": "okapi OR emu OR yak", "filter": {"archived": "include"}})),
        ["m-2", "m-0", "m-1"]
    );
    assert_eq!(found(&place, json!({"query": "gnu", "filter": {"archived": "include"}})), Vec::<String>::new());
    clean(&place);
}

#[test]
fn a_lost_sidecar_is_written_again_as_it_was_at_publish() {
    let place = curated();
    let before = answers(&place);
    let path = place.get("m-1")["pathSidecar"].as_str().unwrap().to_owned();
    let written = fs::read(&path).unwrap();
    fs::remove_file(&path).unwrap();
    let report = place.ok("verify_store", json!({"repair": true}));
    assert_eq!(report["status"], "repaired", "{report:#}");
    assert_eq!(fs::read(&path).unwrap(), written);
    clean(&place);
    assert_eq!(place.ok("rebuild_manifest", json!({}))["findings"], json!([]));
    assert_eq!(answers(&place), before);
}

#[test]
fn totals_follow_what_people_decide_and_wrong_ones_are_found_out() {
    let place = curated();
    let facets = |place: &Place| {
        let found = place.ok("search_artifacts", json!({"facets": ["type", "status", "tag"]}));
        json!([found["total"], found["facets"]["type"], found["facets"]["status"], found["facets"]["tag"]])
    };
    let told = facets(&place);
    // m-2 is archived, and m-1 has other tags than it was published with.
    let tag = |key: &str, value: &str, count: u64| json!({"key": key, "value": value, "count": count});
    let tags =
        [tag("stage", "draft", 2), tag("n", "3", 1), tag("n", "4", 1), tag("new", "", 1), tag("stage", "done", 1)];
    let statuses = [json!({"value": "active", "count": 2}), json!({"value": "superseded", "count": 1})];
    assert_eq!(told, json!([3, [{"value": "model", "count": 3}], statuses, tags]));
    for damage in [
        "UPDATE totals SET artifacts = 7 WHERE value = 'model'",
        "DELETE FROM totals WHERE facet = 'status'",
        "INSERT INTO totals VALUES ('source', '', 'nowhere', 1)",
        "UPDATE totals SET artifacts = 3 WHERE facet = 'tag' AND value = '4'",
    ] {
        place.site().close();
        Connection::open(place.root().join("manifest.sqlite")).unwrap().execute_batch(damage).unwrap();
        let findings = place.ok("verify_store", json!({}))["findings"].take();
        let findings = findings.as_array().unwrap();
        assert!(!findings.is_empty(), "{damage}");
        assert!(findings.iter().all(|one| one["code"].as_str().unwrap().starts_with("row_")), "{findings:#?}");
        assert_eq!(place.ok("rebuild_manifest", json!({}))["findings"], json!([]));
        clean(&place);
        assert_eq!(facets(&place), told, "{damage}");
    }
    place.ok("delete_artifact", json!({"artifactId": "m-3"}));
    place.ok("bulk_update", json!({"artifactIds": ["m-1", "m-4"], "archived": true}));
    assert_eq!(facets(&place), json!([0, [], [], []]));
    place.ok("restore", json!({"artifactIds": ["m-3"]}));
    assert_eq!(facets(&place)[2], json!([{"value": "superseded", "count": 1}]));
    assert_eq!(facets(&place)[3], json!([tag("n", "3", 1), tag("stage", "draft", 1)]));
    clean(&place);
}

#[test]
fn an_index_that_finds_by_other_words_is_found_out_and_mended() {
    let place = curated();
    let before = answers(&place);
    for damage in [
        "DELETE FROM search WHERE rowid = 1",
        "INSERT OR REPLACE INTO search (rowid, names, title) VALUES (2, 'm-2', 'aardvark')",
        "INSERT INTO search (rowid, title) VALUES (77, 'stranger')",
        "INSERT INTO search (search) VALUES ('delete-all')",
    ] {
        place.site().close();
        Connection::open(place.root().join("manifest.sqlite")).unwrap().execute_batch(damage).unwrap();
        let report = place.ok("verify_store", json!({}));
        let findings = report["findings"].as_array().unwrap();
        assert!(!findings.is_empty(), "{damage}");
        assert!(findings.iter().all(|one| one["code"] == "words_differ" && one["check"] == "manifest"), "{report:#}");
        assert_eq!(place.ok("verify_store", json!({"repair": true}))["status"], "repaired", "{damage}");
        clean(&place);
        assert_eq!(answers(&place), before, "{damage}");
    }
    // Rows that say something else are no matter of the index.
    place.site().close();
    let manifest = Connection::open(place.root().join("manifest.sqlite")).unwrap();
    manifest
        .execute_batch("UPDATE artifacts SET title = 'Lion' WHERE seq = 4; DELETE FROM aliases WHERE alias = 'old'")
        .unwrap();
    drop(manifest);
    let report = place.ok("verify_store", json!({"repair": true}));
    let mut codes: Vec<&str> =
        report["findings"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["row_differs", "row_missing"], "{report:#}");
    place.ok("rebuild_manifest", json!({}));
    assert_eq!(answers(&place), before);
}

/// A publish writes the index's pages beside its rows, not the whole index.
#[test]
fn a_publish_writes_few_pages() {
    let place = Place::in_memory();
    let tags = json!({"symbol": "S01", "quality": "good"});
    let publish = |number: usize| {
        let more = json!({"title": format!("Measurement {number}"), "description": "What the gauge showed.", "tags": tags,
            "params": {"window": number, "unit": "mm"}});
        note(&place, &format!("n-{number}"), more);
    };
    publish(0);
    let wal = || fs::metadata(place.root().join("manifest.sqlite-wal")).unwrap().len() / 4120;
    let before = wal();
    (1..=30).for_each(publish);
    let pages = (wal() - before) / 30;
    assert!((10..=30).contains(&pages), "{pages} pages a publish");
}
