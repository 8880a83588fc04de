//! What a caller must not be able to do to the store itself, and what a damaged store still answers for.

use std::os::unix::fs::PermissionsExt;

use keepstone::base::clock::Clock;
use keepstone::cli::about;
use keepstone::model::Unwatched;
use keepstone::server::call_once;
use keepstone::store::{Location, Site};
use serde_json::{Value, json};

use crate::support::Place;

fn kind(error: &Value) -> (&str, Option<&str>) {
    (error["data"]["kind"].as_str().unwrap(), error["data"]["field"].as_str())
}

#[test]
fn the_manifest_can_not_be_published_by_any_name() {
    let place = Place::new();
    place.ok("publish_artifact", json!({"artifactType": "t", "content": {"encoding": "utf8", "data": "x"}}));
    let alias = place.folder().join("alias");
    std::fs::hard_link(place.root().join("manifest.sqlite-shm"), &alias).unwrap();
    let own = |name: &str| place.root().join(name);
    for path in [own("manifest.sqlite"), own("manifest.sqlite-wal"), own("manifest.sqlite-shm"), alias] {
        let error = place.fails("publish_artifact", json!({"artifactType": "t", "dataPath": path}));
        assert_eq!(kind(&error), ("path_not_allowed", Some("dataPath")), "{error}");
        let error = place.fails("publish_artifact", json!({"artifactType": "t", "files": [{"path": path}]}));
        assert_eq!(kind(&error).0, "path_not_allowed", "{error}");
    }
}

#[test]
fn readable_names_never_lie_among_the_stores_own_files() {
    let folder = tempfile::tempdir().unwrap();
    for inside in ["", "objects", "objects/2c", "staging", "locks", "trash", "manifest.sqlite", "keepstone.toml"] {
        let root = folder.path().join("store");
        let artifacts_root = Some(root.join(inside));
        let error = Site::new(Location { root: root.clone(), artifacts_root }, Clock::system()).store_or_create();
        assert!(error.err().unwrap().message().contains("among the store's own files"), "{inside}");
        assert!(!root.exists(), "nothing was made for {inside}");
    }
    for fine in ["store/names", "store/artifacts/below", "names"] {
        let root = folder.path().join("store");
        let artifacts_root = Some(folder.path().join(fine));
        Site::new(Location { root: root.clone(), artifacts_root }, Clock::system()).store_or_create().unwrap();
        std::fs::remove_dir_all(root).unwrap();
    }
}

#[test]
fn two_stores_do_not_share_a_folder_of_names() {
    let folder = tempfile::tempdir().unwrap();
    let site = |root: &str| {
        let artifacts_root = Some(folder.path().join("names"));
        Site::new(Location { root: folder.path().join(root), artifacts_root }, Clock::system())
    };
    let publish = |site: &Site| {
        let params = json!({"artifactType": "t", "content": {"encoding": "utf8", "data": "x"}});
        call_once(site, &about(), "publish_artifact", params, None, &Unwatched)
    };
    publish(&site("one")).unwrap();
    let error = publish(&site("two")).unwrap_err();
    assert_eq!(error.kind(), keepstone::model::Kind::Conflict);
    assert!(error.message().contains("of another store"), "{error}");
    assert!(!folder.path().join("two").exists());
    publish(&site("one")).unwrap();
}

#[test]
fn floats_in_params_are_as_large_as_they_like_within_64_bits() {
    let place = Place::new();
    let publish = |params: &str| {
        let params: Value = serde_json::from_str(params).unwrap();
        place.call(
            "publish_artifact",
            json!({"artifactType": "t", "params": params, "content": {"encoding": "utf8", "data": "x"}}),
        )
    };
    let kept = publish(r#"{"volume": 1.5e18, "neg": -1e16}"#).unwrap();
    assert_eq!(kept["artifact"]["params"], json!({"volume": 1.5e18, "neg": -1e16}));
    for refused in [r#"{"n": 9007199254740992}"#, r#"{"n": [12345678901234567890123]}"#] {
        assert_eq!(kind(&publish(refused).unwrap_err()), ("invalid_params", Some("params")));
    }
}

#[test]
fn a_filter_of_very_many_tags_is_refused_by_name() {
    let place = Place::new();
    place.ok("init", json!({}));
    let tags: serde_json::Map<_, _> = (0..101).map(|n| (n.to_string(), json!(""))).collect();
    let error = place.fails("list_artifacts", json!({"filter": {"tags": tags}}));
    assert_eq!(kind(&error), ("limit_exceeded", Some("filter")));
}

#[test]
fn the_same_content_in_other_bytes_is_no_duplicate_of_damaged_ones() {
    let place = Place::new();
    let one = place.write("one.csv", "a,b\n1,x\n2,y\n");
    let params = |path| json!({"artifactType": "t", "artifactId": "mine", "dataPath": path});
    let first = place.ok("publish_artifact", params(&one));
    let kept = first["pathParquet"].as_str().unwrap();
    let hex = first["fileHash"].as_str().unwrap().strip_prefix("sha256:").unwrap();
    let object = place.root().join("objects").join(&hex[..2]).join(hex);
    // Parquet with the same content and other bytes.
    let other = rewritten(&std::fs::read(kept).unwrap());
    let other = place.write("other.parquet", other);
    assert_eq!(place.ok("publish_artifact", params(&other))["mode"], "content_hash");
    std::fs::set_permissions(&object, std::fs::Permissions::from_mode(0o644)).unwrap();
    std::fs::write(&object, "damaged").unwrap();
    let error = place.fails("publish_artifact", params(&other));
    assert_eq!(kind(&error), ("integrity", Some("artifactId")), "{error}");
    assert_eq!(place.ok("publish_artifact", params(&one))["deduped"], true, "its own bytes heal it");
    assert_eq!(place.ok("read_file", json!({"artifactId": "mine"}))["integrity"], "verified");
}

/// The same table written by the library with its defaults.
fn rewritten(parquet: &[u8]) -> Vec<u8> {
    use parquet::arrow::ArrowWriter;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::copy_from_slice(parquet)).unwrap();
    let mut out = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut out, builder.schema().clone(), None).unwrap();
    for batch in builder.build().unwrap() {
        writer.write(&batch.unwrap()).unwrap();
    }
    writer.close().unwrap();
    out
}
