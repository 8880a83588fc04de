//! `get_related`: real edges first, then what shares a model or an input, never guesses.

use serde_json::{Value, json};

use crate::planted::Plants;
use crate::support::{Place, ids};

#[track_caller]
fn related(place: &Place, of: &str, more: Value) -> Value {
    let mut params = json!({"artifactId": of});
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    place.ok("get_related", params)
}

/// Each entry of a list as `id relation depth via`.
fn told(list: &Value) -> Vec<String> {
    let one = |entry: &Value| {
        let text = |name: &str| entry[name].as_str().unwrap_or("-").to_owned();
        format!("{} {} {} {}", text("artifactId"), text("relation"), entry["depth"], text("via"))
    };
    list.as_array().unwrap().iter().map(one).collect()
}

fn publish(place: &Place, id: &str, artifact_type: &str, params: Value, inputs: Value) {
    let content = json!({"encoding": "utf8", "data": id});
    place.ok(
        "publish_artifact",
        json!({"artifactType": artifact_type, "artifactId": id, "content": content, "params": params, "inputs": inputs,
            "title": format!("The {id}")}),
    );
}

#[test]
fn edges_come_first_and_siblings_say_what_they_share() {
    let place = Place::new();
    let from = |inputs: &[(&str, &str)]| {
        inputs.iter().map(|(id, relation)| json!({"artifactId": id, "relation": relation})).collect::<Value>()
    };
    publish(&place, "raw", "table", json!({}), json!([]));
    publish(&place, "net", "Model", json!({}), json!([]));
    publish(&place, "clean", "table", json!({}), from(&[("raw", "derived_from")]));
    publish(&place, "run", "report", json!({}), from(&[("clean", "derived_from"), ("net", "generated_by")]));
    publish(&place, "twin", "report", json!({}), from(&[("net", "derived_from")]));
    publish(&place, "cousin", "plot", json!({}), from(&[("clean", "config_from")]));
    publish(&place, "stranger", "report", json!({}), json!([]));
    publish(&place, "plot", "plot", json!({}), from(&[("run", "derived_from")]));
    publish(&place, "page", "page", json!({}), from(&[("plot", "derived_from")]));
    publish(&place, "aside", "note", json!({}), from(&[("run", "sibling_of")]));
    publish(&place, "newer", "report", json!({}), json!([]));
    publish(&place, "newest", "report", json!({}), json!([]));
    place.ok("supersede", json!({"newArtifactId": "newer", "oldArtifactId": "run"}));
    place.ok("supersede", json!({"newArtifactId": "newest", "oldArtifactId": "newer"}));
    let found = related(&place, "run", json!({}));
    assert_eq!(found["artifactId"], "run");
    assert_eq!(told(&found["derivedFrom"]), ["clean derived_from 1 -", "net generated_by 1 -"]);
    assert_eq!(told(&found["derivatives"]), ["plot derived_from 1 -"]);
    assert_eq!(
        told(&found["related"]),
        ["newer superseded_by 1 -", "aside sibling_of 1 -", "twin shared_model 2 net", "cousin shared_input 2 clean",],
        "nothing of the same type or time alone"
    );
    assert_eq!(found["truncated"], false);
    assert_eq!(
        found["related"][2],
        json!({"artifactId": "twin", "artifactType": "report", "title": "The twin", "logicalKey": "twin", "version": 1,
            "status": "active", "archived": false, "createdAt": place.get("twin")["createdAt"],
            "relation": "shared_model", "reason": "both were made with the same model: artifact net", "depth": 2,
            "via": "net"})
    );
    assert_eq!(found["related"][0]["reason"], "this replaced it");
    let found = related(&place, "run", json!({"depth": 2}));
    assert_eq!(told(&found["derivedFrom"])[2], "raw derived_from 2 clean");
    assert_eq!(told(&found["derivatives"]), ["plot derived_from 1 -", "page derived_from 2 plot"]);
    assert_eq!(told(&found["related"])[1], "newest superseded_by 2 newer");
    assert_eq!(
        told(&related(&place, "newest", json!({"depth": 9}))["related"]),
        ["newer supersedes 1 -", "run supersedes 2 newer",]
    );
    assert_eq!(told(&related(&place, "stranger", json!({}))["related"]), Vec::<String>::new());
    assert_eq!(place.fails("get_related", json!({"artifactId": "nobody"}))["data"]["kind"], "not_found");
}

#[test]
fn models_named_in_params_tie_what_was_made_with_them() {
    let place = Place::new();
    let with = |model: &str, template: &str| json!({"provenance": {"modelId": model, "templateId": template}});
    publish(&place, "one", "run", with("m1", "t1"), json!([]));
    publish(&place, "two", "run", with("m1", "t2"), json!([]));
    publish(&place, "three", "run", with("m2", "t1"), json!([]));
    publish(&place, "four", "run", with("m3", "t3"), json!([]));
    publish(&place, "five", "run", json!({"provenance": {"modelId": 7}}), json!([]));
    publish(&place, "six", "run", json!({"provenance": {"modelId": 7}, "modelId": "m1"}), json!([]));
    for nameless in ["seven", "eight"] {
        publish(&place, nameless, "run", with("", " "), json!([]));
    }
    let found = related(&place, "one", json!({}));
    // A template says less than a model, whichever is newer.
    assert_eq!(told(&found["related"]), ["two shared_model 2 -", "three shared_template 2 -"]);
    assert_eq!(found["related"][0]["reason"], "both were made with the same model: provenance.modelId \"m1\"");
    assert_eq!(found["related"][1]["reason"], "both were made from the same template: provenance.templateId \"t1\"");
    for alone in ["four", "five", "six", "seven", "eight"] {
        assert_eq!(told(&related(&place, alone, json!({}))["related"]), Vec::<String>::new(), "{alone}");
    }
}

#[test]
fn lists_are_cut_and_say_so() {
    let place = Place::new();
    let mut plants = Plants::new(&place);
    plants.note("hub", &[]);
    for at in 0..300 {
        plants.note(format!("n{at}"), &["hub"]);
    }
    plants.plant();
    let found = related(&place, "hub", json!({"limit": 2}));
    assert_eq!(ids(&found["derivatives"]), ["n299", "n298"], "the newest");
    assert_eq!(found["truncated"], true);
    let found = related(&place, "n7", json!({"limit": 3}));
    assert_eq!(
        told(&found["related"]),
        ["n299 shared_input 2 hub", "n298 shared_input 2 hub", "n297 shared_input 2 hub",]
    );
    assert_eq!(found["truncated"], true);
    let found = related(&place, "n7", json!({"limit": 1000}));
    assert_eq!((ids(&found["related"]).len(), &found["truncated"]), (299, &json!(false)));
}

#[test]
fn circles_and_missing_inputs_end() {
    let place = Place::new();
    Plants::new(&place).note("x", &["z", "gone"]).note("y", &["x"]).note("z", &["y"]).plant();
    let found = related(&place, "x", json!({"depth": 100}));
    assert_eq!(told(&found["derivedFrom"]), ["z derived_from 1 -", "y derived_from 2 z"]);
    assert_eq!(told(&found["derivatives"]), Vec::<String>::new(), "each once");
}
