//! Publishing what the store has already.

use std::sync::Mutex;

use keepstone::model::{Result, Watch};
use serde_json::{Value, json};

use super::text_with;
use crate::support::{Place, Session, files_below, id, ids, keepstone, refusal};

const CSV: &str = "ts,price\n2026-01-01T00:00:00Z,1.5\n2026-01-02T00:00:00Z,2.5\n";

/// Notes what long work says it does.
#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl Watch for Heard {
    fn step(&self, _: u64, _: u64, message: &str) -> Result<()> {
        self.0.lock().unwrap().push(message.to_owned());
        Ok(())
    }
}

fn csv(place: &Place, key: &str, text: &str) -> Value {
    json!({"artifactType": "prices", "logicalKey": key, "dataPath": place.write("prices.csv", text)})
}

#[test]
fn an_unchanged_csv_is_not_parsed_again() {
    let place = Place::in_memory();
    let first = place.ok("publish_artifact", csv(&place, "a", CSV));
    assert_eq!(
        (&first["deduped"], &first["mode"], &first["existingArtifactId"]),
        (&json!(false), &json!(null), &json!(null))
    );
    let before = (place.get(id(&first)), place.objects(), place.ok("list_events", json!({})));

    // Without a place for staged files nothing can be converted any more.
    for lease in std::fs::read_dir(place.root().join("staging")).unwrap() {
        std::fs::remove_dir_all(lease.unwrap().path()).unwrap();
    }
    let again = place.ok("publish_artifact", csv(&place, "a", CSV));
    assert_eq!(again["deduped"], true);
    assert_eq!(again["mode"], "file_hash");
    assert_eq!(again["artifactId"], first["artifactId"]);
    assert_eq!(again["existingArtifactId"], first["artifactId"]);
    for same in ["pathParquet", "pathSidecar", "fileHash", "contentHash", "rowCount", "artifact"] {
        assert_eq!(again[same], first[same], "{same}");
    }
    assert_eq!(
        (place.get(id(&first)), place.objects(), place.ok("list_events", json!({}))),
        before,
        "nothing is recorded"
    );
    let changed = CSV.replace("2.5", "3.5");
    let error = place.fails("publish_artifact", csv(&place, "a", &changed));
    assert!(error["message"].as_str().unwrap().starts_with("can't create "), "parsing was possible: {error}");
}

#[test]
fn the_same_csv_under_another_key_is_a_second_artifact_over_one_object() {
    let place = Place::in_memory();
    let first = place.ok("publish_artifact", csv(&place, "a", CSV));
    let heard = Heard::default();
    let second = place.watched("publish_artifact", csv(&place, "b", CSV), &heard).unwrap();
    let heard = heard.0.into_inner().unwrap();
    assert!(heard.iter().all(|message| message == "bytes read" || message == "committing"), "only hashed: {heard:?}");
    assert_eq!(second["deduped"], false);
    assert_ne!(second["artifactId"], first["artifactId"]);
    assert_eq!(second["fileHash"], first["fileHash"]);
    assert_eq!(second["artifact"]["version"], 1);
    assert_eq!(place.objects().len(), 1);
    assert_ne!(second["pathParquet"], first["pathParquet"]);
    let read = |published: &Value| std::fs::read(published["pathParquet"].as_str().unwrap()).unwrap();
    assert_eq!(read(&first), read(&second));
    // The same conversion is heard of when it happens.
    let heard = Heard::default();
    place.watched("publish_artifact", csv(&place, "c", &CSV.replace("2.5", "3.5")), &heard).unwrap();
    assert!(heard.0.into_inner().unwrap().iter().any(|message| message == "bytes"));
}

#[test]
fn other_text_that_becomes_the_same_parquet_is_known_by_it() {
    let place = Place::in_memory();
    let first = place.ok("publish_artifact", csv(&place, "a", CSV));
    let quoted = place.ok("publish_artifact", csv(&place, "a", &CSV.replace("1.5", "1.50")));
    assert_eq!((&quoted["deduped"], &quoted["mode"]), (&json!(true), &json!("file_hash")));
    assert_eq!(quoted["artifactId"], first["artifactId"]);
    assert_eq!(quoted["fileHash"], first["fileHash"], "what is answered is what is kept");
    assert_eq!(place.objects().len(), 1, "nothing more is kept");
    assert_eq!(files_below(&place.root().join("staging")), Vec::<String>::new());
}

#[test]
fn identity_is_type_schema_version_key_and_content() {
    let place = Place::in_memory();
    let publish = |params: Value| place.ok("publish_artifact", text_with("x", params));
    let first = publish(json!({"logicalKey": "k"}));
    assert_eq!(publish(json!({"logicalKey": "k", "schemaVersion": 1}))["artifactId"], first["artifactId"]);
    for other in [
        json!({"logicalKey": "k2"}),
        json!({"logicalKey": "k", "schemaVersion": 2}),
        json!({"logicalKey": "k", "artifactType": "memo"}),
    ] {
        assert_eq!(publish(other.clone())["deduped"], false, "{other}");
    }
    assert_eq!(place.objects().len(), 1);
    let changed = place.ok("publish_artifact", text_with("y", json!({"logicalKey": "k"})));
    assert_eq!((&changed["deduped"], &changed["artifact"]["version"]), (&json!(false), &json!(3)));
    // Versions count type and key, whatever the schema version.
    let key = json!({"artifactType": "note", "logicalKey": "k"});
    let versions = place.ok("find_by_logical_key", key);
    let versions: Vec<_> = versions.as_array().unwrap().iter().map(|artifact| &artifact["version"]).collect();
    assert_eq!(versions, [3, 2, 1]);
}

#[test]
fn superseded_content_published_again_is_a_new_version() {
    let place = Place::in_memory();
    let old = place.text("note", "k", "first");
    let new = place.text("note", "k", "second");
    place.ok("supersede", json!({"newArtifactId": id(&new), "oldArtifactId": id(&old)}));
    let again = place.text("note", "k", "first");
    assert_ne!(id(&again), id(&old));
    assert_eq!((&again["version"], &again["status"]), (&json!(3), &json!("active")));
    assert_eq!(again["fileHash"], old["fileHash"]);
    assert_eq!(place.objects().len(), 2);
    assert_eq!(place.text("note", "k", "first"), again, "and from then on it is the duplicate");
}

#[test]
fn with_an_artifact_id_only_that_id_counts() {
    let place = Place::in_memory();
    let publish = |text: &str, more: Value| place.call("publish_artifact", text_with(text, more));
    let first = publish("x", json!({"artifactId": "mine", "logicalKey": "k"})).unwrap();
    assert_eq!(id(&first), "mine");
    let again = publish("x", json!({"artifactId": "mine"})).unwrap();
    assert_eq!((&again["deduped"], id(&again)), (&json!(true), "mine"));
    let other = publish("x", json!({"artifactId": "other", "logicalKey": "k"})).unwrap();
    assert_eq!((&other["deduped"], &other["artifact"]["version"]), (&json!(false), &json!(2)), "an unused id is new");
    for (text, more, what) in [
        ("y", json!({}), "other content"),
        ("x", json!({"artifactType": "memo"}), "another type"),
        ("x", json!({"schemaVersion": 2}), "another type"),
        ("x", json!({"logicalKey": "k2"}), "another logical key"),
    ] {
        let mut params = text_with(text, json!({"artifactId": "mine"}));
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (kind, field, message) = place.refuses("publish_artifact", params);
        assert_eq!((kind.as_str(), field.as_str()), ("conflict", "artifactId"));
        assert_eq!(message, format!("artifact mine exists with {what}"));
    }
    // A superseded artifact of that id is still that id's content.
    place.ok("supersede", json!({"newArtifactId": "other", "oldArtifactId": "mine"}));
    let superseded = publish("x", json!({"artifactId": "mine"})).unwrap();
    assert_eq!((&superseded["deduped"], &superseded["artifact"]["status"]), (&json!(true), &json!("superseded")));
}

#[test]
fn the_logical_key_is_the_id_else_the_file_name_else_the_new_id() {
    let place = Place::in_memory();
    let path = place.write("daily.csv", CSV);
    let key = |params: Value| place.ok("publish_artifact", params)["artifact"].clone();
    let csv = key(json!({"artifactType": "t", "dataPath": path}));
    assert_eq!(csv["logicalKey"], "daily.csv");
    assert_eq!(key(json!({"artifactType": "t", "dataPath": path, "artifactId": "a"}))["logicalKey"], "a");
    assert_eq!(
        key(json!({"artifactType": "t", "dataPath": path, "artifactId": "b", "logicalKey": "k"}))["logicalKey"],
        "k"
    );
    place.write("reports/summary.txt", "x");
    assert_eq!(key(json!({"artifactType": "t", "dataPath": place.folder().join("reports")}))["logicalKey"], "reports");
    let (one, two) = (key(text_with("x", json!({}))), key(text_with("x", json!({}))));
    assert_eq!(one["logicalKey"], one["artifactId"]);
    assert_ne!(one["artifactId"], two["artifactId"], "without any key nothing is a version of anything");
    let id = one["artifactId"].as_str().unwrap();
    let parts: Vec<&str> = id.split('-').collect();
    assert!(parts[0] == "art" && parts[1].len() == 15 && parts[2].len() == 8 && parts.len() == 3, "{id}");
}

#[test]
fn the_same_request_id_answers_as_the_first_time() {
    let place = Place::in_memory();
    let path = place.write("a.txt", "x");
    let params = json!({"artifactType": "note", "dataPath": path, "requestId": "r1", "tags": {"a": "1", "b": "2"}});
    let first = place.ok("publish_artifact", params.clone());
    assert_eq!(first["deduped"], false);
    std::fs::remove_file(&path).unwrap();
    let before = place.state();
    let again = place.ok("publish_artifact", params.clone());
    assert_eq!(again, first, "as the first time, and without the file");
    // The order of keys is no difference, null is absent.
    let turned = json!({"requestId": "r1", "tags": {"b": "2", "a": "1"}, "title": null, "dataPath": path, "artifactType": "note"});
    assert_eq!(place.ok("publish_artifact", turned), first);
    assert_eq!(place.state(), before);
    let mut other = params;
    other["title"] = json!("new");
    let (kind, field, message) = place.refuses("publish_artifact", other);
    assert_eq!((kind.as_str(), field.as_str()), ("conflict", "requestId"));
    assert_eq!(message, "the request id \"r1\" was used before with other params");

    // A duplicate's answer is remembered too, with its mode.
    let mut duplicate = text_with("x", json!({"artifactType": "note", "logicalKey": "a.txt", "requestId": "r2"}));
    let known = place.ok("publish_artifact", duplicate.clone());
    assert_eq!((&known["deduped"], &known["mode"], id(&known)), (&json!(true), &json!("file_hash"), id(&first)));
    assert_eq!(place.ok("publish_artifact", duplicate.clone()), known);
    // What failed was never answered, so its id is free.
    duplicate["requestId"] = json!("r3");
    duplicate["inputArtifactIds"] = json!(["nothing"]);
    assert_eq!(refusal(&place.fails("publish_artifact", duplicate.clone())).0, "not_found");
    duplicate.as_object_mut().unwrap().remove("inputArtifactIds");
    place.ok("publish_artifact", duplicate);
}

/// Bytes can rot without a trace in size and time: what would only repeat their content must not be thrown away for them.
#[test]
fn rotten_bytes_are_no_duplicate_of_equal_content() {
    for (rotten, artifact_id) in [(false, None), (true, None), (false, Some("table")), (true, Some("table"))] {
        let place = Place::in_memory();
        let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/content_hash");
        let publish = |name: &str| {
            place.call(
                "publish_artifact",
                json!({"artifactType": "t", "logicalKey": "k", "artifactId": artifact_id, "dataPath": fixtures.join(name)}),
            )
        };
        let first = publish("pandas.parquet").unwrap();
        let hash = first["fileHash"].as_str().unwrap().trim_start_matches("sha256:");
        let object = place.root().join("objects").join(&hash[..2]).join(hash);
        if rotten {
            let modified = std::fs::metadata(&object).unwrap().modified().unwrap();
            let mut bytes = std::fs::read(&object).unwrap();
            bytes[100] ^= 1;
            std::fs::set_permissions(&object, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
            std::fs::write(&object, bytes).unwrap();
            std::fs::File::options().write(true).open(&object).unwrap().set_modified(modified).unwrap();
        }
        let second = publish("polars.parquet");
        match (rotten, artifact_id) {
            (false, _) => assert_eq!(second.unwrap()["mode"], "content_hash"),
            (true, Some(_)) => assert_eq!(refusal(&second.unwrap_err()).0, "integrity"),
            (true, None) => {
                let second = second.unwrap();
                assert_eq!((&second["deduped"], &second["contentHash"]), (&json!(false), &first["contentHash"]));
                place.ok("read_file", json!({"artifactId": id(&second)}));
            }
        }
    }
}

#[test]
fn a_duplicate_joins_its_run_and_changes_nothing_else() {
    let place = Place::in_memory();
    let publish = |run: &str| {
        place.ok("publish_artifact", text_with("x", json!({"logicalKey": "k", "runId": run, "title": run})))
    };
    let first = publish("run-1");
    let second = publish("run-2");
    assert_eq!((&second["deduped"], id(&second)), (&json!(true), id(&first)));
    assert_eq!(second["artifact"], first["artifact"], "its first run and title stay");
    let in_run = |run: &str| place.ok("list_artifacts", json!({"filter": {"runId": run}}));
    assert_eq!(ids(&in_run("run-1")), [id(&first)]);
    assert_eq!(ids(&in_run("run-2")), [id(&first)]);
    assert_eq!(in_run("run-3"), json!([]));
    let events = place.ok("list_events", json!({}));
    let kinds: Vec<_> = events.as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["joined_run", "published"]);
    assert_eq!(events[0]["data"], json!({"runId": "run-2"}));
    publish("run-2");
    assert_eq!(place.ok("list_events", json!({})), events, "joining once is enough");
}

#[test]
fn bytes_known_by_another_name_keep_the_names_of_this_publish() {
    let place = Place::in_memory();
    let params = |name: &str, key: &str| json!({"artifactType": "t", "logicalKey": key, "format": "file", "dataPath": place.write(name, "{}")});
    place.ok("publish_artifact", params("first.txt", "a"));
    let second = place.ok("publish_artifact", params("second.json", "b"))["artifact"].clone();
    assert_eq!(second["mediaType"], "application/json");
    assert!(second["path"].as_str().unwrap().ends_with(".json"));
    let files = place.ok("list_files", json!({"artifactId": id(&second)}));
    assert_eq!((&files[0]["path"], &files[0]["mediaType"]), (&json!("second.json"), &json!("application/json")));
    let third = place.ok("publish_artifact", json!({"artifactType": "t", "content": {"encoding": "json", "data": {}}}));
    assert_eq!(third["artifact"]["mediaType"], "application/json");
    assert_eq!(place.ok("list_files", json!({"artifactId": id(&third)}))[0]["path"], "content.json");
    let text = json!({"artifactType": "t", "content": {"encoding": "utf8", "data": "{}"}});
    let fourth = place.ok("publish_artifact", text);
    assert_eq!(fourth["artifact"]["mediaType"], json!(null));
    assert_eq!(place.ok("list_files", json!({"artifactId": id(&fourth)}))[0]["path"], "content");

    let tree = |role: &str, key: &str| {
        let files = json!([{"path": place.write("a.txt", "x"), "as": "a.txt", "role": role}]);
        place.ok("publish_artifact", json!({"artifactType": "t", "logicalKey": key, "files": files}))
    };
    tree("report", "c");
    let other = tree("log", "d");
    assert_eq!(place.ok("list_files", json!({"artifactId": id(&other)}))[0]["role"], "log");

    place.ok("publish_artifact", csv(&place, "x", CSV));
    let renamed = place.write("renamed.csv", CSV);
    let table = place.publish("prices", "y", &renamed);
    assert_eq!(place.ok("list_files", json!({"artifactId": id(&table)}))[0]["path"], "renamed.parquet");
}

/// What changes nothing is answered without a commit, but never before what the same client has asked earlier.
#[test]
fn a_duplicate_is_not_answered_before_an_earlier_change() {
    let place = Place::in_memory();
    place.ok("publish_artifact", text_with("same", json!({"artifactId": "first", "logicalKey": "k"})));
    place.site().close();
    let held = tempfile::tempdir().unwrap();
    let mut command = keepstone();
    command.arg("serve").arg("--root").arg(place.root());
    command.env("KEEPSTONE_PAUSE_AT", format!("commit.begun={}", held.path().display()));
    let mut session = Session::spawn(&mut command);
    let publish = text_with("same", json!({"logicalKey": "k"}));
    // Answered although every commit would wait.
    assert_eq!(session.call("publish_artifact", publish.clone())["result"]["artifactId"], "first");
    assert!(!held.path().join("paused").exists());
    session.request(1, "delete_artifact", json!({"artifactId": "first"}));
    let begun = std::time::Instant::now();
    while !held.path().join("paused").exists() {
        assert!(begun.elapsed().as_secs() < 60, "nothing was committed");
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    session.request(2, "publish_artifact", publish);
    // Time enough for an answer that must not come.
    std::thread::sleep(std::time::Duration::from_millis(300));
    std::fs::write(held.path().join("go"), "").unwrap();
    assert_eq!(session.line().unwrap()["id"], 1);
    let again = session.line().unwrap();
    assert_eq!((&again["id"], &again["result"]["deduped"]), (&json!(2), &json!(false)), "{again}");
    session.finish();
}
