//! What a repair mends, what it moves to quarantine, and what it leaves alone.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde_json::{Value, json};

use super::{assert_clean, change_silently, found, lived_in, object};
use crate::support::Place;
use crate::whole::{Expect, assert_whole, files_below};

fn path(artifact: &Value, field: &str) -> PathBuf {
    artifact[field].as_str().expect("a path").into()
}

/// Repairs, and expects these findings as check, code and severity.
#[track_caller]
fn assert_repairs(place: &Place, expected: &[(&str, &str, &str)]) -> Value {
    let report = place.ok("verify_store", json!({"repair": true}));
    let findings: Vec<(&str, &str, &str)> = report["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|finding| {
            let text = |field: &str| finding[field].as_str().expect("a word");
            (text("check"), text("code"), text("severity"))
        })
        .collect();
    assert_eq!(findings, expected, "{report:#}");
    report
}

/// One thing that went wrong in a store in which a little of everything has happened.
type Accident = (&'static str, fn(&Place), &'static [(&'static str, &'static str)]);

/// Everything that can be proven: mended, and afterwards the store is as whole as before.
#[test]
fn what_can_be_proven_is_mended() {
    let accidents: &[Accident] = &[
        (
            "a lost name",
            |place| fs::remove_file(path(&place.get("first"), "path")).unwrap(),
            &[("names", "name_missing")],
        ),
        (
            "a lost file of a tree",
            |place| fs::remove_dir_all(path(&place.get("tree"), "path").join("deep")).unwrap(),
            &[("names", "name_missing")],
        ),
        (
            "another file in a name's place",
            |place| {
                let name = path(&place.get("config"), "path");
                fs::remove_file(&name).unwrap();
                fs::write(&name, "somebody else's").unwrap();
            },
            &[("names", "name_differs")],
        ),
        (
            "a link in a name's place",
            |place| {
                let name = path(&place.get("config"), "path");
                fs::remove_file(&name).unwrap();
                std::os::unix::fs::symlink("/etc/passwd", &name).unwrap();
            },
            &[("names", "name_differs")],
        ),
        (
            "a lost object with a name",
            |place| fs::remove_file(object(place, &place.get("config"))).unwrap(),
            &[("objects", "object_missing")],
        ),
        (
            "a damaged object whose name is a copy",
            |place| {
                let artifact = place.get("config");
                let (name, good) = (path(&artifact, "path"), fs::read(path(&artifact, "path")).unwrap());
                fs::remove_file(&name).unwrap();
                fs::write(&name, good).unwrap();
                change_silently(&object(place, &artifact), |bytes| bytes[3] ^= 0x20);
            },
            &[("hash", "object_damaged")],
        ),
        (
            "an object that was cut, whose name is a copy",
            |place| {
                let artifact = place.get("config");
                let (name, good) = (path(&artifact, "path"), fs::read(path(&artifact, "path")).unwrap());
                fs::remove_file(&name).unwrap();
                fs::write(&name, good).unwrap();
                change_silently(&object(place, &artifact), |bytes| bytes.truncate(4));
            },
            &[("hash", "object_damaged"), ("objects", "object_size")],
        ),
        (
            "an object that may be written",
            |place| fs::set_permissions(object(place, &place.get("first")), PermissionsExt::from_mode(0o644)).unwrap(),
            &[("objects", "object_writable")],
        ),
        (
            "a stranger among the objects",
            |place| fs::write(place.root().join("objects/00/readme"), "hello").unwrap(),
            &[("objects", "stranger")],
        ),
        (
            "a lost sidecar",
            |place| fs::remove_file(path(&place.get("first"), "pathSidecar")).unwrap(),
            &[("sidecars", "sidecar_missing")],
        ),
        (
            "a flipped bit in a sidecar",
            |place| change_silently(&path(&place.get("first"), "pathSidecar"), |bytes| bytes[100] ^= 4),
            &[("sidecars", "sidecar_damaged")],
        ),
        (
            "a flipped bit in a sidecar's seal",
            |place| {
                change_silently(&path(&place.get("tree"), "pathSidecar"), |bytes| {
                    let end = bytes.len() - 20;
                    bytes[end] ^= 1;
                });
            },
            &[("sidecars", "sidecar_damaged")],
        ),
        (
            "a flipped bit in the history",
            |place| change_silently(&place.root().join("history.jsonl"), |bytes| bytes[200] ^= 1),
            &[("history", "line_damaged")],
        ),
        (
            "a lost line end in the history",
            |place| {
                change_silently(&place.root().join("history.jsonl"), |bytes| {
                    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap();
                    bytes[end] ^= 1;
                });
            },
            &[("history", "line_damaged")],
        ),
        (
            "a history without its last lines",
            |place| {
                change_silently(&place.root().join("history.jsonl"), |bytes| {
                    bytes.truncate(bytes.len() / 2);
                });
            },
            &[("history", "history_short"), ("history", "line_damaged")],
        ),
        (
            "a lost history",
            |place| fs::remove_file(place.root().join("history.jsonl")).unwrap(),
            &[("history", "history_short")],
        ),
        (
            "a lost folder",
            |place| fs::remove_dir_all(place.root().join("backups")).unwrap(),
            &[("staging", "folder_missing")],
        ),
        (
            "a stranger in staging",
            |place| fs::write(place.root().join("staging/mine"), "hello").unwrap(),
            &[("staging", "stranger")],
        ),
    ];
    for (what, happens, expected) in accidents {
        let place = lived_in();
        let before = (place.state()["artifacts"].clone(), place.state()["events"].clone());
        happens(&place);
        let expected_found: Vec<(String, String)> =
            expected.iter().map(|(check, code)| ((*check).to_owned(), (*code).to_owned())).collect();
        assert_eq!(found(&place, json!({})), expected_found, "{what}");
        assert_eq!(found(&place, json!({})), expected_found, "{what}: looking changes nothing");
        let repaired: Vec<(&str, &str, &str)> =
            expected.iter().map(|(check, code)| (*check, *code, "repaired")).collect();
        let report = assert_repairs(&place, &repaired);
        assert_eq!(report["status"], "repaired", "{what}");
        assert_clean(&place);
        let mut after = (place.state()["artifacts"].clone(), place.state()["events"].clone());
        after.1.as_array_mut().unwrap().retain(|event| event["kind"] != "object_healed");
        assert_eq!(before, after, "{what}");
        place.site().close();
        assert_whole(&place.root(), Expect::Started);
    }
}

/// Without a good copy the damaged bytes move to quarantine, and publishing the good ones brings the object back.
#[test]
fn a_damaged_object_without_a_good_copy_waits_for_one() {
    let place = Place::in_memory();
    let given = place.write("one.txt", "one\n");
    let artifact = place.publish("t", "k", &given);
    place.publish("t", "other", &given);
    change_silently(&object(&place, &artifact), |bytes| bytes[0] = b'x');
    let report = assert_repairs(&place, &[("hash", "object_damaged", "error")]);
    let aside = report["findings"][0]["quarantinedTo"].as_str().expect("a path");
    assert_eq!(fs::read(aside).unwrap(), b"xne\n");
    assert!(!path(&artifact, "path").exists(), "no name shows the damaged bytes");
    assert_eq!(found(&place, json!({})), [("objects".to_owned(), "object_missing".to_owned())]);
    // Repairing again loses nothing more.
    assert_repairs(&place, &[("objects", "object_missing", "error")]);
    let again = place.ok("publish_artifact", json!({"artifactType": "t", "logicalKey": "k", "dataPath": given}));
    assert_eq!((&again["deduped"], &again["artifactId"]), (&json!(true), &artifact["artifactId"]));
    assert_clean(&place);
    assert_eq!(fs::read(path(&artifact, "path")).unwrap(), b"one\n");
    place.site().close();
    assert_whole(&place.root(), Expect::Written);
}

/// Who writes over an object makes it writable first; that it is in quarantine by then stops no other repair.
#[test]
fn a_damaged_object_that_may_be_written_keeps_nothing_from_its_repair() {
    let place = Place::in_memory();
    let lost = place.text("t", "lost", "one\n");
    let other = place.text("t", "other", "two\n");
    change_silently(&object(&place, &lost), |bytes| bytes[0] = b'x');
    for artifact in [&lost, &other] {
        fs::set_permissions(object(&place, artifact), PermissionsExt::from_mode(0o644)).unwrap();
    }
    let report = place.ok("verify_store", json!({"repair": true}));
    assert_eq!((&report["errors"], &report["repaired"]), (&json!(1), &json!(2)), "{report:#}");
    assert_eq!(found(&place, json!({})), [("objects".to_owned(), "object_missing".to_owned())]);
    place.text("t", "lost", "one\n");
    assert_clean(&place);
}

/// A repair that fails says why, and keeps no other from being done.
#[test]
fn a_repair_that_fails_keeps_no_other_from_being_done() {
    let place = Place::in_memory();
    let artifact = place.text("t", "k", "one\n");
    fs::set_permissions(object(&place, &artifact), PermissionsExt::from_mode(0o644)).unwrap();
    fs::write(place.root().join("history.jsonl"), "no line\n").unwrap();
    // What can't be moved aside: its folder is a file.
    fs::remove_dir(place.root().join("quarantine")).unwrap();
    fs::write(place.root().join("quarantine"), "").unwrap();
    let report = place.ok("verify_store", json!({"repair": true}));
    let findings = report["findings"].as_array().unwrap();
    let writable = findings.iter().find(|finding| finding["code"] == "object_writable").expect("a finding");
    assert_eq!(writable["severity"], "repaired", "{report:#}");
    let told = |finding: &Value| finding["hint"].as_str().is_some_and(|hint| hint.starts_with("its repair failed: "));
    assert!(findings.iter().any(told), "{report:#}");
}

/// The good bytes come back from quarantine too, where somebody put them.
#[test]
fn a_good_copy_in_quarantine_serves() {
    let place = Place::in_memory();
    let artifact = place.text("t", "k", "good bytes");
    change_silently(&object(&place, &artifact), |bytes| bytes[0] = b'x');
    let hash = artifact["fileHash"].as_str().unwrap().trim_start_matches("sha256:");
    fs::write(place.root().join(format!("quarantine/{hash}.from-a-backup")), "good bytes").unwrap();
    assert_repairs(&place, &[("hash", "object_damaged", "repaired")]);
    assert_clean(&place);
    assert_eq!(place.ok("read_file", json!({"artifactId": artifact["artifactId"]}))["data"], "good bytes");
}

/// Bits that flip without a trace in size and time are healed by publishing the same bytes, in every way.
#[test]
fn publishing_good_bytes_heals_what_rotted_silently() {
    let csv = "ts,value\n2024-01-01T00:00:00Z,1\n";
    let ways: [(&str, Value, &str); 4] = [
        ("the same again", json!({"logicalKey": "k"}), "t"),
        ("another key", json!({"logicalKey": "other"}), "t"),
        ("another type", json!({"logicalKey": "k"}), "other"),
        ("another type, as content", json!({"logicalKey": "k"}), "inline"),
    ];
    for format in ["table", "file", "tree"] {
        for (what, params, kind) in &ways {
            let place = Place::in_memory();
            place.write("given/inside.csv", csv);
            let given = place.folder().join(if format == "tree" { "given" } else { "given/inside.csv" });
            let publish = json!({"artifactType": "t", "logicalKey": "k", "dataPath": given, "format": format});
            let artifact = place.ok("publish_artifact", publish.clone())["artifact"].clone();
            place.site().close();
            for object in files_below(&place.root().join("objects")) {
                change_silently(&object, |bytes| bytes[5] ^= 0x10);
            }
            let mut again = publish;
            again["artifactType"] = json!(kind);
            again["logicalKey"] = params["logicalKey"].clone();
            if *kind == "inline" && format != "tree" {
                again.as_object_mut().unwrap().remove("dataPath");
                again["content"] = json!({"encoding": "utf8", "data": csv});
            }
            let again = place.ok("publish_artifact", again);
            assert_eq!(again["deduped"], *what == "the same again", "{format}, {what}");
            assert_clean(&place);
            let read = place.ok("read_file", json!({"artifactId": artifact["artifactId"], "length": 1_048_576}));
            assert_eq!(read["integrity"], "verified", "{format}, {what}");
        }
    }
}

/// What contradicts a sealed file is not papered over: nothing is made from a manifest under suspicion.
#[test]
fn what_cannot_be_proven_is_left_alone() {
    let place = lived_in();
    let sidecar = path(&place.get("first"), "pathSidecar");
    // Both what is sealed and the seal are gone.
    change_silently(&sidecar, |bytes| {
        bytes[100] ^= 4;
        let end = bytes.len() - 20;
        bytes[end] ^= 1;
    });
    let damaged = fs::read(&sidecar).unwrap();
    assert_repairs(&place, &[("sidecars", "sidecar_damaged", "error")]);
    assert_eq!(fs::read(&sidecar).unwrap(), damaged);

    // A row that lost its truth takes no sidecar with it.
    let place = lived_in();
    let rows = Connection::open(place.root().join("manifest.sqlite")).unwrap();
    rows.execute("UPDATE artifacts SET title = 'Fist' WHERE artifact_id = 'first'", []).unwrap();
    fs::remove_file(path(&place.get("tree"), "pathSidecar")).unwrap();
    assert_repairs(&place, &[("sidecars", "sidecar_missing", "error"), ("manifest", "row_differs", "error")]);
    let report = place.ok("verify_store", json!({}));
    let differs = &report["findings"][1];
    assert_eq!(differs["artifactId"], "first");
    assert!(differs["message"].as_str().is_some_and(|text| text.contains("title")), "{differs}");
    rows.execute("UPDATE artifacts SET title = 'First' WHERE artifact_id = 'first'", []).unwrap();
    assert_repairs(&place, &[("sidecars", "sidecar_missing", "repaired")]);

    // The history is not written anew from events that contradict one of its lines.
    let place = lived_in();
    change_silently(&place.root().join("history.jsonl"), |bytes| bytes[200] ^= 1);
    let rows = Connection::open(place.root().join("manifest.sqlite")).unwrap();
    rows.execute("UPDATE events SET actor = 'nobody' WHERE kind = 'joined_run'", []).unwrap();
    let before = fs::read(place.root().join("history.jsonl")).unwrap();
    let report = place.ok("verify_store", json!({"checks": ["history"], "repair": true}));
    assert_eq!(report["errors"], 2, "{report:#}");
    assert_eq!(fs::read(place.root().join("history.jsonl")).unwrap(), before);
}

#[test]
fn lost_inputs_and_circles_are_named() {
    let place = lived_in();
    let rows = Connection::open(place.root().join("manifest.sqlite")).unwrap();
    place.site().close();
    rows.execute_batch(
        "UPDATE edges SET input = NULL, missing_input = 'gone' WHERE relation = 'config_from';
         INSERT INTO edges (output, ordinal, input, relation)
         SELECT o.seq, 7, i.seq, 'derived_from' FROM artifacts o, artifacts i
         WHERE o.artifact_id = 'first' AND i.artifact_id = 'tree';",
    )
    .unwrap();
    let report = place.ok("verify_store", json!({"checks": ["lineage"]}));
    let messages: Vec<&str> =
        report["findings"].as_array().unwrap().iter().map(|finding| finding["message"].as_str().unwrap()).collect();
    assert_eq!(report["status"], "warnings");
    assert_eq!(
        messages,
        [
            "artifacts are made from each other in a circle: first, second, tree",
            "artifact second: its input gone (config_from) is not in the store",
        ]
    );
}

/// A store that can't be written is verified, and its repair refused.
#[test]
fn repairing_needs_a_store_that_can_be_written() {
    let place = lived_in();
    place.site().close();
    let manifest = place.root().join("manifest.sqlite");
    let before = fs::metadata(&manifest).unwrap().modified().unwrap();
    place.ok("verify_store", json!({}));
    place.site().close();
    assert_eq!(fs::metadata(Path::new(&manifest)).unwrap().modified().unwrap(), before, "verifying writes nothing");
}
