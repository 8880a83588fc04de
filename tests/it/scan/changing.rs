//! What a later scan sees otherwise: ids, and what people decided, stay.

use std::fs;

use serde_json::{Value, json};

use super::tree::{self, Ends, codes, configure, counts, run, runs, stamp, write_run};
use crate::support::id;

fn rescans(place: &crate::support::Place, artifact_id: &str) -> Vec<Value> {
    let events = place.ok("list_events", json!({"artifactId": artifact_id}));
    events.as_array().unwrap().iter().filter(|event| event["kind"] == "rescanned").cloned().collect()
}

#[test]
fn changed_bytes_are_an_event_with_both_hashes() {
    let place = tree::place(2);
    place.ok("scan", json!({}));
    let before = run(&place, "proofs", &stamp(1));
    let kept = place.ok("pin", json!({"artifactId": id(&before), "reason": "golden"}));
    assert!(kept.is_object());
    let path = place.folder().join(format!("artifacts/deep/microstructure/proofs/run_{}.md", stamp(1)));
    fs::write(&path, "# Now\n\nStatus: FAIL\n").unwrap();
    let report = place.ok("scan", json!({}));
    assert_eq!(counts(&report), [10, 0, 1, 9, 0, 0, 1], "only the changed file is read");
    let after = run(&place, "proofs", &stamp(1));
    assert_eq!((id(&after), &after["version"], &after["outcome"]), (id(&before), &json!(1), &json!("fail")));
    assert_eq!((&after["pinned"], &after["createdAt"]), (&json!(true), &before["createdAt"]));
    assert_ne!(after["fileHash"], before["fileHash"]);
    let events = rescans(&place, id(&before));
    assert_eq!(events.len(), 1);
    assert_eq!(
        (&events[0]["data"]["before"]["fileHash"], &events[0]["data"]["after"]["fileHash"]),
        (&before["fileHash"], &after["fileHash"])
    );
    assert_eq!(events[0]["actor"], "tests");
    assert_eq!(place.ok("verify_store", json!({}))["findings"], json!([]));
}

#[test]
fn files_come_and_go_and_the_run_stays_the_same() {
    let place = tree::place(1);
    place.ok("scan", json!({}));
    let before = run(&place, "greenwall", &stamp(0));
    // Sorted before all others: the id must not hang on the first file.
    place.write(&format!("artifacts/a/greenwall/{}.md", stamp(0)), "PASS\n");
    fs::remove_file(place.folder().join(format!("artifacts/greenwall/x_{}.jsonl", stamp(0)))).unwrap();
    let report = place.ok("scan", json!({}));
    assert_eq!((counts(&report), codes(&report)), ([5, 0, 1, 4, 0, 0, 1], vec!["file_missing"]));
    assert!(report["warnings"][0]["path"].as_str().unwrap().ends_with("x_20250901_140022.jsonl"));
    let after = run(&place, "greenwall", &stamp(0));
    assert_eq!(
        (id(&after), &after["fileCount"], &after["path"]),
        (id(&before), &json!(3), &json!(place.folder().join("artifacts")))
    );
    assert_eq!(counts(&place.ok("scan", json!({}))), [5, 0, 0, 5, 0, 0, 0]);
}

#[test]
fn a_touch_is_no_change_and_an_edit_that_keeps_its_time_shows_when_everything_is_read() {
    let place = tree::place(1);
    place.ok("scan", json!({}));
    let before = place.state();
    let path = place.folder().join(format!("out/smoke90/smoke_{}.jsonl", stamp(0)));
    tree::set_time(&path, 1_800_000_000);
    assert_eq!(counts(&place.ok("scan", json!({}))), [5, 0, 0, 5, 0, 0, 1]);
    assert_eq!(counts(&place.ok("scan", json!({}))), [5, 0, 0, 5, 0, 0, 0]);
    assert_eq!(place.state(), before);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("BTC", "ETH")).unwrap();
    tree::set_time(&path, 1_800_000_000);
    assert_eq!(counts(&place.ok("scan", json!({}))), [5, 0, 0, 5, 0, 0, 0]);
    let found = &place.ok("verify_store", json!({}))["findings"];
    assert_eq!((&found[0]["code"], &found[0]["severity"]), (&json!("file_changed"), &json!("warning")), "{found}");
    assert_eq!(counts(&place.ok("scan", json!({"rehash": true}))), [5, 0, 1, 4, 0, 0, 9]);
    assert_eq!(place.ok("verify_store", json!({}))["findings"], json!([]));
}

#[test]
fn what_is_gone_stays_registered_and_is_told() {
    let place = tree::place(2);
    place.ok("scan", json!({}));
    let gone = run(&place, "explain", &stamp(0));
    fs::remove_file(place.folder().join(format!("out/explain_delta/{}.jsonl", stamp(0)))).unwrap();
    let report = place.ok("scan", json!({}));
    assert_eq!((counts(&report), codes(&report)), ([9, 0, 0, 9, 0, 1, 0], vec!["run_missing"]));
    assert_eq!(report["warnings"][0]["artifactId"], id(&gone));
    assert_eq!(place.get(id(&gone))["status"], "active");
    let findings = place.ok("verify_store", json!({"checks": ["in_place"]}));
    assert_eq!((&findings["status"], &findings["findings"][0]["code"]), (&json!("warnings"), &json!("file_missing")));
    let read = place.fails("read_file", json!({"artifactId": id(&gone)}));
    assert_eq!(read["data"]["kind"], "not_found", "{read}");
}

#[test]
fn a_family_that_is_called_otherwise_keeps_its_runs() {
    let place = tree::place(2);
    place.ok("scan", json!({}));
    let before = runs(&place, "bench");
    place.ok("pin", json!({"artifactId": id(&before[0])}));
    let text = fs::read_to_string(place.root().join("keepstone.toml")).unwrap();
    configure(&place, &text.replace("[families.bench]", "[families.speed]"));
    let report = place.ok("scan", json!({}));
    assert_eq!(counts(&report), [10, 0, 2, 8, 0, 0, 0], "{report}");
    let after = runs(&place, "speed");
    assert_eq!(runs(&place, "bench"), Vec::<Value>::new());
    assert_eq!(after.iter().map(id).collect::<Vec<_>>(), before.iter().map(id).collect::<Vec<_>>());
    assert_eq!((&after[0]["pinned"], &after[0]["artifactType"]), (&json!(true), &json!("bench")));
    assert_eq!(counts(&place.ok("scan", json!({}))), [10, 0, 0, 10, 0, 0, 0]);
    assert_eq!(place.ok("verify_store", json!({}))["findings"], json!([]));
}

#[test]
fn a_file_stays_with_the_run_that_has_it() {
    let place = tree::place(1);
    place.ok("scan", json!({}));
    place.write("artifacts/aaa/bench/first.md", "x");
    // Two runs whose patterns now say that they are one: each keeps what it has.
    place.write("artifacts/bench/run_deadbeef0.md", "x");
    place.ok("scan", json!({}));
    let count = runs(&place, "bench").len();
    let text = fs::read_to_string(place.root().join("keepstone.toml")).unwrap();
    configure(&place, &text.replace("[families.bench]\ninclude = [", "[families.bench]\ninclude = [\"**/aaa/**\", "));
    let report = place.ok("scan", json!({}));
    assert_eq!((count, runs(&place, "bench").len(), &report["registered"]), (3, 3, &json!(0)), "{report}");
}

#[test]
fn everything_comes_back_when_the_manifest_is_lost() {
    let place = tree::place(3);
    place.ok("scan", json!({}));
    write_run(place.folder(), "proofs", 0, Ends::Fail);
    place.write(&format!("artifacts/bench/more_{}.md", stamp(1)), "PASS\n");
    place.ok("scan", json!({}));
    let pinned = run(&place, "proofs", &stamp(0));
    place.ok("pin", json!({"artifactId": id(&pinned)}));
    let before = place.state();
    place.site().close();
    for name in ["manifest.sqlite", "manifest.sqlite-wal", "manifest.sqlite-shm"] {
        fs::remove_file(place.root().join(name)).ok();
    }
    assert_eq!(place.ok("rebuild_manifest", json!({}))["findings"], json!([]));
    assert_eq!(place.state(), before);
    assert_eq!(place.ok("verify_store", json!({}))["findings"], json!([]));
    // How the files looked is known no longer, so that each is read once.
    assert_eq!(counts(&place.ok("scan", json!({}))), [15, 0, 0, 15, 0, 0, 28]);
    assert_eq!(counts(&place.ok("scan", json!({}))), [15, 0, 0, 15, 0, 0, 0]);
    assert_eq!(place.state(), before);
}

#[test]
fn a_store_that_moves_with_its_folders_knows_its_runs() {
    let place = tree::place(2);
    place.ok("scan", json!({}));
    place.site().close();
    let moved = tempfile::tempdir().unwrap();
    let status =
        std::process::Command::new("cp").arg("-a").arg(place.folder()).arg(moved.path().join("project")).status();
    assert!(status.unwrap().success());
    let outcome = crate::support::run(
        crate::support::keepstone().args(["scan", "--json"]).arg("--root").arg(moved.path().join("project/store")),
        "",
    );
    let report: Value = serde_json::from_str(&outcome.stdout).expect(&outcome.stderr);
    assert_eq!(counts(&report), [10, 0, 0, 10, 0, 0, 0], "{report}");
}

#[test]
fn a_bundle_carries_the_files_as_the_last_scan_saw_them() {
    let place = tree::place(2);
    place.ok("scan", json!({}));
    let path = place.folder().join(format!("artifacts/deep/microstructure/proofs/run_{}.md", stamp(1)));
    fs::write(&path, "# Now\n\nStatus: FAIL\n").unwrap();
    place.ok("scan", json!({}));
    let there = run(&place, "proofs", &stamp(1));
    let bundle = place.folder().join("runs.tar");
    let bundled = place.ok("export_bundle", json!({"all": true, "path": bundle}));
    let to = crate::support::Place::new();
    let imported = to.ok("import_bundle", json!({"path": bundle}));
    assert_eq!((&imported["artifacts"]["imported"], &imported["notes"]), (&bundled["artifactCount"], &json!([])));
    let here = to.get(id(&there));
    assert_eq!((&here["fileHash"], &here["outcome"]), (&there["fileHash"], &json!("fail")));
    assert_eq!((&here["storage"], &here["format"]), (&json!("managed"), &json!("tree")), "the store keeps it now");
    let out = to.folder().join("out");
    let exported = to.ok("export_artifact", json!({"artifactId": here["artifactId"], "directory": out}));
    let mut paths = exported["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap());
    let changed = paths.find(|path| path.ends_with(".md")).unwrap();
    assert_eq!(fs::read_to_string(changed).unwrap(), "# Now\n\nStatus: FAIL\n");
    assert_eq!(to.ok("verify_store", json!({}))["findings"], json!([]));
    // Straight from where it lies too, unless it has changed since.
    let out = place.folder().join("out");
    let params = json!({"artifactId": there["artifactId"], "directory": out});
    assert_eq!(place.ok("export_artifact", params.clone())["writtenCount"], there["fileCount"]);
    fs::write(&path, "# Now\n\nStatus: PASS\n").unwrap();
    fs::remove_dir_all(&out).unwrap();
    let error = place.fails("export_artifact", params);
    assert_eq!(error["data"]["kind"], "integrity", "{error}");
    assert!(error["data"]["hint"].as_str().unwrap().contains("scan again"), "{error}");
}
