//! What a publish says about an artifact beside its bytes.

use serde_json::{Value, json};

use super::text_with;
use crate::support::{Place, id};

fn publish(place: &Place, more: Value) -> Value {
    place.ok("publish_artifact", text_with("x", more))["artifact"].clone()
}

#[test]
fn what_is_not_said_is_null_or_empty() {
    let place = Place::in_memory();
    let artifact = publish(&place, json!({}));
    for field in [
        "title",
        "description",
        "mediaType",
        "runId",
        "family",
        "outcome",
        "source",
        "writer",
        "git",
        "supersededBy",
        "rowCount",
        "minTs",
        "maxTs",
        "pathParquet",
    ] {
        assert_eq!(artifact.get(field), Some(&json!(null)), "{field}");
    }
    for field in ["capabilities", "roles", "supersedes"] {
        assert_eq!(artifact[field], json!([]), "{field}");
    }
    for field in ["tags", "params"] {
        assert_eq!(artifact[field], json!({}), "{field}");
    }
    for (field, value) in [
        ("schemaVersion", json!(1)),
        ("version", json!(1)),
        ("revision", json!(1)),
        ("sizeBytes", json!(1)),
        ("fileCount", json!(1)),
        ("status", json!("active")),
        ("archived", json!(false)),
        ("pinned", json!(false)),
        ("storage", json!("managed")),
        ("format", json!("file")),
        ("contentHashVersion", json!(1)),
    ] {
        assert_eq!(artifact[field], value, "{field}");
    }
    assert_eq!(artifact["createdAt"], artifact["updatedAt"]);
    assert_eq!((&artifact["fileHash"], &artifact["fileHash"]), (&artifact["contentHash"], &artifact["sourceHash"]));
}

#[test]
fn everything_said_is_answered_and_kept() {
    let place = Place::in_memory();
    let said = json!({"schemaVersion": 3, "logicalKey": "k", "writerName": "backtest", "writerVersion": "1.2", "gitCommit": "abc",
        "gitDirty": true, "params": {"b": [1, {"c": null}], "a": 1.5}, "artifactId": "mine", "runId": "run-7", "roles": ["report", "final"],
        "capabilities": ["replay", "compare"], "title": "Title", "description": "Long\ntext", "mediaType": "text/x-own", "outcome": "fail", "source": "s3://bucket/x"});
    let artifact = publish(&place, said.clone());
    for field in [
        "schemaVersion",
        "logicalKey",
        "params",
        "artifactId",
        "runId",
        "roles",
        "capabilities",
        "title",
        "description",
        "mediaType",
        "outcome",
        "source",
    ] {
        assert_eq!(artifact[field], said[field], "{field}");
    }
    assert_eq!(artifact["writer"], json!({"name": "backtest", "version": "1.2"}));
    assert_eq!(artifact["git"], json!({"commit": "abc", "dirty": true}));
    assert_eq!(place.get("mine"), artifact);
    assert_eq!(
        serde_json::to_string(&artifact["params"]).unwrap(),
        r#"{"b":[1,{"c":null}],"a":1.5}"#,
        "in the order given"
    );
    assert_eq!(publish(&place, json!({"writerVersion": "2"}))["writer"], json!({"name": null, "version": "2"}));
    assert_eq!(publish(&place, json!({"gitDirty": false}))["git"], json!({"commit": null, "dirty": false}));
    for outcome in ["pass", "unknown"] {
        assert_eq!(publish(&place, json!({"outcome": outcome}))["outcome"], outcome);
    }
}

#[test]
fn tags_are_an_object_or_a_list_of_words() {
    let place = Place::in_memory();
    let tags = |tags: Value| publish(&place, json!({"tags": tags}))["tags"].clone();
    assert_eq!(tags(json!({"chain": "sol", "note": "-- ; DROP"})), json!({"chain": "sol", "note": "-- ; DROP"}));
    assert_eq!(tags(json!(["a", "b", "a"])), json!({"a": "", "b": ""}));
    assert_eq!(tags(json!([])), json!({}));
    assert_eq!(
        tags(json!({" ": "", "key": "nul\u{0}value", "\u{1f600}": "\u{2028}"})),
        json!({" ": "", "key": "nul\u{0}value", "\u{1f600}": "\u{2028}"})
    );
    let refused = |tags: Value| place.refuses("publish_artifact", text_with("x", json!({"tags": tags})));
    for (wrong, message) in [
        (json!({"a": 1}), "tags: an object of texts or a list of words is expected, and 1 is no text"),
        (json!({"a": null}), "tags: an object of texts or a list of words is expected, and null is no text"),
        (json!(["a", []]), "tags: an object of texts or a list of words is expected, and [] is no text"),
        (json!("a"), "tags: an object of texts or a list of words is expected, not a string"),
    ] {
        assert_eq!(refused(wrong), ("invalid_params".to_owned(), "tags".to_owned(), message.to_owned()));
    }
}

#[test]
fn integers_that_readers_would_round_are_refused() {
    let place = Place::in_memory();
    let largest = 9_007_199_254_740_991_i64;
    let fine = json!({"a": largest, "b": -largest, "c": 1e-7, "d": 0.1, "e": -0.0});
    assert_eq!(publish(&place, json!({"params": fine}))["params"], fine);
    for (large, text) in [
        (json!({"seed": largest + 1}), "9007199254740992"),
        (json!({"deep": [{"seed": -largest - 1}]}), "-9007199254740992"),
        (json!({"seed": u64::MAX}), "18446744073709551615"),
        (json!({"seed": 1e300}), "1e+300"),
    ] {
        let (kind, field, message) = place.refuses("publish_artifact", text_with("x", json!({"params": large})));
        assert_eq!((kind.as_str(), field.as_str()), ("invalid_params", "params"));
        assert_eq!(message, format!("params: {text} is beyond 2^53-1, where JSON readers round"));
    }
}

#[test]
fn inputs_are_edges_with_relations_in_the_order_given() {
    let place = Place::in_memory();
    let [a, b, c] = ["a", "b", "c"].map(|key| place.derived(key, &[]));
    let made = publish(
        &place,
        json!({"inputArtifactIds": [c, a, c], "inputs": [
        {"artifactId": b, "relation": "config_from"}, {"artifactId": a}, {"artifactId": a, "relation": "own.word"},
        {"artifactId": b, "relation": null}]}),
    );
    let lineage = place.ok("get_lineage", json!({"artifactId": id(&made)}));
    assert_eq!(crate::support::ids(&lineage["inputs"]), ["c", "a", "b"]);
    let edges: Vec<_> = lineage["edges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|edge| {
            assert_eq!(edge["artifactId"], made["artifactId"]);
            format!("{} {}", edge["inputArtifactId"].as_str().unwrap(), edge["relation"].as_str().unwrap())
        })
        .collect();
    assert_eq!(edges, ["c derived_from", "a derived_from", "b config_from", "a own.word", "b derived_from"]);
}

#[test]
fn unknown_inputs_are_named() {
    let place = Place::in_memory();
    let a = place.derived("a", &[]);
    for (more, field) in [
        (json!({"inputArtifactIds": [a, "nothing"]}), "inputArtifactIds[1]"),
        (json!({"inputs": [{"artifactId": a}, {"artifactId": "nothing"}]}), "inputs[1].artifactId"),
        (json!({"artifactId": "nothing", "inputArtifactIds": ["nothing"]}), "inputArtifactIds[0]"),
    ] {
        let (kind, named, message) = place.refuses("publish_artifact", text_with("x", more));
        assert_eq!(
            (kind.as_str(), named.as_str(), message.as_str()),
            ("not_found", field, "the input nothing was not found")
        );
    }
}

#[test]
fn a_superseded_input_is_an_input_still() {
    let place = Place::in_memory();
    let (old, new) = (place.derived("old", &[]), place.derived("new", &[]));
    place.ok("supersede", json!({"newArtifactId": new, "oldArtifactId": old}));
    let made = publish(&place, json!({"inputArtifactIds": [old]}));
    let lineage = place.ok("get_lineage", json!({"artifactId": id(&made)}));
    assert_eq!(lineage["inputs"][0]["status"], "superseded");
}

#[test]
fn created_at_is_the_importers_and_has_one_form() {
    let place = Place::in_memory();
    for (given, kept) in [
        ("2020-01-02T03:04:05.678901Z", "2020-01-02T03:04:05.678Z"),
        ("2020-01-02T03:04:05+02:00", "2020-01-02T01:04:05.000Z"),
        ("2020-01-02T03:04:05", "2020-01-02T03:04:05.000Z"),
        ("2020-01-02", "2020-01-02T00:00:00.000Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
    ] {
        let artifact = publish(&place, json!({"createdAt": given}));
        assert_eq!((&artifact["createdAt"], &artifact["updatedAt"]), (&json!(kept), &json!(kept)), "{given}");
    }
    for wrong in ["yesterday", "", "2020-13-01", "-000001-01-01T00:00:00Z", "1577934245"] {
        let (kind, field, message) = place.refuses("publish_artifact", text_with("x", json!({"createdAt": wrong})));
        assert_eq!((kind.as_str(), field.as_str()), ("invalid_params", "createdAt"), "{wrong}");
        assert_eq!(message, format!("createdAt: {wrong:?} is no RFC 3339 date or time"));
    }
}

#[test]
fn the_expected_hash_is_of_the_bytes_given() {
    let place = Place::in_memory();
    let hash = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    let hello = |more: Value| text_with("hello", more);
    let kept = place.ok("publish_artifact", hello(json!({"expectedFileHash": hash})));
    assert_eq!(kept["fileHash"], hash);
    let csv = place.write("a.csv", "a\n1\n");
    let params = |expected: &Value| json!({"artifactType": "t", "dataPath": csv, "expectedFileHash": expected});
    let table = place.publish("t", "a.csv", &csv);
    assert_ne!(table["sourceHash"], table["fileHash"]);
    assert_eq!(place.ok("publish_artifact", params(&table["sourceHash"]))["deduped"], true);
    let tree = place.folder().join("tree");
    place.write("tree/a.txt", "hello");
    let listing = place.publish("t", "tree", &tree)["sourceHash"].clone();
    let again = json!({"artifactType": "t", "logicalKey": "other", "dataPath": tree, "expectedFileHash": listing});
    assert_eq!(place.ok("publish_artifact", again)["fileHash"], listing);
    for (params, actual) in [
        (params(&table["fileHash"]), &table["sourceHash"]),
        (
            text_with("other", json!({"expectedFileHash": hash})),
            &json!("sha256:d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa"),
        ),
        (json!({"artifactType": "t", "dataPath": tree, "expectedFileHash": hash}), &listing),
    ] {
        let expected = params["expectedFileHash"].as_str().unwrap().to_owned();
        let (kind, field, message) = place.refuses("publish_artifact", params);
        assert_eq!((kind.as_str(), field.as_str()), ("integrity", "expectedFileHash"));
        assert_eq!(
            message,
            format!("the bytes given have the hash {}, not the expected {expected}", actual.as_str().unwrap())
        );
    }
    let (kind, field, message) = place.refuses("publish_artifact", hello(json!({"expectedFileHash": "sha256:12"})));
    assert_eq!((kind.as_str(), field.as_str()), ("invalid_params", "expectedFileHash"));
    assert_eq!(message, "expectedFileHash: \"sha256:12\" is no hash: `sha256:` and 64 hex digits");
}
