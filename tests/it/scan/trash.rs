//! What is kept in place, in the trash: moved there whole, back as it was, and gone when it is purged.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::tree::{self, Ends, codes, configure, counts, outside, run, runs, stamp, write_run};
use crate::support::{Held, Place, files_below, id, in_memory, refusal};
use crate::whole::{Expect, assert_whole};

/// A scanned place, and one of its runs.
fn scanned() -> (Place, Value) {
    let place = tree::place(2);
    place.ok("scan", json!({}));
    let run = run(&place, "greenwall", &stamp(1));
    (place, run)
}

fn trash_of(place: &Place, artifact_id: &str) -> PathBuf {
    place.root().join("trash").join(artifact_id)
}

#[test]
fn deleted_files_lie_in_the_trash_and_come_back_as_they_were() {
    let (place, run) = scanned();
    let before = (outside(&place), place.get(id(&run)));
    place.ok("delete_artifact", json!({"artifactId": id(&run)}));
    let trash = trash_of(&place, id(&run));
    let names = ["run_20250901_140122.md", "verification_20250901_140122.json", "x_20250901_140122.jsonl"];
    assert_eq!(files_below(&trash), names.map(|name| format!("greenwall/{name}")));
    let left = outside(&place);
    assert_eq!(left.len(), before.0.len() - 3);
    let deleted = place.get(id(&run));
    assert_eq!((&deleted["status"], &deleted["path"]), (&json!("tombstoned"), &Value::Null));
    for file in place.ok("list_files", json!({"artifactId": id(&run)})).as_array().unwrap() {
        let path = Path::new(file["absolutePath"].as_str().unwrap());
        assert!(path.starts_with(&trash));
        let read = place.ok("read_file", json!({"artifactId": id(&run), "file": file["path"]}));
        assert_eq!(read["data"].as_str().unwrap(), fs::read_to_string(path).unwrap());
    }
    let again = place.ok("scan", json!({}));
    assert_eq!((counts(&again), codes(&again)), ([9, 0, 0, 9, 0, 0, 0], Vec::new()), "it is not resurrected");
    assert_eq!(place.ok("verify_store", json!({}))["findings"], json!([]));
    place.ok("restore", json!({"artifactIds": [id(&run)]}));
    assert_eq!(outside(&place), before.0, "bytes and times");
    assert!(!trash.exists());
    let back = place.get(id(&run));
    assert_eq!(
        (&back["status"], &back["path"], &back["fileHash"]),
        (&json!("active"), &before.1["path"], &before.1["fileHash"])
    );
    assert_eq!(counts(&place.ok("scan", json!({}))), [10, 0, 0, 10, 0, 0, 0]);
    assert_eq!(place.ok("verify_store", json!({}))["findings"], json!([]));
    place.site().close();
    assert_whole(&place.root(), Expect::Written);
}

#[test]
fn a_purge_takes_the_files_away() {
    let (place, run) = scanned();
    place.ok("delete_artifact", json!({"artifactId": id(&run)}));
    let shown = place.ok("purge_trash", json!({"olderThan": "0s"}));
    assert_eq!(shown["artifactCount"], 1, "{shown}");
    let bytes: u64 = place
        .ok("list_files", json!({"artifactId": id(&run)}))
        .as_array()
        .unwrap()
        .iter()
        .map(|file| fs::metadata(file["absolutePath"].as_str().unwrap()).unwrap().len())
        .sum();
    let purged = place.ok("purge_trash", json!({"olderThan": "0s", "dryRun": false}));
    assert_eq!([&shown, &purged].map(|report| report["physicalBytes"].as_u64().unwrap()), [bytes; 2]);
    assert!(!trash_of(&place, id(&run)).exists());
    assert_eq!(files_below(&place.root().join("staging")), Vec::<String>::new());
    assert_eq!(place.fails("read_file", json!({"artifactId": id(&run), "file": "x"}))["data"]["kind"], "not_found");
    assert_eq!(refusal(&place.fails("restore", json!({"artifactIds": [id(&run)]}))).0, "conflict");
    let files = place.ok("list_files", json!({"artifactId": id(&run)}));
    assert_eq!((files.as_array().unwrap().len(), &files[0]["absolutePath"]), (3, &Value::Null));
    assert_eq!(place.ok("verify_store", json!({}))["findings"], json!([]));
}

#[test]
fn what_has_changed_since_the_scan_is_not_deleted() {
    let (place, run) = scanned();
    let path = write_run(place.folder(), "greenwall", 1, Ends::Fail).remove(1);
    tree::set_time(&path, 1_800_000_000);
    let before = outside(&place);
    let (kind, _, message) = place.refuses("delete_artifact", json!({"artifactId": id(&run)}));
    assert_eq!(kind, "conflict");
    assert!(message.contains("has changed since it was scanned"), "{message}");
    assert_eq!(outside(&place), before);
    place.ok("scan", json!({}));
    place.ok("delete_artifact", json!({"artifactId": id(&run)}));
    assert_eq!(files_below(&trash_of(&place, id(&run))).len(), 3);
}

#[test]
fn an_occupied_place_is_not_overwritten() {
    let (place, run) = scanned();
    place.ok("delete_artifact", json!({"artifactId": id(&run)}));
    let path = place.folder().join(format!("artifacts/greenwall/x_{}.jsonl", stamp(1)));
    fs::write(&path, "somebody else's").unwrap();
    let before = outside(&place);
    let (kind, field, message) = place.refuses("restore", json!({"artifactIds": [id(&run)]}));
    assert_eq!((kind.as_str(), field.as_str()), ("conflict", "artifactIds[0]"));
    assert!(message.contains(path.to_str().unwrap()), "{message}");
    assert_eq!(outside(&place), before);
    // The very bytes are no obstacle.
    let trash = trash_of(&place, id(&run));
    fs::copy(trash.join(format!("greenwall/x_{}.jsonl", stamp(1))), &path).unwrap();
    place.ok("restore", json!({"artifactIds": [id(&run)]}));
    assert!(!trash.exists());
    assert_eq!(counts(&place.ok("scan", json!({}))), [10, 0, 0, 10, 0, 0, 1]);
}

#[test]
fn files_that_are_there_again_are_a_new_run() {
    let (place, run) = scanned();
    place.ok("delete_artifact", json!({"artifactId": id(&run)}));
    write_run(place.folder(), "greenwall", 1, Ends::Pass);
    let report = place.ok("scan", json!({}));
    assert_eq!((counts(&report), codes(&report)), ([10, 1, 0, 9, 0, 0, 3], vec!["reappeared"]));
    assert_eq!(report["warnings"][0]["artifactId"], id(&run));
    let now = tree::run(&place, "greenwall", &stamp(1));
    assert_ne!(id(&now), id(&run));
    assert_eq!((&now["version"], &place.get(id(&run))["status"]), (&json!(2), &json!("tombstoned")));
    let (kind, _, message) = place.refuses("restore", json!({"artifactIds": [id(&run)]}));
    assert_eq!(kind, "conflict");
    assert!(message.contains(&format!("its place is taken by {}", id(&now))), "{message}");
    // And the other way round.
    place.ok("delete_artifact", json!({"artifactId": id(&now)}));
    place.ok("restore", json!({"artifactIds": [id(&run)]}));
    assert_eq!(counts(&place.ok("scan", json!({}))), [10, 0, 0, 10, 0, 0, 0]);
}

#[test]
fn a_file_that_nobody_has_is_left_alone() {
    let (place, run) = scanned();
    let late = place.write(&format!("artifacts/greenwall/late_{}.md", stamp(1)), "late");
    place.ok("delete_artifact", json!({"artifactId": id(&run)}));
    assert_eq!(fs::read_to_string(&late).unwrap(), "late");
    place.ok("restore", json!({"artifactIds": [id(&run)]}));
    assert_eq!(counts(&place.ok("scan", json!({}))), [10, 0, 1, 9, 0, 0, 1]);
}

#[test]
fn files_cross_file_systems_and_come_back_with_their_times() {
    let outside_of = in_memory();
    let place = Place::with_store();
    configure(
        &place,
        &format!("[scan]\nroots = [{:?}]\n[families.greenwall]\ninclude = [\"**/greenwall/*\"]\n", outside_of.path()),
    );
    let files = write_run(outside_of.path(), "greenwall", 1, Ends::Pass);
    let looks = |path: &PathBuf| {
        let found = fs::metadata(path).unwrap();
        (fs::read(path).unwrap(), found.mtime(), found.mtime_nsec(), found.mode())
    };
    let before: Vec<_> = files.iter().map(looks).collect();
    place.ok("scan", json!({}));
    let run = runs(&place, "greenwall").remove(0);
    place.ok("delete_artifact", json!({"artifactId": id(&run)}));
    assert!(files.iter().all(|path| !path.exists()));
    assert_eq!(files_below(&trash_of(&place, id(&run))).len(), 3);
    place.ok("restore", json!({"artifactIds": [id(&run)]}));
    assert_eq!(files.iter().map(looks).collect::<Vec<_>>(), before);
    assert_eq!(files_below(&place.root().join("trash")), Vec::<String>::new());
}

/// Copying takes long, so it is done before anybody has to wait for it.
#[test]
fn publishing_goes_on_while_files_are_copied_to_the_trash() {
    let outside_of = in_memory();
    let place = Place::with_store();
    if fs::metadata(outside_of.path()).unwrap().dev() == fs::metadata(place.folder()).unwrap().dev() {
        return;
    }
    configure(
        &place,
        &format!("[scan]\nroots = [{:?}]\n[families.greenwall]\ninclude = [\"**/greenwall/*\"]\n", outside_of.path()),
    );
    for number in 0..7 {
        write_run(outside_of.path(), "greenwall", number, Ends::Pass);
    }
    place.ok("scan", json!({}));
    let oldest = run(&place, "greenwall", &stamp(0));
    let plan = place.ok("plan_gc", json!({"family": "greenwall"}));
    assert_eq!(plan["totals"]["delete"], 2);
    let apply = json!({"family": "greenwall", "now": plan["now"], "digest": plan["digest"]});
    for (at, (method, params)) in
        [("delete_artifact", json!({"artifactId": id(&oldest)})), ("apply_gc", apply)].into_iter().enumerate()
    {
        let mut held = Held::at(&place.root(), "move.copied", &[]);
        held.send(method, params);
        place.text("note", &format!("meanwhile-{at}"), "published");
        assert_eq!(files_below(&trash_of(&place, id(&oldest))), Vec::<String>::new(), "nothing has moved");
        held.go();
        let reply = held.reply();
        assert!(reply["error"].is_null(), "{reply}");
        held.session.finish();
        assert_eq!(files_below(&trash_of(&place, id(&oldest))).len(), 3);
        assert_eq!(files_below(&place.root().join("staging")), Vec::<String>::new());
        let mut held = Held::at(&place.root(), "move.copied", &[]);
        held.send("restore", json!({"artifactIds": [id(&oldest)]}));
        place.text("note", &format!("meanwhile-back-{at}"), "published");
        assert_eq!(files_below(&trash_of(&place, id(&oldest))).len(), 3, "nothing has moved");
        held.go();
        let reply = held.reply();
        assert!(reply["error"].is_null(), "{reply}");
        held.session.finish();
        assert!(!trash_of(&place, id(&oldest)).exists());
        let there = files_below(outside_of.path());
        assert!(there.iter().all(|name| !name.ends_with("keepstone-part")), "{there:?}");
        assert_eq!(there.iter().filter(|name| name.contains(&stamp(0))).count(), 3, "{there:?}");
    }
    place.site().close();
    assert_whole(&place.root(), Expect::Written);
}

#[test]
fn what_cannot_be_moved_stays_and_is_told() {
    let place = tree::place(14);
    place.ok("scan", json!({}));
    let run = run(&place, "proofs", &stamp(0));
    let before = outside(&place);
    let trash = trash_of(&place, id(&run));
    fs::write(&trash, "in the way").unwrap();
    // Its history tells of the attempt.
    let (kind, _, message) = refusal(&place.fails("delete_artifact", json!({"artifactId": id(&run)})));
    assert!(kind == "conflict" && message.contains("was left as it was"), "{message}");
    assert_eq!((outside(&place), &place.get(id(&run))["status"]), (before, &json!("active")));
    // Of several it alone stays.
    let other = place.derived("other", &[]);
    let deleted = place.ok("bulk_delete", json!({"artifactIds": [other, id(&run), id(&run), "nope"]}));
    let told: Vec<_> = ["success", "processed", "deleted", "failed"].map(|field| deleted[field].clone()).into();
    assert_eq!(told, [json!(false), json!(4), json!(1), json!(3)], "{deleted}");
    let results = deleted["results"].as_array().unwrap();
    let kinds: Vec<&Value> = results.iter().map(|result| &result["errorKind"]).collect();
    assert_eq!(kinds, [&Value::Null, &json!("conflict"), &json!("conflict"), &json!("not_found")], "{deleted}");
    assert!(results[1]["error"].as_str().unwrap().contains("was left as it was"), "{deleted}");
    let status = |artifact_id: &str| place.get(artifact_id)["status"].clone();
    assert_eq!((status(&other), status(id(&run))), (json!("tombstoned"), json!("active")));
    let plan = place.ok("plan_gc", json!({"family": "proofs"}));
    let params = json!({"family": "proofs", "now": plan["now"], "digest": plan["digest"]});
    let applied = place.ok("apply_gc", params);
    assert_eq!(applied["skipped"].as_array().unwrap().len(), 1, "{applied}");
    assert_eq!(applied["skipped"][0]["artifactId"], id(&run));
    assert!(applied["skipped"][0]["reason"].as_str().unwrap().contains(&*trash.to_string_lossy()), "{applied}");
    assert_eq!((applied["deleted"].as_array().unwrap().len(), &place.get(id(&run))["status"]), (3, &json!("active")));
    let report = fs::read_to_string(applied["report"].as_str().unwrap()).unwrap();
    assert!(report.contains(id(&run)), "{report}");
    fs::remove_file(&trash).unwrap();
    place.ok("delete_artifact", json!({"artifactId": id(&run)}));
    assert_eq!(files_below(&trash).len(), 2);
    place.site().close();
    assert_whole(&place.root(), Expect::Written);
}

#[test]
fn what_cannot_come_back_stays_in_the_trash_and_is_told() {
    let (place, run) = scanned();
    let before = outside(&place);
    place.ok("delete_artifact", json!({"artifactId": id(&run)}));
    let path = place.folder().join(format!("artifacts/greenwall/x_{}.jsonl", stamp(1)));
    // When nothing can be refused any more.
    let mut held = Held::at(&place.root(), "job.batch_written", &[]);
    held.send("restore", json!({"artifactIds": [id(&run)]}));
    fs::write(&path, "somebody was faster").unwrap();
    held.go();
    let reply = held.reply();
    held.session.finish();
    assert_eq!(reply["result"]["restored"], json!([]), "{reply}");
    assert_eq!(reply["result"]["skipped"][0]["artifactId"], id(&run), "{reply}");
    assert!(reply["result"]["skipped"][0]["reason"].as_str().unwrap().contains(path.to_str().unwrap()), "{reply}");
    assert_eq!(place.get(id(&run))["status"], "tombstoned");
    assert_eq!(files_below(&trash_of(&place, id(&run))).len(), 3);
    assert_eq!(fs::read_to_string(&path).unwrap(), "somebody was faster");
    fs::remove_file(&path).unwrap();
    place.ok("restore", json!({"artifactIds": [id(&run)]}));
    assert_eq!((outside(&place), &place.get(id(&run))["status"]), (before, &json!("active")));
    assert_eq!(counts(&place.ok("scan", json!({}))), [10, 0, 0, 10, 0, 0, 0]);
    assert_eq!(place.ok("verify_store", json!({}))["findings"], json!([]));
}

#[test]
fn what_the_manifest_forgot_is_proven_before_it_is_deleted() {
    let (place, run) = scanned();
    place.site().close();
    for name in ["manifest.sqlite", "manifest.sqlite-wal", "manifest.sqlite-shm"] {
        fs::remove_file(place.root().join(name)).ok();
    }
    assert_eq!(place.ok("rebuild_manifest", json!({}))["findings"], json!([]));
    // As long as before, with other bytes.
    let other = tree::run(&place, "greenwall", &stamp(0));
    let path = place.folder().join(format!("artifacts/greenwall/x_{}.jsonl", stamp(0)));
    let same_length = fs::read_to_string(&path).unwrap().replace("BTC", "ETH");
    fs::write(&path, &same_length).unwrap();
    let (kind, _, message) = place.refuses("delete_artifact", json!({"artifactId": id(&other)}));
    assert!(kind == "conflict" && message.contains("has changed since it was scanned"), "{message}");
    place.ok("delete_artifact", json!({"artifactId": id(&run)}));
    assert_eq!(files_below(&trash_of(&place, id(&run))).len(), 3);
    assert_eq!(fs::read_to_string(&path).unwrap(), same_length);
}

#[test]
fn a_collection_moves_what_the_plan_deletes() {
    let place = tree::place(14);
    place.ok("scan", json!({}));
    let plan = place.ok("plan_gc", json!({"family": "proofs"}));
    let going: Vec<&str> =
        plan["candidates"].as_array().unwrap().iter().filter(|one| one["fate"] == "delete").map(id).collect();
    assert_eq!(going.len(), 4, "{plan}");
    let params = json!({"family": "proofs", "now": plan["now"], "digest": plan["digest"]});
    // One of them has changed since the scan: it stays, and is told.
    let changed =
        place.ok("list_files", json!({"artifactId": going[0]}))[0]["absolutePath"].as_str().unwrap().to_owned();
    fs::write(&changed, "somebody works on it").unwrap();
    let applied = place.ok("apply_gc", params);
    assert_eq!(applied["deleted"].as_array().unwrap().len(), 3, "{applied}");
    assert_eq!(applied["skipped"].as_array().unwrap().len(), 1, "{applied}");
    assert!(applied["skipped"][0]["reason"].as_str().unwrap().contains("has changed since it was scanned"));
    for artifact_id in &going[1..] {
        assert_eq!(files_below(&trash_of(&place, artifact_id)).len(), 2);
    }
    assert_eq!(fs::read_to_string(&changed).unwrap(), "somebody works on it");
    assert_eq!(counts(&place.ok("scan", json!({})))[0], 67);
}
