//! Artifacts by short references: parts of ids, and type, key and version.

use std::sync::atomic::{AtomicU32, Ordering};

use jiff::Timestamp;
use keepstone::base::clock::Clock;
use serde_json::{Value, json};

use crate::support::{Place, id, refusal};

fn given(place: &Place, artifact_id: &str, more: Value) {
    let mut params = json!({"artifactType": "note", "artifactId": artifact_id, "logicalKey": artifact_id,
        "content": {"encoding": "utf8", "data": artifact_id}});
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    place.ok("publish_artifact", params);
}

#[track_caller]
fn resolved(place: &Place, reference: &str) -> String {
    let artifact = place.ok("resolve", json!({"ref": reference}));
    assert_eq!(artifact, place.get(id(&artifact)), "resolve answers what get_artifact answers");
    id(&artifact).to_owned()
}

#[track_caller]
fn refused(place: &Place, reference: &str) -> (String, String, Option<String>) {
    let error = place.fails("resolve", json!({"ref": reference}));
    let (kind, field, message) = refusal(&error);
    assert_eq!(field, "ref");
    (kind, message, error["data"]["hint"].as_str().map(str::to_owned))
}

#[test]
fn a_whole_id_comes_before_what_begins_with_it_and_a_part_must_be_of_one_alone() {
    let place = Place::new();
    for artifact_id in
        ["rain", "rain-1", "rain-1.5", "snow-0a1b2c3d", "hail-0a1b2c3e", "0A1B2C3E", "run_20250920T080707Z_5eccafb0"]
    {
        given(&place, artifact_id, json!({}));
    }
    for (reference, artifact_id) in [
        ("rain", "rain"),
        ("rain-1", "rain-1"),
        ("rain-1.", "rain-1.5"),
        ("s", "snow-0a1b2c3d"),
        ("0a1b2c3d", "snow-0a1b2c3d"),
        ("0A1B2C3D", "snow-0a1b2c3d"),
        ("0A1B2C3E", "0A1B2C3E"),
        ("0a1b2c3e", "hail-0a1b2c3e"),
        ("5eccafb0", "run_20250920T080707Z_5eccafb0"),
    ] {
        assert_eq!(resolved(&place, reference), artifact_id, "{reference}");
    }
    // Neither letters that stand for others nor the middle of an id find anything.
    for nothing in ["RAIN", "rain%", "rai_", "*", "1b2c3d", "a1b2c3d", "-0a1b2c3d", "~", "rain-2", "\u{0}", "'"] {
        let (kind, message, hint) = refused(&place, nothing);
        assert_eq!((kind.as_str(), message), ("not_found", format!("artifact {nothing:?} was not found")));
        assert!(hint.unwrap().contains("type:key@v3"));
    }
    assert_eq!(refused(&place, "").0, "invalid_params");
    let error = place.fails("resolve", json!({"ref": "ra"}));
    assert_eq!(refusal(&error), ("conflict".into(), "ref".into(), "\"ra\" could mean 3 artifacts".into()));
    let candidate = |name: &str| json!({"artifactId": name, "artifactType": "note", "logicalKey": name, "version": 1});
    assert_eq!(error["data"]["candidates"], json!([candidate("rain-1.5"), candidate("rain-1"), candidate("rain")]));
    for more in 0..8 {
        given(&place, &format!("rain-{more:02}"), json!({}));
    }
    let error = place.fails("resolve", json!({"ref": "ra"}));
    assert_eq!(error["message"], "\"ra\" could mean more than 10 artifacts");
    assert_eq!(error["data"]["candidates"].as_array().unwrap().len(), 10);
}

#[test]
fn generated_ids_are_found_by_the_digits_at_their_end() {
    static RANDOM: AtomicU32 = AtomicU32::new(0x5f2c_81d3);
    let now = || Timestamp::from_second(1_772_357_400).unwrap();
    let place = Place::with_clock(Clock::fixed(now, || RANDOM.fetch_add(1, Ordering::Relaxed)));
    let first = place.text("note", "a", "a");
    let second = place.text("note", "b", "b");
    for artifact in [first, second] {
        let whole = id(&artifact);
        let tail = whole.rsplit_once('-').unwrap().1;
        assert_eq!((tail.len(), resolved(&place, tail)), (8, whole.to_owned()));
        assert_eq!(resolved(&place, &tail.to_uppercase()), whole);
        assert_eq!(resolved(&place, &whole[..whole.len()]), whole);
    }
    assert_eq!(refused(&place, "art-2026").0, "conflict");
}

#[test]
fn a_type_and_key_mean_the_latest_that_stands_and_a_version_means_itself() {
    let place = Place::new();
    for (artifact_id, key, created) in
        [("a", "k", "2026-03-01"), ("b", "k", "2026-02-01"), ("c", "k", "2026-01-01"), ("d", "k:x@y", "2026-01-01")]
    {
        given(&place, artifact_id, json!({"logicalKey": key, "createdAt": created}));
    }
    // By version, not by date: an import may be of any time.
    assert_eq!((resolved(&place, "note:k").as_str(), resolved(&place, "note:k@latest").as_str()), ("c", "c"));
    assert_eq!(resolved(&place, "note:k@v1"), "a");
    assert_eq!(resolved(&place, "note:k:x@y"), "d");
    assert_eq!(resolved(&place, "note:k:x@y@v1"), "d");
    place.ok("supersede", json!({"newArtifactId": "a", "oldArtifactId": "c"}));
    assert_eq!((resolved(&place, "note:k").as_str(), resolved(&place, "note:k@v3").as_str()), ("b", "c"));
    place.ok("supersede", json!({"newArtifactId": "a", "oldArtifactId": "b"}));
    assert_eq!(resolved(&place, "note:k"), "a");
    place.ok("supersede", json!({"newArtifactId": "d", "oldArtifactId": "a"}));
    let (kind, message, hint) = refused(&place, "note:k");
    assert_eq!(
        (kind.as_str(), message.as_str(), hint.as_deref()),
        (
            "not_found",
            "an active version of \"note:k\" was not found: all are superseded or deleted",
            Some("name the version, as in note:k@v3")
        )
    );
    let (kind, message, hint) = refused(&place, "note:k@v4");
    assert_eq!((kind.as_str(), message.as_str()), ("not_found", "version 4 of \"note:k\" was not found"));
    assert_eq!(hint.as_deref(), Some("its highest version is v3"));
    for nothing in ["note:", "memo:k", "note:K", ":k", "note:k@v"] {
        assert_eq!(refused(&place, nothing).0, "not_found", "{nothing}");
    }
}
