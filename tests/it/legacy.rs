//! Stores of version 1, the Python package's: migrated once, whole, and with nothing lost.

use std::collections::BTreeMap;
use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use keepstone::base::clock::Clock;
use keepstone::base::crash::MIGRATION_POINTS;
use keepstone::model::Unwatched;
use keepstone::store::{Location, Site};
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use serde_json::{Value, json};

use crate::support::{Place, keepstone};

const FIXTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/version1");

/// Lays the fixture out: the manifest in `store/`, its last rows still in the write-ahead log, and `artifacts/` beside.
fn lay_out(folder: &Path) {
    copy_tree(&Path::new(FIXTURE).join("artifacts"), &folder.join("artifacts"), folder);
    std::fs::create_dir_all(folder.join("store")).unwrap();
    let manifest = Connection::open(folder.join("store/manifest.sqlite")).unwrap();
    manifest.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).unwrap();
    let sql = std::fs::read_to_string(Path::new(FIXTURE).join("manifest.sql")).unwrap();
    manifest.execute_batch(&filled_in(&sql, folder)).unwrap();
    drop(manifest);
    assert!(std::fs::metadata(folder.join("store/manifest.sqlite-wal")).unwrap().len() > 0);
}

fn copy_tree(from: &Path, to: &Path, folder: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_tree(&path, &target, folder);
        } else if path.extension().is_some_and(|end| end == "json") {
            std::fs::write(&target, filled_in(&std::fs::read_to_string(&path).unwrap(), folder)).unwrap();
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

fn filled_in(text: &str, folder: &Path) -> String {
    text.replace("@ARTIFACTS@", folder.join("artifacts").to_str().unwrap())
}

fn old_place() -> Place {
    let place = Place::new();
    lay_out(place.folder());
    place
}

fn open_rows(path: &Path) -> Connection {
    Connection::open(path).unwrap()
}

fn id(number: u64) -> String {
    format!("{number:08x}-0000-4000-8000-{:012x}", number * 7919)
}

fn get(place: &Place, number: u64) -> Value {
    place.ok("get_artifact", json!({"artifactId": id(number)}))
}

fn findings(place: &Place, number: u64) -> Vec<String> {
    let events = place.ok("list_events", json!({"artifactId": id(number)}));
    let told = events.as_array().unwrap().iter().filter(|event| event["kind"] == "migration_finding");
    told.map(|event| {
        assert_eq!(event["data"]["artifactId"], id(number).as_str());
        event["data"]["finding"].as_str().unwrap().to_owned()
    })
    .collect()
}

/// Every file below a folder with its bytes.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(tree(&path));
        } else {
            found.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    found
}

/// Everything that operations tell of a store.
fn portrait(place: &Place) -> Value {
    let ids: Vec<String> = (1..=14).map(id).collect();
    let artifacts = place.ok("get_artifacts", json!({"artifactIds": ids}));
    let lineage: Vec<Value> =
        ids.iter().map(|id| place.ok("get_lineage", json!({"artifactId": id, "depth": 9}))).collect();
    json!({"artifacts": artifacts, "lineage": lineage, "events": place.ok("list_events", json!({"limit": 1000}))})
}

fn exec(input: &Value) -> Output {
    piped(keepstone().arg("exec"), input.to_string())
}

fn piped(command: &mut Command, input: String) -> Output {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).ok();
    child.wait_with_output().unwrap()
}

#[test]
fn everything_that_version_1_knew_is_kept() {
    let place = old_place();
    let rows = open_rows(&place.root().join("manifest.sqlite"));
    let old: Vec<(String, String, String, String)> = rows
        .prepare("SELECT artifact_id, file_hash, content_hash, created_at FROM artifacts ORDER BY rowid")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    drop(rows);
    for (artifact_id, file_hash, content_hash, created_at) in &old {
        let artifact = place.ok("get_artifact", json!({"artifactId": artifact_id}));
        assert_eq!(artifact["fileHash"], file_hash.as_str());
        assert_eq!(artifact["sourceHash"], file_hash.as_str());
        assert_eq!(artifact["createdAt"], created_at.as_str());
        let found = place.ok("find_by_hash", json!({"hash": content_hash}));
        let is_deleted = artifact["status"] == "tombstoned";
        assert_eq!(found.as_array().unwrap().len(), usize::from(!is_deleted), "{artifact_id} by its old content hash");
    }
    let candles = get(&place, 3);
    let expected = json!({
        "artifactType": "ohlcv_slice", "schemaVersion": 2, "logicalKey": "SOL 1m 2024-01-02", "version": 1,
        "status": "active", "format": "table", "storage": "managed", "rowCount": 4, "contentHashVersion": 1,
        "minTs": "2024-01-02T00:00:00.000000Z", "maxTs": "2024-01-02T00:03:00.000000Z",
        "tags": {"env": "prod", "pair": "SOL/USDC"}, "params": {"number": 3, "nested": {"list": [1, null, "x"]}},
        "writer": {"name": "ingest", "version": "1.3"}, "git": {"commit": format!("{:040x}", 3), "dirty": false},
        "revision": 1, "fileCount": 1, "mediaType": "application/vnd.apache.parquet",
    });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(candles[key], *value, "{key}");
    }
    assert_ne!(candles["contentHash"], old[2].2.as_str());
    let path = candles["pathParquet"].as_str().unwrap();
    let words = "artifacts/ohlcv_slice/v2/ohlcv_slice__v2__sol_1m__ch=";
    assert!(path.starts_with(place.folder().join(words).to_str().unwrap()), "{path}");
    let name_of_v1 = format!("{words}{}.parquet", &old[2].2[7..15]);
    assert_eq!(std::fs::read(path).unwrap(), std::fs::read(place.folder().join(name_of_v1)).unwrap());

    let metrics = get(&place, 4);
    assert_eq!(metrics["rowCount"], 2, "what the row left out is filled in");
    assert_eq!(metrics["minTs"], "2024-01-03T12:00:00.000000Z");
    let lineage = place.ok("get_lineage", json!({"artifactId": id(4), "depth": 1}));
    let inputs: Vec<&Value> = lineage["inputs"].as_array().unwrap().iter().map(|input| &input["artifactId"]).collect();
    assert_eq!(inputs, [id(3).as_str(), id(2).as_str()]);
    assert_eq!(lineage["edges"][0]["relation"], "derived_from");
    assert_eq!(place.ok("get_downstream", json!({"artifactId": id(8)}))[0]["artifactId"], id(9).as_str());

    let alerts = [get(&place, 1), get(&place, 2)];
    assert_eq!([&alerts[0]["version"], &alerts[1]["version"]], [1, 2]);
    assert_eq!((&alerts[0]["status"], &alerts[0]["supersededBy"]), (&json!("superseded"), &json!(id(2))));
    assert_eq!(alerts[1]["supersedes"], json!([id(1)]));

    let deleted = get(&place, 8);
    assert_eq!((&deleted["status"], &deleted["path"]), (&json!("tombstoned"), &Value::Null));
    assert_eq!(deleted["tags"]["why"], "bad -- data");
    assert_eq!(place.ok("list_artifacts", json!({"filter": {"status": "tombstoned"}})).as_array().unwrap().len(), 1);

    let again = place
        .folder()
        .join(format!("artifacts/alerts_v1/v1/alerts_v1__v1__2024-01-01_solana__ch={}.parquet", &old[1].2[7..15]));
    let params = json!({"artifactType": "alerts_v1", "logicalKey": "2024-01-01/solana", "dataPath": again});
    let reply = place.ok("publish_artifact", params);
    assert_eq!((&reply["mode"], &reply["artifactId"]), (&json!("file_hash"), &json!(id(2))), "it is a known duplicate");
}

#[test]
fn what_could_not_be_kept_is_told() {
    let place = old_place();
    let events = place.ok("list_events", json!({"limit": 1000}));
    let events = events.as_array().unwrap();
    let told = events.iter().filter(|event| event["kind"] == "migration_finding").count();
    assert_eq!(events[0]["kind"], "store_migrated", "it comes last");
    let backup = events[0]["data"]["backup"].as_str().unwrap();
    assert_eq!(events[0]["data"], json!({"from": 1, "artifacts": 14, "findings": told, "backup": backup}));
    let rows = open_rows(&place.root().join(backup));
    assert_eq!(rows.query_row("SELECT count(*) FROM artifact_tags", [], |row| row.get::<_, i64>(0)).unwrap(), 5);

    assert_eq!(findings(&place, 3), [r#"its tag "env" had several values: "dev" gave way to "prod""#]);
    let orphaned = "it was superseded, but by which artifact is not known".to_owned();
    assert_eq!(findings(&place, 5), [orphaned]);
    let orphan = get(&place, 5);
    assert_eq!((&orphan["status"], &orphan["supersededBy"]), (&json!("superseded"), &Value::Null));
    let superseded = place.ok("list_artifacts", json!({"filter": {"status": "superseded"}}));
    assert_eq!(superseded.as_array().unwrap().len(), 6);
    assert_eq!(get(&place, 7)["supersededBy"], id(6).as_str());

    let [lost, bent, odd] = [get(&place, 9), get(&place, 10), get(&place, 14)];
    assert!(findings(&place, 9)[0].ends_with(".parquet is missing"), "{:?}", findings(&place, 9));
    assert!(findings(&place, 10)[0].contains("has changed: its hash is sha256:"), "{:?}", findings(&place, 10));
    for artifact in [&lost, &bent] {
        assert_eq!((&artifact["status"], &artifact["rowCount"]), (&json!("active"), &json!(4)));
        assert_eq!((&artifact["contentHashVersion"], &artifact["writer"]["name"]), (&json!(0), &json!("ingest")));
        assert!(!Path::new(artifact["path"].as_str().unwrap()).exists());
    }
    assert_eq!(odd["contentHashVersion"], 0);
    assert!(findings(&place, 14)[0].contains("raw_text"), "{:?}", findings(&place, 14));
    assert!(Path::new(odd["path"].as_str().unwrap()).exists());

    assert_eq!(get(&place, 11)["supersededBy"], id(12).as_str(), "of a circle what was said last is kept");
    assert_eq!((&get(&place, 12)["status"], &get(&place, 12)["supersededBy"]), (&json!("superseded"), &Value::Null));
    assert_eq!(findings(&place, 12).len(), 2);
    let own = findings(&place, 13);
    assert!(own.iter().any(|told| told == "it was said to supersede itself"), "{own:?}");
    assert!(own.iter().any(|told| told.contains("writer, git commit and params are not known")), "{own:?}");

    // A successor that was lost can be named now, and lost bytes can be brought back.
    place.ok("supersede", json!({"newArtifactId": id(6), "oldArtifactId": id(5)}));
    assert_eq!(get(&place, 5)["supersededBy"], id(6).as_str());
}

#[test]
fn a_migrated_store_lacks_only_what_version_1_had_lost() {
    let place = old_place();
    let report = place.ok("verify_store", json!({}));
    let told: Vec<(&str, &str)> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| (finding["code"].as_str().unwrap(), finding["artifactId"].as_str().unwrap()))
        .collect();
    // One file was missing, one was changed; publishing their bytes again is the cure.
    assert_eq!(told, [("object_missing", &*id(9)), ("object_missing", &*id(10))], "{report:#}");
}

#[test]
fn lost_bytes_come_back_when_they_are_published_again() {
    let place = old_place();
    let words = "ohlcv_slice__v2__sol_1m__ch=47730beb";
    let given = place.folder().join(format!("artifacts/ohlcv_slice/v2/{words}.parquet"));
    let elsewhere = place.folder().join("elsewhere.parquet");
    std::fs::rename(&given, &elsewhere).unwrap();
    let lost = get(&place, 3);
    assert!(findings(&place, 3).iter().any(|told| told.ends_with("is missing")));
    assert!(!Path::new(lost["path"].as_str().unwrap()).exists());
    let params =
        json!({"artifactType": "ohlcv_slice", "schemaVersion": 2, "logicalKey": "back", "dataPath": elsewhere});
    let reply = place.ok("publish_artifact", params);
    assert_eq!((&reply["deduped"], &reply["fileHash"]), (&json!(false), &lost["fileHash"]));
    assert_eq!(std::fs::read(lost["path"].as_str().unwrap()).unwrap(), std::fs::read(&elsewhere).unwrap());
}

#[test]
fn the_files_of_version_1_stay_and_the_second_start_does_nothing() {
    let place = old_place();
    let before = tree(&place.folder().join("artifacts"));
    let first = portrait(&place);
    let after = tree(&place.folder().join("artifacts"));
    for (path, bytes) in &before {
        assert_eq!(after.get(path), Some(bytes), "{}", path.display());
    }
    // A name and a sidecar each; nothing has a name that was deleted, is missing or has changed.
    assert_eq!(after.len() - before.len(), 14 * 2 - 3);
    place.site().close();
    assert_eq!(portrait(&place), first);
    assert_eq!(tree(&place.folder().join("artifacts")), after);
    assert_eq!(std::fs::read_dir(place.root().join("backups")).unwrap().count(), 1);
    assert_eq!(std::fs::read_dir(place.root().join("quarantine")).unwrap().count(), 0);
    let manifest = open_rows(&place.root().join("manifest.sqlite"));
    let left: i64 = manifest.query_row("SELECT count(*) FROM placements", [], |row| row.get(0)).unwrap();
    let tables: i64 = manifest
        .query_row(
            "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'idx_%' OR name = 'artifact_lineage'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let check: String = manifest.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!((left, tables, check.as_str()), (0, 0, "ok"));
}

#[test]
fn a_lost_manifest_is_made_again_as_it_was_migrated() {
    let place = old_place();
    let first = portrait(&place);
    place.site().close();
    for suffix in ["", "-wal", "-shm"] {
        std::fs::remove_file(place.root().join(format!("manifest.sqlite{suffix}"))).ok();
    }
    // Without a manifest nothing says where the names lie.
    let location = Location { root: place.root(), artifacts_root: Some(place.folder().join("artifacts")) };
    let site = Site::new(location, Clock::system());
    let rebuilt = site.rebuild_manifest(&Unwatched).unwrap();
    drop(site);
    assert_eq!(rebuilt.artifacts, 14);
    assert_eq!(rebuilt.findings.len(), 2, "the two objects are missing: {:?}", rebuilt.findings);
    assert_eq!(portrait(&place), first);
}

#[test]
fn a_store_that_was_moved_or_copied_migrates_where_it_lies() {
    let place = Place::new();
    let before = place.folder().join("before");
    lay_out(&before);
    for name in ["store", "artifacts"] {
        std::fs::rename(before.join(name), place.folder().join(name)).unwrap();
    }
    let candles = get(&place, 3);
    assert!(candles["path"].as_str().unwrap().starts_with(place.folder().join("artifacts").to_str().unwrap()));
    assert_eq!((findings(&place, 3).len(), &candles["writer"]["version"]), (1, &json!("1.3")));

    let original = tempfile::tempdir().unwrap();
    lay_out(original.path());
    let untouched = tree(original.path());
    let place = Place::new();
    for name in ["store", "artifacts"] {
        for (path, bytes) in tree(&original.path().join(name)) {
            let to = place.folder().join(path.strip_prefix(original.path()).unwrap());
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            std::fs::write(to, bytes).unwrap();
        }
    }
    assert!(get(&place, 3)["path"].as_str().unwrap().starts_with(place.folder().join("artifacts").to_str().unwrap()));
    assert_eq!(tree(original.path()), untouched, "a copy leaves its original alone");
}

#[test]
fn a_given_artifacts_folder_gets_the_names() {
    let place = old_place();
    let names = place.folder().join("names");
    let output = exec(&json!({"operation": "get_artifact", "manifest_db": place.root().join("manifest.sqlite"),
        "artifacts_root": names, "artifact_id": id(3)}));
    let artifact: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(artifact["pathParquet"].as_str().unwrap().starts_with(names.to_str().unwrap()));
}

#[test]
fn tags_that_are_longer_than_they_may_be_are_cut_and_told() {
    let place = old_place();
    let rows = open_rows(&place.root().join("manifest.sqlite"));
    let long = ["k".repeat(129), "v".repeat(5000)];
    for (key, value) in [(long[0].as_str(), "x"), ("note", long[1].as_str())] {
        rows.execute("INSERT INTO artifact_tags VALUES (?1, ?2, ?3)", [&id(2), key, value]).unwrap();
    }
    drop(rows);
    assert_eq!(get(&place, 2)["tags"], json!({"note": "v".repeat(4096)}));
    let mut told = findings(&place, 2);
    told.retain(|finding| finding.contains("its tag"));
    told.sort();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("is left out") && told[1].contains("cut to 4096 bytes"), "{told:?}");
}

#[test]
fn a_crash_at_any_point_leaves_a_store_that_works() {
    for point in MIGRATION_POINTS.iter().chain(&["commit.history_appended", "place.name_linked", "settle.synced"]) {
        let place = old_place();
        let before = tree(&place.folder().join("artifacts"));
        let command = || {
            let mut command = keepstone();
            command.args(["call", "health_check"]).arg("--root").arg(place.root());
            command
        };
        let crashed = command().env("KEEPSTONE_CRASH_AT", point).output().unwrap();
        assert!(!crashed.status.success(), "{point} was not passed");
        let manifest = open_rows(&place.root().join("manifest.sqlite"));
        let is_old = manifest.prepare("SELECT path_parquet FROM artifacts").is_ok();
        let was_committed = ["migrate.after_commit", "place.name_linked", "settle.synced"].contains(point);
        assert_eq!(is_old, !was_committed, "{point}");
        if is_old {
            let rows = |sql| manifest.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
            assert_eq!(rows("SELECT count(*) FROM artifacts JOIN artifact_lineage USING (artifact_id)"), 4);
            assert_eq!(tree(&place.folder().join("artifacts")), before, "{point}");
            // The package goes on publishing: that must not be lost.
            manifest.execute("INSERT INTO artifact_tags VALUES (?1, 'late', 'yes')", [id(2)]).unwrap();
        }
        drop(manifest);
        assert!(command().output().unwrap().status.success(), "{point}");
        assert_eq!(get(&place, 2)["tags"], if is_old { json!({"late": "yes"}) } else { json!({}) });
        assert_eq!(get(&place, 14)["version"], 1);
        assert!(Path::new(get(&place, 14)["pathSidecar"].as_str().unwrap()).exists());
        let events = place.ok("list_events", json!({"limit": 1000}));
        let migrated = events.as_array().unwrap().iter().filter(|event| event["kind"] == "store_migrated").count();
        assert_eq!(migrated, 1, "{point}");
        assert_eq!(std::fs::read_dir(place.root().join("staging")).unwrap().count(), 1, "{point}: only this process's");
    }
}

#[test]
fn several_processes_at_once_migrate_once() {
    let place = old_place();
    let manifest = place.root().join("manifest.sqlite");
    let outputs: Vec<Output> = std::thread::scope(|scope| {
        let run = || exec(&json!({"operation": "get_artifact", "manifest_db": manifest, "artifact_id": id(3)}));
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for output in &outputs {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.stdout, outputs[0].stdout);
        let artifact: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(Path::new(artifact["pathParquet"].as_str().unwrap()).exists());
    }
    let events = place.ok("list_events", json!({"limit": 1000}));
    let migrated = events.as_array().unwrap().iter().filter(|event| event["kind"] == "store_migrated").count();
    assert_eq!(migrated, 1);
    assert_eq!(std::fs::read_dir(place.root().join("backups")).unwrap().count(), 1);
    assert_eq!(std::fs::read_dir(place.root().join("quarantine")).unwrap().count(), 0);
}

#[test]
fn what_the_package_writes_meanwhile_is_kept_and_nothing_afterwards_is_lost_in_silence() {
    let place = old_place();
    let mut package = open_rows(&place.root().join("manifest.sqlite"));
    let writing = package.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
    writing.execute("INSERT INTO artifact_tags VALUES (?1, 'late', 'yes')", [id(2)]).unwrap();
    std::thread::scope(|scope| {
        let migration = scope.spawn(|| get(&place, 2));
        // By then it has read the rows, and waits until it may replace them.
        let backups = place.root().join("backups");
        while !migration.is_finished() && std::fs::read_dir(&backups).map_or(0, Iterator::count) == 0 {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        std::thread::sleep(std::time::Duration::from_millis(300));
        writing.commit().unwrap();
        assert_eq!(migration.join().unwrap()["tags"], json!({"late": "yes"}));
    });
    assert_eq!(std::fs::read_dir(place.root().join("backups")).unwrap().count(), 1);
    let artifact =
        "INSERT INTO artifacts VALUES ('x', 'kind', 1, 'k', 'active', 'p', 's', 'f', 'c', 1, NULL, NULL, 'now')";
    assert!(package.execute(artifact, []).is_err());
    assert!(package.execute("INSERT INTO artifact_tags VALUES (?1, 'later', 'yes')", [id(2)]).is_err());
}

#[test]
fn the_package_s_host_gets_the_same_ids_and_hashes() {
    let place = old_place();
    let manifest = place.root().join("manifest.sqlite");
    let rows = open_rows(&manifest);
    let hash: String =
        rows.query_row("SELECT file_hash FROM artifacts WHERE artifact_id = ?1", [id(2)], |row| row.get(0)).unwrap();
    drop(rows);
    let ask = |mut input: Value| -> Value {
        input["manifest_db"] = json!(manifest);
        let output = exec(&input);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    assert_eq!(ask(json!({"operation": "health_check"}))["available"], true);
    let artifact = ask(json!({"operation": "get_artifact", "artifact_id": id(2)}));
    assert_eq!((&artifact["artifactId"], &artifact["fileHash"]), (&json!(id(2)), &json!(hash)));
    assert_eq!(artifact["minTs"], "2024-01-01T10:00:00.000000Z");
    let listed =
        ask(json!({"operation": "list_artifacts", "filter": {"artifactType": "ohlcv_slice", "tags": {"env": "prod"}}}));
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["artifactId"]), (1, &json!(id(3))));
    let versions = ask(
        json!({"operation": "find_by_logical_key", "artifact_type": "alerts_v1", "logical_key": "2024-01-01/solana"}),
    );
    assert_eq!((&versions[0]["artifactId"], &versions[1]["artifactId"]), (&json!(id(2)), &json!(id(1))));
    let lineage = ask(json!({"operation": "get_lineage", "artifact_id": id(4)}));
    assert_eq!(lineage["inputs"][0]["artifactId"], id(2).as_str(), "oldest first");
    let batch = ask(json!({"operation": "get_artifacts_batch", "artifact_ids": [id(1), "none"]}));
    assert_eq!((&batch[0]["status"], &batch[1]), (&json!("superseded"), &Value::Null));
    // A host that names its artifacts folder with each publish goes on doing so.
    let data = place.write("new.csv", "alert_ts_utc,chain,mint,alert_id\n2024-02-01T00:00:00Z,solana,m,a\n");
    let published = ask(json!({"operation": "publish_artifact", "artifacts_root": place.folder().join("artifacts"),
        "artifact_type": "test_artifact", "schema_version": 1, "logical_key": "t/1", "data_path": data,
        "input_artifact_ids": [id(4)]}));
    assert_eq!((&published["deduped"], &published["artifact"]["version"]), (&json!(false), &json!(3)));
    assert_eq!(
        ask(json!({"operation": "supersede", "new_artifact_id": published["artifactId"], "old_artifact_id": id(6)})),
        json!({"success": true})
    );
}

#[test]
fn a_process_that_may_only_read_says_so() {
    let place = old_place();
    open_rows(&place.root().join("manifest.sqlite")).execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let before = tree(place.folder());
    let allow = |mode| std::fs::set_permissions(place.root(), Permissions::from_mode(mode)).unwrap();
    let mut command = if rustix::process::geteuid().is_root() {
        // Permissions don't bind root: it gets a mount of its own that can't be written.
        let mut command = Command::new("unshare");
        command.args(["-rm", "sh", "-c", r#"mount --bind -o ro "$1" "$1" && exec "$2" call health_check --root "$1""#]);
        command.arg("sh").arg(place.root()).arg(env!("CARGO_BIN_EXE_keepstone"));
        command
    } else {
        allow(0o555);
        let mut command = keepstone();
        command.args(["call", "health_check", "--root"]).arg(place.root());
        command
    };
    let output = command.output();
    allow(0o755);
    match output {
        Ok(output) if output.status.success() => {
            let health: Value = serde_json::from_slice(&output.stdout).unwrap();
            let told = health["error"].as_str().unwrap_or_default();
            assert!(told.contains("has format 1 and can't be brought up to date here"), "{health}");
            assert_eq!(tree(place.folder()), before);
        }
        // Not every sandbox has namespaces: then there is no folder that can't be written.
        _ => {}
    }
}
