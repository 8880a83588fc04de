//! Where the bytes come from: paths, content of the request, lists of files, folders.

use serde_json::{Value, json};

use super::text_with;
use crate::support::{Place, files_below, id, refusal};

fn content(encoding: &str, data: Value) -> Value {
    json!({"artifactType": "note", "content": {"encoding": encoding, "data": data}})
}

fn bytes(artifact: &Value) -> Vec<u8> {
    std::fs::read(artifact["path"].as_str().unwrap()).unwrap()
}

fn paths(place: &Place, artifact: &Value) -> Vec<String> {
    let files = place.ok("list_files", json!({"artifactId": id(artifact)}));
    files.as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn content_is_text_base64_or_json() {
    let place = Place::in_memory();
    let published = |params: Value| place.ok("publish_artifact", params)["artifact"].clone();
    assert_eq!(bytes(&published(content("utf8", json!("h\u{e9}llo\n\u{0}")))), "h\u{e9}llo\n\u{0}".as_bytes());
    assert_eq!(bytes(&published(content("utf8", json!("")))), b"");
    assert_eq!(bytes(&published(content("base64", json!("AAH/")))), [0, 1, 255]);
    for value in [json!({"b": 1, "a": [null, true, "x"]}), json!(null), json!("text"), json!(1.5), json!([])] {
        let artifact = published(content("json", value.clone()));
        assert_eq!(bytes(&artifact), value.to_string().as_bytes());
        assert_eq!(artifact["mediaType"], "application/json");
        assert!(artifact["path"].as_str().unwrap().ends_with(".json"), "{artifact}");
    }
    let table = published(
        json!({"artifactType": "t", "format": "table", "content": {"encoding": "utf8", "data": "a,b\n1,x\n"}}),
    );
    assert_eq!((&table["format"], &table["rowCount"]), (&json!("table"), &json!(1)));
    assert_eq!(bytes(&table)[..4], *b"PAR1");
}

#[test]
fn wrong_content_is_named() {
    let place = Place::with_store();
    for (params, kind, field, message) in [
        (
            content("utf8", json!(5)),
            "invalid_params",
            "content.data",
            "content.data must be text unless the encoding is json",
        ),
        (content("base64", json!("AAH")), "invalid_params", "content.data", "content.data is no base64"),
        (content("base64", json!("A\u{e9}==")), "invalid_params", "content.data", "content.data is no base64"),
        (
            content("utf8", json!("x".repeat(1_048_577))),
            "limit_exceeded",
            "content",
            "content has 1048577 bytes; a request may carry 1048576",
        ),
        (
            json!({"artifactType": "t", "format": "tree", "content": {"encoding": "utf8", "data": "x"}}),
            "invalid_params",
            "format",
            "content makes a file or a table, no tree",
        ),
        (
            json!({"artifactType": "t", "content": {"encoding": "utf8"}}),
            "invalid_params",
            "content.data",
            "content.data is missing",
        ),
        (
            json!({"artifactType": "t", "format": "table", "content": {"encoding": "utf8", "data": "a,b\n1\n"}}),
            "invalid_data",
            "content",
            "content: row 1 (line 2) has 1 field, but the header has 2 columns",
        ),
    ] {
        let refused = place.refuses("publish_artifact", params);
        assert_eq!(refused, (kind.to_owned(), field.to_owned(), message.to_owned()));
    }
    place.ok("publish_artifact", content("utf8", json!("x".repeat(1_048_576))));
}

#[test]
fn exactly_one_source_is_given() {
    let place = Place::in_memory();
    let path = place.write("a.txt", "x");
    let both = text_with("x", json!({"dataPath": path}));
    for params in
        [json!({"artifactType": "t"}), both, json!({"artifactType": "t", "dataPath": path, "files": [{"path": path}]})]
    {
        let (kind, field, message) = place.refuses("publish_artifact", params);
        assert_eq!((kind.as_str(), field.as_str()), ("invalid_params", "dataPath"));
        assert_eq!(message, "exactly one of dataPath, content and files must be given");
    }
    let refused = place.refuses("publish_artifact", json!({"artifactType": "t", "files": []}));
    assert_eq!((refused.1.as_str(), refused.2.as_str()), ("files", "files: it must name at least one file"));
    let refused = place.refuses("publish_artifact", json!({"artifactType": "t", "dataPath": ""}));
    assert_eq!((refused.1.as_str(), refused.2.as_str()), ("dataPath", "dataPath: it must not be empty"));
}

#[test]
fn several_files_become_a_tree_under_names_and_roles() {
    let place = Place::in_memory();
    let (one, two) = (place.write("one.json", "{}"), place.write("two.log", "log"));
    let files = json!([{"path": two, "as": "logs/run.txt", "role": "log"}, {"path": one}, {"path": one, "as": "a/b/c", "role": null}]);
    let tree =
        place.ok("publish_artifact", json!({"artifactType": "run", "logicalKey": "r", "files": files}))["artifact"]
            .clone();
    assert_eq!((&tree["format"], &tree["fileCount"], &tree["sizeBytes"]), (&json!("tree"), &json!(3), &json!(7)));
    assert_eq!(
        (&tree["rowCount"], &tree["pathParquet"], &tree["mediaType"]),
        (&json!(null), &json!(null), &json!(null))
    );
    let listed = place.ok("list_files", json!({"artifactId": id(&tree)}));
    let listed: Vec<_> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|file| json!([file["path"], file["role"], file["mediaType"], file["sizeBytes"]]))
        .collect();
    assert_eq!(
        listed,
        [
            json!(["a/b/c", null, null, 2]),
            json!(["logs/run.txt", "log", "text/plain", 3]),
            json!(["one.json", null, "application/json", 2]),
        ]
    );
    let folder = std::path::Path::new(tree["path"].as_str().unwrap());
    assert_eq!(std::fs::read(folder.join("logs/run.txt")).unwrap(), b"log");
    // The order of the list is no content.
    let turned = json!([{"path": one, "as": "a/b/c"}, {"path": one}, {"path": two, "as": "logs/run.txt"}]);
    let again = place.ok("publish_artifact", json!({"artifactType": "run", "logicalKey": "r", "files": turned}));
    assert_eq!((&again["deduped"], &again["mode"]), (&json!(true), &json!("file_hash")));
}

#[test]
fn names_inside_a_tree_stay_inside() {
    let place = Place::with_store();
    let path = place.write("a.txt", "x");
    for name in ["../a", "/etc/a", "a//b", "a/", "", ".", "a/../b", "nul\u{0}", &"x".repeat(256), &"ab/".repeat(400)] {
        let params = json!({"artifactType": "t", "files": [{"path": path}, {"path": path, "as": name}]});
        let (kind, field, message) = place.refuses("publish_artifact", params);
        assert_eq!((kind.as_str(), field.as_str()), ("invalid_params", "files[1].as"));
        assert_eq!(message, format!("{name:?} is no path inside an artifact"));
    }
    let named = |files: Value| place.refuses("publish_artifact", json!({"artifactType": "t", "files": files}));
    let refused = named(json!([{"path": path}, {"path": path}]));
    assert_eq!((refused.1.as_str(), refused.2.as_str()), ("files[1].as", "two files are named \"a.txt\""));
    let refused = named(json!([{"path": path, "as": "a"}, {"path": path, "as": "a/b"}]));
    assert_eq!((refused.1.as_str(), refused.2.as_str()), ("files", "\"a\" is both a file and a folder"));
    let refused = named(json!([{"path": path}, {"path": place.folder()}]));
    assert_eq!((refused.0.as_str(), refused.1.as_str()), ("invalid_data", "files[1].path"));
    let missing = place.folder().join("missing");
    let refused = named(json!([{"path": missing}]));
    assert_eq!((refused.0.as_str(), refused.1.as_str()), ("not_found", "files[0].path"));
    assert_eq!(refused.2, format!("can't read {}: no such file or directory", missing.display()));
    let table = json!({"artifactType": "t", "format": "table", "files": [{"path": path}]});
    let refused = place.refuses("publish_artifact", table);
    assert_eq!((refused.1.as_str(), refused.2.as_str()), ("format", "several files make a tree, no other format"));
}

#[test]
fn a_folder_is_a_tree_of_all_its_files() {
    let place = Place::in_memory();
    for name in ["b.txt", "a/deep/er/x.bin", ".hidden", "a/y.csv", "sp ace/\u{e9}\n"] {
        place.write(&format!("run/{name}"), name);
    }
    std::fs::create_dir(place.folder().join("run/empty")).unwrap();
    let tree = place.publish("run", "r", &place.folder().join("run"));
    assert_eq!(paths(&place, &tree), [".hidden", "a/deep/er/x.bin", "a/y.csv", "b.txt", "sp ace/\u{e9}\n"]);
    assert_eq!(files_below(std::path::Path::new(tree["path"].as_str().unwrap())), paths(&place, &tree));
    assert_eq!(tree["fileHash"], tree["contentHash"]);
    assert_eq!((&tree["fileHash"], &tree["fileCount"]), (&tree["sourceHash"], &json!(5)));
    // Written as documented: sha256sum's lines, sorted by path.
    let listing = place.ok("read_file", json!({"hash": tree["fileHash"]}))["data"].as_str().unwrap().to_owned();
    let lines: Vec<&str> = listing.lines().collect();
    assert_eq!(lines.len(), 5);
    assert!(lines[0].ends_with("  .hidden") && lines[4].starts_with('\\') && lines[4].ends_with("  sp ace/\u{e9}\\n"));

    let again = place.publish("run", "r", &place.folder().join("run"));
    assert_eq!(again, tree, "and published again it is the same");
    place.write("run/b.txt", "changed");
    assert_eq!(place.publish("run", "r", &place.folder().join("run"))["version"], 2);
}

#[test]
fn a_folder_with_anything_but_files_and_folders_is_refused() {
    let place = Place::with_store();
    let folder = place.folder().join("run");
    place.write("run/a.txt", "x");
    let params = json!({"artifactType": "t", "dataPath": folder});
    let link = folder.join("link");
    std::os::unix::fs::symlink(place.write("secret.txt", "s"), &link).unwrap();
    let refused = place.refuses("publish_artifact", params.clone());
    assert_eq!((refused.0.as_str(), refused.1.as_str()), ("invalid_data", "dataPath"));
    assert_eq!(refused.2, format!("{} is no regular file or folder", link.display()));
    std::fs::remove_file(&link).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(&link).unwrap();
    assert_eq!(place.refuses("publish_artifact", params.clone()).0, "invalid_data");
    std::fs::remove_file(&link).unwrap();
    let odd =
        std::path::PathBuf::from(<std::ffi::OsString as std::os::unix::ffi::OsStringExt>::from_vec(b"\xff".to_vec()));
    std::fs::write(folder.join(&odd), "x").unwrap();
    let refused = place.refuses("publish_artifact", params.clone());
    assert_eq!((refused.0.as_str(), refused.1.as_str()), ("invalid_data", "dataPath"));
    assert!(refused.2.starts_with("the file name ") && refused.2.ends_with(" is no UTF-8"), "{}", refused.2);
    std::fs::remove_file(folder.join(&odd)).unwrap();
    place.ok("publish_artifact", params);

    let empty = place.folder().join("empty");
    std::fs::create_dir_all(empty.join("only/folders")).unwrap();
    let refused = place.refuses("publish_artifact", json!({"artifactType": "t", "dataPath": empty}));
    assert_eq!((refused.0.as_str(), refused.1.as_str()), ("invalid_data", "dataPath"));
    assert_eq!(refused.2, format!("the folder {} has no files", empty.display()));
}

#[test]
fn the_folder_of_the_store_itself_is_refused() {
    let place = Place::in_memory();
    place.text("note", "k", "x");
    for folder in [place.folder().to_owned(), place.root()] {
        let refused = place.refuses("publish_artifact", json!({"artifactType": "t", "dataPath": folder}));
        assert_eq!((refused.0.as_str(), refused.1.as_str()), ("path_not_allowed", "dataPath"));
        assert_eq!(refused.2, format!("the folder {} holds the store itself", folder.display()));
    }
}

#[test]
fn a_tree_has_at_most_as_many_files_as_the_configuration_says() {
    let place = Place::with_store();
    std::fs::write(place.root().join("keepstone.toml"), "[limits]\ntree_files = 2\n").unwrap();
    place.site().close();
    let path = place.write("run/1", "x");
    place.write("run/2", "x");
    let folder = json!({"artifactType": "t", "dataPath": place.folder().join("run")});
    place.ok("publish_artifact", folder.clone());
    place.write("run/3", "x");
    let three = |name: &str| json!({"path": path, "as": name});
    let files = json!({"artifactType": "t", "files": [three("a"), three("b"), three("c")]});
    for (params, field) in [(folder, "dataPath"), (files, "files")] {
        let error = place.fails("publish_artifact", params);
        assert_eq!(error["data"]["hint"], "raise limits.tree_files in keepstone.toml");
        let message = "a tree may have 2 files, and this one has more".to_owned();
        assert_eq!(refusal(&error), ("limit_exceeded".to_owned(), field.to_owned(), message));
    }
}

#[test]
fn a_format_that_the_path_is_not_is_refused() {
    let place = Place::with_store();
    let (file, folder) = (place.write("run/a.txt", "x"), place.folder().join("run"));
    for (path, format, message) in [
        (&folder, "file", format!("{} is a folder, not a file", folder.display())),
        (&folder, "table", format!("{} is a folder, not a table", folder.display())),
        (&file, "tree", format!("{} is no folder", file.display())),
    ] {
        let params = json!({"artifactType": "t", "dataPath": path, "format": format});
        let refused = place.refuses("publish_artifact", params);
        assert_eq!(refused, ("invalid_data".to_owned(), "dataPath".to_owned(), message));
    }
    let columns = json!({"artifactType": "t", "dataPath": file, "columns": {"a": "int"}});
    let refused = place.refuses("publish_artifact", columns);
    assert_eq!((refused.1.as_str(), refused.2.as_str()), ("columns", "columns: they are for CSV tables"));
}

#[test]
fn media_types_follow_the_name_unless_given() {
    let place = Place::in_memory();
    for (name, media) in [
        ("a.md", json!("text/markdown")),
        ("a.PNG", json!("image/png")),
        ("a.unknown", json!(null)),
        ("a", json!(null)),
        ("a.parquet.txt", json!("text/plain")),
    ] {
        assert_eq!(place.publish("t", name, &place.write(name, name))["mediaType"], media, "{name}");
    }
    assert_eq!(
        place.publish("t", "table", &place.write("a.csv", "a\n1\n"))["mediaType"],
        "application/vnd.apache.parquet"
    );
    let own = json!({"artifactType": "t", "dataPath": place.write("a.md", "y"), "mediaType": "text/x-own"});
    assert_eq!(place.ok("publish_artifact", own)["artifact"]["mediaType"], "text/x-own");
}

#[test]
fn a_first_publish_that_is_refused_makes_no_store() {
    let place = Place::in_memory();
    let missing = place.folder().join("missing.csv");
    for params in [
        json!({"artifactType": "t", "dataPath": missing}),
        json!({"artifactType": "t", "dataPath": place.folder(), "format": "file"}),
        json!({"artifactType": "t", "files": [{"path": missing}]}),
        json!({"artifactType": "t", "content": {"encoding": "base64", "data": "!"}}),
        text_with("x", json!({"createdAt": "now"})),
        text_with("x", json!({"logicalKey": ""})),
        text_with("x", json!({"schemaVersion": 0})),
    ] {
        place.refuses("publish_artifact", params);
        assert!(!place.root().exists());
    }
    place.refuses("register_type", json!({"artifactType": "t", "canonicalColumns": []}));
    assert!(!place.root().exists());
    place.text("t", "k", "x");
    assert!(place.root().join("manifest.sqlite").exists());
}
