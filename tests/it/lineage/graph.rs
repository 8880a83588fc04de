//! `get_lineage_graph`

use serde_json::{Value, json};

use crate::planted::{Plants, scattered, unchecked};
use crate::support::{Place, ids};

/// a and b are roots; c is made of both, d and e of c, f of e and d; g is made of f, and of a by its configuration.
fn diamond() -> Place {
    let place = Place::new();
    for (name, inputs) in
        [("a", &[][..]), ("b", &[]), ("c", &["b", "a"]), ("d", &["c"]), ("e", &["c"]), ("f", &["e", "d"])]
    {
        place.derived(name, inputs);
    }
    let inputs = json!([{"artifactId": "f"}, {"artifactId": "a", "relation": "config_from"},
        {"artifactId": "b", "relation": "sibling_of"}]);
    let content = json!({"encoding": "utf8", "data": "g"});
    let params = json!({"artifactType": "report", "artifactId": "g", "content": content, "roles": ["final_output"], "inputs": inputs});
    place.ok("publish_artifact", params);
    place
}

fn graph(place: &Place, of: &[&str], direction: &str, more: Value) -> Value {
    let mut params = json!({"artifactIds": of, "direction": direction});
    params.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    let graph = place.ok("get_lineage_graph", params);
    assert_eq!(graph["nodeCount"], graph["nodes"].as_array().expect("a list").len());
    assert_eq!(graph["edgeCount"], graph["edges"].as_array().expect("a list").len());
    assert_sound(&graph);
    graph
}

/// What holds of every graph: each artifact stands once in its order, and no edge leads backwards but on a circle.
fn assert_sound(graph: &Value) {
    let order = graph["order"].as_array().expect("a list");
    let mut sorted: Vec<&str> = order.iter().map(|id| id.as_str().expect("an id")).collect();
    let mut nodes = ids(&graph["nodes"]);
    let place: std::collections::HashMap<&str, usize> = sorted.iter().copied().zip(0..).collect();
    sorted.sort_unstable();
    nodes.sort_unstable();
    assert_eq!(sorted, nodes);
    let circles = graph["cycles"].as_array().expect("a list");
    for edge in graph["edges"].as_array().expect("a list") {
        let (input, output) = (edge["inputArtifactId"].as_str().unwrap(), edge["artifactId"].as_str().unwrap());
        if graph["missing"].as_array().unwrap().contains(&json!(input)) {
            continue;
        }
        let together = circles.iter().any(|circle| {
            let circle = circle.as_array().unwrap();
            circle.contains(&json!(input)) && circle.contains(&json!(output))
        });
        assert!(place[input] < place[output] || together, "{input} → {output}");
    }
}

fn edges(graph: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let edge = |edge: &Value| {
        format!("{} {} {}", text(&edge["inputArtifactId"]), text(&edge["relation"]), text(&edge["artifactId"]))
    };
    graph["edges"].as_array().expect("a list").iter().map(edge).collect()
}

#[test]
fn ancestors_with_everything_about_them() {
    let place = diamond();
    let found = graph(&place, &["g"], "ancestors", json!({}));
    assert_eq!(ids(&found["nodes"]), ["g", "f", "a", "e", "d", "c", "b"], "nearest first, as given");
    let depths: Vec<_> =
        found["nodes"].as_array().unwrap().iter().map(|node| node["depth"].as_u64().unwrap()).collect();
    assert_eq!(depths, [0, 1, 1, 2, 2, 3, 4]);
    assert_eq!(
        edges(&found),
        [
            "f derived_from g",
            "a config_from g",
            "e derived_from f",
            "d derived_from f",
            "c derived_from e",
            "c derived_from d",
            "b derived_from c",
            "a derived_from c",
        ]
    );
    assert_eq!(found["roots"], json!(["a", "b"]));
    assert_eq!(found["leaves"], json!(["g"]));
    assert_eq!(found["order"], json!(["a", "b", "c", "d", "e", "f", "g"]));
    for empty in ["missing", "cut", "cycles"] {
        assert_eq!(found[empty], json!([]), "{empty}");
    }
    assert_eq!(found["typeCounts"], json!({"note": 6}), "the start is not counted");
    assert_eq!((&found["truncated"], &found["text"]), (&json!(false), &json!(null)));
    let whole = place.get("g");
    let node = json!({
        "artifactId": "g", "artifactType": "report", "logicalKey": "g", "version": 1, "status": "active", "archived": false,
        "roles": ["final_output"], "runId": null, "createdAt": whole["createdAt"], "depth": 0,
    });
    assert_eq!(found["nodes"][0], node);
}

#[test]
fn descendants_say_what_a_change_would_concern() {
    let place = diamond();
    let found = graph(&place, &["a"], "descendants", json!({}));
    assert_eq!(ids(&found["nodes"]), ["a", "g", "c", "e", "d", "f"], "newest output first");
    assert_eq!((&found["roots"], &found["leaves"]), (&json!(["a"]), &json!(["g"])));
    assert_eq!(found["typeCounts"], json!({"note": 4, "report": 1}));
    assert_eq!(found["edgeCount"], 7);
}

#[test]
fn both_ways_are_walked_apart() {
    let place = diamond();
    let found = graph(&place, &["d"], "both", json!({}));
    assert_eq!(ids(&found["nodes"]), ["d", "c", "b", "a", "f", "g"], "e is neither above nor below");
    assert_eq!(
        edges(&found),
        ["c derived_from d", "b derived_from c", "a derived_from c", "d derived_from f", "f derived_from g"]
    );
    // What is met on both ways stands there once.
    let found = graph(&place, &["d", "c", "d"], "both", json!({}));
    assert_eq!(found["edgeCount"], 7);
    assert_eq!(ids(&found["nodes"]), ["d", "c", "b", "a", "f", "e", "g"]);
    assert_eq!(graph(&place, &["d", "c"], "both", json!({})), found, "a start counts once");
}

#[test]
fn what_the_depth_cuts_off_is_neither_root_nor_leaf() {
    let place = diamond();
    let found = graph(&place, &["f"], "ancestors", json!({"maxDepth": 2}));
    assert_eq!(ids(&found["nodes"]), ["f", "e", "d", "c"]);
    assert_eq!((&found["roots"], &found["cut"], &found["edgeCount"]), (&json!([]), &json!(["c"]), &json!(4)));
    let found = graph(&place, &["f"], "ancestors", json!({"maxDepth": 3}));
    assert_eq!((&found["roots"], &found["cut"]), (&json!(["a", "b"]), &json!([])), "nothing lies beyond");
    let found = graph(&place, &["f"], "both", json!({"maxDepth": 0}));
    assert_eq!((&found["nodeCount"], &found["edgeCount"], &found["cut"]), (&json!(1), &json!(0), &json!(["f"])));
    assert_eq!((&found["roots"], &found["leaves"], &found["truncated"]), (&json!([]), &json!([]), &json!(false)));
    let found = graph(&place, &["a"], "both", json!({"maxDepth": 0}));
    assert_eq!((&found["roots"], &found["leaves"]), (&json!(["a"]), &json!([])), "it has no inputs, that is known");
}

#[test]
fn annotations_are_followed_only_when_they_are_named() {
    let place = diamond();
    assert_eq!(edges(&graph(&place, &["b"], "descendants", json!({"maxDepth": 1}))), ["b derived_from c"]);
    let relations = json!({"relations": ["sibling_of"]});
    assert_eq!(edges(&graph(&place, &["g"], "ancestors", relations.clone())), ["b sibling_of g"]);
    assert_eq!(graph(&place, &["g"], "ancestors", relations)["roots"], json!(["b"]));
    let relations = json!({"relations": ["sibling_of", "config_from"]});
    assert_eq!(edges(&graph(&place, &["g"], "ancestors", relations)), ["a config_from g", "b sibling_of g"]);
    let relations = json!({"relations": []});
    assert_eq!(graph(&place, &["g"], "ancestors", relations)["nodeCount"], 7, "an empty list names none");
}

#[test]
fn circles_and_missing_inputs_of_an_import() {
    let place = Place::new();
    Plants::new(&place)
        .note("top", &["gone"])
        .note("self", &["self", "top"])
        .note("x", &["self", "z"])
        .note("y", &["x"])
        .note("z", &["y"])
        .note("below", &["z", "lost", "gone"])
        .plant();
    let found = graph(&place, &["below"], "ancestors", json!({}));
    assert_eq!(found["cycles"], json!([["self"], ["x", "y", "z"]]));
    assert_eq!(found["missing"], json!(["lost", "gone"]));
    assert_eq!(found["order"], json!(["top", "self", "x", "y", "z", "below"]), "nobody vanishes");
    assert_eq!(found["roots"], json!([]), "what was made of something missing is no root");
    assert_eq!(found["leaves"], json!(["below"]));
    assert_eq!(found["edgeCount"], 10);
    let found = graph(&place, &["x"], "both", json!({}));
    assert_eq!(found["cycles"], json!([["self"], ["x", "y", "z"]]));
    assert_eq!(found["edgeCount"], 8, "each edge once: {found}");
    assert_eq!(
        ids(&place.ok("get_lineage", json!({"artifactId": "below", "depth": 100}))["inputs"]),
        ["z", "y", "x", "self", "top"]
    );
}

#[test]
fn hundred_levels_of_diamonds() {
    let place = Place::new();
    let mut plants = Plants::new(&place);
    plants.note("n0", &[]);
    for level in 0..100 {
        let (top, left, right) = (format!("n{level}"), format!("l{level}"), format!("r{level}"));
        plants.note(&left, &[&top]).note(&right, &[&top]).note(format!("n{}", level + 1), &[&left, &right]);
    }
    plants.plant();
    let up = graph(&place, &["n100"], "ancestors", json!({}));
    let down = graph(&place, &["n0"], "descendants", json!({}));
    for found in [&up, &down] {
        assert_eq!((&found["nodeCount"], &found["edgeCount"]), (&json!(301), &json!(400)));
        assert_eq!((&found["roots"], &found["leaves"]), (&json!(["n0"]), &json!(["n100"])));
    }
    assert_eq!(up["order"], down["order"]);
    assert_eq!(up["nodes"][300]["depth"], 200);
}

#[test]
fn the_limit_is_told() {
    let place = Place::new();
    let mut plants = Plants::new(&place);
    let name = |at: usize| format!("c{at}");
    plants.note(name(0), &[]);
    for at in 1..=10_000 {
        plants.note(name(at), &[&name(at - 1)]);
    }
    let inputs: Vec<String> = (0..10_000).map(name).collect();
    plants.note("wide", &inputs.iter().map(String::as_str).collect::<Vec<_>>());
    plants.plant();
    let ask = |of: &str, direction: &str, depth: Value| {
        let params = json!({"artifactIds": [of], "direction": direction, "maxDepth": depth});
        unchecked(&place, "get_lineage_graph", params)
    };
    let found = ask("c9999", "ancestors", json!(null));
    assert_eq!((&found["nodeCount"], &found["truncated"]), (&json!(10_000), &json!(false)));
    assert_eq!((&found["roots"], &found["cut"]), (&json!(["c0"]), &json!([])));
    assert_eq!(found["order"][9_999], "c9999");
    let found = ask("c10000", "ancestors", json!(null));
    assert_eq!((&found["nodeCount"], &found["truncated"]), (&json!(10_000), &json!(true)));
    assert_eq!((&found["roots"], &found["cut"], &found["edgeCount"]), (&json!([]), &json!(["c1"]), &json!(9_999)));
    let found = ask("c0", "descendants", json!(null));
    assert_eq!((&found["nodeCount"], &found["truncated"]), (&json!(10_000), &json!(true)));
    assert_eq!((&found["leaves"], &found["cut"]), (&json!(["wide"]), &json!(["c9998"])));
    // An artifact with 10,000 inputs: it and they are one too many.
    let found = ask("wide", "ancestors", json!(1));
    assert_eq!(
        (&found["nodeCount"], &found["edgeCount"], &found["truncated"]),
        (&json!(10_000), &json!(9_999), &json!(true))
    );
    assert_eq!(ids(&unchecked(&place, "get_lineage", json!({"artifactId": "wide"}))["inputs"]).len(), 10_000);
}

#[test]
fn the_same_store_gives_the_same_bytes() {
    let place = Place::new();
    let mut plants = Plants::new(&place);
    for at in 0..300_usize {
        let inputs: Vec<String> = (0..at.min(3)).map(|n| format!("s{}", scattered((at * 7 + n) as u64) % at)).collect();
        plants.note(format!("s{at}"), &inputs.iter().map(String::as_str).collect::<Vec<_>>());
    }
    plants.plant();
    for format in ["json", "mermaid", "dot"] {
        let ask = || graph(&place, &["s299", "s150"], "both", json!({"format": format})).to_string();
        let first = ask();
        place.site().close();
        assert_eq!(ask(), first);
    }
}

#[test]
fn drawings_show_what_they_are_given_and_nothing_else() {
    let place = Place::new();
    place.text("rain", "a \"b\" #<c>\n\\|{d}`;&", "x");
    Plants::new(&place).note("out", &["seed", "gone"]).plant();
    let hostile = place.ok("list_artifacts", json!({"filter": {"artifactType": "rain"}}))[0]["artifactId"].clone();
    let inputs = json!([{"artifactId": hostile, "relation": "config_from"}]);
    place.ok("add_lineage", json!({"artifactId": "seed", "inputs": inputs}));
    place.derived("newer", &[]);
    place.ok("supersede", json!({"newArtifactId": "newer", "oldArtifactId": "seed"}));
    let draw = |format: &str| {
        let found = graph(&place, &["out"], "ancestors", json!({"format": format}));
        found["text"].as_str().expect("a drawing").replace(hostile.as_str().unwrap(), "ID")
    };
    assert_eq!(
        draw("mermaid"),
        "flowchart LR\n    n0[\"note<br/>out v1<br/>out\"]\n    n1[\"note<br/>seed v1, superseded<br/>seed\"]\n    \
         n2[\"rain<br/>a #34;b#34; #35;#60;c#62;#92;n#92;#124;#123;d#125;#96;#59;#38; v1<br/>ID\"]\n    \
         m0[/\"gone<br/>missing\"/]\n    n1 -->|derived_from| n0\n    m0 -->|derived_from| n0\n    \
         n2 -->|config_from| n1\n"
    );
    assert_eq!(
        draw("dot"),
        "digraph lineage {\n    rankdir=LR;\n    node [shape=box];\n    n0 [label=\"note\\nout v1\\nout\"];\n    \
         n1 [label=\"note\\nseed v1, superseded\\nseed\", color=gray, fontcolor=gray];\n    \
         n2 [label=\"rain\\na \\\"b\\\" \\#\\<c\\>\\\\n\\\\\\|\\{d\\}\\`\\;\\& v1\\nID\"];\n    \
         m0 [label=\"gone\\nmissing\", style=dashed];\n    n1 -> n0 [label=\"derived_from\"];\n    \
         m0 -> n0 [label=\"derived_from\"];\n    n2 -> n1 [label=\"config_from\"];\n}\n"
    );
}

#[test]
fn wrong_questions_are_named() {
    let place = diamond();
    let refused = |params: Value| place.refuses("get_lineage_graph", params);
    let many: Vec<String> = (0..10_001).map(|at| format!("n{at}")).collect();
    let relations: Vec<String> = (0..101).map(|at| format!("r{at}")).collect();
    for (params, kind, field, message) in [
        (
            json!({"artifactIds": ["a", "x"], "direction": "both"}),
            "not_found",
            "artifactIds[1]",
            "artifact x was not found",
        ),
        (
            json!({"artifactIds": [], "direction": "both"}),
            "invalid_params",
            "artifactIds",
            "artifactIds: it must name 1 to 10000, not 0",
        ),
        (
            json!({"artifactIds": many, "direction": "both"}),
            "invalid_params",
            "artifactIds",
            "artifactIds: it must name 1 to 10000, not 10001",
        ),
        (
            json!({"artifactIds": ["a"], "direction": "both", "relations": relations}),
            "invalid_params",
            "relations",
            "relations: it must name 0 to 100, not 101",
        ),
        (json!({"artifactIds": ["a"]}), "invalid_params", "direction", "direction is missing"),
    ] {
        assert_eq!(refused(params), (kind.to_owned(), field.to_owned(), message.to_owned()));
    }
    for (field, value) in [
        ("direction", json!("up")),
        ("maxDepth", json!(-1)),
        ("maxDepth", json!(1.5)),
        ("relations[0]", json!(["no good"])),
        ("format", json!("svg")),
        ("artifactIds[0]", json!(["../a"])),
    ] {
        let mut params = json!({"artifactIds": ["a"], "direction": "both"});
        params[field.split('[').next().unwrap()] = value;
        let (kind, named, _) = refused(params);
        assert_eq!((kind.as_str(), named.as_str()), ("invalid_params", field));
    }
}
