//! Files that come in as bodies and go out as responses.

use serde_json::{Value, json};

use super::Server;

#[test]
fn a_file_goes_in_and_comes_out_whole_in_ranges_and_not_at_all_when_it_is_known() {
    let server = Server::start();
    let bytes: Vec<u8> = (0..700_000_u32).flat_map(|number| number.to_le_bytes()).collect();
    let published =
        server.ask("POST", "/v1/artifacts?type=blob&name=d%C3%A4ta%20set.bin&tags=stage=prod,ok", &[], &bytes);
    assert_eq!(published.status, 201);
    let artifact = published.ok();
    let id = artifact["artifactId"].as_str().unwrap();
    assert_eq!(published.header("location"), Some(format!("/v1/artifacts/{id}").as_str()));
    assert_eq!(artifact["artifact"]["tags"], json!({ "ok": "", "stage": "prod" }));
    assert_eq!(artifact["artifact"]["logicalKey"], "däta set.bin");
    assert_eq!(
        server.ask("POST", "/v1/artifacts?type=blob&name=d%C3%A4ta%20set.bin", &[], &bytes).status,
        200,
        "a duplicate"
    );

    let listed = server.get(&format!("/v1/artifacts/{id}/files")).ok();
    assert_eq!(listed["count"], 1);
    let name = listed["files"][0]["path"].as_str().unwrap();
    let path = format!("/v1/artifacts/{id}/files/{}", name.replace(' ', "%20").replace('ä', "%C3%A4"));
    let whole = server.get(&path);
    assert_eq!((whole.status, whole.body == bytes), (200, true));
    assert_eq!(whole.header("content-disposition"), Some("attachment; filename*=UTF-8''d%C3%A4ta%20set.bin"));
    assert_eq!(whole.header("x-content-type-options"), Some("nosniff"));
    let tag = whole.header("etag").unwrap();
    assert_eq!(tag, format!("\"{}\"", artifact["fileHash"].as_str().unwrap()));
    assert_eq!(server.ask("HEAD", &path, &[], b"").header("content-length"), Some("2800000"));
    for (range, part) in
        [("bytes=0-9", 0..10), ("bytes=2799999-", 2_799_999..2_800_000), ("bytes=-5", 2_799_995..2_800_000)]
    {
        let piece = server.ask("GET", &path, &[("Range", range)], b"");
        assert_eq!((piece.status, piece.body.as_slice()), (206, &bytes[part]), "{range}");
    }
    let beyond = server.ask("GET", &path, &[("Range", "bytes=2800000-")], b"");
    assert_eq!((beyond.status, beyond.header("content-range")), (416, Some("bytes */2800000")));
    let stale = server.ask("GET", &path, &[("Range", "bytes=0-9"), ("If-Range", "\"other\"")], b"");
    assert_eq!((stale.status, stale.body.len()), (200, bytes.len()));
    for known in [tag, "*", &format!("W/{tag}"), &format!("\"x\", {tag}")] {
        let known = server.ask("GET", &path, &[("If-None-Match", known)], b"");
        assert_eq!((known.status, known.body.len()), (304, 0));
    }
}

#[test]
fn tables_are_published_from_their_bodies_as_from_files() {
    let server = Server::start();
    let id = server
        .upload("type=prices&name=prices.csv&key=p&params=%7B%22a%22:1%7D", b"ts,price\n2026-01-01T00:00:00Z,1.5\n");
    let artifact = &server.rpc("get_artifact", json!({ "artifactId": id }))["result"];
    assert_eq!(artifact["format"], "table");
    assert_eq!(artifact["rowCount"], 1);
    assert_eq!(artifact["params"], json!({ "a": 1 }));
    assert_eq!(artifact["mediaType"], "application/vnd.apache.parquet");
    let bad = server.ask("POST", "/v1/artifacts?type=prices&name=bad.csv", &[], b"a,b\n1,2,3\n");
    assert_eq!((bad.status, &bad.json()["kind"]), (422, &json!("invalid_data")));
    let unknown = server.ask("POST", "/v1/artifacts?type=prices&naem=x.csv", &[], b"a\n1\n");
    assert_eq!((unknown.status, &unknown.json()["field"]), (400, &json!("naem")));
    let staged = std::fs::read_dir(server.place.root().join("staging")).unwrap().map(|entry| entry.unwrap().path());
    for lease in staged {
        assert_eq!(std::fs::read_dir(lease).unwrap().count(), 0, "nothing stays behind");
    }
}

#[test]
fn a_file_comes_out_as_what_its_publisher_said_it_is() {
    let server = Server::start();
    let kind_of = |query: &str, said: &str| {
        let path = format!("/v1/artifacts?type=blob&capabilities=replay,view&{query}");
        let published = server.ask("POST", &path, &[("Content-Type", said)], query.as_bytes()).ok();
        assert_eq!(published["artifact"]["capabilities"], json!(["replay", "view"]));
        let id = published["artifactId"].as_str().unwrap().to_owned();
        let name = server.get(&format!("/v1/artifacts/{id}/files")).ok()["files"][0]["path"].clone();
        let file = server.get(&format!("/v1/artifacts/{id}/files/{}", name.as_str().unwrap()));
        assert_eq!(file.status, 200);
        file.header("content-type").unwrap().to_owned()
    };
    assert_eq!(kind_of("name=picture", "image/png"), "image/png");
    assert_eq!(kind_of("name=page.json", "text/plain;charset=UTF-8"), "application/json", "the name tells more");
    assert_eq!(kind_of("name=page.json&mediaType=text/x-own", "text/plain"), "text/x-own");
    assert_eq!(kind_of("name=odd&mediaType=a%0d%0aSet-Cookie:%20x", "text/plain"), "application/octet-stream");
    let found = server.get("/v1/artifacts?capabilities=view&limit=99999999999999999999").ok();
    assert_eq!(found["total"], 4);
}

#[test]
fn damaged_bytes_never_arrive_whole() {
    let server = Server::start();
    let bytes = vec![7_u8; 900_000];
    let id = server.upload("type=blob&name=b.bin", &bytes);
    let artifact = &server.rpc("get_artifact", json!({ "artifactId": id }))["result"];
    let hex = artifact["fileHash"].as_str().unwrap().trim_start_matches("sha256:").to_owned();
    let object = server.place.root().join("objects").join(&hex[..2]).join(&hex);
    let mut damaged = bytes.clone();
    damaged[450_000] ^= 1;
    std::fs::remove_file(&object).unwrap();
    std::fs::write(&object, &damaged).unwrap();
    let path = format!("/v1/artifacts/{id}/files/b.bin");
    let reply = server.get(&path);
    assert!(reply.body.len() < bytes.len(), "the last piece is held back");
    std::fs::write(&object, &damaged[1..]).unwrap();
    let reply = server.get(&path);
    assert_eq!((reply.status, &reply.json()["kind"]), (500, &json!("integrity")));
}

#[test]
fn sixteen_upload_at_once_while_others_rescan_and_nothing_is_lost() {
    const UPLOADS: usize = 8;
    const RUNS: usize = 12;
    let server = Server::with(&[], |place| {
        let families =
            "[scan]\nroots = [\"../runs\"]\n[families.lines]\ninclude = [\"**/*.jsonl\"]\noutcome = \"none\"\n";
        std::fs::write(place.root().join("keepstone.toml"), families).unwrap();
        place.write("runs/run-00/first.jsonl", "{}\n");
    });
    let rescan = || server.send("POST", "/v1/artifacts/rescan", &json!({})).ok();
    let uploading = std::sync::atomic::AtomicUsize::new(16);
    let left = || uploading.load(std::sync::atomic::Ordering::SeqCst);
    std::thread::scope(|scope| {
        for worker in 0..16 {
            let (server, uploading) = (&server, &uploading);
            scope.spawn(move || {
                for number in 0..UPLOADS {
                    let text = format!("{worker}-{number}");
                    server.upload(&format!("type=note&key={text}&name=n.txt"), text.as_bytes());
                }
                uploading.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
            });
        }
        // Files are changed, and new runs begin, before the first rescan has seen them all.
        scope.spawn(|| {
            for round in 0.. {
                let path = format!("runs/run-{:02}/file-{}.jsonl", round % RUNS, round % 3);
                server.place.write(&path, format!("{{\"round\": {round}}}\n"));
                if left() == 0 && round >= 3 * RUNS {
                    break;
                }
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
        });
        for _ in 0..2 {
            scope.spawn(|| {
                while left() > 0 {
                    rescan();
                }
            });
        }
    });
    // What the last of them may have missed is found now; after that there is nothing new.
    rescan();
    let last = rescan();
    let counts = ["found", "registered", "refreshed", "unchanged"].map(|name| last[name].as_u64().unwrap() as usize);
    assert_eq!(counts, [RUNS, 0, 0, RUNS], "{last}");
    let listed = |filter: Value| server.rpc("list_artifacts", json!({ "filter": filter }))["result"].clone();
    let notes = listed(json!({ "artifactType": "note", "limit": 1000 }));
    let keys: std::collections::BTreeSet<&str> =
        notes.as_array().unwrap().iter().map(|note| note["logicalKey"].as_str().unwrap()).collect();
    assert_eq!((notes.as_array().map(Vec::len), keys.len()), (Some(16 * UPLOADS), 16 * UPLOADS));
    for note in notes.as_array().unwrap() {
        let read = server.rpc("read_file", json!({ "artifactId": note["artifactId"] }));
        assert_eq!(read["result"]["data"], note["logicalKey"], "{read}");
    }
    let runs = listed(json!({ "artifactType": "lines", "limit": 1000 }));
    assert_eq!(runs.as_array().map(Vec::len), Some(RUNS));
    let verified = server.rpc("verify_store", json!({}));
    assert_eq!(verified["result"]["findings"], json!([]), "{verified}");
}
