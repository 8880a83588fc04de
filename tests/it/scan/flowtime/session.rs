//! Two hundred runs at the terminal: scanned, searched, related, compared and curated; a later scan keeps every decision.

use serde_json::{Value, json};

use super::folder::{self, data};
use crate::support::{keepstone, run};

fn name(number: usize) -> String {
    format!("run_202509{:02}T08{:02}00Z_{number:08x}", 1 + number / 20, number % 20)
}

#[test]
fn two_hundred_runs_are_looked_after_at_the_terminal() {
    let place = folder::place();
    let data = data(&place);
    folder::many(&data);
    place.site().close();
    let says = |arguments: &[&str]| {
        let outcome = run(keepstone().args(arguments).arg("--root").arg(place.root()), "");
        // Of two that differ, compare says so as diff does.
        let code = i32::from(arguments[0] == "compare");
        assert_eq!(outcome.code, Some(code), "{arguments:?}: {}{}", outcome.stdout, outcome.stderr);
        outcome.stdout
    };
    let told = |arguments: &[&str]| -> Value { serde_json::from_str(&says(arguments)).expect("JSON") };
    let found = |arguments: &[&str]| told(&[&["search", "--json"], arguments].concat())["total"].clone();
    let names: Vec<String> = (0..200).map(name).collect();
    let name = |number: usize| names[number].as_str();

    let scanned = says(&["scan"]);
    assert!(scanned.contains("210 artifacts found in 2 families: 210 registered"), "{scanned}");
    assert_eq!(found(&["weekend", "--type", "run", "--capability", "replay"]), 200);
    assert_eq!(found(&["--param", "provenance.modelId=m7"]), 20);
    assert_eq!(found(&["\"weekend 137\""]), 1);
    let related = told(&["related", name(42), "--json"]);
    assert_eq!(related["derivedFrom"][0]["artifactId"], "m2");
    // All 199 others are of one template, and a list holds 100.
    assert_eq!((related["related"].as_array().map(Vec::len), &related["truncated"]), (Some(100), &json!(true)));
    let compared = told(&["compare", name(42), name(43), "--json"]);
    let files = &compared["files"];
    assert_eq!(compared["verdict"], "different");
    assert_eq!(files["counts"], json!({"added": 0, "removed": 0, "changed": 4, "same": 5}), "{files}");
    assert_eq!(says(&["cat", name(42), "series/demand@DEMAND@DEFAULT.csv"]), "t,value\n0,29\n1,12\n");

    says(&["update", name(0), "--title", "Baseline"]);
    says(&["tag", name(0), "--add", "baseline=yes"]);
    says(&["pin", name(0), "--reason", "reported"]);
    says(&["alias", "set", name(0), "best"]);
    says(&["archive", name(1), name(2)]);
    says(&["delete", name(3), "--yes"]);
    let before = told(&["show", name(0), "--json"]);
    folder::export(&data, name(0), "aggregates");
    folder::export(&data, name(1), "aggregates");
    let scanned = says(&["scan"]);
    assert!(scanned.contains("209 artifacts found") && scanned.contains("207 unchanged"), "{scanned}");
    let after = told(&["show", name(0), "--json"]);
    for kept in ["title", "tags", "pinned", "createdAt", "version"] {
        assert_eq!(after[kept], before[kept], "{kept}");
    }
    assert_eq!((&after["title"], &after["tags"]["baseline"]), (&json!("Baseline"), &json!("yes")));
    assert_eq!(after["capabilities"], json!(["replay", "compare", "export"]));
    assert_eq!(told(&["show", &format!("run:{}@best", name(0)), "--json"])["artifactId"], name(0));
    assert_eq!(found(&["--type", "run"]), 197);
    assert_eq!(told(&["show", name(1), "--json"])["archived"], true);
    assert_eq!(told(&["show", name(3), "--json"])["status"], "tombstoned");
    assert_eq!(place.ok("verify_store", json!({}))["findings"], json!([]));
}
