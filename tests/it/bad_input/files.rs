//! Files and folders that can't be taken.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StructArray};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use serde_json::json;

use super::{Desk, expect};

fn parquet(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let fields: Vec<Field> =
        columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

#[test]
fn what_is_not_there_or_something_else() {
    let mut desk = Desk::new();
    let (missing, folder) = (desk.path("missing.csv"), desk.path("folder"));
    std::fs::create_dir(&folder).unwrap();
    let read = |path: &std::path::Path, why: &str| format!("can't read {}: {why}", path.display());
    let found = desk.publish(json!({"dataPath": missing}));
    expect(found, "not_found", "dataPath", &read(&missing, "no such file or directory"));
    let inside = desk.write("plain", "x").join("inside.csv");
    let found = desk.publish(json!({"dataPath": inside}));
    expect(found, "invalid_data", "dataPath", &read(&inside, "not a directory"));
    for format in ["file", "table"] {
        let found = desk.publish(json!({"dataPath": folder, "format": format}));
        let message = format!("{} is a folder, not a {format}", folder.display());
        expect(found, "invalid_data", "dataPath", &message);
    }
    let found = desk.publish(json!({"dataPath": folder}));
    expect(found, "invalid_data", "dataPath", &format!("the folder {} has no files", folder.display()));
    let found = desk.publish(json!({"files": [{"path": folder}]}));
    expect(found, "invalid_data", "files[0].path", &read(&folder, "it is a folder"));
    let found = desk.publish(json!({"dataPath": "a\u{0}b.csv"}));
    expect(found, "invalid_data", "dataPath", "can't read a\u{0}b.csv: file name contained an unexpected NUL byte");
    let found = desk.publish(json!({"dataPath": "x".repeat(5000)}));
    assert_eq!((found.0.as_str(), found.1.as_str()), ("invalid_data", "dataPath"));
    let (one, two) = (desk.path("one"), desk.path("two"));
    std::os::unix::fs::symlink(&one, &two).unwrap();
    std::os::unix::fs::symlink(&two, &one).unwrap();
    let found = desk.publish(json!({"dataPath": one}));
    assert_eq!((found.0.as_str(), found.1.as_str()), ("invalid_data", "dataPath"));
    std::os::unix::fs::symlink(desk.path("nowhere"), desk.path("dangling")).unwrap();
    let found = desk.publish(json!({"dataPath": desk.path("dangling")}));
    expect(found, "not_found", "dataPath", &read(&desk.path("dangling"), "no such file or directory"));
}

#[test]
fn pipes_sockets_and_devices_are_refused_at_once() {
    let mut desk = Desk::new();
    let (fifo, socket) = (desk.path("fifo.csv"), desk.path("socket"));
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    for path in [fifo.as_path(), socket.as_path(), "/dev/zero".as_ref(), "/dev/stdin".as_ref()] {
        for format in [json!(null), json!("table"), json!("file"), json!("tree")] {
            let found = desk.publish(json!({"dataPath": path, "format": format}));
            let message = format!("{} is no regular file or folder", path.display());
            expect(found, "invalid_data", "dataPath", &message);
        }
        let found = desk.publish(json!({"files": [{"path": path}]}));
        assert_eq!((found.0.as_str(), found.1.as_str()), ("invalid_data", "files[0].path"), "{}", found.2);
    }
}

#[test]
fn csv_that_is_no_table() {
    let mut desk = Desk::new();
    let long = format!("a,b\n{}1,2\n3\n", "1,2\n".repeat(200_000));
    let cases: [(&[u8], &str); 11] = [
        (b"a,b\n1,2\n3\n", ": row 2 (line 3) has 1 field, but the header has 2 columns"),
        (b"a,b\n1,2,3\n", ": row 1 (line 2) has 3 fields, but the header has 2 columns"),
        (b"a,b\n\"x\ny\",1\n2\n", ": row 2 (line 4) has 1 field, but the header has 2 columns"),
        (long.as_bytes(), ": row 200002 (line 200003) has 1 field, but the header has 2 columns"),
        (b"", " is empty: a header row is required"),
        (b"\n\n", ": the header, column 1: the name is empty"),
        (b"\xef\xbb\xbf", " is empty: a header row is required"),
        (b"a,b,a\n1,2,3\n", ": the column name \"a\" stands there twice"),
        (b"a,,c\n1,2,3\n", ": the header, column 2: the name is empty"),
        (b"a\nok\n\xff\n", ": row 2 (line 3), column \"a\": the text is not UTF-8"),
        (b"a\n\"never\n", ": row 1 (line 2), column \"a\": the quote that opens it is never closed"),
    ];
    for (bytes, message) in cases {
        let path = desk.write("table.csv", bytes);
        let found = desk.publish(json!({"dataPath": path}));
        expect(found, "invalid_data", "dataPath", &format!("{}{message}", path.display()));
    }
    // A header alone is a table without rows.
    let path = desk.write("header.csv", "a,b\n");
    let reply = desk.session.call("publish_artifact", json!({"artifactType": "t", "dataPath": path}));
    assert_eq!(reply["result"]["rowCount"], 0, "{reply}");
}

#[test]
fn parquet_that_is_no_table() {
    let mut desk = Desk::new();
    let numbers: ArrayRef = Arc::new(Int64Array::from((0..5000).collect::<Vec<_>>()));
    let whole = parquet(vec![("a", numbers)]);
    for cut in [0, 4, 8, whole.len() / 2, whole.len() - 1] {
        let path = desk.write("cut.parquet", &whole[..cut]);
        let found = desk.publish(json!({"dataPath": path}));
        assert_eq!((found.0.as_str(), found.1.as_str()), ("invalid_data", "dataPath"), "{cut}: {}", found.2);
        let start = format!("{} is no readable Parquet file: ", path.display());
        assert!(found.2.starts_with(&start), "{cut}: {}", found.2);
    }
    let inner: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    let nested = StructArray::from(vec![(Arc::new(Field::new("i", DataType::Int64, true)), inner)]);
    let path = desk.write("nested.parquet", parquet(vec![("deep", Arc::new(nested))]));
    let found = desk.publish(json!({"dataPath": path}));
    let message = format!("{}: the column \"deep\" is of type struct, which tables can't hold here", path.display());
    expect(found, "unsupported", "dataPath", &message);
    let path = desk.write("csv.parquet", "a\n1\n");
    let found = desk.publish(json!({"dataPath": path}));
    assert_eq!(found.0, "invalid_data", "{}", found.2);
}

/// Whatever a file does while it is read: either one state of it is kept whole, or it is refused.
#[test]
fn a_file_that_changes_while_it_is_read_is_refused_or_taken_whole() {
    let mut desk = Desk::new();
    let path = desk.write("growing.bin", vec![b'a'; 8 << 20]);
    let stop = Arc::new(AtomicBool::new(false));
    let writer = std::thread::spawn({
        let (path, stop) = (path.clone(), stop.clone());
        move || {
            let mut file = std::fs::OpenOptions::new().append(true).open(path).unwrap();
            while !stop.load(Ordering::Relaxed) {
                file.write_all(b"more").unwrap();
                std::thread::yield_now();
            }
        }
    });
    let params = json!({"artifactType": "t", "dataPath": path});
    for _ in 0..5 {
        let reply = desk.session.call("publish_artifact", params.clone());
        match reply.get("error") {
            Some(error) => {
                let message = format!("{} changed while it was read", path.display());
                assert_eq!((&error["data"]["kind"], &error["message"]), (&json!("conflict"), &json!(message)));
                assert_eq!(error["data"]["field"], "dataPath");
            }
            None => {
                let artifact = &reply["result"]["artifact"];
                let kept = std::fs::read(artifact["path"].as_str().unwrap()).unwrap();
                assert_eq!(json!(kept.len()), artifact["sizeBytes"]);
            }
        }
    }
    stop.store(true, Ordering::Relaxed);
    writer.join().unwrap();
    assert!(desk.session.call("publish_artifact", params).get("result").is_some(), "it is taken once it rests");
}
