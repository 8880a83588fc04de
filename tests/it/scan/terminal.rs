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

/// The commands of the guide, word for word but for the program's name, with and without `artifacts`.
#[test]
fn the_guides_session_runs() {
    for group in ["", "artifacts "] {
        let desk = Desk::new(14);
        let ok = |line: &str| desk.ok(&format!("{group}{line}"));
        ok("scan --verbose");
        ok("scan --force");
        let listed = ok("list --family proofs");
        let id = listed.lines().nth(8).unwrap().split_whitespace().next().unwrap().to_owned();
        assert_eq!(id.len(), 8, "{listed}");
        ok("list --json");
        ok("list --verbose --family greenwall");
        ok(&format!("pin --id {id} --on"));
        let pinned = ok("list --family proofs");
        let line = pinned.lines().find(|line| line.starts_with(&id)).unwrap();
        assert!(line.contains("📌"), "{pinned}");
        let plan = ok("gc --dry-run");
        for words in [
            "GC Plan Summary (DryRun: true)",
            "Total Entries: 70",
            "To Delete: ",
            "Safety: 1 pinned, ",
            "By Family:",
            "  proofs: keep ",
        ] {
            assert!(plan.contains(words), "{words}: {plan}");
        }
        let before = ok("list --json --limit 1000");
        ok(&format!("pin --id {id} --off"));
        ok("gc --apply --force");
        let after = ok("list --json --limit 1000");
        let count = |text: &str| serde_json::from_str::<Value>(text).unwrap().as_array().unwrap().len();
        assert_eq!((count(&before), count(&after)), (70, 52), "{after}");
        assert!(
            desk.0
                .path()
                .join(".keepstone/trash")
                .join(
                    serde_json::from_str::<Value>(&desk.ok("trash --json")).unwrap()[0]["artifactId"].as_str().unwrap()
                )
                .is_dir()
        );
        assert!(ok("scan").contains("52 unchanged"));
        ok(&format!("scan {} --dry-run", desk.0.path().join("out").display()));
    }
}

#[test]
fn the_guides_settings_are_taken_in() {
    let desk = Desk(tempfile::tempdir().unwrap());
    fs::create_dir(desk.0.path().join("config")).unwrap();
    let yaml = "\
# Retention policies
retention:
  proofs:   {keep: 15, pin: [\"a1b2c3d4\"]}
  bench:    {keep: 5, pin: []}
  smoke90:  {keep: 8, color: red}
gc:
  always_keep:
    - \"last_pass\"
    - \"pinned\"
  dry_run_default: true
  trash_retention_days: 30
compaction:
  jsonl: {enabled: true, min_size_kb: 100}
indexing:
  parallel_workers: 8
  checksum_buffer_size_kb: 128
  max_files_per_scan: 50000
manifest: {file: ./artifacts/.manifest.json}
";
    fs::write(desk.0.path().join("config/artifacts.yaml"), yaml).unwrap();
    let dry = desk.ok("import cryptorun config/artifacts.yaml --dry-run");
    assert!(dry.ends_with("would have them\n") && !desk.0.path().join(".keepstone").exists(), "{dry}");
    let told = desk.ok("import cryptorun config/artifacts.yaml");
    for line in [
        "(its folders) = [\"../artifacts\",\"../out\"] became scan.roots",
        "retention.proofs.keep = 15 became families.proofs.keep",
        "retention.smoke90.color = \"red\" became nothing: it is no rule of a family",
        "gc.always_keep = [\"last_pass\",\"pinned\"] became families.bench.always_keep",
        "gc.dry_run_default = true became nothing: a plan is always shown first",
        "gc.trash_retention_days = 30 became nothing: nothing is purged unasked",
        "indexing.parallel_workers = 8 became scan.parallel_workers",
        "indexing.checksum_buffer_size_kb = 128 became nothing: ",
        "manifest.file = \"./artifacts/.manifest.json\" became nothing: ",
        "compaction.jsonl.min_size_kb = 100 became ",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
    let text = fs::read_to_string(desk.0.path().join(".keepstone/keepstone.toml")).unwrap();
    assert!(
        text.contains("[scan]\nroots = [\"../artifacts\", \"../out\"]") && text.contains("max_files_per_scan = 50000"),
        "{text}"
    );
    assert!(text.contains("keep = 15\npin = [\"a1b2c3d4\"]"), "{text}");
    // Its patterns are those of the guide, as the file says none.
    for number in 0..2 {
        write_run(desk.0.path(), "proofs", number, Ends::Pass);
    }
    assert!(desk.ok("scan").contains("2 registered"));
    // Once more, nothing changes; another rule is named and left out.
    assert!(desk.ok("import cryptorun config/artifacts.yaml").ends_with("stays as it is\n"));
    fs::write(desk.0.path().join("config/artifacts.yaml"), yaml.replace("keep: 15", "keep: 3")).unwrap();
    let told = desk.ok("import cryptorun config/artifacts.yaml");
    assert!(told.contains("retention.proofs.keep = 3 became nothing: keepstone.toml has a [families."), "{told}");
    for (name, content, error) in [
        ("config/artifacts.yaml", "a: [1,\n", "line 2"),
        ("config/artifacts.yaml", "x: 1\n", "it has none of retention"),
    ] {
        fs::write(desk.0.path().join(name), content).unwrap();
        let outcome = desk.run("import cryptorun config/artifacts.yaml");
        assert!(outcome.code == Some(2) && outcome.stderr.contains(error), "{}", outcome.stderr);
    }
}

#[test]
fn files_leave_their_producers_folder_only_when_that_is_meant() {
    let desk = Desk::new(1);
    desk.ok("scan");
    let listed: Value = serde_json::from_str(&desk.ok("list --json")).unwrap();
    let ids: Vec<&str> = listed.as_array().unwrap().iter().map(|run| run["artifactId"].as_str().unwrap()).collect();
    let files =
        || crate::support::files_below(desk.0.path()).into_iter().filter(|path| !path.starts_with(".keepstone"));
    let before: Vec<String> = files().collect();
    let refused = desk.run(&format!("delete {} {}", ids[0], ids[1]));
    assert_eq!(refused.code, Some(64));
    assert!(refused.stderr.contains("--yes"), "{}", refused.stderr);
    assert_eq!(files().collect::<Vec<_>>(), before);
    desk.ok(&format!("delete {} {} --yes", ids[0], ids[1]));
    assert!(files().count() < before.len());
    // They are gone from there already.
    desk.ok(&format!("delete {}", ids[0]));
}
