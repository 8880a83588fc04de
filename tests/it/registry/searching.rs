//! What a search finds, in which order, and what it refuses.

use serde_json::{Value, json};

use super::{found, note};
use crate::support::{Place, refusal};

/// Four artifacts that have little in common.
fn four() -> Place {
    let place = Place::in_memory();
    let at = |day: u8| format!("2026-03-0{day}T00:00:00.000Z");
    note(
        &place,
        "rain-1",
        json!({"artifactType": "Rain", "title": "Rain in November", "tags": {"station": "sea", "draft": ""},
            "runId": "run-1", "roles": ["final"], "source": "gauge", "outcome": "pass", "createdAt": at(1),
            "params": {"grid": {"bins": 24}, "templateId": "hub"}, "writerName": "flow", "writerVersion": "1.2",
            "gitCommit": "3f2a1bc9"}),
    );
    note(
        &place,
        "rain-2",
        json!({"artifactType": "rain", "description": "late autumn rain, and rain again", "tags": {"station": "pdx"},
            "outcome": "fail", "createdAt": at(3), "params": {"grid": {"bins": 48}}}),
    );
    note(&place, "snow-1", json!({"title": "snow", "tags": {"station": "sea"}, "createdAt": at(2), "runId": "run-1"}));
    let long = json!({"encoding": "utf8", "data": "x".repeat(1000)});
    note(&place, "big", json!({"title": "A big one", "content": long, "createdAt": at(2)}));
    place
}

#[test]
fn filters_let_through_what_they_name() {
    let place = four();
    for (filter, ids) in [
        (json!({}), &["rain-2", "big", "snow-1", "rain-1"][..]),
        (json!({"types": ["RAIN"]}), &["rain-2", "rain-1"]),
        (json!({"types": ["rain", "note"]}), &["rain-2", "big", "snow-1", "rain-1"]),
        (json!({"types": ["hail"]}), &[]),
        (json!({"tags": {"station": "sea"}}), &["snow-1", "rain-1"]),
        (json!({"tags": {"station": "sea", "draft": ""}}), &["rain-1"]),
        (json!({"tags": ["draft"]}), &["rain-1"]),
        (json!({"types": ["Rain"], "tags": {"station": "sea"}}), &["rain-1"]),
        (json!({"types": ["note"], "tags": {"station": "sea"}}), &["snow-1"]),
        (json!({"anyTags": {"station": ["sea", "pdx"]}}), &["rain-2", "snow-1", "rain-1"]),
        (json!({"anyTags": {"station": "pdx", "draft": ""}}), &["rain-2", "rain-1"]),
        (json!({"anyTags": ["draft", "none"]}), &["rain-1"]),
        (json!({"runId": "run-1"}), &["snow-1", "rain-1"]),
        (json!({"roles": ["final"]}), &["rain-1"]),
        (json!({"source": "gauge"}), &["rain-1"]),
        (json!({"outcome": "fail"}), &["rain-2"]),
        (json!({"family": "none"}), &[]),
        (json!({"capabilities": ["none"]}), &[]),
        (json!({"writerName": "flow", "writerVersion": "1.2"}), &["rain-1"]),
        (json!({"gitCommit": "3f2a"}), &["rain-1"]),
        (json!({"params": {"grid.bins": {"min": 1, "max": 24}}}), &["rain-1"]),
        (json!({"params": {"grid.bins": {"min": 24}}}), &["rain-2", "rain-1"]),
        (json!({"params": {"grid.bins": [1, 48]}}), &["rain-2"]),
        (json!({"params": {"templateId": "hub", "grid.bins": 24}}), &["rain-1"]),
        (json!({"params": {"templateId": "Hub"}}), &[]),
        (json!({"minSizeBytes": 1000}), &["big"]),
        (json!({"maxSizeBytes": 6, "minSizeBytes": 6}), &["rain-2", "snow-1", "rain-1"]),
        (json!({"minCreatedAt": "2026-03-02T00:00:00Z", "maxCreatedAt": "2026-03-02"}), &["big", "snow-1"]),
        (json!({"status": "superseded"}), &[]),
        (json!({"archived": "only"}), &[]),
    ] {
        assert_eq!(found(&place, json!({"filter": filter})), ids, "{filter}");
        let total = place.ok("search_artifacts", json!({"filter": filter, "limit": 1}))["total"].clone();
        assert_eq!(total, ids.len(), "{filter}");
    }
    place.ok("supersede", json!({"newArtifactId": "rain-2", "oldArtifactId": "rain-1"}));
    assert_eq!(found(&place, json!({"filter": {"status": "superseded"}})), ["rain-1"]);
    assert_eq!(found(&place, json!({"filter": {"status": "active"}, "query": "rain"})), ["rain-2"]);
}

#[test]
fn words_and_filters_are_combined() {
    let place = four();
    for (query, filter, ids) in [
        ("rain", json!({}), &["rain-2", "rain-1"][..]),
        ("rain november", json!({}), &["rain-1"]),
        ("\"late autumn\"", json!({}), &["rain-2"]),
        ("\"autumn late\"", json!({}), &[]),
        ("nov* OR snow", json!({}), &["snow-1", "rain-1"]),
        ("-rain", json!({}), &["big", "snow-1"]),
        ("rain -draft", json!({}), &["rain-2"]),
        ("sea", json!({"types": ["note"]}), &["snow-1"]),
        ("sea", json!({"types": ["RAIN"], "tags": {"station": "sea"}}), &["rain-1"]),
        ("-snow", json!({"types": ["note"], "tags": {"station": "sea"}}), &[]),
        ("rain", json!({"params": {"grid.bins": 48}}), &["rain-2"]),
        ("-rain", json!({"runId": "run-1"}), &["snow-1"]),
    ] {
        assert_eq!(found(&place, json!({"query": query, "filter": filter})), ids, "{query} {filter}");
    }
}

#[test]
fn what_was_found_is_ordered_and_counted() {
    let place = four();
    place.ok("update_artifact", json!({"artifactId": "snow-1", "tags": {"seen": "yes"}}));
    for (sort, asc, desc) in [
        ("created", &["rain-1", "snow-1", "big", "rain-2"][..], &["rain-2", "big", "snow-1", "rain-1"][..]),
        ("title", &["big", "rain-1", "snow-1", "rain-2"], &["snow-1", "rain-1", "big", "rain-2"]),
        ("size", &["rain-1", "rain-2", "snow-1", "big"], &["big", "snow-1", "rain-2", "rain-1"]),
        ("type", &["rain-1", "snow-1", "big", "rain-2"], &["rain-2", "big", "snow-1", "rain-1"]),
    ] {
        assert_eq!(found(&place, json!({"sort": sort, "order": "asc"})), asc, "{sort}");
        assert_eq!(found(&place, json!({"sort": sort, "order": "desc"})), desc, "{sort}");
        let default = if ["title", "type"].contains(&sort) { asc } else { desc };
        assert_eq!(found(&place, json!({"sort": sort})), default, "{sort}");
    }
    assert_eq!(found(&place, json!({"sort": "updated"}))[0], "snow-1");
    // The title counts more than the description, and a rare word more than one that all have.
    assert_eq!(found(&place, json!({"query": "rain", "sort": "relevance"})), ["rain-1", "rain-2"]);
    assert_eq!(found(&place, json!({"query": "rain OR again", "sort": "relevance", "order": "asc"})).len(), 2);
    assert_eq!(found(&place, json!({"query": "sea OR big", "sort": "relevance"}))[0], "big");
    let facets = ["type", "tag", "status", "family", "outcome", "source"];
    let page = place.ok("search_artifacts", json!({"facets": facets, "limit": 1}));
    let counted = |name: &str| page["facets"][name].clone();
    assert_eq!(
        counted("type"),
        json!([{"value": "note", "count": 2}, {"value": "Rain", "count": 1}, {"value": "rain", "count": 1}])
    );
    assert_eq!(
        counted("tag"),
        json!([{"key": "station", "value": "sea", "count": 2}, {"key": "draft", "value": "", "count": 1},
            {"key": "seen", "value": "yes", "count": 1}, {"key": "station", "value": "pdx", "count": 1}])
    );
    assert_eq!(counted("status"), json!([{"value": "active", "count": 4}]));
    assert_eq!((counted("family"), counted("source")), (json!([]), json!([{"value": "gauge", "count": 1}])));
    assert_eq!(counted("outcome"), json!([{"value": "fail", "count": 1}, {"value": "pass", "count": 1}]));
    let some = place.ok("search_artifacts", json!({"query": "rain", "facets": ["type"]}))["facets"].clone();
    assert_eq!(some["type"], json!([{"value": "Rain", "count": 1}, {"value": "rain", "count": 1}]));
    assert_eq!((&some["tag"], &place.ok("search_artifacts", json!({}))["facets"]), (&Value::Null, &Value::Null));
}

#[test]
fn bad_params_are_told_by_name() {
    let place = four();
    for (params, kind, field) in [
        (json!({"query": "(rain"}), "invalid_params", "query"),
        (json!({"query": ""}), "invalid_params", "query"),
        (json!({"limit": 0}), "invalid_params", "limit"),
        (json!({"limit": 1001}), "invalid_params", "limit"),
        (json!({"offset": -1}), "invalid_params", "offset"),
        (json!({"cursor": "nonsense"}), "invalid_params", "cursor"),
        (json!({"sort": "age"}), "invalid_params", "sort"),
        (json!({"order": "up"}), "invalid_params", "order"),
        (json!({"sort": "relevance"}), "invalid_params", "sort"),
        (json!({"query": "-rain", "sort": "relevance"}), "invalid_params", "sort"),
        (json!({"facets": ["size"]}), "invalid_params", "facets[0]"),
        (json!({"filter": {"type": "rain"}}), "invalid_params", "filter.type"),
        (json!({"filter": {"types": []}}), "invalid_params", "filter.types"),
        (json!({"filter": {"anyTags": []}}), "invalid_params", "filter.anyTags"),
        (json!({"filter": {"anyTags": {"a": [1]}}}), "invalid_params", "filter.anyTags"),
        (json!({"filter": {"tags": {"a": 1}}}), "invalid_params", "filter.tags"),
        (json!({"filter": {"archived": true}}), "invalid_params", "filter.archived"),
        (json!({"filter": {"minCreatedAt": "soon"}}), "invalid_params", "filter.minCreatedAt"),
        (
            json!({"filter": {"minCreatedAt": "2026-02-01", "maxCreatedAt": "2026-01-01"}}),
            "invalid_params",
            "filter.minCreatedAt",
        ),
        (json!({"filter": {"minSizeBytes": 2, "maxSizeBytes": 1}}), "invalid_params", "filter.minSizeBytes"),
        (json!({"filter": {"runId": "no run"}}), "invalid_params", "filter.runId"),
        (json!({"filter": {"gitCommit": ""}}), "invalid_params", "filter.gitCommit"),
        (json!({"filter": {"params": {"a.b": null}}}), "invalid_params", "filter.params.a.b"),
        (json!({"filter": {"params": {"a": {}}}}), "invalid_params", "filter.params.a"),
        (json!({"filter": {"params": {"a": {"min": 2, "max": 1}}}}), "invalid_params", "filter.params.a"),
        (json!({"filter": {"params": {"a": {"min": 2, "max": "b"}}}}), "invalid_params", "filter.params.a"),
        (json!({"filter": {"params": {"a": {"least": 2}}}}), "invalid_params", "filter.params.a"),
        (json!({"filter": {"params": {"a": [[1]]}}}), "invalid_params", "filter.params.a"),
        (json!({"filter": {"params": {"a": 9_007_199_254_740_993_u64}}}), "invalid_params", "filter.params.a"),
        (
            json!({"filter": {"params": {"a.".repeat(20): 1}}}),
            "invalid_params",
            &format!("filter.params.{}", "a.".repeat(20)),
        ),
        (json!({"filter": {"roles": vec!["r"; 101]}}), "limit_exceeded", "filter"),
    ] {
        let outcome = std::panic::catch_unwind(|| place.call("search_artifacts", params.clone()));
        let error = outcome.unwrap().expect_err(&params.to_string());
        let (told, at, message) = refusal(&error);
        assert_eq!((told.as_str(), at.as_str()), (kind, field), "{params} {message}");
    }
}

#[test]
fn an_empty_filter_is_none() {
    let place = four();
    let page = |more: Value| {
        let mut params = json!({"limit": 2});
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        place.ok("search_artifacts", params)
    };
    let (bare, empty) = (page(json!({})), page(json!({"filter": {}})));
    assert_eq!(bare, empty);
    let next = page(json!({"filter": {}, "cursor": bare["nextCursor"]}));
    assert_eq!(next, page(json!({"cursor": empty["nextCursor"]})));
    assert_eq!(next["artifacts"].as_array().unwrap().len(), 2);
}
