//! Sessions over methods made for the purpose: order, cancellation, progress, panics, endings.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::conductor::{Wake, conduct};
use super::session::Session;
use super::*;
use crate::base::clock::Clock;
use crate::model::{Error, Params, Result};
use crate::operations::{Committed, Context, Pending, Reply, Run};
use crate::store::{Location, Writer};
use crate::transport::{LINE_BYTES_MAX, Lines, Output};

/// What the methods of one test did, by the folder of its store.
static JOURNALS: LazyLock<Mutex<HashMap<PathBuf, Vec<String>>>> = LazyLock::new(Mutex::default);

fn note(root: &Path, what: impl Into<String>) {
    JOURNALS.lock().unwrap().entry(root.to_owned()).or_default().push(what.into());
}

fn journal(root: &PathBuf) -> Vec<String> {
    JOURNALS.lock().unwrap().get(root).cloned().unwrap_or_default()
}

const fn method(name: &'static str, barrier: bool, run: Run) -> Method {
    Method {
        name,
        aliases: &[],
        idempotent: true,
        path_params: &[],
        here_only: &[],
        creates_store: true,
        barrier,
        run,
        params_schema: |_| schemars::Schema::default(),
        result_schema: |_| schemars::Schema::default(),
    }
}

static METHODS: &[Method] = &[
    method("look", false, Run::Query(look)),
    method("work", false, Run::Query(work)),
    method("boom", false, Run::Query(|_, _| panic!("as asked"))),
    method("hello", false, Run::Probe(hello)),
    method("add", false, Run::Command(add)),
    Method { creates_store: false, ..method("change", false, Run::Command(add)) },
    method("fence", true, Run::Command(add)),
    method("alone", true, Run::Maintenance(work)),
];

fn hello(params: Params, context: &Context) -> Result<Reply> {
    let params =
        serde_json::from_value(params.into_value()?).map_err(|error| Error::invalid_params(error.to_string()))?;
    Ok(json!({ "by": context.host.initialize(params)?.server_name }).to_string())
}

/// What is committed so far.
fn look(params: Params, context: &Context) -> Result<Reply> {
    let committed = journal(&context.site.location().root).into_iter().filter(|what| what.starts_with("commit "));
    let reply = json!({ "committed": committed.collect::<Vec<_>>(), "actor": context.actor }).to_string();
    context.watch.viewed();
    work(params, context)?;
    Ok(reply)
}

/// Takes `ms`, and notices cancellation unless it is `deaf`.
fn work(params: Params, context: &Context) -> Result<Reply> {
    let params = params.into_value()?;
    let root = &context.site.location().root;
    let name = params["name"].as_str().unwrap_or("work").to_owned();
    note(root, format!("begin {name}"));
    pass(&params, "ms", context)?;
    note(root, format!("end {name}"));
    Ok(json!({ "name": name }).to_string())
}

fn pass(params: &Value, key: &str, context: &Context) -> Result<()> {
    let end = Duration::from_millis(params[key].as_u64().unwrap_or(0));
    let begun = Instant::now();
    while begun.elapsed() < end {
        std::thread::sleep(Duration::from_millis(2));
        if params["deaf"] != true {
            context.watch.step(u64::try_from(begun.elapsed().as_millis()).unwrap(), 0, "ms")?;
        }
    }
    Ok(())
}

struct Added {
    params: Value,
    root: PathBuf,
}

fn add(params: Params, context: &Context) -> Result<Box<dyn Pending>> {
    let params = params.into_value()?;
    let root = context.site.location().root.clone();
    note(&root, format!("prepare {}", params["name"].as_str().unwrap()));
    pass(&params, "beforeMs", context)?;
    context.site.store_or_create()?;
    pass(&params, "ms", context)?;
    match params["fail"].as_str() {
        Some("prepare") => Err(Error::invalid_data("can't be prepared")),
        Some("prepare panic") => panic!("as asked"),
        _ => Ok(Box::new(Added { params, root })),
    }
}

impl Pending for Added {
    fn commit(self: Box<Self>, _: &mut Writer) -> Result<Committed> {
        let name = self.params["name"].as_str().unwrap();
        match self.params["fail"].as_str() {
            Some("commit") => return Err(Error::conflict("can't be committed")),
            Some("commit panic") => panic!("as asked"),
            _ => {}
        }
        std::thread::sleep(Duration::from_millis(self.params["commitMs"].as_u64().unwrap_or(0)));
        note(&self.root, format!("commit {name}"));
        let reply = json!({ "added": name }).to_string();
        Ok(Box::new(|_| Ok(reply)))
    }
}

struct Client {
    send: Option<UnixStream>,
    receive: BufReader<UnixStream>,
    session: Arc<Session>,
    serving: Option<JoinHandle<Ending>>,
    root: PathBuf,
    _folder: TempDir,
}

impl Client {
    fn start(ordered: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("store");
        let site = Arc::new(Site::new(Location { root: root.clone(), artifacts_root: None }, Clock::system()));
        let about = About { methods: METHODS, openrpc: || json!({}), openapi: || json!({}), schema_hash: String::new };
        let (send, input) = UnixStream::pair().unwrap();
        let (output, receive) = UnixStream::pair().unwrap();
        receive.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let watched = output.try_clone().unwrap().into();
        let output = Output::new(Box::new(output), Some(watched));
        let options = Options { ordered, parent: None };
        let session = Session::new(site, about, options, output, Wake::new().unwrap());
        let serving = session.clone();
        let lines = Lines::new(Box::new(input), LINE_BYTES_MAX);
        let serving = Some(std::thread::spawn(move || conduct(serving, lines)));
        Self { send: Some(send), receive: BufReader::new(receive), session, serving, root, _folder: folder }
    }

    fn send(&mut self, text: &str) {
        let mut send = self.send.as_ref().unwrap();
        send.write_all(text.as_bytes()).and_then(|()| send.write_all(b"\n")).unwrap();
    }

    fn call(&mut self, id: u64, method: &str, params: &Value) {
        self.send(&request(id, method, params));
    }

    /// Several requests in one write.
    fn calls(&mut self, requests: &[(u64, &str, Value)]) {
        let lines: Vec<_> = requests.iter().map(|(id, method, params)| request(*id, method, params)).collect();
        self.send(&lines.join("\n"));
    }

    fn cancel(&mut self, id: u64) {
        self.send(&json!({ "jsonrpc": "2.0", "method": "$/cancelRequest", "params": { "id": id } }).to_string());
    }

    fn reply(&mut self) -> Value {
        let mut line = String::new();
        self.receive.read_line(&mut line).expect("a reply in time");
        assert!(line.ends_with('\n'), "the output ended");
        serde_json::from_str(&line).unwrap()
    }

    fn replies(&mut self, count: usize) -> HashMap<u64, Value> {
        (0..count).map(|_| self.reply()).map(|reply| (reply["id"].as_u64().unwrap(), reply)).collect()
    }

    fn ids(&mut self, count: usize) -> Vec<u64> {
        (0..count).map(|_| self.reply()["id"].as_u64().unwrap()).collect()
    }

    /// Closes the input; how the session ended, after nothing but the end was left of the output.
    fn end(mut self) -> Ending {
        self.send.take();
        let ending = self.serving.take().unwrap().join().unwrap();
        let state = self.session.lock();
        assert_eq!((state.requests, state.lines, state.ids.len()), (0, 0, 0));
        drop(state);
        ending
    }

    fn journal(&self) -> Vec<String> {
        journal(&self.root)
    }

    fn await_note(&self, what: &str) {
        let begun = Instant::now();
        while !self.journal().iter().any(|noted| noted == what) {
            assert!(begun.elapsed() < Duration::from_secs(20), "{what} never happened");
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

fn request(id: u64, method: &str, params: &Value) -> String {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string()
}

fn commits(journal: &[String]) -> Vec<&str> {
    journal.iter().filter_map(|what| what.strip_prefix("commit ")).collect()
}

fn code(reply: &Value) -> i64 {
    reply["error"]["code"].as_i64().unwrap_or(0)
}

#[test]
fn commits_keep_the_order_of_arrival_while_preparation_overlaps() {
    let mut client = Client::start(false);
    let requests: Vec<_> =
        (0..20).map(|n| (n, "add", json!({ "name": n.to_string(), "ms": if n % 2 == 0 { 200 } else { 1 } }))).collect();
    client.calls(&requests);
    assert!(client.replies(20).values().all(|reply| code(reply) == 0));
    let expected: Vec<_> = (0..20).map(|n| n.to_string()).collect();
    let journal = client.journal();
    assert_eq!(commits(&journal), expected);
    let place = |note: &str| journal.iter().position(|noted| noted == note).unwrap();
    assert!(place("prepare 2") < place("commit 0"), "the second preparation waits for no commit: {journal:?}");
    assert_eq!(client.end(), Ending::Drained);
}

#[test]
fn a_query_sees_exactly_the_commits_that_arrived_before_it() {
    for _ in 0..10 {
        let mut client = Client::start(false);
        let mut requests = Vec::new();
        for n in 0..30 {
            requests.push((2 * n, "add", json!({ "name": n.to_string(), "ms": n % 3 })));
            requests.push((2 * n + 1, "look", json!({})));
        }
        client.calls(&requests);
        let replies = client.replies(60);
        for n in 0..30 {
            assert_eq!(replies[&(2 * n + 1)]["result"]["committed"].as_array().unwrap().len() as u64, n + 1);
        }
        assert_eq!(client.end(), Ending::Drained);
    }
}

#[test]
fn a_long_query_holds_up_neither_later_ones_nor_commits() {
    let mut client = Client::start(false);
    client.call(1, "look", &json!({ "ms": 1500, "name": "long", "deaf": true }));
    client.await_note("begin long");
    client.calls(&[(2, "look", json!({})), (3, "add", json!({ "name": "a" })), (4, "look", json!({}))]);
    let mut first = client.ids(3);
    first.sort_unstable();
    assert_eq!(first, [2, 3, 4]);
    assert_eq!(client.reply()["id"], 1);
    assert_eq!(client.end(), Ending::Drained);
}

#[test]
fn a_commit_waits_for_the_view_of_an_earlier_query() {
    let mut client = Client::start(false);
    client.calls(&[(1, "work", json!({ "name": "never views", "ms": 200 })), (2, "add", json!({ "name": "a" }))]);
    assert_eq!(client.ids(2), [1, 2]);
    assert_eq!(client.end(), Ending::Drained);
}

#[test]
fn barriers_and_maintenance_keep_others_away() {
    let mut client = Client::start(false);
    client.calls(&[
        (1, "add", json!({ "name": "a", "ms": 50 })),
        (2, "fence", json!({ "name": "f", "ms": 100 })),
        (3, "add", json!({ "name": "b" })),
        (4, "alone", json!({ "name": "m", "ms": 50 })),
        (5, "add", json!({ "name": "c" })),
        (6, "look", json!({ "name": "l" })),
    ]);
    client.replies(6);
    let journal = client.journal();
    let at = |what: &str| journal.iter().position(|noted| noted == what).unwrap();
    assert!(at("prepare f") < at("commit a"), "a barrier itself prepares beside earlier ones");
    assert!(at("commit f") < at("prepare b"));
    assert!(at("commit b") < at("begin m"));
    assert!(at("end m") < at("prepare c"));
    assert!(at("commit c") < at("begin l"));
    assert_eq!(client.end(), Ending::Drained);
}

#[test]
fn an_independent_client_waits_for_nothing() {
    let mut client = Client::start(false);
    client.call(0, "hello", &json!({ "ordering": "independent", "clientName": "tester" }));
    assert_eq!(client.reply()["result"]["by"], "keepstone");
    client.calls(&[
        (1, "add", json!({ "name": "slow", "ms": 300 })),
        (2, "add", json!({ "name": "quick" })),
        (3, "look", json!({})),
    ]);
    let look = client.reply();
    assert_eq!((&look["id"], &look["result"]["actor"]), (&json!(3), &json!("tester")));
    assert_eq!(client.ids(2), [2, 1]);
    assert_eq!(commits(&client.journal()), ["quick", "slow"]);
    assert_eq!(client.end(), Ending::Drained);
}

#[test]
fn a_query_is_not_taken_for_an_earlier_command_that_starts_with_it() {
    let mut client = Client::start(false);
    client.calls(&[
        (1, "add", json!({ "name": "a", "beforeMs": 100, "ms": 500 })),
        // There is no store yet, so it waits for the one that may make it.
        (2, "change", json!({ "name": "b" })),
    ]);
    let begun = Instant::now();
    while !client.session.site.is_open() {
        assert!(begun.elapsed() < Duration::from_secs(20), "the store was never opened");
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(!client.journal().iter().any(|noted| noted == "prepare b"));
    client.call(3, "look", &json!({}));
    let replies = client.replies(3);
    assert_eq!(replies[&2]["result"]["added"], "b");
    assert_eq!(replies[&3]["result"]["committed"], json!(["commit a", "commit b"]));
    assert_eq!(client.end(), Ending::Drained);
}

#[test]
fn one_failure_is_one_request_s_own() {
    let mut client = Client::start(false);
    client.calls(&[
        (1, "add", json!({ "name": "a" })),
        (2, "add", json!({ "name": "b", "fail": "prepare" })),
        (3, "add", json!({ "name": "c", "fail": "commit" })),
        (4, "add", json!({ "name": "d", "fail": "prepare panic" })),
        (5, "add", json!({ "name": "e", "fail": "commit panic" })),
        (6, "boom", json!({})),
        (7, "add", json!({ "name": "f" })),
        (8, "look", json!({})),
    ]);
    let replies = client.replies(8);
    let codes: Vec<_> = (1..=8).map(|id| code(&replies[&id])).collect();
    assert_eq!(codes, [0, 1003, 1002, -32603, -32603, -32603, 0, 0]);
    assert_eq!(replies[&8]["result"]["committed"], json!(["commit a", "commit f"]));
    assert_eq!(replies[&5]["error"]["data"]["kind"], "internal");
    assert_eq!(client.end(), Ending::Drained);
}

#[test]
fn a_cancelled_request_answers_so_wherever_it_is() {
    let mut client = Client::start(false);
    // 1 runs inline, 2 is being prepared, 3 is ready behind it, 4 waits for both, 5 has no say in it.
    client.call(1, "work", &json!({ "ms": 10_000, "name": "inline" }));
    client.await_note("begin inline");
    client.cancel(1);
    assert_eq!(code(&client.reply()), 1011);
    client.call(2, "add", &json!({ "name": "preparing", "ms": 10_000 }));
    client.calls(&[(3, "add", json!({ "name": "ready" })), (4, "look", json!({})), (5, "add", json!({ "name": "e" }))]);
    client.await_note("prepare e");
    std::thread::sleep(Duration::from_millis(50));
    for id in [99, 4, 3, 2] {
        client.cancel(id);
    }
    let replies = client.replies(4);
    assert_eq!([2, 3, 4, 5].map(|id| code(&replies[&id])), [1011, 1011, 1011, 0]);
    assert_eq!(commits(&client.journal()), ["e"]);
    // The id is free again.
    client.call(2, "look", &json!({}));
    assert_eq!(client.reply()["result"]["committed"], json!(["commit e"]));
    client.cancel(2);
    assert_eq!(client.end(), Ending::Drained);
}

#[test]
fn an_id_under_way_is_not_taken_twice() {
    let mut client = Client::start(false);
    client.call(1, "add", &json!({ "name": "a", "ms": 300 }));
    client.calls(&[(1, "look", json!({}))]);
    assert_eq!(code(&client.reply()), -32600);
    client.send(r#"{"jsonrpc":"2.0","id":"1","method":"nope"}"#);
    assert_eq!(client.reply()["id"], "1");
    assert_eq!(client.reply()["result"]["added"], "a");
    // Null names nobody, so it may be used at will.
    client.send(r#"{"jsonrpc":"2.0","id":null,"method":"work","params":{"ms":20}}"#);
    client.send(r#"{"jsonrpc":"2.0","id":null,"method":"work","params":{"ms":20}}"#);
    for _ in 0..2 {
        assert_eq!(client.reply()["result"]["name"], "work");
    }
    assert_eq!(client.end(), Ending::Drained);
}

#[test]
fn progress_is_told_ten_times_a_second_and_never_after_the_reply() {
    let mut client = Client::start(false);
    client.call(1, "work", &json!({ "ms": 550, "_meta": { "progressToken": "t" } }));
    let mut told = 0;
    loop {
        let line = client.reply();
        if line["id"] == 1 {
            break;
        }
        assert_eq!(line["method"], "$/progress");
        assert_eq!(line["params"]["token"], "t");
        assert_eq!(line["params"]["total"], Value::Null);
        assert!(line["params"]["done"].is_u64() && line["params"]["message"] == "ms");
        told += 1;
    }
    assert!((4..=6).contains(&told), "{told}");
    client.call(2, "look", &json!({}));
    assert_eq!(client.reply()["id"], 2);
    assert_eq!(client.end(), Ending::Drained);
}

#[test]
fn ordered_replies_come_in_the_order_of_the_requests() {
    let mut client = Client::start(true);
    client.calls(&[
        (1, "add", json!({ "name": "a", "ms": 100 })),
        (2, "nope", json!({})),
        (3, "add", json!({ "name": "b", "fail": "prepare" })),
        (4, "look", json!({})),
    ]);
    client.send("nonsense");
    client.call(5, "hello", &json!({}));
    assert_eq!(client.ids(4), [1, 2, 3, 4]);
    assert_eq!(code(&client.reply()), -32700);
    assert_eq!(client.reply()["id"], 5);
    assert_eq!(client.end(), Ending::Drained);
}

#[test]
fn a_batch_gets_one_reply_in_its_order() {
    let mut client = Client::start(false);
    let add = |id: u64, ms: u64| json!({ "jsonrpc": "2.0", "id": id, "method": "add", "params": { "name": id.to_string(), "ms": ms } });
    let silent = json!({ "jsonrpc": "2.0", "method": "add", "params": { "name": "silent" } });
    let response = json!({ "jsonrpc": "2.0", "id": 9, "result": {} });
    client.send(&json!([add(1, 100), silent, 7, response, add(2, 0), { "operation": "look", "id": "p" }]).to_string());
    let reply = client.reply();
    let reply = reply.as_array().unwrap();
    assert_eq!(reply.len(), 4);
    assert_eq!((&reply[0]["result"]["added"], &reply[2]["result"]["added"]), (&json!("1"), &json!("2")));
    assert_eq!(code(&reply[1]), -32600);
    assert_eq!((&reply[3]["operation"], &reply[3]["id"]), (&json!("look"), &json!("p")));
    assert_eq!(reply[3]["result"]["committed"], json!(["commit 1", "commit silent", "commit 2"]));
    // A batch of nothing but notifications and responses gets no reply at all; one larger than what may be under way does.
    client.send(&json!([silent, response]).to_string());
    client.send(&Value::from((10..266).map(|id| add(id, 0)).collect::<Vec<_>>()).to_string());
    let reply = client.reply();
    let ids: Vec<_> = reply.as_array().unwrap().iter().map(|reply| reply["id"].as_u64().unwrap()).collect();
    assert_eq!(ids, (10..266).collect::<Vec<_>>());
    assert_eq!(client.end(), Ending::Drained);
}

#[test]
fn everything_read_before_the_end_is_answered() {
    let mut client = Client::start(false);
    for id in 0..100 {
        client.call(id, "add", &json!({ "name": id.to_string(), "ms": 20 }));
    }
    client.send.take();
    assert_eq!(client.replies(100).len(), 100);
    assert_eq!(client.end(), Ending::Drained);
}

#[test]
fn the_last_reply_has_left_when_the_session_is_over() {
    for _ in 0..20 {
        let mut client = Client::start(false);
        client.call(1, "work", &json!({ "ms": 20 }));
        client.send.take();
        assert_eq!(client.serving.take().unwrap().join().unwrap(), Ending::Drained);
        client.receive.get_ref().set_nonblocking(true).unwrap();
        assert_eq!(client.reply()["id"], 1);
    }
}

#[test]
fn a_client_that_never_reads_is_not_read_from_for_ever() {
    let mut client = Client::start(false);
    let mut send = client.send.as_ref().unwrap().try_clone().unwrap();
    send.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
    let line = request(1, "nope", &json!({ "x": "x".repeat(1000) })) + "\n";
    let sent = (0..100_000).take_while(|_| send.write_all(line.as_bytes()).is_ok()).count();
    assert!(sent < 20_000, "{sent}");
    // A client that goes away ends the session.
    let (other, _) = UnixStream::pair().unwrap();
    client.receive = BufReader::new(other);
    assert_eq!(client.serving.take().unwrap().join().unwrap(), Ending::Unheard);
}

#[test]
fn a_closed_output_ends_an_idle_session() {
    let mut client = Client::start(false);
    client.call(1, "look", &json!({}));
    assert_eq!(client.reply()["id"], 1);
    let (other, _) = UnixStream::pair().unwrap();
    client.receive = BufReader::new(other);
    assert_eq!(client.serving.take().unwrap().join().unwrap(), Ending::Unheard);
}

#[test]
fn a_dead_parent_ends_the_session() {
    let mut client = Client::start(false);
    let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
    client.call(1, "hello", &json!({ "processId": child.id() }));
    assert_eq!(client.reply()["id"], 1);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(client.serving.take().unwrap().join().unwrap(), Ending::Orphaned);
}
