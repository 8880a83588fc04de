//! Stores that are there, missing, broken, made and made again.

use serde_json::{Value, json};

use crate::support::{Place, id, ids, refusal};

fn health(place: &Place) -> Value {
    place.ok("health_check", json!({}))
}

#[test]
fn a_missing_store_is_told_by_everything_that_needs_one() {
    let place = Place::new();
    let store = place.root();
    for (method, params) in [
        ("get_artifact", json!({"artifactId": "a"})),
        ("get_artifacts", json!({"artifactIds": []})),
        ("list_artifacts", json!({})),
        ("find_by_logical_key", json!({"artifactType": "t", "logicalKey": "k"})),
        ("find_by_hash", json!({"hash": "ftze3os7wcrq"})),
        ("list_files", json!({"artifactId": "a"})),
        ("read_file", json!({"artifactId": "a"})),
        ("supersede", json!({"newArtifactId": "a", "oldArtifactId": "b"})),
        ("list_types", json!({})),
        ("get_lineage", json!({"artifactId": "a"})),
        ("get_downstream", json!({"artifactId": "a"})),
        ("trace_roots", json!({"artifactId": "a"})),
        ("list_events", json!({})),
        ("backup", json!({})),
    ] {
        let error = place.fails(method, params);
        assert_eq!(refusal(&error).0, "not_found", "{method}: {error}");
        let text = format!("{} {}", error["message"], error["data"]["hint"]);
        assert!(text.contains("`keepstone init`"), "{method}: {error}");
        assert!(!store.exists(), "{method} made something");
    }
    let refused = place.refuses("restore_backup", json!({}));
    assert_eq!(refused.2, format!("no backup was found in {}", store.join("backups").display()));
    let error = place.fails("get_artifact", json!({"artifactId": "a"}));
    assert_eq!(error["message"], format!("there is no store in {}: it was not found", store.display()));
    let health = health(&place);
    assert_eq!((&health["available"], &health["storeRoot"]), (&json!(false), &json!(store)));
    assert_eq!(health["error"], error["message"]);
    assert!(health["hint"].as_str().unwrap().contains("`keepstone init`"));
    assert_eq!((&health["artifactCount"], &health["readOnly"]), (&json!(null), &json!(null)));
    assert!(!store.exists());
}

#[test]
fn a_store_that_works_says_so() {
    let place = Place::new();
    place.text("note", "k", "x");
    let health = health(&place);
    assert_eq!(
        health,
        json!({"available": true, "error": null, "hint": null, "storeRoot": place.root(),
        "artifactsRoot": place.root().join("artifacts"), "readOnly": false, "artifactCount": 1, "formatVersion": health["formatVersion"]})
    );
    assert!(health["formatVersion"].as_u64().unwrap() >= 2);
}

#[test]
fn broken_stores_are_told_and_left_alone() {
    let place = Place::new();
    std::fs::create_dir_all(place.root()).unwrap();
    let manifest = place.root().join("manifest.sqlite");
    let content = "this is no database, whatever its name says";
    std::fs::write(&manifest, content).unwrap();
    let broken = health(&place);
    assert_eq!((&broken["available"], &broken["artifactCount"]), (&json!(false), &json!(null)));
    assert_eq!(broken["error"], "the manifest is damaged: file is not a database");
    let error =
        place.fails("publish_artifact", json!({"artifactType": "t", "content": {"encoding": "utf8", "data": "x"}}));
    assert_eq!((&error["message"], refusal(&error).0.as_str()), (&broken["error"], "integrity"));
    assert_eq!(std::fs::read_to_string(&manifest).unwrap(), content);
    // Nor is an empty file a store.
    std::fs::write(&manifest, "").unwrap();
    assert_eq!(health(&place)["available"], false);
    assert_eq!(std::fs::read_to_string(&manifest).unwrap(), "");
}

#[test]
fn a_lost_manifest_is_no_empty_store() {
    let place = Place::new();
    let made = place.text("note", "k", "x");
    place.site().close();
    for name in ["manifest.sqlite", "manifest.sqlite-wal", "manifest.sqlite-shm"] {
        std::fs::remove_file(place.root().join(name)).ok();
    }
    for (method, params) in [
        ("publish_artifact", json!({"artifactType": "t", "content": {"encoding": "utf8", "data": "y"}})),
        ("get_artifact", json!({"artifactId": id(&made)})),
        ("init", json!({})),
        ("register_type", json!({"artifactType": "t"})),
    ] {
        let error = place.fails(method, params);
        assert_eq!(refusal(&error).0, "integrity", "{method}: {error}");
        assert!(error["data"]["hint"].as_str().unwrap().contains("rebuild_manifest"), "{error}");
    }
    assert_eq!(health(&place)["available"], false);
    let rebuilt = place.ok("rebuild_manifest", json!({}));
    assert_eq!((&rebuilt["artifactCount"], &rebuilt["findings"]), (&json!(1), &json!([])));
    assert_eq!(place.get(id(&made)), made);
}

#[test]
fn a_sidecar_that_was_published_is_no_sidecar_of_its_own() {
    let place = Place::new();
    let first = place.text("note", "k", "x");
    let copy = place.publish("note", "copy", std::path::Path::new(first["pathSidecar"].as_str().unwrap()));
    place.site().close();
    for name in ["manifest.sqlite", "manifest.sqlite-wal", "manifest.sqlite-shm"] {
        std::fs::remove_file(place.root().join(name)).ok();
    }
    let rebuilt = place.ok("rebuild_manifest", json!({}));
    assert_eq!((&rebuilt["artifactCount"], &rebuilt["findings"]), (&json!(2), &json!([])));
    assert_eq!((place.get(id(&first)), place.get(id(&copy))), (first.clone(), copy.clone()));
}

#[test]
fn init_makes_a_store_once_and_force_only_writes_its_configuration() {
    let place = Place::new();
    let made = place.ok("init", json!({}));
    let configuration = place.root().join("keepstone.toml");
    assert_eq!(
        made,
        json!({"created": true, "configured": true, "storeRoot": place.root(), "artifactsRoot": place.root().join("artifacts"), "configuration": configuration})
    );
    let fresh = std::fs::read_to_string(&configuration).unwrap();
    std::fs::write(&configuration, "names = \"copy\"\n").unwrap();
    place.text("note", "k", "x");
    let before = place.state();
    let again = place.ok("init", json!({"force": false}));
    assert_eq!((&again["created"], &again["configured"]), (&json!(false), &json!(false)));
    assert_eq!(std::fs::read_to_string(&configuration).unwrap(), "names = \"copy\"\n");
    let forced = place.ok("init", json!({"force": true}));
    assert_eq!((&forced["created"], &forced["configured"]), (&json!(false), &json!(true)));
    assert_eq!(std::fs::read_to_string(&configuration).unwrap(), fresh);
    assert_eq!(place.state(), before);
}

#[test]
fn an_unknown_key_of_the_configuration_is_named() {
    let place = Place::with_store();
    std::fs::write(place.root().join("keepstone.toml"), "names = \"link\"\nnaems = 1\n").unwrap();
    place.site().close();
    let error = place.fails("list_artifacts", json!({}));
    assert_eq!(refusal(&error).0, "invalid_data");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("keepstone.toml line 2") && message.contains("naems"), "{message}");
    assert!(error["data"]["hint"].as_str().unwrap().contains("keepstone init --force"));
    place.ok("init", json!({"force": true}));
    assert_eq!(place.ok("list_artifacts", json!({})), json!([]));
}

#[test]
fn a_backup_brings_back_its_moment_and_what_came_since() {
    let place = Place::new();
    place.text("note", "k", "one");
    let copy = place.ok("backup", json!({}));
    assert!(std::path::Path::new(copy["path"].as_str().unwrap()).starts_with(place.root().join("backups")));
    assert_eq!(copy["sizeBytes"], std::fs::metadata(copy["path"].as_str().unwrap()).unwrap().len());
    let own = place.folder().join("own.sqlite");
    assert_eq!(place.ok("backup", json!({"path": own}))["path"], json!(own));
    place.text("note", "k", "two");
    let restored = place.ok("restore_backup", json!({"path": own}));
    assert_eq!((&restored["artifactCount"], &restored["findings"]), (&json!(2), &json!([])));
    assert_eq!(ids(&place.ok("list_artifacts", json!({}))).len(), 2);
    for (method, path, kind) in
        [("backup", &own, "conflict"), ("restore_backup", &place.folder().join("missing.sqlite"), "not_found")]
    {
        let error = place.fails(method, json!({"path": path}));
        assert_eq!(refusal(&error).0, kind, "{method}: {error}");
        assert_eq!(ids(&place.ok("list_artifacts", json!({}))).len(), 2);
    }
}
