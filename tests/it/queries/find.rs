//! Finding artifacts: by id, filter, key and hash.

use std::sync::atomic::{AtomicU32, Ordering};

use jiff::Timestamp;
use keepstone::base::clock::Clock;
use serde_json::{Value, json};

use crate::support::{Place, id, ids};

fn published(place: &Place, artifact_id: &str, more: Value) -> Value {
    let mut params = json!({"artifactType": "note", "artifactId": artifact_id,
        "content": {"encoding": "utf8", "data": artifact_id}});
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    place.ok("publish_artifact", params)["artifact"].clone()
}

fn listed(place: &Place, filter: Value) -> Vec<String> {
    let list = place.ok("list_artifacts", json!({"filter": filter}));
    ids(&list).into_iter().map(str::to_owned).collect()
}

#[test]
fn one_and_several_are_got_by_id() {
    let place = Place::new();
    let (a, b) = (published(&place, "a", json!({})), published(&place, "b", json!({})));
    assert_eq!(place.get("a"), a);
    for method in ["get_artifacts", "get_artifacts_batch"] {
        let got = place.ok(method, json!({"artifactIds": ["b", "nothing", "a", "b"]}));
        assert_eq!(got, json!([b, null, a, b]));
        assert_eq!(place.ok(method, json!({"artifactIds": []})), json!([]));
    }
    let refused = place.refuses("get_artifact", json!({"artifactId": "nothing"}));
    assert_eq!(refused, ("not_found".into(), "artifactId".into(), "artifact nothing was not found".into()));
    let many = vec!["a"; 10_001];
    let refused = place.refuses("get_artifacts", json!({"artifactIds": many}));
    assert_eq!(
        refused,
        (
            "limit_exceeded".into(),
            "artifactIds".into(),
            "artifactIds has 10001 ids; a request may ask for 10000".into()
        )
    );
    let refused = place.refuses("get_artifacts", json!({"artifactIds": ["a", "b/c"]}));
    assert_eq!((refused.0.as_str(), refused.1.as_str()), ("invalid_params", "artifactIds[1]"));
}

#[test]
fn each_filter_and_all_together() {
    let place = Place::new();
    published(
        &place,
        "a",
        json!({"tags": {"chain": "sol", "env": "dev"}, "roles": ["report", "final"], "runId": "r1", "createdAt": "2026-01-01"}),
    );
    published(
        &place,
        "b",
        json!({"tags": {"chain": "sol"}, "roles": ["final"], "runId": "r1", "createdAt": "2026-01-02"}),
    );
    published(&place, "c", json!({"artifactType": "memo", "tags": ["chain"], "createdAt": "2026-01-03"}));
    published(&place, "d", json!({"artifactType": "memo", "tags": {"chain": "-- ; DROP"}, "createdAt": "2026-01-04"}));
    place.ok("supersede", json!({"newArtifactId": "b", "oldArtifactId": "a"}));
    for (filter, expected) in [
        (json!({}), &["d", "c", "b", "a"][..]),
        (json!(null), &["d", "c", "b", "a"]),
        (json!({"artifactType": "memo"}), &["d", "c"]),
        (json!({"artifactType": "none"}), &[]),
        (json!({"status": "active"}), &["d", "c", "b"]),
        (json!({"status": "superseded"}), &["a"]),
        (json!({"status": "tombstoned"}), &[]),
        (json!({"tags": {"chain": "sol"}}), &["b", "a"]),
        (json!({"tags": {"chain": "sol", "env": "dev"}}), &["a"]),
        (json!({"tags": {"chain": ""}}), &["c"]),
        (json!({"tags": {"chain": "-- ; DROP"}}), &["d"]),
        (json!({"tags": {}}), &["d", "c", "b", "a"]),
        (json!({"roles": ["final"]}), &["b", "a"]),
        (json!({"roles": ["report", "final"]}), &["a"]),
        (json!({"roles": ["fin"]}), &[]),
        (json!({"runId": "r1"}), &["b", "a"]),
        (json!({"limit": 3}), &["d", "c", "b"]),
        (
            json!({"artifactType": "note", "status": "active", "tags": {"chain": "sol"}, "roles": ["final"], "runId": "r1",
            "minCreatedAt": "2026-01-01", "maxCreatedAt": "2026-01-31", "limit": 1.0}),
            &["b"],
        ),
    ] {
        assert_eq!(listed(&place, filter.clone()), expected, "{filter}");
    }
    assert_eq!(place.ok("list_artifacts", json!({})), place.ok("list_artifacts", json!(null)));
}

#[test]
fn dates_are_inclusive_moments_of_any_zone() {
    let place = Place::new();
    published(&place, "a", json!({"createdAt": "2026-01-01T12:00:00.500Z"}));
    for (min, max, found) in [
        (Some("2026-01-01T12:00:00.500Z"), None, true),
        (Some("2026-01-01T14:00:00.500+02:00"), None, true),
        (Some("2026-01-01T12:00:00.500"), None, true),
        (Some("2026-01-01"), Some("2026-01-02"), true),
        (Some("2026-01-01T12:00:00.501Z"), None, false),
        (Some("2026-01-01T12:00:00.500000001Z"), None, false),
        (Some("2026-01-01T12:00:00.4999Z"), None, true),
        (None, Some("2026-01-01T12:00:00.500Z"), true),
        (None, Some("2026-01-01T07:00:00.5-05:00"), true),
        (None, Some("2026-01-01T12:00:00.500999Z"), true),
        (None, Some("2026-01-01T12:00:00.499999Z"), false),
        (None, Some("2026-01-01"), false),
        (Some("2027-01-01"), Some("2025-01-01"), false),
    ] {
        let filter = json!({"minCreatedAt": min, "maxCreatedAt": max});
        assert_eq!(!listed(&place, filter.clone()).is_empty(), found, "{filter}");
    }
    for field in ["minCreatedAt", "maxCreatedAt"] {
        let refused = place.refuses("list_artifacts", json!({"filter": {field: "soon"}}));
        let message = format!("filter.{field}: \"soon\" is no RFC 3339 date or time");
        assert_eq!(refused, ("invalid_params".into(), format!("filter.{field}"), message));
    }
}

#[test]
fn wrong_filters_are_named() {
    let place = Place::with_store();
    for (filter, field, message) in [
        (json!({"limit": 0}), "filter.limit", "filter.limit: 0 is not between 1 and 10000"),
        (json!({"limit": 10_001}), "filter.limit", "filter.limit: 10001 is not between 1 and 10000"),
        (json!({"limit": -1}), "filter.limit", "filter.limit: -1 is no whole number from 0 to 9007199254740991"),
        (json!({"limit": 2.5}), "filter.limit", "filter.limit: 2.5 is no whole number from 0 to 9007199254740991"),
        (
            json!({"status": "gone"}),
            "filter.status",
            "filter.status: unknown variant `gone`, expected one of `active`, `superseded`, `tombstoned`",
        ),
        (json!({"typo": 1}), "filter.typo", "there is no parameter \"filter.typo\""),
        (json!({"tags": {"a": 1}}), "filter.tags.a", "filter.tags.a: invalid type: integer `1`, expected a string"),
        (json!([]), "filter", ""),
        (json!(7), "filter", "filter: invalid type: integer `7`, expected an object"),
    ] {
        let refused = place.refuses("list_artifacts", json!({"filter": filter}));
        assert_eq!((refused.0.as_str(), refused.1.as_str()), ("invalid_params", field), "{filter}: {}", refused.2);
        assert!(message.is_empty() || refused.2 == message, "{}", refused.2);
    }
}

#[test]
fn lists_are_newest_first_and_what_is_of_one_moment_by_commit() {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let still = Clock::fixed(
        || Timestamp::from_second(1_767_225_600).unwrap(),
        // Ids that fall while time stands still: their order is not the commits'.
        || u32::MAX - COUNT.fetch_add(1, Ordering::Relaxed),
    );
    let place = Place::with_clock(still);
    let made: Vec<Value> = (0..5).map(|at| place.text("note", "k", &format!("{at}"))).collect();
    let old = published(&place, "old", json!({"logicalKey": "k", "createdAt": "2025-01-01"}));
    let new = published(&place, "new", json!({"logicalKey": "k", "createdAt": "2027-01-01"}));
    let mut expected = vec![id(&new)];
    expected.extend(made.iter().rev().map(id));
    expected.push(id(&old));
    assert!(made.iter().all(|artifact| artifact["createdAt"] == made[0]["createdAt"]));
    assert_eq!(listed(&place, json!({})), expected);
    let key = json!({"artifactType": "note", "logicalKey": "k"});
    assert_eq!(ids(&place.ok("find_by_logical_key", key)), expected);
    let content = made[0]["contentHash"].clone();
    place.ok(
        "publish_artifact",
        json!({"artifactType": "note", "artifactId": "zzz", "content": {"encoding": "utf8", "data": "0"}}),
    );
    assert_eq!(ids(&place.ok("find_by_hash", json!({"hash": content}))), ["zzz", id(&made[0])]);
}

#[test]
fn random_bits_that_were_used_already_give_another_id() {
    let still = Clock::fixed(|| Timestamp::from_second(1_767_225_600).unwrap(), || 7);
    let place = Place::with_clock(still);
    let made = [place.text("note", "a", "a"), place.text("note", "b", "b")];
    assert_eq!(made.each_ref().map(id), ["art-20260101T000000-00000007", "art-20260101T000000-00000008"]);
}

#[test]
fn a_key_finds_its_versions_superseded_ones_included() {
    let place = Place::new();
    published(&place, "a", json!({"logicalKey": "k/\u{e9}\u{0}"}));
    published(&place, "b", json!({"logicalKey": "k/\u{e9}\u{0}"}));
    published(&place, "c", json!({"logicalKey": "k/\u{e9}\u{0}", "artifactType": "memo"}));
    published(&place, "d", json!({"logicalKey": "k/\u{e9}"}));
    place.ok("supersede", json!({"newArtifactId": "b", "oldArtifactId": "a"}));
    let find =
        |kind: &str, key: &str| place.ok("find_by_logical_key", json!({"artifactType": kind, "logicalKey": key}));
    let found = find("note", "k/\u{e9}\u{0}");
    assert_eq!(ids(&found), ["b", "a"]);
    assert_eq!(
        (&found[0]["version"], &found[1]["version"], &found[1]["status"]),
        (&json!(2), &json!(1), &json!("superseded"))
    );
    assert_eq!(find("note", "K/\u{e9}"), json!([]));
    assert_eq!(find("any/type at all", "k"), json!([]));
}

#[test]
fn a_hash_finds_what_has_it() {
    let place = Place::new();
    let csv = place.publish("t", "k", &place.write("a.csv", "a\n1\n"));
    let tree =
        place.ok(
            "publish_artifact",
            json!({"artifactType": "t", "files": [{"path": place.write("hello.txt", "hello")}]}),
        )["artifact"]
            .clone();
    let find = |hash: &str| place.ok("find_by_hash", json!({"hash": hash}));
    for field in ["fileHash", "contentHash", "sourceHash"] {
        let hash = csv[field].as_str().unwrap();
        for form in [hash.to_owned(), hash[7..].to_owned(), hash.to_uppercase(), format!(" {hash}\n")] {
            assert_eq!(ids(&find(&form)), [id(&csv)], "{field} {form}");
        }
    }
    assert_eq!(ids(&find(csv["specId"].as_str().unwrap())), [id(&csv)]);
    assert_eq!(ids(&find(tree["fileHash"].as_str().unwrap())), [id(&tree)], "the listing");
    let hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    assert_eq!(ids(&find(hello)), [id(&tree)], "a file of a tree");
    assert_eq!(find("ftze3os7wcrq"), json!([]), "a spec id is of the file hash");
    let file = place.text("note", "k", "hello");
    assert_eq!(file["specId"], "ftze3os7wcrq");
    assert_eq!(ids(&find("ftze3os7wcrq")), [id(&file)]);
    assert_eq!(ids(&find("FTZE3OS7WCRQ")), [id(&file)]);
    assert_eq!(ids(&find(hello)), [id(&file), id(&tree)]);
    assert_eq!(find(&"0".repeat(64)), json!([]));
    for wrong in ["", "hello", "sha256:", &"g".repeat(64), &"0".repeat(63), "md5:2cf24dba", "ftze3os7wcr1"] {
        let refused = place.refuses("find_by_hash", json!({"hash": wrong}));
        let message =
            format!("hash: {wrong:?} is neither a hash (`sha256:` and 64 hex digits) nor a spec id (12 characters)");
        assert_eq!(refused, ("invalid_params".into(), "hash".into(), message));
    }
}
