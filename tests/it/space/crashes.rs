//! Killed while files are replaced: each is in one form or the other afterwards, and the manifest knows in which.

use std::path::Path;

use keepstone::base::crash::FORM_POINTS;
use serde_json::{Value, json};

use super::{assert_expanded, assert_readable, furnish};
use crate::support::{Place, Session, keepstone, passings};
use crate::whole::{Expect, assert_whole};

/// Has a process that dies at a point make one call; whether it died.
fn armed(root: &Path, at: &str, method: &str, params: &Value) -> bool {
    let mut command = keepstone();
    let mut session = Session::spawn(command.arg("serve").arg("--root").arg(root).env("KEEPSTONE_CRASH_AT", at));
    session.request(1, method, params.clone());
    session.line();
    let (_, status, _) = session.finish();
    std::os::unix::process::ExitStatusExt::signal(&status) == Some(9)
}

/// At the points of replacing and of the commits around it.
fn at_every_point(method: &str, compacted: bool) {
    let commits = ["commit.rows_written", "commit.history_synced", "commit.before", "commit.after", "publish.linked"];
    let mut died_at = Vec::new();
    for point in FORM_POINTS.iter().filter(|point| **point != "forms.near").chain(&commits) {
        for passing in passings() {
            let (place, artifact_id) = furnish(Place::in_memory());
            if compacted {
                super::compact(&place);
            }
            let params = match method {
                "expand" => json!({"artifactId": artifact_id}),
                _ => json!({"digest": place.ok("plan_compaction", json!({}))["digest"]}),
            };
            place.site().close();
            let at = format!("{point}:{passing}");
            if !armed(&place.root(), &at, method, &params) {
                break;
            }
            died_at.push(at);
            assert_readable(&place, &artifact_id);
            place.site().close();
            assert_whole(&place.root(), Expect::Started);
            // A scan sees nothing new, and the work can be done again.
            let report = place.ok("scan", json!({"rehash": true}));
            assert_eq!(
                (&report["unchanged"], &report["warnings"]),
                (&json!(1), &json!([])),
                "{point}:{passing}: {report}"
            );
            match method {
                "expand" => {
                    place.ok("expand", json!({"artifactId": artifact_id}));
                    assert_expanded(&place);
                }
                _ => {
                    super::compact(&place);
                    let files = place.ok("list_files", json!({"artifactId": artifact_id}));
                    let compact = files.as_array().unwrap().iter().filter(|file| !file["form"].is_null());
                    assert_eq!(compact.count(), 3, "{point}:{passing}");
                }
            }
            assert_readable(&place, &artifact_id);
            place.site().close();
            assert_whole(&place.root(), Expect::Written);
        }
    }
    let points = FORM_POINTS.iter().filter(|point| **point != "forms.near");
    let missed: Vec<_> = points.filter(|point| !died_at.contains(&format!("{point}:1"))).collect();
    assert!(missed.is_empty(), "never passed: {missed:?}");
}

#[test]
fn compacting_is_done_or_undone_wherever_it_dies() {
    at_every_point("apply_compaction", false);
}

#[test]
fn expanding_is_done_or_undone_wherever_it_dies() {
    at_every_point("expand", true);
}

#[test]
fn drafts_reach_other_file_systems() {
    let memory = Path::new("/dev/shm");
    let device = |path: &Path| std::os::unix::fs::MetadataExt::dev(&std::fs::metadata(path).expect("looked at"));
    let place = Place::new();
    if !memory.is_dir() || device(memory) == device(place.folder()) {
        return;
    }
    // The runs lie elsewhere, behind a link that is resolved when the folder is scanned.
    let elsewhere = tempfile::tempdir_in(memory).expect("a folder in memory");
    for point in ["none", "forms.near:1", "forms.before_rename:2", "forms.renamed:2"] {
        let place = Place::new();
        let (place, artifact_id) = super::furnish_below(place, elsewhere.path());
        let digest = place.ok("plan_compaction", json!({}))["digest"].clone();
        place.site().close();
        let died = armed(&place.root(), point, "apply_compaction", &json!({"digest": digest}));
        assert_eq!(died, point != "none", "{point}");
        let listed = place.ok("list_files", json!({"artifactId": artifact_id}));
        for (file, (name, content)) in listed.as_array().unwrap().iter().zip(super::sorted_files()) {
            let piece = place.ok("read_file", json!({"artifactId": artifact_id, "file": file["path"]}));
            assert_eq!(piece["data"], json!(content()), "{point}: {name}");
        }
        place.ok("expand", json!({"artifactId": artifact_id}));
        assert_eq!(crate::support::files_below(elsewhere.path()).len(), super::FILES.len(), "{point}");
        place.site().close();
        assert_whole(&place.root(), Expect::Written);
    }
}
