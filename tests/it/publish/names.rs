//! Readable names and sidecars.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use serde_json::{Value, json};

use super::text_with;
use crate::support::{Place, id};

fn name_of(artifact: &Value) -> &str {
    artifact["path"].as_str().unwrap().rsplit_once('/').unwrap().1
}

fn named(place: &Place, more: Value) -> Value {
    place.ok("publish_artifact", text_with("hello", more))["artifact"].clone()
}

#[test]
fn a_name_says_type_schema_version_key_and_content() {
    let place = Place::in_memory();
    let table = place.publish("ohlcv", "SOL/USD 1m", &place.write("a.csv", "a\n1\n"));
    let ch = &table["contentHash"].as_str().unwrap()[7..15];
    let folder = place.root().join("artifacts/ohlcv/v1");
    assert_eq!(table["path"], json!(folder.join(format!("ohlcv__v1__SOL_USD_1m__ch={ch}.parquet"))));
    assert_eq!(table["pathParquet"], table["path"]);
    assert_eq!(table["pathSidecar"], json!(folder.join(format!("ohlcv__v1__SOL_USD_1m__ch={ch}.json"))));
    let hinted = named(&place, json!({"schemaVersion": 7, "logicalKey": "k", "filenameHint": "nice name"}));
    assert_eq!(name_of(&hinted), "note__v7__nice_name__ch=2cf24dba");
    assert_eq!(hinted["pathParquet"], json!(null));
    assert!(hinted["path"].as_str().unwrap().contains("/note/v7/"));
    assert_eq!(name_of(&named(&place, json!({"logicalKey": "e", "filenameHint": ""}))), "note__v1__e__ch=2cf24dba");
}

#[test]
fn names_that_would_be_the_same_are_numbered() {
    let place = Place::in_memory();
    let names: Vec<String> = ["a/b", "a_b", "a b", "a\u{e9}"]
        .iter()
        .map(|key| name_of(&named(&place, json!({"logicalKey": key}))).to_owned())
        .collect();
    let stem = "note__v1__a_b__ch=2cf24dba";
    assert_eq!(names, [stem, &format!("{stem}-2"), &format!("{stem}-3"), "note__v1__a____ch=2cf24dba"]);
    for artifact in place.ok("list_artifacts", json!({})).as_array().unwrap() {
        assert_eq!(std::fs::read(artifact["path"].as_str().unwrap()).unwrap(), b"hello");
        let sidecar: Value =
            serde_json::from_slice(&std::fs::read(artifact["pathSidecar"].as_str().unwrap()).unwrap()).unwrap();
        assert_eq!(sidecar["artifactId"], artifact["artifactId"]);
    }
    // A stranger's file where a name would go is left alone.
    let stranger = place.root().join("artifacts/note/v1/note__v1__mine__ch=2cf24dba");
    std::fs::write(&stranger, "stranger").unwrap();
    assert_eq!(name_of(&named(&place, json!({"logicalKey": "mine"}))), "note__v1__mine__ch=2cf24dba-2");
    assert_eq!(std::fs::read(stranger).unwrap(), b"stranger");
}

#[test]
fn any_key_makes_a_name_that_every_file_system_takes() {
    let place = Place::in_memory();
    let kind = "t".repeat(64);
    for key in
        ["k".repeat(1024), "\u{0}\n\t/../..//".to_owned(), "..".to_owned(), "\u{1f600}".repeat(256), "-rf *".to_owned()]
    {
        let artifact = named(&place, json!({"artifactType": kind, "schemaVersion": 1_000_000, "logicalKey": key}));
        assert_eq!(artifact["logicalKey"], json!(key));
        let name = name_of(&artifact);
        assert!(name.len() <= 200, "{} bytes", name.len());
        assert!(name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'*'), "{name}");
        let folder = place.root().join("artifacts").join(&kind).join("v1000000");
        assert_eq!(Path::new(artifact["path"].as_str().unwrap()).parent(), Some(folder.as_path()));
        assert!(Path::new(artifact["path"].as_str().unwrap()).is_file());
        assert_eq!(
            id(&place.ok("find_by_logical_key", json!({"artifactType": kind, "logicalKey": key}))[0]),
            id(&artifact)
        );
    }
}

#[test]
fn a_file_keeps_its_extension_and_a_tree_is_a_folder() {
    let place = Place::in_memory();
    for (file, end) in [
        ("a.TXT", ".TXT"),
        ("a.tar.gz", ".gz"),
        ("a.Csv", ".parquet"),
        ("noend", ""),
        (".hidden", ""),
        ("odd.e-d", ""),
        ("a.json", ".json"),
        ("a.JSON", ".JSON"),
    ] {
        let artifact = place.publish("t", file, &place.write(file, "a\n1\n"));
        let ch = &artifact["contentHash"].as_str().unwrap()[7..15];
        assert!(name_of(&artifact).ends_with(&format!("__ch={ch}{end}")), "{file}: {}", name_of(&artifact));
        assert_eq!(artifact["format"], if end == ".parquet" { "table" } else { "file" });
        let sidecar = artifact["pathSidecar"].as_str().unwrap();
        let json = end.eq_ignore_ascii_case(".json");
        assert!(sidecar.ends_with(&format!("__ch={ch}{}", if json { ".sidecar.json" } else { ".json" })), "{sidecar}");
        assert_ne!(artifact["path"], artifact["pathSidecar"]);
        assert!(Path::new(artifact["path"].as_str().unwrap()).is_file() && Path::new(sidecar).is_file());
    }
    place.write("run/deep/a.txt", "x");
    let tree = place.publish("t", "run", &place.folder().join("run"));
    let path = Path::new(tree["path"].as_str().unwrap());
    assert!(path.is_dir() && path.join("deep/a.txt").is_file());
    assert!(Path::new(tree["pathSidecar"].as_str().unwrap()).is_file());
}

#[test]
fn names_are_the_object_or_a_copy_of_their_own() {
    let place = Place::in_memory();
    let artifact = place.text("note", "k", "hello");
    let object = place.root().join("objects/2c").join(&artifact["fileHash"].as_str().unwrap()[7..]);
    let (name, kept) =
        (std::fs::metadata(artifact["path"].as_str().unwrap()).unwrap(), std::fs::metadata(&object).unwrap());
    assert_eq!(kept.permissions().mode() & 0o777, 0o444);
    assert_eq!(name.permissions().mode() & 0o777, 0o444);
    assert_eq!(std::fs::read_dir(place.root().join("objects")).unwrap().count(), 256);

    let place = Place::with_store();
    std::fs::write(place.root().join("keepstone.toml"), "names = \"copy\"\n").unwrap();
    place.site().close();
    let artifact = place.text("note", "k", "hello");
    let copy = std::fs::metadata(artifact["path"].as_str().unwrap()).unwrap();
    let object = place.root().join("objects").join(&place.objects()[0]);
    assert_ne!(copy.ino(), std::fs::metadata(&object).unwrap().ino());
    assert_eq!(copy.permissions().mode() & 0o777, 0o644);
}

#[test]
fn a_sidecar_says_everything_once() {
    let place = Place::in_memory();
    let input = place.text("note", "in", "in");
    let params = text_with(
        "hello",
        json!({"logicalKey": "k", "title": "T", "tags": {"a": "b"}, "inputArtifactIds": [id(&input)], "params": {"n": 1},
            "writerName": "w", "gitCommit": "c", "runId": "r", "roles": ["x"], "capabilities": ["replay"]}),
    );
    let artifact = place.ok("publish_artifact", params)["artifact"].clone();
    let read = || std::fs::read_to_string(artifact["pathSidecar"].as_str().unwrap()).unwrap();
    let before = read();
    let sidecar: Value = serde_json::from_str(&before).unwrap();
    for field in [
        "artifactId",
        "artifactType",
        "schemaVersion",
        "logicalKey",
        "fileHash",
        "contentHash",
        "createdAt",
        "params",
        "tags",
        "title",
        "roles",
        "capabilities",
        "runId",
        "writer",
        "git",
    ] {
        assert_eq!(sidecar[field], artifact[field], "{field}");
    }
    assert_eq!(sidecar["formatVersion"], 1);
    assert_eq!(sidecar["inputs"], json!([{"artifactId": id(&input), "relation": "derived_from"}]));
    place.ok("supersede", json!({"newArtifactId": id(&input), "oldArtifactId": id(&artifact)}));
    assert_eq!(read(), before, "later changes stand in the history");
    let history = std::fs::read_to_string(place.root().join("history.jsonl")).unwrap();
    let last: Value = serde_json::from_str(history.lines().last().unwrap()).unwrap();
    assert_eq!((&last["kind"], &last["artifactId"]), (&json!("superseded"), &artifact["artifactId"]));
}

#[test]
fn an_artifacts_root_of_its_own_is_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let (store, names) = (folder.path().join("manifest"), folder.path().join("names"));
    let input = json!({"operation": "publish_artifact", "manifest_db": store.join("manifest.sqlite"), "artifacts_root": names,
        "artifact_type": "note", "logical_key": "k", "content": {"encoding": "utf8", "data": "x"}});
    let outcome = crate::support::run(crate::support::keepstone().arg("exec"), input.to_string());
    let published: Value = serde_json::from_str(&outcome.stdout).unwrap_or_else(|_| panic!("{}", outcome.stderr));
    assert!(Path::new(published["pathSidecar"].as_str().unwrap()).starts_with(&names));
    let listed = crate::support::serve(&store, &[], "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"list_artifacts\"}\n");
    assert_eq!(listed.lines()[0]["result"][0]["pathSidecar"], published["pathSidecar"]);
    let elsewhere = json!({"operation": "health_check", "artifacts_root": folder.path().join("other"), "manifest_db": store.join("manifest.sqlite")});
    let outcome = crate::support::run(crate::support::keepstone().arg("exec"), elsewhere.to_string());
    let health: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(health["available"], false);
    assert!(health["error"].as_str().unwrap().contains("the readable names of the store"), "{health}");
}
