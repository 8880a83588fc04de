//! `audit`

use std::path::PathBuf;
use std::sync::Mutex;

use keepstone::model::{Error, Result, Watch};
use serde_json::{Value, json};

use crate::planted::{Plants, scattered, unchecked};
use crate::support::{Place, ids};

fn audit(place: &Place, params: Value) -> Value {
    let report = place.ok("audit", params);
    assert_eq!(report["totals"]["artifacts"], report["artifacts"].as_array().expect("a list").len());
    report
}

fn issues(audited: &Value) -> Vec<String> {
    let issue = |issue: &Value| format!("{} {}", issue["severity"].as_str().unwrap(), issue["name"].as_str().unwrap());
    audited["issues"].as_array().expect("a list").iter().map(issue).collect()
}

/// spec and config are roots with roles; board is made of spec, sparam of board and config.
fn pipeline() -> Place {
    let place = Place::new();
    let publish = |id: &str, artifact_type: &str, roles: Value, inputs: Value| {
        let content = json!({"encoding": "utf8", "data": id});
        let params = json!({"artifactType": artifact_type, "artifactId": id, "content": content, "roles": roles,
            "inputs": inputs, "runId": "run-1", "writerName": "demo", "writerVersion": "1.0", "gitCommit": "abc",
            "gitDirty": true, "params": {"f": 1}, "source": "tests", "createdAt": "2026-01-01"});
        place.ok("publish_artifact", params);
    };
    publish("spec", "coupon_spec", json!(["root_input", "config"]), json!([]));
    publish("config", "settings", json!(["config"]), json!([]));
    publish("board", "kicad_board", json!(["cad"]), json!([{"artifactId": "spec"}]));
    publish(
        "sparam",
        "touchstone",
        json!([]),
        json!([{"artifactId": "board"}, {"artifactId": "config", "relation": "config_from"},
            {"artifactId": "config", "relation": "sibling_of"}]),
    );
    place
}

fn object(place: &Place, artifact_id: &str) -> PathBuf {
    let hash = place.get(artifact_id)["fileHash"].as_str().expect("a hash").replace("sha256:", "");
    place.root().join("objects").join(&hash[..2]).join(hash)
}

fn damage(path: &std::path::Path, bytes: &str) {
    std::fs::remove_file(path).expect("it was there");
    std::fs::write(path, bytes).expect("written");
}

#[test]
fn an_artifact_with_everything_about_it() {
    let place = pipeline();
    let before = place.state();
    let params = json!({"artifactIds": ["sparam", "sparam"], "traceRoots": true, "verifyHashes": true, "requiredRoles": ["config", "root_input"]});
    let report = audit(&place, params);
    let whole = place.get("sparam");
    assert_eq!(
        report["artifacts"],
        json!([{
            "artifactId": "sparam", "status": "ok", "issues": [], "artifactType": "touchstone", "logicalKey": "sparam",
            "version": 1, "artifactStatus": "active", "contentHash": whole["contentHash"],
            "fileHash": whole["fileHash"], "sizeBytes": 6, "createdAt": "2026-01-01T00:00:00.000Z", "roles": [],
            "provenance": {
                "runId": "run-1", "writer": {"name": "demo", "version": "1.0"}, "git": {"commit": "abc", "dirty": true},
                "params": {"f": 1}, "source": "tests",
            },
            "hashVerified": true, "ancestorCount": 3, "edgeCount": 3,
            "ancestorTypes": ["coupon_spec", "kicad_board", "settings"], "rootCount": 2,
            "roots": [
                {"artifactId": "spec", "artifactType": "coupon_spec", "roles": ["root_input", "config"]},
                {"artifactId": "config", "artifactType": "settings", "roles": ["config"]},
            ],
            "cut": false,
        }])
    );
    assert_eq!(
        report["totals"],
        json!({"artifacts": 1, "ok": 1, "warnings": 0, "errors": 0, "notFound": 0, "verificationFailures": 0,
            "missingRoles": 0, "objectsVerified": 1, "bytesVerified": 6})
    );
    assert_eq!(
        report["graphStats"],
        json!({"nodeCount": 4, "edgeCount": 3, "rootCount": 2,
            "nodesByType": {"coupon_spec": 1, "kicad_board": 1, "settings": 1, "touchstone": 1},
            "edgesByRelation": {"config_from": 1, "derived_from": 2}})
    );
    assert_eq!((&report["schemaVersion"], &report["generator"]), (&json!(1), &json!("keepstone")));
    assert_eq!(place.state(), before, "reading changes nothing");
    let plain = audit(&place, json!({"artifactIds": ["sparam"]}));
    let plain = &plain["artifacts"][0];
    assert_eq!((&plain["roots"], &plain["hashVerified"]), (&json!(null), &json!(null)));
    assert_eq!(plain["rootCount"], 2);
}

#[test]
fn roots_must_have_the_roles_that_are_required() {
    let place = pipeline();
    let status = |ids: &[&str], roles: &[&str]| {
        let report = audit(&place, json!({"artifactIds": ids, "requiredRoles": roles}));
        report["artifacts"].as_array().unwrap().iter().map(|audited| audited["status"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(status(&["spec", "config", "board"], &["config"]), ["ok", "ok", "ok"], "a root's own roles count");
    assert_eq!(status(&["spec", "config", "board"], &["root_input"]), ["ok", "missing_roles", "ok"]);
    assert_eq!(status(&["board"], &["cad"]), ["missing_roles"], "board is no root");
    assert_eq!(status(&["sparam"], &["config", "root_input"]), ["ok"], "each role at least one root");
    let report = audit(&place, json!({"artifactIds": ["sparam"], "requiredRoles": ["cad", "config", "final"]}));
    assert_eq!(
        report["artifacts"][0]["issues"],
        json!([{"name": "missing_roles", "severity": "error", "message": "none of its roots has the role cad, final"}])
    );
    assert_eq!((&report["totals"]["missingRoles"], &report["totals"]["errors"]), (&json!(1), &json!(1)));
    // Roots beyond the depth were not looked at.
    let report = audit(&place, json!({"artifactIds": ["sparam"], "maxDepth": 1, "requiredRoles": ["root_input"]}));
    let audited = &report["artifacts"][0];
    assert_eq!(
        (&audited["cut"], &audited["rootCount"], &audited["ancestorCount"]),
        (&json!(true), &json!(1), &json!(2))
    );
    assert_eq!(audited["issues"][0]["message"], "none of its roots within maxDepth has the role root_input");
    let report = audit(&place, json!({"artifactIds": ["sparam"], "maxDepth": 2, "requiredRoles": ["root_input"]}));
    assert_eq!((&report["artifacts"][0]["cut"], &report["artifacts"][0]["status"]), (&json!(false), &json!("ok")));
}

#[test]
fn unknown_ids_are_errors_of_the_report() {
    let place = pipeline();
    let report = audit(&place, json!({"artifactIds": ["nothing", "spec"], "traceRoots": true}));
    let unknown = &report["artifacts"][0];
    assert_eq!((&unknown["artifactId"], &unknown["status"]), (&json!("nothing"), &json!("error")));
    assert_eq!(
        unknown["issues"],
        json!([{"name": "not_found", "severity": "error", "message": "artifact nothing was not found"}])
    );
    for field in ["artifactType", "contentHash", "provenance", "roots", "hashVerified"] {
        assert_eq!(unknown[field], json!(null), "{field}");
    }
    assert_eq!(report["artifacts"][1]["status"], "ok");
    assert_eq!((&report["totals"]["notFound"], &report["totals"]["errors"]), (&json!(1), &json!(1)));
}

#[test]
fn each_object_is_read_once_and_damage_is_found_in_every_holder() {
    let place = pipeline();
    for key in ["one", "two"] {
        place.ok(
            "publish_artifact",
            json!({"artifactType": "twin", "artifactId": key, "content": {"encoding": "utf8", "data": "twins"}}),
        );
    }
    place.write("tree/a.txt", "first");
    place.write("tree/b.txt", "twins");
    place.ok(
        "publish_artifact",
        json!({"artifactType": "tree", "artifactId": "tree", "dataPath": place.folder().join("tree")}),
    );
    let all = json!({"all": true, "verifyHashes": true});
    let report = audit(&place, all.clone());
    assert_eq!(
        (&report["totals"]["objectsVerified"], &report["totals"]["bytesVerified"]),
        (&json!(6), &json!(4 + 6 + 5 + 6 + 5 + 5))
    );
    assert_eq!(report["totals"]["ok"], 7);
    damage(&object(&place, "one"), "twinz");
    std::fs::remove_file(object(&place, "spec")).expect("it was there");
    damage(&object(&place, "config"), "longer than it was");
    let report = audit(&place, all);
    let of = |id: &str| {
        let audited =
            report["artifacts"].as_array().unwrap().iter().find(|audited| audited["artifactId"] == id).unwrap();
        (audited["status"].as_str().unwrap(), audited["hashVerified"].clone(), issues(audited))
    };
    let mismatch = ("hash_mismatch", json!(false), vec!["error hash_mismatch".to_owned()]);
    for id in ["one", "two", "tree", "config"] {
        assert_eq!(of(id), mismatch, "{id}");
    }
    assert_eq!(of("spec"), ("verification_error", json!(false), vec!["error verification_error".to_owned()]));
    assert_eq!(of("board"), ("ok", json!(true), vec![]));
    let tree = report["artifacts"].as_array().unwrap().iter().find(|audited| audited["artifactId"] == "tree").unwrap();
    assert!(
        tree["issues"][0]["message"]
            .as_str()
            .unwrap()
            .starts_with("b.txt: its bytes no longer have their hash (sha256:")
    );
    assert_eq!((&report["totals"]["verificationFailures"], &report["totals"]["ok"]), (&json!(5), &json!(2)));
    assert_eq!(audit(&place, json!({"all": true}))["totals"]["ok"], 7, "unless it is asked to look");
}

#[test]
fn deleted_artifacts_may_be_without_their_bytes() {
    let place = pipeline();
    let manifest = keepstone::manifest::Manifest::open(&place.root().join("manifest.sqlite")).expect("it opens");
    let seq = manifest.artifact_seq("spec").expect("read").expect("it is there");
    manifest.set_deleted(seq, "2026-02-01T00:00:00.000Z", &serde_json::Map::new()).expect("written");
    drop(manifest);
    std::fs::remove_file(object(&place, "spec")).expect("it was there");
    let report = audit(&place, json!({"artifactIds": ["spec"], "verifyHashes": true, "format": "text"}));
    let audited = &report["artifacts"][0];
    assert_eq!((&audited["status"], &audited["artifactStatus"]), (&json!("ok"), &json!("tombstoned")));
    assert_eq!(audited["hashVerified"], json!(null));
    assert!(report["text"].as_str().unwrap().contains("coupon_spec, spec v1, deleted"));
}

#[test]
fn gaps_and_circles_are_warnings() {
    let place = Place::new();
    let lost: Vec<String> = (0..12).map(|at| format!("lost{at}")).collect();
    Plants::new(&place)
        .note("top", &["gone"])
        .note("x", &["top", "y"])
        .note("y", &["x"])
        .note("below", &["y"])
        .note("self", &["self"])
        .note("many", &lost.iter().map(String::as_str).collect::<Vec<_>>())
        .plant();
    let report = audit(&place, json!({"artifactIds": ["top", "x", "below", "self", "seed", "many"]}));
    let found: Vec<_> = report["artifacts"].as_array().unwrap().iter().map(issues).collect();
    assert_eq!(
        found,
        [
            &["warning missing_input"][..],
            &["warning incomplete_lineage", "warning circle"],
            &["warning incomplete_lineage"],
            &["warning circle"],
            &[],
            &["warning missing_input"],
        ]
    );
    let counts = |at: usize| {
        let audited = &report["artifacts"][at];
        (audited["ancestorCount"].clone(), audited["edgeCount"].clone(), audited["rootCount"].clone())
    };
    assert_eq!(counts(1), (json!(2), json!(4), json!(0)), "x is not its own ancestor, and what is missing is no root");
    assert_eq!(counts(2), (json!(3), json!(5), json!(0)));
    assert_eq!(counts(3), (json!(0), json!(1), json!(0)));
    assert_eq!((&report["totals"]["ok"], &report["totals"]["warnings"]), (&json!(1), &json!(5)));
    assert_eq!(
        report["artifacts"][5]["issues"][0]["message"],
        "the store doesn't hold what it names as input: lost0, lost1, lost2, lost3, lost4, lost5, lost6, lost7, lost8, \
         lost9 and 2 more"
    );
}

/// Many artifacts are audited together, few one by one: by different ways to the same report.
#[test]
fn together_and_one_by_one_say_the_same() {
    let place = Place::new();
    let mut plants = Plants::new(&place);
    let types = ["alpha", "beta", "gamma"];
    let roles: [&[&str]; 3] = [&["left"], &["right", "left"], &[]];
    for at in 0..400_u64 {
        let id = format!("n{at}");
        let inputs: Vec<String> = (0..scattered(at) as u64 % 4)
            .map(|n| match scattered(at * 31 + n) {
                missing if missing % 29 == 0 => format!("missing{at}"),
                // Some name what comes after them, which makes circles.
                later if later % 37 == 0 => format!("n{}", at + 1 + later as u64 % 3),
                earlier => format!("n{}", earlier as u64 % (at + 1)),
            })
            .collect();
        let inputs: Vec<(&str, &str)> = inputs.iter().map(|input| (input.as_str(), "derived_from")).collect();
        plants.artifact(&id, types[scattered(at * 5) % 3], roles[scattered(at * 3) % 3], &inputs);
    }
    plants.plant();
    let ask = |mut params: Value| {
        params["traceRoots"] = json!(true);
        params["requiredRoles"] = json!(["right", "left"]);
        audit(&place, params)
    };
    let together = ask(json!({"all": true}));
    assert_eq!(together["totals"]["artifacts"], 401);
    let mut names = std::collections::BTreeSet::new();
    for audited in together["artifacts"].as_array().unwrap() {
        let alone = ask(json!({"artifactIds": [audited["artifactId"]]}));
        assert_eq!(alone["artifacts"][0], *audited);
        names.extend(issues(audited));
    }
    assert_eq!(names.len(), 4, "the graph has some of everything: {names:?}");
    // Deeper than anything is, yet fewer than there are artifacts; and more.
    for depth in [200, 500] {
        assert_eq!(ask(json!({"all": true, "maxDepth": depth}))["artifacts"], together["artifacts"]);
    }
    let deep = ask(json!({"all": true, "maxDepth": 500}));
    assert_eq!(deep["graphStats"], together["graphStats"]);
    // Of each, the graph knows as much.
    for audited in together["artifacts"].as_array().unwrap().iter().step_by(40) {
        let graph =
            place.ok("get_lineage_graph", json!({"artifactIds": [audited["artifactId"]], "direction": "ancestors"}));
        assert_eq!(audited["ancestorCount"].as_u64().unwrap() + 1, graph["nodeCount"].as_u64().unwrap());
        assert_eq!(audited["edgeCount"], graph["edgeCount"]);
        assert_eq!(
            ids(&audited["roots"]),
            graph["roots"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect::<Vec<_>>()
        );
    }
}

#[test]
fn a_chain_of_ten_thousand_is_audited_whole() {
    let place = Place::new();
    let mut plants = Plants::new(&place);
    plants.note("c0", &[]);
    for at in 1..10_000 {
        plants.note(format!("c{at}"), &[&format!("c{}", at - 1)]);
    }
    plants.plant();
    let report = unchecked(&place, "audit", json!({"all": true, "traceRoots": true, "verifyHashes": true}));
    let audited = report["artifacts"].as_array().unwrap();
    for (at, audited) in audited[1..].iter().enumerate() {
        assert_eq!((&audited["ancestorCount"], &audited["edgeCount"]), (&json!(at), &json!(at)));
        assert_eq!(ids(&audited["roots"]), ["c0"]);
    }
    assert_eq!(report["totals"]["objectsVerified"], 1, "they all hold the same");
    assert_eq!(report["totals"]["ok"], 10_001);
}

#[test]
fn the_same_store_gives_the_same_bytes() {
    let place = pipeline();
    for format in ["json", "text", "markdown"] {
        let ask = || {
            let report =
                audit(&place, json!({"all": true, "traceRoots": true, "verifyHashes": true, "format": format}));
            let stamp = report["generatedAt"].as_str().unwrap().to_owned();
            let text = report.to_string();
            assert_eq!(text.matches(&stamp).count(), if format == "json" { 1 } else { 2 });
            text.replace(&stamp, "NOW")
        };
        assert_eq!(ask(), ask());
    }
}

#[test]
fn people_read_it_as_text_and_as_markdown() {
    let place = pipeline();
    let key = place.text("note", "a *b*\n\u{1b}[31m", "x");
    let render = |format: &str| {
        let ids = json!(["sparam", key["artifactId"], "nothing"]);
        let report = audit(
            &place,
            json!({"artifactIds": ids, "traceRoots": true, "verifyHashes": true, "requiredRoles": ["root_input"], "format": format}),
        );
        let whole = place.get("sparam");
        report["text"]
            .as_str()
            .unwrap()
            .replace(report["generatedAt"].as_str().unwrap(), "NOW")
            .replace(whole["contentHash"].as_str().unwrap(), "HASH1")
            .replace(key["contentHash"].as_str().unwrap(), "HASH2")
            .replace(key["artifactId"].as_str().unwrap(), "ID")
            .replace(key["createdAt"].as_str().unwrap(), "THEN")
    };
    assert_eq!(
        render("text"),
        "Audit of 3 artifacts at NOW

sparam  ok
  what        touchstone, sparam v1
  published   2026-01-01T00:00:00.000Z, by demo 1.0, in run run-1, git abc, uncommitted changes, from tests
  params      {\"f\":1}
  content     HASH1, 6 bytes, hash verified
  lineage     3 ancestors (coupon_spec, kicad_board, settings), 3 edges, 2 roots
  root        spec, coupon_spec, root_input config
  root        config, settings, config

ID  missing_roles
  what        note, a *b*\\n\\u{1b}[31m v1
  published   THEN
  content     HASH2, 1 byte, hash verified
  lineage     0 ancestors, 0 edges, 1 root
  root        ID, note
  error       missing_roles: none of its roots has the role root_input

nothing  error
  error       not_found: artifact nothing was not found

3 artifacts: 1 ok, 2 with errors; 2 objects verified, 7 bytes
"
    );
    assert_eq!(
        render("markdown"),
        "# Audit

NOW: 3 artifacts: 1 ok, 2 with errors; 2 objects verified, 7 bytes

| artifact | type | status | ancestors | edges | roots | hash |
|---|---|---|--:|--:|--:|---|
| sparam | touchstone | ok | 3 | 3 | 2 | verified |
| ID | note | missing\\_roles | 0 | 0 | 1 | verified |
| nothing |  | error | 0 | 0 | 0 |  |

## sparam

- what: touchstone, sparam v1
- published: 2026-01-01T00:00:00.000Z, by demo 1.0, in run run-1, git abc, uncommitted changes, from tests
- params: \\{\\\"f\\\":1\\}
- content: HASH1, 6 bytes, hash verified
- lineage: 3 ancestors (coupon\\_spec, kicad\\_board, settings), 3 edges, 2 roots
- root: spec, coupon\\_spec, root\\_input config
- root: config, settings, config

## ID

- what: note, a \\*b\\*\\\\n\\\\u\\{1b\\}\\[31m v1
- published: THEN
- content: HASH2, 1 byte, hash verified
- lineage: 0 ancestors, 0 edges, 1 root
- root: ID, note

## Issues

- ID: **missing\\_roles**, none of its roots has the role root\\_input
- nothing: **not\\_found**, artifact nothing was not found
"
    );
}

/// Takes note of the progress, and cancels at a message.
struct Noting(Mutex<Vec<(u64, u64, String)>>, &'static str);

impl Watch for Noting {
    fn step(&self, done: u64, total: u64, message: &str) -> Result<()> {
        self.0.lock().unwrap().push((done, total, message.to_owned()));
        if message == self.1 { Err(Error::cancelled()) } else { Ok(()) }
    }
}

#[test]
fn progress_counts_bytes_and_a_cancelled_audit_ends() {
    let place = pipeline();
    let params = json!({"all": true, "verifyHashes": true});
    let watch = Noting(Mutex::default(), "");
    place.watched("audit", params.clone(), &watch).expect("it is done");
    let steps = watch.0.into_inner().unwrap();
    let bytes: Vec<(u64, u64)> =
        steps.iter().filter(|step| step.2 == "bytes read").map(|step| (step.0, step.1)).collect();
    assert!(bytes.is_sorted() && bytes.last() == Some(&(21, 21)), "{bytes:?}");
    for message in ["bytes read", "artifacts followed", "artifacts audited"] {
        let error = place.watched("audit", params.clone(), &Noting(Mutex::default(), message)).expect_err(message);
        assert_eq!(error["data"]["kind"], "cancelled");
    }
}

#[test]
fn wrong_questions_are_named() {
    let place = pipeline();
    let roles: Vec<String> = (0..65).map(|at| format!("r{at}")).collect();
    let one_of = "exactly one of artifactIds and all must be given";
    for (params, field, message) in [
        (json!({}), "artifactIds", one_of),
        (json!({"all": false}), "artifactIds", one_of),
        (json!({"all": true, "artifactIds": ["spec"]}), "artifactIds", one_of),
        (json!({"artifactIds": []}), "artifactIds", "artifactIds: it must name 1 to 10000, not 0"),
        (json!({"all": true, "requiredRoles": roles}), "requiredRoles", "requiredRoles: it must name 0 to 64, not 65"),
    ] {
        let refused = place.refuses("audit", params);
        assert_eq!(refused, ("invalid_params".to_owned(), field.to_owned(), message.to_owned()));
    }
    for (params, field) in [
        (json!({"artifactIds": ["../spec"]}), "artifactIds[0]"),
        (json!({"all": "yes"}), "all"),
        (json!({"all": true, "format": "html"}), "format"),
        (json!({"all": true, "maxDepth": -1}), "maxDepth"),
    ] {
        let (kind, named, _) = place.refuses("audit", params);
        assert_eq!((kind.as_str(), named.as_str()), ("invalid_params", field));
    }
}
