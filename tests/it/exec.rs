//! `keepstone exec` in place of the Python wrapper that hosts spawned for every operation.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::schemas;
use crate::support::{Outcome, keepstone, run, serve};

struct Host {
    folder: TempDir,
}

impl Host {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("manifest")
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// One operation as the TypeScript adapter spawned it: the manifest in every input, the artifacts folder in publish.
    fn exec(&self, operation: &str, more: Value) -> Outcome {
        let mut input = json!({"operation": operation, "manifest_db": self.root().join("manifest.sqlite"),
            "manifest_sql": self.root().join("schema.sql")});
        let fields = input.as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        if operation == "publish_artifact" {
            fields.insert("artifacts_root".to_owned(), json!(self.folder.path().join("artifacts")));
        }
        run(keepstone().arg("exec"), input.to_string())
    }

    #[track_caller]
    fn ok(&self, operation: &str, more: Value) -> Value {
        let outcome = self.exec(operation, more);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{operation}");
        let lines = outcome.lines();
        assert_eq!(lines.len(), 1, "one bare result on one line");
        lines.into_iter().next().unwrap()
    }

    /// The error, which has exactly the wrapper's keys.
    #[track_caller]
    fn fails(&self, operation: &str, more: Value) -> Value {
        let outcome = self.exec(operation, more);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), ""), "{operation}");
        let error: Value = serde_json::from_str(outcome.stderr.trim()).unwrap();
        let keys: Vec<&String> = error.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["error", "type", "operation"]);
        assert_eq!(error["operation"], operation);
        error
    }

    #[track_caller]
    fn publish(&self, key: &str, text: &str, more: Value) -> Value {
        let mut params = json!({"artifact_type": "test_artifact", "schema_version": 1, "logical_key": key,
            "data_path": self.write("data.csv", text), "tags": {"chain": key}, "writer_name": "test", "writer_version": "1.0.0",
            "git_commit": "abc", "git_dirty": false, "input_artifact_ids": [], "params": {"a": 1}});
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.ok("publish_artifact", params)
    }
}

/// The wrapper's keys of an artifact, as the adapter checks them.
#[track_caller]
fn is_artifact(artifact: &Value) {
    for key in [
        "artifactId",
        "artifactType",
        "logicalKey",
        "pathParquet",
        "pathSidecar",
        "fileHash",
        "contentHash",
        "createdAt",
    ] {
        assert!(artifact[key].is_string(), "{key}: {artifact}");
    }
    for key in ["schemaVersion", "rowCount"] {
        assert!(artifact[key].is_u64(), "{key}: {artifact}");
    }
    for key in ["minTs", "maxTs"] {
        assert!(artifact.get(key).is_some_and(|value| value.is_string() || value.is_null()), "{key}: {artifact}");
    }
    assert!(["active", "superseded", "tombstoned"].contains(&artifact["status"].as_str().unwrap()));
    schemas::check_reply("get_artifact", artifact);
}

const CSV: &str = "alert_ts_utc,chain,mint,alert_id\n2026-01-01T00:00:00Z,sol,m,1\n";

#[test]
fn publishing_and_getting() {
    let host = Host::new();
    let published = host.publish("token/a", CSV, json!({}));
    assert_eq!((&published["success"], &published["deduped"]), (&json!(true), &json!(false)));
    assert!(published.get("mode").is_none() && published.get("existingArtifactId").is_none());
    for key in ["artifactId", "pathParquet", "pathSidecar"] {
        assert!(published[key].is_string(), "{key}");
    }
    assert!(
        Path::new(published["pathParquet"].as_str().unwrap())
            .starts_with(host.folder.path().join("artifacts/test_artifact/v1"))
    );
    let artifact = host.ok("get_artifact", json!({"artifact_id": published["artifactId"]}));
    is_artifact(&artifact);
    assert_eq!((&artifact["logicalKey"], &artifact["rowCount"]), (&json!("token/a"), &json!(1)));
    assert_eq!(
        (&artifact["minTs"], &artifact["tags"]),
        (&json!("2026-01-01T00:00:00.000000Z"), &json!({"chain": "token/a"}))
    );

    let again = host.publish("token/a", CSV, json!({}));
    assert_eq!(
        (&again["success"], &again["deduped"], &again["mode"]),
        (&json!(true), &json!(true), &json!("file_hash"))
    );
    assert_eq!(again["existingArtifactId"], published["artifactId"]);
    let same = host.publish("token/a", &CSV.replace(",1\n", ",\"1\"\n").replace("00:00Z", "00:00.000Z"), json!({}));
    assert_eq!(same["deduped"], true);
    // Under another key it is another artifact: two empty slices are not one.
    assert_eq!(host.publish("token/b", CSV, json!({}))["deduped"], false);
}

#[test]
fn what_has_no_table_has_a_path_and_no_rows_all_the_same() {
    let host = Host::new();
    let file =
        host.publish("note", "text", json!({"data_path": host.write("note.txt", "text"), "filename_hint": null}));
    assert!(file["pathParquet"].as_str().unwrap().ends_with(".txt"));
    assert_eq!(file["rowCount"], 0);
    let artifact = host.ok("get_artifact", json!({"artifact_id": file["artifactId"]}));
    is_artifact(&artifact);
    assert_eq!(
        (&artifact["pathParquet"], &artifact["rowCount"], &artifact["minTs"]),
        (&artifact["path"], &json!(0), &json!(null))
    );
}

#[test]
fn lists_keys_and_batches_are_bare_arrays() {
    let host = Host::new();
    let (a, b) = (host.publish("a", CSV, json!({})), host.publish("b", CSV, json!({})));
    let list = host.ok(
        "list_artifacts",
        json!({"filter": {"artifactType": "test_artifact", "status": "active", "tags": {"chain": "b"},
        "minCreatedAt": "2000-01-01T00:00:00Z", "limit": 10}}),
    );
    assert_eq!(crate::support::ids(&list), [b["artifactId"].as_str().unwrap()]);
    list.as_array().unwrap().iter().for_each(is_artifact);
    assert_eq!(host.ok("list_artifacts", json!({})).as_array().unwrap().len(), 2);
    assert_eq!(host.ok("list_artifacts", json!({"filter": {"artifactType": "other"}})), json!([]));
    let found = host.ok("find_by_logical_key", json!({"artifact_type": "test_artifact", "logical_key": "a"}));
    assert_eq!(found[0]["artifactId"], a["artifactId"]);
    assert_eq!(host.ok("find_by_logical_key", json!({"artifact_type": "none", "logical_key": "a"})), json!([]));
    let batch = host.ok("get_artifacts_batch", json!({"artifact_ids": [b["artifactId"], "nothing", a["artifactId"]]}));
    assert_eq!(
        (&batch[0]["artifactId"], &batch[1], &batch[2]["artifactId"]),
        (&b["artifactId"], &json!(null), &a["artifactId"])
    );
    let error = host.fails("list_artifacts", json!({"filter": {"limit": 0}}));
    assert_eq!(error["error"], "filter.limit: 0 is not between 1 and 10000");
    assert_eq!(host.fails("list_artifacts", json!({"filter": {"status": "gone"}}))["type"], "InvalidParamsError");
}

#[test]
fn lineage_is_oldest_first_and_empty_for_what_is_unknown() {
    let host = Host::new();
    let (a, b) = (
        host.publish("a", CSV, json!({}))["artifactId"].clone(),
        host.publish("b", CSV, json!({}))["artifactId"].clone(),
    );
    let c = host.publish("c", CSV, json!({"input_artifact_ids": [b, a]}))["artifactId"].clone();
    let d = host.publish("d", CSV, json!({"input_artifact_ids": [a]}))["artifactId"].clone();
    let lineage = host.ok("get_lineage", json!({"artifact_id": c}));
    assert_eq!((&lineage["artifactId"], &lineage["depth"]), (&c, &json!(1)));
    assert_eq!(crate::support::ids(&lineage["inputs"]), [a.as_str().unwrap(), b.as_str().unwrap()]);
    lineage["inputs"].as_array().unwrap().iter().for_each(is_artifact);
    let unknown = host.ok("get_lineage", json!({"artifact_id": "nothing"}));
    assert_eq!(
        (&unknown["artifactId"], &unknown["inputs"], &unknown["depth"]),
        (&json!("nothing"), &json!([]), &json!(1))
    );
    let downstream = host.ok("get_downstream", json!({"artifact_id": a}));
    assert_eq!(crate::support::ids(&downstream), [d.as_str().unwrap(), c.as_str().unwrap()]);
    assert_eq!(host.ok("get_downstream", json!({"artifact_id": "nothing"})), json!([]));
}

#[test]
fn superseding() {
    let host = Host::new();
    let (old, new) = (
        host.publish("a", CSV, json!({}))["artifactId"].clone(),
        host.publish("b", CSV, json!({}))["artifactId"].clone(),
    );
    let pair = json!({"new_artifact_id": new, "old_artifact_id": old});
    assert_eq!(host.ok("supersede", pair.clone()), json!({"success": true}));
    assert_eq!(host.ok("supersede", pair), json!({"success": true}));
    assert_eq!(host.ok("get_artifact", json!({"artifact_id": old}))["status"], "superseded");
    let error = host.fails("supersede", json!({"new_artifact_id": "nothing", "old_artifact_id": old}));
    assert_eq!((&error["error"], &error["type"]), (&json!("artifact nothing was not found"), &json!("NotFoundError")));
}

#[test]
fn health_never_fails() {
    let host = Host::new();
    let missing = host.ok("health_check", json!({}));
    assert_eq!(missing["available"], false);
    assert!(missing["error"].is_string());
    assert!(!host.root().exists());
    host.publish("a", CSV, json!({}));
    let there = host.ok("health_check", json!({}));
    assert_eq!(there["available"], true);
    assert!(there.get("error").is_none());
    let outcome =
        run(keepstone().arg("exec"), json!({"operation": "health_check", "manifest_db": "/x/other.db"}).to_string());
    assert_eq!((outcome.code, &outcome.lines()[0]["available"]), (Some(0), &json!(false)));
}

#[test]
fn errors_are_the_wrappers() {
    let host = Host::new();
    let error = host.fails("get_artifact", json!({"artifact_id": "a"}));
    assert!(error["error"].as_str().unwrap().contains("not found"), "also where there is no store: {error}");
    host.publish("a", CSV, json!({}));
    let error = host.fails("get_artifact", json!({"artifact_id": "nothing"}));
    assert_eq!(
        error,
        json!({"error": "artifact nothing was not found", "type": "NotFoundError", "operation": "get_artifact"})
    );
    let ragged = host.write("ragged.csv", "a,b\n1\n");
    let error = host.fails("publish_artifact", json!({"artifact_type": "t", "data_path": ragged}));
    assert_eq!(error["type"], "InvalidDataError");
    assert_eq!(
        error["error"],
        format!("{}: row 1 (line 2) has 1 field, but the header has 2 columns", ragged.display())
    );
    let error = host.fails("publish_artifact", json!({"artifact_type": "t", "data_path": ragged, "typo": 1}));
    assert!(
        error["error"]
            .as_str()
            .unwrap()
            .starts_with("there is no parameter \"typo\" (the parameters are artifactType, "),
        "{error}"
    );
    let error = host.fails("frobnicate", json!({}));
    assert_eq!((&error["type"], &error["operation"]), (&json!("MethodNotFoundError"), &json!("frobnicate")));
    for (input, kind) in [
        ("", "ParseError"),
        ("{", "ParseError"),
        ("[]", "InvalidRequestError"),
        ("7", "InvalidRequestError"),
        ("{}", "InvalidRequestError"),
    ] {
        let outcome = run(keepstone().arg("exec"), input);
        let error: Value = serde_json::from_str(outcome.stderr.trim()).unwrap();
        assert_eq!(
            (outcome.code, &error["type"], &error["operation"]),
            (Some(1), &json!(kind), &json!(null)),
            "{input:?}"
        );
    }
    let outcome = run(keepstone().arg("exec"), json!({"operation": "get_artifact", "artifact_id": "a"}).to_string());
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("manifest_db is missing: it names the store"), "{}", outcome.stderr);
}

#[test]
fn call_answers_any_method() {
    let host = Host::new();
    let root = host.root();
    let call =
        |arguments: &[&str], input: &str| run(keepstone().arg("call").args(arguments).arg("--root").arg(&root), input);
    let params =
        json!({"artifactType": "note", "artifactId": "a", "content": {"encoding": "utf8", "data": "x"}}).to_string();
    let published = call(&["publish_artifact", &params], "");
    assert_eq!((published.code, published.stderr.as_str()), (Some(0), ""));
    schemas::check_reply("publish_artifact", &published.lines()[0]);
    let got = call(&["get_artifact", "-"], "{\"artifactId\": \"a\"}");
    assert_eq!(got.lines()[0], published.lines()[0]["artifact"]);
    assert_eq!(call(&["list_artifacts"], "").lines()[0], json!([got.lines()[0]]));
    let failed = call(&["get_artifact", "{\"artifactId\": \"b\"}"], "");
    assert_eq!(
        (failed.code, failed.stdout.as_str(), failed.stderr.as_str()),
        (Some(1), "", "error: artifact b was not found\n")
    );
    let wrong = call(&["get_artifact", "{"], "");
    assert_eq!((wrong.code, wrong.stdout.as_str()), (Some(64), ""));
}

/// Publish, get, lineage: the later ones see the first.
#[test]
fn three_lines_three_replies_in_every_way_of_asking() {
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("prices.csv");
    std::fs::write(&csv, "ts,price\n2026-01-01,1.5\n").unwrap();
    let calls = [
        ("publish_artifact", json!({"artifactType": "prices", "artifactId": "p", "dataPath": csv})),
        ("get_artifact", json!({"artifactId": "p"})),
        ("get_lineage", json!({"artifactId": "p"})),
    ];
    let check = |way: &str, mut results: Vec<Value>| {
        assert_eq!(results.len(), 3, "{way}");
        results.iter().zip(&calls).for_each(|(result, (method, _))| {
            if way != "exec" {
                schemas::check_reply(method, result);
            }
        });
        let lineage = results.pop().unwrap();
        assert_eq!(lineage, json!({"artifactId": "p", "inputs": [], "depth": 1, "edges": []}), "{way}");
        assert_eq!(results[0]["artifact"], results[1], "{way}");
        assert_eq!((&results[1]["rowCount"], &results[1]["status"]), (&json!(1), &json!("active")), "{way}");
    };

    let lines: String = calls
        .iter()
        .enumerate()
        .map(|(id, (method, params))| {
            format!("{}\n", json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))
        })
        .collect();
    let plain: String = calls
        .iter()
        .enumerate()
        .map(|(id, (method, params))| {
            let mut line = json!({"operation": method, "id": id});
            line.as_object_mut().unwrap().extend(params.as_object().unwrap().clone());
            format!("{line}\n")
                .replace("artifactId", "artifact_id")
                .replace("artifactType", "artifact_type")
                .replace("dataPath", "data_path")
        })
        .collect();
    for (way, input) in [("json-rpc", &lines), ("plain", &plain)] {
        let outcome = serve(&folder.path().join(way), &[], input.as_str());
        assert_eq!(outcome.code, Some(0));
        let mut replies = outcome.lines();
        replies.sort_by_key(|reply| reply["id"].as_u64());
        for (reply, (method, _)) in replies.iter().zip(&calls) {
            assert_eq!(reply.get("operation"), (way == "plain").then(|| json!(method)).as_ref());
        }
        check(way, replies.into_iter().map(|mut reply| reply["result"].take()).collect());
    }
    let manifest = folder.path().join("exec/manifest.sqlite");
    let results = calls.iter().map(|(method, params)| {
        let mut input = json!({"operation": method, "manifest_db": manifest});
        input.as_object_mut().unwrap().extend(params.as_object().unwrap().clone());
        let outcome = run(keepstone().arg("exec"), input.to_string());
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        outcome.lines().remove(0)
    });
    check("exec", results.collect());
}
