//! `add_lineage`

use serde_json::{Value, json};

use crate::support::{Place, ids};
use crate::whole::{Expect, assert_whole};

fn made(names: &[&str]) -> Place {
    let place = Place::new();
    for name in names {
        place.derived(name, &[]);
    }
    place
}

fn add(place: &Place, artifact_id: &str, inputs: &[&str]) -> Value {
    let inputs: Vec<Value> = inputs.iter().map(|input| json!({"artifactId": input})).collect();
    place.ok("add_lineage", json!({"artifactId": artifact_id, "inputs": inputs}))
}

fn inputs(place: &Place, artifact_id: &str) -> Vec<String> {
    let lineage = place.ok("get_lineage", json!({"artifactId": artifact_id}));
    ids(&lineage["inputs"]).into_iter().map(str::to_owned).collect()
}

#[test]
fn edges_are_added_after_those_that_are_there() {
    let place = made(&["a", "b", "c"]);
    place.derived("out", &["b"]);
    let before = place.get("out");
    let sidecar = std::fs::read(before["pathSidecar"].as_str().unwrap()).unwrap();
    let given = json!([{"artifactId": "c", "relation": "config_from"}, {"artifactId": "a"}]);
    let added = place.ok("add_lineage", json!({"artifactId": "out", "inputs": given}));
    assert_eq!(
        added["added"],
        json!([{"inputArtifactId": "c", "artifactId": "out", "relation": "config_from"},
            {"inputArtifactId": "a", "artifactId": "out", "relation": "derived_from"}])
    );
    let after = place.get("out");
    assert_eq!(added["artifact"], after);
    assert_eq!((&before["revision"], &after["revision"]), (&json!(1), &json!(2)));
    assert_eq!(inputs(&place, "out"), ["b", "c", "a"]);
    assert_eq!(ids(&place.ok("get_downstream", json!({"artifactId": "c"}))), ["out"]);
    let event = place.ok("list_events", json!({"limit": 1}))[0].clone();
    assert_eq!(
        (&event["kind"], &event["artifactId"], &event["actor"]),
        (&json!("lineage_added"), &json!("out"), &json!("tests"))
    );
    assert_eq!(
        event["data"],
        json!({"inputs": [{"artifactId": "c", "relation": "config_from"}, {"artifactId": "a", "relation": "derived_from"}]})
    );
    assert_eq!(event["at"], after["updatedAt"]);
    assert_eq!(std::fs::read(after["pathSidecar"].as_str().unwrap()).unwrap(), sidecar, "a sidecar is never rewritten");
}

#[test]
fn the_same_edge_again_changes_nothing() {
    let place = made(&["a"]);
    place.derived("out", &["a"]);
    let before = place.state();
    assert_eq!(add(&place, "out", &["a", "a"])["added"], json!([]));
    assert_eq!(place.state(), before);
    let other = json!([{"artifactId": "a", "relation": "config_from"}, {"artifactId": "a", "relation": "config_from"}]);
    let added = place.ok("add_lineage", json!({"artifactId": "out", "inputs": other}));
    assert_eq!(added["added"].as_array().map(Vec::len), Some(1), "another relation is another edge, once");
    assert_eq!(place.get("out")["revision"], 2);
}

#[test]
fn circles_are_refused_by_name() {
    let place = made(&["a"]);
    for (name, inputs) in [("b", &["a"][..]), ("c", &["b"]), ("d", &["c", "b"])] {
        place.derived(name, inputs);
    }
    place.derived("apart", &[]);
    let refused = |artifact: &str, inputs: Value| {
        let (kind, field, message) = place.refuses("add_lineage", json!({"artifactId": artifact, "inputs": inputs}));
        (kind, format!("{field}: {message}"))
    };
    assert_eq!(
        refused("a", json!([{"artifactId": "apart"}, {"artifactId": "d"}])),
        (
            "conflict".to_owned(),
            "inputs[1].artifactId: artifact a can't be made from d, which was made from it: a → b → d".to_owned()
        )
    );
    let error =
        place.fails("add_lineage", json!({"artifactId": "b", "inputs": [{"artifactId": "c", "relation": "my_own"}]}));
    assert_eq!(error["data"]["path"], json!(["b", "c"]));
    assert_eq!(
        refused("a", json!([{"artifactId": "b"}, {"artifactId": "a", "relation": "supersedes"}])),
        ("invalid_data".to_owned(), "inputs[1].artifactId: artifact a can't be made from itself".to_owned())
    );
    // Annotations say nothing of what was made from what.
    let annotation = json!([{"artifactId": "d", "relation": "sibling_of"}]);
    place.ok("add_lineage", json!({"artifactId": "a", "inputs": annotation}));
    assert_eq!(inputs(&place, "a"), Vec::<String>::new());
    add(&place, "d", &["a"]);
    // A long way is told by its ends; the details name all of it.
    for at in 0..20 {
        let before = if at == 0 { "d".to_owned() } else { format!("l{}", at - 1) };
        place.derived(&format!("l{at}"), &[&before]);
    }
    let error = place.fails("add_lineage", json!({"artifactId": "a", "inputs": [{"artifactId": "l19"}]}));
    assert_eq!(error["data"]["path"].as_array().map(Vec::len), Some(22));
    assert!(error["message"].as_str().unwrap().ends_with("… 10 more … → l18 → l19"), "{error}");
}

#[test]
fn refusals() {
    let place = made(&["a", "b"]);
    let many: Vec<Value> = (0..10_001).map(|at| json!({"artifactId": format!("n{at}")})).collect();
    for (params, kind, field, message) in [
        (
            json!({"artifactId": "no", "inputs": [{"artifactId": "a"}]}),
            "not_found",
            "artifactId",
            "artifact no was not found",
        ),
        (
            json!({"artifactId": "a", "inputs": [{"artifactId": "b"}, {"artifactId": "no"}]}),
            "not_found",
            "inputs[1].artifactId",
            "the input no was not found",
        ),
        (
            json!({"artifactId": "a", "inputs": []}),
            "invalid_params",
            "inputs",
            "inputs: it must name 1 to 10000, not 0",
        ),
        (
            json!({"artifactId": "a", "inputs": many}),
            "invalid_params",
            "inputs",
            "inputs: it must name 1 to 10000, not 10001",
        ),
    ] {
        assert_eq!(place.refuses("add_lineage", params), (kind.to_owned(), field.to_owned(), message.to_owned()));
    }
    let (kind, field, _) = place.refuses("add_lineage", json!({"artifactId": "a", "inputs": ["b"]}));
    assert_eq!((kind.as_str(), field.as_str()), ("invalid_params", "inputs[0]"));
}

/// What was added is in the history alone.
#[test]
fn a_lost_manifest_and_a_restored_one_know_it() {
    let place = made(&["a", "b"]);
    place.derived("out", &["a"]);
    let backup = place.ok("backup", json!({}))["path"].clone();
    place.ok("add_lineage", json!({"artifactId": "out", "inputs": [{"artifactId": "b", "relation": "validated_by"}]}));
    let answers = || {
        let graph = json!({"artifactIds": ["out"], "direction": "ancestors"});
        (place.state(), place.ok("get_lineage_graph", graph))
    };
    let before = answers();
    assert_eq!(place.ok("restore_backup", json!({"path": backup}))["findings"], json!([]));
    assert_eq!(answers(), before);
    place.site().close();
    for suffix in ["", "-wal", "-shm"] {
        std::fs::remove_file(place.root().join(format!("manifest.sqlite{suffix}"))).ok();
    }
    assert_eq!(place.ok("rebuild_manifest", json!({}))["findings"], json!([]));
    assert_eq!(answers(), before);
    assert_eq!(place.ok("rebuild_manifest", json!({}))["findings"], json!([]), "and over a sound one");
    assert_eq!(answers(), before);
    place.site().close();
    assert_whole(&place.root(), Expect::Written);
}
