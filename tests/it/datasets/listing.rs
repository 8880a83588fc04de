//! Versions in their order, `latest`, and members by role, type, split and features.

use serde_json::{Value, json};

use super::{publish, version, versions, with, with_artifacts};
use crate::support::{Place, ids, serve};

#[test]
fn versions_are_listed_as_people_expect() {
    let place = with_artifacts(&["a"]);
    for name in ["v9", "v10", "v2.1", "v2.1-beta", "v1", "v1.0"] {
        place.ok("create_dataset", version(name, &["a"]));
    }
    assert_eq!(versions(&place), ["v10", "v9", "v2.1", "v2.1-beta", "v1.0", "v1"]);
    let latest = |place: &Place| place.ok("get_dataset", json!({"datasetId": "d"}))["version"].clone();
    assert_eq!(latest(&place), "v10");
    assert_eq!(place.ok("get_dataset", json!({"datasetId": "d", "version": "latest"}))["version"], "v10");
    // What is created last need not be the highest.
    place.ok("create_dataset", version("v3", &["a"]));
    assert_eq!(latest(&place), "v10");
    place.ok("delete_dataset", json!({"datasetId": "d", "version": "v10"}));
    assert_eq!(latest(&place), "v9");
    let listed = place.ok("list_datasets", json!({"limit": 2, "offset": 1}));
    let shown: Vec<_> = listed.as_array().unwrap().iter().map(|entry| (&entry["version"], &entry["latest"])).collect();
    assert_eq!(shown, [(&json!("v3"), &json!(false)), (&json!("v2.1"), &json!(false))]);
    assert_eq!(place.ok("list_datasets", json!({"status": "tombstoned"}))[0]["version"], "v10");
}

#[test]
fn no_name_matches_by_its_beginning() {
    let place = with_artifacts(&["a"]);
    place.ok("create_dataset", with(version("v1", &["a"]), "datasetId", json!("golden_em_dataset")));
    place.ok("create_dataset", with(version("v1.5", &["a"]), "datasetId", json!("em")));
    for (params, field) in [
        (json!({"datasetId": "golden"}), "datasetId"),
        (json!({"datasetId": "golden_em"}), "datasetId"),
        (json!({"datasetId": "em", "version": "v1"}), "version"),
        (json!({"datasetId": "EM"}), "datasetId"),
    ] {
        let (kind, found, message) = place.refuses("get_dataset", params);
        assert_eq!((kind.as_str(), found.as_str()), ("not_found", field), "{message}");
        assert!(message.contains("not found"), "{message}");
    }
    let hint = place.fails("get_dataset", json!({"datasetId": "em", "version": "v1"}))["data"]["hint"].clone();
    assert_eq!(hint, "its versions are v1.5");
    let listed = place.ok("list_datasets", json!({"latestOnly": true}));
    let names: Vec<&Value> = listed.as_array().unwrap().iter().map(|entry| &entry["datasetId"]).collect();
    assert_eq!(names, ["em", "golden_em_dataset"]);
    assert_eq!(place.ok("list_datasets", json!({"datasetId": "golden"})), json!([]));
}

#[test]
fn lists_are_asked_by_tags() {
    let place = with_artifacts(&["a"]);
    place.ok("create_dataset", with(version("v1", &["a"]), "tags", json!({"kind": "x"})));
    place.ok("create_dataset", with(version("v2", &["a"]), "tags", json!({"kind": "x", "use": "y"})));
    let count = |tags: Value| place.ok("list_datasets", json!({"tags": tags})).as_array().unwrap().len();
    assert_eq!(
        (count(json!({"kind": "x"})), count(json!({"kind": "x", "use": "y"})), count(json!({"use": ""}))),
        (2, 1, 0)
    );
}

/// Twenty members whose feature goes from 0.0 to 1.9.
fn twenty() -> Place {
    let place = Place::new();
    let mut members = Vec::new();
    for number in 0..20 {
        let id = format!("art-{number:02}");
        publish(&place, &id, if number % 2 == 0 { "even" } else { "odd" }, &id, &id);
        let mut member = json!({"artifactId": id, "role": if number < 5 { "geometry" } else { "oracle_output" }, "features": {
            "freq": f64::from(number) / 10.0, "index": number, "word": format!("w{}", number % 3), "low": number < 10}});
        if number >= 15 {
            member["split"] = json!("test");
        }
        if number == 19 {
            member["features"] = json!({});
        }
        members.push(member);
    }
    place.ok("create_dataset", json!({"datasetId": "d", "version": "v1", "members": members}));
    place
}

#[test]
fn members_are_found_after_reopening_too() {
    let place = twenty();
    let filters = [
        (json!({"features": {"freq": {"min": 0.5, "max": 1.0}}}), 6),
        (json!({"features": {"index": {"min": 5, "max": 10}}}), 6),
        (json!({"features": {"freq": {"min": 1.8}}}), 1),
        (json!({"features": {"word": {"equals": "w1"}}}), 6),
        (json!({"features": {"low": {"equals": true}}}), 10),
        (json!({"features": {"low": {"equals": 1}}}), 0),
        (json!({"features": {"index": {"equals": 3.0}}}), 1),
        (json!({"features": {"word": {"min": 0}}}), 0),
        (json!({"features": {"nothing": {"min": 0}}}), 0),
        (json!({"roles": ["geometry"]}), 5),
        (json!({"roles": ["geometry", "oracle_output"]}), 20),
        (json!({"artifactTypes": ["odd"], "roles": ["geometry"]}), 2),
        (json!({"splits": ["test"]}), 5),
        (json!({"splits": ["test"], "features": {"freq": {"max": 1.6}}}), 2),
        (json!({"artifactIds": ["art-03", "art-04", "nothing"]}), 2),
        (json!({}), 20),
    ];
    let lines: String = filters
        .iter()
        .enumerate()
        .map(|(number, (filter, _))| {
            let params = json!({"datasetId": "d", "filter": filter, "limit": 1});
            format!("{}\n", json!({"jsonrpc": "2.0", "id": number, "method": "list_dataset_members", "params": params}))
        })
        .collect();
    let reopened = serve(&place.root(), &["--ordered"], lines).lines();
    for ((filter, expected), reply) in filters.iter().zip(reopened) {
        let listed = place.ok("list_dataset_members", json!({"datasetId": "d", "filter": filter}));
        assert_eq!(listed["total"], *expected, "{filter}");
        assert_eq!(listed["members"].as_array().unwrap().len(), *expected as usize, "{filter}");
        assert_eq!(reply["result"]["total"], *expected, "{filter}");
    }
}

#[test]
fn members_come_in_pages() {
    let place = twenty();
    let mut seen = Vec::new();
    let mut offset = json!(0);
    while !offset.is_null() {
        let page = place.ok(
            "list_dataset_members",
            json!({"datasetId": "d", "limit": 7, "offset": offset, "filter": {"artifactTypes": ["even"]}}),
        );
        assert_eq!(page["total"], 10);
        seen.extend(ids(&page["members"]).into_iter().map(str::to_owned));
        offset = page["nextOffset"].clone();
    }
    let expected: Vec<String> = (0..20).step_by(2).map(|number| format!("art-{number:02}")).collect();
    assert_eq!(seen, expected);
}

#[test]
fn refusals() {
    let place = twenty();
    let text = place.write("no.json", "{\"a\": 1}");
    for (params, kind, field, message) in [
        (json!({}), "invalid_params", "datasetId", "exactly one of datasetId and path"),
        (json!({"datasetId": "d", "path": text}), "invalid_params", "datasetId", "exactly one"),
        (json!({"path": text, "version": "v1"}), "invalid_params", "version", "is a version already"),
        (json!({"path": text}), "invalid_data", "path", "is no snapshot of a dataset"),
        (json!({"path": "/nowhere.json"}), "not_found", "path", "/nowhere.json"),
        (json!({"datasetId": "x"}), "not_found", "datasetId", "dataset x was not found"),
        (json!({"datasetId": "d", "limit": 0}), "invalid_params", "limit", "not between 1 and 10000"),
        (
            json!({"datasetId": "d", "filter": {"features": {"freq": {}}}}),
            "invalid_params",
            "filter.features.freq",
            "one of min",
        ),
        (
            json!({"datasetId": "d", "filter": {"features": {"freq": {"min": 2, "max": 1}}}}),
            "invalid_params",
            "filter.features.freq",
            "nothing lies between 2 and 1",
        ),
        (json!({"datasetId": "d", "filter": {"role": "x"}}), "invalid_params", "filter.role", "no parameter"),
    ] {
        let (found_kind, found_field, found) = place.refuses("list_dataset_members", params);
        assert_eq!((found_kind.as_str(), found_field.as_str()), (kind, field), "{found}");
        assert!(found.contains(message), "{found}");
    }
    assert_eq!(place.refuses("list_datasets", json!({"status": "superseded"})).1, "status");
}
