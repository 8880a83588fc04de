//! How much room everything takes.

use std::collections::HashSet;
use std::os::unix::fs::MetadataExt;

use serde_json::{Value, json};

use crate::support::{Place, files_below};

fn named(groups: &Value, name: Value) -> &Value {
    groups.as_array().unwrap().iter().find(|group| group["name"] == name).unwrap()
}

#[test]
fn everything_is_counted_once() {
    let place = Place::with_store();
    let empty = place.ok("get_stats", json!({}));
    assert_eq!((&empty["total"], &empty["oldest"], &empty["byType"]), (&json!(0), &Value::Null, &json!([])));
    let publish = |key: &str, text: &str, more: Value| {
        let mut params =
            json!({"artifactType": "note", "artifactId": key, "content": {"encoding": "utf8", "data": text}});
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        place.ok("publish_artifact", params);
    };
    let long = "x".repeat(10_000);
    publish("a", &long, json!({"tags": {"station": "sea"}, "source": "lab", "createdAt": "2026-01-01T00:00:00.000Z"}));
    publish(
        "b",
        &long,
        json!({"tags": {"station": "sea"}, "outcome": "pass", "createdAt": "2026-03-01T00:00:00.000Z"}),
    );
    publish("c", "short", json!({"createdAt": "2026-02-01T00:00:00.000Z"}));
    publish("d", "gone", json!({"createdAt": "2025-01-01T00:00:00.000Z"}));
    place.ok("supersede", json!({"newArtifactId": "b", "oldArtifactId": "a"}));
    place.ok("delete_artifact", json!({"artifactId": "d"}));
    let stats = place.ok("get_stats", json!({}));
    assert_eq!(
        (&stats["total"], &stats["logicalBytes"], &stats["liveBytes"]),
        (&json!(3), &json!(20_005), &json!(10_005))
    );
    assert_eq!(
        (&stats["oldest"], &stats["newest"]),
        (&json!("2026-01-01T00:00:00.000Z"), &json!("2026-03-01T00:00:00.000Z"))
    );
    assert_eq!(stats["byTag"], json!([{"key": "station", "value": "sea", "artifacts": 2, "logicalBytes": 20_000}]));
    assert_eq!(named(&stats["byType"], json!("note"))["artifacts"], 3);
    assert_eq!(named(&stats["bySource"], json!("lab"))["logicalBytes"], 10_000);
    assert_eq!(named(&stats["byOutcome"], json!("pass"))["artifacts"], 1);
    for (status, count) in [("active", 2), ("superseded", 1), ("tombstoned", 1)] {
        assert_eq!(named(&stats["byStatus"], json!(status))["artifacts"], count, "{status}");
    }
    assert_eq!(stats["duplicates"], json!({"files": 4, "objects": 3, "avoidedFiles": 1, "avoidedBytes": 10_000}));
    assert_eq!(stats["trash"], json!({"artifacts": 1, "logicalBytes": 4, "purgeableBytes": 4}));
    assert!(stats["database"]["pages"].as_u64().unwrap() > 10 && stats["budget"].is_null());

    // Names are links of objects: each inode counts once.
    let mut inodes = HashSet::new();
    let (mut logical, mut physical) = (0, 0);
    for name in files_below(&place.root()) {
        let found = std::fs::symlink_metadata(place.root().join(&name)).unwrap();
        if found.is_file() && inodes.insert((found.dev(), found.ino())) {
            (logical, physical) = (logical + found.len(), physical + found.blocks() * 512);
        }
    }
    let again = place.ok("get_stats", json!({}))["store"].clone();
    assert_eq!(again, json!({"files": inodes.len(), "logicalBytes": logical, "physicalBytes": physical}));
}

#[test]
fn a_budget_says_what_is_left() {
    let place = Place::with_store();
    let budget = "default_policy = \"small\"\n[policies.small]\nspace_budget_bytes = 8\n";
    place.write("store/keepstone.toml", budget);
    place.site().close();
    place.text("note", "a", "12345");
    let told = |left: u64, over: u64, used: u64| json!({"policy": "small", "spaceBudgetBytes": 8, "usedBytes": used, "leftBytes": left, "overBudgetBytes": over});
    assert_eq!(place.ok("get_stats", json!({}))["budget"], told(3, 0, 5));
    place.text("note", "b", "6789");
    assert_eq!(place.ok("get_stats", json!({}))["budget"], told(0, 1, 9));
}

#[test]
fn the_manifest_gives_space_back() {
    let place = Place::in_memory();
    place.ok("init", json!({}));
    let manifest = keepstone::manifest::Manifest::open(&place.root().join("manifest.sqlite")).expect("it opens");
    manifest.make_durable().unwrap();
    manifest.begin().unwrap();
    let blob = "x".repeat(4000);
    (0..2000).for_each(|at| manifest.set_meta(&format!("test {at}"), &blob).unwrap());
    manifest.commit().unwrap();
    let full = manifest.pages().unwrap();
    manifest.begin().unwrap();
    (0..2000).for_each(|at| manifest.set_meta(&format!("test {at}"), "").unwrap());
    manifest.commit().unwrap();
    let empty = manifest.pages().unwrap();
    assert!(empty.free_pages.0 > 1000, "{empty:?}");
    manifest.begin().unwrap();
    assert!(manifest.give_back(64).unwrap());
    manifest.commit().unwrap();
    let some = manifest.pages().unwrap();
    assert_eq!((some.free_pages.0, some.pages.0), (empty.free_pages.0 - 64, full.pages.0 - 64));
    drop(manifest);
    // Work on many artifacts does it by itself.
    place.text("note", "a", "12345");
    let id = place.ok("list_artifacts", json!({"filter": {}}))[0]["artifactId"].clone();
    place.ok("delete_artifact", json!({"artifactId": id}));
    place.ok("purge_trash", json!({"olderThan": "0s", "dryRun": false}));
    assert!(place.ok("get_stats", json!({}))["database"]["freePages"].as_u64().unwrap() < 256);
}
