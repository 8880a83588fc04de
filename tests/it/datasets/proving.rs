//! `verify_dataset`: whatever is changed shows, and a version that is fine never does.

use std::path::{Path, PathBuf};

use keepstone::model::seal;
use rusqlite::Connection;
use serde_json::{Value, json};

use super::{publish, version, with_artifacts};
use crate::support::Place;

/// A store with a version of three members, two of which have features.
fn three() -> Place {
    let place = with_artifacts(&["a", "b", "c"]);
    let members = json!([
        {"artifactId": "a", "role": "oracle_output", "split": "train", "features": {"f": 1.5, "ok": true}},
        {"artifactId": "b", "role": "oracle_output", "features": {"f": 2.5}},
        {"artifactId": "c", "role": "geometry"},
    ]);
    place.ok("create_dataset", json!({"datasetId": "d", "version": "v1", "members": members}));
    place
}

/// The codes of what is found, and whether the version is valid.
fn verify(place: &Place, params: Value) -> (Vec<String>, bool) {
    let found = place.ok("verify_dataset", params);
    let findings = found["findings"].as_array().unwrap();
    assert_eq!(found["errorCount"].as_u64().unwrap() + found["warningCount"].as_u64().unwrap(), findings.len() as u64);
    let codes = findings.iter().map(|finding| finding["code"].as_str().unwrap().to_owned()).collect();
    (codes, found["valid"].as_bool().unwrap())
}

fn named() -> Value {
    json!({"datasetId": "d", "version": "v1"})
}

fn snapshot(place: &Place) -> PathBuf {
    place.root().join("datasets/d/v1.json")
}

/// Writes a file that nobody may write.
fn overwrite(path: &Path, content: impl AsRef<[u8]>) {
    std::fs::remove_file(path).unwrap();
    std::fs::write(path, content).unwrap();
}

/// The snapshot's text with something replaced, sealed anew as whoever knows how would.
fn forged(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from} stands in {text}");
    let body = &text[..text.rfind(",\n  \"check\"").unwrap()];
    seal::seal(format!("{}\n}}", body.replacen(from, to, 1))) + "\n"
}

#[test]
fn a_version_that_is_fine_has_no_findings() {
    let place = three();
    assert_eq!(verify(&place, named()), (Vec::new(), true));
    let found = place.ok("verify_dataset", json!({"datasetId": "d", "verifyHashes": true}));
    assert_eq!(
        (&found["membersChecked"], &found["objectsHashed"], &found["findings"]),
        (&json!(3), &json!(3), &json!([]))
    );
    assert_eq!(verify(&place, json!({"path": snapshot(&place)})), (Vec::new(), true));
}

#[test]
fn a_snapshot_that_was_changed_shows() {
    let place = three();
    let good = std::fs::read_to_string(snapshot(&place)).unwrap();
    for (from, to) in [
        ("\"artifactId\":\"b\"", "\"artifactId\":\"bb\""),
        ("\"role\":\"geometry\"", "\"role\":\"config\""),
        ("\"split\":\"train\"", "\"split\":\"test\""),
        ("\"sizeBytes\":1,", "\"sizeBytes\":2,"),
        ("\"f\":2.5", "\"f\":2.25"),
        ("\"ok\":true", "\"ok\":false"),
        ("\"memberCount\": 3", "\"memberCount\": 4"),
        ("\"totalBytes\": 3", "\"totalBytes\": 4"),
        ("\"max\": 2.5", "\"max\": 3.5"),
        ("\"parentVersion\": null", "\"parentVersion\": \"v0\""),
    ] {
        // As it was changed, and by somebody who knows how to seal.
        overwrite(&snapshot(&place), good.replacen(from, to, 1));
        let (codes, valid) = verify(&place, named());
        assert_eq!((codes, valid), (vec!["snapshot_damaged".to_owned()], false), "{from}");
        let by_path = place.fails("verify_dataset", json!({"path": snapshot(&place)}));
        assert_eq!(by_path["data"]["kind"], "integrity", "{from}");
        overwrite(&snapshot(&place), forged(&good, from, to));
        let (codes, valid) = verify(&place, named());
        assert!(!valid && codes.contains(&"snapshot_differs".to_owned()), "{from}: {codes:?}");
        assert!(codes.contains(&"row_differs".to_owned()), "{from}: {codes:?}");
        if !from.contains("parentVersion") {
            // The digests and sums tell by themselves, also where no manifest does.
            let (codes, _) = verify(&place, json!({"path": snapshot(&place)}));
            assert!(codes.contains(&"sum_differs".to_owned()), "{from}: {codes:?}");
        }
    }
    // A member too few.
    let start = good.find("    {\"artifactId\":\"c\"").unwrap();
    let end = start + good[start..].find('\n').unwrap();
    overwrite(&snapshot(&place), forged(&good, &format!(",\n{}", &good[start..end]), ""));
    let (codes, _) = verify(&place, named());
    assert_eq!(codes.iter().filter(|code| *code == "sum_differs").count(), 5, "{codes:?}");
    std::fs::remove_file(snapshot(&place)).unwrap();
    assert_eq!(verify(&place, named()), (vec!["snapshot_missing".to_owned()], false));
    std::fs::write(snapshot(&place), good).unwrap();
    assert_eq!(verify(&place, named()), (Vec::new(), true));
}

#[test]
fn every_flipped_bit_shows() {
    let place = three();
    for path in [snapshot(&place), place.root().join("datasets/d/v1.parquet")] {
        let good = std::fs::read(&path).unwrap();
        for at in (0..good.len()).step_by(7) {
            let mut bytes = good.clone();
            bytes[at] ^= 1 << (at % 8);
            overwrite(&path, bytes);
            let found = place.call("verify_dataset", named()).expect("it is answered");
            assert_eq!(found["valid"], false, "byte {at} of {}", path.display());
        }
        overwrite(&path, good);
        assert_eq!(verify(&place, named()), (Vec::new(), true));
    }
}

#[test]
fn a_manifest_that_was_changed_shows() {
    let place = three();
    let manifest = Connection::open(place.root().join("manifest.sqlite")).unwrap();
    for (change, back, code) in [
        (
            "UPDATE dataset_members SET role = 'x' WHERE artifact_id = 'a'",
            "UPDATE dataset_members SET role = 'oracle_output' WHERE artifact_id = 'a'",
            "row_differs",
        ),
        (
            "UPDATE dataset_members SET size_bytes = 7 WHERE artifact_id = 'b'",
            "UPDATE dataset_members SET size_bytes = 1 WHERE artifact_id = 'b'",
            "row_differs",
        ),
        (
            "UPDATE dataset_members SET features = '{\"f\":9}' WHERE artifact_id = 'b'",
            "UPDATE dataset_members SET features = '{\"f\":2.5}' WHERE artifact_id = 'b'",
            "row_differs",
        ),
        (
            "UPDATE dataset_members SET artifact_id = 'x' WHERE artifact_id = 'c'",
            "UPDATE dataset_members SET artifact_id = 'c' WHERE artifact_id = 'x'",
            "row_differs",
        ),
        (
            "UPDATE dataset_members SET split = NULL WHERE artifact_id = 'a'",
            "UPDATE dataset_members SET split = 'train' WHERE artifact_id = 'a'",
            "row_differs",
        ),
        (
            "UPDATE datasets SET head = json_set(head, '$.memberCount', 4)",
            "UPDATE datasets SET head = json_set(head, '$.memberCount', 3)",
            "row_differs",
        ),
        (
            "UPDATE datasets SET head = json_set(head, '$.statistics.byRole.geometry.count', 2)",
            "UPDATE datasets SET head = json_set(head, '$.statistics.byRole.geometry.count', 1)",
            "row_differs",
        ),
        (
            "UPDATE events SET kind = 'dataset_deleted' WHERE kind = 'dataset_created'",
            "UPDATE events SET kind = 'dataset_created' WHERE kind = 'dataset_deleted'",
            "history_differs",
        ),
        ("UPDATE datasets SET snapshot_hash = zeroblob(32)", "", "snapshot_differs"),
    ] {
        manifest.execute(change, []).unwrap();
        let (codes, valid) = verify(&place, named());
        assert!(!valid && codes.iter().any(|found| found == code), "{change}: {codes:?}");
        if !back.is_empty() {
            manifest.execute(back, []).unwrap();
            assert_eq!(verify(&place, named()), (Vec::new(), true), "{back}");
        }
    }
    manifest.execute("DELETE FROM dataset_members WHERE artifact_id = 'c'", []).unwrap();
    assert!(verify(&place, named()).0.contains(&"row_differs".to_owned()));
}

#[test]
fn an_index_that_is_gone_is_a_warning_and_another_one_an_error() {
    let place = three();
    let index = place.root().join("datasets/d/v1.parquet");
    place.ok("create_dataset", version("v2", &["a"]));
    std::fs::remove_file(&index).unwrap();
    assert_eq!(verify(&place, named()), (vec!["index_missing".to_owned()], true));
    std::fs::copy(place.root().join("datasets/d/v2.parquet"), &index).unwrap();
    assert_eq!(verify(&place, named()), (vec!["index_differs".to_owned()], false));
}

#[test]
fn members_that_are_gone_or_damaged_show() {
    let place = three();
    let object = |id: &str| {
        let hash = place.get(id)["fileHash"].as_str().unwrap()["sha256:".len()..].to_owned();
        place.root().join("objects").join(&hash[..2]).join(hash)
    };
    overwrite(&object("a"), "x");
    assert_eq!(verify(&place, named()), (Vec::new(), true), "sizes don't tell");
    let with_hashes = json!({"datasetId": "d", "verifyHashes": true});
    assert_eq!(verify(&place, with_hashes.clone()), (vec!["object_damaged".to_owned()], false));
    overwrite(&object("a"), "longer");
    std::fs::remove_file(object("b")).unwrap();
    assert_eq!(verify(&place, named()).0, ["object_size", "object_missing"]);
    // The good bytes published again heal it.
    for id in ["a", "b"] {
        publish(&place, id, "touchstone", id, id);
    }
    assert_eq!(verify(&place, with_hashes), (Vec::new(), true));
    let manifest = Connection::open(place.root().join("manifest.sqlite")).unwrap();
    manifest.execute("UPDATE artifacts SET deleted_at = created_at WHERE artifact_id = 'c'", []).unwrap();
    assert_eq!(verify(&place, named()), (vec!["member_deleted".to_owned()], true));
    manifest.execute("UPDATE artifacts SET artifact_id = 'other' WHERE artifact_id = 'c'", []).unwrap();
    manifest.execute("UPDATE artifacts SET size_bytes = 9 WHERE artifact_id = 'b'", []).unwrap();
    assert_eq!(verify(&place, named()).0, ["member_differs", "member_missing"]);
}

#[test]
fn a_deleted_artifact_becomes_no_member() {
    let place = three();
    let manifest = Connection::open(place.root().join("manifest.sqlite")).unwrap();
    manifest.execute("UPDATE artifacts SET deleted_at = created_at WHERE artifact_id = 'c'", []).unwrap();
    let (kind, field, message) = place.refuses("create_dataset", version("v2", &["a", "c"]));
    assert_eq!((kind.as_str(), field.as_str()), ("conflict", "members[1].artifactId"), "{message}");
    let child = json!({"datasetId": "d", "version": "v2", "parentVersion": "v1"});
    assert_eq!(place.refuses("create_dataset", child).1, "parentVersion");
    let without = json!({"datasetId": "d", "version": "v2", "parentVersion": "v1", "remove": ["c"]});
    assert_eq!(place.ok("create_dataset", without)["dataset"]["memberCount"], 2);
}

#[test]
fn the_files_of_a_tree_are_looked_at() {
    let place = Place::new();
    place.write("tree/one.txt", "one");
    place.write("tree/two.txt", "two");
    let tree = place.publish("t", "tree", &place.folder().join("tree"));
    let members = json!([{"artifactId": tree["artifactId"], "role": "fab"}]);
    place.ok("create_dataset", json!({"datasetId": "d", "version": "v1", "members": members}));
    let found = place.ok("verify_dataset", json!({"datasetId": "d", "verifyHashes": true}));
    assert_eq!((&found["objectsHashed"], &found["findings"]), (&json!(3), &json!([])));
    let files = place.ok("list_files", json!({"artifactId": tree["artifactId"]}));
    let files = files.as_array().or_else(|| files["files"].as_array()).unwrap();
    let hash = files[1]["hash"].as_str().unwrap()["sha256:".len()..].to_owned();
    std::fs::remove_file(place.root().join("objects").join(&hash[..2]).join(hash)).unwrap();
    assert_eq!(verify(&place, named()), (vec!["object_missing".to_owned()], false));
}

/// What a device or a pipe gives may never end.
#[test]
fn only_a_regular_file_is_read_as_a_snapshot() {
    let place = three();
    for method in ["get_dataset", "verify_dataset", "list_dataset_members"] {
        let (kind, field, message) = place.refuses(method, json!({"path": "/dev/null"}));
        assert_eq!((kind.as_str(), field.as_str()), ("invalid_data", "path"), "{message}");
        assert!(message.contains("no regular file"), "{message}");
        let large = place.write("large.json", "");
        std::fs::File::options().write(true).open(&large).unwrap().set_len(1 << 40).unwrap();
        let (kind, field, message) = place.refuses(method, json!({"path": large}));
        assert_eq!((kind.as_str(), field.as_str()), ("invalid_data", "path"), "{message}");
    }
}
