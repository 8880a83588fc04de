//! `keepstone compact`, `expand` and `stats` as people type them.

use serde_json::{Value, json};

use super::{FILES, assert_expanded, scanned};
use crate::support::{Outcome, Place, keepstone, run};

fn typed(place: &Place, arguments: &[&str]) -> Outcome {
    run(keepstone().args(arguments).arg("--root").arg(place.root()), "")
}

#[track_caller]
fn says(place: &Place, arguments: &[&str]) -> String {
    let outcome = typed(place, arguments);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{}", outcome.stdout);
    outcome.stdout
}

#[test]
fn what_is_shown_first_is_done() {
    let (place, artifact_id) = scanned();
    place.site().close();
    let tail = artifact_id.rsplit('-').next().unwrap().to_owned();
    let shown = says(&place, &["artifacts", "compact", "--family", "proofs"]);
    assert!(shown.starts_with("To compact: 3 files, ") && shown.contains("; 2 left alone\n"), "{shown}");
    assert!(shown.contains("Nothing was changed"), "{shown}");
    assert_expanded(&place);
    let plan: Value = serde_json::from_str(&says(&place, &["compact", "--json"])).unwrap();
    let done = says(&place, &["artifacts", "compact", "--apply", "--verbose"]);
    let sum = |text: &str| {
        text.lines()
            .find_map(|line| line.split_once("ompact: ").or(line.split_once("ompacted: ")))
            .unwrap()
            .1
            .to_owned()
    };
    assert_eq!(sum(&done), sum(&shown), "{done}");
    for word in
        ["dictionary", "zstd", "markdown", "too small", "other kind", "2 fields", "60 empty sections", tail.as_str()]
    {
        assert!(done.contains(word), "{word}: {done}");
    }
    let stats: Value = serde_json::from_str(&says(&place, &["stats", "--json"])).unwrap();
    assert_eq!(stats["compacted"]["files"], json!(3));
    let saved = |key: &str| stats["compacted"][key].as_u64().unwrap();
    assert_eq!(json!(saved("logicalBytes") - saved("storedBytes")), plan["totals"]["savedBytes"]);
    let shown = says(&place, &["stats"]);
    assert!(
        shown.contains("1 artifact, ") && shown.contains("Compacted: 3 files, ") && shown.contains("The manifest: "),
        "{shown}"
    );
    let shown = says(&place, &["compact", "--apply"]);
    assert!(shown.starts_with("Compacted: 0 files, "), "{shown}");
    let shown = says(&place, &["expand", &tail]);
    assert_eq!(shown.matches("expanded  ").count(), 3, "{shown}");
    assert_expanded(&place);
    assert!(says(&place, &["expand", &tail]).contains("has no files in a compact form"));
    let outcome = typed(&place, &["compact", "--family", "other"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(64), ""));
    assert!(
        outcome.stderr.contains("there is no family other") && outcome.stderr.contains("proofs"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn what_could_not_be_expanded_is_told() {
    let (place, artifact_id) = scanned();
    super::compact(&place);
    place.site().close();
    std::fs::remove_file(place.folder().join(format!("{}.zst", FILES[1].0))).unwrap();
    let outcome = typed(&place, &["expand", &artifact_id]);
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome.stdout.contains("failed: ") && outcome.stdout.matches("expanded  ").count() == 2,
        "{}",
        outcome.stdout
    );
}
