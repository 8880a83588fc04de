//! `export_artifact`: the files of an artifact, as copies in a folder of the caller's.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Place, files_below, id, refusal};

#[track_caller]
fn export(place: &Place, artifact_id: &str, directory: &Path) -> Value {
    place.ok("export_artifact", json!({"artifactId": artifact_id, "directory": directory}))
}

fn states(exported: &Value) -> Vec<&str> {
    exported["files"].as_array().unwrap().iter().map(|file| file["state"].as_str().unwrap()).collect()
}

/// A tree of two files; its id.
fn tree(place: &Place) -> String {
    place.write("site/index.html", "<p>");
    place.write("site/img/a.svg", "<svg>");
    id(&place.publish("site", "s", &place.folder().join("site"))).to_owned()
}

#[test]
fn files_are_written_under_their_own_names_and_may_be_changed() {
    let place = Place::new();
    let note = place.publish("note", "n", &place.write("in/memo.txt", "hello"));
    let out = place.folder().join("out/deep");
    let exported = export(&place, id(&note), &out);
    let path = out.join("memo.txt");
    assert_eq!(
        exported,
        json!({"artifactId": note["artifactId"], "directory": out, "writtenCount": 1, "writtenBytes": 5, "files": [
            {"file": "memo.txt", "path": path, "hash": note["fileHash"], "sizeBytes": 5, "state": "written"}]})
    );
    let metadata = fs::metadata(&path).unwrap();
    assert_eq!((metadata.nlink(), metadata.permissions().mode() & 0o200), (1, 0o200), "a copy of its own");
    let exported = export(&place, &tree(&place), &out);
    assert_eq!(states(&exported), ["written", "written"]);
    assert_eq!(files_below(&out), ["img/a.svg", "index.html", "memo.txt"], "and nothing else");
    let table = place.publish("rain", "r", &place.write("in/rain.csv", "t\n1\n"));
    export(&place, id(&table), &out);
    assert_eq!(fs::read(out.join("rain.parquet")).unwrap(), fs::read(table["path"].as_str().unwrap()).unwrap());
}

#[test]
fn what_is_there_stays_or_is_refused_before_anything_is_written() {
    let place = Place::new();
    let (site, out) = (tree(&place), place.folder().join("out"));
    export(&place, &site, &out);
    assert_eq!(states(&export(&place, &site, &out)), ["already_there", "already_there"]);
    fs::remove_file(out.join("img/a.svg")).unwrap();
    fs::write(out.join("index.html"), "mine").unwrap();
    let params = json!({"artifactId": site, "directory": out});
    let (kind, field, message) = place.refuses("export_artifact", params.clone());
    assert_eq!((kind.as_str(), field.as_str()), ("conflict", "directory"), "{message}");
    assert!(message.contains("index.html exists already and holds something else"), "{message}");
    assert_eq!(files_below(&out), ["index.html"]);
    let mut params = params;
    params["overwrite"] = json!(true);
    let exported = place.ok("export_artifact", params.clone());
    assert_eq!(states(&exported), ["written", "replaced"]);
    assert_eq!(fs::read_to_string(out.join("index.html")).unwrap(), "<p>");
    // A folder or a link is never replaced, and none is followed out of the folder.
    fs::remove_dir_all(&out).unwrap();
    fs::create_dir_all(out.join("index.html")).unwrap();
    assert_eq!(refusal(&place.fails("export_artifact", params.clone())).0, "conflict");
    fs::remove_dir_all(&out).unwrap();
    fs::create_dir_all(&out).unwrap();
    let elsewhere = place.folder().join("elsewhere");
    fs::create_dir_all(&elsewhere).unwrap();
    symlink(&elsewhere, out.join("img")).unwrap();
    let (kind, _, message) = refusal(&place.fails("export_artifact", params.clone()));
    assert!(kind == "conflict" && message.contains("is no folder"), "{message}");
    fs::remove_file(out.join("img")).unwrap();
    symlink(elsewhere.join("x"), out.join("index.html")).unwrap();
    let (kind, _, message) = refusal(&place.fails("export_artifact", params.clone()));
    assert!(kind == "conflict" && message.contains("is no regular file"), "{message}");
    assert_eq!(files_below(&elsewhere), Vec::<String>::new());
    params["directory"] = json!(place.write("plain", "x"));
    assert_eq!(refusal(&place.fails("export_artifact", params)).0, "conflict");
}

#[test]
fn nothing_is_written_among_the_stores_own_files() {
    let place = Place::new();
    let note = id(&place.text("note", "n", "n")).to_owned();
    symlink(place.root(), place.folder().join("link")).unwrap();
    for inside in ["store", "store/objects/new", "link/artifacts", "out/../store/staging"] {
        let params = json!({"artifactId": note, "directory": place.folder().join(inside)});
        let (kind, field, message) = place.refuses("export_artifact", params);
        assert_eq!((kind.as_str(), field.as_str()), ("path_not_allowed", "directory"), "{inside}: {message}");
    }
    assert_eq!(refusal(&place.fails("export_artifact", json!({"artifactId": note, "directory": ""}))).1, "directory");
}

#[test]
fn damaged_bytes_are_never_written() {
    let place = Place::new();
    let note = place.text("note", "n", "hello");
    let hash = &note["fileHash"].as_str().unwrap()["sha256:".len()..];
    let object = place.root().join("objects").join(&hash[..2]).join(hash);
    fs::set_permissions(&object, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&object, "hullo").unwrap();
    let out = place.folder().join("out");
    let params = json!({"artifactId": note["artifactId"], "directory": out});
    let (kind, _, message) = refusal(&place.fails("export_artifact", params.clone()));
    assert!(kind == "integrity" && message.contains("damaged"), "{message}");
    assert_eq!(files_below(&out), Vec::<String>::new());
    fs::remove_file(&object).unwrap();
    assert_eq!(refusal(&place.fails("export_artifact", params)).0, "integrity");
}
