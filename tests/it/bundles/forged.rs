//! Bundles whose seals and hashes hold, and whose records say what no history can: nothing of them is trusted.

use std::io::Read;
use std::path::{Path, PathBuf};

use keepstone::model::{Hash, seal};
use serde_json::{Value, json};

use super::{assert_sound, export, import};
use crate::support::{Place, refusal};

/// A copy of a bundle with other records.
fn forged(bundle: &Path, forge: impl FnOnce(&mut Vec<Value>)) -> PathBuf {
    let mut archive = tar::Archive::new(std::fs::File::open(bundle).expect("it opens"));
    let mut entries: Vec<(String, Vec<u8>)> = Vec::new();
    for entry in archive.entries().expect("entries") {
        let mut entry = entry.expect("an entry");
        let (name, mut bytes) = (String::from_utf8_lossy(&entry.path_bytes()).into_owned(), Vec::new());
        entry.read_to_end(&mut bytes).expect("read");
        entries.push((name, bytes));
    }
    let lines = String::from_utf8(entries[1].1.clone()).expect("text");
    let mut records: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("a record")).collect();
    forge(&mut records);
    let lines: String = records.iter().map(|record| format!("{record}\n")).collect();
    let mut cover: Value = serde_json::from_slice(&entries[0].1).expect("a cover");
    cover.as_object_mut().expect("an object").shift_remove("check");
    cover["recordsBytes"] = json!(lines.len());
    cover["recordsHash"] = json!(Hash::of(lines.as_bytes()));
    entries[0].1 = (seal::seal(serde_json::to_string_pretty(&cover).expect("plain data")) + "\n").into_bytes();
    entries[1].1 = lines.into_bytes();
    let path = bundle.with_file_name("forged.tar");
    let mut tar = tar::Builder::new(std::fs::File::create(&path).expect("it is made"));
    for (name, bytes) in entries {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, bytes.as_slice()).expect("appended");
    }
    tar.finish().expect("finished");
    path
}

/// A bundle of `one`, `two` made from it, and `three` made from that, each a note of the same key.
fn bundle() -> (Place, PathBuf) {
    let place = Place::new();
    let mut before: Vec<&str> = Vec::new();
    for name in ["one", "two", "three"] {
        let content = json!({"encoding": "utf8", "data": name});
        place.ok(
            "publish_artifact",
            json!({"artifactType": "note", "artifactId": name, "logicalKey": "k", "content": content, "inputArtifactIds": before}),
        );
        before = vec![name];
    }
    let (path, _) = export(&place, "all.tar", json!({"all": true}));
    (place, path)
}

/// The publication of an artifact.
fn publication<'a>(records: &'a mut [Value], artifact_id: &str) -> &'a mut Value {
    let of_it = |record: &&mut Value| record["artifact"]["publication"]["artifactId"] == artifact_id;
    &mut records.iter_mut().find(of_it).expect("it is there")["artifact"]["publication"]
}

fn event(kind: &str, artifact_id: &str, data: Value) -> Value {
    json!({"event": {"eventId": 90, "at": "2026-11-26T13:21:55.346Z", "kind": kind, "artifactId": artifact_id,
        "actor": null, "data": data}})
}

#[track_caller]
fn refused(events: &[Value], why: &str) {
    let (_from, path) = bundle();
    let path = forged(&path, |records| records.extend(events.iter().cloned()));
    let to = Place::with_store();
    let before = to.state();
    let (kind, field, message) = refusal(&to.fails("import_bundle", json!({"path": path})));
    assert_eq!((kind.as_str(), field.as_str()), ("invalid_data", "path"), "{message}");
    assert!(message.contains(why), "{message}");
    assert_eq!(to.state(), before);
}

#[test]
fn inputs_that_would_close_a_circle_are_left_out_and_told() {
    let (_from, path) = bundle();
    let input = |id: &str| json!([{"artifactId": id, "relation": "derived_from"}]);
    let path = forged(&path, |records| {
        publication(records, "one")["inputs"] = input("three");
        records.push(event("lineage_added", "one", json!({"inputs": input("two")})));
        records.push(event("lineage_added", "two", json!({"inputs": input("two")})));
    });
    let to = Place::new();
    let imported = import(&to, &path);
    assert_eq!(
        imported["notes"],
        json!([
            "artifact three is not made from two, which was made from it; that input is left out",
            "artifact one is not made from two, which was made from it; that input is left out",
            "artifact two is not made from itself; that input is left out",
        ]),
        "the first edge that closes the circle goes, and the rest stays"
    );
    let graph = to.ok("get_lineage_graph", json!({"artifactIds": ["two"], "direction": "both"}));
    assert_eq!((&graph["cycles"], &graph["edgeCount"]), (&json!([]), &json!(2)));
    assert_sound(&to);
}

#[test]
fn supersessions_in_a_circle_are_refused() {
    let supersede = |old: &str, new: &str| event("superseded", old, json!({"supersededBy": new}));
    for circle in [&[("one", "one")][..], &[("one", "two"), ("two", "three"), ("three", "one")]] {
        let events: Vec<Value> = circle.iter().map(|(old, new)| supersede(old, new)).collect();
        refused(&events, "supersedes itself in a circle");
    }
}

#[test]
fn what_does_not_follow_from_what_happened_is_refused() {
    let happens = |kind: &str| event(kind, "one", json!({}));
    for events in [
        &["purged"][..],
        &["restored"],
        &["deleted", "deleted"],
        &["deleted", "purged", "restored"],
        &["deleted", "purged", "purged"],
        &["deleted", "restored", "purged"],
    ] {
        let events: Vec<Value> = events.iter().map(|kind| happens(kind)).collect();
        refused(&events, "doesn't follow from what happened before");
    }
}

#[test]
fn what_people_said_has_the_same_bounds() {
    let said = |after: Value| event("updated", "one", json!({"before": {}, "after": after}));
    refused(&[said(json!({"title": "t".repeat(257)}))], "title: it has 257 bytes");
    for (field, value, why) in [
        ("title", json!("two\nlines"), "control characters"),
        ("description", json!("d".repeat(4097)), "it has 4097 bytes"),
        ("tags", json!({"": ""}), "1 to 128 bytes"),
    ] {
        let (_from, path) = bundle();
        let path = forged(&path, |records| publication(records, "one")[field] = value);
        let to = Place::new();
        let (kind, _, message) = refusal(&to.fails("import_bundle", json!({"path": path})));
        assert!(kind == "invalid_data" && message.contains("artifact one") && message.contains(why), "{message}");
        assert!(!to.root().exists());
    }
}

/// The rows of what is refused are taken back, and files that got their places would stay.
#[test]
fn what_only_shows_in_the_store_is_refused_before_any_file_has_its_place() {
    let (from, _) = bundle();
    from.ok(
        "publish_artifact",
        json!({"artifactType": "note", "artifactId": "four", "content": {"encoding": "utf8", "data": "one"}}),
    );
    from.ok("set_alias", json!({"artifactId": "one", "alias": "best"}));
    let members = json!([{"artifactId": "one", "role": "x"}]);
    for version in ["v1", "v2"] {
        from.ok("create_dataset", json!({"datasetId": "d", "version": version, "members": members}));
    }
    let (path, _) = export(&from, "more.tar", json!({"all": true}));
    let to = Place::with_store();
    let refused = |forge: &dyn Fn(&mut Vec<Value>), why: &str| {
        let path = forged(&path, |records| forge(records));
        let (kind, field, message) = to.refuses("import_bundle", json!({"path": path}));
        assert!(matches!(kind.as_str(), "invalid_data" | "invalid_params"), "{kind}: {message}");
        assert!(field == "path" && message.contains(why), "{field}: {message}");
    };
    let of = |records: &mut [Value], kind: &str| records.iter().rposition(|record| record.get(kind).is_some()).unwrap();
    let tags = |from: usize| (from..from + 600).map(|at| (at.to_string(), json!(""))).collect::<Value>();
    let said = |from: usize| event("updated", "one", json!({"before": {}, "after": {"tags": tags(from)}}));
    refused(&|records| records.extend([said(0), said(600)]), "there would be 1200");
    refused(&|records| records.push(event("lineage_added", "one", json!({"inputs": "two"}))), "its event 90");
    refused(
        &|records| {
            let at = of(records, "alias");
            records[at]["alias"]["logicalKey"] = json!("other");
        },
        "the alias best is of another type or key",
    );
    refused(
        &|records| {
            let at = of(records, "artifact");
            assert_eq!(records[at]["artifact"]["publication"]["artifactId"], "four");
            records[at]["artifact"]["hasBytes"] = json!(false);
        },
        "artifact four comes without its bytes",
    );
    // The version before it is sound.
    for (field, value, why) in [
        ("membershipDigest", json!(Hash::of(b"other")), "the dataset d v2 doesn't hold the members that it says"),
        ("description", json!("d".repeat(4097)), "the dataset d v2: description: it has 4097 bytes"),
        ("version", json!("v1"), "the dataset d v1 is there twice"),
    ] {
        let forge = |records: &mut Vec<Value>| {
            let at = of(records, "dataset");
            assert_eq!(records[at]["dataset"]["head"]["version"], "v2");
            records[at]["dataset"]["head"][field] = value.clone();
        };
        refused(&forge, why);
    }
    assert_eq!(import(&to, &path)["datasets"]["imported"], 2, "as it was exported it is taken");
    assert_sound(&to);
}

#[test]
fn a_dataset_whose_member_is_otherwise_here_is_left_out_with_the_reason() {
    let (from, _) = bundle();
    let members = json!([{"artifactId": "one", "role": "x"}]);
    from.ok("create_dataset", json!({"datasetId": "d", "version": "v1", "members": members}));
    let (path, _) = export(&from, "with-dataset.tar", json!({"all": true}));
    let other = Hash::of(b"other");
    let otherwise = forged(&path, |records| {
        let dataset = records.iter_mut().find(|record| record.get("dataset").is_some()).expect("a dataset");
        dataset["dataset"]["members"][0]["fileHash"] = json!(other);
    });
    let told = "the dataset d v1 is left out: its member one has other bytes here";
    assert_eq!(import(&Place::new(), &otherwise)["notes"], json!([told]));
    let deleted = Place::new();
    import(&deleted, &otherwise);
    deleted.ok("delete_artifact", json!({"artifactId": "one", "force": true}));
    let told = "the dataset d v1 is left out: its member one is deleted here";
    assert!(import(&deleted, &path)["notes"].as_array().expect("a list").contains(&json!(told)));
}

/// As stores look that took such a bundle before it was refused.
#[test]
fn verifying_tells_of_what_contradicts_itself() {
    let (place, _) = bundle();
    assert_sound(&place);
    place.site().close();
    let manifest = rusqlite::Connection::open(place.root().join("manifest.sqlite")).expect("it opens");
    for change in [
        "UPDATE artifacts SET superseded_at = created_at, superseded_by = 2 WHERE seq = 1",
        "UPDATE artifacts SET superseded_at = created_at, superseded_by = 1 WHERE seq = 2",
        "UPDATE artifacts SET purged_at = created_at WHERE seq = 3",
    ] {
        manifest.execute(change, []).expect("changed");
    }
    drop(manifest);
    let told = |check: &str, code: &str| -> Vec<Value> {
        let report = place.ok("verify_store", json!({"checks": [check]}));
        let findings = report["findings"].as_array().expect("a list").iter();
        findings.filter(|finding| finding["code"] == code).map(|finding| finding["message"].clone()).collect()
    };
    assert_eq!(told("lineage", "circle"), ["artifacts supersede each other in a circle: one, two"]);
    let at = place.get("three")["createdAt"].clone();
    let message = format!("artifact three was purged at {}, though it was not deleted", at.as_str().expect("a moment"));
    assert_eq!(told("manifest", "purged_alive"), [message]);
    // And what helps is done.
    place.ok("delete_artifact", json!({"artifactId": "three", "force": true}));
    assert_eq!(told("manifest", "purged_alive"), Vec::<Value>::new());
}
