//! `keepstone serve --http`: the spawned binary, asked over sockets as any program would, and as no good one would.

mod changing;
mod ending;
mod files;
mod hostile;
mod in_place;
mod sending;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
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
fn what_a_path_allows_is_what_the_document_says() {
    let server = Server::start();
    let id = server.upload("type=note&name=n.txt", b"hello");
    let document = server.get("/openapi.json").ok();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let concrete = path.replace("{id}", &id).replace("{file}", "n.txt");
        let reply = server.ask("OPTIONS", &concrete, &[], b"");
        assert_eq!(reply.status, 405, "{path}");
        let told = reply.header("allow").unwrap_or_default().to_ascii_lowercase();
        let mut allowed: Vec<&str> = told.split(',').map(str::trim).filter(|method| *method != "head").collect();
        let mut said: Vec<&str> = methods.as_object().unwrap().keys().map(String::as_str).collect();
        // Such words are ids too, which an artifact may have.
        if path.strip_prefix("/v1/artifacts/").is_some_and(|word| !word.contains(['/', '{'])) {
            said.extend(["get", "put", "delete"]);
        }
        allowed.sort_unstable();
        said.sort_unstable();
        said.dedup();
        assert_eq!(allowed, said, "{path}");
    }
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
