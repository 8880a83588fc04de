//! Killed while files move: after the next start every byte is whole, in its place or in the trash, and all of a run is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use keepstone::base::crash::MOVE_POINTS;
use serde_json::{Value, json};

use super::tree::{self, Ends, write_run};
use crate::support::{Session, files_below, in_memory, keepstone, passings};
use crate::whole::{Expect, assert_whole};

/// A store and a folder of runs, on one file system or on two.
struct Scene {
    store: tempfile::TempDir,
    runs: tempfile::TempDir,
    /// How both were in the beginning.
    first: tempfile::TempDir,
    ids: Vec<String>,
}

impl Scene {
    fn new(apart: bool) -> Self {
        let store = in_memory();
        let runs = if apart { tempfile::tempdir().unwrap() } else { in_memory() };
        let mut scene = Self { store, runs, first: in_memory(), ids: Vec::new() };
        for number in 0..3 {
            write_run(scene.runs.path(), "greenwall", number, Ends::Pass);
        }
        let mut session = Session::start(&scene.root());
        session.call("init", json!({}));
        session.finish();
        let text = format!(
            "[scan]\nroots = [{:?}]\n[families.greenwall]\ninclude = [\"**/greenwall/*\"]\n",
            scene.runs.path()
        );
        fs::write(scene.root().join("keepstone.toml"), text).unwrap();
        let mut session = Session::start(&scene.root());
        let report = session.call("scan", json!({}));
        assert_eq!(report["result"]["registered"], 3, "{report}");
        let listed = session.call("list_artifacts", json!({"filter": {"family": "greenwall"}}));
        scene.ids = crate::support::ids(&listed["result"]).into_iter().map(str::to_owned).collect();
        session.finish();
        copy(scene.store.path(), &scene.first.path().join("store"));
        copy(scene.runs.path(), &scene.first.path().join("runs"));
        scene
    }

    /// Makes both as they were in the beginning.
    fn begin_again(&self) {
        for (folder, name) in [(self.store.path(), "store"), (self.runs.path(), "runs")] {
            fs::remove_dir_all(folder).unwrap();
            copy(&self.first.path().join(name), folder);
        }
    }

    fn root(&self) -> PathBuf {
        self.store.path().join("store")
    }

    /// Every file of the runs by its path below the scanned folder: its bytes, and whether it lies in the trash.
    fn files(&self) -> BTreeMap<String, (Vec<u8>, BTreeSet<&'static str>)> {
        let mut found: BTreeMap<String, (Vec<u8>, BTreeSet<&'static str>)> = BTreeMap::new();
        let mut add = |folder: &Path, whence| {
            for name in files_below(folder) {
                assert!(!name.ends_with("keepstone-part"), "{name} was left");
                let bytes = fs::read(folder.join(&name)).unwrap();
                let entry = found.entry(name).or_insert_with(|| (bytes.clone(), BTreeSet::new()));
                assert_eq!(entry.0, bytes);
                entry.1.insert(whence);
            }
        };
        add(self.runs.path(), "place");
        for artifact_id in &self.ids {
            add(&self.root().join("trash").join(artifact_id), "trash");
        }
        found
    }

    /// Does something and dies at a point; whether it died.
    fn armed(&self, at: &str, method: &str, params: &Value) -> bool {
        let mut command = keepstone();
        let mut session =
            Session::spawn(command.arg("serve").arg("--root").arg(self.root()).env("KEEPSTONE_CRASH_AT", at));
        session.request(1, method, params.clone());
        if let Some(reply) = session.line() {
            assert!(reply["error"].is_null(), "{at}: {reply}");
        }
        let (_, status, stderr) = session.finish();
        let died = std::os::unix::process::ExitStatusExt::signal(&status) == Some(9);
        assert!(died || status.success(), "{at}: {status}: {stderr}");
        died
    }

    /// What the next start makes of it: who is in the trash.
    fn start(&self) -> BTreeSet<String> {
        let mut session = Session::start(&self.root());
        let trash = session.call("list_trash", json!({}));
        let (_, status, stderr) = session.finish();
        assert!(status.success() && stderr.is_empty(), "{status}: {stderr}");
        let listed =
            trash["result"].as_array().unwrap_or_else(|| trash["result"]["artifacts"].as_array().expect("a list"));
        listed.iter().map(|one| crate::support::id(one).to_owned()).collect()
    }
}

/// Copies a folder with the times of its files.
fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").arg(from).arg(to).status();
    assert!(copied.expect("cp runs").success());
}

/// At passings of each of these points, on the way into the trash, back, and out of it for good.
fn killed_everywhere(apart: bool, points: &[&'static str]) {
    let mut passed = BTreeSet::new();
    let scene = Scene::new(apart);
    let whole = scene.files();
    for point in points.iter().copied() {
        for count in passings() {
            let at = format!("{point}:{count}");
            scene.begin_again();
            let one = scene.ids[0].clone();
            let two = json!([scene.ids[0], scene.ids[1]]);
            let mut died = scene.armed(&at, "delete_artifact", &json!({"artifactId": one}));
            let trashed = scene.start();
            let files = scene.files();
            for (name, (bytes, whence)) in &files {
                assert_eq!((&whole[name].0, whence.len()), (bytes, 1), "{at}: {name} {whence:?}");
            }
            assert_eq!(files.len(), whole.len(), "{at}");
            let in_trash = files.values().filter(|(_, whence)| whence.contains("trash")).count();
            assert_eq!(in_trash, 3 * trashed.len(), "{at}: all of a run or nothing of it");
            assert_whole(&scene.root(), Expect::Started);
            // All the way, then back again, killed there.
            for artifact_id in two.as_array().unwrap() {
                scene.armed("never", "delete_artifact", &json!({"artifactId": artifact_id}));
            }
            died |= scene.armed(&at, "restore", &json!({"artifactIds": two}));
            let trashed = scene.start();
            let files = scene.files();
            assert_eq!(files.keys().collect::<Vec<_>>(), whole.keys().collect::<Vec<_>>(), "{at}");
            let in_trash = files.values().filter(|(_, whence)| whence.contains("trash")).count();
            assert_eq!(in_trash, 3 * trashed.len(), "{at}: restored in part");
            assert_whole(&scene.root(), Expect::Started);
            // And away for good.
            for artifact_id in two.as_array().unwrap() {
                scene.armed("never", "delete_artifact", &json!({"artifactId": artifact_id}));
            }
            died |= scene.armed(&at, "purge_trash", &json!({"olderThan": "0s", "dryRun": false}));
            let left = scene.start();
            let files = scene.files();
            assert_eq!(files.len(), 3 + 3 * left.len(), "{at}: purged in part");
            assert_whole(&scene.root(), Expect::Started);
            if !died {
                break;
            }
            passed.insert(point);
        }
    }
    for point in points {
        assert!(passed.contains(point), "{point} was never passed: {passed:?}");
    }
}

#[test]
fn killed_while_files_move() {
    let moves = MOVE_POINTS.iter().copied().filter(|point| !["move.copied", "move.named"].contains(point));
    let others =
        ["job.listed", "job.batch_done", "commit.history_synced", "commit.after", "place.done", "settle.synced"];
    killed_everywhere(false, &moves.chain(others).collect::<Vec<_>>());
}

#[test]
fn killed_while_files_move_between_file_systems() {
    killed_everywhere(true, &["move.copied", "move.named", "move.moved"]);
}

#[test]
fn killed_while_scanning() {
    for point in [
        "publish.staged",
        "commit.rows_written",
        "commit.history_synced",
        "commit.after",
        "place.sidecar_written",
        "settle.synced",
    ] {
        let place = tree::place(3);
        place.ok("scan", json!({"family": "proofs"}));
        write_run(place.folder(), "proofs", 0, Ends::Fail);
        place.site().close();
        let mut command = keepstone();
        let mut session =
            Session::spawn(command.arg("serve").arg("--root").arg(place.root()).env("KEEPSTONE_CRASH_AT", point));
        session.request(1, "scan", json!({}));
        session.line();
        session.finish();
        assert_whole(&place.root(), Expect::Died);
        let report = place.ok("scan", json!({}));
        assert_eq!((&report["found"], &report["skipped"]), (&json!(15), &json!(0)), "{point}: {report}");
        assert_eq!(tree::counts(&place.ok("scan", json!({}))), [15, 0, 0, 15, 0, 0, 0], "{point}");
        place.site().close();
        assert_whole(&place.root(), Expect::Written);
    }
}
