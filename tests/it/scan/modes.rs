//! Taking runs into the store: as a copy, or for good.

use std::fs;

use serde_json::json;

use super::tree::{self, Ends, codes, counts, outside, run, runs, stamp, write_run};
use crate::support::{files_below, id};

#[test]
fn a_copy_is_kept_by_the_store_and_replaced_when_its_files_change() {
    let place = tree::place(2);
    let before = outside(&place);
    let report = place.ok("scan", json!({"mode": "copy"}));
    assert_eq!((counts(&report), &report["mode"]), ([10, 10, 0, 0, 0, 0, 18], &json!("copy")));
    assert_eq!(outside(&place), before);
    let first = run(&place, "proofs", &stamp(0));
    assert_eq!(
        (&first["storage"], &first["format"], &first["outcome"]),
        (&json!("managed"), &json!("tree"), &json!("pass"))
    );
    assert!(id(&first).starts_with("art-20250901T140022-"));
    let name = std::path::Path::new(first["path"].as_str().unwrap());
    assert_eq!(files_below(name).len(), 2);
    assert_eq!(counts(&place.ok("scan", json!({"mode": "copy"}))), [10, 0, 0, 10, 0, 0, 0]);
    write_run(place.folder(), "proofs", 0, Ends::Fail);
    assert_eq!(counts(&place.ok("scan", json!({"mode": "copy"}))), [10, 0, 1, 9, 0, 0, 2]);
    let second = place.get(place.get(id(&first))["supersededBy"].as_str().unwrap());
    assert_eq!((&second["version"], &second["outcome"]), (&json!(2), &json!("fail")));
    assert_eq!(counts(&place.ok("scan", json!({"mode": "copy"}))), [10, 0, 0, 10, 0, 0, 0]);
    // What stays with the store is none of a plain scan's business.
    let plain = place.ok("scan", json!({}));
    assert_eq!((&plain["skipped"], codes(&plain).len()), (&json!(10), 10));
    assert_eq!(codes(&plain)[0], "other_mode");
    assert_eq!(place.ok("verify_store", json!({}))["findings"], json!([]));
}

#[test]
fn a_move_takes_the_files_away_after_the_commit() {
    let place = tree::place(2);
    let given: Vec<Vec<u8>> = tree::FAMILIES
        .iter()
        .flat_map(|(family, _)| write_run(place.folder(), family, 0, Ends::Pass))
        .map(|path| fs::read(path).unwrap())
        .collect();
    assert_eq!(counts(&place.ok("scan", json!({"mode": "move"}))), [10, 10, 0, 0, 0, 0, 18]);
    assert_eq!(outside(&place).len(), 0);
    let first = run(&place, "greenwall", &stamp(0));
    for file in place.ok("list_files", json!({"artifactId": id(&first)})).as_array().unwrap() {
        let bytes = fs::read(file["absolutePath"].as_str().unwrap()).unwrap();
        assert!(given.contains(&bytes));
    }
    let again = place.ok("scan", json!({"mode": "move"}));
    assert_eq!((counts(&again), codes(&again)), ([0; 7], Vec::new()));
    // What comes later under the same stamp is another version, and replaces nothing.
    place.write(&format!("artifacts/bench/late_{}.md", stamp(0)), "PASS\n");
    assert_eq!(counts(&place.ok("scan", json!({"mode": "move"}))), [1, 1, 0, 0, 0, 0, 1]);
    let bench: Vec<_> = runs(&place, "bench").into_iter().filter(|run| run["logicalKey"] == stamp(0)).collect();
    assert_eq!((bench.len(), &bench[0]["status"], &bench[1]["status"]), (2, &json!("active"), &json!("active")));
    assert_eq!(place.ok("verify_store", json!({}))["findings"], json!([]));
}

#[test]
fn what_stays_in_place_is_not_taken_by_another_mode() {
    let place = tree::place(1);
    place.ok("scan", json!({}));
    let before = (place.state(), outside(&place));
    for mode in ["copy", "move"] {
        let report = place.ok("scan", json!({"mode": mode}));
        assert_eq!((&report["skipped"], codes(&report)), (&json!(5), vec!["other_mode"; 5]));
    }
    assert_eq!((place.state(), outside(&place)), before);
}

#[test]
fn a_dry_run_of_a_move_moves_nothing() {
    let place = tree::place(1);
    let before = (place.state(), outside(&place));
    assert_eq!(counts(&place.ok("scan", json!({"mode": "move", "dryRun": true}))), [5, 5, 0, 0, 0, 0, 9]);
    assert_eq!((place.state(), outside(&place)), before);
}
