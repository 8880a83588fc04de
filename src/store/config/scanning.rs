//! What keepstone.toml says about finding runs: where to look, which files, and how an outcome is told.

use std::fmt;
use std::path::Path;

use globset::{Glob, GlobBuilder};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, de};

use super::Config;
use crate::model::{Error, Result};

/// Where `scan` looks, and how much of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scanning {
    /// The folders.
    pub roots: Vec<ScanRoot>,
    /// Most files that one scan may find.
    pub max_files_per_scan: u64,
    /// How many files are read at once.
    pub parallel_workers: usize,
}

impl Default for Scanning {
    fn default() -> Self {
        Self { roots: Vec::new(), max_files_per_scan: 50_000, parallel_workers: 4 }
    }
}

/// A folder that is scanned: its path, or a table of path and layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanRoot {
    /// Absolute, or relative to the folder that holds keepstone.toml.
    pub path: String,
    /// How it is laid out: by patterns, unless that is said.
    pub layout: Option<FolderLayout>,
}

/// By what the runs in a folder are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FolderLayout {
    /// By the patterns of the families.
    Families,
    /// It is the data folder of FlowTime: every run, model and telemetry has a folder of its own.
    Flowtime,
}

/// As serde would read it from the table; an untagged enum would not say what is wrong.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScanRootTable {
    path: String,
    layout: Option<FolderLayout>,
}

impl<'de> Deserialize<'de> for ScanRoot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct PathOrTable;

        impl<'de> Visitor<'de> for PathOrTable {
            type Value = ScanRoot;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a folder, or a table of path and layout")
            }

            fn visit_str<E: de::Error>(self, path: &str) -> std::result::Result<ScanRoot, E> {
                Ok(ScanRoot { path: path.to_owned(), layout: None })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> std::result::Result<ScanRoot, A::Error> {
                let ScanRootTable { path, layout } = Deserialize::deserialize(MapAccessDeserializer::new(map))?;
                Ok(ScanRoot { path, layout })
            }
        }

        deserializer.deserialize_any(PathOrTable)
    }
}

/// Most files that may be read at once.
const WORKERS_MOST: usize = 64;

/// A pattern of paths below a scanned folder: `*`, `?` and `[…]` stand for letters other than `/`, `{a,b}` for one of
/// several, `**/` for any number of folders, also none.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Pattern(String);

impl Pattern {
    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The pattern, ready to be matched.
    pub fn glob(&self) -> Glob {
        glob(&self.0).expect("checked when it was read")
    }
}

fn glob(text: &str) -> std::result::Result<Glob, globset::Error> {
    GlobBuilder::new(text).literal_separator(true).backslash_escape(true).build()
}

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Self, String> {
        let never = text.is_empty() || text.starts_with('/') || text.split('/').any(|part| matches!(part, "." | ".."));
        if never {
            return Err(format!("{text:?} matches no path below a folder that is scanned"));
        }
        match glob(&text) {
            Ok(_) => Ok(Self(text)),
            Err(error) => Err(format!("{text:?} is no pattern: {}", error.kind())),
        }
    }
}

/// What is believed about how a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeRule {
    /// What its files say, else their names.
    #[default]
    Content,
    /// The names of its files and folders.
    Name,
    /// Nothing: the outcome is unknown.
    None,
}

/// Refuses limits that make no sense, and patterns where no pattern is asked.
pub(super) fn check(config: &Config, path: &Path) -> Result<()> {
    let scan = &config.scan;
    let wrong = |key: &str, what: String| Err(Error::invalid_data(format!("{}: scan.{key}: {what}", path.display())));
    if scan.max_files_per_scan == 0 {
        return wrong("max_files_per_scan", "it must be at least 1".to_owned());
    }
    if !(1..=WORKERS_MOST).contains(&scan.parallel_workers) {
        let given = scan.parallel_workers;
        return wrong("parallel_workers", format!("{given} is not between 1 and {WORKERS_MOST}"));
    }
    if scan.roots.iter().any(|root| root.path.is_empty()) {
        return wrong("roots", "a folder's name must not be empty".to_owned());
    }
    let patterned =
        |name: &str| config.families.iter().any(|(own, family)| own.as_str() == name && !family.include.is_empty());
    match FLOWTIME_FAMILIES.into_iter().find(|name| patterned(name)) {
        Some(name) => Err(Error::invalid_data(format!(
            "{}: families.{name}: it takes no include: FlowTime's data folder tells by itself what belongs to it",
            path.display()
        ))),
        None => Ok(()),
    }
}

/// The families of what lies in FlowTime's data folder.
pub const FLOWTIME_FAMILIES: [&str; 3] = ["flowtime_models", "flowtime_runs", "flowtime_telemetry"];

/// FlowTime's data folder, where it lies beside the store.
pub const FLOWTIME: &str = r#"
[scan]
roots = [{ path = "../data", layout = "flowtime" }]

# Its runs, models and telemetry are three families. What one of them keeps can be said as of any other.
# [families.flowtime_runs]
# keep = 100
"#;

/// The families of CryptoRun's verification outputs, and where they lie beside the store.
pub const CRYPTORUN: &str = r#"
[scan]
roots = ["../artifacts", "../out"]

# Microstructure proofs: spread, depth, VADR.
[families.proofs]
include = ["**/microstructure/proofs/*.jsonl", "**/microstructure/proofs/*.md"]
keep = 10

# Performance benchmarks: top gainers, P99 latency.
[families.bench]
include = ["**/bench/*.jsonl", "**/bench/*.md", "**/bench/p99_*.json"]
keep = 10

# Results of the 90-day backtests.
[families.smoke90]
include = ["**/smoke90/*.jsonl", "**/smoke90/*.md", "**/smoke90/backtest_*.json"]
keep = 8

# Factor explanation deltas.
[families.explain]
include = ["**/explain_delta/*.jsonl", "**/explain_delta/*.md"]
keep = 12

# Complete verification runs.
[families.greenwall]
include = ["**/greenwall/*.jsonl", "**/greenwall/*.md", "**/greenwall/verification_*.json"]
keep = 12
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_below_the_folder_and_at_its_top() {
        for (pattern, path, matches) in [
            ("**/bench/*.md", "bench/a.md", true),
            ("**/bench/*.md", "x/bench/a.md", true),
            ("**/bench/*.md", "x/y/bench/a.md", true),
            ("**/bench/*.md", "bench/x/a.md", false),
            ("**/bench/*.md", "workbench/a.md", false),
            ("bench/*.md", "bench/a.md", true),
            ("bench/*.md", "x/bench/a.md", false),
            ("*.md", "a.md", true),
            ("*.md", "x/a.md", false),
            ("**/*.md", "a.md", true),
            ("bench/**", "bench/x/a.md", true),
            ("**/bench/p99_*.{json,jsonl}", "bench/p99_1.jsonl", true),
            ("**/bench/p99_?.json", "bench/p99_/.json", false),
            ("**/bench/[a-c].md", "bench/b.md", true),
            ("**/bench/*.md", "bench/A.MD", false),
        ] {
            let glob = Pattern::try_from(pattern.to_owned()).unwrap().glob();
            assert_eq!(glob.compile_matcher().is_match(path), matches, "{pattern} {path}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for text in ["", "/abs/*.md", "../*.md", "a/./b", "[z-a].md", "{a,b", "a[b"] {
            assert!(Pattern::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
