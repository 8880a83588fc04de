//! What is broken or odd in a data folder is named, and nothing else suffers from it.

use std::fs;

use serde_json::{Value, json};

use super::super::tree::{codes, counts};
use super::folder::{self, RUN, SPEC, data, write, write_json};
use crate::support::{keepstone, run};

#[test]
fn what_is_left_out_is_named_with_its_reason() {
    let place = folder::place();
    let data = data(&place);
    folder::run(&data, RUN, json!({}), SPEC);
    write(&data.join("run_none_1/spec.yaml"), SPEC);
    write(&data.join("run_broken_2/manifest.json"), "{\"schemaVersion\": 1,");
    write(&data.join("run_list_3/manifest.json"), "[]");
    write_json(&data.join("run_20251399T080707Z_4/manifest.json"), &json!({}));
    write_json(&data.join("run_of umlauts ü/manifest.json"), &json!({}));
    fs::create_dir_all(data.join("run_empty_5/series")).unwrap();
    write(&data.join("models/nothing/readme.md"), "x");
    write(&data.join("models/broken/metadata.json"), "{");
    write(&data.join("telemetry/nothing/metadata.json"), "{}");
    write(&data.join("telemetry/readme.md"), "not ours");
    let report = place.ok("scan", json!({}));
    let told: Vec<(String, &str)> = report["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|warning| {
            let path = warning["path"].as_str().unwrap().strip_prefix(data.to_str().unwrap()).unwrap();
            (
                format!("{} {}", path.trim_matches('/'), warning["code"].as_str().unwrap()),
                warning["message"].as_str().unwrap(),
            )
        })
        .collect();
    for (expected, reason) in [
        ("run_none_1 incomplete", "it has no manifest.json"),
        ("run_broken_2/manifest.json malformed", "it is no JSON: EOF"),
        ("run_list_3/manifest.json malformed", "it is no JSON object"),
        ("run_20251399T080707Z_4 odd_name", "20251399T080707Z is no moment"),
        ("run_of umlauts ü odd_name", "is no artifact id"),
        ("run_empty_5 incomplete", "it holds no file"),
        ("models/nothing incomplete", "neither model-artifact.yaml nor model.yaml"),
        ("models/broken/metadata.json malformed", "it is no JSON"),
        ("telemetry/nothing incomplete", "no CSV or Parquet file"),
    ] {
        assert!(
            told.iter().any(|(what, message)| what == expected && message.contains(reason)),
            "{expected}: {told:?}"
        );
    }
    assert_eq!(told.len(), 9, "{told:?}");
    assert_eq!((counts(&report)[1], counts(&report)[4]), (1, 9), "{report}");
    assert_eq!(place.ok("list_artifacts", json!({})).as_array().unwrap().len(), 1);
    let again = place.ok("scan", json!({}));
    assert_eq!((&again["warnings"], counts(&again)[3]), (&report["warnings"], 1));
}

#[test]
fn a_run_is_registered_though_other_files_of_it_are_not_understood() {
    let place = folder::place();
    let data = data(&place);
    folder::run(&data, RUN, json!({"metadata": {"description": "said by the manifest"}}), SPEC);
    write(&data.join(RUN).join("run.json"), "{");
    write(&data.join(RUN).join("spec.yaml"), "a: [1\n");
    write(&data.join(RUN).join("model/provenance.json"), "\u{feff}");
    write(&data.join("registry-index.json"), "{\"artifacts\": 3}");
    let report = place.ok("scan", json!({}));
    assert_eq!((counts(&report)[1], codes(&report)), (1, vec!["malformed"; 4]), "{report}");
    let run = place.get(RUN);
    let expected = json!(["Run 5eccafbb", "said by the manifest", ["compare"], null]);
    assert_eq!(json!([run["title"], run["description"], run["capabilities"], run["writer"]]), expected);
    // Only what has changed is looked at again.
    assert_eq!(place.ok("scan", json!({}))["warnings"], json!([]));
}

#[test]
fn nothing_leads_out_of_the_folder_and_nothing_deep_breaks_the_scan() {
    let place = folder::place();
    let data = data(&place);
    let secret = place.write("secret.json", "{\"title\": \"secret\"}");
    folder::run(&data, RUN, json!({}), SPEC);
    std::os::unix::fs::symlink(&secret, data.join(RUN).join("metadata.json")).unwrap();
    std::os::unix::fs::symlink(data.join(RUN), data.join("run_linked_1")).unwrap();
    folder::run(&data, "run_deep_2", json!({}), &"[".repeat(200_000));
    write(&data.join("run_deep_3/manifest.json"), &"{\"a\":".repeat(200_000));
    let laughs: String = (0..40).map(|line| format!("a{line}: &a{line} [*a{}, *a{}]\n", line - 1, line - 1)).collect();
    folder::run(&data, "run_laughs_4", json!({}), &laughs);
    let report = place.ok("scan", json!({}));
    let mut told: Vec<&str> = codes(&report);
    told.sort_unstable();
    assert_eq!(told, ["link", "link", "malformed", "malformed", "malformed"], "{report}");
    assert_eq!(counts(&report)[1], 3);
    assert_eq!(place.get(RUN)["title"], "Weekend demand");
}

#[test]
fn at_the_terminal_a_preset_and_a_scan_are_enough() {
    let place = folder::place();
    folder::furnish(&place);
    fs::remove_dir_all(place.root()).unwrap();
    place.site().close();
    let told = |arguments: &[&str]| {
        let outcome = run(keepstone().args(arguments).arg("--root").arg(place.root()), "");
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        outcome.stdout
    };
    told(&["init", "--preset", "flowtime"]);
    let scanned = told(&["scan"]);
    assert!(
        scanned.starts_with("25 files scanned ") && scanned.contains("4 artifacts found in 3 families: 4 registered"),
        "{scanned}"
    );
    let shown: Value = serde_json::from_str(&told(&["show", RUN, "--json"])).unwrap();
    assert_eq!(shown["title"], "Weekend demand");
    let listed = told(&["list", "--family", "flowtime_models"]);
    assert!(listed.contains("shop_v1"), "{listed}");
}

#[test]
fn what_is_said_at_too_great_a_length_is_cut_and_told() {
    let place = folder::place();
    let long = "Zürich ".repeat(1000);
    folder::run(&data(&place), RUN, json!({"tags": ["kept", "k".repeat(200)]}), SPEC);
    let index = json!({"artifacts": [{"id": RUN, "title": format!("two\nlines {long}"), "description": long}]});
    write_json(&data(&place).join("registry-index.json"), &index);
    let report = place.ok("scan", json!({}));
    assert_eq!((counts(&report)[1], codes(&report)), (1, vec!["shortened"; 3]), "{report}");
    let run = place.get(RUN);
    let text = |field: &str| run[field].as_str().unwrap().to_owned();
    assert!(text("title").starts_with("two lines Zürich") && text("title").len() <= 256, "{run}");
    assert!((4090..=4096).contains(&text("description").len()));
    assert_eq!(run["tags"].as_object().unwrap().keys().collect::<Vec<_>>(), ["demo", "featured", "kept"]);
    assert_eq!(place.ok("verify_store", json!({}))["findings"], json!([]));
    // From then on title, description and tags are people's, and nothing more is cut.
    folder::export(&data(&place), RUN, "aggregates");
    let report = place.ok("scan", json!({}));
    assert_eq!((counts(&report)[2], &report["warnings"]), (1, &json!([])), "{report}");
    assert_eq!(place.ok("scan", json!({"rehash": true}))["warnings"], json!([]));
    assert_eq!(place.get(RUN)["title"], run["title"]);
}
