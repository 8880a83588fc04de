//! Names that stand for versions.

use serde_json::{Value, json};

use super::note;
use crate::support::{Place, id, refusal};

fn versions(place: &Place) {
    for number in 1..=3 {
        note(place, &format!("m-{number}"), json!({"artifactType": "model", "logicalKey": "churn"}));
    }
}

#[track_caller]
fn resolved(place: &Place, reference: &str) -> String {
    id(&place.ok("resolve", json!({"ref": reference}))).to_owned()
}

#[test]
fn an_alias_stands_for_one_version_and_moves() {
    let place = Place::in_memory();
    versions(&place);
    let set = place.ok("set_alias", json!({"artifactId": "m-1", "alias": "production"}));
    assert_eq!(
        (&set["artifactId"], &set["version"], &set["previousArtifactId"]),
        (&json!("m-1"), &json!(1), &Value::Null)
    );
    assert_eq!(resolved(&place, "model:churn@production"), "m-1");
    let moved = place.ok("set_alias", json!({"ref": "model:churn@v3", "alias": "production"}));
    assert_eq!((&moved["artifactId"], &moved["previousArtifactId"]), (&json!("m-3"), &json!("m-1")));
    place.ok("set_alias", json!({"ref": "model:churn@production", "alias": "reviewed.1"}));
    // The same again is no event, and changes no revision.
    let events = place.ok("list_events", json!({}));
    place.ok("set_alias", json!({"artifactId": "m-3", "alias": "production"}));
    assert_eq!(place.ok("list_events", json!({})), events);
    assert_eq!((&events[0]["kind"], &events[0]["artifactId"]), (&json!("alias_set"), &json!("m-3")));
    assert_eq!(place.get("m-3")["revision"], 1);
    let listed = place.ok("list_aliases", json!({}));
    let names: Vec<&str> = listed.as_array().unwrap().iter().map(|alias| alias["alias"].as_str().unwrap()).collect();
    assert_eq!(names, ["production", "reviewed.1"]);
    for (params, count) in [
        (json!({"artifactId": "m-3"}), 2),
        (json!({"artifactId": "m-1"}), 0),
        (json!({"artifactType": "model", "logicalKey": "churn", "alias": "production"}), 1),
        (json!({"logicalKey": "other"}), 0),
        (json!({"limit": 1}), 1),
    ] {
        assert_eq!(place.ok("list_aliases", params.clone()).as_array().unwrap().len(), count, "{params}");
    }
    let removed =
        place.ok("remove_alias", json!({"artifactType": "model", "logicalKey": "churn", "alias": "production"}));
    assert_eq!(removed["artifactId"], "m-3");
    let error = place.fails("resolve", json!({"ref": "model:churn@production"}));
    assert_eq!(refusal(&error), ("not_found".into(), "ref".into(), "\"model:churn\" has no alias production".into()));
    assert_eq!(error["data"]["hint"], "set one with set_alias, or name a version, as in model:churn@v3");
    let again = json!({"artifactType": "model", "logicalKey": "churn", "alias": "production"});
    assert_eq!(refusal(&place.fails("remove_alias", again)).0, "not_found");
    // A superseded version keeps its aliases.
    place.ok("supersede", json!({"newArtifactId": "m-2", "oldArtifactId": "m-3"}));
    assert_eq!(resolved(&place, "model:churn@reviewed.1"), "m-3");
}

#[test]
fn an_alias_never_stands_before_what_a_reference_means_already() {
    let place = Place::in_memory();
    versions(&place);
    for alias in ["latest", "LATEST", "v1", "V23", "v007"] {
        let error = place.fails("set_alias", json!({"artifactId": "m-1", "alias": alias}));
        let message = format!("alias: {alias} can't be an alias: it looks like a version, as v3 and latest do");
        assert_eq!(refusal(&error), ("invalid_params".into(), "alias".into(), message));
    }
    for alias in ["v", "v1a", "vx", "latest.1", "2"] {
        place.ok("set_alias", json!({"artifactId": "m-1", "alias": alias}));
        assert_eq!(resolved(&place, &format!("model:churn@{alias}")), "m-1", "{alias}");
    }
    for (params, kind, field) in [
        (json!({"artifactId": "m-1", "alias": "no alias"}), "invalid_params", "alias"),
        (json!({"alias": "x"}), "invalid_params", "artifactId"),
        (json!({"artifactId": "m-1", "ref": "m-1", "alias": "x"}), "invalid_params", "artifactId"),
        (json!({"artifactId": "m-9", "alias": "x"}), "not_found", "artifactId"),
        (json!({"ref": "m-9", "alias": "x"}), "not_found", "ref"),
        (json!({"ref": "", "alias": "x"}), "invalid_params", "ref"),
    ] {
        let outcome = std::panic::catch_unwind(|| place.call("set_alias", params.clone()));
        let (told, at, message) = refusal(&outcome.unwrap().expect_err(&params.to_string()));
        assert_eq!((told.as_str(), at.as_str()), (kind, field), "{params} {message}");
    }
    // A key may hold an @ of its own.
    note(&place, "mail-1", json!({"artifactType": "mail", "logicalKey": "a@b.org"}));
    note(&place, "mail-2", json!({"artifactType": "mail", "logicalKey": "a"}));
    assert_eq!(resolved(&place, "mail:a@b.org"), "mail-1");
    let error = place.fails("set_alias", json!({"artifactId": "mail-2", "alias": "b.org"}));
    assert_eq!(refusal(&error).0, "conflict");
    place.ok("set_alias", json!({"artifactId": "mail-2", "alias": "c.org"}));
    note(&place, "mail-3", json!({"artifactType": "mail", "logicalKey": "a@c.org"}));
    assert_eq!(resolved(&place, "mail:a@c.org"), "mail-2", "an alias comes first");
    assert_eq!(resolved(&place, "mail:a@c.org@latest"), "mail-3");
}
