//! `keepstone compare`, `related`, `export` and `bundle`.

use serde_json::json;

use super::Desk;

/// Two versions of a table, and a note made of each.
fn with_versions() -> Desk {
    let desk = Desk::new();
    desk.write("rain.csv", "t,mm\n1,0.5\n2,1.5\n");
    desk.says(&["publish", "rain.csv", "--type", "rain", "--key", "november", "--id", "one", "--tag", "site=a"]);
    desk.write("rain.csv", "t,mm\n2,1.75\n3,2.5\n");
    desk.says(&["publish", "rain.csv", "--type", "rain", "--key", "november", "--id", "two", "--tag", "site=b"]);
    desk.text("note", &["--type", "note", "--key", "n", "--input", "one"]);
    desk.text("other", &["--type", "note", "--key", "o", "--input", "one", "--title", "Another"]);
    desk
}

#[test]
fn a_comparison_says_what_differs_and_exits_by_it() {
    let desk = with_versions();
    let outcome = desk.typed(&["compare", "rain:november@v1", "two", "--key", "t"]);
    assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
    let lines: Vec<&str> = outcome.stdout.lines().collect();
    assert_eq!(lines[0], "different: of the rows 1 was added, 1 removed and 1 changed; 0 are the same");
    for line in [
        "~ version: 1 → 2",
        "~ tag site: a → b",
        "~ file rain.parquet",
        "- row 1: mm=0.5 t=1",
        "+ row 2: mm=2.5 t=3",
        "~ row 1 (t=2): mm: 1.5 → 1.75",
    ] {
        assert!(lines.contains(&line), "{line}\n{}", outcome.stdout);
    }
    assert_eq!(desk.says(&["compare", "one", "one"]), "identical: both have the same bytes\n");
    let (code, said) = (desk.typed(&["compare", "one", "note"]).code, desk.typed(&["compare", "one", "note"]).stdout);
    assert_eq!(code, Some(2));
    assert!(said.starts_with("not comparable: the left one is a table, the right one is a file\n"), "{said}");
    desk.json("compare_artifacts", &["compare", "one", "one", "--json"]);
    let (code, complaint) = desk.fails(&["compare", "one", "two", "--key", "no"]);
    assert!(code == 64 && complaint.contains("the left table has no such column"), "{complaint}");
}

#[test]
fn relatives_are_listed_with_what_ties_them() {
    let desk = with_versions();
    assert_eq!(
        desk.says(&["related", "note"]),
        "\
SIDE    ID     ARTIFACT          TIE           DEPTH  TITLE
from    one    rain:november@v1  derived_from      1
beside  other  note:o@v1         shared_input      2  Another
2 artifacts
"
    );
    assert_eq!(desk.says(&["related", "two"]), "0 artifacts\n");
    let found = desk.json("get_related", &["related", "one", "--limit", "1", "--json"]);
    assert_eq!(found["truncated"], true);
}

#[test]
fn files_are_exported_into_a_folder() {
    let desk = with_versions();
    let path = desk.path("out/rain.parquet");
    let said = desk.says(&["export", "two", "out"]);
    assert!(said.starts_with(&format!("{}\n1 file written, ", path.display())), "{said}");
    let said = desk.says(&["export", "two", "out"]);
    assert_eq!(said, format!("{}  (was there)\n0 files written, 0 B\n", path.display()));
    let (code, complaint) = desk.fails(&["export", "one", "out"]);
    assert!(code == 1 && complaint.contains("holds something else") && complaint.contains("hint: "), "{complaint}");
    let exported = desk.json("export_artifact", &["export", "one", "out", "--overwrite", "--json"]);
    assert_eq!(exported["files"][0]["state"], "replaced");
}

#[test]
fn a_bundle_carries_artifacts_to_another_store() {
    let desk = with_versions();
    let said = desk.says(&["bundle", "export", "note.tar", "note:n"]);
    assert!(said.starts_with(&format!("{}: 2 artifacts, ", desk.path("note.tar").display())), "{said}");
    let said = desk.says(&["bundle", "import", "note.tar", "--root", "other"]);
    assert!(said.starts_with("2 artifacts imported, 0 there already\n"), "{said}");
    let said = desk.says(&["bundle", "import", "note.tar", "--root", "other"]);
    assert_eq!(said, "0 artifacts imported, 2 there already\n");
    assert_eq!(desk.says(&["cat", "note:n", "--root", "other"]), "note");
    let bundled = desk.json("export_bundle", &["bundle", "export", "all.tar", "--all", "--json"]);
    assert_eq!(bundled["artifactCount"], json!(4));
    let said = desk.says(&["bundle", "export", "alone.tar", "note", "--no-closure"]);
    assert!(said.ends_with("not in it, though something was made from it: one\n"), "{said}");
    let imported = desk.json("import_bundle", &["bundle", "import", "alone.tar", "--root", "third", "--json"]);
    assert_eq!(imported["artifacts"]["imported"], 1);
    let (code, complaint) = desk.fails(&["bundle", "export", "x.tar"]);
    assert!(code == 64 && complaint.contains("--all"), "{complaint}");
    let (code, complaint) = desk.fails(&["bundle", "export", "all.tar", "--all"]);
    assert!(code == 1 && complaint.contains("exists already"), "{complaint}");
}
