//! `find_lineage_paths`

use serde_json::{Value, json};

use crate::planted::Plants;
use crate::support::Place;

fn find(place: &Place, from: &str, to: &str, more: Value) -> (Vec<String>, bool) {
    let mut params = json!({"fromArtifactId": from, "toArtifactId": to});
    params.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    let found = place.ok("find_lineage_paths", params);
    let path = |path: &Value| {
        let ids: Vec<&str> = path["artifactIds"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
        assert_eq!(path["length"], ids.len() - 1);
        ids.join(" ")
    };
    (found["paths"].as_array().unwrap().iter().map(path).collect(), found["truncated"].as_bool().unwrap())
}

/// a → b → c → d, with shortcuts a → c and b → d, an annotation a → d, and a circle c → x → c.
fn shortcuts() -> Place {
    let place = Place::new();
    Plants::new(&place)
        .note("a", &[])
        .note("b", &["a"])
        .artifact(
            "c",
            "note",
            &[],
            &[("b", "derived_from"), ("a", "config_from"), ("a", "derived_from"), ("x", "derived_from")],
        )
        .artifact("d", "note", &[], &[("c", "derived_from"), ("b", "derived_from"), ("a", "sibling_of")])
        .note("x", &["c"])
        .note("apart", &["gone"])
        .plant();
    place
}

#[test]
fn the_shortest_come_first_and_each_once() {
    let place = shortcuts();
    let all = ["a b d", "a c d", "a b c d"];
    assert_eq!(find(&place, "a", "d", json!({})), (all.map(str::to_owned).to_vec(), false));
    assert!(!find(&place, "a", "d", json!({"limit": 3})).1, "there are no more");
    assert_eq!(
        find(&place, "a", "d", json!({"limit": 2})),
        (all[..2].iter().map(|&path| path.to_owned()).collect(), true)
    );
    assert_eq!(find(&place, "a", "d", json!({"maxDepth": 2})), (vec!["a b d".to_owned(), "a c d".to_owned()], false));
    assert_eq!(find(&place, "a", "d", json!({"maxDepth": 1})), (vec![], false));
    let relations = json!({"relations": ["sibling_of", "config_from"]});
    assert_eq!(find(&place, "a", "d", relations), (vec!["a d".to_owned()], false));
    assert_eq!(find(&place, "x", "d", json!({})), (vec!["x c d".to_owned()], false), "out of a circle");
    assert_eq!(find(&place, "a", "x", json!({})), (vec!["a c x".to_owned(), "a b c x".to_owned()], false));
}

#[test]
fn no_way_and_no_distance() {
    let place = shortcuts();
    assert_eq!(find(&place, "d", "a", json!({})), (vec![], false), "ways lead from inputs to outputs");
    assert_eq!(find(&place, "a", "apart", json!({})), (vec![], false));
    assert_eq!(find(&place, "c", "c", json!({})), (vec!["c".to_owned()], false), "not around the circle");
}

/// 2^60 ways of one length, and one that is longer.
#[test]
fn a_ladder_of_diamonds_costs_what_is_found() {
    let place = Place::new();
    let mut plants = Plants::new(&place);
    plants.note("n0", &[]).note("long0", &["n0"]).note("long1", &["long0"]);
    for level in 0..60 {
        let (top, left, right) = (format!("n{level}"), format!("l{level}"), format!("r{level}"));
        let mut inputs = vec![left.as_str(), right.as_str()];
        plants.note(&left, &[&top]).note(&right, &[&top]);
        if level == 0 {
            inputs.push("long1");
        }
        plants.note(format!("n{}", level + 1), &inputs);
    }
    plants.plant();
    let (paths, truncated) = find(&place, "n0", "n60", json!({}));
    assert!(truncated);
    assert_eq!(paths.len(), 10);
    let first: Vec<String> = (0..60).map(|level| format!("n{level} l{level} ")).collect();
    assert_eq!(paths[0], format!("{}n60", first.concat()));
    assert_eq!(paths.iter().collect::<std::collections::HashSet<_>>().len(), 10);
    let (many, truncated) = find(&place, "n0", "n60", json!({"limit": 1000}));
    assert!(truncated && many.len() == 1000 && many[..10] == paths);
    assert!(many.iter().all(|path| path.split(' ').count() == 121), "all of the shortest length");
    let (few, truncated) = find(&place, "n0", "n3", json!({}));
    assert_eq!((few.len(), truncated), (10, true));
    let (all, truncated) = find(&place, "n0", "n3", json!({"limit": 100}));
    assert_eq!((all.len(), truncated), (12, false), "8 short ways, and 4 by the long one");
    assert!(all[8..].iter().all(|path| path.starts_with("n0 long0 long1 n1")));
}

#[test]
fn wrong_questions_are_named() {
    let place = shortcuts();
    for (params, kind, field, message) in [
        (
            json!({"fromArtifactId": "no", "toArtifactId": "a"}),
            "not_found",
            "fromArtifactId",
            "artifact no was not found",
        ),
        (
            json!({"fromArtifactId": "a", "toArtifactId": "no"}),
            "not_found",
            "toArtifactId",
            "artifact no was not found",
        ),
        (
            json!({"fromArtifactId": "a", "toArtifactId": "b", "limit": 0}),
            "invalid_params",
            "limit",
            "limit: 0 is not between 1 and 1000",
        ),
        (json!({"fromArtifactId": "a"}), "invalid_params", "toArtifactId", "toArtifactId is missing"),
    ] {
        let refused = place.fails("find_lineage_paths", params);
        assert_eq!(crate::support::refusal(&refused), (kind.to_owned(), field.to_owned(), message.to_owned()));
    }
}
