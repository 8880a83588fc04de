//! A store served: pipelined requests, the three ways to ask, cancellation and endings while work is under way.

use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, Instant};

use keepstone::base::lock::Lock;
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{Place, Session, keepstone, run, serve};

fn request(id: u64, method: &str, params: &Value) -> String {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string()
}

fn content(id: &str, text: &str) -> Value {
    json!({ "artifactType": "note", "artifactId": id, "content": { "encoding": "utf8", "data": text } })
}

#[test]
fn later_lines_see_what_earlier_ones_published() {
    let place = Place::new();
    let (a, b) = (place.write("a.csv", "x,y\n1,2\n"), place.write("b.csv", "x,y\n3,4\n"));
    let lines = [
        request(1, "publish_artifact", &json!({ "artifactType": "t", "dataPath": a, "artifactId": "a" })),
        request(
            2,
            "publish_artifact",
            &json!({ "artifactType": "t", "dataPath": b, "artifactId": "b", "inputArtifactIds": ["a"] }),
        ),
        request(3, "get_artifact", &json!({ "artifactId": "b" })),
        request(4, "get_lineage", &json!({ "artifactId": "b" })),
    ];
    let outcome = serve(&place.root(), &["--ordered"], lines.join("\n"));
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    let replies = outcome.lines();
    assert_eq!(replies[2]["result"]["artifactId"], "b");
    assert_eq!(replies[3]["result"]["inputs"][0]["artifactId"], "a");

    let plain = [
        json!({ "operation": "get_artifact", "artifact_id": "b", "id": 7 }),
        json!({ "operation": "get_lineage", "artifact_id": "b", "artifacts_root": place.root().join("artifacts") }),
        json!({ "operation": "get_lineage", "artifact_id": "b", "artifacts_root": "/elsewhere" }),
    ]
    .map(|line| line.to_string());
    let envelopes = serve(&place.root(), &["--ordered"], plain.join("\n")).lines();
    assert_eq!(envelopes[0], json!({ "operation": "get_artifact", "id": 7, "result": replies[2]["result"] }));
    assert_eq!(envelopes[1]["result"], replies[3]["result"]);
    assert_eq!(envelopes[2]["error"]["code"], -32602);

    let manifest = place.root().join("manifest.sqlite");
    let input = json!({ "operation": "get_artifact", "artifact_id": "b", "manifest_db": manifest });
    assert_eq!(run(keepstone().arg("exec"), input.to_string()).lines(), [replies[2]["result"].clone()]);
}

#[test]
fn the_same_lines_always_get_the_same_answers() {
    let place = Place::new();
    let mut lines = Vec::new();
    for n in 0..40 {
        lines.push(request(2 * n, "publish_artifact", &content(&format!("n{n}"), &n.to_string())));
        lines.push(request(2 * n + 1, "list_artifacts", &json!({ "filter": { "limit": 100 } })));
    }
    let outcome = serve(&place.root(), &["--ordered"], lines.join("\n"));
    let replies = outcome.lines();
    for n in 0..40 {
        assert_eq!(replies[2 * n]["result"]["artifactId"], format!("n{n}"));
        let listed: Vec<_> = replies[2 * n + 1]["result"].as_array().unwrap().iter().collect();
        assert_eq!(listed.len(), n + 1);
        assert_eq!(listed[0]["artifactId"], format!("n{n}"), "newest first");
    }
}

#[test]
fn exec_answers_as_the_python_wrapper_did() {
    let place = Place::new();
    let manifest = place.root().join("manifest.sqlite");
    let table = place.write("t.csv", "x,y\n1,2\n");
    let exec = |mut input: Value| {
        input["manifest_db"] = json!(manifest);
        run(keepstone().arg("exec"), input.to_string())
    };
    let answer = |input: Value| {
        let outcome = exec(input.clone());
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{input}");
        outcome.lines().remove(0)
    };
    let health = answer(json!({ "operation": "health_check" }));
    assert_eq!((&health["available"], health.as_object().unwrap().len()), (&json!(false), 2));
    let publish = json!({ "operation": "publish_artifact", "artifacts_root": place.root().join("artifacts"),
        "artifact_type": "t", "schema_version": 1, "logical_key": "k", "data_path": table, "tags": { "a": "b" },
        "writer_name": "w", "writer_version": "1", "git_commit": "c", "git_dirty": false });
    let published = answer(publish.clone());
    assert_eq!((&published["success"], &published["deduped"]), (&json!(true), &json!(false)));
    assert!(published.get("mode").is_none() && published.get("existingArtifactId").is_none());
    let again = answer(publish);
    assert_eq!((&again["deduped"], &again["existingArtifactId"]), (&json!(true), &published["artifactId"]));
    assert!(again["mode"] == "file_hash" || again["mode"] == "content_hash");
    place.ok(
        "publish_artifact",
        json!({ "artifactType": "note", "artifactId": "old",
        "content": { "encoding": "utf8", "data": "o" } }),
    );
    std::thread::sleep(Duration::from_millis(5));
    place.ok(
        "publish_artifact",
        json!({ "artifactType": "note", "artifactId": "new",
        "content": { "encoding": "utf8", "data": "n" } }),
    );
    place.ok(
        "publish_artifact",
        json!({ "artifactType": "note", "artifactId": "both",
        "content": { "encoding": "utf8", "data": "b" }, "inputArtifactIds": ["new", "old"] }),
    );
    let lineage = answer(json!({ "operation": "get_lineage", "artifact_id": "both" }));
    assert_eq!(
        (&lineage["inputs"][0]["artifactId"], &lineage["inputs"][1]["artifactId"]),
        (&json!("old"), &json!("new"))
    );
    let unknown = answer(json!({ "operation": "get_lineage", "artifact_id": "nobody" }));
    assert_eq!(
        (&unknown["artifactId"], &unknown["inputs"], &unknown["depth"]),
        (&json!("nobody"), &json!([]), &json!(1))
    );
    assert_eq!(answer(json!({ "operation": "get_downstream", "artifact_id": "nobody" })), json!([]));
    let old = answer(json!({ "operation": "get_artifact", "artifact_id": "old" }));
    assert_eq!((&old["pathParquet"], &old["rowCount"]), (&old["path"], &json!(0)));
    let several = answer(json!({ "operation": "get_artifacts_batch", "artifact_ids": ["old", "nobody"] }));
    assert_eq!(several, json!([old, null]));
    let found =
        answer(json!({ "operation": "list_artifacts", "filter": { "artifactType": "t", "tags": { "a": "b" } } }));
    assert_eq!(found.as_array().unwrap().len(), 1);
    let by_key = json!({ "operation": "find_by_logical_key", "artifact_type": "t", "logical_key": "k" });
    assert_eq!(answer(by_key), found);
    let supersede = json!({ "operation": "supersede", "new_artifact_id": "new", "old_artifact_id": "old" });
    assert_eq!(answer(supersede), json!({ "success": true }));
    assert_eq!(answer(json!({ "operation": "health_check" })), json!({ "available": true }));
    let missing = exec(json!({ "operation": "get_artifact", "artifact_id": "nobody" }));
    let error: Value = serde_json::from_str(&missing.stderr).unwrap();
    assert_eq!((missing.code, &error["type"]), (Some(1), &json!("NotFoundError")));
    assert!(error["error"].as_str().unwrap().contains("not found"));
}

#[test]
fn a_command_is_cancelled_until_it_is_committed() {
    let place = Place::new();
    place.ok("init", json!({}));
    let store = place.site().store().unwrap();
    let mut session = Session::start(&place.root());
    session.call("list_types", json!({}));
    // While this process holds the write lock, nothing is committed over there.
    let batch = store.begin().unwrap();
    for id in 2..5 {
        session.request(id, "publish_artifact", content(&format!("n{id}"), "x"));
    }
    std::thread::sleep(Duration::from_millis(300));
    for id in [2, 4] {
        session.send(json!({ "jsonrpc": "2.0", "method": "$/cancelRequest", "params": { "id": id } }).to_string());
    }
    std::thread::sleep(Duration::from_millis(200));
    drop(batch);
    let mut replies: Vec<_> = (0..3).map(|_| session.line().unwrap()).collect();
    replies.sort_by_key(|reply| reply["id"].as_u64());
    let codes: Vec<_> = replies.iter().map(|reply| reply["error"]["code"].as_i64()).collect();
    assert_eq!(codes, [Some(1011), None, Some(1011)]);
    let listed = session.call("list_artifacts", json!({ "filter": {} }));
    assert_eq!(listed["result"].as_array().unwrap().len(), 1);
    let (rest, status, stderr) = session.finish();
    assert_eq!((rest.len(), status.code(), stderr.as_str()), (0, Some(0), ""));
}

#[test]
fn a_signal_lets_what_is_under_way_end_but_not_for_ever() {
    let place = Place::new();
    place.ok("init", json!({}));
    let store = place.site().store().unwrap();
    for patient in [true, false] {
        let mut session = Session::start(&place.root());
        session.call("list_types", json!({}));
        let batch = store.begin().unwrap();
        session.request(2, "publish_artifact", content(&format!("patient-{patient}"), "x"));
        std::thread::sleep(Duration::from_millis(200));
        let begun = Instant::now();
        session.signal(Signal::TERM);
        if patient {
            std::thread::sleep(Duration::from_millis(500));
            drop(batch);
            let reply = session.line().unwrap();
            assert_eq!(reply["result"]["success"], true, "{reply}");
            assert_eq!(session.wait(), Some(143));
        } else {
            assert_eq!(session.wait(), Some(143));
            // The lock alone would have kept it for half a minute.
            assert!(begun.elapsed() < Duration::from_secs(15));
            drop(batch);
        }
    }
    let known = place.ok("get_artifacts", json!({ "artifactIds": ["patient-true", "patient-false"] }));
    assert_eq!((&known[0]["artifactId"], &known[1]), (&json!("patient-true"), &Value::Null));
}

#[test]
fn a_signal_is_heard_while_the_store_is_being_opened() {
    let place = Place::with_store();
    place.site().close();
    let held = Lock::exclusive(&place.root().join("locks/open.lock")).unwrap();
    let mut session = Session::start(&place.root());
    session.request(1, "list_types", json!({}));
    session.request(2, "publish_artifact", content("late", "x"));
    std::thread::sleep(Duration::from_millis(300));
    session.signal(Signal::TERM);
    assert_eq!(session.wait(), Some(143));
    drop(held);
    assert_eq!(place.fails("get_artifact", json!({ "artifactId": "late" }))["code"], 1001);
}

/// Nobody reads any more, and what is under way can't end yet: waiting for it costs nothing.
#[test]
fn the_end_is_waited_for_without_turning_in_circles() {
    let place = Place::new();
    place.ok("init", json!({}));
    let store = place.site().store().unwrap();
    let batch = store.begin().unwrap();
    let mut child = keepstone();
    child.arg("serve").arg("--root").arg(place.root()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = child.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{}", request(1, "publish_artifact", &content("late", "x"))).unwrap();
    std::thread::sleep(Duration::from_millis(500));
    drop((stdin, child.stdout.take()));
    std::thread::sleep(Duration::from_millis(500));
    let ticks = || {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
        let of_process = stat.rsplit(')').next().unwrap().split_whitespace().skip(11).take(2);
        of_process.map(|ticks| ticks.parse::<u64>().unwrap()).sum::<u64>()
    };
    let before = ticks();
    std::thread::sleep(Duration::from_secs(2));
    let used = ticks() - before;
    drop(batch);
    child.wait().unwrap();
    assert!(used < 40, "{used} hundredths of a second of two seconds");
}
