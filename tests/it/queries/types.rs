//! `register_type` and `list_types`.

use serde_json::{Value, json};

use crate::support::Place;

fn csv(place: &Place, key: &str, text: &str) -> Value {
    let params = json!({"artifactType": "quotes", "logicalKey": key, "dataPath": place.write("in.csv", text)});
    place.ok("publish_artifact", params)["artifact"].clone()
}

fn quotes(place: &Place) -> Option<Value> {
    let types = place.ok("list_types", json!({}));
    types.as_array().unwrap().iter().find(|known| known["artifactType"] == "quotes").cloned()
}

#[test]
fn a_type_says_what_counts_as_content() {
    let place = Place::new();
    let definition = json!({"artifactType": "quotes", "canonicalColumns": ["at", "price"], "sortKeys": ["at"], "timestampColumns": ["at"]});
    assert_eq!(place.ok("register_type", definition.clone()), definition);
    let first = csv(&place, "a", "price,at,who\n1,2026-01-02T00:00:00Z,x\n2,2026-01-01,y\n");
    let second = csv(&place, "b", "at,price\n2026-01-01 00:00:00,2\n2026-01-02T01:00:00+01:00,1\n");
    assert_eq!(first["contentHash"], second["contentHash"]);
    assert_eq!(first["minTs"], "2026-01-01T00:00:00.000000Z", "a time column by its type");
    assert_ne!(csv(&place, "c", "at,price\n2026-01-01,3\n2026-01-02,1\n")["contentHash"], first["contentHash"]);
    let mut listed = quotes(&place).unwrap();
    assert_eq!((&listed["registered"], &listed["artifactCount"]), (&json!(true), &json!(3)));
    let fields = listed.as_object_mut().unwrap();
    fields.retain(|name, _| name != "registered" && name != "artifactCount");
    assert_eq!(listed, definition);
}

#[test]
fn a_type_in_use_can_not_change() {
    let place = Place::new();
    let first = json!({"artifactType": "quotes", "sortKeys": ["at"]});
    place.ok("register_type", json!({"artifactType": "quotes", "canonicalColumns": ["at"]}));
    place.ok("register_type", first.clone());
    assert_eq!(quotes(&place).unwrap()["canonicalColumns"], json!(null), "one that nobody uses may change");
    csv(&place, "a", "at\n1\n");
    let before = place.state();
    place.ok("register_type", first);
    assert_eq!(place.state(), before, "the same again is harmless");
    let refused = place.refuses("register_type", json!({"artifactType": "quotes"}));
    assert_eq!(
        refused,
        ("conflict".into(), "artifactType".into(), "the type quotes is in use, so its definition can't change".into())
    );
    place.text("memo", "k", "x");
    let refused = place.refuses("register_type", json!({"artifactType": "memo", "sortKeys": ["a"]}));
    assert_eq!(refused.0, "conflict", "in use without having been registered");
}

#[test]
fn published_types_are_listed_too() {
    let place = Place::new();
    place.text("zebra", "k", "x");
    place.text("Ant", "k", "x");
    let types = place.ok("list_types", json!({}));
    let names: Vec<_> = types.as_array().unwrap().iter().map(|known| known["artifactType"].as_str().unwrap()).collect();
    assert_eq!(names, ["Ant", "alerts", "alerts_event_v1", "alerts_v1", "ohlcv_slice", "run_metrics", "zebra"]);
    assert_eq!(
        types[6],
        json!({"artifactType": "zebra", "registered": false, "artifactCount": 1, "canonicalColumns": null, "sortKeys": [], "timestampColumns": []})
    );
}

#[test]
fn wrong_definitions_are_named() {
    let place = Place::with_store();
    for (more, field, message) in [
        (json!({"canonicalColumns": []}), "canonicalColumns", "canonicalColumns: it must name at least one column"),
        (json!({"canonicalColumns": ["a", "a"]}), "canonicalColumns", "canonicalColumns: \"a\" stands there twice"),
        (json!({"sortKeys": [""]}), "sortKeys", "sortKeys: a column's name must not be empty"),
        (
            json!({"canonicalColumns": ["a"], "sortKeys": ["b"]}),
            "sortKeys",
            "sortKeys: \"b\" is none of the canonicalColumns",
        ),
        (
            json!({"canonicalColumns": ["a"], "timestampColumns": ["b"]}),
            "timestampColumns",
            "timestampColumns: \"b\" is none of the canonicalColumns",
        ),
        (json!({"sortKeys": "a"}), "sortKeys", "sortKeys: invalid type: string \"a\", expected a sequence"),
    ] {
        let mut params = json!({"artifactType": "t"});
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(
            place.refuses("register_type", params),
            ("invalid_params".into(), field.to_owned(), message.to_owned())
        );
    }
}
