//! Pins: set, listed, ended, removed; what they protect.

use serde_json::{Value, json};

use super::{fates, note, plan};
use crate::support::Place;
use crate::whole::{Expect, assert_whole};

fn pinned(place: &Place, id: &str) -> bool {
    place.get(id)["pinned"].as_bool().unwrap()
}

/// A run that published `a` and was joined by `b`, a dataset that holds `c`, and `d`.
fn place() -> Place {
    let place = Place::in_memory();
    let text = |key: &str, run: Option<&str>| {
        let content = json!({"encoding": "utf8", "data": key});
        let params = json!({"artifactType": "note", "artifactId": key, "content": content, "runId": run, "createdAt": "2026-01-01"});
        place.ok("publish_artifact", params);
    };
    text("a", Some("run-1"));
    text("b", None);
    text("b", Some("run-1"));
    text("c", None);
    text("d", None);
    let members = json!([{"artifactId": "c", "role": "input"}]);
    place.ok("create_dataset", json!({"datasetId": "set", "version": "v1", "members": members}));
    place
}

#[test]
fn a_pin_protects_an_artifact_the_artifacts_of_a_run_and_the_members_of_live_datasets() {
    let place = place();
    for id in ["a", "b", "c", "d"] {
        assert!(!pinned(&place, id), "{id}");
    }
    place.ok("pin", json!({"artifactId": "d", "reason": "by itself"}));
    assert_eq!(["a", "b", "c", "d"].map(|id| pinned(&place, id)), [false, false, false, true]);
    place.ok("pin", json!({"runId": "run-1"}));
    assert_eq!(["a", "b", "c", "d"].map(|id| pinned(&place, id)), [true, true, false, true]);
    let pin = place.ok("pin", json!({"datasetId": "set", "reason": "in a report"}));
    assert_eq!(["a", "b", "c", "d"].map(|id| pinned(&place, id)), [true; 4]);
    assert_eq!(
        (&pin["datasetId"], &pin["reason"], &pin["expired"]),
        (&json!("set"), &json!("in a report"), &json!(false))
    );
    // Lists say the same.
    let listed = place.ok("list_artifacts", json!({"filter": {}}));
    assert!(listed.as_array().unwrap().iter().all(|one| one["pinned"] == true), "{listed}");
    place.ok("delete_dataset", json!({"datasetId": "set", "version": "v1"}));
    assert!(!pinned(&place, "c"), "a deleted version protects nothing");
    assert_eq!(place.ok("unpin", json!({"runId": "run-1"})), json!({"removed": 1}));
    assert_eq!(["a", "b", "c", "d"].map(|id| pinned(&place, id)), [false, false, false, true]);
    place.site().close();
    assert_whole(&place.root(), Expect::Written);
}

#[test]
fn several_pins_may_stand_and_go_together() {
    let place = place();
    let first = place.ok("pin", json!({"artifactId": "d", "reason": "one"}));
    let second = place.ok("pin", json!({"artifactId": "d", "reason": "two", "expiresAt": "2999-01-01"}));
    assert_ne!(first["pinId"], second["pinId"]);
    assert_eq!(second["expiresAt"], "2999-01-01T00:00:00.000Z");
    place.ok("pin", json!({"runId": "run-1"}));
    let listed = place.ok("list_pins", json!({}));
    let reasons: Vec<&Value> = listed.as_array().unwrap().iter().map(|pin| &pin["reason"]).collect();
    assert_eq!(reasons, [&Value::Null, &json!("two"), &json!("one")], "newest first");
    assert_eq!(place.ok("list_pins", json!({"artifactId": "d"})).as_array().unwrap().len(), 2);
    assert_eq!(place.ok("unpin", json!({"artifactId": "d"})), json!({"removed": 2}));
    assert_eq!(place.ok("unpin", json!({"artifactId": "d"})), json!({"removed": 0}));
    assert!(!pinned(&place, "d"));
    let kinds = place.ok("list_events", json!({"artifactId": "d"}));
    let kinds: Vec<&str> = kinds.as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["unpinned", "pinned", "pinned", "published"]);
}

#[test]
fn what_is_unknown_can_not_be_pinned() {
    let place = place();
    for method in ["pin", "unpin", "list_pins"] {
        for (field, message) in [
            ("artifactId", "artifact nothing was not found"),
            ("runId", "run nothing was not found"),
            ("datasetId", "dataset nothing was not found"),
        ] {
            let (kind, at, text) = place.refuses(method, json!({field: "nothing"}));
            assert_eq!((kind.as_str(), at.as_str(), text.as_str()), ("not_found", field, message), "{method}");
        }
    }
    for params in [json!({}), json!({"artifactId": "a", "runId": "run-1"})] {
        let (kind, ..) = place.refuses("pin", params);
        assert_eq!(kind, "invalid_params");
    }
    let (kind, field, _) = place.refuses("pin", json!({"artifactId": "a", "expiresAt": "2020-01-01"}));
    assert_eq!((kind.as_str(), field.as_str()), ("invalid_params", "expiresAt"));
}

/// A pin's end is judged by the moment of the plan.
#[test]
fn a_pin_ends() {
    let place = Place::in_memory();
    note(&place, "old", 400, &[], json!({}));
    note(&place, "older", 500, &[], json!({}));
    place.ok("pin", json!({"artifactId": "old", "expiresAt": "2100-01-31T00:00:00.001Z"}));
    place.ok("pin", json!({"artifactId": "older", "expiresAt": "2100-01-31T00:00:00.000Z"}));
    assert!(pinned(&place, "old") && pinned(&place, "older"));
    super::configure(&place, "[policies.p]\nkeep_min_count = 0\n");
    let plan = plan(&place, json!({"policy": "p"}));
    let fates = fates(&plan);
    assert_eq!(fates["old"], "keep: pinned");
    assert_eq!(fates["older"], "delete: older_than_30d");
}

#[test]
fn pins_survive_the_loss_of_the_manifest() {
    let place = place();
    place.ok("pin", json!({"artifactId": "d", "reason": "one", "expiresAt": "2999-01-01"}));
    place.ok("pin", json!({"runId": "run-1"}));
    place.ok("pin", json!({"datasetId": "set"}));
    place.ok("unpin", json!({"runId": "run-1"}));
    place.ok("pin", json!({"runId": "run-1", "reason": "again"}));
    let before = place.ok("list_pins", json!({}));
    place.site().close();
    for suffix in ["", "-wal", "-shm"] {
        std::fs::remove_file(place.root().join(format!("manifest.sqlite{suffix}"))).ok();
    }
    assert_eq!(place.ok("rebuild_manifest", json!({}))["findings"], json!([]));
    assert_eq!(place.ok("list_pins", json!({})), before);
    assert_eq!(["a", "b", "c", "d"].map(|id| pinned(&place, id)), [true; 4]);
    place.site().close();
    assert_whole(&place.root(), Expect::Written);
}
