//! What was made of what.

use serde_json::{Value, json};

use crate::support::{Place, id, ids};

/// a and b are roots; c is made of both, d and e of c, f of e and d.
fn diamond() -> Place {
    let place = Place::new();
    for (name, inputs) in
        [("a", &[][..]), ("b", &[]), ("c", &["b", "a"]), ("d", &["c"]), ("e", &["c"]), ("f", &["e", "d"])]
    {
        place.derived(name, inputs);
    }
    place
}

fn lineage(place: &Place, artifact_id: &str, depth: Value) -> (Vec<String>, usize) {
    let lineage = place.ok("get_lineage", json!({"artifactId": artifact_id, "depth": depth}));
    assert_eq!(lineage["artifactId"], artifact_id);
    assert_eq!(lineage["depth"], if depth.is_null() { json!(1) } else { depth });
    (ids(&lineage["inputs"]).into_iter().map(str::to_owned).collect(), lineage["edges"].as_array().unwrap().len())
}

#[test]
fn inputs_come_as_given_and_nearest_first_each_once() {
    let place = diamond();
    for (of, depth, inputs, edges) in [
        ("a", json!(null), &[][..], 0),
        ("c", json!(null), &["b", "a"], 2),
        ("f", json!(1), &["e", "d"], 2),
        ("f", json!(2), &["e", "d", "c"], 4),
        ("f", json!(3), &["e", "d", "c", "b", "a"], 6),
        ("f", json!(10_000), &["e", "d", "c", "b", "a"], 6),
    ] {
        let found = lineage(&place, of, depth.clone());
        assert_eq!(
            (found.0.as_slice(), found.1),
            (inputs.iter().map(|&id| id.to_owned()).collect::<Vec<_>>().as_slice(), edges),
            "{of} {depth}"
        );
    }
    let lineage = place.ok("get_lineage", json!({"artifactId": "c"}));
    assert_eq!(lineage["inputs"][0], place.get("b"), "whole artifacts");
    assert_eq!(lineage["edges"][0], json!({"inputArtifactId": "b", "artifactId": "c", "relation": "derived_from"}));
}

#[test]
fn outputs_come_newest_first() {
    let place = diamond();
    let downstream = |of: &str, depth: Value| {
        let found = place.ok("get_downstream", json!({"artifactId": of, "depth": depth}));
        ids(&found).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(downstream("a", json!(null)), ["c"]);
    assert_eq!(downstream("c", json!(null)), ["e", "d"]);
    assert_eq!(downstream("a", json!(2)), ["c", "e", "d"]);
    assert_eq!(downstream("a", json!(3)), ["c", "e", "d", "f"]);
    assert_eq!(downstream("f", json!(5)), Vec::<String>::new());
}

#[test]
fn roots_are_what_everything_began_with() {
    let place = diamond();
    let roots = |of: &str| {
        ids(&place.ok("trace_roots", json!({"artifactId": of}))).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(roots("f"), ["b", "a"], "newest first");
    assert_eq!(roots("a"), ["a"], "an artifact without inputs is its own root");
}

#[test]
fn annotations_are_kept_but_not_followed() {
    let place = Place::new();
    for name in ["old", "twin", "config"] {
        place.derived(name, &[]);
    }
    let inputs = json!([{"artifactId": "old", "relation": "supersedes"}, {"artifactId": "twin", "relation": "sibling_of"},
        {"artifactId": "config", "relation": "config_from"}]);
    let params = json!({"artifactType": "note", "artifactId": "made", "content": {"encoding": "utf8", "data": "x"}, "inputs": inputs});
    let made = place.ok("publish_artifact", params)["artifact"].clone();
    assert_eq!(lineage(&place, "made", json!(9)), (vec!["config".to_owned()], 1));
    assert_eq!(ids(&place.ok("trace_roots", json!({"artifactId": "made"}))), ["config"]);
    for name in ["old", "twin"] {
        assert_eq!(place.ok("get_downstream", json!({"artifactId": name})), json!([]));
    }
    assert_eq!(place.get("old")["status"], "active", "an annotation does not supersede");
    let sidecar: Value =
        serde_json::from_slice(&std::fs::read(made["pathSidecar"].as_str().unwrap()).unwrap()).unwrap();
    assert_eq!(sidecar["inputs"], inputs);
    let only = json!({"artifactType": "note", "artifactId": "only", "content": {"encoding": "utf8", "data": "y"},
        "inputs": [{"artifactId": "old", "relation": "sibling_of"}]});
    let only = place.ok("publish_artifact", only);
    assert_eq!(ids(&place.ok("trace_roots", json!({"artifactId": id(&only)}))), ["only"]);
}

#[test]
fn wrong_questions_are_named() {
    let place = diamond();
    for method in ["get_lineage", "get_downstream", "trace_roots"] {
        let refused = place.refuses(method, json!({"artifactId": "nothing"}));
        assert_eq!(refused, ("not_found".into(), "artifactId".into(), "artifact nothing was not found".into()));
    }
    for method in ["get_lineage", "get_downstream"] {
        for depth in [0, 10_001] {
            let refused = place.refuses(method, json!({"artifactId": "f", "depth": depth}));
            assert_eq!(
                refused,
                ("invalid_params".into(), "depth".into(), format!("depth: {depth} is not between 1 and 10000"))
            );
        }
    }
}
