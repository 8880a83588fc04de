//! Stores of earlier formats of ours: brought up to date when they are opened, with nothing lost.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use keepstone::model::Hash;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::{Place, Session};
use crate::whole::{Expect, assert_whole, files_below};

const FIXTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/version2");

/// Lays the store of format 2 out as it was left, objects and folders included.
fn lay_out(root: &Path) {
    let from = Path::new(FIXTURE).join("store");
    for path in files_below(&from) {
        let to = root.join(path.strip_prefix(&from).expect("it lies there"));
        std::fs::create_dir_all(to.parent().expect("a folder")).expect("made");
        let bytes = std::fs::read(&path).expect("read");
        let is_content = path.starts_with(from.join("artifacts")) && path.extension().is_none_or(|end| end != "json");
        if is_content {
            let hex = Hash::of(&bytes).hex();
            let object = root.join("objects").join(&hex[..2]).join(&hex);
            std::fs::create_dir_all(object.parent().expect("a folder")).expect("made");
            std::fs::write(&object, &bytes).expect("written");
            std::fs::set_permissions(&object, PermissionsExt::from_mode(0o444)).expect("set");
            std::fs::hard_link(&object, &to).expect("linked");
        } else {
            std::fs::write(&to, bytes).expect("written");
        }
    }
    for folder in ["locks", "staging", "quarantine", "backups", "trash", "datasets"] {
        std::fs::create_dir_all(root.join(folder)).expect("made");
    }
    for part in 0..=255_u8 {
        std::fs::create_dir_all(root.join(format!("objects/{part:02x}"))).expect("made");
    }
    let manifest = Connection::open(root.join("manifest.sqlite")).expect("made");
    let sql = std::fs::read_to_string(Path::new(FIXTURE).join("manifest.sql")).expect("read");
    manifest.execute_batch(&sql).expect("filled");
}

fn ids(list: &Value) -> Vec<&str> {
    let artifacts = list.as_array().expect("a list");
    artifacts.iter().map(|artifact| artifact["artifactId"].as_str().expect("an id")).collect()
}

#[test]
fn a_store_of_format_2_loses_nothing() {
    let place = Place::new();
    lay_out(&place.root());
    let all = place.ok("list_artifacts", json!({}));
    assert_eq!(ids(&all), ["report-1", "rain-2", "rain-1"]);
    assert_eq!(all[2]["tags"], json!({"station": "sea", "quality": "good"}));
    assert_eq!((&all[2]["supersededBy"], &all[1]["supersedes"]), (&json!("rain-2"), &json!(["rain-1"])));
    for (filter, found) in [
        (json!({"artifactType": "rain", "tags": {"station": "sea"}}), vec!["rain-2", "rain-1"]),
        (json!({"artifactType": "rain", "tags": {"station": "sea", "quality": "good"}}), vec!["rain-1"]),
        (json!({"artifactType": "rain", "tags": {"station": "sea"}, "status": "active"}), vec!["rain-2"]),
        (json!({"artifactType": "rain", "tags": {"station": "sea"}, "maxCreatedAt": "2026-11-04"}), vec!["rain-1"]),
        (json!({"artifactType": "rain", "tags": {"station": "sea"}, "runId": "run-1"}), vec!["rain-1"]),
        (json!({"artifactType": "report", "tags": {"station": "sea"}}), vec!["report-1"]),
        (json!({"tags": {"station": "sea"}}), vec!["report-1", "rain-2", "rain-1"]),
        (json!({"tags": {"quality": "good", "station": "sea"}}), vec!["rain-1"]),
        (json!({"artifactType": "rain", "tags": {"station": "lake"}}), vec![]),
    ] {
        assert_eq!(ids(&place.ok("list_artifacts", json!({"filter": filter}))), found, "{filter}");
    }
    let inputs = place.ok("get_lineage", json!({"artifactId": "report-1"}));
    assert_eq!(ids(&inputs["inputs"]), ["rain-2"]);
    place.site().close();
    assert_whole(&place.root(), Expect::Started);
    // And it goes on.
    let next = place.write("next.txt", "next");
    place.publish("report", "december", &next);
    place.site().close();
    assert_whole(&place.root(), Expect::Written);
}

#[test]
fn many_processes_open_it_at_once() {
    let place = Place::new();
    lay_out(&place.root());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut session = Session::start(&place.root());
                let reply = session.call("list_artifacts", json!({}));
                assert_eq!(ids(&reply["result"]).len(), 3, "{reply}");
                session.finish();
            });
        }
    });
    assert_whole(&place.root(), Expect::Started);
}

#[test]
fn where_it_cannot_be_written_it_is_left_alone() {
    let place = Place::new();
    lay_out(&place.root());
    let manifest: PathBuf = place.root().join("manifest.sqlite");
    let before = std::fs::read(&manifest).expect("read");
    let at = place.folder().join("mounted");
    let Some(mount) = crate::disk::Mount::read_only(&place.root(), &at) else { return };
    let mut session = Session::start(&at);
    let reply = session.call("list_artifacts", json!({}));
    assert_eq!(reply["error"]["data"]["kind"], "read_only", "{reply}");
    let message = reply["error"]["message"].as_str().expect("text");
    assert!(message.contains("has format 2 and can't be brought up to date here"), "{message}");
    session.finish();
    drop(mount);
    assert_eq!(std::fs::read(&manifest).expect("read"), before);
}
