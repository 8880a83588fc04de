//! Compaction of files that are kept in place, and the room that everything takes.

mod compacting;
mod crashes;
mod figures;
mod terminal;

use std::path::{Path, PathBuf};

use keepstone::model::Hash;
use serde_json::{Value, json};

use crate::support::{Place, id};

/// What is in keepstone.toml: one family, and no file too small.
const CONFIGURATION: &str = r#"
[scan]
roots = ["../runs"]
[families.proofs]
include = ["**/*.jsonl", "**/*.md", "**/*.json"]
[compaction.jsonl]
min_size_kb = 1
[compaction.markdown]
min_size_kb = 1
"#;

/// A file's path, and what makes its content.
type Made = (&'static str, fn() -> String);

/// A run with a file for each form, and some that stay as they are.
pub const FILES: [Made; 5] = [
    ("runs/run_20250906_143022/proofs.jsonl", proofs),
    ("runs/run_20250906_143022/ticks.jsonl", ticks),
    ("runs/run_20250906_143022/report.md", report),
    ("runs/run_20250906_143022/small.md", || "# Small\n".to_owned()),
    ("runs/run_20250906_143022/verification.json", || format!("[{}1]", "1,".repeat(2000))),
];

fn proofs() -> String {
    let line = |at| {
        let status = if at % 7 == 0 { "FAIL, below the limit" } else { "PASS, within the limit" };
        format!("{{\"symbol\": \"BTC-USD-PERPETUAL\", \"at\": {at}.50, \"status\": \"{status}\"}}\r\n")
    };
    (0..200).map(line).collect()
}

fn ticks() -> String {
    (0..400).map(|at| format!("{{\"ts\":{},\"price\":{}.25}}\n", 1_757_169_022 + at, at * 7)).collect()
}

fn report() -> String {
    let section =
        |at| format!("##   Check {at}\n\n\n\n\n## Remarks on check {at}\n\n\n\nThe spread is within its limits.\n\n");
    format!("# Report\n\n**Status**: PASS\n\n{}", (0..60).map(section).collect::<String>())
}

/// A store with the run registered, and its artifact.
pub fn scanned() -> (Place, String) {
    furnish(Place::new())
}

pub fn furnish(place: Place) -> (Place, String) {
    place.ok("init", json!({}));
    place.write("store/keepstone.toml", CONFIGURATION);
    place.site().close();
    for (name, content) in FILES {
        let path = place.write(name, content());
        set_time(&path, 1_757_169_100);
    }
    let report = place.ok("scan", json!({}));
    assert_eq!((&report["registered"], &report["warningCount"]), (&json!(1), &json!(0)), "{report}");
    let list = place.ok("list_artifacts", json!({"filter": {}}));
    let artifact_id = id(&list[0]).to_owned();
    (place, artifact_id)
}

/// The same with the runs in another folder.
pub fn furnish_below(place: Place, folder: &Path) -> (Place, String) {
    place.ok("init", json!({}));
    let roots = format!("roots = [{:?}]", folder.join("runs"));
    place.write("store/keepstone.toml", CONFIGURATION.replace("roots = [\"../runs\"]", &roots));
    place.site().close();
    for (name, content) in FILES {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().expect("below a folder")).expect("a folder");
        std::fs::write(path, content()).expect("written");
    }
    place.ok("scan", json!({}));
    let list = place.ok("list_artifacts", json!({"filter": {}}));
    let artifact_id = id(&list[0]).to_owned();
    (place, artifact_id)
}

/// The files in the order of their paths.
pub fn sorted_files() -> Vec<Made> {
    let mut files = FILES.to_vec();
    files.sort_by_key(|(name, _)| *name);
    files
}

pub fn set_time(path: &Path, seconds: u64) {
    let file = std::fs::File::options().write(true).open(path).expect("it can be opened");
    let time = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
    file.set_modified(time).expect("its time is set");
}

/// Compacts everything.
#[track_caller]
pub fn compact(place: &Place) -> Value {
    let plan = place.ok("plan_compaction", json!({}));
    place.ok("apply_compaction", json!({"digest": plan["digest"]}))
}

/// Where the originals lie.
pub fn originals(place: &Place) -> Vec<PathBuf> {
    FILES.iter().map(|(name, _)| place.folder().join(name)).collect()
}

/// Asserts that every original can be read, whatever form it has, and that the manifest says its hash.
#[track_caller]
pub fn assert_readable(place: &Place, artifact_id: &str) {
    let listed = place.ok("list_files", json!({"artifactId": artifact_id}));
    for (name, content) in FILES {
        let below = name.strip_prefix("runs/").expect("it lies there");
        let entry = listed.as_array().unwrap().iter().find(|entry| entry["path"] == below).expect("it is listed");
        assert_eq!(entry["hash"], json!(Hash::of(content().as_bytes())));
        let stored = std::fs::read(entry["absolutePath"].as_str().expect("a path")).expect("it is there");
        if entry["form"].is_null() {
            assert!(stored == content().as_bytes(), "{name}");
        } else {
            assert_eq!(entry["storedHash"], json!(Hash::of(&stored)), "{name}");
        }
        let piece = place.ok("read_file", json!({"artifactId": artifact_id, "file": below}));
        assert_eq!((&piece["data"], &piece["integrity"]), (&json!(content()), &json!("verified")), "{name}");
    }
}

/// Asserts that every original lies in its place again, and nothing else does.
#[track_caller]
pub fn assert_expanded(place: &Place) {
    for (name, content) in FILES {
        assert!(std::fs::read(place.folder().join(name)).expect("it is there") == content().as_bytes(), "{name}");
    }
    assert_eq!(crate::support::files_below(&place.folder().join("runs")).len(), FILES.len());
}
