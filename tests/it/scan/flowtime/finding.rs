//! What is found, and what is said of it.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use super::super::tree::{codes, configure, counts, outside};
use super::folder::{self, RUN, SPEC, data, furnish, write, write_json};
use crate::support::{Place, id, serve};

#[track_caller]
fn assert_says(artifact: &Value, expected: &Value) {
    for (key, value) in expected.as_object().expect("an object") {
        assert_eq!(&artifact[key], value, "{key}: {artifact}");
    }
}

#[test]
fn a_folder_is_one_artifact_that_says_what_its_files_say() {
    let place = folder::place();
    furnish(&place);
    let before = outside(&place);
    let report = place.ok("scan", json!({}));
    assert_eq!((counts(&report), &report["warnings"]), ([4, 4, 0, 0, 0, 0, 25], &json!([])), "{report}");
    let families: Vec<Value> =
        report["families"].as_array().unwrap().iter().map(|one| json!([one["family"], one["found"]])).collect();
    assert_eq!(json!(families), json!([["flowtime_models", 1], ["flowtime_runs", 2], ["flowtime_telemetry", 1]]));
    assert_eq!(outside(&place), before, "nothing is written into the producer's folder");

    let run = place.get(RUN);
    assert_says(
        &run,
        &json!({
            "artifactType": "run", "family": "flowtime_runs", "logicalKey": RUN, "version": 1, "format": "tree",
            "storage": "in_place", "status": "active", "archived": false, "fileCount": 11, "revision": 1,
            "title": "Weekend demand", "description": "Two days of a shop. It opens at eight.",
            "tags": {"demo": "", "featured": ""}, "source": "engine", "capabilities": ["replay", "compare", "export"],
            "createdAt": "2025-09-20T08:07:07.000Z", "writer": {"name": "flowtime", "version": "0.6.0"},
            "path": data(&place).join(RUN), "outcome": "unknown",
        }),
    );
    assert_says(
        &run["params"],
        &json!({
            "schemaVersion": 1, "rng": {"kind": "pcg32", "seed": "9007199254740993"}, "eventCount": 0,
            "grid": {"bins": 24, "binSize": 1, "binUnit": "hours", "timezone": "UTC", "align": "left"},
            "engineVersion": "0.6.0", "classCoverage": "missing", "warnings": [], "nodes": ["demand", "served"],
            "series": [{"id": "demand@DEMAND@DEFAULT", "path": "series/demand@DEMAND@DEFAULT.csv", "unit": "entities/bin"}],
            "provenance": {
                "hasProvenance": true, "modelId": "shop_v1", "templateId": "shop", "source": "flowtime-sim",
                "parameters": {"bins": 24},
            },
            "model": {"templateId": "shop", "mode": "simulation"},
        }),
    );
    for absent in ["seriesHashes", "tags", "source", "runId", "inputHash"] {
        assert!(run["params"].get(absent).is_none(), "{absent}: {run}");
    }
    assert_says(
        &place.get("run_deterministic_0a1b2c3d"),
        &json!({
            "title": "Model with a, b", "description": null, "tags": {"golden": ""}, "capabilities": ["replay", "compare"],
            "createdAt": "2025-09-20T08:07:08.123Z",
        }),
    );
    assert_says(
        &place.get("shop_v1"),
        &json!({
            "artifactType": "model", "family": "flowtime_models", "title": "The shop", "tags": {"validated": "", "demo": "", "featured": ""},
            "source": "sim", "capabilities": [], "createdAt": "2025-09-19T22:00:00.000Z", "fileCount": 2,
            "params": {
                "created": "2025-09-19T22:00:00Z", "schema_version": "v1", "templateId": "shop", "parameters": {"rate": 1.5},
                "schemaVersion": 1, "kind": "Model", "grid": {"bins": 24, "binSize": 1, "binUnit": "hours"},
                "nodes": ["demand", "served"],
            },
        }),
    );
    assert_says(
        &place.get("sensors"),
        &json!({
            "artifactType": "telemetry", "family": "flowtime_telemetry", "title": "Sensors of the shop",
            "description": "Counted at the door.", "source": "import", "capabilities": ["replay", "compare"],
            "createdAt": "2025-09-18T06:00:00.000Z", "fileCount": 3,
            "params": {
                "created": "2025-09-18T06:00:00Z", "catalog": {"components": ["a", "b"]},
                "schema": {
                    "file": "data.csv", "rowCount": 2,
                    "columns": [
                        {"name": "ts", "type": "timestamptz"}, {"name": "line", "type": "text"},
                        {"name": "count", "type": "int"}, {"name": "share", "type": "float64"},
                    ],
                    "minTs": "2025-09-20T00:00:00.000000Z", "maxTs": "2025-09-20T01:00:00.000000Z",
                },
            },
        }),
    );
    assert_eq!(place.ok("verify_store", json!({}))["findings"], json!([]));
}

#[test]
fn nested_files_are_listed_with_their_media_types() {
    let place = folder::place();
    furnish(&place);
    place.ok("scan", json!({}));
    let files = place.ok("list_files", json!({"artifactId": RUN}));
    let listed: BTreeMap<&str, &Value> =
        files.as_array().unwrap().iter().map(|file| (file["path"].as_str().unwrap(), &file["mediaType"])).collect();
    let expected = [
        ("aggregates/export.csv", "text/csv"),
        ("aggregates/export.ndjson", "application/x-ndjson"),
        ("manifest.json", "application/json"),
        ("model/metadata.json", "application/json"),
        ("model/model.yaml", "application/yaml"),
        ("model/provenance.json", "application/json"),
        ("notes.log", "text/plain"),
        ("run.json", "application/json"),
        ("series/demand@DEMAND@DEFAULT.csv", "text/csv"),
        ("series/index.json", "application/json"),
        ("spec.yaml", "application/yaml"),
    ];
    let expected: Vec<(String, &str)> =
        expected.iter().map(|(path, media)| (format!("{RUN}/{path}"), *media)).collect();
    assert_eq!(listed.len(), expected.len());
    for (path, media) in &expected {
        assert_eq!(listed[path.as_str()], *media, "{path}");
    }
    let file = format!("{RUN}/series/demand@DEMAND@DEFAULT.csv");
    let read = place.ok("read_file", json!({"artifactId": RUN, "file": file}));
    assert_eq!((&read["data"], &read["integrity"]), (&json!("t,value\n0,29\n1,12\n"), &json!("verified")));
    // As its producer calls it, too.
    let short = place.ok("read_file", json!({"artifactId": RUN, "file": "series/demand@DEMAND@DEFAULT.csv"}));
    assert_eq!(short, read);
    for other in ["demand@DEMAND@DEFAULT.csv", "/run.json", "../run.json", ""] {
        let (kind, field, _) = place.refuses("read_file", json!({"artifactId": RUN, "file": other}));
        assert_eq!((kind.as_str(), field.as_str()), ("not_found", "file"), "{other}");
    }
}

#[test]
fn names_of_every_shape_are_ids_and_tell_the_time_in_utc() {
    let place = folder::place();
    let data = data(&place);
    let names = [
        ("run_20250920T080707Z_5eccafbb", "2025-09-20T08:07:07.000Z", "Run 5eccafbb"),
        ("run_deterministic_0a1b2c3d", "2025-09-20T08:07:08.123Z", "Run 0a1b2c3d"),
        ("run_it-system_microservices_0123abcd", "2025-09-20T08:07:08.123Z", "Run 0123abcd"),
        ("run_shop_20250101T000000Z_ffffffff_2", "2025-01-01T00:00:00.000Z", "Run 2"),
    ];
    for (name, _, _) in names {
        folder::run(&data, name, json!({}), "grid: {bins: 1}\n");
    }
    // Without a word of when: the newest of its files tells.
    write_json(&data.join("run_plain/manifest.json"), &json!({"schemaVersion": 1}));
    // Whatever the case of its name.
    write_json(
        &data.join("run_capitals/Manifest.JSON"),
        &json!({"metadata": {"description": "found by needle", "n": 3}}),
    );
    let report = place.ok("scan", json!({}));
    assert_eq!((counts(&report)[..2].to_vec(), &report["warnings"]), (vec![6, 6], &json!([])));
    for (name, created, title) in names {
        let run = place.get(name);
        assert_eq!((&run["createdAt"], &run["title"]), (&json!(created), &json!(title)), "{name}");
    }
    let plain = place.get("run_plain");
    assert_says(
        &plain,
        &json!({"createdAt": "2025-09-01T12:00:00.000Z", "capabilities": [], "source": "engine", "writer": null}),
    );
    let capitals = place.get("run_capitals");
    assert_says(
        &capitals,
        &json!({"description": "found by needle", "params": {"metadata": {"description": "found by needle", "n": 3}}}),
    );
}

#[test]
fn the_registry_index_gives_what_people_decided_once() {
    let place = folder::place();
    furnish(&place);
    let index = |title: &str, tags: Value| {
        let entries = json!([
            {"id": RUN, "type": "run", "title": title, "tags": tags, "description": "What autumn sold."},
            {"id": "run_deterministic_0a1b2c3d", "title": "Run 0a1b2c3d", "tags": ["run", "csv", "json", "configured"]},
            {"id": "shop_v1", "description": "of the index", "source": "flowtime-lab"},
            {"no": "id"},
        ]);
        write_json(
            &data(&place).join("registry-index.json"),
            &json!({"schemaVersion": 1, "artifacts": entries, "artifactCount": 4}),
        );
    };
    index("Baseline of autumn", json!(["run", "csv", "json", "configured", "demo", "archived", "kept"]));
    assert_eq!(place.ok("scan", json!({}))["warnings"], json!([]));
    let run = place.get(RUN);
    assert_says(
        &run,
        &json!({
            "title": "Baseline of autumn", "archived": true, "tags": {"demo": "", "featured": "", "kept": ""}, "revision": 1,
            "description": "What autumn sold.",
        }),
    );
    assert_says(
        &place.get("run_deterministic_0a1b2c3d"),
        &json!({"title": "Model with a, b", "archived": false, "tags": {"golden": ""}}),
    );
    assert_says(&place.get("shop_v1"), &json!({"source": "sim", "description": "of the index"}));
    let before = place.state();
    index("Something else", json!([]));
    assert_eq!(counts(&place.ok("scan", json!({}))), [4, 0, 0, 4, 0, 0, 0]);
    assert_eq!(place.state(), before);
}

#[test]
fn telemetry_has_its_schema_whatever_it_is_written_in() {
    let place = folder::place();
    let data = data(&place);
    let table = place.write("made.csv", "day,note\n2025-09-20,007\n2025-09-21,x\n");
    let made = place.publish("notes", "made", &table);
    let parquet = data.join("telemetry/imported/data.parquet");
    fs::create_dir_all(parquet.parent().unwrap()).unwrap();
    fs::copy(made["pathParquet"].as_str().unwrap(), &parquet).unwrap();
    write(&data.join("telemetry/imported/data.csv"), "never,looked,at\n");
    write(&data.join("telemetry/loose.csv"), "a,b\n1,2.5\n");
    write(&data.join("telemetry/broken/data.csv"), "a,b\n1\n");
    write_json(&data.join("telemetry/broken/metadata.json"), &json!({"capabilities": ["preview"]}));
    let report = place.ok("scan", json!({}));
    assert_eq!((counts(&report)[..2].to_vec(), codes(&report)), (vec![3, 3], vec!["malformed"]), "{report}");
    let told = report["warnings"][0]["message"].as_str().unwrap();
    assert!(told.contains("telemetry/broken/data.csv") && told.contains("row 1"), "{told}");
    let schema = |name: &str| place.get(name)["params"]["schema"].clone();
    let columns = json!([{"name": "day", "type": "date"}, {"name": "note", "type": "text"}]);
    let imported = schema("imported");
    assert_says(&imported, &json!({"file": "data.parquet", "rowCount": 2, "columns": columns}));
    let loose = place.get("loose.csv");
    assert_says(&loose, &json!({"title": "loose", "fileCount": 1, "capabilities": ["replay", "compare"]}));
    assert_says(&loose["params"]["schema"], &json!({"file": "loose.csv", "rowCount": 1}));
    assert_says(&place.get("broken"), &json!({"params": {}, "capabilities": ["preview"], "title": "broken"}));
}

#[test]
fn a_folder_that_looks_like_flowtimes_needs_no_configuration() {
    let place = Place::new();
    folder::run(&place.folder().join("data"), RUN, json!({}), SPEC);
    place.write("other/run_x/notes.md", "PASS\n");
    let report = place.ok("scan", json!({"root": place.folder().join("data")}));
    assert_eq!((counts(&report)[..2].to_vec(), &place.get(RUN)["title"]), (vec![1, 1], &json!("Weekend demand")));
    let (kind, _, message) = place.refuses("scan", json!({"root": place.folder().join("other")}));
    assert_eq!(kind, "invalid_data", "{message}");
    place.refuses("scan", json!({"family": "flowtime_runs"}));
}

#[test]
fn one_kind_may_be_scanned_by_itself() {
    let place = folder::place();
    furnish(&place);
    let found = |family: &str| counts(&place.ok("scan", json!({"family": family})))[..2].to_vec();
    assert_eq!((found("flowtime_models"), found("flowtime_telemetry")), (vec![1, 1], vec![1, 1]));
    let (kind, field, message) = place.refuses("scan", json!({"family": "flowtime"}));
    assert_eq!((kind.as_str(), field.as_str()), ("invalid_params", "family"), "{message}");
    assert_eq!(counts(&place.ok("scan", json!({}))), [4, 2, 0, 2, 0, 0, 20]);
}

#[test]
fn two_processes_scan_two_hundred_runs_at_once() {
    let place = folder::place();
    folder::many(&data(&place));
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
    assert_eq!(told, [[210, 0, 0, 210, 0, 0, 0], [210, 210, 0, 0, 0, 0, 1820]]);
    let downstream = place.ok("get_downstream", json!({"artifactId": "m3"}));
    assert_eq!(downstream.as_array().unwrap().len(), 20);

    let other = folder::place();
    folder::many(&data(&other));
    other.ok("scan", json!({}));
    let listed = |place: &Place| {
        let list = place.ok("list_artifacts", json!({"filter": {"limit": 1000}}));
        let told = |one: &Value| json!([id(one), one["createdAt"], one["fileHash"], one["title"], one["params"]]);
        list.as_array().unwrap().iter().map(told).collect::<Vec<_>>()
    };
    assert_eq!(listed(&place), listed(&other));
    crate::whole::assert_whole(&root, crate::whole::Expect::Died);
}

#[test]
fn the_layout_of_a_folder_is_said_beside_its_path() {
    let place = folder::place();
    furnish(&place);
    for (text, wrong) in [
        ("[scan]\nroots = [{ path = \"../data\", layout = \"flowtimes\" }]\n", "unknown variant `flowtimes`"),
        ("[scan]\nroots = [{ path = \"../data\", kind = \"flowtime\" }]\n", "unknown field `kind`"),
        ("[scan]\nroots = [{ layout = \"flowtime\" }]\n", "missing field `path`"),
        ("[scan]\nroots = [3]\n", "a folder, or a table of path and layout"),
        ("[families.flowtime_runs]\ninclude = [\"**/*\"]\n", "families.flowtime_runs: it takes no include"),
    ] {
        configure(&place, text);
        let message = place.fails("scan", json!({}))["message"].as_str().unwrap().to_owned();
        assert!(message.contains(wrong) && message.contains("keepstone.toml"), "{text}: {message}");
    }
    // By the patterns of families, where nothing else is said; both layouts side by side.
    let families =
        "[families.logs]\ninclude = [\"**/*.log\"]\n[families.flowtime_models]\nartifact_type = \"template\"\n";
    configure(&place, &format!("[scan]\nroots = [\"../data\"]\n{families}"));
    assert_eq!(counts(&place.ok("scan", json!({"dryRun": true})))[..2], [2, 2]);
    fs::create_dir(place.folder().join("out")).unwrap();
    place.write("out/a.log", "x");
    configure(
        &place,
        &format!("[scan]\nroots = [\"../out\", {{ path = \"../data\", layout = \"flowtime\" }}]\n{families}"),
    );
    assert_eq!(counts(&place.ok("scan", json!({})))[..2], [5, 5]);
    assert_eq!(place.get("shop_v1")["artifactType"], "template");
}
