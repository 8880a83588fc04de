//! `keepstone lineage` and `keepstone audit`

use std::path::Path;

use serde_json::{Value, json};

use crate::planted::Plants;
use crate::support::{Outcome, Place, keepstone, run};

fn type_in(root: &Path, arguments: &[&str]) -> Outcome {
    run(keepstone().arg("--root").arg(root).args(arguments), "")
}

#[track_caller]
fn shown(place: &Place, arguments: &[&str]) -> String {
    let outcome = type_in(&place.root(), arguments);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{arguments:?}: {}", outcome.stdout);
    outcome.stdout
}

fn place() -> Place {
    let place = Place::new();
    Plants::new(&place)
        .note("a", &[])
        .note("b", &["a"])
        .artifact("c", "report", &["final"], &[("b", "config_from"), ("a", "derived_from"), ("gone", "derived_from")])
        .note("d", &["c"])
        .plant();
    place
}

#[test]
fn trees_grow_both_ways() {
    let place = place();
    let up = "note:d@v1  d\n└─ report:c@v1  c\n   ├─ note:b@v1  b  config_from\n   │  └─ note:a@v1  a\n   ├─ note:a@v1  a\n   └─ gone  missing\n";
    assert_eq!(shown(&place, &["lineage", "d"]), up);
    let down = "note:a@v1  a\n├─ report:c@v1  c\n│  └─ note:d@v1  d\n└─ note:b@v1  b\n   └─ report:c@v1  c  config_from  (see above)\n";
    assert_eq!(shown(&place, &["lineage", "note:a", "--down"]), down);
    let cut = "note:a@v1  a\n├─ report:c@v1  c  …\n└─ note:b@v1  b  …\n";
    assert_eq!(shown(&place, &["lineage", "a", "--down", "--depth", "1"]), cut);
    let config = "report:c@v1  c\n└─ note:b@v1  b  config_from\n";
    assert_eq!(shown(&place, &["lineage", "c", "--relation", "config_from"]), config);
}

#[test]
fn graphs_ways_and_additions() {
    let place = place();
    let graph: Value =
        serde_json::from_str(&shown(&place, &["lineage", "d", "--graph", "json", "--depth", "1"])).unwrap();
    assert_eq!((&graph["order"], &graph["cut"]), (&json!(["c", "d"]), &json!(["c"])));
    assert!(
        shown(&place, &["lineage", "d", "--graph", "mermaid"])
            .starts_with("flowchart LR\n    n0[\"note<br/>d v1<br/>d\"]\n")
    );
    assert!(shown(&place, &["lineage", "a", "--down", "--graph", "dot"]).starts_with("digraph lineage {\n"));
    assert_eq!(shown(&place, &["lineage", "path", "a", "d"]), "a → c → d\na → b → c → d\n");
    assert_eq!(
        shown(&place, &["lineage", "path", "a", "d", "--limit", "1"]),
        "a → c → d\nThere are more: see --limit\n"
    );
    assert_eq!(shown(&place, &["lineage", "path", "d", "a"]), "note:a@v1 (a) was not made of note:d@v1 (d)\n");
    assert_eq!(shown(&place, &["lineage", "add", "d", "validated_by=a", "b"]), "Added 2 inputs to note:d@v1 (d)\n");
    assert_eq!(shown(&place, &["lineage", "add", "d", "b"]), "Added nothing new to note:d@v1 (d)\n");
    let lineage: Value = serde_json::from_str(&shown(&place, &["lineage", "d", "--json"])).unwrap();
    assert_eq!(lineage["edges"].as_array().unwrap()[..3][1]["relation"], "validated_by");
    let refused = type_in(&place.root(), &["lineage", "add", "a", "d"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(1), ""));
    assert!(refused.stderr.starts_with("error: artifact a can't be made from d, which was made from it: a → "));
    for wrong in
        [&["lineage"][..], &["lineage", "a", "--json", "--down"], &["lineage", "path", "a"], &["lineage", "add", "a"]]
    {
        assert_eq!(type_in(&place.root(), wrong).code, Some(64), "{wrong:?}");
    }
}

#[test]
fn an_audit_tells_by_its_exit_code() {
    let place = place();
    let audit = |arguments: &[&str]| type_in(&place.root(), &[&["audit"], arguments].concat());
    let clean = audit(&["note:b", "--trace-roots", "--verify-hashes", "--max-depth", "3"]);
    assert_eq!((clean.code, clean.stderr.as_str()), (Some(0), ""));
    assert!(clean.stdout.starts_with("Audit of 1 artifact at ") && clean.stdout.contains("\n  root        a, note\n"));
    assert!(clean.stdout.ends_with("\n1 artifact: 1 ok; 1 object verified, 4 bytes\n"), "{}", clean.stdout);
    let warned = audit(&["--all"]);
    assert_eq!(warned.code, Some(1), "{}", warned.stdout);
    assert!(warned.stdout.ends_with("\n5 artifacts: 3 ok, 2 with warnings\n"), "{}", warned.stdout);
    let roles = audit(&["a", "b", "--required-roles", "one,two"]);
    assert_eq!(roles.code, Some(2));
    assert!(roles.stdout.contains("missing_roles: none of its roots has the role one, two"));
    let unknown = audit(&["nobody", "a", "--json"]);
    assert_eq!((unknown.code, unknown.stderr.as_str()), (Some(2), ""));
    let report: Value = serde_json::from_str(&unknown.stdout).unwrap();
    assert_eq!((&report["totals"]["notFound"], &report["artifacts"][0]["artifactId"]), (&json!(1), &json!("nobody")));
    assert_eq!(audit(&["a", "--format", "json"]).lines()[0]["artifacts"].as_array().map(Vec::len), Some(1));
    assert!(audit(&["a", "--format", "markdown"]).stdout.starts_with("# Audit\n"));
    assert_eq!(audit(&["note:nobody"]).code, Some(2));
    assert_eq!(type_in(&place.folder().join("nowhere"), &["audit", "--all"]).code, Some(2));
    for wrong in [&[][..], &["a", "--all"], &["a", "--json", "--format", "text"], &["a", "--format", "xml"]] {
        assert_eq!(audit(wrong).code, Some(64), "{wrong:?}");
    }
}
