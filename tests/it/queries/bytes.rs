//! `list_files` and `read_file`.

use serde_json::{Value, json};

use crate::support::{Place, id};

#[test]
fn a_file_is_read_in_pieces_as_text_or_base64() {
    let place = Place::new();
    let text = place.text("note", "k", "h\u{e9}llo");
    let read = |more: Value| {
        let mut params = json!({"artifactId": id(&text)});
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        place.ok("read_file", params)
    };
    assert_eq!(
        read(json!({})),
        json!({"artifactId": id(&text), "file": "content", "hash": text["fileHash"], "sizeBytes": 6, "offset": 0, "length": 6,
            "encoding": "utf8", "data": "h\u{e9}llo", "end": true, "integrity": "verified"})
    );
    for (offset, length, encoding, data, end, integrity) in [
        (0, 1, "utf8", "h", false, json!(null)),
        (3, 100, "utf8", "llo", true, json!(null)),
        (0, 6, "utf8", "h\u{e9}llo", true, json!("verified")),
        // Half a letter is no text.
        (0, 2, "base64", "aMM=", false, json!(null)),
        (6, 1, "utf8", "", true, json!(null)),
    ] {
        let piece = read(json!({"offset": offset, "length": length}));
        assert_eq!((&piece["encoding"], &piece["data"]), (&json!(encoding), &json!(data)));
        assert_eq!((&piece["end"], &piece["integrity"], &piece["offset"]), (&json!(end), &integrity, &json!(offset)));
    }
    let by_hash = place.ok("read_file", json!({"hash": text["fileHash"]}));
    assert_eq!((&by_hash["artifactId"], &by_hash["file"]), (&json!(null), &json!(null)));
    assert_eq!((&by_hash["data"], &by_hash["integrity"]), (&json!("h\u{e9}llo"), &json!("verified")));

    let empty = place.text("note", "empty", "");
    let piece = place.ok("read_file", json!({"artifactId": id(&empty)}));
    assert_eq!(
        (&piece["data"], &piece["length"], &piece["end"], &piece["integrity"]),
        (&json!(""), &json!(0), &json!(true), &json!("verified"))
    );
    let binary = place.publish("t", "b", &place.write("b.bin", [0, 159, 146, 150]));
    let piece = place.ok("read_file", json!({"artifactId": id(&binary)}));
    assert_eq!((&piece["encoding"], &piece["data"]), (&json!("base64"), &json!("AJ+Slg==")));
}

#[test]
fn a_large_file_comes_in_pieces_of_a_mebibyte() {
    let place = Place::new();
    let size = 2 * 1_048_576 + 5;
    let artifact = place.publish("t", "k", &place.write("a.bin", vec![b'x'; size]));
    let mut at = 0;
    let mut lengths = Vec::new();
    loop {
        let piece = place.ok("read_file", json!({"artifactId": id(&artifact), "offset": at}));
        at += piece["length"].as_u64().unwrap();
        lengths.push(piece["length"].as_u64().unwrap());
        assert_eq!(piece["integrity"], json!(null));
        if piece["end"] == true {
            break;
        }
    }
    assert_eq!(lengths, [1_048_576, 1_048_576, 5]);
}

#[test]
fn files_of_a_tree_are_named() {
    let place = Place::new();
    place.write("run/a.txt", "A");
    place.write("run/deep/b.txt", "B");
    let tree = place.publish("t", "k", &place.folder().join("run"));
    let files = place.ok("list_files", json!({"artifactId": id(&tree)}));
    let of = |name: &str| json!({"artifactId": id(&tree), "file": name});
    assert_eq!(place.ok("read_file", of("deep/b.txt"))["data"], "B");
    assert_eq!(files[1]["hash"], place.ok("read_file", of("deep/b.txt"))["hash"]);
    let refused = place.refuses("read_file", json!({"artifactId": id(&tree)}));
    assert_eq!(
        refused,
        ("invalid_params".into(), "file".into(), format!("artifact {} has 2 files: name one", id(&tree)))
    );
    for name in ["../a.txt", "deep", "/etc/passwd", ""] {
        let refused = place.refuses("read_file", of(name));
        assert_eq!(
            refused,
            ("not_found".into(), "file".into(), format!("the file {name:?} was not found in artifact {}", id(&tree)))
        );
    }
    let table = place.publish("t", "table", &place.write("a.csv", "a\n1\n"));
    let listed = place.ok("list_files", json!({"artifactId": id(&table)}));
    assert_eq!(
        listed,
        json!([{
            "path": "a.parquet",
            "hash": table["fileHash"],
            "sizeBytes": table["sizeBytes"],
            "mediaType": "application/vnd.apache.parquet",
            "role": null,
            "absolutePath": table["pathParquet"],
            "form": null,
            "storedHash": null,
            "storedSizeBytes": null,
        }])
    );
}

#[test]
fn wrong_questions_are_named() {
    let place = Place::new();
    let artifact = place.text("note", "k", "hello");
    let hash = artifact["fileHash"].as_str().unwrap();
    let zeros = format!("sha256:{:064}", 0);
    for (params, kind, field, message) in [
        (json!({}), "invalid_params", "artifactId", "either artifactId or hash must be given".to_owned()),
        (
            json!({"artifactId": id(&artifact), "hash": hash}),
            "invalid_params",
            "artifactId",
            "either artifactId or hash must be given".to_owned(),
        ),
        (
            json!({"hash": hash, "file": "content"}),
            "invalid_params",
            "file",
            "file: it goes with artifactId, not with hash".to_owned(),
        ),
        (json!({"hash": zeros}), "not_found", "hash", format!("no object {zeros} was found")),
        (
            json!({"hash": hash, "length": 0}),
            "invalid_params",
            "length",
            "length: 0 is not between 1 and 1048576".to_owned(),
        ),
        (
            json!({"hash": hash, "length": 1_048_577}),
            "invalid_params",
            "length",
            "length: 1048577 is not between 1 and 1048576".to_owned(),
        ),
        (
            json!({"hash": hash, "offset": 6}),
            "invalid_params",
            "offset",
            "offset: 6 is beyond the file's 5 bytes".to_owned(),
        ),
        (json!({"artifactId": "nothing"}), "not_found", "artifactId", "artifact nothing was not found".to_owned()),
    ] {
        assert_eq!(place.refuses("read_file", params), (kind.to_owned(), field.to_owned(), message));
    }
    let refused = place.refuses("list_files", json!({"artifactId": "nothing"}));
    assert_eq!(refused, ("not_found".into(), "artifactId".into(), "artifact nothing was not found".into()));
}

#[test]
fn damaged_and_missing_bytes_are_told_and_healed() {
    let place = Place::new();
    let artifact = place.text("note", "k", "hello");
    let object = place.root().join("objects").join(&place.objects()[0]);
    let params = json!({"artifactId": id(&artifact)});
    let hash = artifact["fileHash"].as_str().unwrap();
    std::fs::remove_file(&object).unwrap();
    let refused = place.refuses("read_file", params.clone());
    assert_eq!(
        (refused.0.as_str(), refused.2.as_str()),
        ("integrity", &*format!("the object {hash} is missing from the store"))
    );
    std::fs::write(&object, "jello").unwrap();
    let refused = place.refuses("read_file", params.clone());
    assert_eq!(
        (refused.0.as_str(), refused.2.as_str()),
        ("integrity", &*format!("the object {hash} is damaged: its bytes have another hash"))
    );
    assert_eq!(place.text("note", "k", "hello")["artifactId"], artifact["artifactId"]);
    assert_eq!(place.ok("read_file", params)["data"], "hello", "publishing the bytes again heals them");
    assert_eq!(std::fs::read(artifact["path"].as_str().unwrap()).unwrap(), b"hello");
}
