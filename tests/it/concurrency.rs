//! Several processes on one store at once: none fails, nothing is lost, nothing is there twice.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Session, in_memory};
use crate::whole::{Expect, assert_whole};

const PROCESSES: usize = 8;

fn request(id: impl Into<Value>, method: &str, params: Value) -> String {
    json!({"jsonrpc": "2.0", "id": id.into(), "method": method, "params": params}).to_string()
}

fn publish(id: impl Into<Value>, key: &str, content: &str, more: Value) -> String {
    let mut params = json!({
        "artifactType": "t", "logicalKey": key, "content": {"encoding": "utf8", "data": content}
    });
    params.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    request(id, "publish_artifact", params)
}

/// Runs one session a process, all sending their lines at the same time, and answers their replies by id.
fn run(root: &Path, lines: impl Fn(usize) -> Vec<String> + Sync) -> Vec<BTreeMap<String, Value>> {
    let sessions: Vec<Session> = (0..PROCESSES).map(|_| Session::start(root)).collect();
    let lines = &lines;
    std::thread::scope(|scope| {
        let running: Vec<_> = sessions
            .into_iter()
            .enumerate()
            .map(|(process, mut session)| {
                scope.spawn(move || {
                    for line in lines(process) {
                        assert!(session.send(line), "process {process} is gone");
                    }
                    let (replies, status, stderr) = session.finish();
                    assert!(status.success(), "process {process}: {status}: {stderr}");
                    assert_eq!(stderr, "", "process {process}");
                    replies
                        .into_iter()
                        .map(|reply| {
                            assert!(reply["error"].is_null(), "process {process}: {reply}");
                            (reply["id"].as_str().expect("an id").to_owned(), reply["result"].clone())
                        })
                        .collect()
                })
            })
            .collect();
        running.into_iter().map(|thread| thread.join().expect("no assertion failed")).collect()
    })
}

fn listed(root: &Path) -> Vec<Value> {
    let mut session = Session::start(root);
    let reply = session.call("list_artifacts", json!({"filter": {"limit": 10_000}}));
    session.finish();
    reply["result"].as_array().expect("a list").clone()
}

/// Eight at once make the store; of what they publish a quarter is the same content under the same key, a quarter are
/// versions of one key, and the rest is each one's own.
#[test]
fn eight_processes_publish_at_once() {
    const EACH: usize = 240;
    let folder = in_memory();
    let root = folder.path().join("store");
    let replies = run(&root, |process| {
        (0..EACH)
            .map(|number| {
                let id = format!("{number}");
                match number % 4 {
                    0 => publish(id, &format!("shared-{number}"), &format!("shared {number}"), json!({})),
                    1 => publish(id, "versions", &format!("{process} {number}"), json!({})),
                    2 => publish(id, &format!("own-{process}-{number}"), &format!("{process} {number}"), json!({})),
                    _ => publish(
                        id,
                        &format!("table-{process}-{number}"),
                        &format!("a,b\n{process},{number}\n"),
                        json!({"format": "table"}),
                    ),
                }
            })
            .collect()
    });
    let mut ids = BTreeSet::new();
    let mut shared: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut made: BTreeMap<&str, usize> = BTreeMap::new();
    for replies in &replies {
        assert_eq!(replies.len(), EACH);
        for (number, result) in replies {
            let id = result["artifactId"].as_str().expect("an id");
            ids.insert(id);
            if number.parse::<usize>().expect("a number") % 4 == 0 {
                shared.entry(number).or_default().insert(id);
                *made.entry(number).or_default() += usize::from(result["deduped"] == false);
            } else {
                assert_eq!(result["deduped"], false, "{result}");
            }
        }
    }
    for (number, ids) in &shared {
        assert_eq!(ids.len(), 1, "one artifact for one identity: {number}");
        assert_eq!(made[number], 1, "made once: {number}");
    }
    let own = PROCESSES * EACH / 4;
    let expected = EACH / 4 + 3 * own;
    assert_eq!(ids.len(), expected);
    let artifacts = listed(&root);
    assert_eq!(
        artifacts.iter().map(|artifact| artifact["artifactId"].as_str().expect("an id")).collect::<BTreeSet<_>>(),
        ids
    );
    let versions: BTreeSet<u64> = artifacts
        .iter()
        .filter(|artifact| artifact["logicalKey"] == "versions")
        .map(|artifact| artifact["version"].as_u64().expect("a version"))
        .collect();
    assert_eq!(versions, (1..=own as u64).collect());
    assert_whole(&root, Expect::Written);
}

/// The same request ids from everywhere: each request happens once and has one answer.
#[test]
fn the_same_requests_at_once_happen_once() {
    let folder = in_memory();
    let root = folder.path().join("store");
    let replies = run(&root, |process| {
        let mut lines = Vec::new();
        for number in 0..20 {
            let more = json!({"requestId": format!("new-{number}"), "artifactId": format!("new-{number}")});
            lines.push(publish(format!("new-{number}"), "k", &format!("content {number}"), more));
            let more = json!({"requestId": format!("any-{number}")});
            lines.push(publish(format!("any-{number}"), &format!("any-{number}"), "the same", more));
            if number > 0 {
                let pair =
                    json!({"newArtifactId": format!("new-{number}"), "oldArtifactId": format!("new-{}", number - 1)});
                lines.push(request(format!("supersede-{number}"), "supersede", pair));
            }
        }
        // Half of them from the other end, as far as their order allows.
        if process % 2 == 1 {
            lines.rotate_left(30)
        }
        // What is rotated to the front may supersede what is not there yet: the publishes come first then.
        lines.sort_by_key(|line| line.contains("\"supersede\""));
        lines
    });
    for other in &replies[1..] {
        for (id, result) in other {
            assert_eq!(result["artifactId"], replies[0][id]["artifactId"], "{id}");
            assert_eq!(result["deduped"], replies[0][id]["deduped"], "{id}: the first answer is everybody's");
        }
    }
    let artifacts = listed(&root);
    assert_eq!(artifacts.len(), 40);
    let superseded = artifacts.iter().filter(|artifact| artifact["status"] == "superseded").count();
    assert_eq!(superseded, 19);
    let mut session = Session::start(&root);
    let events = session.call("list_events", json!({"limit": 10_000}));
    session.finish();
    let events = events["result"].as_array().expect("a list");
    assert_eq!(events.iter().filter(|event| event["kind"] == "superseded").count(), 19, "each once");
    assert_eq!(events.iter().filter(|event| event["kind"] == "published").count(), 40, "each once");
    assert_whole(&root, Expect::Written);
}

/// Everybody supersedes the same artifact by one of their own: one of them does, the others are told who was first.
#[test]
fn one_of_many_supersedes() {
    let folder = in_memory();
    let root = folder.path().join("store");
    let mut first = Session::start(&root);
    for number in 0..20 {
        let line = publish(number, &format!("k{number}"), "old", json!({"artifactId": format!("old-{number}")}));
        first.send(line);
        first.line().expect("a reply");
    }
    first.finish();
    let mut sessions: Vec<Session> = (0..PROCESSES).map(|_| Session::start(&root)).collect();
    for (process, session) in sessions.iter_mut().enumerate() {
        for number in 0..20 {
            let new = format!("new-{process}-{number}");
            session.send(publish("p", &format!("k{number}"), &new, json!({"artifactId": new})));
            session.line().expect("a reply");
        }
    }
    for (process, session) in sessions.iter_mut().enumerate() {
        for number in 0..20 {
            let params =
                json!({"newArtifactId": format!("new-{process}-{number}"), "oldArtifactId": format!("old-{number}")});
            session.send(request(number, "supersede", params));
        }
    }
    let mut winners: BTreeMap<u64, usize> = BTreeMap::new();
    for session in sessions {
        let (replies, _, _) = session.finish();
        assert_eq!(replies.len(), 20);
        for reply in replies {
            let number = reply["id"].as_u64().expect("a number");
            if reply["error"].is_null() {
                *winners.entry(number).or_default() += 1;
            } else {
                assert_eq!(reply["error"]["data"]["kind"], "conflict", "{reply}");
            }
        }
    }
    assert_eq!(winners, (0..20).map(|number| (number, 1)).collect());
    assert_whole(&root, Expect::Written);
}
