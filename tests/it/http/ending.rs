//! The end waits for requests, and for bodies on their way in and out.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Reply, Server, read_reply};
use crate::support::until;

/// Longer than the last bytes of a response may take once everything is answered.
const A_WHILE: Duration = Duration::from_millis(1500);

/// Tells the server to end, and waits until it has begun to.
fn begin_to_end(server: &Server) {
    server.terminate();
    until(|| TcpStream::connect(server.address).is_err());
}

#[test]
fn the_end_waits_for_what_runs_and_for_no_more() {
    let mut server = Server::start();
    let publish = |number: usize| {
        json!({ "jsonrpc": "2.0", "id": number, "method": "publish_artifact", "params":
            { "artifactType": "note", "logicalKey": format!("n{number}"), "content": { "encoding": "utf8", "data": "x" } } })
    };
    let batch = Value::Array((0..60).map(publish).collect()).to_string();
    let request = format!(
        "POST /rpc HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{batch}",
        server.address,
        batch.len()
    );
    let mut stream = server.connect();
    stream.write_all(request.as_bytes()).unwrap();
    while server.place.ok("list_artifacts", json!({}))[0].is_null() {
        std::thread::yield_now();
    }
    assert_eq!(server.stop(), Some(143));
    let reply = read_reply(stream).expect("it is answered");
    let answered = reply.ok().as_array().cloned().unwrap();
    let published = answered.iter().filter(|reply| reply["result"]["success"] == true).count();
    let kept = server.place.ok("list_artifacts", json!({ "filter": { "limit": 1000 } })).as_array().unwrap().len();
    assert_eq!(published, kept, "what is answered is kept, and the other way round");
    assert!(TcpStream::connect(server.address).is_err());
}

#[test]
fn a_download_under_way_is_finished() {
    let mut server = Server::start();
    let bytes = vec![7; 40 << 20];
    let id = server.upload("type=blob&name=b.bin", &bytes);
    let mut stream = server.connect();
    let path = format!("/v1/artifacts/{id}/files/b.bin");
    stream.write_all(server.head("GET", &path, "text/plain", 0).as_bytes()).unwrap();
    let mut first = [0; 1000];
    stream.read_exact(&mut first).unwrap();
    begin_to_end(&server);
    std::thread::sleep(A_WHILE);
    let reply = read_reply(first.as_slice().chain(stream)).unwrap();
    assert_eq!((reply.status, reply.body.len()), (200, bytes.len()));
    assert_eq!(server.child.wait().unwrap().code(), Some(143));
}

#[test]
fn an_upload_under_way_is_kept() {
    let mut server = Server::start();
    let mut stream = server.connect();
    let head = server.head("POST", "/v1/artifacts?type=note&artifactId=late&name=n.txt", "text/plain", 10);
    stream.write_all(format!("{head}abc").as_bytes()).unwrap();
    until(|| {
        crate::support::files_below(&server.place.root().join("staging")).iter().any(|name| name.ends_with("n.txt"))
    });
    begin_to_end(&server);
    std::thread::sleep(A_WHILE);
    stream.write_all(b"defghij").unwrap();
    let reply: Reply = read_reply(stream).unwrap();
    assert_eq!((reply.status, &reply.ok()["artifactId"]), (201, &json!("late")));
    assert_eq!(server.child.wait().unwrap().code(), Some(143));
    assert_eq!(server.place.ok("read_file", json!({ "artifactId": "late" }))["data"], "abcdefghij");
}

#[test]
fn a_body_that_does_not_come_does_not_hold_up_the_end() {
    let mut server = Server::start();
    let mut stream = server.connect();
    let head = server.head("POST", "/v1/artifacts?type=note&name=n.txt", "text/plain", 10);
    stream.write_all(format!("{head}abc").as_bytes()).unwrap();
    let mut silent = server.connect();
    silent.write_all(b"GET /healthz HT").unwrap();
    assert_eq!(server.stop(), Some(143));
    assert_eq!(server.place.ok("list_artifacts", json!({})), json!([]));
}
