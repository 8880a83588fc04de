//! `create_dataset`: what a version says, what is harmless, what is refused.

use std::path::Path;

use keepstone::model::seal;
use rusqlite::Connection;
use serde_json::{Value, json};

use super::{member_ids, publish, version, versions, with, with_artifacts};
use crate::support::{Place, Session, files_below, refusal, serve};

/// What the system that datasets come from computed for its own examples.
#[test]
fn content_digests_are_those_of_the_original() {
    let place = Place::new();
    for (dataset, count, text, digest) in [
        (
            "em_golden",
            3,
            "! Workflow touchstone {i}\n# GHz S MA R 50\n",
            "943d7588b207f3384c9525006939ae76ab09cc9bf56795745e863300579e67cc",
        ),
        ("members", 5, "dataset member {i}", "9fa9d4adce6d8a818b5a41f55cca77b40243d0080d13957f5d24e16ffa3a97b4"),
        ("empty", 0, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ] {
        let mut members = Vec::new();
        for i in 0..count {
            let id = format!("{dataset}-{i}");
            publish(&place, &id, "touchstone", &id, &text.replace("{i}", &i.to_string()));
            members.push(json!({"artifactId": id, "role": "oracle_output"}));
        }
        // In any order.
        members.reverse();
        let params = json!({"datasetId": dataset, "version": "v1.0", "members": members});
        let created = place.ok("create_dataset", params);
        assert_eq!(created["dataset"]["contentDigest"], format!("sha256:{digest}"));
        assert_eq!(created["dataset"]["memberCount"], count);
    }
}

#[test]
fn a_version_tells_what_it_holds() {
    let place = with_artifacts(&["a", "b"]);
    publish(&place, "c", "coupon_spec", "spec", "twelve bytes");
    place.ok(
        "publish_artifact",
        json!({"artifactType": "t", "artifactId": "d", "content": {"encoding": "utf8", "data": "x"}, "runId": "run-1"}),
    );
    let created = place.ok(
        "create_dataset",
        json!({
            "datasetId": "em_dataset", "version": "v1.0", "name": "EM", "description": "all of it",
            "tags": ["golden"], "annotations": {"note": {"deep": [1, null]}}, "writerName": "demo", "writerVersion": "1.0.0",
            "gitCommit": "0123456789abcdef0123456789abcdef01234567", "stage": "build",
            "members": [
                {"artifactId": "d", "role": "metadata"},
                {"artifactId": "c", "role": "config", "features": {"ok": true, "who": "me", "gone": null}},
                {"artifactId": "b", "role": "oracle_output", "split": "train", "features": {"freq_ghz": 2, "ok": false}},
                {"artifactId": "a", "role": "oracle_output", "split": "test", "features": {"freq_ghz": 1.0}},
            ],
        }),
    );
    assert_eq!(created["deduped"], false);
    let dataset = &created["dataset"];
    assert_eq!(dataset["totalBytes"], 15);
    assert_eq!(dataset["statistics"]["byRole"]["oracle_output"], json!({"count": 2, "totalBytes": 2}));
    assert_eq!(dataset["statistics"]["byArtifactType"]["coupon_spec"], json!({"count": 1, "totalBytes": 12}));
    assert_eq!(
        dataset["statistics"]["bySplit"],
        json!({"test": {"count": 1, "totalBytes": 1}, "train": {"count": 1, "totalBytes": 1}})
    );
    let range = json!({"min": 1.0, "max": 2.0, "mean": 1.5, "std": 0.5, "count": 2});
    assert_eq!(dataset["statistics"]["featureRanges"], json!({"freq_ghz": range}));
    assert_eq!(
        dataset["provenance"],
        json!({"writer": {"name": "demo", "version": "1.0.0"}, "gitCommit": "0123456789abcdef0123456789abcdef01234567",
               "stage": "build", "sourceRuns": ["run-1"]})
    );
    assert_eq!((&dataset["tags"], &dataset["status"]), (&json!({"golden": ""}), &json!("active")));
    assert_eq!(place.ok("get_dataset", json!({"datasetId": "em_dataset"})), *dataset);
    let members = place.ok("list_dataset_members", json!({"datasetId": "em_dataset"}));
    let c = &members["members"][2];
    assert_eq!((&c["features"], &c["split"]), (&json!({"ok": true, "who": "me"}), &json!(null)));

    // The snapshot is the whole truth: sealed, with every member and feature.
    let text = std::fs::read_to_string(dataset["path"].as_str().unwrap()).unwrap();
    assert!(seal::intact(text.trim_end()));
    let snapshot: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&snapshot["formatVersion"], &snapshot["membershipDigest"]), (&json!(1), &dataset["membershipDigest"]));
    assert_eq!(snapshot["members"].as_array().unwrap().len(), 4);
    assert_eq!(snapshot["members"][1]["features"], json!({"freq_ghz": 2, "ok": false}));
    assert_eq!(
        files_below(&place.root().join("datasets")),
        ["em_dataset/v1.0.json", "em_dataset/v1.0.parquet"].map(str::to_owned)
    );
    // It is read back by its path, wherever that is.
    let copy = place.write("elsewhere/copy.json", &text);
    let mut read = place.ok("get_dataset", json!({"path": copy}));
    assert_eq!(read["pathIndex"].as_str().unwrap(), copy.with_file_name("v1.0.parquet").to_str().unwrap());
    for field in ["path", "pathIndex"] {
        read[field] = dataset[field].clone();
    }
    assert_eq!(read, *dataset);
    let by_path = json!({"path": copy, "filter": {"features": {"ok": {"equals": true}}}});
    assert_eq!(place.ok("list_dataset_members", by_path)["members"], json!([c]));
    let event = &place.ok("list_events", json!({"limit": 1}))[0];
    assert_eq!((&event["kind"], &event["actor"]), (&json!("dataset_created"), &json!("tests")));
    assert_eq!(event["data"]["snapshotHash"], dataset["snapshotHash"]);
}

#[test]
fn the_same_version_again_is_harmless_and_another_one_is_not() {
    let place = with_artifacts(&["a", "b"]);
    let first = place.ok("create_dataset", version("v1", &["a", "b"]));
    let before = place.state();
    // Order, and who makes it how, don't count.
    let again = with(with(version("v1", &["b", "a"]), "writerName", json!("other")), "index", json!(false));
    let again = place.ok("create_dataset", again);
    assert_eq!(again, json!({"deduped": true, "dataset": first["dataset"]}));
    assert_eq!(place.state(), before);
    for (params, what) in [
        (version("v1", &["a"]), "members"),
        (with(version("v1", &["a", "b"]), "description", json!("x")), "description"),
        (with(version("v1", &["a", "b"]), "tags", json!({"x": "y"})), "tags"),
        (
            with(with(version("v1", &["a", "b"]), "name", json!("x")), "annotations", json!({"x": 1})),
            "name, annotations",
        ),
        (
            json!({"datasetId": "d", "version": "v1", "members": [
                {"artifactId": "a", "role": "oracle_output"}, {"artifactId": "b", "role": "geometry"}]}),
            "members",
        ),
    ] {
        let (kind, field, message) = place.refuses("create_dataset", params);
        assert_eq!((kind.as_str(), field.as_str()), ("conflict", "version"));
        assert_eq!(message, format!("version v1 of dataset d exists with other content; what differs: {what}"));
    }
}

#[test]
fn numbers_that_are_the_same_number_are_the_same_feature() {
    let place = with_artifacts(&["a"]);
    let features = |value: Value| json!({"datasetId": "d", "version": "v1", "members": [{"artifactId": "a", "role": "r", "features": {"f": value}}]});
    let first = place.ok("create_dataset", features(json!(1)));
    let again = place.ok("create_dataset", features(json!(1.0)));
    assert_eq!((&again["deduped"], &again["dataset"]), (&json!(true), &first["dataset"]));
    for other in [json!(true), json!("1"), json!(2)] {
        assert_eq!(place.refuses("create_dataset", features(other)).0, "conflict");
    }
}

#[test]
fn a_version_is_made_from_another_and_what_changes() {
    let place = with_artifacts(&["a", "b", "c", "e"]);
    let members = json!([
        {"artifactId": "a", "role": "oracle_output", "split": "train", "features": {"x": 1, "y": 2}},
        {"artifactId": "b", "role": "oracle_output"},
        {"artifactId": "c", "role": "oracle_output"},
    ]);
    let first = json!({"datasetId": "d", "version": "v1", "members": members, "name": "N", "tags": {"k": "v"}, "annotations": {"a": 1}});
    let first = place.ok("create_dataset", first);
    let params = json!({
        "datasetId": "d", "version": "v2", "parentVersion": "v1", "description": "second",
        "members": [{"artifactId": "e", "role": "validation"}],
        "remove": ["b"],
        "update": [
            {"artifactId": "a", "split": "", "features": {"x": 1.5, "y": null, "z": 3}},
            {"artifactId": "c", "role": "geometry"},
        ],
    });
    let second = place.ok("create_dataset", params.clone());
    assert_eq!(second["dataset"]["parentVersion"], "v1");
    let dataset = &second["dataset"];
    assert_eq!(
        (&dataset["name"], &dataset["tags"], &dataset["annotations"], &dataset["description"]),
        (&json!("N"), &json!({"k": "v"}), &json!({"a": 1}), &json!("second"))
    );
    let listed = place.ok("list_dataset_members", json!({"datasetId": "d", "version": "v2"}));
    let said: Vec<Value> = listed["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|member| json!([member["artifactId"], member["role"], member["split"], member["features"]]))
        .collect();
    assert_eq!(
        said,
        [
            json!(["a", "oracle_output", null, {"x": 1.5, "z": 3}]),
            json!(["c", "geometry", null, {}]),
            json!(["e", "validation", null, {}]),
        ]
    );
    assert_eq!(place.ok("create_dataset", params)["deduped"], true);
    // The parent is as it was.
    assert_eq!(place.ok("get_dataset", json!({"datasetId": "d", "version": "v1"})), first["dataset"]);
    assert_eq!(member_ids(&place, "v1"), ["a", "b", "c"]);
}

#[test]
fn what_is_committed_before_it_counts() {
    let place = Place::with_store();
    let publish = |id: &str| json!({"jsonrpc": "2.0", "id": id, "method": "publish_artifact", "params": {"artifactType": "t", "artifactId": id, "content": {"encoding": "utf8", "data": id}}});
    let request =
        |id: &str, method: &str, params: Value| json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
    let lines = [
        publish("a"),
        request("v1", "create_dataset", version("v1", &["a"])),
        publish("b"),
        request("v2", "create_dataset", with(version("v2", &["b"]), "parentVersion", json!("v1"))),
        request("again", "create_dataset", version("v1", &["a"])),
        request("gone", "delete_dataset", json!({"datasetId": "d", "version": "v1"})),
        request("v3", "create_dataset", json!({"datasetId": "d", "version": "v3", "parentVersion": "v1"})),
        request("members", "list_dataset_members", json!({"datasetId": "d"})),
    ];
    let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let outcome = serve(&place.root(), &["--ordered"], input);
    let replies = outcome.lines();
    assert_eq!(replies[1]["result"]["deduped"], false, "{}", replies[1]);
    assert_eq!(replies[3]["result"]["dataset"]["memberCount"], 2, "{}", replies[3]);
    assert_eq!(replies[4]["result"]["deduped"], true, "{}", replies[4]);
    assert_eq!(replies[6]["error"]["data"]["field"], "parentVersion", "{}", replies[6]);
    assert_eq!((&replies[7]["result"]["version"], &replies[7]["result"]["total"]), (&json!("v2"), &json!(2)));
}

#[test]
fn bad_input_changes_nothing() {
    let place = with_artifacts(&["a", "b"]);
    place.ok("create_dataset", version("v1", &["a"]));
    let member =
        |value: Value| json!({"datasetId": "d", "version": "v9", "members": [{"artifactId": "b", "role": "r"}, value]});
    let from =
        |field: &str, value: Value| json!({"datasetId": "d", "version": "v9", "parentVersion": "v1", field: value});
    let file = place.write("file", "x");
    for (params, kind, field, message) in [
        (version("../v1", &[]), "invalid_params", "version", "is no version"),
        (with(version("v9", &[]), "datasetId", json!("a/b")), "invalid_params", "datasetId", "is no dataset id"),
        (version("latest", &[]), "invalid_params", "version", "names none"),
        (version("v9", &["a", "nothing"]), "not_found", "members[1].artifactId", "artifact nothing was not found"),
        (version("v9", &["a", "b", "a"]), "invalid_data", "members[2].artifactId", "only once: it is members[0] too"),
        (member(json!({"artifactId": "a"})), "invalid_params", "members[1].role", "role is missing"),
        (member(json!({"artifactId": "a", "role": ""})), "invalid_params", "members[1].role", "1 to 128 bytes"),
        (
            member(json!({"artifactId": "a", "role": "r", "split": ""})),
            "invalid_params",
            "members[1].split",
            "1 to 128 bytes",
        ),
        (
            member(json!({"artifactId": "a", "role": "r", "features": {"f": [1]}})),
            "invalid_params",
            "members[1].features.f",
            "a number, a text, true or false",
        ),
        (
            member(json!({"artifactId": "a", "role": "r", "features": {"f": 9_007_199_254_740_993_u64}})),
            "invalid_params",
            "members[1].features.f",
            "beyond 2^53-1",
        ),
        (
            member(json!({"artifactId": "a", "role": "r", "features": {"": 1}})),
            "invalid_params",
            "members[1].features",
            "bytes",
        ),
        (
            member(json!({"artifactId": "a", "role": "r", "color": 1})),
            "invalid_params",
            "members[1].color",
            "no parameter",
        ),
        (
            json!({"datasetId": "d", "version": "v9", "members": [
                {"artifactId": "a", "role": "r", "features": {"f": 1}}, {"artifactId": "b", "role": "r", "features": {"f": "1"}}]}),
            "invalid_data",
            "members[1].features.f",
            "is a text for artifact b and a number for artifact a",
        ),
        (with(version("v9", &["a"]), "remove", json!(["a"])), "invalid_params", "remove", "without parentVersion"),
        (with(version("v9", &[]), "parentVersion", json!("v9")), "invalid_params", "parentVersion", "from itself"),
        (
            with(version("v9", &[]), "parentVersion", json!("v8")),
            "not_found",
            "parentVersion",
            "version v8 of dataset d",
        ),
        (from("remove", json!(["b"])), "not_found", "remove[0]", "artifact b was not found in version v1"),
        (from("update", json!([{"artifactId": "b"}])), "not_found", "update[0].artifactId", "artifact b was not found"),
        (
            from("update", json!([{"artifactId": "a"}, {"artifactId": "a"}])),
            "invalid_data",
            "update[1].artifactId",
            "twice",
        ),
        (
            with(from("remove", json!(["a"])), "update", json!([{"artifactId": "a"}])),
            "invalid_data",
            "update[0].artifactId",
            "is removed too",
        ),
        (
            from("members", json!([{"artifactId": "a", "role": "r"}])),
            "invalid_data",
            "members[0].artifactId",
            "the parent version has it too",
        ),
        (with(version("v9", &[]), "name", json!("x".repeat(257))), "invalid_params", "name", "257 bytes"),
        (
            with(version("v9", &[]), "annotations", json!({"n": 1e300})),
            "invalid_params",
            "annotations",
            "beyond 2^53-1",
        ),
        (with(version("v9", &["a"]), "index", json!(7)), "invalid_params", "index", "true, false or a path"),
        (
            with(version("v9", &["a"]), "index", json!(place.root())),
            "path_not_allowed",
            "index",
            "among the store's own files",
        ),
        (with(version("v9", &["a"]), "index", json!(file)), "invalid_data", "index", "is no folder"),
        (with(version("v9", &["a"]), "index", json!("/nowhere/at/all")), "not_found", "index", "/nowhere/at/all"),
    ] {
        let (found_kind, found_field, found) = place.refuses("create_dataset", params);
        assert_eq!((found_kind.as_str(), found_field.as_str()), (kind, field), "{found}");
        assert!(found.contains(message), "{found}: {message}");
    }
}

#[test]
fn nothing_begins_a_store() {
    let place = Place::new();
    for (method, params) in [
        ("create_dataset", version("v1", &[])),
        ("get_dataset", json!({"datasetId": "d"})),
        ("delete_dataset", json!({"datasetId": "d", "version": "v1"})),
    ] {
        assert_eq!(place.refuses(method, params).0, "not_found");
    }
    assert!(!place.root().exists());
}

#[test]
fn the_index_may_lie_elsewhere_or_nowhere() {
    let place = with_artifacts(&["a"]);
    let folder = place.folder().join("lists");
    std::fs::create_dir(&folder).unwrap();
    let created = place.ok("create_dataset", with(version("v1", &["a"]), "index", json!(folder)));
    let index = folder.join("d_v1_index.parquet");
    assert_eq!(created["dataset"]["pathIndex"].as_str().map(Path::new), Some(index.as_path()));
    assert!(std::fs::read(&index).unwrap().starts_with(b"PAR1"));
    assert_eq!(files_below(&place.root().join("datasets")), ["d/v1.json".to_owned()]);
    assert_eq!(place.ok("verify_dataset", json!({"datasetId": "d"}))["valid"], true);

    let without = place.ok("create_dataset", with(version("v2", &["a"]), "index", json!(false)));
    assert_eq!(without["dataset"]["pathIndex"], json!(null));
    // Without members there is nothing to list.
    let empty = place.ok("create_dataset", version("v3", &[]));
    assert_eq!(empty["dataset"]["pathIndex"], json!(null));

    // Nobody's file is replaced; one with the same bytes serves.
    std::fs::write(folder.join("d_v4_index.parquet"), "somebody else's").unwrap();
    std::fs::copy(&index, folder.join("d_v5_index.parquet")).unwrap();
    let (kind, field, _) = place.refuses("create_dataset", with(version("v4", &["a"]), "index", json!(folder)));
    assert_eq!((kind.as_str(), field.as_str()), ("conflict", "index"));
    assert_eq!(std::fs::read(folder.join("d_v4_index.parquet")).unwrap(), b"somebody else's");
    place.ok("create_dataset", with(version("v5", &["a"]), "index", json!(folder)));
}

#[test]
fn two_processes_create_one_version_at_once() {
    let place = with_artifacts(&["a", "b"]);
    for round in 0..6 {
        let name = format!("v{round}");
        let mut sessions = [Session::start(&place.root()), Session::start(&place.root())];
        for session in &mut sessions {
            session.call("list_types", json!({}));
        }
        let alike = round % 2 == 0;
        sessions[0].request(1, "create_dataset", version(&name, &["a", "b"]));
        sessions[1].request(1, "create_dataset", version(&name, if alike { &["a", "b"] } else { &["a"] }));
        let replies: Vec<Value> = sessions.iter_mut().map(|session| session.line().expect("a reply")).collect();
        let created = replies.iter().filter(|reply| reply["result"]["deduped"] == false).count();
        assert_eq!(created, 1, "{replies:?}");
        let other = replies.iter().find(|reply| reply["result"]["deduped"] != false).unwrap();
        match alike {
            true => assert_eq!(other["result"]["deduped"], true, "{other}"),
            false => assert_eq!(refusal(&other["error"]).0, "conflict", "{other}"),
        }
        for session in sessions {
            session.finish();
        }
        assert_eq!(place.ok("verify_dataset", json!({"datasetId": "d", "version": name}))["findings"], json!([]));
    }
    assert_eq!(versions(&place).len(), 6);
    crate::whole::assert_whole(&place.root(), crate::whole::Expect::Died);
}

#[test]
fn members_are_found_near_and_far() {
    let ids: Vec<String> = (0..40).map(|number| format!("a-{number:02}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let place = with_artifacts(&ids);
    let every = |step: usize| ids.iter().copied().step_by(step).collect::<Vec<_>>();
    let lists =
        [every(1), every(2), every(12), vec![ids[0], ids[39]], vec![ids[39]], every(9).into_iter().rev().collect()];
    for (at, list) in lists.iter().enumerate() {
        let name = format!("v{at}");
        place.ok("create_dataset", version(&name, list));
        let mut sorted = list.clone();
        sorted.sort_unstable();
        assert_eq!(member_ids(&place, &name), sorted);
        let verified = place.ok("verify_dataset", json!({"datasetId": "d", "version": name}));
        assert_eq!(verified["findings"], json!([]), "{verified}");
        for unknown in ["a", "a-000", "a-11x", "a-38-", "b"] {
            for place_of in [0, list.len() / 2, list.len()] {
                let mut members = list.clone();
                members.insert(place_of, unknown);
                let (kind, field, _) = refusal(&place.fails("create_dataset", version("x", &members)));
                assert_eq!(
                    (kind.as_str(), field),
                    ("not_found", format!("members[{place_of}].artifactId")),
                    "{unknown}"
                );
            }
        }
    }
}

/// Rows for artifacts of the same bytes as the one that is there: what takes many members needs many artifacts.
fn many(place: &Place, count: usize) -> Vec<String> {
    let manifest = Connection::open(place.root().join("manifest.sqlite")).unwrap();
    let mut statement = manifest.prepare("SELECT name FROM pragma_table_info('artifacts')").unwrap();
    let columns: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let own = |column: &String| match column.as_str() {
        "seq" => "seq + n".to_owned(),
        "artifact_id" => "printf('m-%06d', n)".to_owned(),
        "name" => "name || n".to_owned(),
        other => other.to_owned(),
    };
    let values: Vec<String> = columns.iter().map(own).collect();
    let sql = format!(
        "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})
         INSERT INTO artifacts ({}) SELECT {} FROM artifacts, numbers WHERE artifact_id = 'seed';
         INSERT INTO artifact_files SELECT a.seq, ordinal, path, hash, f.size_bytes, f.media_type, role
         FROM artifacts a, artifact_files f WHERE a.artifact_id <> 'seed'",
        columns.join(", "),
        values.join(", ")
    );
    manifest.execute_batch(&sql).unwrap();
    (1..=count).map(|number| format!("m-{number:06}")).collect()
}

#[test]
fn a_large_version_is_put_together_by_two() {
    let place = with_artifacts(&["seed"]);
    let ids = many(&place, 6000);
    // Shuffled, without chance: 7 has no factor in common with 6000.
    let member = |at: usize| {
        let (role, even) = if at.is_multiple_of(2) { ("in", true) } else { ("out", false) };
        json!({"artifactId": ids[at * 7 % 6000], "role": role, "features": {"at": at, "even": even}})
    };
    let members: Vec<Value> = (0..6000).map(member).collect();
    let request = json!({"datasetId": "d", "version": "v1", "members": members});
    let created = place.ok("create_dataset", request.clone());
    assert_eq!(created["dataset"]["statistics"]["featureRanges"]["at"]["max"], 5999.0);
    assert_eq!(created["dataset"]["statistics"]["byRole"]["out"]["count"], 3000);
    let digests =
        |reply: &Value| (reply["dataset"]["membershipDigest"].clone(), reply["dataset"]["contentDigest"].clone());
    // Halves are put together by one alone.
    let half = |from: usize| json!({"datasetId": "e", "version": "v1", "members": members[from..from + 3000]});
    place.ok("create_dataset", half(0));
    let added = json!({"datasetId": "e", "version": "v2", "parentVersion": "v1", "members": members[3000..]});
    assert_eq!(digests(&place.ok("create_dataset", added)), digests(&created));
    assert_eq!(place.ok("create_dataset", request.clone())["deduped"], true);
    let verified = place.ok("verify_dataset", json!({"datasetId": "d", "version": "v1"}));
    assert_eq!((&verified["findings"], &verified["membersChecked"]), (&json!([]), &json!(6000)), "{verified}");
    for at in [1, 5999] {
        let mut request = with(request.clone(), "version", json!("v2"));
        request["members"][at]["artifactId"] = json!("nobody");
        let (kind, field, _) = refusal(&place.fails("create_dataset", request));
        assert_eq!((kind.as_str(), field), ("not_found", format!("members[{at}].artifactId")));
    }
}

#[test]
fn what_comes_between_a_plan_and_its_commit_counts() {
    let place = with_artifacts(&["a", "b", "c"]);
    let request =
        |id: &str, method: &str, params: Value| json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
    let content = json!({"encoding": "utf8", "data": "x".repeat(300_000)});
    for round in 0..8 {
        let name = format!("v{round}");
        let large = json!({"artifactType": "t", "artifactId": format!("between-{round}"), "content": content});
        let mut version = version(&name, &["c", "a", "b"]);
        version["members"][0]["role"] = json!("other");
        // The large one takes longer, is committed first, and then the version is planned once more.
        let lines = [request("p", "publish_artifact", large), request("d", "create_dataset", version)];
        let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let replies = serve(&place.root(), &["--ordered"], input).lines();
        assert_eq!(replies[1]["result"]["dataset"]["memberCount"], 3, "{}", replies[1]);
        let listed = place.ok("list_dataset_members", json!({"datasetId": "d", "version": name}));
        let told: Vec<_> =
            listed["members"].as_array().unwrap().iter().map(|one| (&one["artifactId"], &one["role"])).collect();
        assert_eq!(json!(told), json!([["a", "oracle_output"], ["b", "oracle_output"], ["c", "other"]]));
    }
}
