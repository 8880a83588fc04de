//! Versions compared, deleted and brought back.

use serde_json::{Value, json};

use super::{publish, version, versions, with, with_artifacts};
use crate::support::Place;

fn diff(place: &Place, left: &str, right: &str) -> Value {
    place.ok(
        "diff_datasets",
        json!({"left": {"datasetId": "d", "version": left}, "right": {"datasetId": "d", "version": right}}),
    )
}

fn counts(added: u64, removed: u64, changed: u64, unchanged: u64, [content, role, split, features]: [u64; 4]) -> Value {
    json!({"added": added, "removed": removed, "changed": changed, "unchanged": unchanged,
           "content": content, "role": role, "split": split, "features": features})
}

#[test]
fn every_difference_is_told() {
    let place = with_artifacts(&["same", "gone", "role", "split", "features", "all", "new"]);
    publish(&place, "old-content", "touchstone", "key", "before");
    publish(&place, "new-content", "touchstone", "key", "after");
    let member = |id: &str, role: &str, split: &str, feature: f64| json!({"artifactId": id, "role": role, "split": split, "features": {"f": feature}});
    let left =
        ["same", "gone", "role", "split", "features", "all", "old-content"].map(|id| member(id, "r", "train", 1.0));
    let right = [
        member("same", "r", "train", 1.0),
        member("role", "other", "train", 1.0),
        member("split", "r", "test", 1.0),
        member("features", "r", "train", 2.0),
        member("all", "other", "test", 2.0),
        member("new", "r", "train", 1.0),
        member("new-content", "r", "train", 3.0),
    ];
    place.ok("create_dataset", json!({"datasetId": "d", "version": "v1", "members": left}));
    place.ok("create_dataset", json!({"datasetId": "d", "version": "v2", "members": right}));
    let found = diff(&place, "v1", "v2");
    assert_eq!(found["counts"], counts(1, 1, 5, 1, [1, 2, 2, 3]));
    assert_eq!((&found["identical"], &found["truncated"]), (&json!(false), &json!(false)));
    assert_eq!((&found["added"][0]["artifactId"], &found["removed"][0]["artifactId"]), (&json!("new"), &json!("gone")));
    let changed: Vec<Value> = found["changed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| json!([pair["left"]["artifactId"], pair["right"]["artifactId"], pair["changes"]]))
        .collect();
    assert_eq!(
        changed,
        [
            json!(["all", "all", ["role", "split", "features"]]),
            json!(["features", "features", ["features"]]),
            json!(["old-content", "new-content", ["content", "features"]]),
            json!(["role", "role", ["role"]]),
            json!(["split", "split", ["split"]]),
        ]
    );
    assert_eq!(diff(&place, "v2", "v1")["counts"], counts(1, 1, 5, 1, [1, 2, 2, 3]));
    let same = diff(&place, "v1", "v1");
    assert_eq!((&same["identical"], &same["counts"]), (&json!(true), &counts(0, 0, 0, 7, [0; 4])));
}

#[test]
fn members_that_are_not_one_to_one_are_added_and_removed() {
    let place = Place::new();
    for (id, content) in [("one", "1"), ("two", "2"), ("three", "3")] {
        publish(&place, id, "touchstone", "key", content);
    }
    place.ok("create_dataset", version("v1", &["one", "two"]));
    place.ok("create_dataset", version("v2", &["three"]));
    assert_eq!(diff(&place, "v1", "v2")["counts"], counts(1, 2, 0, 0, [0; 4]));
}

#[test]
fn lists_are_cut_and_counts_are_not() {
    let place = with_artifacts(&["a", "b", "c"]);
    place.ok("create_dataset", version("v1", &[]));
    place.ok("create_dataset", version("v2", &["a", "b", "c"]));
    let path = place.ok("get_dataset", json!({"datasetId": "d", "version": "v1"}))["path"].clone();
    let found = place.ok("diff_datasets", json!({"left": {"path": path}, "right": {"datasetId": "d"}, "limit": 2}));
    assert_eq!((&found["counts"]["added"], &found["truncated"]), (&json!(3), &json!(true)));
    assert_eq!(found["added"].as_array().unwrap().len(), 2);
    for (params, field) in [
        (json!({"left": {"datasetId": "d"}, "right": {"datasetId": "x"}}), "right.datasetId"),
        (json!({"left": {"datasetId": "d", "version": "v7"}, "right": {"datasetId": "d"}}), "left.version"),
        (json!({"left": {}, "right": {"datasetId": "d"}}), "left.datasetId"),
        (json!({"left": {"datasetId": "d"}, "right": {"path": "/nowhere.json"}}), "right.path"),
    ] {
        assert_eq!(place.refuses("diff_datasets", params).1, field);
    }
}

#[test]
fn what_is_deleted_can_be_brought_back() {
    let place = with_artifacts(&["a", "b"]);
    let first = place.ok("create_dataset", version("v1", &["a"]));
    place.ok("create_dataset", version("v2", &["b"]));
    let named = json!({"datasetId": "d", "version": "v2"});
    let deleted = place.ok("delete_dataset", with(named.clone(), "reason", json!("wrong")));
    assert_eq!((&deleted["changed"], &deleted["dataset"]["status"]), (&json!(true), &json!("tombstoned")));
    assert_eq!(versions(&place), ["v1"]);
    assert_eq!(place.ok("get_dataset", named.clone()), deleted["dataset"]);
    assert_eq!(
        place.ok("list_events", json!({"limit": 1}))[0]["data"],
        json!({"datasetId": "d", "version": "v2", "reason": "wrong"})
    );
    let before = place.state();
    assert_eq!(place.ok("delete_dataset", named.clone())["changed"], false);
    assert_eq!(place.state(), before);
    // Its name stays taken, and its files stay.
    for members in [&["b"][..], &["a"]] {
        let (kind, field, message) = place.refuses("create_dataset", version("v2", members));
        assert_eq!((kind.as_str(), field.as_str()), ("conflict", "version"));
        assert!(message.starts_with("version v2 of dataset d was deleted"), "{message}");
    }
    assert_eq!(place.ok("verify_dataset", named.clone())["findings"], json!([]));
    let restored = place.ok("restore_dataset", named.clone());
    assert_eq!((&restored["changed"], &restored["dataset"]["deletedAt"]), (&json!(true), &json!(null)));
    assert_eq!(place.ok("restore_dataset", named)["changed"], false);
    assert_eq!(versions(&place), ["v2", "v1"]);
    assert_eq!(place.ok("get_dataset", json!({"datasetId": "d", "version": "v1"})), first["dataset"]);
}

#[test]
fn only_versions_that_are_named_and_there_are_deleted() {
    let place = with_artifacts(&["a"]);
    place.ok("create_dataset", version("v1", &["a"]));
    for method in ["delete_dataset", "restore_dataset"] {
        for (params, kind, field) in [
            (json!({"datasetId": "d", "version": "latest"}), "invalid_params", "version"),
            (json!({"datasetId": "d", "version": "v2"}), "not_found", "version"),
            (json!({"datasetId": "x", "version": "v1"}), "not_found", "datasetId"),
            (json!({"datasetId": "d"}), "invalid_params", "version"),
        ] {
            let (found, at, message) = place.refuses(method, params);
            assert_eq!((found.as_str(), at.as_str()), (kind, field), "{message}");
        }
    }
    // Once all are deleted, there is no latest.
    place.ok("delete_dataset", json!({"datasetId": "d", "version": "v1"}));
    let (kind, field, message) = place.refuses("get_dataset", json!({"datasetId": "d"}));
    assert_eq!((kind.as_str(), field.as_str()), ("not_found", "version"), "{message}");
}
