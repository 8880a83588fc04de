//! `keepstone serve --http`: the spawned binary, asked over sockets as any program would, and as no good one would.

mod changing;
mod ending;
mod in_place;
mod sending;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use keepstone::operations::OPERATIONS;
use serde_json::{Value, json};

use crate::support::{PATIENCE, Place, keepstone};

/// A server over a store of its own.
struct Server {
    place: Place,
    child: Child,
    stdin: Option<ChildStdin>,
    address: SocketAddr,
}

struct Reply {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Reply {
    fn header(&self, name: &str) -> Option<&str> {
        let line = self.head.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}:")))?;
        line.split_once(':').map(|(_, value)| value.trim())
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&self.body)))
    }

    #[track_caller]
    fn ok(&self) -> Value {
        assert!(self.status < 300, "{} {}", self.head, String::from_utf8_lossy(&self.body));
        self.json()
    }
}

fn read_reply(mut stream: impl Read) -> Option<Reply> {
    let mut all = Vec::new();
    stream.read_to_end(&mut all).ok();
    let end = all.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&all[..end]).into_owned();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Reply { status, head, body: all[end + 4..].to_vec() })
}

impl Server {
    fn start() -> Self {
        Self::with(&[], |_| {})
    }

    fn with(options: &[&str], prepare: impl FnOnce(&Place)) -> Self {
        let place = Place::with_store();
        prepare(&place);
        let mut command = keepstone();
        command.arg("--root").arg(place.root()).args(["serve", "--http", "127.0.0.1:0"]).args(options);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut lines = BufReader::new(child.stderr.take().expect("a pipe"));
        let mut line = String::new();
        lines.read_line(&mut line).expect("it says where it listens");
        let address = line.trim().strip_prefix("listening on http://").unwrap_or_else(|| panic!("{line}"));
        let address = address.parse().expect("an address");
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        let stdin = child.stdin.take();
        Self { place, child, stdin, address }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("it accepts");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream
    }

    /// Sends bytes as they are, and reads until the server closes.
    fn raw(&self, bytes: impl AsRef<[u8]>) -> Option<Reply> {
        let mut stream = self.connect();
        stream.write_all(bytes.as_ref()).ok();
        read_reply(stream)
    }

    #[track_caller]
    fn ask(&self, verb: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let mut head = format!("{verb} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
        if !headers.iter().any(|(name, _)| *name == "Host") {
            head.push_str(&format!("Host: {}\r\n", self.address));
        }
        headers.iter().for_each(|(name, value)| head.push_str(&format!("{name}: {value}\r\n")));
        let mut bytes = format!("{head}\r\n").into_bytes();
        bytes.extend_from_slice(body);
        self.raw(bytes).unwrap_or_else(|| panic!("no reply to {verb} {path}"))
    }

    #[track_caller]
    fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, &[], b"")
    }

    #[track_caller]
    fn send(&self, verb: &str, path: &str, body: &Value) -> Reply {
        self.ask(verb, path, &[("Content-Type", "application/json")], body.to_string().as_bytes())
    }

    #[track_caller]
    fn rpc(&self, method: &str, params: Value) -> Value {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        self.send("POST", "/rpc", &request).ok()
    }

    /// Publishes bytes; the artifact's id.
    #[track_caller]
    fn upload(&self, query: &str, bytes: &[u8]) -> String {
        let published = self.ask("POST", &format!("/v1/artifacts?{query}"), &[], bytes).ok();
        published["artifactId"].as_str().expect("an id").to_owned()
    }

    /// The head of a request that has a body of so many bytes.
    fn head(&self, verb: &str, path: &str, kind: &str, length: usize) -> String {
        let host = self.address;
        format!(
            "{verb} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
        )
    }

    fn terminate(&self) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).expect("it is there");
    }

    fn stop(&mut self) -> Option<i32> {
        self.terminate();
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[test]
fn json_rpc_is_spoken_as_over_lines() {
    let server = Server::start();
    assert_eq!(server.rpc("health_check", json!({}))["result"]["available"], true);
    assert_eq!(server.rpc("nonsense", json!({}))["error"]["data"]["kind"], "method_not_found");
    let batch = json!([
        { "jsonrpc": "2.0", "id": "a", "method": "publish_artifact", "params":
            { "artifactType": "note", "logicalKey": "n", "content": { "encoding": "utf8", "data": "hello" } } },
        { "jsonrpc": "2.0", "id": "b", "method": "list_artifacts", "params": {} },
        { "operation": "find_by_logical_key", "artifact_type": "note", "logical_key": "n", "id": 7 },
    ]);
    let replies = server.send("POST", "/rpc", &batch).ok();
    assert_eq!(replies[0]["id"], "a");
    assert_eq!(replies[1]["result"][0]["logicalKey"], "n", "what one message of a batch publishes, the next one lists");
    assert_eq!(replies[2]["operation"], "find_by_logical_key");
    let notification = json!({ "jsonrpc": "2.0", "method": "health_check", "params": {} });
    assert_eq!(server.send("POST", "/rpc", &notification).status, 204);
    let broken = server.ask("POST", "/rpc", &[("Content-Type", "application/json")], b"{\"jsonrpc\":");
    assert_eq!(broken.ok()["error"]["code"], -32700);
    let as_text = server.ask("POST", "/rpc", &[("Content-Type", "text/plain")], b"{}");
    assert_eq!(as_text.status, 415);
    assert_eq!(server.ask("POST", "/rpc", &[], b"{}").status, 415);
    assert_eq!(server.get("/rpc").status, 405);
    let discovered = server.rpc("rpc.discover", json!({}));
    assert_eq!(discovered["result"]["openrpc"], "1.3.2");
}

#[test]
fn who_asks_is_told_by_a_header_and_nobody_changes_the_session_of_all() {
    let server = Server::start();
    let request = json!({ "jsonrpc": "2.0", "id": 1, "method": "publish_artifact", "params":
        { "artifactType": "note", "content": { "encoding": "utf8", "data": "hello" } } });
    let headers = [("Content-Type", "application/json"), ("X-Client-Name", "notebook")];
    server.ask("POST", "/rpc", &headers, request.to_string().as_bytes()).ok();
    let events = server.rpc("list_events", json!({}));
    assert_eq!(events["result"][0]["actor"], "notebook");
    assert!(server.rpc("initialize", json!({}))["result"]["serverName"] == "keepstone");
    for params in [json!({"clientName": "x"}), json!({"ordering": "arrival"}), json!({"processId": 1})] {
        assert_eq!(server.rpc("initialize", params)["error"]["data"]["kind"], "unsupported");
    }
}

#[test]
fn no_path_of_the_servers_machine_can_be_given() {
    let server = Server::start();
    let secret = server.place.write("secret.txt", "top secret");
    let secret = secret.to_str().unwrap();
    for method in OPERATIONS {
        for param in method.path_params {
            let params = match param.split_once('.') {
                Some((outer, inner)) => json!({ outer: { inner: secret } }),
                None => json!({ *param: secret }),
            };
            let reply = server.rpc(method.name, params);
            assert_eq!(reply["error"]["data"]["kind"], "path_not_allowed", "{}: {reply}", method.name);
            assert_eq!(reply["error"]["data"]["field"], *param);
        }
    }
    let plain = json!({ "operation": "publish_artifact", "artifact_type": "t", "data_path": secret, "id": 1 });
    assert_eq!(server.send("POST", "/rpc", &plain).ok()["error"]["data"]["kind"], "path_not_allowed");
    let posted = server.send("POST", "/v1/artifacts", &json!({ "artifactType": "t", "dataPath": secret }));
    assert_eq!((posted.status, &posted.json()["kind"]), (403, &json!("path_not_allowed")));
    assert_eq!(server.rpc("list_artifacts", json!({}))["result"], json!([]));
}

#[test]
fn every_parameter_that_names_a_file_is_known_as_one() {
    let like_a_path = |name: &str| {
        let lower = name.to_ascii_lowercase();
        ["path", "dir", "directory", "folder", "root"].iter().any(|end| lower.ends_with(end)) || lower == "files"
    };
    // What is only told and never opened.
    let told = ["start_run.workingDirectory"];
    let mut found = 0;
    for method in OPERATIONS {
        let params = &keepstone::generate::schema(Some(method.name)).expect("it has one")["params"];
        let mut check = |name: String| {
            if like_a_path(&name) && !told.contains(&format!("{}.{name}", method.name).as_str()) {
                found += 1;
                assert!(method.path_params.contains(&name.as_str()), "{}: name {name} in PATH_PARAMS", method.name);
            }
        };
        for (name, property) in params["properties"].as_object().into_iter().flatten() {
            check(name.clone());
            let target = property["$ref"].as_str().and_then(|target| target.strip_prefix("#/$defs/"));
            let inside = target.map(|target| &params["$defs"][target]["properties"]);
            for (part, _) in inside.and_then(Value::as_object).into_iter().flatten() {
                check(format!("{name}.{part}"));
            }
        }
    }
    assert!(found > 10, "they are looked for");
}

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
fn an_address_that_is_no_text_is_refused_as_everything_is() {
    let server = Server::start();
    for path in ["/v1/artifacts/%ff", "/v1/artifacts/%ff/files", "/v1/artifacts/a/files/%ff"] {
        let refused = server.get(path);
        assert_eq!((refused.status, &refused.json()["kind"]), (400, &json!("invalid_request")), "{path}");
    }
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
    let silent: Vec<TcpStream> = (0..1000).filter_map(|_| TcpStream::connect(server.address).ok()).collect();
    for mut stream in &silent {
        stream.write_all(b"GET /healthz HT").ok();
    }
    assert_eq!(server.get("/healthz").status, 200);
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

#[test]
fn it_serves_beside_lines_and_ends_with_them() {
    let mut server = Server::with(&["--stdio"], |_| {});
    server.upload("type=note&name=n.txt", b"hello");
    let mut stdin = server.stdin.take().unwrap();
    let mut lines = BufReader::new(server.child.stdout.take().unwrap()).lines();
    stdin.write_all(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"list_artifacts\",\"params\":{}}\n").unwrap();
    let reply: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    assert_eq!(reply["result"][0]["artifactType"], "note");
    drop(stdin);
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_taken_port_is_told() {
    let server = Server::start();
    let mut command: Command = keepstone();
    command.arg("--root").arg(server.place.root()).args(["serve", "--http", &server.address.to_string()]);
    let output = command.stdin(Stdio::null()).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(1) && told.contains("nothing can listen on"), "{told}");
}
