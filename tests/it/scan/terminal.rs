//! The session of CryptoRun's guide at the terminal.

use std::fs;

use serde_json::Value;

use super::tree::{self, Ends, ends_of, write_run};
use crate::support::{Outcome, keepstone, run};

/// A working folder with a tree of the five families.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new(count: u32) -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        desk.ok("init --preset cryptorun");
        for (family, _) in tree::FAMILIES {
            for number in 0..count {
                write_run(desk.0.path(), family, number, ends_of(number));
            }
        }
        desk
    }

    fn run(&self, line: &str) -> Outcome {
        let mut command = keepstone();
        command.args(line.split_whitespace()).current_dir(self.0.path()).env_remove("NO_COLOR");
        run(&mut command, "")
    }

    #[track_caller]
    fn ok(&self, line: &str) -> String {
        let outcome = self.run(line);
        assert_eq!(outcome.code, Some(0), "{line}: {}{}", outcome.stdout, outcome.stderr);
        outcome.stdout
    }
}

#[test]
fn runs_are_scanned_and_listed_as_the_guide_shows() {
    let desk = Desk::new(3);
    let scanned = desk.ok("scan --verbose");
    assert!(scanned.contains("FAMILY     FILES") && scanned.contains("Scanned: "), "{scanned}");
    assert!(
        scanned.contains("27 files scanned (") && scanned.contains("15 artifacts found in 5 families: 15 registered; "),
        "{scanned}"
    );
    assert!(desk.ok("scan --force").contains("15 artifacts found in 5 families: 15 unchanged; "));
    let listed = desk.ok("list --family proofs");
    let lines: Vec<&str> = listed.lines().collect();
    let heads: Vec<&str> = lines[0].split_whitespace().collect();
    assert_eq!(heads, ["ID", "FAMILY", "TIMESTAMP", "SIZE", "STATUS", "PINNED", "FILES"]);
    let cells = |line: &str| line.split_whitespace().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(cells(lines[1])[..3], ["proofs", "2025-09-01", "14:02:22"]);
    assert_eq!(cells(lines[1])[5..], ["fail*", "2"]);
    assert_eq!(cells(lines[2])[5..], ["pass+", "2"]);
    assert_eq!(cells(lines[3])[5..], ["pass", "2"]);
    assert_eq!(lines[5], "Legend: * = last run, + = last pass, 📌 = pinned");
    assert!(lines[6].starts_with("Total: 3 artifacts, "), "{listed}");
    assert_eq!(desk.ok("artifacts list --family proofs"), listed);
    let verbose = desk.ok("list --verbose --family greenwall");
    assert!(verbose.contains("/artifacts/greenwall/verification_20250901_140122.json\n"), "{verbose}");
    assert_eq!(verbose.lines().filter(|line| line.starts_with("  /")).count(), 9);
    let all: Value = serde_json::from_str(&desk.ok("list --json")).unwrap();
    assert_eq!(all.as_array().unwrap().len(), 15);
    assert!(desk.ok("artifacts scan --force").contains("15 unchanged"));
    assert!(desk.ok("list --family prooofs").starts_with("There is no run of a family prooofs. "));
    assert_eq!(desk.ok("list --family prooofs --json").trim(), "[]");
}

#[test]
fn what_is_asked_for_in_a_wrong_way_is_wrong_usage() {
    let desk = Desk::new(1);
    for (line, code, told) in [
        ("scan --family prooofs", 64, "there is no family prooofs"),
        ("scan --mode steal", 64, "steal"),
        ("scan nowhere", 1, "nowhere was not found"),
        ("init --preset other", 64, "other"),
    ] {
        let outcome = desk.run(line);
        assert_eq!(outcome.code, Some(code), "{line}: {}", outcome.stderr);
        assert!(outcome.stderr.contains(told), "{line}: {}", outcome.stderr);
    }
    let other = tempfile::tempdir().unwrap();
    let outcome = run(keepstone().arg("scan").current_dir(other.path()), "");
    assert!(outcome.stderr.contains("hint: ") && outcome.stderr.contains("--preset cryptorun"), "{}", outcome.stderr);
    assert_eq!(fs::read_dir(other.path()).unwrap().count(), 0);
}

#[test]
fn warnings_are_told_and_a_dry_run_says_so() {
    let desk = Desk::new(1);
    std::os::unix::fs::symlink("x", desk.0.path().join("artifacts/bench/link.md")).unwrap();
    let told = desk.ok("scan --dry-run");
    assert!(told.contains("warning: ") && told.contains("link.md is a link, which is not followed"), "{told}");
    assert!(told.contains("5 would be registered"), "{told}");
    assert!(desk.ok("list").contains("0 artifacts"));
    write_run(desk.0.path(), "proofs", 7, Ends::Pass);
    desk.ok("scan");
    let json: Value = serde_json::from_str(&desk.ok("scan --json")).unwrap();
    assert_eq!((&json["unchanged"], &json["warningCount"]), (&Value::from(6), &Value::from(1)));
}
