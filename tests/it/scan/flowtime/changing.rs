//! What a later scan sees otherwise: the id stays, and so does what people decided.

use std::fs;

use serde_json::{Value, json};

use super::super::tree::{codes, counts};
use super::folder::{self, RUN, SPEC, data, furnish, write_json};
use crate::support::{Place, id, ids};

const PLAIN: &str = "run_deterministic_0a1b2c3d";

fn kinds(place: &Place, artifact_id: &str) -> Vec<String> {
    let events = place.ok("list_events", json!({"artifactId": artifact_id}));
    let mut kinds: Vec<String> =
        events.as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap().to_owned()).collect();
    kinds.sort();
    kinds
}

#[test]
fn exports_that_come_later_join_their_run() {
    let place = folder::place();
    furnish(&place);
    place.ok("scan", json!({}));
    let before = place.get(PLAIN);
    folder::export(&data(&place), PLAIN, "gold");
    assert_eq!(counts(&place.ok("scan", json!({}))), [4, 0, 1, 3, 0, 0, 2], "only what is new is read");
    let after = place.get(PLAIN);
    assert_eq!((&before["fileCount"], &after["fileCount"]), (&json!(9), &json!(11)));
    assert_eq!(after["capabilities"], json!(["replay", "compare", "export"]));
    let exported = json!({"query": "gold", "filter": {"capabilities": ["export"]}});
    assert_eq!(ids(&place.ok("search_artifacts", exported)["artifacts"]), [PLAIN]);
    for kept in ["artifactId", "title", "tags", "createdAt", "version", "params", "source"] {
        assert_eq!(after[kept], before[kept], "{kept}");
    }
    assert_eq!(kinds(&place, PLAIN), ["published", "rescanned"]);
    let event = &place.ok("list_events", json!({"artifactId": PLAIN, "limit": 1}))[0]["data"];
    assert_eq!((&event["before"]["fileHash"], &event["after"]["fileHash"]), (&before["fileHash"], &after["fileHash"]));
    assert_eq!(counts(&place.ok("scan", json!({}))), [4, 0, 0, 4, 0, 0, 0]);
    assert_eq!(counts(&place.ok("scan", json!({"rehash": true, "dryRun": true})))[..4], [4, 0, 0, 4]);
    assert_eq!(counts(&place.ok("scan", json!({"rehash": true})))[..4], [4, 0, 0, 4]);
    assert_eq!(place.ok("verify_store", json!({}))["findings"], json!([]));
}

#[test]
fn what_the_files_say_otherwise_shows_and_what_people_decide_stays() {
    let place = folder::place();
    furnish(&place);
    let index = json!({"artifacts": [{"id": RUN, "title": "Baseline", "tags": ["kept", "archived"]}]});
    write_json(&data(&place).join("registry-index.json"), &index);
    place.ok("scan", json!({}));
    place.ok("pin", json!({"artifactId": RUN, "reason": "baseline"}));
    let before = place.get(RUN);
    fs::remove_file(data(&place).join("registry-index.json")).unwrap();
    folder::run(&data(&place), RUN, json!({"eventCount": 7}), &SPEC.replace("Weekend", "Other").replace("demo", "new"));
    assert_eq!(counts(&place.ok("scan", json!({})))[..4], [4, 0, 1, 3]);
    let after = place.get(RUN);
    for kept in ["title", "description", "tags", "archived", "createdAt", "pinned"] {
        assert_eq!(after[kept], before[kept], "{kept}");
    }
    assert_eq!((&after["pinned"], &after["archived"]), (&json!(true), &json!(true)));
    assert_eq!((&before["params"]["eventCount"], &after["params"]["eventCount"]), (&json!(0), &json!(7)));
    // It is found by what its files say now.
    let having = |events: u64| {
        let filter = json!({"types": ["run"], "archived": "include", "params": {"eventCount": events}});
        let found = place.ok("search_artifacts", json!({"filter": filter}))["artifacts"].take();
        found.as_array().unwrap().iter().filter(|artifact| id(artifact) == RUN).count()
    };
    assert_eq!((having(0), having(7)), (0, 1));
    // That it was made of a model is a fact once recorded.
    assert_eq!(after["params"]["provenance"].get("modelId"), None);
    assert_eq!(id(&place.ok("get_lineage", json!({"artifactId": RUN}))["inputs"][0]), "shop_v1");
    assert_eq!(place.ok("verify_store", json!({}))["findings"], json!([]));
}

#[test]
fn a_deleted_run_stays_deleted_and_comes_back_only_by_a_restore() {
    let place = folder::place();
    furnish(&place);
    place.ok("scan", json!({}));
    place.ok("delete_artifact", json!({"artifactId": RUN}));
    let report = place.ok("scan", json!({}));
    assert_eq!((counts(&report), &report["warnings"]), ([3, 0, 0, 3, 0, 0, 0], &json!([])), "{report}");
    assert_eq!(place.get(RUN)["status"], "tombstoned");
    place.ok("restore", json!({"artifactIds": [RUN]}));
    assert_eq!(counts(&place.ok("scan", json!({}))), [4, 0, 0, 4, 0, 0, 0]);
    assert_eq!(place.get(RUN)["status"], "active");

    // Made again by its producer, which is something new: the id is taken, and that is told.
    place.ok("delete_artifact", json!({"artifactId": PLAIN}));
    folder::run(&data(&place), PLAIN, json!({"tags": ["again"]}), SPEC);
    let report = place.ok("scan", json!({}));
    assert_eq!((counts(&report)[1], codes(&report)), (1, vec!["reappeared", "id_taken"]), "{report}");
    let again = place.get(&format!("{PLAIN}-2"));
    assert_eq!(
        (&again["logicalKey"], &again["version"], &again["status"]),
        (&json!(PLAIN), &json!(2), &json!("active"))
    );
    assert_eq!(place.get(PLAIN)["status"], "tombstoned");
    assert_eq!(counts(&place.ok("scan", json!({}))), [4, 0, 0, 4, 0, 0, 0]);
    // Only what is registered is told to be a new run.
    place.ok("delete_artifact", json!({"artifactId": RUN}));
    folder::export(&data(&place), RUN, "gold");
    let report = place.ok("scan", json!({}));
    assert_eq!((counts(&report)[1], codes(&report)), (0, vec!["incomplete"]), "{report}");
}

#[test]
fn a_run_whose_manifest_breaks_stays_as_it_is_until_it_is_whole_again() {
    let place = folder::place();
    furnish(&place);
    place.ok("scan", json!({}));
    let before = place.get(RUN);
    let manifest = data(&place).join(RUN).join("manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    for (broken, code) in [(Some("{\"schemaVersion\": 1"), "malformed"), (None, "incomplete")] {
        match broken {
            Some(broken) => fs::write(&manifest, broken).unwrap(),
            None => fs::remove_file(&manifest).unwrap(),
        }
        let report = place.ok("scan", json!({}));
        assert_eq!(counts(&report)[2..6], [0, 3, 1, 0], "{report}");
        assert!(codes(&report).contains(&code), "{report}");
        assert_eq!(place.get(RUN), before);
    }
    fs::write(&manifest, text).unwrap();
    let report = place.ok("scan", json!({}));
    assert_eq!((counts(&report)[..6].to_vec(), codes(&report)), (vec![4, 0, 0, 4, 0, 0], vec![]), "{report}");
    assert_eq!(place.get(RUN), before);
}

#[test]
fn everything_comes_back_when_the_manifest_is_lost() {
    let place = folder::place();
    furnish(&place);
    write_json(&data(&place).join("registry-index.json"), &json!({"artifacts": [{"id": RUN, "tags": ["archived"]}]}));
    place.ok("scan", json!({}));
    folder::export(&data(&place), PLAIN, "aggregates");
    folder::run(&data(&place), RUN, json!({"eventCount": 9}), SPEC);
    write_json(
        &data(&place).join("models/shop_v1/metadata.json"),
        &json!({"source": "lab", "relationships": {"generates": [PLAIN]}}),
    );
    place.ok("scan", json!({}));
    let before = place.state();
    place.site().close();
    for name in ["manifest.sqlite", "manifest.sqlite-wal", "manifest.sqlite-shm"] {
        fs::remove_file(place.root().join(name)).ok();
    }
    assert_eq!(place.ok("rebuild_manifest", json!({}))["findings"], json!([]));
    assert_eq!(place.state(), before);
    let model = place.get("shop_v1");
    assert_eq!((&place.get(RUN)["archived"], &model["source"]), (&json!(true), &json!("lab")));
    assert_eq!(place.ok("verify_store", json!({}))["findings"], json!([]));
    assert_eq!(counts(&place.ok("scan", json!({})))[..4], [4, 0, 0, 4]);
    assert_eq!(place.state(), before);
    // A sidecar that is lost is written again as it was.
    let sidecar = std::path::PathBuf::from(place.get(RUN)["pathSidecar"].as_str().unwrap());
    let text = fs::read_to_string(&sidecar).unwrap();
    fs::remove_file(&sidecar).unwrap();
    place.ok("verify_store", json!({"repair": true}));
    assert_eq!(fs::read_to_string(&sidecar).unwrap(), text);
}

#[test]
fn copies_are_versions_and_what_is_moved_is_gone() {
    let place = folder::place();
    furnish(&place);
    let report = place.ok("scan", json!({"mode": "copy", "family": "flowtime_runs"}));
    assert_eq!(counts(&report)[..2], [2, 2]);
    let first = place.get(PLAIN);
    assert_eq!((&first["storage"], &first["title"]), (&json!("managed"), &json!("Model with a, b")));
    assert_eq!(counts(&place.ok("scan", json!({"mode": "copy", "family": "flowtime_runs"})))[2..4], [0, 2]);
    folder::export(&data(&place), PLAIN, "aggregates");
    let report = place.ok("scan", json!({"mode": "copy", "family": "flowtime_runs"}));
    assert_eq!(counts(&report)[1..4], [0, 1, 1]);
    let second = place.get(&format!("{PLAIN}-2"));
    assert_eq!(
        (&second["version"], &second["supersedes"], &second["fileCount"]),
        (&json!(2), &json!([PLAIN]), &json!(11))
    );
    assert_eq!((&second["title"], &second["tags"]), (&first["title"], &first["tags"]));
    assert_eq!(second["capabilities"], json!(["replay", "compare", "export"]));

    let report = place.ok("scan", json!({"mode": "move", "family": "flowtime_models"}));
    assert_eq!(counts(&report)[..2], [1, 1]);
    assert_eq!(place.get("shop_v1")["storage"], "managed");
    assert!(!data(&place).join("models/shop_v1/metadata.json").exists());
    assert_eq!(place.ok("verify_store", json!({}))["findings"], json!([]));
}

#[test]
fn an_id_that_something_else_has_gets_a_number() {
    let place = folder::place();
    place.derived(RUN, &[]);
    folder::run(&data(&place), RUN, json!({}), SPEC);
    folder::model(&data(&place), "twice", &json!({}));
    folder::telemetry(&data(&place), "twice", &json!({}));
    let report = place.ok("scan", json!({}));
    assert_eq!((counts(&report)[1], codes(&report)), (3, vec!["id_taken", "id_taken"]), "{report}");
    let told: Vec<&Value> =
        report["warnings"].as_array().unwrap().iter().map(|warning| &warning["artifactId"]).collect();
    assert_eq!(told, [&json!(format!("{RUN}-2")), &json!("twice-2")]);
    assert_eq!(place.get(&format!("{RUN}-2"))["artifactType"], "run");
    assert_eq!(place.get("twice-2")["artifactType"], "telemetry");
    assert_eq!(counts(&place.ok("scan", json!({}))), [3, 0, 0, 3, 0, 0, 0]);
}

#[test]
fn what_a_bundle_brought_is_not_registered_again() {
    let from = folder::place();
    furnish(&from);
    from.ok("scan", json!({}));
    from.ok("update_artifact", json!({"artifactId": RUN, "title": "Baseline", "archived": true}));
    let bundle = from.folder().join("all.tar");
    from.ok("export_bundle", json!({"all": true, "path": bundle}));
    let place = Place::new();
    place.ok("init", json!({"preset": "flowtime"}));
    place.ok("import_bundle", json!({"path": bundle}));
    furnish(&place);
    let before = place.state();
    for params in [json!({"dryRun": true}), json!({}), json!({"rehash": true})] {
        let report = place.ok("scan", params);
        assert_eq!((counts(&report)[..4].to_vec(), codes(&report)), (vec![4, 0, 0, 4], vec![]), "{report}");
        assert_eq!(place.state(), before);
    }
    // What has changed since is another run of the same key.
    folder::run(&data(&place), RUN, json!({"eventCount": 7}), SPEC);
    let report = place.ok("scan", json!({}));
    assert_eq!((counts(&report)[..4].to_vec(), codes(&report)), (vec![4, 1, 0, 3], vec!["id_taken"]), "{report}");
    assert_eq!(place.get(&format!("{RUN}-2"))["params"]["eventCount"], 7);
    assert_eq!(place.get(RUN)["title"], "Baseline");
}
