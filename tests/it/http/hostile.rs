//! What no good client sends: ways out of the store, other hosts' names, endless heads, silence.

use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::json;

use super::{Reply, Server, read_reply};
use crate::support::{Place, keepstone};

#[test]
fn an_address_that_is_no_text_is_refused_as_everything_is() {
    let server = Server::start();
    for path in ["/v1/artifacts/%ff", "/v1/artifacts/%ff/files", "/v1/artifacts/a/files/%ff"] {
        let refused = server.get(path);
        assert_eq!((refused.status, &refused.json()["kind"]), (400, &json!("invalid_request")), "{path}");
    }
}

/// What has led out of other programs' folders: plain, encoded once and twice, overlong, with backslashes, absolute.
const WAYS_OUT: &[&str] = &[
    "../secret.txt",
    "..%2fsecret.txt",
    "%2e%2e%2fsecret.txt",
    "%2e%2e/secret.txt",
    "..%252fsecret.txt",
    "%252e%252e%252fsecret.txt",
    "..%c0%afsecret.txt",
    "%c0%ae%c0%ae/secret.txt",
    "..%5csecret.txt",
    "..\\secret.txt",
    "....//secret.txt",
    "..;/secret.txt",
    "./../secret.txt",
    "%00../secret.txt",
    "../secret.txt%00.csv",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "file:///etc/passwd",
    "~/.ssh/id_rsa",
    "C:%5cWindows%5cwin.ini",
    "..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    "manifest.sqlite",
    "..%2fmanifest.sqlite",
    "keepstone.toml",
];

#[test]
fn no_name_leads_out_of_the_store() {
    let server = Server::with(&[], |place| {
        place.write("secret.txt", "top secret");
        place.write("store/secret.txt", "top secret");
    });
    let id = server.upload("type=blob&name=b.bin", b"public");
    for way in WAYS_OUT {
        for path in [
            format!("/v1/artifacts/{id}/files/{way}"),
            format!("/v1/artifacts/{way}/files"),
            format!("/v1/artifacts/{way}"),
            format!("/{way}"),
        ] {
            let reply = server.get(&path);
            assert!((400..500).contains(&reply.status), "{path}: {}", reply.status);
            let body = String::from_utf8_lossy(&reply.body);
            assert!(!body.contains("top secret") && !body.contains("root:"), "{path}: {body}");
        }
        for verb in ["DELETE", "PUT"] {
            let reply = server.send(verb, &format!("/v1/artifacts/{way}"), &json!({ "title": "x" }));
            assert!((400..500).contains(&reply.status), "{verb} {way}: {}", reply.status);
        }
        let query = format!("type=blob&name={}", way.replace('\\', "%5c"));
        let id = server.upload(&query, way.as_bytes());
        let path = server.rpc("get_artifact", json!({ "artifactId": id }))["result"]["path"].clone();
        let path = Path::new(path.as_str().unwrap()).to_owned();
        assert!(path.starts_with(server.place.root().join("artifacts/blob/v1")), "{way}: {}", path.display());
    }
    assert_eq!(server.rpc("get_artifact", json!({ "artifactId": id }))["result"]["status"], "active");
    let outside = std::fs::read_dir(server.place.folder()).unwrap().count();
    assert_eq!(outside, 2, "the store and the secret beside it");
}

#[test]
fn hostile_ids_are_refused() {
    let server = Server::start();
    for id in ["%00", "a%20b", "%ff", "a%0d%0aSet-Cookie:%20x", &"a".repeat(300), "%27%20OR%201=1--", "*"] {
        for verb in ["GET", "DELETE"] {
            let reply = server.ask(verb, &format!("/v1/artifacts/{id}"), &[], b"");
            assert!((400..500).contains(&reply.status), "{verb} {id}: {}", reply.status);
            assert!(reply.header("set-cookie").is_none());
        }
    }
}

#[test]
fn web_pages_are_refused() {
    let server = Server::start();
    let own = server.address.to_string();
    let status = |headers: &[(&str, &str)]| server.ask("GET", "/healthz", headers, b"").status;
    assert_eq!(status(&[]), 200);
    assert_eq!(status(&[("Host", &format!("localhost:{}", server.address.port()))]), 200);
    assert_eq!(status(&[("Host", "rebound.example")]), 403);
    assert_eq!(status(&[("Host", &format!("rebound.example:{}", server.address.port()))]), 403);
    assert_eq!(status(&[("Host", &format!("0.0.0.0:{}", server.address.port()))]), 403);
    assert_eq!(status(&[("Host", &own), ("Origin", "http://evil.example")]), 403);
    assert_eq!(status(&[("Host", &own), ("Origin", "null")]), 403);
    assert_eq!(status(&[("Host", &own), ("Sec-Fetch-Site", "cross-site")]), 403);
    let preflight = server.ask(
        "OPTIONS",
        "/rpc",
        &[("Host", &own), ("Origin", &format!("http://{own}")), ("Access-Control-Request-Method", "POST")],
        b"",
    );
    assert!(!preflight.head.to_ascii_lowercase().contains("access-control-allow"), "{}", preflight.head);
}

#[test]
fn others_than_this_machine_need_a_token() {
    let place = Place::with_store();
    let token = place.write("token", "0123456789abcdef0123456789abcdef\n");
    let serve = |options: &[&str]| {
        let mut command = keepstone();
        command.arg("--root").arg(place.root()).arg("serve").args(options).stdin(Stdio::null());
        let output = command.output().expect("it runs");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, told) = serve(&["--http", "0.0.0.0:0"]);
    assert!(code == Some(64) && told.contains("a token is needed"), "{told}");
    let (code, told) = serve(&["--http", "127.0.0.1:0", "--http-token-file", token.to_str().unwrap()]);
    assert!(code == Some(1) && told.contains("can be read by others") && told.contains("chmod 600"), "{told}");
    let (_, told) = serve(&["--stdio"]);
    assert!(told.contains("--http"), "{told}");

    let file = place.folder().join("token");
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&file, permissions).unwrap();
    let server = Server::with(&["--http-token-file", file.to_str().unwrap()], |_| {});
    assert_eq!(server.get("/healthz").status, 200);
    let refused = server.get("/openapi.json");
    assert_eq!((refused.status, refused.header("www-authenticate")), (401, Some("Bearer")));
    let shown = [("Authorization", "Bearer 0123456789abcdef0123456789abcdef")];
    assert_eq!(server.ask("GET", "/openapi.json", &shown, b"").status, 200);
}

#[test]
fn bodies_and_heads_have_their_limits() {
    let server = Server::with(&[], |place| {
        std::fs::write(place.root().join("keepstone.toml"), "[limits]\nupload_bytes = 1000\n").unwrap();
    });
    let host = server.address;
    let large = server.ask("POST", "/v1/artifacts?type=blob&name=b.bin", &[], &[0; 1001]);
    assert_eq!((large.status, &large.json()["kind"]), (413, &json!("limit_exceeded")));
    assert!(large.json()["hint"].as_str().unwrap().contains("upload_bytes"));
    server.upload("type=blob&name=b.bin", &[0; 1000]);
    let refused = |reply: Option<Reply>| {
        let status = reply.map_or(400, |reply| reply.status);
        assert!((400..500).contains(&status), "{status}");
    };
    let endless = "x".repeat(800 << 10);
    refused(server.raw(format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\nX: {endless}\r\n\r\n")));
    let many: String = (0..100).map(|number| format!("X{number}: 1\r\n")).collect();
    refused(server.raw(format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\n{many}\r\n")));
    for wrong in ["", "GARBAGE\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /\0 HTTP/1.1\r\n\r\n", "\u{16}\u{3}\u{1}"] {
        let reply = server.connect();
        let _ = (&reply).write_all(wrong.as_bytes());
        let _ = reply.shutdown(std::net::Shutdown::Write);
        assert!(read_reply(reply).is_none_or(|reply| (400..600).contains(&reply.status)), "{wrong:?}");
    }
    let smuggled = format!(
        "POST /rpc HTTP/1.1\r\nHost: {host}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n"
    );
    assert!(server.raw(smuggled).is_none_or(|reply| (400..500).contains(&reply.status)));
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn a_thousand_silent_connections_keep_nobody_out_for_long() {
    let server = Server::start();
    let silent = |_| {
        // Who finds no place in the queue doesn't wait for one: that would take several times as long as a head may.
        let mut stream = TcpStream::connect_timeout(&server.address, Duration::from_millis(50)).ok()?;
        stream.write_all(b"GET /healthz HT").ok();
        Some(stream)
    };
    let silent: Vec<Vec<TcpStream>> = std::thread::scope(|scope| {
        let many: Vec<_> = (0..8).map(|_| scope.spawn(|| (0..125).filter_map(silent).collect())).collect();
        many.into_iter().map(|some| some.join().expect("connected or not")).collect()
    });
    assert!(silent.iter().map(Vec::len).sum::<usize>() > 256, "every place is taken");
    assert_eq!(server.get("/healthz").status, 200);
}
