//! Stores of earlier formats of ours: opened, brought up to date, and nothing lost.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::disk::Mount;
use crate::support::{Place, Session, files_below, ids};

const FIXTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/format2");

/// A store of format 2, laid out as its keepstone left it. Its readable names are made from the objects.
fn old_place() -> Place {
    let place = Place::new();
    let (from, store) = (Path::new(FIXTURE), place.root());
    for folder in ["locks", "staging", "quarantine", "backups", "trash", "datasets"] {
        fs::create_dir_all(store.join(folder)).unwrap();
    }
    for byte in 0..=255 {
        fs::create_dir_all(store.join(format!("objects/{byte:02x}"))).unwrap();
    }
    for name in files_below(from) {
        if name.starts_with("objects/") || name.starts_with("artifacts/") || name == "history.jsonl" {
            let target = store.join(&name);
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            fs::copy(from.join(&name), &target).unwrap();
            let mode = if name == "history.jsonl" { 0o600 } else { 0o444 };
            fs::set_permissions(&target, fs::Permissions::from_mode(mode)).unwrap();
        }
    }
    make_manifest(&manifest(&place));
    let answers = answers(&place.root());
    let artifacts = &answers.iter().find(|answer| answer.method == "get_artifacts").unwrap().result;
    for answer in answers.iter().filter(|answer| answer.method == "list_files") {
        let same = |artifact: &&Value| artifact["artifactId"] == answer.params["artifactId"];
        let artifact = artifacts.as_array().unwrap().iter().find(same).unwrap();
        let name = PathBuf::from(artifact["path"].as_str().unwrap());
        for file in answer.result.as_array().unwrap() {
            let digits = &file["hash"].as_str().unwrap()["sha256:".len()..];
            let is_tree = artifact["format"] == "tree";
            let target = if is_tree { name.join(file["path"].as_str().unwrap()) } else { name.clone() };
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            fs::hard_link(store.join("objects").join(&digits[..2]).join(digits), target).unwrap();
        }
    }
    place
}

fn manifest(place: &Place) -> PathBuf {
    place.root().join("manifest.sqlite")
}

fn make_manifest(path: &Path) {
    let manifest = Connection::open(path).unwrap();
    manifest.execute_batch(&fs::read_to_string(Path::new(FIXTURE).join("manifest.sql")).unwrap()).unwrap();
    manifest.pragma_update(None, "journal_mode", "wal").unwrap();
}

fn format_of(path: &Path) -> i64 {
    Connection::open(path).unwrap().query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap()
}

/// What the old keepstone was asked, and what it answered.
struct Answer {
    method: String,
    params: Value,
    result: Value,
}

fn answers(root: &Path) -> Vec<Answer> {
    let text = fs::read_to_string(Path::new(FIXTURE).join("answers.jsonl")).unwrap();
    let text = text.replace("@STORE@", root.to_str().unwrap());
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines
        .map(|mut line| Answer {
            method: line["method"].as_str().unwrap().to_owned(),
            params: line["params"].take(),
            result: line["result"].take(),
        })
        .collect()
}

/// Whether everything that was said then is said now; objects may have new fields.
fn covers(now: &Value, then: &Value) -> bool {
    match (now, then) {
        (Value::Object(now), Value::Object(then)) => {
            then.iter().all(|(key, then)| now.get(key).is_some_and(|now| covers(now, then)))
        }
        (Value::Array(now), Value::Array(then)) => {
            now.len() == then.len() && now.iter().zip(then).all(|(now, then)| covers(now, then))
        }
        _ => now == then,
    }
}

#[track_caller]
fn answers_as_then(place: &Place) {
    answer_as_then(&place.root(), |method, params| place.ok(method, params));
}

#[track_caller]
fn answer_as_then(root: &Path, mut ask: impl FnMut(&str, Value) -> Value) {
    let answers = answers(root);
    assert_eq!(answers.len(), 35);
    for Answer { method, params, result } in answers {
        let now = ask(&method, params.clone());
        assert!(covers(&now, &result), "{method} {params}\nthen {result}\nnow  {now}");
    }
}

/// The runs that format 2 only knew as words on artifacts.
#[track_caller]
fn knows_the_runs(place: &Place) {
    let trades = place.get("trades-1");
    let joined = place.ok("list_events", json!({"artifactId": "trades-1"}))[1].clone();
    assert_eq!(joined["kind"], "joined_run");
    let runs = place.ok("list_runs", json!({}));
    let told: Vec<Value> = runs
        .as_array()
        .unwrap()
        .iter()
        .map(|run| json!([run["runId"], run["status"], run["startedAt"], run["outputCount"]]))
        .collect();
    // report-2 says that it was made long before it was published, and so its run began then.
    let first = json!(["run-first", "unknown", trades["createdAt"], 1]);
    assert_eq!(told, [first, json!(["run-second", "unknown", "2026-01-06T00:00:00.000Z", 2])]);
    let second = place.ok("get_run", json!({"runId": "run-second"}));
    assert_eq!(ids(&second["outputs"]), ["trades-1", "report-2"]);
}

fn objects_and_sidecars(place: &Place) -> Vec<(String, Vec<u8>)> {
    let names = files_below(&place.root());
    let kept = names.into_iter().filter(|name| name.starts_with("objects/") || name.ends_with(".json"));
    kept.map(|name| (name.clone(), fs::read(place.root().join(&name)).unwrap())).collect()
}

#[test]
fn a_store_of_format_2_answers_as_it_did() {
    let place = old_place();
    let before = objects_and_sidecars(&place);
    assert_eq!(format_of(&manifest(&place)), 2);
    answers_as_then(&place);
    knows_the_runs(&place);
    assert_eq!(objects_and_sidecars(&place), before);
    place.site().close();
    assert!(format_of(&manifest(&place)) > 2);
    // And it goes on: the same table is a duplicate, the answered request is, a new version is the third.
    let again = place.ok(
        "publish_artifact",
        json!({"artifactType": "report", "logicalKey": "2026-01-05", "content": {"encoding": "utf8", "data": "2 trades, 1 size\n"}}),
    );
    assert_eq!((&again["deduped"], &again["artifactId"]), (&json!(true), &json!("report-2")));
    let third = place.text("report", "2026-01-05", "3");
    assert_eq!(third["version"], 3);
    assert_eq!(place.ok("rebuild_manifest", json!({}))["findings"], json!([]));
}

#[test]
fn a_manifest_of_format_2_is_rebuilt_whole() {
    let place = old_place();
    fs::remove_file(manifest(&place)).unwrap();
    assert_eq!(place.ok("rebuild_manifest", json!({}))["findings"], json!([]));
    answers_as_then(&place);
    knows_the_runs(&place);
}

#[test]
fn a_backup_of_format_2_is_restored() {
    let place = old_place();
    let backup = place.root().join("backups/old.sqlite");
    make_manifest(&backup);
    let bytes = fs::read(&backup).unwrap();
    let later = place.text("report", "2026-01-05", "3");
    let restored = place.ok("restore_backup", json!({"path": backup}));
    assert_eq!((&restored["findings"], &restored["artifactCount"]), (&json!([]), &json!(6)));
    assert_eq!(place.get(later["artifactId"].as_str().unwrap())["version"], 3);
    knows_the_runs(&place);
    assert_eq!(fs::read(&backup).unwrap(), bytes);
}

#[test]
fn a_store_of_format_2_that_cant_be_written_is_read() {
    let place = old_place();
    let before = fs::read(manifest(&place)).unwrap();
    let Some(mount) = Mount::read_only(&place.root(), &place.folder().join("mounted")) else { return };
    let mut session = Session::start(&mount.0);
    answer_as_then(&mount.0, |method, params| session.call(method, params)["result"].take());
    let runs = session.call("list_runs", json!({}))["result"].take();
    assert_eq!(runs.as_array().unwrap().len(), 2, "{runs}");
    assert_eq!(session.call("list_datasets", json!({}))["result"], json!([]));
    assert_eq!(session.call("get_dataset", json!({"datasetId": "d"}))["error"]["data"]["kind"], "not_found");
    assert_eq!(session.call("start_run", json!({"stage": "a"}))["error"]["data"]["kind"], "read_only");
    assert_eq!(session.finish().1.code(), Some(0));
    drop(mount);
    assert_eq!(fs::read(manifest(&place)).unwrap(), before);
}

/// Takes away what formats 10 and 11 brought.
const BACK_TO_FORMAT_9: &str = "
    DROP INDEX artifacts_by_type; CREATE INDEX artifacts_by_type ON artifacts (artifact_type, created_at, seq);
    DROP TRIGGER artifact_added; DROP TRIGGER artifact_leaves; DROP TRIGGER artifact_returns; DROP TRIGGER artifact_removed; DROP TRIGGER tag_added;
    DROP TRIGGER tag_removed; DROP TRIGGER total_gone;
    DROP VIEW facets; DROP TABLE totals;
    DROP INDEX artifacts_by_update; DROP INDEX artifacts_by_size; DROP INDEX artifacts_by_title;
    DROP INDEX artifacts_by_listing; CREATE INDEX artifacts_by_file ON artifacts (file_hash);
    CREATE INDEX dataset_members_by_artifact ON dataset_members (artifact_id);
    INSERT INTO search (search) VALUES ('delete-all');
    PRAGMA user_version = 9;
";

#[test]
fn what_a_store_of_format_9_holds_is_found_and_counted() {
    let place = Place::new();
    for number in 1..=4 {
        let given = json!({"artifactType": "note", "logicalKey": "k", "artifactId": format!("n-{number}"), "source": "gauge",
            "tags": {"odd": (number % 2).to_string()}, "content": {"encoding": "utf8", "data": number.to_string()}, "params": {"grid": {"bins": number * 10}}});
        place.ok("publish_artifact", given);
    }
    place.ok("update_artifact", json!({"artifactId": "n-2", "archived": true}));
    place.ok("delete_artifact", json!({"artifactId": "n-4", "force": true}));
    let asked = json!({"filter": {"params": {"grid.bins": {"min": 10, "max": 30}}}, "facets": ["type"]});
    let everything = json!({"facets": ["type", "status", "source", "tag"]});
    let ask = || [&asked, &everything].map(|params| place.ok("search_artifacts", params.clone()));
    let before = ask();
    assert_eq!(ids(&before[0]["artifacts"]), ["n-3", "n-1"]);
    assert_eq!(before[1]["facets"]["source"], json!([{"value": "gauge", "count": 2}]));
    assert_eq!(before[1]["facets"]["tag"], json!([{"key": "odd", "value": "1", "count": 2}]));
    place.site().close();
    Connection::open(manifest(&place)).unwrap().execute_batch(BACK_TO_FORMAT_9).unwrap();
    assert_eq!(ask(), before);
    let report = place.ok("verify_store", json!({}));
    assert_eq!(report["findings"], json!([]), "{report:#}");
    place.site().close();
    assert_eq!(format_of(&manifest(&place)), 11);
}
