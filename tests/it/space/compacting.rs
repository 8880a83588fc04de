//! What is planned is what is done, and can be undone.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use serde_json::{Value, json};

use super::{CONFIGURATION, FILES, assert_expanded, assert_readable, compact, originals, scanned, set_time};
use crate::support::{files_below, id, refusal};
use crate::whole::{Expect, assert_whole};

fn kinds(files: &Value) -> Vec<(String, Value)> {
    let name = |file: &Value| file["path"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let told = |file: &Value| if file["form"].is_null() { file["skipped"].clone() } else { file["form"].clone() };
    files.as_array().unwrap().iter().map(|file| (name(file), told(file))).collect()
}

#[test]
fn what_is_planned_is_done() {
    let (place, artifact_id) = scanned();
    let before = place.get(&artifact_id);
    let state = place.state();
    let plan = place.ok("plan_compaction", json!({"family": "proofs"}));
    assert_eq!(place.state(), state, "a plan changes nothing");
    assert_eq!(
        kinds(&plan["files"]),
        [
            ("proofs.jsonl".to_owned(), json!("dictionary")),
            ("report.md".to_owned(), json!("markdown")),
            ("small.md".to_owned(), json!("too_small")),
            ("ticks.jsonl".to_owned(), json!("zstd")),
            ("verification.json".to_owned(), json!("other_kind")),
        ]
    );
    assert_eq!(plan, place.ok("plan_compaction", json!({"family": "proofs"})), "it is the same every time");
    let modes: Vec<_> = originals(&place).iter().map(|path| fs::metadata(path).unwrap().permissions().mode()).collect();
    let applied = place.ok("apply_compaction", json!({"family": "proofs", "digest": plan["digest"]}));
    assert_eq!((&applied["files"], &applied["totals"]), (&plan["files"], &plan["totals"]));
    assert_eq!(applied["failures"], json!([]));

    // Sizes, times and permissions on the disk are what was said.
    let mut saved = 0;
    for (file, mode) in plan["files"].as_array().unwrap().iter().zip(&modes) {
        let path = file["path"].as_str().unwrap();
        let path = if file["form"] == "zstd" { format!("{path}.zst") } else { path.to_owned() };
        let metadata = fs::metadata(&path).unwrap();
        assert_eq!(json!(metadata.len()), file["compactSizeBytes"], "{path}");
        assert_eq!((metadata.mtime(), metadata.permissions().mode()), (1_757_169_100, *mode), "{path}");
        saved += file["sizeBytes"].as_u64().unwrap()
            - file["compactSizeBytes"].as_u64().unwrap()
            - file["originalSizeBytes"].as_u64().unwrap();
    }
    assert_eq!(json!(saved), plan["totals"]["savedBytes"]);
    assert_eq!(files_below(&place.folder().join("runs")).len(), FILES.len());
    assert_eq!(place.objects().len(), 1, "the original of the report");

    // The artifact says the same as before.
    let after = place.get(&artifact_id);
    for field in ["fileHash", "contentHash", "sizeBytes", "fileCount", "createdAt", "outcome", "logicalKey"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    assert_readable(&place, &artifact_id);
    let events = place.ok("list_events", json!({"artifactId": artifact_id}));
    assert_eq!(events[0]["kind"], "compacted");

    let expanded = place.ok("expand", json!({"artifactId": artifact_id}));
    assert_eq!(expanded["files"].as_array().unwrap().len(), 3);
    assert_expanded(&place);
    assert_readable(&place, &artifact_id);
    assert_eq!(fs::metadata(place.folder().join(FILES[1].0)).unwrap().mtime(), 1_757_169_100);
    assert_eq!(place.ok("expand", json!({"artifactId": artifact_id}))["files"], json!([]));
    assert_eq!(place.ok("list_events", json!({"artifactId": artifact_id}))[0]["kind"], "expanded");
    place.site().close();
    assert_whole(&place.root(), Expect::Written);
    assert_eq!(place.objects(), Vec::<String>::new(), "nothing needs it any more");
}

#[test]
fn a_scan_sees_no_change_in_a_compact_form() {
    let (place, artifact_id) = scanned();
    compact(&place);
    let before = place.get(&artifact_id);
    for rehash in [false, true] {
        let report = place.ok("scan", json!({"rehash": rehash}));
        assert_eq!(
            (&report["unchanged"], &report["registered"], &report["refreshed"], &report["warnings"]),
            (&json!(1), &json!(0), &json!(0), &json!([])),
            "{report}"
        );
        assert_eq!(place.get(&artifact_id), before);
    }
    assert_readable(&place, &artifact_id);
    // Looked at again when touched, and still the same.
    for (name, end) in [(FILES[0].0, ""), (FILES[1].0, ".zst"), (FILES[2].0, "")] {
        set_time(&place.folder().join(format!("{name}{end}")), 1_757_170_000);
    }
    let report = place.ok("scan", json!({}));
    assert_eq!((&report["unchanged"], &report["filesRead"]), (&json!(1), &json!(3)), "{report}");
    assert_eq!(place.get(&artifact_id)["fileHash"], before["fileHash"]);
    place.ok("expand", json!({"artifactId": artifact_id}));
    assert_expanded(&place);
}

#[test]
fn what_its_producer_writes_anew_is_a_change() {
    let (place, artifact_id) = scanned();
    compact(&place);
    place.write(FILES[0].0, "{\"status\": \"PASS\"}\n");
    place.write(FILES[1].0, "{\"ts\": 1}\n");
    let report = place.ok("scan", json!({}));
    assert_eq!(report["refreshed"], json!(1), "{report}");
    let listed = place.ok("list_files", json!({"artifactId": artifact_id}));
    let forms: Vec<&Value> = listed.as_array().unwrap().iter().map(|file| &file["form"]).collect();
    assert_eq!(forms, [&Value::Null, &json!("markdown"), &Value::Null, &Value::Null, &Value::Null]);
    let again = compact(&place);
    let skipped: Vec<_> = kinds(&again["files"]).into_iter().map(|(_, told)| told).collect();
    assert_eq!(skipped, ["too_small", "already_compact", "too_small", "too_small", "other_kind"]);
    assert!(place.folder().join(format!("{}.zst", FILES[1].0)).exists(), "what was there before is not lost");
    place.site().close();
    assert_whole(&place.root(), Expect::Written);
}

#[test]
fn a_damaged_frame_is_told_and_loses_nothing_else() {
    let (place, artifact_id) = scanned();
    compact(&place);
    let frame = place.folder().join(format!("{}.zst", FILES[1].0));
    let mut bytes = fs::read(&frame).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&frame, bytes).unwrap();
    let report = place.ok("scan", json!({}));
    assert_eq!((&report["skipped"], &report["refreshed"]), (&json!(1), &json!(0)), "{report}");
    assert_eq!(report["warnings"][0]["code"], "unreadable");
    let (kind, _, message) =
        place.refuses("read_file", json!({"artifactId": artifact_id, "file": "run_20250906_143022/ticks.jsonl"}));
    assert!(kind == "integrity" && message.contains("ticks.jsonl.zst"), "{kind}: {message}");
    let expanded = place.ok("expand", json!({"artifactId": artifact_id}));
    assert_eq!((expanded["files"].as_array().unwrap().len(), expanded["failures"].as_array().unwrap().len()), (2, 1));
    let report = place.ok("verify_store", json!({}));
    assert_eq!(report["findings"][0]["code"], "file_changed", "{report}");
}

#[test]
fn plans_go_stale() {
    let (place, _) = scanned();
    let plan = place.ok("plan_compaction", json!({}));
    let apply = json!({"digest": plan["digest"]});
    let other = place.refuses("apply_compaction", json!({"family": "other", "digest": plan["digest"]}));
    assert_eq!((other.0.as_str(), other.1.as_str()), ("invalid_params", "family"));
    place.write(FILES[0].0, "{}\n".repeat(2000));
    assert_eq!(place.refuses("apply_compaction", apply.clone()).0, "stale_plan");
    assert_eq!(kinds(&place.ok("plan_compaction", json!({}))["files"])[0].1, "changed");
    place.ok("scan", json!({}));
    assert_eq!(place.refuses("apply_compaction", apply).0, "stale_plan");
    let plan = place.ok("plan_compaction", json!({}));
    place.write("store/keepstone.toml", CONFIGURATION.replace("min_size_kb = 1", "min_size_kb = 2"));
    place.site().close();
    assert_eq!(place.refuses("apply_compaction", json!({"digest": plan["digest"]})).0, "stale_plan");
    assert_eq!(files_below(&place.folder().join("runs")).len(), FILES.len());
}

#[test]
fn what_can_not_be_replaced_is_left_alone() {
    let (place, _) = scanned();
    let path = |number: usize| place.folder().join(FILES[number].0);
    fs::hard_link(path(0), place.folder().join("another name")).unwrap();
    fs::write(format!("{}.zst", path(1).display()), "somebody's own").unwrap();
    fs::remove_file(path(2)).unwrap();
    let applied = compact(&place);
    let told: Vec<_> = kinds(&applied["files"]).into_iter().map(|(_, told)| told).collect();
    assert_eq!(told, ["linked", "missing", "too_small", "name_taken", "other_kind"]);
    assert_eq!(applied["totals"]["compacted"], 0);
    assert_eq!(fs::read_to_string(format!("{}.zst", path(1).display())).unwrap(), "somebody's own");
}

#[test]
fn compact_forms_go_to_the_trash_and_come_back() {
    let (place, artifact_id) = scanned();
    compact(&place);
    place.ok("delete_artifact", json!({"artifactId": artifact_id}));
    assert_eq!(files_below(&place.folder().join("runs")), Vec::<String>::new());
    assert_readable(&place, &artifact_id);
    assert_eq!(place.refuses("expand", json!({"artifactId": artifact_id})).0, "conflict");
    assert_eq!(place.ok("plan_compaction", json!({}))["files"], json!([]));
    place.ok("restore", json!({"artifactIds": [artifact_id]}));
    assert_readable(&place, &artifact_id);
    place.ok("expand", json!({"artifactId": artifact_id}));
    assert_expanded(&place);
    compact(&place);
    place.ok("delete_artifact", json!({"artifactId": artifact_id}));
    place.ok("purge_trash", json!({"artifactIds": [artifact_id], "olderThan": "0s", "dryRun": false}));
    assert_eq!(place.objects(), Vec::<String>::new(), "the report's original is gone too");
    place.site().close();
    assert_whole(&place.root(), Expect::Written);
}

#[test]
fn the_manifest_is_made_again_with_its_forms() {
    let (place, artifact_id) = scanned();
    compact(&place);
    let before = place.ok("list_files", json!({"artifactId": artifact_id}));
    place.site().close();
    for end in ["", "-wal", "-shm"] {
        fs::remove_file(place.root().join(format!("manifest.sqlite{end}"))).ok();
    }
    let rebuilt = place.ok("rebuild_manifest", json!({}));
    assert_eq!(rebuilt["findings"], json!([]), "{rebuilt}");
    assert_eq!(place.ok("list_files", json!({"artifactId": artifact_id})), before);
    assert_readable(&place, &artifact_id);
    let report = place.ok("scan", json!({}));
    assert_eq!((&report["unchanged"], &report["refreshed"]), (&json!(1), &json!(0)), "{report}");
    place.ok("expand", json!({"artifactId": artifact_id}));
    assert_expanded(&place);
    place.site().close();
    assert_whole(&place.root(), Expect::Written);
}

#[test]
fn what_is_managed_is_not_compacted() {
    let (place, artifact_id) = scanned();
    let path = place.write("given/big.jsonl", "{\"a\": \"a value that repeats itself\"}\n".repeat(500));
    let managed = place.publish("log", "big", &path);
    let plan = place.ok("plan_compaction", json!({}));
    assert!(plan["files"].as_array().unwrap().iter().all(|file| file["artifactId"] == artifact_id.as_str()));
    assert_eq!(place.ok("expand", json!({"artifactId": id(&managed)}))["files"], json!([]));
    assert_eq!(place.refuses("expand", json!({"artifactId": "art-20200101T000000-00000000"})).0, "not_found");
}

#[test]
fn settings_are_checked() {
    let (place, _) = scanned();
    for (line, word) in [
        ("[compaction.markdown]\npreserve_timestamps = true\n", "preserve_timestamps does not apply"),
        ("[compaction.jsonl]\nmin_size = 1\n", "min_size"),
        ("[compaction.jsonl]\ndict_threshold = -1\n", "dict_threshold"),
    ] {
        place.write("store/keepstone.toml", line);
        place.site().close();
        let (kind, _, message) = refusal(&place.fails("plan_compaction", json!({})));
        assert!(kind == "invalid_data" && message.contains(word) && message.contains("keepstone.toml"), "{message}");
    }
    place
        .write("store/keepstone.toml", "[compaction.jsonl]\nenabled = false\n[compaction.markdown]\nenabled = false\n");
    place.site().close();
    let plan = place.ok("plan_compaction", json!({}));
    let told: Vec<_> = kinds(&plan["files"]).into_iter().map(|(_, told)| told).collect();
    assert_eq!(told, ["disabled", "disabled", "disabled", "disabled", "other_kind"]);
}

#[test]
fn a_plan_counts_files_as_they_lie_there() {
    let (place, artifact_id) = scanned();
    compact(&place);
    let sizes = |folder: &std::path::Path| -> u64 {
        files_below(folder).iter().map(|name| fs::metadata(folder.join(name)).unwrap().len()).sum()
    };
    let lies = || sizes(&place.folder().join("runs")) + sizes(&place.root().join("objects"));
    let small = lies();
    place.write("runs/run_20260101_000000/new.json", "[1]");
    place.ok("scan", json!({}));
    let rules = "[families.proofs]\nkeep = 1\nalways_keep = []\n";
    place.write("store/keepstone.toml", CONFIGURATION.replace("[families.proofs]\n", rules));
    place.site().close();
    let plan = place.ok("plan_gc", json!({}));
    let logical: usize = FILES.iter().map(|(_, content)| content().len()).sum();
    assert_eq!(
        (&plan["totals"]["logicalBytes"], &plan["totals"]["physicalBytes"]),
        (&json!(logical), &json!(small)),
        "{plan}"
    );
    assert_eq!((&plan["bytesBefore"], &plan["bytesAfter"]), (&json!(small + 3), &json!(3)));
    assert_eq!(place.ok("get_stats", json!({}))["liveBytes"], plan["bytesBefore"]);
    place.ok("apply_gc", json!({"now": plan["now"], "digest": plan["digest"]}));
    assert_eq!(place.ok("get_stats", json!({}))["trash"]["purgeableBytes"], small);
    let purged = place.ok("purge_trash", json!({"artifactIds": [artifact_id], "dryRun": false}));
    assert_eq!((&purged["physicalBytes"], lies()), (&json!(small), 3));
}

#[test]
fn settings_count_as_keepstone_toml_says_now() {
    let (place, _) = scanned();
    let forms = || {
        let plan = place.ok("plan_compaction", json!({}));
        plan["files"].as_array().unwrap().iter().filter(|file| !file["form"].is_null()).count()
    };
    assert_eq!(forms(), 3);
    place.write(
        "store/keepstone.toml",
        CONFIGURATION.replace("[compaction.markdown]\n", "[compaction.markdown]\nenabled = false\n"),
    );
    assert_eq!(forms(), 2);
}
