//! What was made from what, as FlowTime's files say it.

use serde_json::{Value, json};

use super::super::tree::{codes, counts};
use super::folder::{self, RUN, SPEC, data, made_of, write_json};
use crate::support::{Place, ids};

fn inputs(place: &Place, artifact_id: &str) -> Vec<String> {
    let lineage = place.ok("get_lineage", json!({"artifactId": artifact_id}));
    ids(&lineage["inputs"]).into_iter().map(str::to_owned).collect()
}

fn missing(place: &Place, artifact_id: &str) -> Value {
    place.ok("get_lineage_graph", json!({"artifactIds": [artifact_id], "direction": "ancestors"}))["missing"].clone()
}

#[test]
fn a_model_that_is_not_there_is_a_missing_input_until_it_comes() {
    let place = folder::place();
    folder::run(&data(&place), RUN, made_of("shop_v1"), SPEC);
    place.ok("scan", json!({}));
    assert_eq!((missing(&place, RUN), inputs(&place, RUN)), (json!(["shop_v1"]), vec![]));
    folder::model(&data(&place), "shop_v1", &json!({}));
    assert_eq!(counts(&place.ok("scan", json!({}))), [2, 1, 0, 1, 0, 0, 2]);
    assert_eq!((missing(&place, RUN), inputs(&place, RUN)), (json!([]), vec!["shop_v1".to_owned()]));
    let graph = place.ok("get_lineage_graph", json!({"artifactIds": [RUN], "direction": "ancestors"}));
    let edge = json!([{"inputArtifactId": "shop_v1", "artifactId": RUN, "relation": "derived_from"}]);
    assert_eq!(graph["edges"], edge);
}

#[test]
fn relationships_are_told_from_both_sides() {
    let place = folder::place();
    let data = data(&place);
    folder::run(&data, RUN, made_of("shop_v1"), SPEC);
    folder::run(&data, "run_second_00000001", made_of("shop_v1"), SPEC);
    folder::model(
        &data,
        "shop_v1",
        &json!({"relationships": {"derived_from": ["sensors", "shop_v0"], "generates": [RUN]}}),
    );
    folder::telemetry(&data, "sensors", &json!({"relationships": {"generates": ["shop_v1", "nobody"]}}));
    place.ok("scan", json!({}));
    assert_eq!(
        (inputs(&place, RUN), inputs(&place, "shop_v1")),
        (vec!["shop_v1".to_owned()], vec!["sensors".to_owned()])
    );
    assert_eq!(missing(&place, "shop_v1"), json!(["shop_v0"]));
    assert_eq!(place.get("shop_v1")["params"]["relationships"]["generates"], json!([RUN]));

    // What is told later by a neighbour joins a run that is as it was.
    write_json(
        &data.join("telemetry/sensors/metadata.json"),
        &json!({"relationships": {"generates": ["shop_v1", "run_second_00000001"]}}),
    );
    assert_eq!(counts(&place.ok("scan", json!({"dryRun": true})))[2..4], [2, 2]);
    assert_eq!(counts(&place.ok("scan", json!({}))), [4, 0, 2, 2, 0, 0, 1]);
    assert_eq!(inputs(&place, "run_second_00000001").len(), 2);
    assert_eq!(counts(&place.ok("scan", json!({}))), [4, 0, 0, 4, 0, 0, 0]);
    folder::model(&data, "shop_v0", &json!({"relationships": {"generates": ["run_second_00000001"]}}));
    folder::export(&data, "run_second_00000001", "gold");
    assert_eq!(counts(&place.ok("scan", json!({}))), [5, 1, 1, 3, 0, 0, 4], "what changes gets its new input at once");
    assert_eq!(inputs(&place, "run_second_00000001").len(), 3);
    assert_eq!(counts(&place.ok("scan", json!({}))), [5, 0, 0, 5, 0, 0, 0]);
    assert_eq!(place.ok("verify_store", json!({}))["findings"], json!([]));
}

#[test]
fn nothing_is_made_from_what_was_made_of_it() {
    let place = folder::place();
    let data = data(&place);
    let from = |name: &str| json!({"relationships": {"derived_from": [name]}});
    folder::model(&data, "a", &from("b"));
    folder::model(&data, "b", &from("c"));
    folder::model(&data, "c", &from("a"));
    folder::model(&data, "itself", &from("itself"));
    let report = place.ok("scan", json!({}));
    assert_eq!((counts(&report)[1], codes(&report)), (4, vec!["input_left_out"]), "{report}");
    assert_eq!(
        (inputs(&place, "a"), inputs(&place, "b"), inputs(&place, "c")),
        (vec!["b".to_owned()], vec!["c".to_owned()], vec![])
    );
    assert_eq!(inputs(&place, "itself"), Vec::<String>::new());
    assert_eq!(place.ok("verify_store", json!({}))["findings"], json!([]));
}

#[test]
fn an_input_that_can_be_no_id_stays_a_param() {
    let place = folder::place();
    folder::run(&data(&place), RUN, made_of("shop/v 1"), SPEC);
    let report = place.ok("scan", json!({}));
    assert_eq!((counts(&report)[1], codes(&report)), (1, vec!["input_left_out"]), "{report}");
    assert!(report["warnings"][0]["message"].as_str().unwrap().contains("shop/v 1"));
    assert_eq!(place.get(RUN)["params"]["provenance"]["modelId"], "shop/v 1");
    assert_eq!(missing(&place, RUN), json!([]));
}
