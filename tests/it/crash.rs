//! Killed at every named point, and at any moment: what was answered is there, nothing else shows, the next start is clean.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use keepstone::base::crash::POINTS;
use serde_json::{Value, json};

use crate::support::{Session, in_memory, keepstone};
use crate::whole::{Expect, assert_whole};

/// A store with two artifacts and what a killed process left in staging, to be copied for every scenario.
struct Template {
    folder: tempfile::TempDir,
    /// The artifact that the requests supersede.
    old: String,
    /// The artifact that the requests publish again.
    twice: String,
}

impl Template {
    fn new() -> Self {
        let folder = in_memory();
        let root = folder.path().join("store");
        let given = folder.path().join("given");
        std::fs::create_dir_all(given.join("tree/deep")).expect("a folder");
        std::fs::write(given.join("old.csv"), "ts,value\n2024-01-01T00:00:00Z,1\n").expect("written");
        std::fs::write(given.join("new.csv"), "ts,value\n2024-01-01T00:00:00Z,2\n").expect("written");
        std::fs::write(given.join("tree/one.txt"), "one").expect("written");
        std::fs::write(given.join("tree/deep/two.txt"), "two").expect("written");
        let mut session = Session::start(&root);
        let old = session.call(
            "publish_artifact",
            json!({"artifactType": "t", "logicalKey": "k", "dataPath": given.join("old.csv")}),
        );
        let twice = session.call("publish_artifact", twice(None));
        session.finish();
        // Killed while it has the store open, with a file half written.
        let mut session = Session::start(&root);
        session.call("list_types", json!({}));
        session.signal(rustix::process::Signal::KILL);
        session.finish();
        let staging = std::fs::read_dir(root.join("staging")).expect("listed").next().expect("its folder");
        std::fs::write(staging.expect("read").path().join("7"), "half a fi").expect("written");
        let id = |reply: &Value| reply["result"]["artifactId"].as_str().expect("it is published").to_owned();
        Self { old: id(&old), twice: id(&twice), folder }
    }

    /// A copy of its own, modification times and hard links included.
    fn copy(&self) -> tempfile::TempDir {
        let copy = in_memory();
        let copied = Command::new("cp").arg("-a").arg(self.folder.path().join("store")).arg(copy.path()).status();
        assert!(copied.expect("cp runs").success());
        copy
    }

    /// A table that replaces another, the supersession, a tree, known bytes under another key, a duplicate in a run, an
    /// input named later.
    fn requests(&self, new: &str) -> Vec<(&'static str, Value)> {
        let given = self.folder.path().join("given");
        let publish = |id: &str, mut params: Value| {
            params["artifactType"] = json!("t");
            params["requestId"] = json!(id);
            ("publish_artifact", params)
        };
        vec![
            publish(
                "new",
                json!({"artifactId": new, "logicalKey": "k", "dataPath": given.join("new.csv"), "inputArtifactIds": [self.twice]}),
            ),
            ("supersede", json!({"newArtifactId": new, "oldArtifactId": self.old, "reason": "newer"})),
            publish("tree", json!({"logicalKey": "tree", "dataPath": given.join("tree")})),
            publish("same bytes", json!({"logicalKey": "other", "content": {"encoding": "utf8", "data": "twice"}})),
            ("publish_artifact", twice(Some("run-1"))),
            ("add_lineage", json!({"artifactId": new, "inputs": [{"artifactId": self.old, "relation": "my_own"}]})),
        ]
    }
}

fn twice(run: Option<&str>) -> Value {
    json!({"artifactType": "t", "logicalKey": "twice", "content": {"encoding": "utf8", "data": "twice"}, "runId": run})
}

/// Starts a process that dies at a point, and sends it the requests one after another, the last ones unheard;
/// answers the replies and whether it died.
fn send_armed(root: &Path, at: &str, requests: &[(&str, Value)]) -> (Vec<Value>, bool) {
    let mut command = keepstone();
    let mut session = Session::spawn(command.arg("serve").arg("--root").arg(root).env("KEEPSTONE_CRASH_AT", at));
    let mut replies = Vec::new();
    for (number, (method, params)) in requests.iter().enumerate() {
        if !session.request(number, method, params.clone()) {
            break;
        }
        let Some(reply) = session.line() else { break };
        assert!(reply["error"].is_null(), "{at}: {method}: {reply}");
        replies.push(reply["result"].clone());
    }
    let (rest, status, stderr) = session.finish();
    assert!(rest.is_empty(), "{at}: {rest:?}");
    let died = std::os::unix::process::ExitStatusExt::signal(&status) == Some(9);
    assert!(died || status.success(), "{at}: {status}: {stderr}");
    (replies, died)
}

/// A process that has nothing to do but what the dead have left.
fn start(root: &Path) {
    let mut session = Session::start(root);
    let reply = session.call("list_artifacts", json!({"filter": {}}));
    assert!(reply["result"].is_array(), "{reply}");
    let (_, status, stderr) = session.finish();
    assert!(status.success() && stderr.is_empty(), "{status}: {stderr}");
}

/// What was answered is there, all the requests can be sent again, and the store is whole all the time.
fn verify(root: &Path, at: &str, template: &Template, answered: &[Value]) {
    assert_whole(root, Expect::Died);
    start(root);
    assert_whole(root, Expect::Started);
    // What has no lines of its own in the history cuts those that belong to nobody.
    let mut session = Session::start(root);
    let reply = session
        .call("publish_artifact", json!({"artifactType": "after", "content": {"encoding": "utf8", "data": "after"}}));
    assert!(reply["result"].is_object(), "{at}: {reply}");
    session.finish();
    assert_whole(root, Expect::Written);
    let mut session = Session::start(root);
    let requests = template.requests("new-1");
    let ids: BTreeSet<&str> = answered.iter().filter_map(|result| result["artifactId"].as_str()).collect();
    for id in ids.iter().copied().chain([template.old.as_str(), template.twice.as_str()]) {
        let reply = session.call("get_artifact", json!({"artifactId": id}));
        assert_eq!(reply["result"]["artifactId"], id, "{at}: it was answered: {reply}");
    }
    if answered.len() >= 2 {
        let old = session.call("get_artifact", json!({"artifactId": template.old}));
        assert_eq!(old["result"]["supersededBy"], "new-1", "{at}: {old}");
    }
    for (number, (method, params)) in requests.into_iter().enumerate() {
        let reply = session.call(method, params);
        assert!(reply["result"].is_object(), "{at}: {reply}");
        if let Some(before) = answered.get(number) {
            assert_eq!(reply["result"]["artifactId"], before["artifactId"], "{at}: the same request");
        }
    }
    let all = session.call("list_artifacts", json!({"filter": {}}));
    assert_eq!(all["result"].as_array().map(Vec::len), Some(6), "{at}: {all}");
    let lineage = session.call("get_lineage", json!({"artifactId": "new-1"}));
    let inputs = lineage["result"]["inputs"].as_array().expect("a list").iter().map(|input| &input["artifactId"]);
    assert_eq!(inputs.collect::<Vec<_>>(), [template.twice.as_str(), template.old.as_str()], "{at}: {lineage}");
    let members = session.call("list_artifacts", json!({"filter": {"runId": "run-1"}}));
    assert_eq!(members["result"].as_array().map(Vec::len), Some(1), "{at}: {members}");
    let (_, status, stderr) = session.finish();
    assert!(status.success() && stderr.is_empty(), "{at}: {status}: {stderr}");
    assert_whole(root, Expect::Written);
}

/// Runs every task on a few threads.
fn side_by_side<T: Sync>(tasks: &[T], run: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
                    run(task);
                }
            });
        }
    });
}

#[test]
fn killed_at_every_passing_of_every_point() {
    let template = Template::new();
    let hits: Mutex<BTreeMap<&str, u32>> = Mutex::default();
    side_by_side(POINTS, |point| {
        for count in 1.. {
            let at = format!("{point}:{count}");
            let copy = template.copy();
            let root = copy.path().join("store");
            let (answered, died) = send_armed(&root, &at, &template.requests("new-1"));
            if !died {
                assert_eq!(answered.len(), 6, "{at}");
                break;
            }
            *hits.lock().expect("no panic holds it").entry(point).or_default() += 1;
            verify(&root, &at, &template, &answered);
        }
    });
    let hits = hits.into_inner().expect("no panic holds it");
    for point in POINTS {
        assert!(hits.contains_key(point), "{point} was never passed: {hits:?}");
    }
    let twice = hits.values().filter(|count| **count >= 2).count();
    assert!(twice >= 15, "too few points were passed more than once: {hits:?}");
}

/// A process dies after a commit, and the one that comes after it while it recovers or goes on.
#[test]
fn killed_again_while_recovering() {
    let template = Template::new();
    let first =
        ["publish.linked", "commit.history_synced", "commit.after", "place.name_linked", "place.done", "settle.synced"];
    let recovery = [
        "sweep.before",
        "publish.staged",
        "place.name_linked",
        "place.sidecar_written",
        "settle.synced",
        "settle.done",
        "sweep.emptied",
        "lease.locked",
    ];
    let scenarios: Vec<(&str, &str)> =
        first.iter().flat_map(|first| recovery.iter().map(move |then| (*first, *then))).collect();
    let recovering: Mutex<BTreeSet<&str>> = Mutex::default();
    side_by_side(&scenarios, |(first, then)| {
        let at = format!("{first}, then {then}");
        let copy = template.copy();
        let root = copy.path().join("store");
        let requests = template.requests("new-1");
        let (_, died) = send_armed(&root, first, &requests);
        assert!(died, "{at}: it lives");
        assert_whole(&root, Expect::Died);
        // With nothing else to do it passes what recovering passes.
        let (_, died) = send_armed(&root, then, &[("list_types", json!({}))]);
        if died {
            recovering.lock().expect("no panic holds it").insert(then);
            assert_whole(&root, Expect::Died);
        }
        let (answered, _) = send_armed(&root, then, &requests);
        verify(&root, &at, &template, &answered);
    });
    let recovering = recovering.into_inner().expect("no panic holds it");
    for point in recovery {
        assert!(recovering.contains(point), "no recovery passed {point}: {recovering:?}");
    }
}

/// Deterministic numbers from a seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

#[test]
fn killed_at_any_moment_of_a_stream() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    let rounds = number("KEEPSTONE_TEST_ROUNDS").unwrap_or(12);
    let seed = number("KEEPSTONE_TEST_SEED").unwrap_or(0x6b73);
    let folder = in_memory();
    let root = folder.path().join("store");
    let mut random = Random(seed);
    let mut answered: BTreeSet<String> = BTreeSet::new();
    let mut superseded: BTreeMap<String, String> = BTreeMap::new();
    Session::start(&root).call("init", json!({}));
    for round in 0..rounds {
        let mut session = Session::start(&root);
        let lines: Vec<String> = (0..60).flat_map(|number| stream(round, number, &mut random)).collect();
        let pause = Duration::from_micros(random.below(120_000));
        for line in &lines {
            session.send(line);
        }
        std::thread::sleep(pause);
        session.signal(rustix::process::Signal::KILL);
        let (replies, _, _) = session.finish();
        for reply in replies {
            let what = format!("seed {seed}, round {round}: {reply}");
            let id = reply["id"].as_str().expect(&what);
            // What a supersession named may have failed to appear when this round was killed.
            assert!(reply["error"].is_null(), "{what}");
            match id.split_once('>') {
                Some((old, new)) => _ = superseded.insert(old.to_owned(), new.to_owned()),
                None => _ = answered.insert(id.to_owned()),
            }
        }
        assert_whole(&root, Expect::Died);
        let mut session = Session::start(&root);
        let listed = session.call("list_artifacts", json!({"filter": {"limit": 10_000}}));
        let there: BTreeMap<&str, &Value> = listed["result"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|artifact| (artifact["artifactId"].as_str().expect("an id"), artifact))
            .collect();
        for id in &answered {
            assert!(there.contains_key(id.as_str()), "seed {seed}, round {round}: {id} was answered and is gone");
        }
        for (old, new) in &superseded {
            assert_eq!(there[old.as_str()]["supersededBy"], *new, "seed {seed}, round {round}");
        }
        session.finish();
        assert_whole(&root, Expect::Started);
    }
}

/// A publish, and now and then the supersession of what was published before it on the same stream.
fn stream(round: u64, number: u64, random: &mut Random) -> Vec<String> {
    let id = |number: u64| format!("a-{round}-{number}");
    let content = format!("n\n{}\n", random.below(1 << 40));
    let format = if random.below(2) == 0 { "table" } else { "file" };
    let request = |id: String, method: &str, params: Value| {
        json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string()
    };
    let mut lines = vec![request(
        id(number),
        "publish_artifact",
        json!({"artifactType": "s", "artifactId": id(number), "format": format, "content": {"encoding": "utf8", "data": content}}),
    )];
    if number > 0 && random.below(4) == 0 {
        let (old, new) = (id(number - 1), id(number));
        lines.push(request(format!("{old}>{new}"), "supersede", json!({"newArtifactId": new, "oldArtifactId": old})));
    }
    lines
}

/// The folder that a killed process left is not taken for a living one's.
#[test]
fn the_living_keep_their_staging() {
    let template = Template::new();
    let copy = template.copy();
    let root = copy.path().join("store");
    let mut living = Session::start(&root);
    living.call("list_types", json!({}));
    let folders = |root: &Path| -> Vec<PathBuf> {
        std::fs::read_dir(root.join("staging")).expect("listed").map(|entry| entry.expect("an entry").path()).collect()
    };
    let before = folders(&root);
    assert_eq!(before.len(), 1, "only the living one's is left: {before:?}");
    start(&root);
    assert_eq!(folders(&root), before);
    let reply = living.call("publish_artifact", twice(Some("run-1")));
    assert_eq!(reply["result"]["deduped"], true, "{reply}");
    living.finish();
    assert_whole(&root, Expect::Written);
}
