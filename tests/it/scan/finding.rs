//! What a scan finds, and what it says of it.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::tree::{self, Ends, codes, configure, counts, outside, run, runs, stamp};
use crate::support::{Place, Session, id, serve};

#[test]
fn every_run_of_the_five_families_is_one_artifact() {
    let place = tree::place(7);
    let before = outside(&place);
    let report = place.ok("scan", json!({}));
    assert_eq!(counts(&report), [35, 35, 0, 0, 0, 0, 63], "{report}");
    assert_eq!(
        (&report["filesScanned"], &report["mode"], &report["dryRun"]),
        (&json!(63), &json!("in_place"), &json!(false))
    );
    assert_eq!(report["warnings"], json!([]));
    let families: Vec<Value> =
        report["families"].as_array().unwrap().iter().map(|one| json!([one["family"], one["found"]])).collect();
    assert_eq!(json!(families), json!([["bench", 7], ["explain", 7], ["greenwall", 7], ["proofs", 7], ["smoke90", 7]]));
    assert_eq!(outside(&place), before, "a scan changes nothing that isn't the store's");

    let first = run(&place, "greenwall", &stamp(0));
    let folder = place.folder().join("artifacts/greenwall");
    assert!(id(&first).starts_with("art-20250901T140022-"), "{first}");
    let expected = json!({
        "artifactType": "greenwall", "family": "greenwall", "logicalKey": "20250901_140022", "version": 1, "format": "tree",
        "storage": "in_place", "fileCount": 3, "createdAt": "2025-09-01T14:00:22.000Z", "outcome": "pass", "status": "active",
        "path": folder, "pathParquet": null, "revision": 1, "pinned": false,
        "params": {"outcomeEvidence": "greenwall/run_20250901_140022.md: line 4: \"**Status**: PASS\""},
    });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&first[key], value, "{key}: {first}");
    }
    let files = place.ok("list_files", json!({"artifactId": id(&first)}));
    let paths: Vec<&str> = files.as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap()).collect();
    assert_eq!(
        paths,
        [
            "greenwall/run_20250901_140022.md",
            "greenwall/verification_20250901_140022.json",
            "greenwall/x_20250901_140022.jsonl"
        ]
    );
    for file in files.as_array().unwrap() {
        let read = place.ok("read_file", json!({"artifactId": id(&first), "file": file["path"]}));
        let path = PathBuf::from(file["absolutePath"].as_str().unwrap());
        assert_eq!(read["data"].as_str().unwrap(), fs::read_to_string(&path).unwrap());
        assert_eq!((&read["integrity"], &read["hash"]), (&json!("verified"), &file["hash"]));
    }
    let outcomes: Vec<Value> = runs(&place, "proofs").into_iter().map(|run| run["outcome"].clone()).collect();
    assert_eq!(json!(outcomes), json!(["pass", "pass", "unknown", "fail", "fail", "pass", "pass"]));
    let failed = place.ok("list_artifacts", json!({"filter": {"family": "smoke90", "outcome": "fail"}}));
    let evidence: Vec<&Value> =
        failed.as_array().unwrap().iter().map(|run| &run["params"]["outcomeEvidence"]).collect();
    assert_eq!(
        json!(evidence),
        json!([
            "smoke90/smoke_20250901_140322_fail.jsonl: its name says fail",
            "smoke90/smoke_20250901_140222.jsonl: line 21: result is \"FAIL\"",
        ])
    );
    assert_eq!(place.ok("verify_store", json!({}))["findings"], json!([]));
    assert_eq!(place.ok("verify_store", json!({}))["counts"]["inPlace"], 63);
}

#[test]
fn what_is_unchanged_is_not_read_again() {
    let place = tree::place(3);
    place.ok("scan", json!({}));
    let before = place.state();
    assert_eq!(counts(&place.ok("scan", json!({}))), [15, 0, 0, 15, 0, 0, 0]);
    assert_eq!(counts(&place.ok("scan", json!({"rehash": true}))), [15, 0, 0, 15, 0, 0, 27]);
    assert_eq!(counts(&place.ok("scan", json!({"family": "bench"}))), [3, 0, 0, 3, 0, 0, 0]);
    assert_eq!(counts(&place.ok("scan", json!({"root": place.folder().join("out")}))), [6, 0, 0, 6, 0, 0, 0]);
    assert_eq!(place.state(), before);
}

#[test]
fn a_dry_run_tells_the_same_and_writes_nothing() {
    let place = Place::new();
    fs::create_dir_all(place.root()).unwrap();
    let preset = Place::new();
    preset.ok("init", json!({"preset": "cryptorun"}));
    fs::copy(preset.root().join("keepstone.toml"), place.root().join("keepstone.toml")).unwrap();
    tree::write_run(place.folder(), "proofs", 0, Ends::Pass);
    fs::create_dir_all(place.folder().join("out")).unwrap();
    let report = place.ok("scan", json!({"dryRun": true}));
    assert_eq!(counts(&report), [1, 1, 0, 0, 0, 0, 2]);
    assert!(!place.root().join("manifest.sqlite").exists());
    let real = place.ok("scan", json!({}));
    assert_eq!((counts(&real), &real["warnings"]), (counts(&report), &report["warnings"]));
    assert_eq!(counts(&place.ok("scan", json!({"dryRun": true}))), [1, 0, 0, 1, 0, 0, 0]);
}

#[test]
fn ids_are_the_same_in_every_store() {
    let ids = |place: &Place| {
        let mut ids: Vec<String> =
            tree::FAMILIES.iter().flat_map(|(family, _)| runs(place, family)).map(|run| id(&run).to_owned()).collect();
        ids.sort();
        ids
    };
    let (one, other) = (tree::place(2), tree::place(2));
    one.ok("scan", json!({}));
    // Family by family, which makes no difference.
    for family in ["smoke90", "bench", "greenwall", "proofs", "explain"] {
        other.ok("scan", json!({"family": family}));
    }
    assert_eq!(ids(&one), ids(&other));
    assert_eq!(ids(&one).len(), 10);
}

#[test]
fn one_stamp_in_two_folders_of_a_scan_is_two_runs() {
    let place = tree::place(0);
    tree::write_run(place.folder(), "proofs", 0, Ends::Pass);
    let again = place.folder().join("out/microstructure/proofs");
    fs::create_dir_all(&again).unwrap();
    fs::write(again.join(format!("run_{}.md", stamp(0))), "FAIL\n").unwrap();
    place.ok("scan", json!({}));
    let found = runs(&place, "proofs");
    assert_eq!(found.len(), 2);
    assert_ne!(id(&found[0]), id(&found[1]));
    assert_eq!(counts(&place.ok("scan", json!({}))), [2, 0, 0, 2, 0, 0, 0]);
}

#[test]
fn runs_without_a_stamp_belong_to_their_folder_and_keep_their_id() {
    let place = tree::place(0);
    let path = place.write("artifacts/bench/nightly/bench/results.jsonl", "{}\n");
    tree::set_time(&path, 1_757_169_022);
    place.ok("scan", json!({}));
    let found = run(&place, "bench", "bench/nightly/bench/");
    assert!(id(&found).starts_with("art-20250906T143022-"), "{found}");
    assert_eq!(found["createdAt"], "2025-09-06T14:30:22.000Z");
    tree::set_time(&path, 1_800_000_000);
    place.write("artifacts/bench/nightly/bench/a.md", "PASS\n");
    assert_eq!(counts(&place.ok("scan", json!({}))), [1, 0, 1, 0, 0, 0, 2]);
    let now = run(&place, "bench", "bench/nightly/bench/");
    assert_eq!((id(&now), &now["createdAt"], &now["outcome"]), (id(&found), &found["createdAt"], &json!("pass")));
}

#[test]
fn odd_things_are_told_by_name() {
    let place = tree::place(1);
    let bench = place.folder().join("artifacts/bench");
    std::os::unix::fs::symlink(bench.join("p99_x.json"), bench.join("link.md")).unwrap();
    std::os::unix::fs::symlink(&bench, place.folder().join("artifacts/elsewhere")).unwrap();
    std::os::unix::fs::symlink("nowhere", bench.join("dangling.txt")).unwrap();
    fs::create_dir(bench.join("folder.md")).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, bench.join("pipe.md"), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    fs::write(bench.join(std::ffi::OsStr::from_bytes(b"odd\xff.md")), "x").unwrap();
    let report = place.ok("scan", json!({}));
    assert_eq!(codes(&report), ["link", "odd_name", "not_regular", "link"], "{report}");
    let mut told: Vec<&str> =
        report["warnings"].as_array().unwrap().iter().map(|told| told["path"].as_str().unwrap()).collect();
    told.sort_unstable();
    assert!(told[0].ends_with("artifacts/bench/link.md") && told[1].contains("odd"), "{told:?}");
    assert_eq!(report["found"], 5);
}

#[test]
fn the_store_itself_is_not_scanned() {
    let place = tree::place(1);
    configure(&place, "[scan]\nroots = [\"..\"]\n[families.all]\ninclude = [\"**/*\"]\n");
    let report = place.ok("scan", json!({}));
    assert_eq!((&report["filesScanned"], &report["found"]), (&json!(9), &json!(1)), "{report}");
    let listed = runs(&place, "all");
    assert_eq!((listed.len(), &listed[0]["path"]), (1, &json!(place.folder())));
}

#[test]
fn overlapping_families_are_told_and_the_first_by_name_wins() {
    let place = tree::place(1);
    configure(
        &place,
        "[scan]\nroots = [\"../artifacts\"]\n[families.zebra]\ninclude = [\"**/bench/*\"]\n[families.ape]\ninclude = [\"**/*.json\"]\n",
    );
    let report = place.ok("scan", json!({}));
    assert_eq!(codes(&report), ["overlap"]);
    let told = report["warnings"][0]["message"].as_str().unwrap();
    assert!(told.starts_with("1 file matches the families ape, zebra and belong to ape: "), "{told}");
    assert_eq!((runs(&place, "ape").len(), runs(&place, "zebra").len()), (1, 1));
    assert_eq!(counts(&place.ok("scan", json!({}))), [2, 0, 0, 2, 0, 0, 0]);
}

#[test]
fn two_processes_scan_at_once_and_nothing_is_registered_twice() {
    let place = tree::place(12);
    place.site().close();
    let root = place.root();
    let replies: Vec<Value> = std::thread::scope(|scope| {
        let scan = || {
            let line = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"scan\",\"params\":{}}\n";
            serve(&root, &[], line).lines().remove(0)["result"].clone()
        };
        let both = [scope.spawn(scan), scope.spawn(scan)];
        both.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let mut told: Vec<[u64; 7]> = replies.iter().map(counts).collect();
    told.sort_unstable();
    assert_eq!(told, [[60, 0, 0, 60, 0, 0, 0], [60, 60, 0, 0, 0, 0, 108]]);
    let all = place.ok("list_artifacts", json!({"filter": {"limit": 10_000}}));
    assert_eq!(all.as_array().unwrap().len(), 60);
    crate::whole::assert_whole(&root, crate::whole::Expect::Died);
}

#[test]
fn a_scan_in_a_session_is_seen_by_what_comes_after_it() {
    let place = tree::place(1);
    place.site().close();
    let mut session = Session::start(&place.root());
    session.request(1, "scan", json!({}));
    session.request(2, "list_artifacts", json!({"filter": {"family": "proofs"}}));
    let replies = [session.line().unwrap(), session.line().unwrap()];
    let listed = replies.iter().find(|reply| reply["id"] == 2).unwrap();
    assert_eq!(listed["result"].as_array().unwrap().len(), 1);
    session.finish();
}
