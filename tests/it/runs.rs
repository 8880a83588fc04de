//! Runs: recorded when they begin and end, whole after a crash and from the history, and refused when they contradict.

use keepstone::base::crash::POINTS;
use serde_json::{Value, json};

use crate::support::{Place, Session, id, ids, keepstone, refusal};

fn start(place: &Place, params: Value) -> Value {
    place.ok("start_run", params)
}

fn publish(place: &Place, artifact_id: &str, more: Value) -> Value {
    let mut params = json!({
        "artifactType": "note", "artifactId": artifact_id, "content": {"encoding": "utf8", "data": artifact_id},
    });
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    place.ok("publish_artifact", params)
}

/// Everything that can be asked about runs.
fn portrait(place: &Place) -> Value {
    let runs = place.ok("list_runs", json!({}));
    let details = runs.as_array().unwrap().iter().map(|run| place.ok("get_run", json!({"runId": run["runId"]})));
    json!({"details": details.collect::<Vec<_>>(), "runs": runs})
}

fn run_ids(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|run| run["runId"].as_str().unwrap()).collect()
}

/// A run with everything that a start can say.
fn full() -> Value {
    json!({
        "runId": "run-full", "stage": "train_model", "name": "nightly", "description": "of the large one",
        "command": ["python", "train.py", "--seed=1"], "workingDirectory": "/srv/model",
        "params": {"epochs": 20, "rate": 0.25, "layers": [64, 64]}, "tags": {"env": "night", "größe": ""},
        "environment": {"PYTHONHASHSEED": "0"}, "git": {"commit": "0".repeat(40), "branch": "main", "dirty": true},
        "hostname": "worker-3", "username": "ana", "containerDigest": "0123456789ab",
        "tools": {"dvc": "3.55.2", "git": "2.47.0"}, "ciRunId": "1234", "ciJobUrl": "https://ci.example/1234",
        "parentRunId": "run-parent", "mlflowRunId": "9a8b", "annotations": {"reason": null, "tries": [1, 2]},
        "inputArtifactIds": ["raw", "config"], "startedAt": "2026-03-01T09:30:00+01:00",
    })
}

/// A store with a full run, a named one, a running one and a failed one.
fn lively() -> Place {
    let place = Place::with_store();
    publish(&place, "raw", json!({}));
    publish(&place, "config", json!({}));
    publish(&place, "labels", json!({"runId": "run-named"}));
    start(&place, json!({"runId": "run-parent", "stage": "all", "startedAt": "2026-03-01T08:00:00Z"}));
    start(&place, full());
    publish(&place, "model", json!({"runId": "run-full", "inputArtifactIds": ["raw", "labels"]}));
    publish(&place, "scores", json!({"runId": "run-full", "inputArtifactIds": ["model"]}));
    // Known already: a duplicate is this run's output all the same.
    let content = json!({"encoding": "utf8", "data": "labels"});
    let again = json!({"artifactType": "note", "logicalKey": "labels", "content": content, "runId": "run-full"});
    assert_eq!(place.ok("publish_artifact", again)["existingArtifactId"], "labels");
    publish(&place, "out", json!({"runId": "run-full"}));
    publish(&place, "err", json!({"runId": "run-full"}));
    place.ok(
        "finish_run",
        json!({
            "runId": "run-full", "status": "completed", "exitCode": 0, "finishedAt": "2026-03-01T08:31:02.250Z",
            "dvcLockHash": format!("sha256:{}", "ab".repeat(32)), "cached": false,
            "stdoutArtifactId": "out", "stderrArtifactId": "err",
        }),
    );
    start(&place, json!({"runId": "run-failed", "stage": "drc", "tags": ["nightly"], "startedAt": "2026-03-02"}));
    let error = json!({"message": "2 violations", "errorType": "DrcError"});
    place.ok("finish_run", json!({"runId": "run-failed", "status": "failed", "exitCode": 3, "error": error}));
    place
}

#[test]
fn a_run_is_answered_as_it_was_started_and_finished() {
    let place = lively();
    let run = place.ok("get_run", json!({"runId": "run-full"}));
    for (field, value) in full().as_object().unwrap() {
        if field != "startedAt" {
            assert_eq!(run[field], *value, "{field}");
        }
    }
    let expected = json!({
        "status": "completed", "runType": "model_training", "startedAt": "2026-03-01T08:30:00.000Z",
        "finishedAt": "2026-03-01T08:31:02.250Z", "durationSeconds": 62.25, "exitCode": 0, "error": null,
        "dvcLockHash": format!("sha256:{}", "ab".repeat(32)), "cached": false,
        "stdoutArtifactId": "out", "stderrArtifactId": "err", "outputCount": 3,
    });
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(run[field], *value, "{field}");
    }
    // Oldest first; the duplicate is older than the run.
    assert_eq!(ids(&run["outputs"]), ["labels", "model", "scores"]);
    // The named ones, then what outputs were made from; what the run made itself is none.
    assert_eq!(ids(&run["inputs"]), ["raw", "config"]);
    assert_eq!(run["outputs"][1], place.get("model"));
    let failed = place.ok("get_run", json!({"runId": "run-failed"}));
    let told = ["status", "exitCode", "error", "runType"].map(|field| failed[field].clone());
    let error = json!({"message": "2 violations", "errorType": "DrcError"});
    assert_eq!(told, [json!("failed"), json!(3), error, json!("drc_validation")]);
    assert!(failed["durationSeconds"].as_f64().unwrap() > 0.0);
}

#[test]
fn what_a_run_read_is_told_by_its_outputs_too() {
    let place = Place::with_store();
    for name in ["raw", "old"] {
        publish(&place, name, json!({}));
    }
    start(&place, json!({"runId": "r", "stage": "a"}));
    let related = json!([{"artifactId": "raw"}, {"artifactId": "old", "relation": "sibling_of"}]);
    publish(&place, "made", json!({"runId": "r", "inputs": related}));
    let run = place.ok("get_run", json!({"runId": "r"}));
    // An annotation is nothing that it was made from.
    assert_eq!((ids(&run["inputs"]), ids(&run["outputs"])), (vec!["raw"], vec!["made"]));
    assert_eq!(
        (&run["status"], &run["durationSeconds"], &run["finishedAt"]),
        (&json!("running"), &Value::Null, &Value::Null)
    );
}

#[test]
fn a_run_gets_an_id_and_a_moment_of_its_own() {
    let place = Place::with_store();
    let first = start(&place, json!({"stage": "a"}));
    let second = start(&place, json!({"stage": "a"}));
    assert_ne!(first["runId"], second["runId"]);
    let run_id = first["runId"].as_str().unwrap();
    let (stamp, tail) = run_id.strip_prefix("run-").unwrap().split_once('-').unwrap();
    assert_eq!((stamp.len(), tail.len()), (15, 8), "{run_id}");
    let compact: String = first["startedAt"].as_str().unwrap().chars().filter(|c| !"-:".contains(*c)).collect();
    assert_eq!(compact[..15], *stamp);
}

#[test]
fn a_run_that_artifacts_name_is_known_and_can_be_started() {
    let place = Place::with_store();
    publish(&place, "late", json!({"runId": "r", "createdAt": "2026-01-02T00:00:00Z"}));
    publish(&place, "early", json!({"runId": "r", "createdAt": "2026-01-01T00:00:00Z"}));
    let run = place.ok("get_run", json!({"runId": "r"}));
    let told = ["status", "startedAt", "stage", "runType", "outputCount"].map(|field| run[field].clone());
    assert_eq!(told, [json!("unknown"), json!("2026-01-01T00:00:00.000Z"), Value::Null, Value::Null, json!(2)]);
    let (kind, field, message) = place.refuses("finish_run", json!({"runId": "r", "status": "completed"}));
    assert_eq!((kind.as_str(), field.as_str()), ("conflict", "runId"), "{message}");
    let started = start(&place, json!({"runId": "r", "stage": "a", "startedAt": "2026-01-03"}));
    assert_eq!((&started["status"], &started["startedAt"]), (&json!("running"), &json!("2026-01-03T00:00:00.000Z")));
    // What is published later doesn't move its beginning.
    publish(&place, "earliest", json!({"runId": "r", "createdAt": "2025-01-01T00:00:00Z"}));
    let run = place.ok("get_run", json!({"runId": "r"}));
    assert_eq!((&run["startedAt"], &run["outputCount"]), (&json!("2026-01-03T00:00:00.000Z"), &json!(3)));
}

#[test]
fn runs_are_listed_newest_first_and_by_filter() {
    let place = lively();
    // run-named began when its artifact was published: now.
    assert_eq!(run_ids(&place.ok("list_runs", json!({}))), ["run-named", "run-failed", "run-full", "run-parent"]);
    for (filter, expected) in [
        (json!({"stage": "train_model"}), vec!["run-full"]),
        (json!({"stage": "train"}), vec![]),
        (json!({"status": "running"}), vec!["run-parent"]),
        (json!({"status": "unknown"}), vec!["run-named"]),
        (json!({"runType": "drc_validation"}), vec!["run-failed"]),
        (json!({"parentRunId": "run-parent"}), vec!["run-full"]),
        (json!({"tags": {"nightly": ""}}), vec!["run-failed"]),
        (json!({"tags": {"env": "night", "größe": ""}}), vec!["run-full"]),
        (json!({"tags": {"env": "day"}}), vec![]),
        (json!({"since": "2026-03-01T08:30:00Z", "until": "2026-03-02T00:00:00Z"}), vec!["run-failed", "run-full"]),
        (json!({"since": "2026-03-01T08:30:00.0001Z", "until": "2026-03-02T00:00:00Z"}), vec!["run-failed"]),
        (json!({"until": "2026-03-01T08:29:59.999Z"}), vec!["run-parent"]),
        (json!({"limit": 2}), vec!["run-named", "run-failed"]),
    ] {
        assert_eq!(run_ids(&place.ok("list_runs", json!({"filter": filter}))), expected, "{filter}");
    }
    let same = "2026-04-01T00:00:00Z";
    for run_id in ["run-b", "run-a", "run-c"] {
        start(&place, json!({"runId": run_id, "stage": "a", "startedAt": same}));
    }
    let moment = place.ok("list_runs", json!({"filter": {"since": same, "until": same}}));
    assert_eq!(run_ids(&moment), ["run-a", "run-b", "run-c"]);
}

#[test]
fn saying_the_same_again_is_harmless() {
    let place = lively();
    let before = place.state();
    let again = start(&place, full());
    assert_eq!((&again["status"], &again["outputCount"]), (&json!("completed"), &json!(3)));
    let mut without_moment = full();
    without_moment.as_object_mut().unwrap().remove("startedAt");
    start(&place, without_moment);
    let end = json!({"runId": "run-failed", "status": "failed", "exitCode": 3, "error": {"message": "2 violations", "errorType": "DrcError"}});
    assert_eq!(place.ok("finish_run", end)["status"], "failed");
    assert_eq!(place.state(), before);
}

#[test]
fn contradictions_and_bad_input_are_refused_and_change_nothing() {
    let place = lively();
    let with = |more: Value| {
        let mut params = full();
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        params
    };
    let large = "x".repeat(1 << 20);
    for (method, params, kind, field) in [
        ("start_run", json!({}), "invalid_params", "stage"),
        ("start_run", json!({"stage": ""}), "invalid_params", "stage"),
        ("start_run", json!({"stage": "x".repeat(1025)}), "invalid_params", "stage"),
        ("start_run", json!({"stage": "a", "runId": "../a"}), "invalid_params", "runId"),
        ("start_run", json!({"stage": "a", "runType": "a b"}), "invalid_params", "runType"),
        ("start_run", json!({"stage": "a", "step": 1}), "invalid_params", "step"),
        ("start_run", json!({"stage": "a", "command": "ls"}), "invalid_params", "command"),
        ("start_run", json!({"stage": "a", "git": {"commit": "a", "tag": "b"}}), "invalid_params", "git.tag"),
        ("start_run", json!({"stage": "a", "environment": {"A": 1}}), "invalid_params", "environment.A"),
        ("start_run", json!({"stage": "a", "params": {"n": [9_007_199_254_740_992_u64]}}), "invalid_params", "params"),
        (
            "start_run",
            json!({"stage": "a", "annotations": {"n": -9_007_199_254_740_992_i64}}),
            "invalid_params",
            "annotations",
        ),
        ("start_run", json!({"stage": "a", "startedAt": "yesterday"}), "invalid_params", "startedAt"),
        ("start_run", json!({"stage": "a", "runId": "r", "parentRunId": "r"}), "invalid_params", "parentRunId"),
        ("start_run", json!({"stage": "a", "parentRunId": "nobody"}), "not_found", "parentRunId"),
        ("start_run", json!({"stage": "a", "inputArtifactIds": ["raw", "gone"]}), "not_found", "inputArtifactIds[1]"),
        ("start_run", json!({"stage": "a", "annotations": {"text": large}}), "limit_exceeded", ""),
        ("start_run", with(json!({"tags": {}})), "conflict", "runId"),
        ("start_run", with(json!({"startedAt": "2026-03-01"})), "conflict", "runId"),
        ("finish_run", json!({"runId": "run-parent"}), "invalid_params", "status"),
        ("finish_run", json!({"runId": "run-parent", "status": "running"}), "invalid_params", "status"),
        (
            "finish_run",
            json!({"runId": "run-parent", "status": "failed", "exitCode": -1}),
            "invalid_params",
            "exitCode",
        ),
        (
            "finish_run",
            json!({"runId": "run-parent", "status": "failed", "error": {}}),
            "invalid_params",
            "error.message",
        ),
        (
            "finish_run",
            json!({"runId": "run-parent", "status": "failed", "dvcLockHash": "ab"}),
            "invalid_params",
            "dvcLockHash",
        ),
        (
            "finish_run",
            json!({"runId": "run-parent", "status": "completed", "finishedAt": "2026-03-01T07:59:59Z"}),
            "invalid_data",
            "finishedAt",
        ),
        (
            "finish_run",
            json!({"runId": "run-parent", "status": "completed", "stdoutArtifactId": "gone"}),
            "not_found",
            "stdoutArtifactId",
        ),
        (
            "finish_run",
            json!({"runId": "run-parent", "status": "completed", "stderrArtifactId": "gone"}),
            "not_found",
            "stderrArtifactId",
        ),
        ("finish_run", json!({"runId": "nobody", "status": "completed"}), "not_found", "runId"),
        ("finish_run", json!({"runId": "run-named", "status": "completed"}), "conflict", "runId"),
        ("finish_run", json!({"runId": "run-failed", "status": "completed"}), "conflict", "runId"),
        ("finish_run", json!({"runId": "run-failed", "status": "failed", "exitCode": 4}), "conflict", "runId"),
        ("get_run", json!({"runId": "nobody"}), "not_found", "runId"),
        ("list_runs", json!({"filter": {"limit": 0}}), "invalid_params", "filter.limit"),
        ("list_runs", json!({"filter": {"limit": 10_001}}), "invalid_params", "filter.limit"),
        ("list_runs", json!({"filter": {"status": "done"}}), "invalid_params", "filter.status"),
        ("list_runs", json!({"filter": {"since": "x"}}), "invalid_params", "filter.since"),
        ("list_runs", json!({"filter": {"before": "x"}}), "invalid_params", "filter.before"),
    ] {
        let shown: String = params.to_string().chars().take(200).collect();
        let (found, at, message) = place.refuses(method, params);
        assert_eq!((found.as_str(), at.as_str()), (kind, field), "{method} {shown}: {message}");
        assert!(!message.is_empty() && !message.contains("expected struct"), "{message}");
    }
}

#[test]
fn a_run_needs_a_store() {
    let place = Place::new();
    for (method, params) in [
        ("start_run", json!({"stage": "a"})),
        ("finish_run", json!({"runId": "r", "status": "completed"})),
        ("get_run", json!({"runId": "r"})),
        ("list_runs", json!({})),
    ] {
        let error = place.fails(method, params);
        assert_eq!(refusal(&error).0, "not_found");
        assert!(error["data"]["hint"].as_str().unwrap().contains("keepstone init"), "{error}");
    }
    assert!(!place.root().exists());
}

#[test]
fn runs_come_back_whole_from_history_and_backups() {
    let place = lively();
    let before = portrait(&place);
    let backup = place.ok("backup", json!({}))["path"].clone();
    let rebuilt = place.ok("rebuild_manifest", json!({}));
    assert_eq!((&rebuilt["findings"], portrait(&place)), (&json!([]), before.clone()));

    place.site().close();
    std::fs::remove_file(place.root().join("manifest.sqlite")).unwrap();
    assert_eq!(place.ok("rebuild_manifest", json!({}))["findings"], json!([]));
    assert_eq!(portrait(&place), before);

    place.ok("finish_run", json!({"runId": "run-parent", "status": "killed", "exitCode": 137}));
    start(&place, json!({"runId": "run-later", "stage": "a", "inputArtifactIds": ["model"]}));
    let after = portrait(&place);
    assert_eq!(place.ok("restore_backup", json!({"path": backup}))["findings"], json!([]));
    assert_eq!(portrait(&place), after);
    assert_ne!(after, before);
}

#[test]
fn a_store_with_runs_is_clean() {
    let place = lively();
    let report = place.ok("verify_store", json!({}));
    assert_eq!((&report["status"], &report["findings"]), (&json!("clean"), &json!([])), "{report:#}");
}

#[test]
fn an_input_that_is_lost_is_told_by_the_rebuild() {
    let place = Place::with_store();
    let raw = publish(&place, "raw", json!({}));
    start(&place, json!({"runId": "r", "stage": "a", "inputArtifactIds": ["raw"]}));
    std::fs::remove_file(raw["pathSidecar"].as_str().unwrap()).unwrap();
    publish(&place, "other", json!({}));
    place.site().close();
    std::fs::remove_file(place.root().join("manifest.sqlite")).unwrap();
    let findings = place.ok("rebuild_manifest", json!({}))["findings"].clone();
    assert!(findings.as_array().unwrap().contains(&json!("run r: its input raw has no sidecar")), "{findings}");
    let run = place.ok("get_run", json!({"runId": "r"}));
    assert_eq!((&run["inputArtifactIds"], &run["inputs"]), (&json!(["raw"]), &json!([])));
}

#[test]
fn a_kill_at_any_point_leaves_a_run_as_it_was_or_as_it_was_to_be() {
    for point in POINTS {
        for (method, params) in [
            ("start_run", json!({"runId": "second", "stage": "a", "tags": {"a": "b"}})),
            ("finish_run", json!({"runId": "first", "status": "failed", "finishedAt": "2026-03-01T01:00:00Z"})),
        ] {
            let folder = crate::support::in_memory();
            let root = folder.path().join("store");
            let mut session = Session::start(&root);
            session.call("init", json!({}));
            session.call("start_run", json!({"runId": "first", "stage": "a", "startedAt": "2026-03-01"}));
            let before = session.call("list_runs", json!({}))["result"].take();
            session.finish();
            let mut command = keepstone();
            command.arg("serve").arg("--root").arg(&root).env("KEEPSTONE_CRASH_AT", point);
            let mut session = Session::spawn(&mut command);
            session.request(1, method, params.clone());
            let replied = session.line();
            session.finish();

            let mut session = Session::start(&root);
            let now = session.call("list_runs", json!({}))["result"].take();
            let done = now != before;
            if let Some(reply) = &replied {
                assert!(reply.get("result").is_some() && done, "{point}: {reply}");
            }
            // Sent again it is done, once.
            let again = session.call(method, params)["result"].take();
            let whole = session.call("list_runs", json!({}))["result"].take();
            assert!(!done || now == whole, "{point}: {now} and then {whole}");
            assert!(run_ids(&whole).contains(&again["runId"].as_str().unwrap()), "{point}: {again}");
            let rebuilt = session.call("rebuild_manifest", json!({}))["result"].take();
            assert_eq!(rebuilt["findings"], json!([]), "{point}");
            assert_eq!(session.call("list_runs", json!({}))["result"], whole, "{point}");
        }
    }
}

#[test]
fn events_tell_of_runs() {
    let place = lively();
    let events = place.ok("list_events", json!({"limit": 1000}));
    let told: Vec<(&str, &str)> = events
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .filter_map(|event| Some((event["kind"].as_str()?, event["data"]["runId"].as_str()?)))
        .collect();
    assert_eq!(
        told,
        [
            ("run_started", "run-parent"),
            ("run_started", "run-full"),
            ("joined_run", "run-full"),
            ("run_finished", "run-full"),
            ("run_started", "run-failed"),
            ("run_finished", "run-failed"),
        ]
    );
    let joined = events.as_array().unwrap().iter().find(|event| event["kind"] == "joined_run");
    assert_eq!(id(joined.unwrap()), "labels");
}
