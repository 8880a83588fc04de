//! Files that stay with their producer: what has changed since the scan is never sent for what was registered.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::Server;

/// Longer than what is sent in one piece.
const LONG: usize = 300 << 10;

/// A server whose store knows one run of a short and a long file; the run's id.
fn with_a_run() -> (Server, String) {
    let server = Server::with(&[], |place| {
        let families =
            "[scan]\nroots = [\"../runs\"]\n[families.lines]\ninclude = [\"**/*.jsonl\"]\noutcome = \"none\"\n";
        std::fs::write(place.root().join("keepstone.toml"), families).unwrap();
        place.write("runs/run-1/short.jsonl", "{}\n");
        place.write("runs/run-1/long.jsonl", vec![b' '; LONG]);
    });
    assert_eq!(rescan(&server)["registered"], 1);
    let id = server.rpc("list_artifacts", json!({}))["result"][0]["artifactId"].as_str().unwrap().to_owned();
    (server, id)
}

fn rescan(server: &Server) -> Value {
    server.send("POST", "/v1/artifacts/rescan", &json!({})).ok()
}

fn run(server: &Server) -> PathBuf {
    server.place.folder().join("runs/run-1")
}

/// That neither the whole file nor a part of it is sent, and that the way out is told.
#[track_caller]
fn refused(server: &Server, id: &str, name: &str) {
    let path = format!("/v1/artifacts/{id}/files/{name}");
    for headers in [&[][..], &[("Range", "bytes=0-1")]] {
        let reply = server.ask("GET", &path, headers, b"");
        let told = reply.json();
        assert_eq!((reply.status, &told["kind"]), (500, &json!("integrity")), "{name} {headers:?}: {told}");
        assert!(told["hint"].as_str().unwrap().contains("scan again"), "{told}");
    }
}

#[test]
fn what_has_changed_since_the_scan_is_not_sent() {
    let (server, id) = with_a_run();
    let range = |name: &str| {
        let reply = server.ask("GET", &format!("/v1/artifacts/{id}/files/{name}"), &[("Range", "bytes=0-1")], b"");
        (reply.status, reply.body)
    };
    assert_eq!((range("short.jsonl"), range("long.jsonl")), ((206, b"{}".to_vec()), (206, b"  ".to_vec())));
    // Written again with the same bytes it is still the same file.
    std::fs::write(run(&server).join("long.jsonl"), vec![b' '; LONG]).unwrap();
    assert_eq!(range("long.jsonl"), (206, b"  ".to_vec()));

    std::fs::write(run(&server).join("short.jsonl"), "[]\n").unwrap();
    std::fs::write(run(&server).join("long.jsonl"), vec![b'\n'; LONG]).unwrap();
    refused(&server, &id, "short.jsonl");
    refused(&server, &id, "long.jsonl");
    rescan(&server);
    assert_eq!((range("short.jsonl"), range("long.jsonl")), ((206, b"[]".to_vec()), (206, b"\n\n".to_vec())));
}

#[test]
fn a_link_in_the_place_of_a_file_or_folder_is_told_as_a_change() {
    let (server, id) = with_a_run();
    let secret = server.place.write("secret.txt", "{}\n");
    let short = run(&server).join("short.jsonl");
    std::fs::remove_file(&short).unwrap();
    std::os::unix::fs::symlink(secret, &short).unwrap();
    refused(&server, &id, "short.jsonl");
    let read = server.rpc("read_file", json!({ "artifactId": id, "file": "short.jsonl" }));
    assert_eq!(read["error"]["data"]["kind"], "integrity", "{read}");

    let moved = server.place.folder().join("elsewhere");
    std::fs::rename(run(&server), &moved).unwrap();
    std::os::unix::fs::symlink(&moved, run(&server)).unwrap();
    refused(&server, &id, "long.jsonl");
}

#[test]
fn nothing_is_taken_out_of_a_producers_folder_for_a_stranger() {
    let (server, _) = with_a_run();
    server.place.write("runs/run-2/new.jsonl", "{}\n");
    let by_path = server.send("POST", "/v1/artifacts/rescan", &json!({ "mode": "move" }));
    assert_eq!((by_path.status, &by_path.json()["field"]), (403, &json!("mode")));
    let by_rpc = server.rpc("scan", json!({ "mode": "move" }));
    assert_eq!(by_rpc["error"]["data"]["kind"], "path_not_allowed");
    assert!(server.place.folder().join("runs/run-2/new.jsonl").exists());
    let copied = server.send("POST", "/v1/artifacts/rescan", &json!({ "mode": "copy" })).ok();
    assert_eq!(copied["registered"], 1, "{copied}");
}
