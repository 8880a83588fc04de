//! `compare_artifacts`: what differs, down to the rows of tables, and how it is said.

use serde_json::{Value, json};

use crate::support::{Place, id, refusal};

/// Publishes a CSV as a table of a type; answers its id.
#[track_caller]
fn table(place: &Place, artifact_type: &str, key: &str, csv: &str) -> String {
    let content = json!({"encoding": "utf8", "data": csv});
    let params = json!({"artifactType": artifact_type, "logicalKey": key, "content": content, "format": "table"});
    id(&place.ok("publish_artifact", params)).to_owned()
}

#[track_caller]
fn compare(place: &Place, left: &str, right: &str, more: Value) -> Value {
    let mut params = json!({"left": left, "right": right});
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    place.ok("compare_artifacts", params)
}

fn counts(added: u64, removed: u64, changed: u64, same: u64) -> Value {
    json!({"added": added, "removed": removed, "changed": changed, "same": same})
}

#[test]
fn facts_params_tags_and_inputs_that_differ_are_named() {
    let place = Place::new();
    let (one, two) = (place.derived("one", &[]), place.derived("two", &[]));
    let publish = |name: &str, params: Value, tags: Value, inputs: Value| {
        let content = json!({"encoding": "utf8", "data": name});
        place.ok(
            "publish_artifact",
            json!({"artifactType": "report", "artifactId": name, "logicalKey": "k", "content": content, "params": params,
                "tags": tags, "inputs": inputs, "title": name}),
        );
    };
    publish(
        "left",
        json!({"grid": {"bins": 24, "unit": "h"}, "seed": 1, "gone": null}),
        json!({"a": "1", "b": "2", "c": "3"}),
        json!([{"artifactId": one}, {"artifactId": two}]),
    );
    publish(
        "right",
        json!({"grid": {"bins": 48, "unit": "h"}, "seed": 1.0, "new": [1]}),
        json!({"a": "1", "b": "9", "d": "4"}),
        json!([{"artifactId": one}, {"artifactId": two, "relation": "config_from"}]),
    );
    let found = compare(&place, "left", "right", json!({}));
    assert_eq!((&found["verdict"], &found["reason"]), (&json!("different"), &json!("their bytes differ")));
    let fields: Vec<&str> =
        found["fields"].as_array().unwrap().iter().map(|field| field["name"].as_str().unwrap()).collect();
    for name in ["version", "title", "fileHash", "contentHash", "sizeBytes"] {
        assert!(fields.contains(&name), "{name}: {fields:?}");
    }
    for name in ["artifactId", "path", "params", "tags", "artifactType", "logicalKey", "specId"] {
        assert!(!fields.contains(&name), "{name}: {fields:?}");
    }
    assert_eq!(
        found["params"],
        json!({
            "counts": counts(1, 1, 1, 2),
            "added": [{"name": "new", "value": [1]}],
            "removed": [{"name": "gone", "value": null}],
            "changed": [{"name": "grid.bins", "left": 24, "right": 48}],
        })
    );
    assert_eq!(
        found["tags"],
        json!({"added": {"d": "4"}, "removed": {"c": "3"}, "changed": {"b": {"left": "2", "right": "9"}}})
    );
    assert_eq!(found["inputs"]["counts"], counts(1, 1, 0, 1));
    assert_eq!(found["inputs"]["added"], json!([{"artifactId": "two", "relation": "config_from"}]));
    assert_eq!(found["files"]["counts"], counts(0, 0, 1, 0), "the one file of each is held against the other's");
    assert_eq!((&found["table"], &found["truncated"]), (&Value::Null, &json!(false)));
}

#[test]
fn trees_are_compared_file_by_file() {
    let place = Place::new();
    for (folder, files) in [
        ("one", &[("a.txt", "a"), ("b/c.txt", "c"), ("d.txt", "d")][..]),
        ("two", &[("a.txt", "a"), ("b/c.txt", "C"), ("e.txt", "e"), ("f.txt", "f")]),
    ] {
        files.iter().for_each(|(name, text)| drop(place.write(&format!("{folder}/{name}"), text)));
    }
    let left = place.publish("site", "one", &place.folder().join("one"));
    let right = place.publish("site", "two", &place.folder().join("two"));
    let found = compare(&place, id(&left), id(&right), json!({"limit": 1}));
    assert_eq!(found["files"]["counts"], counts(2, 1, 1, 1));
    assert_eq!(found["files"]["added"].as_array().unwrap().len(), 1, "cut at the limit");
    assert_eq!(found["files"]["changed"][0]["path"], "b/c.txt");
    assert_eq!(found["files"]["removed"][0]["path"], "d.txt");
    assert_eq!((&found["truncated"], &found["verdict"]), (&json!(true), &json!("different")));
    let reason = "of the files 2 were added, 1 removed and 1 changed; 1 is the same";
    assert_eq!(found["reason"], reason);
}

#[test]
fn the_verdict_is_said_clearly() {
    let place = Place::new();
    let same = |key: &str| id(&place.text("note", key, "same")).to_owned();
    let (one, two, other) = (same("one"), same("two"), id(&place.text("note", "three", "other")).to_owned());
    assert_eq!(compare(&place, &one, &one, json!({}))["verdict"], "identical");
    assert_eq!(compare(&place, &one, &two, json!({}))["verdict"], "identical");
    let rows = table(&place, "rain", "a", "t\n1\n");
    let found = compare(&place, &one, &rows, json!({}));
    assert_eq!(found["verdict"], "not_comparable");
    assert_eq!(found["reason"], "the left one is a file, the right one is a table");
    // Another order of rows is the same content where the type says so.
    place.ok("register_type", json!({"artifactType": "sorted", "sortKeys": ["t"]}));
    let (up, down) =
        (table(&place, "sorted", "up", "t,v\n1,a\n2,b\n"), table(&place, "sorted", "down", "t,v\n2,b\n1,a\n"));
    let found = compare(&place, &up, &down, json!({}));
    assert_eq!(found["verdict"], "same_content");
    assert_eq!(found["table"]["rows"]["counts"], counts(0, 0, 0, 2));
    assert_eq!(found["table"]["rows"]["key"], json!(["t"]), "as the type declares");
    // Elsewhere it is not, and that is said.
    let (up, down) = (table(&place, "rows", "up", "t,v\n1,a\n2,b\n"), table(&place, "rows", "down", "t,v\n2,b\n1,a\n"));
    let found = compare(&place, &up, &down, json!({}));
    assert_eq!((&found["verdict"], &found["table"]["rows"]["counts"]), (&json!("different"), &counts(0, 0, 0, 2)));
    assert!(found["reason"].as_str().unwrap().contains("another order"), "{}", found["reason"]);
    // What was put aside or is superseded is compared like everything else.
    place.ok("update_artifact", json!({"artifactId": one, "archived": true}));
    place.ok("supersede", json!({"newArtifactId": other, "oldArtifactId": two}));
    let found = compare(&place, &one, &two, json!({}));
    assert_eq!((&found["verdict"], &found["left"]["archived"]), (&json!("identical"), &json!(true)));
    assert_eq!(found["right"]["status"], "superseded");
}

#[test]
fn bytes_that_are_gone_are_told() {
    let place = Place::new();
    let (one, two) = (id(&place.text("note", "1", "one")).to_owned(), id(&place.text("note", "2", "two")).to_owned());
    let (rows, more) = (table(&place, "rain", "a", "t\n1\n"), table(&place, "rain", "b", "t\n1\n2\n"));
    for artifact in [&two, &more] {
        let hash = place.get(artifact)["fileHash"].as_str().unwrap()["sha256:".len()..].to_owned();
        std::fs::remove_file(place.root().join("objects").join(&hash[..2]).join(&hash)).unwrap();
    }
    for (left, right) in [(&one, &two), (&rows, &more)] {
        let found = compare(&place, left, right, json!({}));
        assert_eq!((&found["verdict"], &found["table"]), (&json!("not_comparable"), &Value::Null));
        assert!(found["reason"].as_str().unwrap().contains("store"), "{}", found["reason"]);
    }
    assert_eq!(compare(&place, &more, &more, json!({}))["verdict"], "identical", "the hashes say so");
    // What is in the trash has its bytes, until it is purged.
    let (gone, live) = (table(&place, "snow", "a", "t\n1\n"), table(&place, "snow", "b", "t\n1\n2\n"));
    place.ok("delete_artifact", json!({"artifactId": gone}));
    let found = compare(&place, &gone, &live, json!({}));
    assert_eq!((&found["verdict"], &found["left"]["status"]), (&json!("different"), &json!("tombstoned")));
    assert_eq!(found["table"]["rows"]["counts"], counts(1, 0, 0, 1));
    place.ok("purge_trash", json!({"artifactIds": [gone], "dryRun": false}));
    let found = compare(&place, &gone, &live, json!({}));
    assert_eq!((&found["verdict"], &found["table"]), (&json!("not_comparable"), &Value::Null));
    assert!(found["reason"].as_str().unwrap().contains("was purged at"), "{}", found["reason"]);
    assert_eq!(compare(&place, &gone, &gone, json!({}))["verdict"], "identical", "the hashes say so");
}

const BEFORE: &str = "\
id,name,price,day,ok,old
1,apple,1.5,2026-01-01,true,x
2,pear,nan,2026-01-02,false,x
3,plum,3.0,2026-01-03,true,x
4,fig,,2026-01-04,true,x
5,nut,5.25,2026-01-05,true,x
";

const AFTER: &str = "\
id,price,name,day,ok,new
5,5.25,nut,2026-01-05,true,1
1,1.5,apple,2026-01-01,true,2
2,nan,pear,2026-01-02,true,3
3,3.0000000001,plum,2026-01-03,true,4
6,6.5,kiwi,2026-01-06,true,5
";

#[test]
fn tables_are_compared_by_columns_statistics_and_rows() {
    let place = Place::new();
    let fruit = |key: &str, csv: &str| {
        let content = json!({"encoding": "utf8", "data": csv});
        let params = json!({"artifactType": "fruit", "logicalKey": key, "content": content, "format": "table",
            "columns": {"price": "float"}});
        id(&place.ok("publish_artifact", params)).to_owned()
    };
    let (left, right) = (fruit("1", BEFORE), fruit("2", AFTER));
    let found = compare(&place, &left, &right, json!({"key": ["id"]}));
    assert_eq!(found["verdict"], "different");
    let table = &found["table"];
    assert_eq!((&table["leftRows"], &table["rightRows"]), (&json!(5), &json!(5)));
    assert_eq!(
        table["schema"],
        json!({"same": false, "added": [{"name": "new", "type": "int"}], "removed": [{"name": "old", "type": "text"}],
            "changed": [], "reordered": true})
    );
    let names: Vec<&str> =
        table["columns"].as_array().unwrap().iter().map(|column| column["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["id", "name", "price", "day", "ok", "old", "new"]);
    let column = |name: &str| &table["columns"][names.iter().position(|known| *known == name).unwrap()];
    assert_eq!(
        column("price")["left"],
        json!({"type": "float64", "nulls": 1, "nans": 1, "distinct": 4, "min": 1.5, "max": 5.25, "mean": 3.25})
    );
    assert_eq!(
        column("id")["right"],
        json!({"type": "int", "nulls": 0, "nans": null, "distinct": 5, "min": 1, "max": 6, "mean": 3.4})
    );
    assert_eq!(
        column("name")["left"],
        json!({"type": "text", "nulls": 0, "nans": null, "distinct": 5, "min": "apple", "max": "plum", "mean": null})
    );
    assert_eq!((&column("day")["left"]["min"], &column("ok")["left"]["max"]), (&json!("2026-01-01"), &json!(true)));
    assert_eq!((&column("old")["right"], &column("new")["left"]), (&Value::Null, &Value::Null));
    let rows = &table["rows"];
    assert_eq!((&rows["key"], &rows["compared"]), (&json!(["id"]), &json!(["id", "name", "price", "day", "ok"])));
    assert_eq!(rows["counts"], counts(1, 1, 2, 2), "NaN is NaN, and nearly equal is not equal");
    assert_eq!(
        rows["changed"],
        json!([
            {"leftRow": 2, "rightRow": 3, "key": {"id": 2}, "changes": [{"column": "ok", "left": false, "right": true}]},
            {"leftRow": 3, "rightRow": 4, "key": {"id": 3},
                "changes": [{"column": "price", "left": 3.0, "right": 3.000_000_000_1}]},
        ])
    );
    assert_eq!(rows["removed"][0]["row"], 4);
    assert_eq!(rows["removed"][0]["values"]["price"], Value::Null);
    assert_eq!(
        rows["added"],
        json!([{"row": 5, "values": {"id": 6, "price": 6.5, "name": "kiwi", "day": "2026-01-06", "ok": true, "new": 5}}])
    );
    // Without a key a row is there or not.
    let rows = &compare(&place, &left, &right, json!({"limit": 1}))["table"]["rows"];
    assert_eq!((&rows["key"], &rows["counts"]), (&json!([]), &counts(3, 3, 0, 2)));
    assert_eq!((rows["added"].as_array().unwrap().len(), &rows["changed"]), (1, &json!([])));
}

#[test]
fn rows_without_a_column_in_common_are_not_compared() {
    let place = Place::new();
    let left = table(&place, "rows", "1", "id,v\n1,a\n2,b\n3,c\n");
    for (key, csv) in [("2", "a,b\n1,2\n"), ("3", "id,v\na,1\n"), ("4", "x,y\n")] {
        let right = table(&place, "rows", key, csv);
        let found = compare(&place, &left, &right, json!({}));
        let rows = &found["table"]["rows"];
        assert_eq!((&rows["compared"], &rows["counts"]), (&json!([]), &counts(0, 0, 0, 0)), "{csv}");
        assert_eq!((&rows["leftRepeated"], &rows["removed"], &rows["added"]), (&json!(0), &json!([]), &json!([])));
        assert_eq!(
            found["reason"],
            "they have no column in common that can be compared, so their rows can't be either"
        );
        assert_eq!(found["table"]["columns"].as_array().unwrap()[0]["left"]["distinct"], 3, "statistics stand");
    }
    // One with itself in other bytes has all of them in common.
    assert_eq!(compare(&place, &left, &left, json!({}))["table"]["rows"]["counts"], counts(0, 0, 0, 3));
}

#[test]
fn rows_count_as_often_as_they_are() {
    let place = Place::new();
    let left = table(&place, "rows", "1", "k,v\n1,a\n1,a\n1,b\n2,c\n");
    let right = table(&place, "rows", "2", "k,v\n1,a\n2,c\n2,c\n1,z\n");
    let rows = &compare(&place, &left, &right, json!({}))["table"]["rows"];
    assert_eq!(rows["counts"], counts(2, 2, 0, 2));
    assert_eq!((&rows["leftRepeated"], &rows["rightRepeated"]), (&json!(1), &json!(1)));
    let rows = &compare(&place, &left, &right, json!({"key": ["k"]}))["table"]["rows"];
    assert_eq!((&rows["counts"], &rows["leftRepeated"]), (&counts(1, 1, 1, 2), &json!(2)));
}

#[test]
fn moments_and_large_numbers_are_told_as_texts() {
    let place = Place::new();
    let left = table(&place, "odd", "1", "t,n,s\n2026-01-01T00:00:00Z,9007199254740993,é\n");
    let right = table(&place, "odd", "2", "t,n,s\n2026-01-01T00:00:00.5Z,9007199254740994,\n");
    let found = compare(&place, &left, &right, json!({}));
    let columns = &found["table"]["columns"];
    assert_eq!(columns[0]["right"]["min"], "2026-01-01T00:00:00.5Z");
    assert_eq!(columns[1]["left"]["max"], "9007199254740993");
    assert_eq!(found["table"]["rows"]["counts"], counts(1, 1, 0, 0));
}

#[test]
fn bad_keys_are_refused() {
    let place = Place::new();
    let (left, right) = (table(&place, "t", "1", "a,b\n1,x\n"), table(&place, "t", "2", "a,c\n1.5,x\n"));
    let note = id(&place.text("note", "n", "n")).to_owned();
    for (right, key, field, words) in [
        (&right, json!(["nope"]), "key[0]", "the left table has no such column"),
        (&right, json!(["b"]), "key[0]", "the right table has no such column"),
        (&right, json!(["a"]), "key[0]", "another type"),
        (&left, json!(["a", "a"]), "key[1]", "twice"),
        (&left, json!([]), "key", "1 to 100"),
        (&note, json!(["a"]), "key", "only tables"),
    ] {
        let (kind, named, message) =
            refusal(&place.fails("compare_artifacts", json!({"left": left, "right": right, "key": key})));
        assert_eq!((kind.as_str(), named.as_str()), ("invalid_params", field), "{message}");
        assert!(message.contains(words), "{message}");
    }
    for (params, field) in
        [(json!({"left": "no", "right": left}), "left"), (json!({"left": left, "right": "no"}), "right")]
    {
        let (kind, named, _) = refusal(&place.fails("compare_artifacts", params));
        assert_eq!((kind.as_str(), named.as_str()), ("not_found", field));
    }
}
