//! `ingest: "move"`.

use std::io::Write;
use std::path::{Path, PathBuf};

use keepstone::model::{Result, Watch};
use serde_json::{Value, json};

use super::text_with;
use crate::support::{Place, files_below, id};

const CSV: &str = "a\n1\n";

fn moved(path: &Path, more: Value) -> Value {
    let mut params = json!({"artifactType": "note", "dataPath": path, "ingest": "move"});
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    params
}

#[test]
fn the_original_goes_after_the_commit() {
    let place = Place::in_memory();
    let path = place.write("a.txt", "x");
    let artifact = place.ok("publish_artifact", moved(&path, json!({})))["artifact"].clone();
    assert!(!path.exists());
    assert_eq!(std::fs::read(artifact["path"].as_str().unwrap()).unwrap(), b"x");
    // With copy, and without a word, it stays.
    for ingest in [json!("copy"), json!(null)] {
        let path = place.write("a.txt", "x");
        place.ok("publish_artifact", json!({"artifactType": "note", "dataPath": path, "ingest": ingest}));
        assert!(path.exists());
    }
}

#[test]
fn a_duplicate_goes_too_once_its_bytes_are_proven_kept() {
    let place = Place::in_memory();
    let first = place.publish("note", "k", &place.write("a.txt", "x"));
    let path = place.write("b.txt", "x");
    let again = place.ok("publish_artifact", moved(&path, json!({"logicalKey": "k"})));
    assert_eq!((&again["deduped"], id(&again)), (&json!(true), id(&first)));
    assert!(!path.exists());
}

#[test]
fn a_duplicate_of_damaged_bytes_heals_them_before_it_goes() {
    let place = Place::in_memory();
    place.publish("note", "k", &place.write("a.txt", "whole"));
    let object = place.root().join("objects").join(&place.objects()[0]);
    std::fs::remove_file(&object).unwrap();
    std::fs::write(&object, "wrong").unwrap();
    let path = place.write("b.txt", "whole");
    place.ok("publish_artifact", moved(&path, json!({"logicalKey": "k"})));
    assert!(!path.exists());
    assert_eq!(std::fs::read(&object).unwrap(), b"whole");
}

#[test]
fn what_is_not_kept_as_it_is_can_not_be_moved() {
    let place = Place::with_store();
    let path = place.write("a.csv", CSV);
    let (kind, field, message) = place.refuses("publish_artifact", moved(&path, json!({})));
    assert_eq!((kind.as_str(), field.as_str()), ("conflict", "ingest"));
    assert_eq!(message, "ingest can't be move: a CSV is kept as Parquet, so its own bytes would be lost");
    place.publish("note", "a.csv", &path);
    assert_eq!(place.refuses("publish_artifact", moved(&path, json!({}))).2, message, "nor a duplicate");
    let (_, field, message) = place.refuses("publish_artifact", text_with("x", json!({"ingest": "move"})));
    assert_eq!(field, "ingest");
    assert_eq!(message, "ingest can't be move: content of the request has no original to remove");
    assert!(path.exists());
    place.ok("publish_artifact", moved(&path, json!({"format": "file"})));
    assert!(!path.exists(), "as a file it is kept as it is");
}

#[test]
fn other_bytes_of_the_same_content_are_not_lost() {
    let place = Place::in_memory();
    let path = place.write("a.csv", CSV);
    let table = place.publish("t", "k", &path);
    let parquet = super::tables::parquet(&place, "other.parquet", super::tables::int64(&[1]), true);
    assert_ne!(std::fs::read(table["path"].as_str().unwrap()).unwrap(), std::fs::read(&parquet).unwrap());
    let params = moved(&parquet, json!({"artifactType": "t", "logicalKey": "k"}));
    let (kind, field, message) = place.refuses("publish_artifact", params);
    assert_eq!((kind.as_str(), field.as_str()), ("conflict", "ingest"));
    assert_eq!(message, "ingest can't be move: the store has the same content in other bytes, so these would be lost");
    assert!(parquet.exists());
}

#[test]
fn a_refused_move_leaves_the_original() {
    let place = Place::with_store();
    let path = place.write("a.txt", "x");
    place.refuses("publish_artifact", moved(&path, json!({"inputArtifactIds": ["nothing"]})));
    place.refuses("publish_artifact", moved(&path, json!({"expectedFileHash": format!("sha256:{:064}", 0)})));
    assert!(path.exists());
}

#[test]
fn a_moved_tree_takes_its_empty_folders_along() {
    let place = Place::in_memory();
    place.write("run/a.txt", "1");
    place.write("run/logs/deep/b.txt", "2");
    std::fs::create_dir_all(place.folder().join("run/empty")).unwrap();
    let folder = place.folder().join("run");
    let artifact = place.ok("publish_artifact", moved(&folder, json!({})))["artifact"].clone();
    assert!(!folder.exists());
    let kept = files_below(Path::new(artifact["path"].as_str().unwrap()));
    assert_eq!(kept, ["a.txt", "logs/deep/b.txt"]);
    // Files that were listed go one by one; their folder is not what was published.
    let (one, two) = (place.write("pick/one.txt", "1"), place.write("pick/two.txt", "2"));
    let params = json!({"artifactType": "note", "ingest": "move", "files": [{"path": one}, {"path": two}]});
    place.ok("publish_artifact", params);
    assert!(!one.exists() && !two.exists() && place.folder().join("pick").exists());
}

#[test]
fn nothing_of_the_store_and_no_link_is_moved_away() {
    let place = Place::in_memory();
    let artifact = place.text("note", "k", "x");
    let object = place.root().join("objects").join(&place.objects()[0]);
    for own in [PathBuf::from(artifact["path"].as_str().unwrap()), object] {
        let (kind, field, message) = place.refuses("publish_artifact", moved(&own, json!({})));
        assert_eq!((kind.as_str(), field.as_str()), ("conflict", "ingest"));
        assert_eq!(message, format!("ingest can't be move: {} belongs to the store", own.display()));
    }
    let link = place.folder().join("link.txt");
    std::os::unix::fs::symlink(place.write("target.txt", "t"), &link).unwrap();
    let (kind, _, message) = place.refuses("publish_artifact", moved(&link, json!({})));
    assert_eq!(kind, "conflict");
    assert_eq!(message, format!("ingest can't be move: {} is a link, not the file itself", link.display()));
    place.ok("publish_artifact", json!({"artifactType": "note", "dataPath": link}));
    assert!(link.exists(), "what a link leads to may be copied");
}

/// Writes to a file as soon as the work on it says a word.
struct Meddler {
    path: PathBuf,
    word: &'static str,
}

impl Watch for Meddler {
    fn step(&self, _: u64, _: u64, message: &str) -> Result<()> {
        if message.starts_with(self.word) {
            std::fs::OpenOptions::new().append(true).open(&self.path).unwrap().write_all(b"9\n").unwrap();
        }
        Ok(())
    }
}

#[test]
fn what_changes_while_it_is_read_is_refused() {
    let place = Place::with_store();
    let bytes = std::fs::read(super::tables::parquet(&place, "x.parquet", super::tables::int64(&[1]), true)).unwrap();
    place.write("known.txt", "known");
    place.publish("note", "known", &place.folder().join("known.txt"));
    let before = place.state();
    for (name, content) in [
        ("a.txt", &b"x"[..]),
        ("known.txt", b"known"),
        ("a.csv", CSV.as_bytes()),
        ("a.parquet", &bytes),
        ("tree/b", b"x"),
    ] {
        let path = place.write(name, content);
        let given = if name == "tree/b" { place.folder().join("tree") } else { path.clone() };
        let meddler = Meddler { path: path.clone(), word: "bytes" };
        let params = json!({"artifactType": "note", "logicalKey": "known", "dataPath": given});
        let error = place.watched("publish_artifact", params, &meddler).unwrap_err();
        let (kind, field, message) = crate::support::refusal(&error);
        assert_eq!((kind.as_str(), field.as_str()), ("conflict", "dataPath"), "{name}: {message}");
        assert_eq!(message, format!("{} changed while it was read", path.display()));
        assert_eq!(place.state(), before, "{name}");
    }
}

#[test]
fn what_changes_before_the_commit_stays_where_it_is() {
    let place = Place::in_memory();
    let path = place.write("a.txt", "x");
    let meddler = Meddler { path: path.clone(), word: "committing" };
    let artifact = place.watched("publish_artifact", moved(&path, json!({})), &meddler).unwrap()["artifact"].clone();
    assert_eq!(std::fs::read(&path).unwrap(), b"x9\n", "what was not published is not removed");
    assert_eq!(std::fs::read(artifact["path"].as_str().unwrap()).unwrap(), b"x");
}
