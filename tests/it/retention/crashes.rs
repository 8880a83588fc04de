//! Killed at every step of a collection, a restoration and a purge: after the next start every byte is whole, and the
//! operation is complete or undone.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use keepstone::base::crash::JOB_POINTS;
use serde_json::{Value, json};

use super::{configure, note, plan};
use crate::support::{Place, Session, files_below, in_memory, keepstone, passings};
use crate::whole::{Expect, assert_whole};

/// A store with twelve old notes, two of one content, and a tree; one more lies in the trash. Nobody has it open.
fn template() -> (Place, Value) {
    let place = Place::in_memory();
    place.ok("init", json!({}));
    configure(&place, "[policies.p]\nkeep_min_age_days = 10\nkeep_min_count = 0\n");
    for number in 0..10 {
        note(&place, &format!("n-{number}"), 50, &[], json!({}));
    }
    note(&place, "twin", 50, &[], json!({"content": {"encoding": "utf8", "data": "n-0"}}));
    let tree = place.folder().join("tree");
    std::fs::create_dir_all(tree.join("deep")).unwrap();
    std::fs::write(tree.join("one"), "one").unwrap();
    std::fs::write(tree.join("deep/two"), "two").unwrap();
    place.ok(
        "publish_artifact",
        json!({"artifactType": "tree", "artifactId": "tree", "dataPath": tree, "createdAt": "2020-01-01"}),
    );
    let plan = plan(&place, json!({"policy": "p"}));
    assert_eq!(plan["totals"]["delete"], 12);
    place.site().close();
    (place, plan)
}

fn copy(place: &Place) -> tempfile::TempDir {
    let copy = in_memory();
    let copied = Command::new("cp").arg("-a").arg(place.root()).arg(copy.path()).status();
    assert!(copied.expect("cp runs").success());
    copy
}

/// Sends a request to a process that dies at a point; whether it did.
fn die(root: &Path, at: &str, method: &str, params: &Value) -> bool {
    let mut session = Session::spawn(keepstone().arg("serve").arg("--root").arg(root).env("KEEPSTONE_CRASH_AT", at));
    session.request(1, method, params.clone());
    let reply = session.line();
    let (_, status, stderr) = session.finish();
    let died = std::os::unix::process::ExitStatusExt::signal(&status) == Some(9);
    assert!(died || status.success(), "{at}: {status}: {stderr}");
    assert!(died || reply.is_some_and(|reply| reply["error"].is_null()), "{at}");
    died
}

fn call(root: &Path, method: &str, params: Value) -> Value {
    let mut session = Session::start(root);
    let reply = session.call(method, params);
    let (_, status, stderr) = session.finish();
    assert!(status.success() && stderr.is_empty(), "{status}: {stderr}");
    assert!(reply["error"].is_null(), "{method}: {reply}");
    reply["result"].clone()
}

/// How many artifacts are live, and how many lie in the trash.
fn counts(root: &Path) -> (usize, usize) {
    let mut session = Session::start(root);
    let live = session.call("list_artifacts", json!({"filter": {}}));
    let trash = session.call("list_trash", json!({}));
    session.finish();
    (live["result"].as_array().unwrap().len(), trash["result"].as_array().unwrap().len())
}

/// Kills at passings of every point that this passes, and looks at the store after the next start; answers how often
/// it died at each.
fn kill_everywhere(
    place: &Place,
    method: &str,
    params: &Value,
    before: (usize, usize),
    after: (usize, usize),
    also: impl Fn(&Path, bool),
) -> BTreeMap<&'static str, u32> {
    let common = [
        "commit.rows_written",
        "commit.history_synced",
        "commit.after",
        "place.name_linked",
        "place.done",
        "settle.synced",
    ];
    let mut deaths = BTreeMap::new();
    for point in JOB_POINTS.iter().copied().chain(common) {
        for count in passings() {
            let at = format!("{method} {point}:{count}");
            let copy = copy(place);
            let root = copy.path().join("store");
            if !die(&root, &format!("{point}:{count}"), method, params) {
                break;
            }
            *deaths.entry(point).or_default() += 1;
            assert_whole(&root, Expect::Died);
            let found = counts(&root);
            assert!(found == before || found == after, "{at}: it is neither done nor undone: {found:?}");
            assert_whole(&root, Expect::Started);
            also(&root, found == after);
            // And it can be gone on with.
            call(
                &root,
                "publish_artifact",
                json!({"artifactType": "after", "content": {"encoding": "utf8", "data": "after"}}),
            );
            assert_whole(&root, Expect::Written);
        }
    }
    deaths
}

#[test]
fn killed_while_collecting() {
    let (place, plan) = template();
    let deaths = kill_everywhere(&place, "apply_gc", &super::again(&plan), (12, 0), (0, 12), |root, done| {
        let reports = files_below(&root.join("trash"));
        assert_eq!(reports.len(), if done { 2 } else { 0 }, "{reports:?}");
        if done {
            let json = reports.iter().find(|name| name.ends_with(".json")).unwrap();
            let report: Value =
                serde_json::from_str(&std::fs::read_to_string(root.join("trash").join(json)).unwrap()).unwrap();
            assert_eq!((report["deleted"].as_array().unwrap().len(), &report["skipped"]), (12, &json!([])));
        }
        // Whatever the death left, all of it comes back.
        let mut session = Session::start(root);
        let trash = session.call("list_trash", json!({}))["result"].clone();
        let ids: Vec<&Value> = trash.as_array().unwrap().iter().map(|one| &one["artifactId"]).collect();
        if !ids.is_empty() {
            let restored = session.call("restore", json!({"artifactIds": ids}));
            assert_eq!(restored["result"]["restored"].as_array().map(Vec::len), Some(12), "{restored}");
        }
        session.finish();
        assert_whole(root, Expect::Written);
    });
    for point in [
        "job.listed",
        "job.batch_written",
        "job.batch_done",
        "job.before_report",
        "job.reported",
        "job.done",
        "place.done",
    ] {
        assert!(deaths.contains_key(point), "{point} was never passed: {deaths:?}");
    }
}

#[test]
fn killed_while_restoring() {
    let (place, plan) = template();
    super::apply(&place, &plan);
    place.site().close();
    let params = json!({"artifactIds": super::going(&plan)});
    let deaths = kill_everywhere(&place, "restore", &params, (0, 12), (12, 0), |_, _| {});
    assert!(deaths.contains_key("job.batch_done") && deaths.contains_key("place.done"), "{deaths:?}");
}

#[test]
fn killed_while_purging() {
    let (place, plan) = template();
    super::apply(&place, &plan);
    note(&place, "live-twin", 0, &[], json!({"content": {"encoding": "utf8", "data": "n-1"}}));
    place.site().close();
    let params = json!({"artifactIds": super::going(&plan), "dryRun": false});
    let deaths = kill_everywhere(&place, "purge_trash", &params, (1, 12), (1, 0), |root, done| {
        let objects = files_below(&root.join("objects")).len();
        assert_eq!(objects, if done { 1 } else { 13 }, "the live one's alone");
    });
    for point in ["purge.before_sweep", "purge.unlinked", "purge.swept", "job.done"] {
        assert!(deaths.contains_key(point), "{point} was never passed: {deaths:?}");
    }
}

/// Killed while the next start finishes what a killed one left, and once more.
#[test]
fn killed_again_while_finishing() {
    let (place, plan) = template();
    for first in ["job.listed", "job.batch_done", "job.before_report"] {
        for then in ["job.batch_written", "job.batch_done", "place.name_linked", "job.reported", "job.done"] {
            let copy = copy(&place);
            let root = copy.path().join("store");
            assert!(die(&root, first, "apply_gc", &super::again(&plan)));
            die(&root, then, "list_types", &json!({}));
            assert_whole(&root, Expect::Died);
            die(&root, then, "list_types", &json!({}));
            assert_eq!(counts(&root), (0, 12), "{first}, then {then}");
            assert_whole(&root, Expect::Started);
        }
    }
}
