//! `keepstone dataset`: versions created, looked at, compared, verified, deleted and brought back.

use serde_json::{Value, json};

use super::Desk;
use crate::schemas;

/// Three artifacts and a version of them with features.
fn with_version() -> Desk {
    let desk = Desk::new();
    for name in ["a", "b", "c"] {
        desk.text(name, &["--type", "touchstone", "--key", name]);
    }
    let members = json!([
        {"artifactId": "a", "role": "oracle_output", "split": "train", "features": {"freq": 1.5, "ok": true}},
        {"artifactId": "b", "role": "oracle_output", "features": {"freq": 2}},
    ]);
    let said = desk.piped(&["dataset", "create", "em@v1", "--members", "-", "--name", "EM"], members.to_string());
    assert_eq!(said, "em@v1 is created: 2 members, 2 B\n");
    desk
}

#[test]
fn a_version_is_created_from_what_is_named() {
    let desk = with_version();
    assert_eq!(
        desk.says(&[
            "dataset",
            "create",
            "em@v2",
            "--from",
            "v1",
            "--remove",
            "touchstone:a",
            "c",
            "--role",
            "validation"
        ]),
        "em@v2 is created: 2 members, 2 B\n"
    );
    let again = ["dataset", "create", "em@v2", "--from", "v1", "--remove", "a", "touchstone:c", "--role", "validation"];
    assert_eq!(desk.says(&again), "em@v2 exists already: 2 members, 2 B\n");
    let all =
        desk.json("create_dataset", &["dataset", "create", "all@1", "--type", "touchstone", "--no-index", "--json"]);
    assert_eq!((&all["dataset"]["memberCount"], &all["dataset"]["pathIndex"]), (&json!(3), &Value::Null));
    assert_eq!(all["dataset"]["statistics"]["byRole"]["dataset_member"]["count"], 3);
    let listed = desk.says(&["dataset", "list"]);
    let lines: Vec<Vec<&str>> = listed.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[1][..3], ["all", "1", "3"], "{listed}");
    assert_eq!(lines[2][..3], ["em", "v2", "2"], "{listed}");
    assert!(lines[2].ends_with(&["v1", "latest", "EM"]) && lines[3][1] == "v1", "{listed}");
    assert!(listed.ends_with("\n3 versions\n"), "{listed}");
}

#[test]
fn a_version_is_shown_and_its_members_are_listed() {
    let desk = with_version();
    let shown = desk.says(&["dataset", "show", "em"]);
    for part in ["em@v1\n", "name          EM\n", "2 members, 2 B", "role   oracle_output", "split  train", "freq"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let dataset = desk.json("get_dataset", &["dataset", "show", "em@v1", "--json"]);
    let by_path = desk.json("get_dataset", &["dataset", "show", dataset["path"].as_str().unwrap(), "--json"]);
    assert_eq!(by_path, dataset);
    assert_eq!(
        desk.says(&["dataset", "members", "em@latest"]),
        "\
ID  TYPE        KEY  ROLE           SPLIT  SIZE  FEATURES
a   touchstone  a    oracle_output  train   1 B  freq=1.5 ok=true
b   touchstone  b    oracle_output          1 B  freq=2
2 members
"
    );
    for (feature, id) in [("freq=2", "b"), ("freq=..1.9", "a"), ("ok=true", "a")] {
        let listed = desk.json("list_dataset_members", &["dataset", "members", "em", "--feature", feature, "--json"]);
        assert_eq!((&listed["total"], &listed["members"][0]["artifactId"]), (&json!(1), &json!(id)), "{feature}");
    }
    let page = desk.says(&["dataset", "members", "em", "--limit", "1"]);
    assert!(page.ends_with("\n1 member of 2; --offset 1 shows the next\n"), "{page}");
}

#[test]
fn two_versions_are_compared() {
    let desk = with_version();
    let params = json!({"update": [{"artifactId": "b", "role": "geometry", "features": {"freq": 3}}], "remove": ["a"],
        "members": [{"artifactId": "c", "role": "validation"}]});
    desk.write("params.json", params.to_string());
    desk.says(&["dataset", "create", "em@v2", "--from", "v1", "--members", "params.json"]);
    assert_eq!(
        desk.says(&["dataset", "diff", "em@v1", "em"]),
        "   ID  KEY           ROLE           CHANGE
-  a   touchstone:a  oracle_output
+  c   touchstone:c  validation
~  b   touchstone:b  geometry       role (was oracle_output), freq=3 (was 2)
1 added, 1 removed, 1 changed, 0 unchanged
"
    );
    desk.json("diff_datasets", &["dataset", "diff", "em@v1", "em@v2", "--json"]);
}

#[test]
fn the_exit_code_of_verify_tells_how_it_is() {
    let desk = with_version();
    let verified = desk.says(&["dataset", "verify", "em@v1", "--hash"]);
    assert_eq!(verified, "em@v1: 0 errors, 0 warnings, 2 members checked, 2 objects hashed\n");
    std::fs::remove_file(desk.store().join("datasets/em/v1.parquet")).unwrap();
    let warned = desk.typed(&["dataset", "verify", "em"]);
    assert_eq!(warned.code, Some(1), "{}", warned.stdout);
    assert!(
        warned.stdout.starts_with("warning: ")
            && warned.stdout.ends_with("\nem@v1: 0 errors, 1 warning, 2 members checked\n")
    );
    std::fs::remove_file(desk.store().join("datasets/em/v1.json")).unwrap();
    let wrong = desk.typed(&["dataset", "verify", "em", "--json"]);
    assert_eq!(wrong.code, Some(2), "{}", wrong.stdout);
    let result: Value = serde_json::from_str(&wrong.stdout).unwrap();
    schemas::check_reply("verify_dataset", &result);
    assert_eq!(result["valid"], false);
    assert_eq!(desk.fails(&["dataset", "verify", "nothing"]).0, 2);
}

#[test]
fn a_version_is_deleted_and_restored() {
    let desk = with_version();
    assert_eq!(
        desk.says(&["dataset", "delete", "em@v1", "--reason", "wrong"]),
        "em@v1 is deleted; keepstone dataset restore em@v1 brings it back\n"
    );
    assert_eq!(desk.says(&["dataset", "list"]), "0 versions\n");
    assert!(desk.says(&["dataset", "list", "--deleted"]).contains("em"));
    assert_eq!(desk.says(&["dataset", "restore", "em@v1"]), "em@v1 is restored\n");
    assert_eq!(desk.says(&["dataset", "restore", "em@v1"]), "em@v1 was not deleted\n");
}

#[test]
fn what_is_typed_wrong_is_told() {
    let desk = with_version();
    for (arguments, code, complaint) in [
        (&["dataset", "delete", "em"][..], 64, "names no version"),
        (&["dataset", "create", "em@v2", "nothing"], 1, "nothing"),
        (&["dataset", "create", "em@v1", "a"], 1, "what differs: members"),
        (&["dataset", "show", "e"], 1, "dataset e was not found"),
        (&["dataset", "members", "em", "--feature", "f=.."], 64, "one end of a range"),
        (&["dataset", "show", "no.json"], 1, "no.json"),
    ] {
        let (found, said) = desk.fails(arguments);
        assert!(found == code && said.contains(complaint), "{arguments:?}: {found} {said}");
    }
}
