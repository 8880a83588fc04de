//! Damaged and lost parts of a store: what notices them, what heals, and what nothing may make worse.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Place, Session};
use crate::whole::{Expect, assert_whole, files_below};

/// A store in which a little of everything has happened.
fn lived_in() -> Place {
    live_in(Place::new())
}

/// Has a little of everything happen in a place.
pub fn live_in(place: Place) -> Place {
    place.write("tree/one.txt", "one");
    place.write("tree/deep/two.txt", "two");
    place.write("config.json", r#"{"formatVersion": 1, "window": 5}"#);
    let first = place.write("first.csv", "ts,value\n2024-01-01T00:00:00Z,1\n");
    let second = place.write("second.csv", "ts,value\n2024-01-01T00:00:00Z,2\n");
    place.ok(
        "register_type",
        json!({"artifactType": "series", "canonicalColumns": ["ts", "value"], "sortKeys": ["ts"]}),
    );
    place.ok(
        "publish_artifact",
        json!({
            "artifactType": "series", "logicalKey": "k", "artifactId": "first", "dataPath": first, "runId": "run-1",
            "tags": {"a": "1", "é: ": "\u{2028}\n"}, "params": {"window": 5}, "roles": ["input"], "title": "First",
            "description": "the first", "outcome": "pass", "source": "tests", "createdAt": "2020-02-02T00:00:00Z",
            "writerName": "it", "writerVersion": "1", "gitCommit": "abc", "gitDirty": true, "requestId": "request 1"
        }),
    );
    place.ok(
        "publish_artifact",
        json!({"artifactType": "config", "artifactId": "config", "dataPath": place.folder().join("config.json")}),
    );
    let inputs =
        json!([{"artifactId": "config", "relation": "config_from"}, {"artifactId": "first", "relation": "my_own"}]);
    place.ok("publish_artifact", json!({"artifactType": "series", "logicalKey": "k", "artifactId": "second", "dataPath": second, "inputs": inputs}));
    place.ok("supersede", json!({"newArtifactId": "second", "oldArtifactId": "first", "reason": "newer"}));
    place.ok("publish_artifact", json!({"artifactType": "report", "artifactId": "tree", "dataPath": place.folder().join("tree"), "inputArtifactIds": ["second"]}));
    place.ok("publish_artifact", json!({"artifactType": "report", "artifactId": "tree", "dataPath": place.folder().join("tree"), "runId": "run-2", "requestId": "request 2"}));
    place.ok("publish_artifact", json!({"artifactType": "other", "logicalKey": "k2", "artifactId": "same-bytes", "dataPath": first, "format": "file"}));
    place.ok(
        "add_lineage",
        json!({"artifactId": "tree", "inputs": [{"artifactId": "first", "relation": "generated_by"}]}),
    );
    place
}

/// Everything that a store answers about what it holds.
fn answers(place: &Place) -> BTreeMap<String, Value> {
    let mut answers = BTreeMap::new();
    let all = place.ok("list_artifacts", json!({"filter": {"limit": 10_000}}));
    for artifact in all.as_array().expect("a list") {
        let id = artifact["artifactId"].as_str().expect("an id");
        for (method, params) in [
            ("get_artifact", json!({"artifactId": id})),
            ("get_lineage", json!({"artifactId": id, "depth": 9})),
            ("get_downstream", json!({"artifactId": id, "depth": 9})),
            ("trace_roots", json!({"artifactId": id})),
            ("list_files", json!({"artifactId": id})),
            ("list_events", json!({"artifactId": id})),
        ] {
            answers.insert(format!("{method} {id}"), place.ok(method, params));
        }
    }
    for run in ["run-1", "run-2"] {
        answers.insert(run.to_owned(), place.ok("list_artifacts", json!({"filter": {"runId": run}})));
    }
    answers.insert("all".to_owned(), all);
    answers.insert("types".to_owned(), place.ok("list_types", json!({})));
    answers.insert("events".to_owned(), place.ok("list_events", json!({"limit": 10_000})));
    answers
}

#[track_caller]
fn assert_same(before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>) {
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    for (question, answer) in before {
        assert_eq!(*answer, after[question], "{question}");
    }
}

fn lose_manifest(place: &Place) {
    place.site().close();
    for suffix in ["", "-wal", "-shm"] {
        std::fs::remove_file(place.root().join(format!("manifest.sqlite{suffix}"))).ok();
    }
}

fn history(place: &Place) -> String {
    std::fs::read_to_string(place.root().join("history.jsonl")).expect("it is read")
}

fn quarantined(place: &Place, start: &str) -> Vec<PathBuf> {
    let mut found = files_below(&place.root().join("quarantine"));
    found.retain(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(start)));
    found
}

fn assert_refused(error: &Value) {
    assert_eq!(error["data"]["kind"], "integrity", "{error}");
    assert!(error["data"]["hint"].as_str().is_some_and(|hint| hint.contains("rebuild_manifest")), "{error}");
}

/// Every request but the one that helps is refused, and changes nothing.
fn assert_all_refused(place: &Place) {
    let before = (history(place), files_below(&place.root().join("objects")).len());
    let content = json!({"artifactType": "t", "content": {"encoding": "utf8", "data": "new"}});
    for (method, params) in [
        ("get_artifact", json!({"artifactId": "first"})),
        ("list_artifacts", json!({"filter": {}})),
        ("publish_artifact", content),
        ("supersede", json!({"newArtifactId": "tree", "oldArtifactId": "second"})),
        ("register_type", json!({"artifactType": "t"})),
        ("init", json!({})),
        ("init", json!({"force": true})),
        ("backup", json!({})),
    ] {
        assert_refused(&place.fails(method, params));
    }
    let health = place.ok("health_check", json!({}));
    assert_eq!(health["available"], false);
    assert!(health["hint"].as_str().is_some_and(|hint| hint.contains("rebuild_manifest")), "{health}");
    assert_eq!((history(place), files_below(&place.root().join("objects")).len()), before);
}

fn rebuild(place: &Place) {
    let rebuilt = place.ok("rebuild_manifest", json!({}));
    assert_eq!(rebuilt["findings"], json!([]));
}

#[test]
fn a_lost_manifest_is_rebuilt() {
    let place = lived_in();
    let before = answers(&place);
    lose_manifest(&place);
    assert_all_refused(&place);
    assert!(!place.root().join("manifest.sqlite").exists());
    rebuild(&place);
    assert_same(&before, &answers(&place));
    // Requests with an id are answered as the first time, also those that were duplicates.
    let first = place.folder().join("first.csv");
    let again = json!({
        "artifactType": "series", "logicalKey": "k", "artifactId": "first", "dataPath": first, "runId": "run-1",
        "tags": {"a": "1", "é: ": "\u{2028}\n"}, "params": {"window": 5}, "roles": ["input"], "title": "First",
        "description": "the first", "outcome": "pass", "source": "tests", "createdAt": "2020-02-02T00:00:00Z",
        "writerName": "it", "writerVersion": "1", "gitCommit": "abc", "gitDirty": true, "requestId": "request 1"
    });
    assert_eq!(place.ok("publish_artifact", again)["deduped"], false);
    let other = json!({"artifactType": "t", "content": {"encoding": "utf8", "data": "x"}, "requestId": "request 2"});
    assert_eq!(place.fails("publish_artifact", other)["data"]["kind"], "conflict");
    assert_same(&before, &answers(&place));
    // And the store goes on: versions, ids of events and the order of commits continue.
    let third = place.write("third.csv", "ts,value\n2024-01-01T00:00:00Z,3\n");
    assert_eq!(place.publish("series", "k", &third)["version"], 3);
    place.site().close();
    assert_whole(&place.root(), Expect::Written);
}

#[test]
fn a_damaged_manifest_is_rebuilt() {
    type Damage = fn(Vec<u8>) -> Vec<u8>;
    let damages: [(&str, Damage); 4] = [
        ("garbage", |bytes| vec![b'x'; bytes.len()]),
        ("cut", |bytes| bytes[..bytes.len() / 2].to_vec()),
        ("cut within the first page", |bytes| bytes[..100].to_vec()),
        ("empty", |_| Vec::new()),
    ];
    for (name, damage) in damages {
        let place = lived_in();
        let before = answers(&place);
        place.site().close();
        let path = place.root().join("manifest.sqlite");
        let damaged = damage(std::fs::read(&path).expect("it is read"));
        std::fs::write(&path, &damaged).expect(name);
        assert_all_refused(&place);
        rebuild(&place);
        assert_same(&before, &answers(&place));
        let aside = quarantined(&place, "manifest-");
        assert!(aside.iter().any(|path| std::fs::read(path).expect("it is read") == damaged), "{name}: {aside:?}");
        place.site().close();
        assert_whole(&place.root(), Expect::Written);
    }
}

/// Rebuilding a manifest that is fine loses nothing either, and what it knew is kept aside.
#[test]
fn a_sound_manifest_is_rebuilt_in_place() {
    let place = lived_in();
    let before = answers(&place);
    rebuild(&place);
    assert_same(&before, &answers(&place));
    assert_eq!(quarantined(&place, "manifest-").len(), 1);
    place.site().close();
    assert_whole(&place.root(), Expect::Written);
}

#[test]
fn a_log_without_its_manifest_is_not_taken_for_the_new_ones() {
    let place = Place::new();
    place.ok("init", json!({}));
    place.ok("list_types", json!({}));
    place.site().close();
    let root = place.root();
    std::fs::remove_file(root.join("manifest.sqlite")).expect("it was there");
    std::fs::write(root.join("manifest.sqlite-wal"), "another's").expect("written");
    place.ok("publish_artifact", json!({"artifactType": "t", "content": {"encoding": "utf8", "data": "x"}}));
    assert_eq!(quarantined(&place, "manifest-").len(), 1);
    place.site().close();
    assert_whole(&root, Expect::Written);
}

#[test]
fn a_copied_store_opens_verifies_and_dedupes() {
    let place = lived_in();
    let before = answers(&place);
    place.site().close();
    let copy = Place::new();
    let copied = Command::new("cp").arg("-r").arg(place.root()).arg(copy.folder()).status();
    assert!(copied.expect("cp runs").success());
    let moved =
        |value: &Value| value.to_string().replace(&*place.root().to_string_lossy(), &copy.root().to_string_lossy());
    for (question, answer) in answers(&copy) {
        assert_eq!(answer.to_string(), moved(&before[&question]), "{question}");
    }
    let second = place.folder().join("second.csv");
    let again = copy.ok("publish_artifact", json!({"artifactType": "series", "logicalKey": "k", "dataPath": second}));
    assert_eq!((&again["deduped"], &again["artifactId"]), (&json!(true), &json!("second")));
    let read = copy.ok("read_file", json!({"artifactId": "second"}));
    assert_eq!(read["integrity"], "verified");
    // Another's duplicates share the copy's object, whose time the copying has changed.
    let first = place.folder().join("first.csv");
    copy.ok("publish_artifact", json!({"artifactType": "more", "dataPath": first, "format": "file"}));
    copy.site().close();
    assert_whole(&copy.root(), Expect::Written);
    assert_whole(&place.root(), Expect::Written);
}

#[test]
fn an_old_manifest_put_back_by_hand_destroys_no_history() {
    let place = lived_in();
    place.site().close();
    let manifest = place.root().join("manifest.sqlite");
    let old = std::fs::read(&manifest).expect("it is read");
    let known = history(&place);
    place.ok("supersede", json!({"newArtifactId": "tree", "oldArtifactId": "second"}));
    place.ok(
        "publish_artifact",
        json!({"artifactType": "t", "artifactId": "late", "content": {"encoding": "utf8", "data": "late"}}),
    );
    let before = answers(&place);
    let tail = history(&place)[known.len()..].to_owned();
    lose_manifest(&place);
    std::fs::write(&manifest, old).expect("written");
    place.ok("list_artifacts", json!({"filter": {}}));
    assert!(history(&place).ends_with(&tail), "reading cuts nothing");
    place.ok(
        "publish_artifact",
        json!({"artifactType": "t", "artifactId": "other", "content": {"encoding": "utf8", "data": "other"}}),
    );
    assert_eq!(history(&place), known);
    let aside = quarantined(&place, "history-");
    assert_eq!(
        aside.iter().map(|path| std::fs::read_to_string(path).expect("read")).collect::<Vec<_>>(),
        std::slice::from_ref(&tail)
    );
    // Put back where it was before the others wrote, it counts again.
    place.site().close();
    std::fs::write(place.root().join("history.jsonl"), known + &tail).expect("written");
    for path in files_below(&place.root().join("artifacts/t")) {
        if path.to_string_lossy().contains("other") {
            std::fs::remove_file(path).expect("it was there");
        }
    }
    lose_manifest(&place);
    rebuild(&place);
    assert_same(&before, &answers(&place));
}

#[test]
fn lost_history_is_written_again() {
    for lose in
        [|text: &str| text[..text.trim_end().rfind('\n').expect("two lines") + 1].to_owned(), |_: &str| String::new()]
    {
        let place = lived_in();
        place.site().close();
        let path = place.root().join("history.jsonl");
        let whole = history(&place);
        std::fs::write(&path, lose(&whole)).expect("written");
        place.ok("supersede", json!({"newArtifactId": "tree", "oldArtifactId": "second"}));
        assert!(history(&place).starts_with(&whole), "{}", history(&place));
        place.site().close();
        assert_whole(&place.root(), Expect::Written);
        let before = answers(&place);
        lose_manifest(&place);
        rebuild(&place);
        assert_same(&before, &answers(&place));
    }
}

#[test]
fn a_torn_last_line_is_no_change() {
    let place = lived_in();
    let before = answers(&place);
    lose_manifest(&place);
    let whole = history(&place);
    let torn = whole.clone() + &whole.lines().last().expect("a line")[..40];
    std::fs::write(place.root().join("history.jsonl"), torn).expect("written");
    rebuild(&place);
    assert_same(&before, &answers(&place));
    place.ok("supersede", json!({"newArtifactId": "tree", "oldArtifactId": "second"}));
    assert!(history(&place).starts_with(&whole));
    assert_eq!(quarantined(&place, "history-").len(), 1);
    place.site().close();
    assert_whole(&place.root(), Expect::Written);
}

#[test]
fn a_damaged_line_of_the_history_is_named() {
    let place = lived_in();
    place.site().close();
    let path = place.root().join("history.jsonl");
    let damaged = history(&place).replacen("superseded", "supersedec", 1);
    std::fs::write(&path, &damaged).expect("written");
    lose_manifest(&place);
    let error = place.fails("rebuild_manifest", json!({}));
    assert_eq!(error["data"]["kind"], "integrity");
    assert!(error["message"].as_str().is_some_and(|text| text.contains("history.jsonl line 3")), "{error}");
    assert!(!place.root().join("manifest.sqlite").exists(), "nothing was begun");
    assert_eq!(history(&place), damaged);
}

fn sidecar(place: &Place, id: &str) -> PathBuf {
    place.ok("get_artifact", json!({"artifactId": id}))["pathSidecar"].as_str().expect("a path").into()
}

#[test]
fn a_damaged_sidecar_is_a_finding_by_name() {
    let flips: [fn(&mut Vec<u8>); 6] = [
        |bytes| bytes[10] ^= 1,
        |bytes| bytes[10] ^= 0x80,
        |bytes| {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 4;
        },
        |bytes| {
            let end = bytes.len() - 30;
            bytes[end] ^= 1;
        },
        |bytes| bytes.truncate(0),
        |bytes| bytes.truncate(bytes.len() / 3),
    ];
    for (number, flip) in flips.iter().enumerate() {
        let place = lived_in();
        let path = sidecar(&place, "same-bytes");
        let kept = place.ok("get_artifact", json!({"artifactId": "tree"}));
        let mut bytes = std::fs::read(&path).expect("it is read");
        flip(&mut bytes);
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o644)).expect("it is set");
        std::fs::write(&path, bytes).expect("written");
        lose_manifest(&place);
        let rebuilt = place.ok("rebuild_manifest", json!({}));
        let findings = rebuilt["findings"].as_array().expect("a list");
        assert_eq!(findings.len(), 1, "{number}: {findings:?}");
        assert!(findings[0].as_str().is_some_and(|text| text.contains(&*path.to_string_lossy())), "{findings:?}");
        assert_eq!(rebuilt["artifactCount"], 4);
        assert_eq!(place.ok("get_artifact", json!({"artifactId": "tree"})), kept);
    }
}

/// What was published is data, also when it looks like a sidecar.
#[test]
fn a_published_sidecar_is_no_artifact() {
    let other = lived_in();
    let place = lived_in();
    let path = place.write("copy.json", std::fs::read(sidecar(&other, "tree")).expect("it is read"));
    place.ok("publish_artifact", json!({"artifactType": "t", "artifactId": "copy", "dataPath": path}));
    let before = answers(&place);
    // Copied by hand to where sidecars lie, it is a finding.
    lose_manifest(&place);
    let stray = place.root().join("artifacts/t/v1/stray.json");
    std::fs::copy(&path, &stray).expect("copied");
    let rebuilt = place.ok("rebuild_manifest", json!({}));
    let findings = rebuilt["findings"].as_array().expect("a list");
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].as_str().is_some_and(|text| text.contains("stray.json")), "{findings:?}");
    assert_same(&before, &answers(&place));
}

#[test]
fn history_without_sidecars_is_not_rebuilt() {
    let place = lived_in();
    lose_manifest(&place);
    std::fs::rename(place.root().join("artifacts"), place.folder().join("elsewhere")).expect("moved");
    let error = place.fails("rebuild_manifest", json!({}));
    assert!(error["data"]["hint"].as_str().is_some_and(|hint| hint.contains("--artifacts-root")), "{error}");
    assert!(!place.root().join("manifest.sqlite").exists());
}

#[test]
fn a_backup_comes_back_with_what_happened_since() {
    let place = lived_in();
    let there = place.folder().join("there.sqlite");
    place.ok("backup", json!({}));
    place.ok("backup", json!({"path": there}));
    assert_eq!(place.fails("backup", json!({"path": there}))["data"]["kind"], "conflict");
    assert_eq!(place.fails("backup", json!({"path": "/no/such/folder/x"}))["data"]["kind"], "not_found");
    place.ok("supersede", json!({"newArtifactId": "tree", "oldArtifactId": "second"}));
    place.ok("publish_artifact", json!({"artifactType": "t", "artifactId": "late", "content": {"encoding": "utf8", "data": "late"}, "inputArtifactIds": ["tree"]}));
    place.ok("publish_artifact", json!({"artifactType": "report", "artifactId": "tree", "dataPath": place.folder().join("tree"), "runId": "run-1", "requestId": "request 3"}));
    let before = answers(&place);
    for (params, lost) in
        [(json!({}), false), (json!({"path": there}), false), (json!({}), true), (json!({"path": there}), true)]
    {
        if lost {
            lose_manifest(&place);
        }
        let restored = place.ok("restore_backup", params.clone());
        assert_eq!(restored["findings"], json!([]), "{params}");
        assert_same(&before, &answers(&place));
        place.site().close();
        assert_whole(&place.root(), Expect::Written);
    }
}

#[test]
fn a_backup_that_is_none_changes_nothing() {
    let place = lived_in();
    let backup = place.folder().join("backup.sqlite");
    place.ok("backup", json!({"path": backup}));
    let before = answers(&place);
    let good = std::fs::read(&backup).expect("it is read");
    let mut flipped = good.clone();
    // The b-tree header of a page in the middle.
    let page = good.len() / 4096 / 2 * 4096;
    flipped[page..page + 8].fill(0xFF);
    for (name, bytes, kind) in [
        ("garbage", vec![b'x'; 5000], "integrity"),
        ("cut", good[..good.len() / 2].to_vec(), "integrity"),
        ("flipped", flipped, "integrity"),
        ("empty", Vec::new(), "invalid_data"),
    ] {
        let path = place.write(name, bytes);
        let error = place.fails("restore_backup", json!({"path": path}));
        assert_eq!(error["data"]["kind"], kind, "{name}: {error}");
        assert!(error["message"].as_str().is_some_and(|text| text.contains(&*path.to_string_lossy())), "{error}");
    }
    assert_eq!(place.fails("restore_backup", json!({"path": "/no/such/backup"}))["data"]["kind"], "not_found");
    assert_eq!(place.fails("restore_backup", json!({}))["data"]["kind"], "not_found");
    assert_same(&before, &answers(&place));
}

#[test]
fn others_go_on_while_the_manifest_is_replaced_in_place() {
    let place = lived_in();
    place.ok("backup", json!({}));
    let mut session = Session::start(&place.root());
    let content =
        |text: &str| json!({"artifactType": "t", "artifactId": text, "content": {"encoding": "utf8", "data": text}});
    assert!(session.call("publish_artifact", content("before"))["result"].is_object());
    for method in ["restore_backup", "rebuild_manifest"] {
        let outcome = place.ok(method, json!({}));
        assert_eq!(outcome["findings"], json!([]));
        let reply = session.call("get_artifact", json!({"artifactId": "before"}));
        assert_eq!(reply["result"]["artifactId"], "before", "{reply}");
        let reply = session.call("publish_artifact", content(&format!("after-{method}").replace('_', "-")));
        assert!(reply["result"].is_object(), "{reply}");
    }
    session.finish();
    place.ok("get_artifact", json!({"artifactId": "after-rebuild-manifest"}));
    place.site().close();
    assert_whole(&place.root(), Expect::Written);
}

/// Publishing goes on in other processes all the while; each answered artifact is in the manifest that was made again.
#[test]
fn rebuilding_loses_nothing_that_others_publish() {
    let place = lived_in();
    let root = place.root();
    let publisher = std::thread::spawn(move || {
        let mut session = Session::start(&root);
        for number in 0..150 {
            let id = format!("n-{number}");
            let reply = session.call(
                "publish_artifact",
                json!({"artifactType": "t", "artifactId": id, "content": {"encoding": "utf8", "data": id}}),
            );
            assert!(reply["result"].is_object(), "{reply}");
        }
        session.finish();
    });
    let mut rounds = 0;
    while !publisher.is_finished() || rounds == 0 {
        rebuild(&place);
        rounds += 1;
    }
    publisher.join().expect("every publish was answered");
    let all = place.ok("list_artifacts", json!({"filter": {"artifactType": "t", "limit": 1000}}));
    assert_eq!(all.as_array().map(Vec::len), Some(150), "after {rounds} rounds");
    place.site().close();
    assert_whole(&place.root(), Expect::Written);
}

#[test]
fn a_manifest_that_vanishes_under_a_session_is_an_error() {
    let place = lived_in();
    place.site().close();
    let mut session = Session::start(&place.root());
    let content = |text: &str| json!({"artifactType": "t", "content": {"encoding": "utf8", "data": text}});
    assert!(session.call("publish_artifact", content("before"))["result"].is_object());
    lose_manifest(&place);
    let reply = session.call("publish_artifact", content("after"));
    assert_refused(&reply["error"]);
    // While that session has the lost manifest open, no other takes its place.
    let error = place.fails("rebuild_manifest", json!({}));
    assert_eq!(error["data"]["kind"], "busy", "{error}");
    assert!(!place.root().join("manifest.sqlite").exists());
    session.finish();
    rebuild(&place);
    assert_eq!(place.ok("list_artifacts", json!({"filter": {}})).as_array().map(Vec::len), Some(6));
    place.site().close();
    assert_whole(&place.root(), Expect::Written);
}

fn write_through(path: &Path, bytes: &[u8]) {
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o644)).expect("it is set");
    let mut file = std::fs::OpenOptions::new().write(true).truncate(true).open(path).expect("it opens");
    std::io::Write::write_all(&mut file, bytes).expect("written");
}

/// Bytes changed through the readable name, which may be a hard link of the object: of the same length, and of another.
#[test]
fn a_changed_object_is_noticed_and_healed() {
    for bad in ["axe\n", "something longer\n"] {
        let place = Place::new();
        let path = place.write("one.txt", "one\n");
        let artifact = place.publish("t", "k", &path);
        let other = place.publish("t", "other key", &path);
        let hash = artifact["fileHash"].as_str().expect("a hash").trim_start_matches("sha256:");
        let object = place.root().join("objects").join(&hash[..2]).join(hash);
        write_through(Path::new(artifact["path"].as_str().expect("a path")), bad.as_bytes());
        write_through(&object, bad.as_bytes());
        let error = place.fails("read_file", json!({"artifactId": artifact["artifactId"]}));
        assert_eq!(error["data"]["kind"], "integrity", "{error}");
        // The same bytes under the same key: a duplicate, and what it is a duplicate of is whole again.
        let again = place.ok("publish_artifact", json!({"artifactType": "t", "logicalKey": "k", "dataPath": path}));
        assert_eq!((&again["deduped"], &again["artifactId"]), (&json!(true), &artifact["artifactId"]));
        for id in [&artifact["artifactId"], &other["artifactId"]] {
            assert_eq!(place.ok("read_file", json!({"artifactId": id}))["data"], "one\n");
        }
        let aside = files_below(&place.root().join("quarantine"));
        assert!(aside.iter().any(|path| std::fs::read(path).expect("read") == bad.as_bytes()), "{aside:?}");
        place.site().close();
        std::fs::set_permissions(&object, std::os::unix::fs::PermissionsExt::from_mode(0o444)).expect("it is set");
        assert_whole(&place.root(), Expect::Written);
    }
}

/// A time that changed alone is no damage.
#[test]
fn a_touched_object_is_proven_again() {
    let place = Place::new();
    let path = place.write("one.txt", "one\n");
    let artifact = place.publish("t", "k", &path);
    let name =
        std::fs::OpenOptions::new().append(true).open(artifact["path"].as_str().expect("a path")).expect("root may");
    name.set_modified(std::time::SystemTime::UNIX_EPOCH).expect("it is set");
    let other = place.publish("t", "other key", &path);
    assert_eq!(other["fileHash"], artifact["fileHash"]);
    assert_eq!(files_below(&place.root().join("quarantine")), Vec::<PathBuf>::new());
    place.site().close();
    assert_whole(&place.root(), Expect::Written);
}

#[test]
fn a_missing_object_comes_back() {
    let place = lived_in();
    let artifact = place.ok("get_artifact", json!({"artifactId": "second"}));
    let hash = artifact["fileHash"].as_str().expect("a hash").trim_start_matches("sha256:").to_owned();
    let object = place.root().join("objects").join(&hash[..2]).join(&hash);
    std::fs::remove_file(&object).expect("it was there");
    std::fs::remove_file(artifact["path"].as_str().expect("a path")).expect("it was there");
    assert_eq!(place.fails("read_file", json!({"artifactId": "second"}))["data"]["kind"], "integrity");
    lose_manifest(&place);
    let rebuilt = place.ok("rebuild_manifest", json!({}));
    assert!(rebuilt["findings"].to_string().contains(&hash), "{rebuilt}");
    place.ok(
        "publish_artifact",
        json!({"artifactType": "series", "logicalKey": "k", "dataPath": place.folder().join("second.csv")}),
    );
    place.ok("read_file", json!({"artifactId": "second"}));
    place.site().close();
    place.ok("list_types", json!({}));
    place.site().close();
    assert_whole(&place.root(), Expect::Written);
}
