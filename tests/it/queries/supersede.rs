//! `supersede` and the history.

use serde_json::{Value, json};

use crate::support::{Place, ids};

fn pair(new: &str, old: &str) -> Value {
    json!({"newArtifactId": new, "oldArtifactId": old})
}

fn made(names: &[&str]) -> Place {
    let place = Place::new();
    for name in names {
        place.derived(name, &[]);
    }
    place
}

#[test]
fn a_newer_artifact_replaces_an_older_one() {
    let place = made(&["a", "b"]);
    let mut params = pair("b", "a");
    params["reason"] = json!("better data");
    assert_eq!(place.ok("supersede", params), json!({"success": true}));
    let (old, new) = (place.get("a"), place.get("b"));
    assert_eq!(
        (&old["status"], &old["supersededBy"], &old["revision"]),
        (&json!("superseded"), &json!("b"), &json!(2))
    );
    assert_eq!((&new["status"], &new["supersedes"], &new["revision"]), (&json!("active"), &json!(["a"]), &json!(2)));
    assert_eq!(old["updatedAt"], new["updatedAt"]);
    assert!(old["updatedAt"].as_str() >= old["createdAt"].as_str());
    let events = place.ok("list_events", json!({"artifactId": "a"}));
    assert_eq!(
        (&events[0]["kind"], &events[0]["artifactId"], &events[0]["actor"]),
        (&json!("superseded"), &json!("a"), &json!("tests"))
    );
    assert_eq!(events[0]["data"], json!({"supersededBy": "b", "reason": "better data"}));
    assert_eq!(events[0]["at"], old["updatedAt"]);
    assert!(std::path::Path::new(old["path"].as_str().unwrap()).is_file(), "it stays readable");
}

#[test]
fn the_same_pair_again_succeeds_and_changes_nothing() {
    let place = made(&["a", "b"]);
    place.ok("supersede", pair("b", "a"));
    let before = place.state();
    assert_eq!(place.ok("supersede", pair("b", "a")), json!({"success": true}));
    assert_eq!(place.state(), before);
}

#[test]
fn one_may_replace_several() {
    let place = made(&["a", "b", "c"]);
    place.ok("supersede", pair("c", "b"));
    place.ok("supersede", pair("c", "a"));
    assert_eq!(place.get("c")["supersedes"], json!(["a", "b"]));
    assert_eq!(place.get("c")["revision"], 3);
}

#[test]
fn refusals() {
    let place = made(&["a", "b", "c", "d"]);
    place.ok("supersede", pair("b", "a"));
    place.ok("supersede", pair("c", "b"));
    for (new, old, kind, field, message) in [
        ("nothing", "d", "not_found", "newArtifactId", "artifact nothing was not found"),
        ("d", "nothing", "not_found", "oldArtifactId", "artifact nothing was not found"),
        ("d", "d", "invalid_data", "oldArtifactId", "artifact d can't supersede itself"),
        ("d", "a", "conflict", "oldArtifactId", "artifact a was superseded by b already"),
        (
            "b",
            "c",
            "conflict",
            "newArtifactId",
            "artifact b can't supersede c: it was itself superseded by it, at once or over others",
        ),
        (
            "a",
            "c",
            "conflict",
            "newArtifactId",
            "artifact a can't supersede c: it was itself superseded by it, at once or over others",
        ),
    ] {
        assert_eq!(place.refuses("supersede", pair(new, old)), (kind.to_owned(), field.to_owned(), message.to_owned()));
    }
    assert_eq!(place.fails("supersede", pair("d", "a"))["data"]["hint"], "supersede b instead");
    place.ok("supersede", pair("d", "c"));
}

#[test]
fn a_circle_of_seven_is_seen() {
    let names = ["a", "b", "c", "d", "e", "f", "g"];
    let place = made(&names);
    for two in names.windows(2) {
        place.ok("supersede", pair(two[1], two[0]));
    }
    assert_eq!(place.refuses("supersede", pair("a", "g")).0, "conflict");
}

#[test]
fn the_history_lists_who_did_what_newest_first() {
    let place = made(&["a", "b"]);
    place.ok("supersede", pair("b", "a"));
    place.ok("register_type", json!({"artifactType": "t", "sortKeys": ["x"]}));
    let list = |params: Value| place.ok("list_events", params);
    let all = list(json!({}));
    let kinds: Vec<_> = all.as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["type_registered", "superseded", "published", "published"]);
    let numbers: Vec<_> = all.as_array().unwrap().iter().map(|event| event["eventId"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [4, 3, 2, 1]);
    assert_eq!(all[3]["data"]["artifactType"], "note");
    assert_eq!(all[3]["data"]["version"], 1);
    assert_eq!(all[0]["artifactId"], json!(null));
    assert_eq!(list(json!({"artifactId": "b"})), json!([all[2]]));
    assert_eq!(list(json!({"limit": 2})), json!([all[0], all[1]]));
    assert_eq!(list(json!({"since": all[0]["at"]}))[0], all[0], "the moment itself is included");
    assert_eq!(list(json!({"since": "2999-01-01"})), json!([]));
    assert_eq!(list(json!({"since": "2000-01-01T00:00:00+02:00"})), all);
    for (params, kind, field, message) in [
        (json!({"limit": 0}), "invalid_params", "limit", "limit: 0 is not between 1 and 10000"),
        (json!({"since": "soon"}), "invalid_params", "since", "since: \"soon\" is no RFC 3339 date or time"),
        (json!({"artifactId": "nothing"}), "not_found", "artifactId", "artifact nothing was not found"),
    ] {
        assert_eq!(place.refuses("list_events", params), (kind.to_owned(), field.to_owned(), message.to_owned()));
    }
    assert_eq!(ids(&place.ok("list_artifacts", json!({}))).len(), 2);
}
