//! Bad input: what a scan and its configuration refuse, changing nothing.

use std::fs;

use serde_json::json;

use super::tree::{self, Ends, codes, configure, counts, write_run};
use crate::support::{Place, refusal};

#[test]
fn exactly_as_many_files_as_allowed_are_fine_and_one_more_changes_nothing() {
    let place = tree::place(2);
    let text = fs::read_to_string(place.root().join("keepstone.toml")).unwrap();
    let with = |most: u32| text.replace("[scan]\nroots", &format!("[scan]\nmax_files_per_scan = {most}\nroots"));
    configure(&place, &with(17));
    let (kind, _, message) = place.refuses("scan", json!({}));
    assert_eq!(kind, "limit_exceeded");
    assert!(message.starts_with("the scan finds more than 17 files of the families: "), "{message}");
    assert_eq!(counts(&place.ok("scan", json!({"family": "proofs"}))), [2, 2, 0, 0, 0, 0, 4]);
    configure(&place, &with(18));
    assert_eq!(counts(&place.ok("scan", json!({}))), [10, 8, 0, 2, 0, 0, 14]);
}

#[test]
fn unknown_families_and_folders_are_named() {
    let place = tree::place(1);
    let text = |name: &str| place.folder().join(name).to_str().unwrap().to_owned();
    place.write("plain", "a file");
    for (params, expected) in [
        (json!({"family": "prooofs"}), ["invalid_params", "family", "there is no family prooofs in"]),
        (json!({"family": "../x"}), ["invalid_params", "family", "is no name of a family"]),
        (json!({"root": text("nowhere")}), ["not_found", "root", "was not found"]),
        (json!({"root": text("plain")}), ["invalid_data", "root", "is no folder"]),
        (json!({"root": text("store")}), ["path_not_allowed", "root", "belongs to the store itself"]),
        (json!({"root": text("store/objects")}), ["path_not_allowed", "root", "belongs to the store itself"]),
        (json!({"root": text("artifacts/bench")}), ["conflict", "root", "lie one inside the other"]),
        (json!({"root": place.folder()}), ["conflict", "root", "lie one inside the other"]),
        (json!({"mode": "steal"}), ["invalid_params", "mode", "unknown variant"]),
        (json!({"rootz": 1}), ["invalid_params", "rootz", "there is no parameter"]),
    ] {
        let (kind, field, message) = place.refuses("scan", params.clone());
        assert_eq!([kind.as_str(), field.as_str()], expected[..2], "{params}: {message}");
        assert!(message.contains(expected[2]), "{params}: {message}");
    }
}

#[test]
fn a_store_is_not_made_for_nothing() {
    let place = Place::new();
    let error = place.fails("scan", json!({}));
    let (kind, _, message) = refusal(&error);
    assert_eq!(kind, "invalid_data", "{error}");
    assert!(message.contains("says of no family which files belong to it"), "{message}");
    assert!(error["data"]["hint"].as_str().unwrap().contains("keepstone init --preset cryptorun"));
    assert!(!place.root().exists());
}

#[test]
fn a_configuration_is_refused_by_the_key_at_fault() {
    for (text, expected) in [
        ("[scan]\nrots = []\n", "line 2: unknown field `rots`"),
        ("[scan]\nmax_files_per_scan = 0\n", "scan.max_files_per_scan: it must be at least 1"),
        ("[scan]\nparallel_workers = 0\n", "scan.parallel_workers: 0 is not between 1 and 64"),
        ("[scan]\nroots = [\"\"]\n", "scan.roots: a folder's name must not be empty"),
        ("[families.a]\ninclude = [\"[z-a]\"]\n", "is no pattern"),
        ("[families.a]\ninclude = [\"/etc/*\"]\n", "matches no path below a folder"),
        ("[families.a]\nincludes = []\n", "unknown field `includes`"),
        ("[families.a]\noutcome = \"guess\"\n", "unknown variant `guess`"),
        ("[families.\"a/b\"]\n", "is no name of a family"),
    ] {
        let place = tree::place(0);
        configure(&place, text);
        let error = place.fails("scan", json!({}));
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(expected) && message.contains("keepstone.toml"), "{text}: {message}");
    }
}

#[test]
fn a_folder_that_is_not_there_is_told_and_the_others_are_scanned() {
    let place = tree::place(0);
    write_run(place.folder(), "proofs", 0, Ends::Pass);
    let report = place.ok("scan", json!({}));
    assert_eq!((counts(&report), codes(&report)), ([1, 1, 0, 0, 0, 0, 2], vec!["root_missing"]));
    assert!(report["warnings"][0]["path"].as_str().unwrap().ends_with("/out"), "{report}");
}

#[test]
fn a_preset_replaces_no_configuration_that_was_edited() {
    let place = Place::with_store();
    let text = |place: &Place| fs::read_to_string(place.root().join("keepstone.toml")).unwrap();
    let plain = text(&place);
    assert_eq!(place.ok("init", json!({"preset": "cryptorun"}))["configured"], true);
    assert!(text(&place).contains("[families.greenwall]"));
    assert_eq!(place.ok("init", json!({"preset": "cryptorun"}))["configured"], false);
    configure(&place, &format!("{plain}# mine\n"));
    let (kind, field, _) = refusal(&place.fails("init", json!({"preset": "cryptorun"})));
    assert_eq!((kind.as_str(), field.as_str()), ("conflict", "preset"));
    assert_eq!(place.ok("init", json!({}))["configured"], false);
    assert!(text(&place).ends_with("# mine\n"));
    assert_eq!(place.ok("init", json!({"preset": "cryptorun", "force": true}))["configured"], true);
    assert!(text(&place).contains("[families.greenwall]"));
}
