//! Changing titles, descriptions and tags, archiving; one by one and many at once.

use serde_json::{Value, json};

use super::{found, note};
use crate::support::{Place, Session, refusal};

#[track_caller]
fn update(place: &Place, params: Value) -> (bool, Value) {
    let updated = place.ok("update_artifact", params.clone());
    assert_eq!(updated["artifact"], place.get(params["artifactId"].as_str().unwrap()));
    (updated["changed"].as_bool().unwrap(), updated["artifact"].clone())
}

#[test]
fn what_people_say_changes_and_the_rest_stays() {
    let place = Place::in_memory();
    let first = note(&place, "a", json!({"title": "Rain", "tags": {"station": "sea", "draft": ""}}));
    let sidecar = std::fs::read(first["pathSidecar"].as_str().unwrap()).unwrap();
    let (changed, second) = update(
        &place,
        json!({"artifactId": "a", "title": "Snow", "description": "White.", "tags": {"draft": null, "station": "pdx", "new": "1", "none": null}}),
    );
    assert!(changed);
    assert_eq!((&second["title"], &second["description"]), (&json!("Snow"), &json!("White.")));
    assert_eq!((&second["tags"], &second["revision"]), (&json!({"new": "1", "station": "pdx"}), &json!(2)));
    for field in ["createdAt", "fileHash", "path", "version", "status", "params"] {
        assert_eq!(first[field], second[field], "{field}");
    }
    assert_eq!(std::fs::read(first["pathSidecar"].as_str().unwrap()).unwrap(), sidecar);
    // The event has the values before and after, and of nothing else.
    let event = place.ok("list_events", json!({"artifactId": "a", "limit": 1}))[0].clone();
    assert_eq!((&event["kind"], &event["actor"]), (&json!("updated"), &json!("tests")));
    assert_eq!(
        event["data"],
        json!({"before": {"title": "Rain", "description": null, "tags": {"draft": "", "new": null, "station": "sea"}},
            "after": {"title": "Snow", "description": "White.", "tags": {"draft": null, "new": "1", "station": "pdx"}}})
    );
    assert_eq!(event["at"], second["updatedAt"]);
    // It is found by what it says now.
    assert_eq!(found(&place, json!({"query": "snow white pdx"})), ["a"]);
    assert_eq!(found(&place, json!({"query": "rain OR draft OR sea"})), Vec::<String>::new());
    // Null clears, and so does the empty text; what is so already is no change.
    let (_, third) = update(&place, json!({"artifactId": "a", "title": null, "description": ""}));
    assert_eq!((&third["title"], &third["description"], &third["revision"]), (&Value::Null, &Value::Null, &json!(3)));
    let before = place.ok("list_events", json!({}));
    let same =
        json!({"artifactId": "a", "title": null, "tags": {"new": "1", "old": null}, "archived": false, "revision": 3});
    assert_eq!(update(&place, same), (false, third.clone()));
    assert_eq!((place.ok("list_events", json!({})), place.get("a")), (before, third));
}

#[test]
fn a_stale_revision_is_a_conflict_that_names_the_current_one() {
    let place = Place::in_memory();
    note(&place, "a", json!({}));
    update(&place, json!({"artifactId": "a", "title": "one", "revision": 1}));
    let error = place.fails("update_artifact", json!({"artifactId": "a", "title": "two", "revision": 1}));
    let message = "artifact a has revision 2, not 1: it has changed meanwhile";
    assert_eq!(refusal(&error), ("conflict".into(), "revision".into(), message.into()));
    assert_eq!(error["data"]["currentRevision"], 2);
    assert_eq!(place.get("a")["title"], "one");
    for (params, kind, field) in [
        (json!({"artifactId": "b", "title": "x"}), "not_found", "artifactId"),
        (json!({"artifactId": "a"}), "invalid_params", ""),
        (json!({"artifactId": "a", "tags": {}}), "invalid_params", ""),
        (json!({"artifactId": "a", "tags": {"x": 1}}), "invalid_params", "tags.x"),
        (json!({"artifactId": "a", "archived": "yes"}), "invalid_params", "archived"),
        (json!({"artifactId": "a", "title": 5}), "invalid_params", "title"),
        (json!({"artifactId": "a", "status": "active"}), "invalid_params", "status"),
    ] {
        let outcome = std::panic::catch_unwind(|| place.call("update_artifact", params.clone()));
        let (told, at, message) = refusal(&outcome.unwrap().expect_err(&params.to_string()));
        assert_eq!((told.as_str(), at.as_str()), (kind, field), "{params} {message}");
    }
}

#[test]
fn what_is_archived_is_found_only_when_asked_for() {
    let place = Place::in_memory();
    for id in ["a", "b"] {
        note(&place, id, json!({"title": "rain"}));
    }
    let archived = update(&place, json!({"artifactId": "a", "archived": true})).1;
    assert_eq!((&archived["archived"], &archived["status"]), (&json!(true), &json!("active")));
    let filtered = |archived: &str| found(&place, json!({"query": "rain", "filter": {"archived": archived}}));
    assert_eq!((filtered("exclude"), filtered("only")), (vec!["b".to_owned()], vec!["a".to_owned()]));
    assert_eq!(filtered("include"), ["b", "a"]);
    assert_eq!(found(&place, json!({})), ["b"]);
    // Lists show it, and its content is still its own.
    assert_eq!(place.ok("list_artifacts", json!({})).as_array().unwrap().len(), 2);
    update(&place, json!({"artifactId": "a", "archived": false}));
    assert_eq!(found(&place, json!({})), ["b", "a"]);
    assert_eq!(place.get("a")["revision"], 3);
}

#[test]
fn many_are_changed_at_once_and_each_is_told_of() {
    let place = Place::in_memory();
    for id in ["a", "b", "c"] {
        note(&place, id, json!({"tags": {"draft": ""}}));
    }
    update(&place, json!({"artifactId": "b", "archived": true}));
    let ids = ["a", "nope", "b", "a"];
    let result = place.ok("bulk_update", json!({"artifactIds": ids, "archived": true}));
    let one = |id: &str, revision: u64| json!({"artifactId": id, "success": true, "revision": revision, "error": null, "errorKind": null});
    let failed = json!({"artifactId": "nope", "success": false, "revision": null,
        "error": "artifact nope was not found", "errorKind": "not_found"});
    assert_eq!(
        result,
        json!({"success": false, "processed": 4, "changed": 1, "failed": 1,
            "results": [one("a", 2), failed, one("b", 2), one("a", 2)]})
    );
    let tagged =
        place.ok("bulk_update", json!({"artifactIds": ["a", "c"], "tags": {"draft": null, "x": "y"}, "title": "t"}));
    assert_eq!((&tagged["success"], &tagged["changed"]), (&json!(true), &json!(2)));
    assert_eq!((&place.get("c")["tags"], &place.get("c")["title"]), (&json!({"x": "y"}), &json!("t")));
    for (params, field) in [
        (json!({"artifactIds": [], "archived": true}), "artifactIds"),
        (json!({"artifactIds": vec!["a"; 1001], "archived": true}), "artifactIds"),
        (json!({"artifactIds": ["a"]}), ""),
    ] {
        let outcome = std::panic::catch_unwind(|| place.call("bulk_update", params));
        assert_eq!(refusal(&outcome.unwrap().unwrap_err()).1, field);
    }
}

#[test]
fn what_is_deleted_cant_be_changed_and_is_found_only_when_asked_for() {
    let place = Place::in_memory();
    for id in ["a", "b", "c"] {
        note(&place, id, json!({"title": "rain"}));
    }
    place.ok("pin", json!({"artifactId": "b"}));
    let deleted = place.ok("bulk_delete", json!({"artifactIds": ["a", "b", "nope", "a"], "reason": "old"}));
    assert_eq!(
        (&deleted["success"], &deleted["processed"], &deleted["deleted"], &deleted["failed"]),
        (&json!(false), &json!(4), &json!(1), &json!(2))
    );
    let kinds: Vec<&Value> = deleted["results"].as_array().unwrap().iter().map(|one| &one["errorKind"]).collect();
    assert_eq!(kinds, [&Value::Null, &json!("protected"), &json!("not_found"), &Value::Null]);
    assert_eq!(found(&place, json!({"query": "rain"})), ["c", "b"]);
    assert_eq!(found(&place, json!({"query": "rain", "filter": {"status": "tombstoned"}})), ["a"]);
    assert_eq!(found(&place, json!({"filter": {"archived": "include"}, "facets": ["status"]})), ["c", "b"]);
    for (method, params) in [
        ("update_artifact", json!({"artifactId": "a", "title": "x"})),
        ("set_alias", json!({"artifactId": "a", "alias": "x"})),
    ] {
        assert_eq!(refusal(&place.fails(method, params)).0, "conflict", "{method}");
    }
    let bulk = place.ok("bulk_update", json!({"artifactIds": ["a", "c"], "archived": true}));
    assert_eq!((&bulk["changed"], &bulk["results"][0]["errorKind"]), (&json!(1), &json!("conflict")));
    place.ok("restore", json!({"artifactIds": ["a"]}));
    assert_eq!(found(&place, json!({"query": "rain"})), ["b", "a"]);
    let error =
        std::panic::catch_unwind(|| place.call("bulk_delete", json!({"artifactIds": []}))).unwrap().unwrap_err();
    assert_eq!(refusal(&error).1, "artifactIds");
}

/// Two processes change the same artifact by its revision: of each pair one wins, and nothing is lost unsaid.
#[test]
fn of_two_processes_that_decide_on_one_revision_one_wins() {
    let place = Place::in_memory();
    note(&place, "a", json!({}));
    place.site().close();
    let root = place.root();
    let won: Vec<u64> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2)
            .map(|worker| {
                let root = &root;
                scope.spawn(move || {
                    let mut session = Session::start(root);
                    let mut won = 0;
                    for round in 0..20 {
                        let revision =
                            session.call("get_artifact", json!({"artifactId": "a"}))["result"]["revision"].clone();
                        let tags = json!({format!("w{worker}-{round}"): "x"});
                        let reply = session
                            .call("update_artifact", json!({"artifactId": "a", "tags": tags, "revision": revision}));
                        match reply["error"]["data"]["kind"].as_str() {
                            None => won += 1,
                            Some(kind) => assert_eq!(kind, "conflict", "{reply}"),
                        }
                    }
                    session.finish();
                    won
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    let artifact = place.get("a");
    let won: u64 = won.iter().sum();
    assert_eq!(artifact["revision"], won + 1);
    assert_eq!(artifact["tags"].as_object().unwrap().len() as u64, won);
}

#[test]
fn what_people_say_has_bounds() {
    let place = Place::in_memory();
    note(&place, "a", json!({"tags": {"kept": ""}}));
    let many = |count: usize| (0..count).map(|at| (format!("t{at}"), json!(""))).collect::<Value>();
    let (fits, before) = ("é".repeat(128), place.state());
    for (said, kind, field) in [
        (json!({"title": format!("{fits}.")}), "invalid_params", "title"),
        (json!({"title": "two\nlines"}), "invalid_params", "title"),
        (json!({"title": "nothing\0"}), "invalid_params", "title"),
        (json!({"description": "d".repeat(4097)}), "invalid_params", "description"),
        (json!({"tags": {"": "v"}}), "invalid_params", "tags"),
        (json!({"tags": {"k".repeat(129): "v"}}), "invalid_params", "tags"),
        (json!({"tags": {"two\nlines": "v"}}), "invalid_params", "tags"),
        (json!({"tags": {"k": "v".repeat(4097)}}), "invalid_params", "tags"),
        (json!({"tags": many(1001)}), "limit_exceeded", "tags"),
    ] {
        for (method, more) in [
            ("update_artifact", json!({"artifactId": "a"})),
            ("bulk_update", json!({"artifactIds": ["a"]})),
            ("publish_artifact", json!({"artifactType": "note", "content": {"encoding": "utf8", "data": "new"}})),
        ] {
            let mut params = said.clone();
            params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let (told, at, message) = refusal(&place.fails(method, params));
            assert_eq!((told.as_str(), at.as_str()), (kind, field), "{method}: {message}");
            assert!(message.len() < 400, "{message}");
        }
    }
    assert_eq!(place.state(), before);
    let most = json!({"artifactId": "a", "title": fits, "description": "d\n".repeat(2048),
        "tags": {"k".repeat(128): "v".repeat(4096)}});
    assert!(update(&place, most).0);
    // Those that are there count too; each of many has its own.
    note(&place, "b", json!({}));
    update(&place, json!({"artifactId": "a", "tags": many(998)}));
    let one_more = json!({"artifactIds": ["a", "b"], "tags": {"more": ""}});
    let updated = place.ok("bulk_update", one_more.clone());
    assert_eq!(
        (&updated["results"][0]["errorKind"], &updated["results"][1]["success"]),
        (&json!("limit_exceeded"), &json!(true))
    );
    update(&place, json!({"artifactId": "a", "tags": {"kept": null, "more": ""}}));
    assert_eq!(place.get("a")["tags"].as_object().unwrap().len(), 1000);
}
