//! `export_bundle` and `import_bundle`: artifacts on their way from one store to another.

mod forged;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{Place, files_below, id, ids, refusal};

/// A store with a bit of everything: a registered type, a run with its parent, lineage, curation, a supersession, a tree,
/// an alias, a dataset.
fn furnished() -> Place {
    let place = Place::new();
    place.ok("register_type", json!({"artifactType": "rain", "sortKeys": ["t"]}));
    place.ok("start_run", json!({"runId": "parent", "stage": "all"}));
    place.ok("start_run", json!({"runId": "run-1", "stage": "clean", "parentRunId": "parent", "params": {"x": 1}}));
    let csv = json!({"encoding": "utf8", "data": "t,mm\n2026-01-02T00:00:00Z,2\n2026-01-01T00:00:00Z,1.5\n"});
    place.ok(
        "publish_artifact",
        json!({"artifactType": "rain", "artifactId": "raw", "logicalKey": "november", "content": csv, "format": "table",
            "runId": "run-1", "tags": {"site": "a"}, "params": {"grid": {"bins": 2}}, "filenameHint": "first",
            "createdAt": "2026-01-01T00:00:00Z", "requestId": "r1"}),
    );
    place.write("site/index.html", "<p>");
    place.write("site/img/a.svg", "<svg>");
    let site = place.folder().join("site");
    place.ok(
        "publish_artifact",
        json!({"artifactType": "site", "artifactId": "site", "dataPath": site, "inputArtifactIds": ["raw"]}),
    );
    place.derived("old", &["raw"]);
    place.derived("new", &["site"]);
    place.derived("apart", &[]);
    place.ok("add_lineage", json!({"artifactId": "new", "inputs": [{"artifactId": "raw", "relation": "config_from"}]}));
    place.ok("supersede", json!({"newArtifactId": "new", "oldArtifactId": "old", "reason": "better"}));
    place.ok("update_artifact", json!({"artifactId": "raw", "title": "Rain", "tags": {"site": null, "checked": ""}}));
    place.ok("update_artifact", json!({"artifactId": "site", "archived": true}));
    place.ok("set_alias", json!({"artifactId": "raw", "alias": "production"}));
    place.ok("finish_run", json!({"runId": "run-1", "status": "completed", "exitCode": 0}));
    let members = json!([{"artifactId": "raw", "role": "input", "split": "train", "features": {"f": 1.5}},
        {"artifactId": "site", "role": "output"}]);
    place.ok("create_dataset", json!({"datasetId": "em", "version": "v1", "members": members, "name": "EM"}));
    place.ok(
        "create_dataset",
        json!({"datasetId": "em", "version": "v2", "members": [{"artifactId": "apart", "role": "x"}]}),
    );
    place
}

#[track_caller]
fn export(place: &Place, name: &str, what: Value) -> (PathBuf, Value) {
    let path = place.folder().join(name);
    let mut params = json!({"path": path});
    params.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
    let bundled = place.ok("export_bundle", params);
    (path, bundled)
}

#[track_caller]
fn import(place: &Place, path: &Path) -> Value {
    place.ok("import_bundle", json!({"path": path}))
}

fn tally(imported: u64, already_there: u64, skipped: u64) -> Value {
    json!({"imported": imported, "alreadyThere": already_there, "skipped": skipped})
}

/// What must be the same in both stores, the folder they lie in apart.
fn artifact(place: &Place, artifact_id: &str) -> String {
    place.get(artifact_id).to_string().replace(place.folder().to_str().unwrap(), "")
}

#[track_caller]
fn assert_sound(place: &Place) {
    let verified = place.ok("verify_store", json!({}));
    assert_eq!(verified["findings"], json!([]), "{verified}");
}

#[test]
fn everything_arrives_as_it_was() {
    let from = furnished();
    let (path, bundled) = export(&from, "all.tar", json!({"all": true}));
    for (name, count) in [("artifactCount", 5), ("runCount", 2), ("datasetCount", 2), ("aliasCount", 1)] {
        assert_eq!(bundled[name], count, "{name}: {bundled}");
    }
    assert_eq!(bundled["missingInputs"], json!([]));
    assert_eq!(bundled["sizeBytes"], fs::metadata(&path).unwrap().len());
    let to = Place::new();
    let imported = import(&to, &path);
    for (name, expected) in [("artifacts", 5), ("runs", 2), ("datasets", 2), ("aliases", 1), ("types", 1)] {
        assert_eq!(imported[name], tally(expected, 0, 0), "{name}: {imported}");
    }
    assert_eq!((&imported["notes"], &imported["truncated"]), (&json!([]), &json!(false)));
    for name in ["raw", "site", "old", "new", "apart"] {
        assert_eq!(artifact(&to, name), artifact(&from, name), "{name}");
        let lineage = |place: &Place| place.ok("get_lineage", json!({"artifactId": name, "depth": 9}))["edges"].clone();
        assert_eq!(lineage(&to), lineage(&from), "{name}");
        // Who did what when came along; what is the store's own did not.
        let history = |place: &Place| -> Vec<Value> {
            let events = place.ok("list_events", json!({"artifactId": name}));
            let told = events.as_array().unwrap().iter().filter(|event| event["kind"] != "alias_set");
            told.map(|event| json!([event["at"], event["kind"], event["actor"], event["data"]])).collect()
        };
        assert_eq!(history(&to), history(&from), "{name}");
    }
    let runs = |place: &Place| place.ok("list_runs", json!({}));
    assert_eq!(runs(&to), runs(&from));
    let dataset = |place: &Place, version: &str| {
        let found = place.ok("get_dataset", json!({"datasetId": "em", "version": version}));
        let members = place.ok("list_dataset_members", json!({"datasetId": "em", "version": version}));
        json!([found["membershipDigest"], found["createdAt"], found["name"], found["statistics"], members["members"]])
    };
    for version in ["v1", "v2"] {
        assert_eq!(dataset(&to, version), dataset(&from, version), "{version}");
    }
    assert_eq!(id(&to.ok("resolve", json!({"ref": "rain:november@production"}))), "raw");
    assert_eq!(to.ok("read_file", json!({"artifactId": "site", "file": "img/a.svg"}))["data"], "<svg>");
    assert_eq!(to.ok("list_events", json!({"limit": 1}))[0]["kind"], "bundle_imported");
    assert_sound(&to);
    // The request of the other store means nothing here.
    let again = json!({"artifactType": "note", "logicalKey": "k", "content": {"encoding": "utf8", "data": "k"}, "requestId": "r1"});
    assert_eq!(to.ok("publish_artifact", again)["deduped"], false);
}

#[test]
fn what_was_imported_is_made_again_from_sidecars_and_history() {
    let from = furnished();
    let (path, _) = export(&from, "all.tar", json!({"all": true}));
    let to = Place::new();
    import(&to, &path);
    let (before, events) = (to.state(), to.ok("list_events", json!({"limit": 1000})));
    to.site().close();
    for name in ["manifest.sqlite", "manifest.sqlite-wal", "manifest.sqlite-shm"] {
        fs::remove_file(to.root().join(name)).ok();
    }
    let answer = to.ok("rebuild_manifest", json!({}));
    assert_eq!(answer["findings"], json!([]));
    assert_eq!(to.state(), before);
    assert_eq!(to.ok("list_events", json!({"limit": 1000})), events);
    assert_sound(&to);
}

#[test]
fn importing_again_changes_nothing_and_decisions_stay() {
    let from = furnished();
    let (path, _) = export(&from, "all.tar", json!({"all": true}));
    let to = Place::new();
    import(&to, &path);
    to.ok("update_artifact", json!({"artifactId": "raw", "title": "Mine"}));
    let before = to.state();
    let imported = import(&to, &path);
    assert_eq!((&imported["artifacts"], &imported["datasets"]), (&tally(0, 5, 0), &tally(0, 2, 0)));
    assert_eq!((&imported["bytesTaken"], &imported["runs"]), (&json!(0), &tally(0, 2, 0)));
    assert_eq!(to.state(), before, "not even an event");
    // What was decided in the other store meanwhile stays there.
    from.ok("update_artifact", json!({"artifactId": "raw", "title": "Theirs"}));
    from.derived("more", &["new"]);
    let (path, _) = export(&from, "more.tar", json!({"artifactIds": ["more"]}));
    assert_eq!(import(&to, &path)["artifacts"], tally(1, 3, 0));
    assert_eq!(to.get("raw")["title"], "Mine");
    assert_sound(&to);
}

#[test]
fn a_closure_has_everything_something_was_made_from() {
    let from = furnished();
    let (path, bundled) = export(&from, "new.tar", json!({"artifactIds": ["new"]}));
    assert_eq!((&bundled["artifactCount"], &bundled["datasetCount"]), (&json!(3), &json!(1)), "v2 has other members");
    let to = Place::new();
    import(&to, &path);
    let listed = to.ok("list_artifacts", json!({"filter": {}}));
    assert_eq!(ids(&listed), ["new", "site", "raw"]);
    // Without it an input is only named, and connected when it comes.
    let (alone, bundled) = export(&from, "alone.tar", json!({"artifactIds": ["new"], "closure": false}));
    assert_eq!(bundled["missingInputs"], json!(["raw", "site"]));
    let other = Place::new();
    import(&other, &alone);
    assert_eq!(
        other.ok("get_lineage_graph", json!({"artifactIds": ["new"], "direction": "ancestors"}))["missing"],
        json!(["site", "raw"])
    );
    import(&other, &path);
    let graph = other.ok("get_lineage_graph", json!({"artifactIds": ["new"], "direction": "ancestors"}));
    assert_eq!((&graph["missing"], &graph["nodeCount"]), (&json!([]), &json!(3)));
    assert_sound(&other);
}

#[test]
fn a_supersession_goes_as_far_as_both_are_there() {
    let from = furnished();
    let (old, _) = export(&from, "old.tar", json!({"artifactIds": ["old"]}));
    let to = Place::new();
    let imported = import(&to, &old);
    assert_eq!(imported["notes"], json!(["artifact old is superseded; its successor new is not in this store"]));
    assert_eq!((&to.get("old")["status"], &to.get("old")["supersededBy"]), (&json!("superseded"), &Value::Null));
    assert_sound(&to);
    // When the successor comes, in whatever bundle, it is known again.
    for bundles in
        [&[json!({"all": true})][..], &[json!({"artifactIds": ["new"], "closure": false}), json!({"all": true})]]
    {
        let later = Place::new();
        import(&later, &old);
        for (at, what) in bundles.iter().enumerate() {
            let (path, _) = export(&from, &format!("later-{}-{at}.tar", bundles.len()), what.clone());
            let imported = import(&later, &path);
            assert_eq!(imported["notes"], json!([]));
        }
        assert_eq!(
            (&later.get("old")["supersededBy"], &later.get("new")["supersedes"]),
            (&json!("new"), &json!(["old"]))
        );
        assert_sound(&later);
    }
    // The old one was there, active: what comes supersedes it.
    let other = Place::new();
    other.derived("old", &[]);
    let (all, _) = export(&from, "all.tar", json!({"all": true}));
    import(&other, &all);
    assert_eq!(other.get("old")["supersededBy"], "new");
    assert_sound(&other);
}

#[test]
fn what_was_deleted_arrives_deleted() {
    let from = furnished();
    for name in ["old", "new", "site"] {
        from.ok("delete_artifact", json!({"artifactId": name, "reason": "test", "force": true}));
    }
    from.ok("restore", json!({"artifactIds": ["site"]}));
    from.ok("purge_trash", json!({"artifactIds": ["old"], "dryRun": false}));
    let (path, bundled) = export(&from, "all.tar", json!({"all": true}));
    assert_eq!(bundled["artifactCount"], 5);
    let to = Place::new();
    let imported = import(&to, &path);
    assert_eq!(imported["artifacts"], tally(5, 0, 0), "{imported}");
    for name in ["old", "new", "site"] {
        assert_eq!(artifact(&to, name), artifact(&from, name), "{name}");
    }
    assert_eq!(ids(&to.ok("list_trash", json!({}))), ["new"], "the purged one has no way back");
    to.ok("restore", json!({"artifactIds": ["new"]}));
    assert_eq!(to.ok("read_file", json!({"artifactId": "new"}))["data"], "new");
    assert_sound(&to);
}

#[test]
fn conflicts_are_named_and_nothing_is_imported() {
    let from = furnished();
    let (path, _) = export(&from, "all.tar", json!({"all": true}));
    for (plant, words) in [
        (
            (
                "publish_artifact",
                json!({"artifactType": "note", "artifactId": "apart", "content": {"encoding": "utf8", "data": "other"}}),
            ),
            "artifact apart is there with another content",
        ),
        (
            (
                "publish_artifact",
                json!({"artifactType": "rain", "artifactId": "x", "content": {"encoding": "utf8", "data": "other"}}),
            ),
            "the type rain is in use here with another definition",
        ),
        (("start_run", json!({"runId": "run-1", "stage": "other"})), "the run run-1 is there with other facts"),
    ] {
        let to = Place::with_store();
        to.ok(plant.0, plant.1);
        let (before, objects) = (to.state(), to.objects());
        let (kind, field, message) = refusal(&to.fails("import_bundle", json!({"path": path})));
        assert_eq!((kind.as_str(), field.as_str()), ("conflict", "path"), "{message}");
        assert!(message.starts_with("nothing was imported") && message.contains(words), "{message}");
        assert_eq!((to.state(), to.objects()), (before, objects));
    }
    let to = Place::new();
    to.derived("mine", &[]);
    to.ok(
        "create_dataset",
        json!({"datasetId": "em", "version": "v1", "members": [{"artifactId": "mine", "role": "x"}]}),
    );
    let (kind, _, message) = refusal(&to.fails("import_bundle", json!({"path": path})));
    assert!(kind == "conflict" && message.contains("the dataset em v1"), "{message}");
    assert_eq!(ids(&to.ok("list_artifacts", json!({"filter": {}}))), ["mine"]);
    assert_sound(&to);
}

#[test]
fn versions_and_aliases_that_are_taken_stay_what_they_are() {
    let from = furnished();
    let (path, _) = export(&from, "all.tar", json!({"artifactIds": ["raw"]}));
    let to = Place::new();
    to.ok("register_type", json!({"artifactType": "rain", "sortKeys": ["t"]}));
    let csv = json!({"encoding": "utf8", "data": "t\n1\n"});
    to.ok("publish_artifact", json!({"artifactType": "rain", "artifactId": "own", "logicalKey": "november", "content": csv, "format": "table"}));
    to.ok("set_alias", json!({"artifactId": "own", "alias": "production"}));
    let imported = import(&to, &path);
    assert_eq!(imported["aliases"], tally(0, 0, 1));
    assert_eq!(imported["notes"].as_array().unwrap().len(), 2, "{imported}");
    assert_eq!((&to.get("raw")["version"], &to.get("own")["version"]), (&json!(2), &json!(1)));
    assert_eq!(id(&to.ok("resolve", json!({"ref": "rain:november@production"}))), "own");
    assert_sound(&to);
}

/// The entries of a tar file that holds plain files: header and bytes.
fn entries(tar: &[u8]) -> Vec<(String, usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at + 512 <= tar.len() && tar[at] != 0 {
        let name = String::from_utf8_lossy(&tar[at..at + 100]).trim_end_matches('\0').to_owned();
        let size = usize::from_str_radix(std::str::from_utf8(&tar[at + 124..at + 135]).unwrap().trim(), 8).unwrap();
        found.push((name, at, size));
        at += 512 + size.div_ceil(512) * 512;
    }
    found
}

/// Writes a header's checksum anew.
fn seal(header: &mut [u8]) {
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

#[test]
fn damage_anywhere_is_found_before_anything_is_taken() {
    let from = furnished();
    let (path, _) = export(&from, "all.tar", json!({"all": true}));
    let whole = fs::read(&path).unwrap();
    let parts = entries(&whole);
    assert_eq!((parts[0].0.as_str(), parts[1].0.as_str()), ("bundle.json", "records.jsonl"));
    assert!(parts[2..].iter().all(|(name, ..)| name.starts_with("objects/") && name.len() == 72), "{parts:?}");
    let to = Place::with_store();
    let before = (to.state(), to.objects());
    let refused = |bytes: &[u8], what: &str| {
        let broken = to.write("broken.tar", bytes);
        let (kind, field, message) = refusal(&to.fails("import_bundle", json!({"path": broken})));
        assert!(matches!(kind.as_str(), "integrity" | "invalid_data"), "{what}: {kind} {message}");
        assert_eq!(field, "path", "{what}: {message}");
        assert_eq!((to.state(), to.objects()), before, "{what}");
    };
    for (name, start, size) in &parts {
        for at in [0, size / 2, size - 1] {
            let mut bytes = whole.clone();
            bytes[start + 512 + at] ^= 1;
            refused(&bytes, &format!("bit {at} of {name}"));
        }
        refused(&whole[..start + 512 + size / 2], &format!("cut off in {name}"));
        refused(&whole[..*start], &format!("cut off before {name}"));
        let mut bytes = whole[..*start].to_vec();
        bytes.extend_from_slice(&whole[start + 512 + size.div_ceil(512) * 512..]);
        refused(&bytes, &format!("without {name}"));
    }
    // Names that lead elsewhere, links, and what nothing needs.
    let (_, last, _) = parts.last().unwrap();
    for (name, kind) in [
        ("../../escaped", b'0'),
        ("/etc/passwd", b'0'),
        ("objects/x", b'2'),
        ("objects/../x", b'1'),
        ("x", b'x'),
        ("x", b'L'),
        ("x", b'5'),
    ] {
        let mut bytes = whole.clone();
        let header = &mut bytes[*last..last + 512];
        header[..100].fill(0);
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[156] = kind;
        seal(header);
        refused(&bytes, &format!("{name} of kind {}", char::from(kind)));
    }
    let mut twice = whole[..last + 512].to_vec();
    twice.extend_from_slice(&whole[last + 512..whole.len() - 1024]);
    twice.extend_from_slice(&whole[*last..]);
    refused(&twice, "an object twice");
    refused(b"", "nothing");
    refused(b"no tar at all", "no tar");
    assert_eq!(files_below(&to.folder().join("store/staging")), Vec::<String>::new());
    // And untouched it is taken.
    assert_eq!(import(&to, &path)["artifacts"], tally(5, 0, 0));
}

#[test]
fn a_bundle_is_written_whole_or_not_at_all() {
    let place = furnished();
    let (path, _) = export(&place, "all.tar", json!({"all": true}));
    let before = fs::read(&path).unwrap();
    let (kind, field, _) = refusal(&place.fails("export_bundle", json!({"all": true, "path": path})));
    assert_eq!((kind.as_str(), field.as_str()), ("conflict", "path"));
    assert_eq!(fs::read(&path).unwrap(), before);
    for (params, kind, field) in [
        (json!({"path": "x.tar"}), "invalid_params", "artifactIds"),
        (json!({"path": "x.tar", "all": true, "artifactIds": ["raw"]}), "invalid_params", "artifactIds"),
        (json!({"path": "x.tar", "artifactIds": []}), "invalid_params", "artifactIds"),
        (json!({"path": "x.tar", "artifactIds": ["raw", "nobody"]}), "not_found", "artifactIds[1]"),
        (json!({"path": "", "all": true}), "invalid_params", "path"),
        (json!({"path": place.root().join("x.tar"), "all": true}), "path_not_allowed", "path"),
        (json!({"path": place.folder().join("no/x.tar"), "all": true}), "not_found", "path"),
    ] {
        let (found, named, message) = refusal(&place.fails("export_bundle", params));
        assert_eq!((found.as_str(), named.as_str()), (kind, field), "{message}");
    }
    // Damaged bytes are not carried on.
    let hash = place.get("old")["fileHash"].as_str().unwrap()["sha256:".len()..].to_owned();
    fs::remove_file(place.root().join("objects").join(&hash[..2]).join(&hash)).unwrap();
    let broken = place.folder().join("broken.tar");
    assert_eq!(refusal(&place.fails("export_bundle", json!({"all": true, "path": broken}))).0, "integrity");
    assert!(!broken.exists());
    assert!(
        fs::read_dir(place.folder()).unwrap().all(|entry| !entry
            .unwrap()
            .file_name()
            .to_string_lossy()
            .starts_with('.'))
    );
    let (kind, field, _) = refusal(&place.fails("import_bundle", json!({"path": broken})));
    assert_eq!((kind.as_str(), field.as_str()), ("not_found", "path"));
}

#[test]
fn a_broken_bundle_makes_no_store() {
    let place = Place::new();
    let from = furnished();
    let (path, _) = export(&from, "all.tar", json!({"all": true}));
    let whole = fs::read(&path).unwrap();
    let (_, last, size) = entries(&whole).pop().unwrap();
    let mut flipped = whole.clone();
    flipped[last + 512 + size / 2] ^= 1;
    for (broken, kind) in [
        (&b"nothing"[..], "invalid_data"),
        (&whole[..last + 512 + size / 2], "integrity"),
        (&whole[..last], "integrity"),
        (&flipped, "integrity"),
    ] {
        let path = place.write("broken.tar", broken);
        assert_eq!(refusal(&place.fails("import_bundle", json!({"path": path}))).0, kind);
        assert!(!place.root().exists());
    }
}
