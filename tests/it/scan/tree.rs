//! A tree of verification outputs as CryptoRun leaves them, beside a store that knows its families.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::support::{Place, files_below};

/// How a run ended, and whether its files or its name say so.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    Pass,
    Fail,
    FailByName,
    Untold,
}

/// The families, where their runs lie, and which files a run has: `@` stands for its stamp.
pub const FAMILIES: [(&str, &[&str]); 5] = [
    ("bench", &["artifacts/bench/bench_@.jsonl", "artifacts/bench/p99_@.json"]),
    ("explain", &["out/explain_delta/@.jsonl"]),
    (
        "greenwall",
        &["artifacts/greenwall/verification_@.json", "artifacts/greenwall/run_@.md", "artifacts/greenwall/x_@.jsonl"],
    ),
    ("proofs", &["artifacts/deep/microstructure/proofs/run_@.jsonl", "artifacts/deep/microstructure/proofs/run_@.md"]),
    ("smoke90", &["out/smoke90/smoke_@.jsonl"]),
];

/// The stamp of the n-th run of every family.
pub fn stamp(number: u32) -> String {
    format!("202509{:02}_14{:02}22", 1 + number / 60, number % 60)
}

/// Writes the n-th run of a family below a folder.
pub fn write_run(below: &Path, family: &str, number: u32, ends: Ends) -> Vec<PathBuf> {
    let (_, files) = FAMILIES.iter().find(|(name, _)| *name == family).expect("a family");
    let mut written = Vec::new();
    for file in *files {
        let told = if ends == Ends::FailByName { format!("{}_fail", stamp(number)) } else { stamp(number) };
        let path = below.join(file.replace('@', &told));
        let text = match path.extension().and_then(|end| end.to_str()) {
            Some("md") => {
                format!("# Run {number} of {family}\n\n| spread | 3 |\n{}", verdict(ends, "**Status**: ", "\n"))
            }
            Some("json") => {
                format!("{{\"family\": \"{family}\", \"run\": {number}{}}}\n", verdict(ends, ", \"status\": \"", "\""))
            }
            _ => {
                let lines =
                    (0..20).map(|line| format!("{{\"symbol\": \"BTC-USD\", \"run\": {number}, \"line\": {line}}}\n"));
                lines.chain([format!("{{\"run\": {number}{}}}\n", verdict(ends, ", \"result\": \"", "\""))]).collect()
            }
        };
        fs::create_dir_all(path.parent().expect("below a folder")).expect("a folder");
        fs::write(&path, text).expect("written");
        set_time(&path, 1_757_000_000 + u64::from(number) * 60 + ends as u64);
        written.push(path);
    }
    written
}

fn verdict(ends: Ends, before: &str, after: &str) -> String {
    match ends {
        Ends::Pass => format!("{before}PASS{after}"),
        Ends::Fail => format!("{before}FAIL{after}"),
        Ends::FailByName | Ends::Untold => String::new(),
    }
}

/// Sets a file's modification time, in seconds since 1970.
pub fn set_time(path: &Path, seconds: u64) {
    let file = File::options().write(true).open(path).expect("it can be opened");
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).expect("its time is set");
}

/// A store with the preset, and a folder around it with `count` runs of every family: the third fails, the fourth fails
/// by its name, the fifth says nothing; the others pass.
pub fn place(count: u32) -> Place {
    furnish(Place::new(), count)
}

/// The same in a place that is there already.
pub fn furnish(place: Place, count: u32) -> Place {
    place.ok("init", json!({"preset": "cryptorun"}));
    for (family, _) in FAMILIES {
        for number in 0..count {
            write_run(place.folder(), family, number, ends_of(number));
        }
    }
    place
}

pub fn ends_of(number: u32) -> Ends {
    match number % 5 {
        2 => Ends::Fail,
        3 => Ends::FailByName,
        4 => Ends::Untold,
        _ => Ends::Pass,
    }
}

/// Every file beside the store: its bytes and its time.
pub fn outside(place: &Place) -> BTreeMap<String, (Vec<u8>, i64, i64)> {
    let mut found = BTreeMap::new();
    for name in files_below(place.folder()) {
        if name.starts_with("store/") {
            continue;
        }
        let path = place.folder().join(&name);
        let metadata = fs::symlink_metadata(&path).expect("it is there");
        let bytes = if metadata.is_file() { fs::read(&path).expect("read") } else { Vec::new() };
        found.insert(name, (bytes, metadata.mtime(), metadata.mtime_nsec()));
    }
    found
}

/// The runs of a family, newest first.
pub fn runs(place: &Place, family: &str) -> Vec<Value> {
    let listed = place.ok("list_artifacts", json!({"filter": {"family": family, "limit": 10_000}}));
    listed.as_array().expect("a list").clone()
}

/// The one run of a key.
#[track_caller]
pub fn run(place: &Place, family: &str, key: &str) -> Value {
    let found: Vec<Value> = runs(place, family).into_iter().filter(|run| run["logicalKey"] == key).collect();
    assert_eq!(found.len(), 1, "{family} {key}: {found:?}");
    found[0].clone()
}

/// What a scan counted: found, registered, refreshed, unchanged, skipped, missing, files read.
pub fn counts(report: &Value) -> [u64; 7] {
    ["found", "registered", "refreshed", "unchanged", "skipped", "missing", "filesRead"]
        .map(|name| report[name].as_u64().expect("a count"))
}

/// The codes of a scan's warnings.
pub fn codes(report: &Value) -> Vec<&str> {
    report["warnings"].as_array().expect("a list").iter().map(|told| told["code"].as_str().expect("a word")).collect()
}

/// Writes keepstone.toml and has the store opened anew.
pub fn configure(place: &Place, text: &str) {
    fs::write(place.root().join("keepstone.toml"), text).expect("written");
    place.site().close();
}
