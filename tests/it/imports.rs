//! Imports of M3 data folders: what is fine comes in whole, what is broken is named, and nothing is mended.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use keepstone::model::{Error, Result, Watch};
use serde_json::{Value, json};

use crate::support::{Place, files_below, keepstone, refusal};

const SPEC: &str = "art-20260105T090000-00000001";

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/m3/data")
}

fn import(place: &Place) -> Value {
    place.ok("import_m3", json!({"dataDir": fixture()}))
}

fn imported(place: &Place) -> Value {
    let report = import(place);
    assert_eq!(report["truncated"], false);
    report
}

/// Severity, code and subject of every finding.
fn findings(report: &Value) -> BTreeSet<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let told = report["findings"].as_array().expect("a list").iter();
    told.map(|one| (text(&one["severity"]), text(&one["code"]), text(&one["subject"]))).collect()
}

/// Everything that operations tell of what was imported.
fn portrait(place: &Place) -> Value {
    let datasets = place.ok("list_datasets", json!({}));
    let members: Vec<Value> = datasets
        .as_array()
        .unwrap()
        .iter()
        .map(|one| place.ok("list_dataset_members", json!({"datasetId": one["datasetId"], "version": one["version"]})))
        .collect();
    let artifacts = place.ok("list_artifacts", json!({"filter": {"limit": 10_000}}));
    let lineage: Vec<Value> = artifacts
        .as_array()
        .unwrap()
        .iter()
        .map(|one| place.ok("get_lineage_graph", json!({"artifactIds": [one["artifactId"]], "direction": "both"})))
        .collect();
    json!({
        "artifacts": artifacts, "lineage": lineage, "runs": place.ok("list_runs", json!({})), "datasets": datasets,
        "members": members,
    })
}

#[test]
fn artifacts_keep_everything_that_they_had() {
    let place = Place::new();
    let report = imported(&place);
    assert_eq!(report["artifacts"], json!({"imported": 16, "alreadyThere": 0, "skipped": 8}), "{report}");
    let spec = place.get(SPEC);
    let expected = json!({
        "artifactType": "coupon_spec", "logicalKey": SPEC, "schemaVersion": 1, "version": 1, "format": "file",
        "createdAt": "2026-01-05T09:00:00.000Z", "mediaType": "application/json", "sizeBytes": 23,
        "fileHash": "sha256:8e974325bafbabe8b0874c665db6c1dc7a9578282206653f1833b784608a2c4d", "specId": "r2lugjn27ov6",
        "roles": ["config", "root_input"], "tags": {"familie": "Prüfkörper", "雨": "量 😀"},
        "runId": "run-20260105T090000-0a1b2c3d", "writer": {"name": "demo", "version": "1.0.0"},
        "params": {
            "annotations": {"note": "größer als früher", "nested": {"a": [1, 2.5, null]}},
            "provenance": {
                "hostname": "lab-7", "username": "ada", "command": "m3 put", "working_directory": "/home/ada",
                "ci_run_id": "77",
            },
            "stageName": "generate",
            "otherFields": {"determinism_class": "deterministic"},
        },
    });
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(spec[field], *value, "{field}");
    }
    for (artifact_id, spec_id, bytes) in [
        ("art-20260105T090001-00000002", "ftze3os7wcrq", "hello"),
        ("board_1", "xfgspomtju7a", "hello world"),
        ("empty", "4oymiquy7qob", ""),
        ("hello-again", "ftze3os7wcrq", "hello"),
    ] {
        assert_eq!(place.get(artifact_id)["specId"], spec_id, "{artifact_id}");
        assert_eq!(place.ok("read_file", json!({"artifactId": artifact_id}))["data"], bytes, "{artifact_id}");
    }
    let big = &place.get("big-number")["params"]["annotations"];
    assert_eq!(*big, json!({"nanos": "1767610804123456789", "fine": 9_007_199_254_740_991_u64}));
    assert_eq!(place.get("wrong-size")["sizeBytes"], 10);
    let odd_run = place.get("odd-run");
    assert_eq!(odd_run["runId"], Value::Null);
    assert_eq!(odd_run["params"]["otherFields"], json!({"lineage": {"run_id": "the first run"}}));
}

#[test]
fn lineage_comes_along_with_circles_and_missing_inputs() {
    let place = Place::new();
    imported(&place);
    let inputs = |artifact_id: &str| -> Vec<(String, String)> {
        let params = json!({"artifactIds": [artifact_id], "direction": "ancestors", "maxDepth": 1});
        let edges = place.ok("get_lineage_graph", params)["edges"].clone();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let edges = edges.as_array().unwrap().iter().filter(|edge| edge["artifactId"] == artifact_id);
        edges.map(|edge| (text(&edge["inputArtifactId"]), text(&edge["relation"]))).collect()
    };
    let pairs = |given: &[(&str, &str)]| -> Vec<(String, String)> {
        given.iter().map(|(input, relation)| ((*input).to_owned(), (*relation).to_owned())).collect()
    };
    let mut board = inputs("board_1");
    board.sort();
    let made_from = pairs(&[(SPEC, "config_from"), ("art-20260105T090001-00000002", "derived_from")]);
    assert_eq!(board, made_from);
    let roots = place.ok("trace_roots", json!({"artifactId": "touchstone-2"}));
    assert_eq!(roots[0]["artifactId"], SPEC);
    let graph = |id: &str| place.ok("get_lineage_graph", json!({"artifactIds": [id], "direction": "ancestors"}));
    let dangling = graph("dangling");
    assert_eq!(dangling["missing"], json!(["never-there", "object-lost"]));
    assert_eq!(graph("circle-a")["cycles"], json!([["circle-a", "circle-b"]]));
    let odd = place.get("odd-input");
    let kept = json!([
        {"artifact_id": "../escaped", "relation": "derived_from"}, {"artifact_id": "board_1", "relation": "made from"},
    ]);
    assert_eq!(odd["params"]["otherFields"]["lineage"]["inputs"], kept);
}

#[test]
fn what_is_broken_is_left_out_and_named() {
    let place = Place::new();
    let report = imported(&place);
    let expected = [
        ("warning", "invalid_name", "-dash"),
        ("warning", "invalid_name", "odd-type"),
        ("warning", "invalid_name", "../escaped"),
        ("warning", "name_differs", "somebody"),
        ("warning", "unsupported_hash", "blake"),
        ("warning", "invalid", "no-moment"),
        ("warning", "invalid", ""),
        ("warning", "object_missing", "object-lost"),
        ("warning", "object_damaged", "object-corrupt"),
        ("warning", "number_as_text", "big-number"),
        ("warning", "size_differs", "wrong-size"),
        ("warning", "input_differs", "stale-input"),
        ("warning", "input_missing", "dangling"),
        ("warning", "reference_left_out", "odd-input"),
        ("warning", "reference_left_out", "odd-run"),
        ("warning", "never_began", "run-pending"),
        ("warning", "invalid", "run-odd"),
        ("warning", "index_missing", "lost_index@v1"),
        ("warning", "member_missing", "lost_member@v1"),
        ("warning", "member_twice", "twice@v1"),
        ("warning", "sum_differs", "wrong_sum@v1"),
        ("warning", "feature_left_out", "my.dataset@v1"),
    ];
    let expected = expected.map(|(severity, code, subject)| (severity.to_owned(), code.to_owned(), subject.to_owned()));
    assert_eq!(findings(&report), BTreeSet::from(expected), "{report:#}");
    assert_eq!((&report["errorCount"], &report["warningCount"]), (&json!(0), &json!(25)), "{report:#}");
    let left: Vec<(&str, u64)> = report["leftOut"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["what"].as_str().unwrap(), one["count"].as_u64().unwrap()))
        .collect();
    let expected = [("objects", 6), ("MLflow files", 1), ("registry.db", 1), ("runs without a record", 1)];
    assert_eq!(left, expected, "{report:#}");
    assert_eq!(report["leftOut"][3]["items"], json!(["init-20260105T080000-99999999 (m3_init)"]));
    for artifact_id in ["object-lost", "object-corrupt", "blake", "somebody", "no-moment", "odd-type"] {
        assert_eq!(place.fails("get_artifact", json!({"artifactId": artifact_id}))["data"]["kind"], "not_found");
    }
}

#[test]
fn runs_keep_how_they_began_and_ended() {
    let place = Place::new();
    let report = imported(&place);
    assert_eq!(report["runs"], json!({"imported": 6, "alreadyThere": 0, "skipped": 1}));
    let run = |run_id: &str| place.ok("get_run", json!({"runId": run_id}));
    let first = run("run-20260105T090000-0a1b2c3d");
    let expected = json!({
        "status": "completed", "stage": "generate", "runType": "coupon_generation", "durationSeconds": 1800.0,
        "startedAt": "2026-01-05T09:00:00.000Z", "finishedAt": "2026-01-05T09:30:00.000Z",
        "command": ["dvc repro em_sim"], "params": {"family": "F1"}, "tags": {"wer": "Zoë"},
        "environment": {"OMP_NUM_THREADS": "4"}, "cached": false, "exitCode": null, "hostname": "lab-7",
        "git": {"commit": "0123456789abcdef0123456789abcdef01234567", "branch": "main", "dirty": false},
        "tools": {"python": "3.11.9", "m3": "0.1.0"}, "containerDigest": "0a1b2c3d4e5f",
    });
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(first[field], *value, "{field}");
    }
    assert_eq!(first["annotations"]["ticket"], "T-1");
    let second = run("run-20260105T100000-4e5f6071");
    assert_eq!(second["status"], "failed");
    assert_eq!(second["error"], json!({"message": "no convergence", "errorType": "DVCError"}));
    assert_eq!(second["outputCount"], 5);
    for (run_id, status) in [
        ("run-running", "running"),
        ("run-pending", "running"),
        ("run-cancelled", "cancelled"),
        ("run-skipped", "skipped"),
    ] {
        assert_eq!(run(run_id)["status"], status, "{run_id}");
    }
}

#[test]
fn datasets_keep_digests_features_splits_and_order() {
    let place = Place::new();
    let report = imported(&place);
    assert_eq!(report["datasets"], json!({"imported": 6, "alreadyThere": 0, "skipped": 3}), "{report:#}");
    let dataset = |params: Value| place.ok("get_dataset", params);
    let v9 = dataset(json!({"datasetId": "em_dataset", "version": "v9"}));
    assert_eq!(v9["contentDigest"], "sha256:943d7588b207f3384c9525006939ae76ab09cc9bf56795745e863300579e67cc");
    let expected = json!({
        "name": "EM", "description": "Drei Messungen", "tags": {"stand": "täglich"}, "memberCount": 3,
        "createdAt": "2026-01-06T09:00:00.000Z", "parentVersion": null,
        "annotations": {"owner": "ada", "otherFields": {"splits": {"seed": 7, "split_method": "random"}}},
    });
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(v9[field], *value, "{field}");
    }
    let provenance = json!({
        "writer": {"name": "demo", "version": "1.0.0"}, "gitCommit": "0123456789abcdef0123456789abcdef01234567",
        "stage": "dataset_build", "sourceRuns": ["run-20260105T100000-4e5f6071"],
    });
    assert_eq!(v9["provenance"], provenance);
    let empty = dataset(json!({"datasetId": "nothing"}));
    assert_eq!(empty["contentDigest"], "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    // The highest version, though its text sorts before the other one's.
    let latest = dataset(json!({"datasetId": "em_dataset"}));
    assert_eq!((&latest["version"], &latest["parentVersion"]), (&json!("v10"), &json!("v9")));
    let members = place.ok("list_dataset_members", json!({"datasetId": "em_dataset", "version": "v9"}));
    let told: Vec<Value> = members["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| json!([one["artifactId"], one["role"], one["split"], one["features"]]))
        .collect();
    assert_eq!(
        told,
        [
            json!(["touchstone-0", "oracle_output", "train",
                {"freq_ghz": 1.0, "index": 0, "passed": false, "label": "Nr. 0 ä"}]),
            json!(["touchstone-1", "oracle_output", "train",
                {"freq_ghz": 1.5, "index": 1, "passed": true, "label": "Nr. 1 ä"}]),
            json!(["touchstone-2", "oracle_output", "test", {"freq_ghz": 2.0, "index": 2}]),
        ]
    );
    let odd = place.ok("list_dataset_members", json!({"datasetId": "my.dataset"}));
    assert_eq!(odd["members"][0]["features"], json!({"fine": 2.5}));
    let verified = place.ok("verify_dataset", json!({"datasetId": "em_dataset", "verifyHashes": true}));
    assert_eq!(verified["findings"], json!([]));
}

#[test]
fn importing_again_changes_nothing() {
    let place = Place::new();
    imported(&place);
    let before = place.state();
    let again = import(&place);
    for (kind, there, skipped) in [("artifacts", 16, 8), ("runs", 6, 1), ("datasets", 6, 3)] {
        assert_eq!(again[kind], json!({"imported": 0, "alreadyThere": there, "skipped": skipped}), "{kind}");
    }
    assert_eq!(again["bytesTaken"], 0);
    assert_eq!(again["errorCount"], 0, "{again:#}");
    assert_eq!(place.state(), before);
    // What was deleted since stays deleted, and is told of.
    place.ok("delete_dataset", json!({"datasetId": "zero", "version": "v1"}));
    let again = import(&place);
    assert!(findings(&again).contains(&("warning".into(), "deleted".into(), "zero@v1".into())), "{again:#}");
}

#[test]
fn what_is_there_and_different_is_a_conflict() {
    let place = Place::new();
    let content = json!({"encoding": "utf8", "data": "something else"});
    place.ok("publish_artifact", json!({"artifactType": "kicad_board", "artifactId": "board_1", "content": content}));
    place.ok("start_run", json!({"runId": "run-running", "stage": "another"}));
    place.ok("create_dataset", json!({"datasetId": "zero", "version": "v1", "members": []}));
    let report = import(&place);
    let errors: Vec<(String, String)> = findings(&report)
        .into_iter()
        .filter(|(severity, ..)| severity == "error")
        .map(|(_, code, subject)| (code, subject))
        .collect();
    let conflict = |subject: &str| ("conflict".to_owned(), subject.to_owned());
    assert_eq!(errors, [conflict("board_1"), conflict("run-running"), conflict("zero@v1")]);
    assert_eq!(place.ok("read_file", json!({"artifactId": "board_1"}))["data"], "something else");
    // What has the artifact of the folder for a member is left out.
    let lost = ("warning".to_owned(), "member_differs".to_owned(), "lost_index@v1".to_owned());
    assert!(findings(&report).contains(&lost), "{report:#}");
}

/// Pins come with their reasons and moments, once; what was unpinned here since stays so.
#[test]
fn pins_protect_what_they_protected() {
    let place = Place::new();
    assert_eq!(imported(&place)["pins"], json!({"imported": 2, "alreadyThere": 0, "skipped": 0}));
    let pins = place.ok("list_pins", json!({}));
    let told = |pin: &Value| {
        (pin["artifactId"].clone(), pin["datasetId"].clone(), pin["reason"].clone(), pin["createdAt"].clone())
    };
    let pins: Vec<_> = pins.as_array().unwrap().iter().map(told).collect();
    let at = |second: u32| json!(format!("2026-01-07T09:00:{second:02}.000Z"));
    let set = (Value::Null, json!("em_dataset"), json!("für den Bericht"), at(1));
    assert_eq!(pins, [set, (json!("board_1"), Value::Null, json!("Production model"), at(0))]);
    assert_eq!(place.get("board_1")["pinned"], true);
    place.ok("unpin", json!({"artifactId": "board_1"}));
    assert_eq!(imported(&place)["pins"], json!({"imported": 0, "alreadyThere": 2, "skipped": 0}));
    assert_eq!(place.get("board_1")["pinned"], false);
    // What a pin protects has to be there.
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("manifests")).unwrap();
    let pins = json!({"pins": [
        {"artifact_id": "nobody", "reason": "gone", "pinned_utc": "2026-01-07T09:00:00Z"},
        {"run_id": "../x", "dataset_id": "em_dataset"},
    ]});
    std::fs::write(folder.path().join("gc_pins.json"), pins.to_string()).unwrap();
    let report = place.ok("import_m3", json!({"dataDir": folder.path()}));
    assert_eq!(report["pins"], json!({"imported": 1, "alreadyThere": 0, "skipped": 2}));
    let codes: BTreeSet<&str> =
        report["findings"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(codes, BTreeSet::from(["invalid_name", "pinned_missing"]));
}

#[test]
fn a_dry_run_says_the_same_and_writes_nothing() {
    let place = Place::new();
    let dry = place.ok("import_m3", json!({"dataDir": fixture(), "dryRun": true}));
    assert!(!place.root().exists(), "a store was made");
    let before = files_below(&fixture());
    let done = imported(&place);
    for field in ["artifacts", "runs", "datasets", "pins", "findings", "leftOut", "bytesTaken"] {
        assert_eq!(dry[field], done[field], "{field}");
    }
    assert_eq!(files_below(&fixture()), before);
    let state = place.state();
    let dry = place.ok("import_m3", json!({"dataDir": fixture(), "dryRun": true}));
    assert_eq!(dry["artifacts"], json!({"imported": 0, "alreadyThere": 16, "skipped": 8}));
    assert_eq!(place.state(), state);
}

#[test]
fn what_was_imported_is_sound_and_outlives_the_manifest() {
    let place = Place::new();
    imported(&place);
    let report = place.ok("verify_store", json!({}));
    // What the folder lacked is lacking here too, and nothing else.
    let lineage = |one: &&Value| one["check"] != "lineage";
    let odd: Vec<&Value> = report["findings"].as_array().unwrap().iter().filter(lineage).collect();
    assert!(odd.is_empty(), "{odd:#?}");
    let before = portrait(&place);
    place.site().close();
    std::fs::remove_file(place.root().join("manifest.sqlite")).unwrap();
    for end in ["-wal", "-shm"] {
        std::fs::remove_file(place.root().join(format!("manifest.sqlite{end}"))).ok();
    }
    place.ok("rebuild_manifest", json!({}));
    assert_eq!(portrait(&place), before);
}

/// Stops the work after some steps.
struct Impatient(std::sync::atomic::AtomicU32);

impl Watch for Impatient {
    fn step(&self, _: u64, _: u64, message: &str) -> Result<()> {
        use std::sync::atomic::Ordering::Relaxed;
        let last = message == "artifacts" && self.0.fetch_sub(1, Relaxed) == 0;
        if last { Err(Error::cancelled()) } else { Ok(()) }
    }
}

#[test]
fn an_import_that_was_cut_short_is_gone_on_with() {
    let place = Place::with_store();
    let watch = Impatient(9.into());
    let error = place.watched("import_m3", json!({"dataDir": fixture()}), &watch).unwrap_err();
    assert_eq!(refusal(&error).0, "cancelled");
    assert_eq!(files_below(&place.root().join("staging")), [""; 0]);
    let report = imported(&place);
    assert_eq!(report["artifacts"]["imported"], 16);
}

#[test]
fn a_damaged_object_is_healed_by_the_bytes_of_the_folder() {
    let place = Place::new();
    imported(&place);
    let hash = place.get("board_1")["fileHash"].as_str().unwrap()["sha256:".len()..].to_owned();
    let object = place.root().join("objects").join(&hash[..2]).join(&hash);
    let mut mode = std::fs::metadata(&object).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut mode, 0o644);
    std::fs::set_permissions(&object, mode).unwrap();
    std::fs::write(&object, "hello wOrld").unwrap();
    import(&place);
    assert_eq!(std::fs::read_to_string(&object).unwrap(), "hello world");
}

#[test]
fn tags_that_are_longer_than_they_may_be_are_cut_and_told() {
    let place = Place::new();
    let data = place.folder().join("data");
    for folder in ["manifests", "objects/2c"] {
        std::fs::create_dir_all(data.join(folder)).unwrap();
    }
    let manifest = std::fs::read_to_string(fixture().join("manifests/hello-again.json")).unwrap();
    let mut manifest: Value = serde_json::from_str(&manifest).unwrap();
    manifest["tags"] = json!({"note": "v".repeat(5000), "two\nlines": ""});
    std::fs::write(data.join("manifests/hello-again.json"), manifest.to_string()).unwrap();
    let object = "objects/2c/2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    std::fs::write(data.join(object), "hello").unwrap();
    let report = place.ok("import_m3", json!({"dataDir": data}));
    let shortened = report["findings"].as_array().unwrap().iter().filter(|finding| finding["code"] == "shortened");
    assert_eq!(shortened.count(), 2, "{report}");
    assert_eq!(place.get("hello-again")["tags"], json!({"note": "v".repeat(4096)}));
}

#[test]
fn more_artifacts_than_one_commit_takes() {
    let place = Place::new();
    let data = place.folder().join("project/data");
    std::fs::create_dir_all(data.join("manifests")).unwrap();
    let hex = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    let object = data.join("objects").join(&hex[..2]).join(hex);
    std::fs::create_dir_all(object.parent().unwrap()).unwrap();
    std::fs::write(&object, "hello").unwrap();
    for number in 0..1001 {
        let artifact_id = format!("a{number:04}");
        // Each of the next one, so that inputs come after what was made of them.
        let input = json!({"artifact_id": format!("a{:04}", number + 1), "relation": "derived_from"});
        let manifest = json!({
            "schema_version": 1, "artifact_id": artifact_id, "artifact_type": "log", "byte_size": 5,
            "content_hash": {"algorithm": "sha256", "digest": hex}, "created_utc": "2026-01-05T09:00:00Z",
            "provenance": {"generator": "demo", "generator_version": "1", "hostname": "lab-7"}, "roles": ["cache"],
            "lineage": {"run_id": "run-1", "inputs": if number == 1000 { json!([]) } else { json!([input]) }},
        });
        std::fs::write(data.join(format!("manifests/{artifact_id}.json")), manifest.to_string()).unwrap();
    }
    // The project stands for its data.
    let report = place.ok("import_m3", json!({"dataDir": place.folder().join("project")}));
    assert_eq!(report["artifacts"]["imported"], 1001);
    assert_eq!((&report["bytesTaken"], &report["findings"]), (&json!(5), &json!([])));
    let params = json!({"artifactIds": ["a0000"], "direction": "ancestors"});
    let graph = place.ok("get_lineage_graph", params);
    assert_eq!((&graph["nodeCount"], &graph["roots"]), (&json!(1001), &json!(["a1000"])));
    assert_eq!(place.objects().len(), 1);
}

#[test]
fn a_folder_that_is_none_is_refused_and_no_store_is_made() {
    let place = Place::new();
    let empty = place.folder().join("empty");
    std::fs::create_dir(&empty).unwrap();
    for (folder, word) in [(place.folder().join("nowhere"), "was not found"), (empty, "no folder manifests")] {
        let (kind, field, message) = place.refuses("import_m3", json!({"dataDir": folder}));
        assert_eq!((kind.as_str(), field.as_str()), ("not_found", "dataDir"));
        assert!(message.contains(word), "{message}");
        assert!(!place.root().exists());
    }
    assert_eq!(place.refuses("import_m3", json!({"dataDir": ""})).0, "invalid_params");
}

/// Exit code, output and complaints of a command.
fn typed(place: &Place, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = keepstone().arg("--root").arg(place.root()).args(arguments).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn the_terminal_tells_what_was_left_out_and_takes_the_names_of_m3() {
    let place = Place::new();
    let run = |arguments: &[&str]| typed(&place, arguments);
    let data = fixture();
    let data = data.to_str().unwrap();
    let (code, stdout, _) = run(&["import", "m3", data, "--dry-run"]);
    assert_eq!(code, Some(1));
    assert!(stdout.starts_with("16 artifacts would be imported, 0 there already, 8 left out\n"), "{stdout}");
    assert!(!place.root().exists());
    let (code, stdout, stderr) = run(&["import", "m3", data]);
    assert_eq!(code, Some(1), "{stderr}");
    for line in [
        "16 artifacts imported, 0 there already, 8 left out\n",
        "2 pins imported, 0 there already, 0 left out\n",
        "6 dataset versions imported, 0 there already, 3 left out\n",
        "left out: registry.db: ",
        "warning: artifact object-lost was left out: its object sha256:",
    ] {
        assert!(stdout.contains(line), "{line}\n{stdout}");
    }
    assert_eq!(run(&["import", "m3", "/nowhere"]).0, Some(2));
    assert_eq!(run(&["import", "m4", data]).0, Some(64));

    let (code, stdout, _) = run(&["artifact", "show", "board_1", "--content", "--verify"]);
    assert_eq!(code, Some(0));
    assert!(stdout.contains("read, and they have their hash") && stdout.ends_with("\n\nhello world"), "{stdout}");
    let (code, stdout, _) = run(&["artifact", "show", "board_1", "--json", "--verify"]);
    let shown: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, &shown["hashVerified"], &shown["artifactId"]), (Some(0), &json!(true), &json!("board_1")));
    let second = "run-20260105T100000-4e5f6071";
    let (_, stdout, _) = run(&[
        "artifact",
        "list",
        "-t",
        "touchstone",
        "-r",
        second,
        "--role",
        "oracle_output",
        "--after",
        "2026-01-05T10:00:01Z",
        "--before",
        "2026-01-05T10:00:02Z",
        "-n",
        "5",
        "--json",
    ]);
    let listed: Value = serde_json::from_str(&stdout).unwrap();
    let ids: Vec<&str> = listed.as_array().unwrap().iter().map(|one| one["artifactId"].as_str().unwrap()).collect();
    assert_eq!(ids, ["touchstone-2", "touchstone-1"]);
    let (code, stdout, _) = run(&["dataset", "show", "em_dataset", "--json"]);
    let shown: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, &shown["version"]), (Some(0), &json!("v10")));
    let (code, stdout, _) = run(&["dataset", "diff", "em_dataset@v9", "em_dataset@v10", "--json"]);
    let diff: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, &diff["counts"]["added"]), (Some(0), &json!(1)), "{stdout}");
    assert_eq!(run(&["dataset", "diff", "zero", "nothing"]).0, Some(0));
    let (code, stdout, _) = run(&["audit", "touchstone-2", "--trace-roots", "--format", "json"]);
    let audit: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, &audit["artifacts"][0]["roots"][0]["artifactId"]), (Some(0), &json!(SPEC)));
    let (code, stdout, _) = run(&["init", "--force", "-q", "--json"]);
    let made: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, &made["created"]), (Some(0), &json!(false)));
}

#[test]
fn lists_take_the_options_of_m3() {
    let place = Place::new();
    imported(&place);
    let run = |arguments: &[&str]| typed(&place, arguments);
    let ids = |arguments: &[&str]| {
        let (code, stdout, stderr) = run(&[&["artifact", "list", "--json"], arguments].concat());
        assert_eq!(code, Some(0), "{stderr}");
        let listed: Vec<Value> = serde_json::from_str(&stdout).unwrap();
        listed.iter().map(|one| one["artifactId"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let sorted = ids(&["--order-by", "artifact_id", "--asc"]);
    assert!(sorted.len() == 16 && sorted.is_sorted(), "{sorted:?}");
    assert_eq!(ids(&["--order-by", "artifact_id", "--asc", "--offset", "3", "-n", "2"]), sorted[3..5]);
    assert_eq!(ids(&["--asc"]), ids(&[]).into_iter().rev().collect::<Vec<_>>());
    let (spec, oracle) = (ids(&["--role", "root_input"]), ids(&["--role", "oracle_output"]));
    let either = ids(&["--role", "root_input", "--role", "oracle_output"]);
    assert!(!spec.is_empty() && !oracle.is_empty());
    assert_eq!(
        either.iter().collect::<BTreeSet<_>>(),
        spec.iter().chain(&oracle).collect::<BTreeSet<_>>(),
        "several roles: one of them"
    );
    let (_, stdout, _) = run(&["artifact", "list", "-l", "--order-by", "byte_size", "-n", "1"]);
    assert!(stdout.contains("  sidecar  ") && stdout.ends_with(" of 16\n"), "{stdout}");
    let (code, stdout, _) = run(&["dataset", "show", "em_dataset", "-v", "v9", "--members", "--json"]);
    let shown: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, &shown["version"]), (Some(0), &json!("v9")));
    assert_eq!(json!(shown["members"].as_array().map(Vec::len)), shown["memberCount"]);
    assert_eq!(run(&["dataset", "show", "em_dataset@v9", "-v", "v9"]).0, Some(64));
    let (_, stdout, _) = run(&["dataset", "list", "--name", "em_", "-n", "1", "-l"]);
    assert!(
        stdout.contains("em_dataset@v10\n") && stdout.ends_with("1 version, and there are more: --limit shows them\n"),
        "{stdout}"
    );
    assert_eq!(run(&["dataset", "list", "--name", "m_"]).1, "0 versions\n");
}

#[test]
fn verify_takes_the_options_of_m3_or_says_why_not() {
    let place = Place::new();
    imported(&place);
    let run = |arguments: &[&str]| typed(&place, arguments);
    let (code, stdout, _) = run(&["verify", "touchstone-2"]);
    assert!(code == Some(0) && stdout.contains("hash verified"), "{stdout}");
    let (code, stdout, _) = run(&["verify", "touchstone-2", "--no-hash"]);
    assert!(code == Some(0) && !stdout.contains("hash verified"), "{stdout}");
    let (code, _, stderr) = run(&["verify", "hsah"]);
    assert!(code == Some(2) && stderr.contains("the checks are hash, objects"), "{stderr}");
    let (_, stdout, _) = run(&["verify", "--full", "--no-hash", "--format", "json"]);
    let verified: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(verified["counts"]["hashedFiles"], 0, "{stdout}");
    for refused in
        [&["--pipeline"][..], &["--gc-check"], &["hash", "--no-hash"], &["board_1", "--repair"], &["board_1", "hash"]]
    {
        assert_eq!(run(&[&["verify"], refused].concat()).0, Some(64), "{refused:?}");
    }
}
