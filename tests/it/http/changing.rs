//! Artifacts are changed and deleted as they were seen, whatever they are called.

use std::io::Write;

use serde_json::{Value, json};

use super::{Server, read_reply};

/// The head of a request with a body of JSON, and what it must match.
fn matching<'a>(name: &'a str, tags: &'a str) -> [(&'a str, &'a str); 2] {
    [("Content-Type", "application/json"), (name, tags)]
}

#[test]
fn what_has_another_revision_is_neither_changed_nor_deleted() {
    let server = Server::start();
    let id = server.upload("type=note&name=n.txt", b"hello");
    let path = format!("/v1/artifacts/{id}");
    let ask = |verb: &str, tags: &str, body: &Value| {
        server.ask(verb, &path, &matching("If-Match", tags), body.to_string().as_bytes())
    };
    let title = |title: &str| json!({ "title": title });
    assert_eq!(ask("PUT", "\"1\"", &title("a")).header("etag"), Some("\"2\""));
    // One of several is enough; a weak one is none.
    for (tags, status) in
        [("\"1\", \"2\"", 200), ("\"1\",\"2\"", 412), ("W/\"3\"", 412), ("3", 412), ("\"x\", \"3\"", 200), ("*", 200)]
    {
        let reply = ask("PUT", tags, &title(tags));
        assert_eq!(reply.status, status, "{tags}: {}", reply.json());
    }
    let both = |named: u64| ask("PUT", "\"5\"", &json!({ "title": "b", "revision": named }));
    assert_eq!((both(4).status, &both(4).json()["field"]), (400, &json!("revision")));
    assert_eq!(both(5).status, 200);

    let nothing = server.ask("DELETE", &path, &[("If-Match", "")], b"");
    assert_eq!((nothing.status, server.get(&path).ok()["status"].as_str()), (412, Some("active")));
    let stale = server.ask("DELETE", &path, &[("If-Match", "\"5\"")], b"");
    assert_eq!((stale.status, &stale.json()["currentRevision"]), (412, &json!(6)));
    assert_eq!(server.get(&path).ok()["status"], "active");
    let deleted = server.ask("DELETE", &path, &[("If-Match", "\"5\", \"6\"")], b"");
    assert_eq!((deleted.status, deleted.header("etag")), (200, Some("\"7\"")));
    // What contradicts the state is no matter of revisions.
    assert_eq!(ask("PUT", "\"7\"", &title("c")).status, 409);
}

#[test]
fn an_artifact_that_is_known_is_not_sent_again() {
    let server = Server::start();
    let id = server.upload("type=note&name=n.txt", b"hello");
    let path = format!("/v1/artifacts/{id}");
    let status = |known: &str| server.ask("GET", &path, &[("If-None-Match", known)], b"").status;
    let tag = server.get(&path).header("etag").unwrap().to_owned();
    assert_eq!((status(&tag), status(&format!("\"0\", W/{tag}")), status("*")), (304, 304, 304));
    server.send("PUT", &path, &json!({ "title": "new" })).ok();
    assert_eq!(status(&tag), 200);
}

#[test]
fn tags_are_given_as_words_too() {
    let server = Server::start();
    let id = server.upload("type=note&name=n.txt&tags=old", b"hello");
    let path = format!("/v1/artifacts/{id}");
    let changed = server.send("PUT", &path, &json!({ "tags": ["baseline", "checked"] })).ok();
    assert_eq!(changed["artifact"]["tags"], json!({ "baseline": "", "checked": "", "old": "" }));
    let bulk = server.rpc("bulk_update", json!({ "artifactIds": [id], "tags": ["late"] }));
    assert_eq!(bulk["result"]["success"], true);
    let refused = server.send("PUT", &path, &json!({ "tags": ["a", 1] }));
    assert_eq!((refused.status, &refused.json()["field"]), (400, &json!("tags[1]")));
    let refused = server.send("PUT", &path, &json!({ "tags": { "a": 1 } }));
    assert_eq!((refused.status, &refused.json()["field"]), (400, &json!("tags.a")));
    assert_eq!(server.send("PUT", &path, &json!({ "tags": "baseline" })).status, 400);
    let changed = server.send("PUT", &path, &json!({ "tags": { "old": null, "late": "yes" } })).ok();
    assert_eq!(changed["artifact"]["tags"], json!({ "baseline": "", "checked": "", "late": "yes" }));
}

#[test]
fn artifacts_that_are_called_like_a_word_of_the_address_are_artifacts_too() {
    let server = Server::start();
    for word in ["stats", "archive", "unarchive", "rescan", "bulk-delete"] {
        server.upload(&format!("type=note&artifactId={word}&name=n.txt"), word.as_bytes());
        let path = format!("/v1/artifacts/{word}");
        let changed = server.send("PUT", &path, &json!({ "title": word })).ok();
        assert_eq!((&changed["artifact"]["artifactId"], &changed["artifact"]["title"]), (&json!(word), &json!(word)));
        // The first letter written in another way: no word of the address, and the same id.
        let encoded = format!("/v1/artifacts/%{:x}{}", word.as_bytes()[0], &word[1..]);
        assert_eq!(server.get(&encoded).ok()["artifactId"], word);
        let plain = server.get(&path).ok();
        let expected = if word == "stats" { Value::Null } else { json!(word) };
        assert_eq!(plain["artifactId"], expected);
        server.ask("DELETE", &path, &[], b"").ok();
        assert_eq!(server.get(&encoded).ok()["status"], "tombstoned");
        assert_eq!(server.ask("PATCH", &path, &[], b"").status, 405);
    }
}

#[test]
fn a_request_is_for_one_server() {
    let server = Server::start();
    let own = server.address;
    let status = |head: String| server.raw(format!("{head}Connection: close\r\n\r\n")).unwrap().status;
    let get = "GET /healthz HTTP/1.1\r\n";
    assert_eq!(status(format!("{get}Host: LOCALHOST:{}\r\n", own.port())), 200);
    assert_eq!(status(format!("{get}Host: {own}\r\nHost: evil.example\r\n")), 400);
    assert_eq!(status(format!("GET http://evil.example/healthz HTTP/1.1\r\nHost: {own}\r\n")), 400);
    assert_eq!(status(format!("GET http://{own}/healthz HTTP/1.1\r\nHost: {own}\r\n")), 200);
}

#[test]
fn small_requests_do_not_wait_for_large_bodies() {
    let server = Server::start();
    let large: Vec<_> = (0..4)
        .map(|_| {
            let mut stream = server.connect();
            stream.write_all(server.head("POST", "/rpc", "application/json", 32 << 20).as_bytes()).unwrap();
            stream.write_all(&[b' '; 1000]).unwrap();
            stream
        })
        .collect();
    assert_eq!(server.rpc("health_check", json!({}))["result"]["available"], true);
    drop(large);
    let request = json!({ "jsonrpc": "2.0", "id": 1, "method": "health_check", "params": {} }).to_string();
    let padded = format!("{request}{}", " ".repeat(1 << 20));
    let mut stream = server.connect();
    stream.write_all(server.head("POST", "/rpc", "application/json", padded.len()).as_bytes()).unwrap();
    stream.write_all(padded.as_bytes()).unwrap();
    assert_eq!(read_reply(stream).unwrap().ok()["result"]["available"], true);
}
