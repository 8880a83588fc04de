//! `keepstone gc`, pins and the trash: what is shown, what is asked, what happens.

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use super::Desk;

/// Four notes, five days old, of which a policy keeps the newest.
fn desk() -> Desk {
    let desk = Desk::new();
    for name in ["one", "two", "three", "four"] {
        desk.text(name, &["--type", "note", "--key", name]);
    }
    let mut configuration = std::fs::read_to_string(desk.store().join("keepstone.toml")).unwrap();
    configuration += "[policies.p]\nkeep_min_age_days = 5\ndvc_gc_flags = [\"--cloud\", \"-r x\"]\n";
    desk.write(".keepstone/keepstone.toml", configuration);
    desk
}

fn live(desk: &Desk) -> usize {
    desk.json("list_artifacts", &["list", "--json"]).as_array().unwrap().len()
}

#[test]
fn a_plan_is_shown_and_nothing_happens() {
    let desk = desk();
    desk.says(&["pin", "note:one", "--reason", "needed"]);
    let shown = desk.says(&["gc", "--policy", "p"]);
    let begin = "\
GC Plan Summary (DryRun: true)
Policy: p
Total Entries: 4
To Delete: 2 entries (8 B, 2 files)
To Keep: 2 entries
Safety: 1 pinned, 0 last-pass, 0 last-run kept
Space: a purge would free 8 B; 15 B now, 7 B then

ID     TYPE  KEY    TIMESTAMP            SIZE  FATE    REASONS
three  note  three  ";
    assert!(shown.starts_with(begin), "{shown}");
    assert!(shown.contains("   5 B  delete  older_than_5d\ntwo    note  two "), "{shown}");
    assert!(!shown.contains("min_count"), "what is kept is shown with --verbose: {shown}");
    let shown = desk.says(&["gc", "-p", "p", "--dry-run", "--verbose"]);
    assert!(shown.contains("keep    min_count\n") && shown.contains("keep    pinned\n"), "{shown}");
    let plan = desk.json("plan_gc", &["gc", "--policy", "p", "--json"]);
    assert_eq!(plan["totals"]["delete"], 2);
    assert_eq!(desk.says(&["gc", "--policy", "p", "--quiet"]), "");
    assert_eq!(live(&desk), 4);
    let shown = desk.says(&["gc"]);
    assert!(shown.contains("warning: keepstone.toml names neither families nor a default_policy"), "{shown}");
}

#[test]
fn without_a_terminal_nothing_is_collected_unless_it_is_said() {
    let desk = desk();
    let outcome = desk.typed(&["gc", "--policy", "p", "--apply"]);
    assert_eq!(outcome.code, Some(64));
    assert!(outcome.stdout.starts_with("GC Plan Summary (DryRun: false)\n"), "the plan is shown first");
    assert!(outcome.stderr.contains("no terminal to ask at") && outcome.stderr.contains("--yes"), "{}", outcome.stderr);
    assert_eq!(live(&desk), 4);
    for wrong in [&["gc", "--force"][..], &["gc", "--policy", "p", "--family", "f"], &["gc", "--apply", "--estimate"]] {
        assert_eq!(desk.fails(wrong).0, 64, "{wrong:?}");
    }
    let told = desk.says(&["gc", "--policy", "p", "--apply", "--force"]);
    assert!(
        told.contains("\nDeleted 3 artifacts (11 B, 3 files): in the trash, from where `keepstone restore`"),
        "{told}"
    );
    let report = told.lines().find_map(|line| line.strip_prefix("Report: ")).expect("a report");
    assert!(std::fs::read_to_string(report).unwrap().contains("older_than_5d"));
    assert!(told.contains("Backup: "), "{told}");
    assert_eq!(live(&desk), 1);
    let again = desk.json("apply_gc", &["gc", "-p", "p", "--execute", "--yes", "--json"]);
    assert_eq!(again["totals"]["delete"], 0);
}

#[test]
fn the_names_of_m3() {
    let desk = desk();
    assert_eq!(
        desk.says(&["gc-pin", "--artifact-id", "one", "--reason", "Production model"]),
        "note:one@v1 (one) is pinned\n"
    );
    let estimate: Value = serde_json::from_str(&desk.says(&["gc-estimate", "-p", "p", "--json"])).unwrap();
    assert_eq!(
        (&estimate["totalArtifacts"], &estimate["artifactsToDelete"], &estimate["bytesToDelete"]),
        (&json!(4), &json!(2), &json!(8))
    );
    assert_eq!(estimate["withinBudget"], Value::Null, "the policy has no budget");
    let told = desk.says(&["gc-estimate", "--policy", "dev_minimal"]);
    assert!(
        told.contains("Artifacts: 4\nTo delete: 2 (8 B)\n") && told.contains("Space budget: 5.4 GB, kept\n"),
        "{told}"
    );
    assert_eq!(desk.says(&["gc", "--estimate", "--policy", "dev_minimal"]), told);
    assert_eq!(desk.says(&["gc-unpin", "--artifact-id", "one"]), "note:one@v1 (one) is no longer pinned\n");
    assert_eq!(desk.says(&["gc-unpin", "--artifact-id", "one"]), "Not pinned: note:one@v1 (one)\n");
    assert_eq!(desk.fails(&["gc-pin"]).0, 64);
    assert_eq!(desk.fails(&["gc-pin", "--artifact-id", "nobody"]).0, 1);
    assert_eq!(desk.fails(&["gc", "--policy", "nobodys"]).0, 1);
    let listed = desk.says(&["gc", "--list-policies"]);
    assert!(
        listed.contains(
            "laptop_default: for daily work on one machine\n  keeps younger than 14 d; the newest 5 of each type;"
        ),
        "{listed}"
    );
    assert!(
        listed.contains("\np\n  keeps younger than 5 d;") && listed.contains("  dvc gc --cloud -r x\n"),
        "{listed}"
    );
}

#[test]
fn pins_are_set_listed_and_removed() {
    let desk = desk();
    assert_eq!(desk.says(&["pin", "--id", "two", "--on"]), "note:two@v1 (two) is pinned\n");
    let said = desk.says(&["pin", "two", "--expires", "90d", "--reason", "for\na while"]);
    assert!(said.starts_with("note:two@v1 (two) is pinned until 2"), "{said}");
    let listed = desk.says(&["pins"]);
    assert!(
        listed.contains("artifact  two") && listed.contains("for\\na while") && listed.ends_with("\n2 pins\n"),
        "{listed}"
    );
    assert_eq!(desk.json("list_pins", &["pins", "--json"]).as_array().unwrap().len(), 2);
    assert_eq!(desk.says(&["pin", "--id", "two", "--off"]), "note:two@v1 (two) is no longer pinned; 2 pins are gone\n");
    for wrong in [
        &["pin"][..],
        &["pin", "one", "--run", "r"],
        &["pin", "one", "--on", "--off"],
        &["pin", "one", "--expires", "soon"],
    ] {
        assert_eq!(desk.fails(wrong).0, 64, "{wrong:?}");
    }
    assert!(desk.fails(&["pin", "--run", "nobodys"]).1.contains("run nobodys was not found"));
    assert_eq!(desk.says(&["unpin", "one"]), "Not pinned: note:one@v1 (one)\n");
}

#[test]
fn deleted_restored_and_purged() {
    let desk = desk();
    desk.piped(&["publish", "-", "--id", "report", "--type", "report", "--input", "one"], "report");
    assert_eq!(
        desk.says(&["delete", "note:one", "--reason", "wrong"]),
        "note:one@v1 (one) is in the trash; keepstone restore one brings it back\n  1 artifact made of it stay: report\n"
    );
    assert_eq!(desk.says(&["delete", "one"]), "note:one@v1 (one) was deleted already\n");
    let trash = desk.says(&["trash"]);
    assert!(trash.contains("one  note  one   3 B") && trash.contains("terminal") && trash.contains("wrong"), "{trash}");
    assert_eq!(desk.says(&["restore", "one", "two"]), "note:one@v1 (one) is restored\ntwo was not deleted\n");
    desk.says(&["pin", "one"]);
    let (code, said) = desk.fails(&["delete", "one"]);
    assert!(code == 1 && said.contains("a pin protects it") && said.contains("force"), "{said}");
    desk.says(&["unpin", "one"]);
    let (code, said) = desk.fails(&["delete", "two", "--revision", "7"]);
    assert!(code == 1 && said.contains("has revision 1, not 7"), "{said}");
    let (code, said) = desk.fails(&["delete", "one", "two", "--revision", "1"]);
    assert!(code == 64 && said.contains("it is that of one artifact"), "{said}");
    desk.says(&["delete", "two", "--revision", "1"]);
    desk.says(&["delete", "one"]);
    assert!(desk.says(&["purge"]).ends_with("0 artifacts (0 B, 0 files) would be purged; that frees 0 B\n"));
    let shown = desk.says(&["purge", "one", "two"]);
    assert!(shown.ends_with("2 artifacts (6 B, 2 files) would be purged; that frees 6 B\n"), "{shown}");
    let outcome = desk.typed(&["purge", "one", "--apply"]);
    assert!(outcome.code == Some(64) && outcome.stdout.contains("are to be purged"), "{}", outcome.stderr);
    let (code, said) = desk.fails(&["purge", "--older-than", "-3d"]);
    assert!(code == 64 && said.contains("olderThan: \"-3d\" is neither a duration nor a moment"), "{said}");
    let done = desk.says(&["purge", "one", "--apply", "--yes"]);
    assert!(done.ends_with("Purged 1 artifact: 3 B are free\n"), "{done}");
    assert_eq!(
        desk.json("purge_trash", &["purge", "--older-than", "0d", "--apply", "--force", "--json"])["artifactCount"],
        1
    );
    assert_eq!(desk.says(&["trash"]), "0 artifacts, 0 B\n");
    let (code, said) = desk.fails(&["restore", "one"]);
    assert!(code == 1 && said.contains("it was purged at"), "{said}");
}

/// A `dvc` of the test's own notes what it was asked.
#[test]
fn dvc_is_asked_with_the_flags_of_the_policy() {
    let desk = desk();
    let (code, said) = {
        let outcome =
            crate::support::run(desk.command(&["gc", "--policy", "p", "--dvc"]).env("PATH", desk.path("bin")), "");
        (outcome.code, outcome.stderr)
    };
    assert_eq!(code, Some(1));
    assert!(said.contains("dvc was not found, so nothing was done") && said.contains("leave --dvc out"), "{said}");
    let script = "#!/bin/sh\n[ \"$1\" = --version ] && exit 0\nfor word in \"$@\"; do echo \"$word\"; done >> asked\necho done by dvc\n";
    let dvc = desk.write("bin/dvc", script);
    std::fs::set_permissions(&dvc, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", desk.path("bin").display(), std::env::var("PATH").unwrap());
    let typed = |arguments: &[&str]| {
        let outcome = crate::support::run(desk.command(arguments).env("PATH", &path), "");
        let asked = std::fs::read_to_string(desk.path("asked")).unwrap_or_default();
        std::fs::remove_file(desk.path("asked")).ok();
        (outcome, asked)
    };
    let (outcome, asked) = typed(&["gc", "--policy", "p", "--dvc"]);
    assert_eq!((outcome.code, asked.as_str()), (Some(0), "gc\n--workspace\n--all-commits\n--cloud\n-r x\n--dry\n"));
    assert_eq!(outcome.stderr, "done by dvc\n", "stdout is this command's own");
    let (outcome, asked) = typed(&["gc", "--policy", "p", "--dvc", "--apply", "--force", "--json"]);
    assert_eq!((outcome.code, asked.as_str()), (Some(0), "gc\n--workspace\n--all-commits\n--cloud\n-r x\n--force\n"));
    assert!(serde_json::from_str::<Value>(&outcome.stdout).is_ok());
    assert_eq!(typed(&["gc", "--policy", "p", "--no-dvc"]).1, "");
    let (outcome, _) = typed(&["gc", "--dvc"]);
    assert!(outcome.code == Some(64) && outcome.stderr.contains("no policy whose flags"), "{}", outcome.stderr);
}

#[test]
fn policies_of_m3_are_taken_in() {
    let desk = desk();
    let before = std::fs::read_to_string(desk.store().join("keepstone.toml")).unwrap();
    desk.write(
        "gc_policies.yaml",
        "\
policies:
  - name: production
    description: \"Only what \\\"counts\\\"\"
    keep_min_age_days: 60
    keep_max_count: null
    keep_min_count: 10
    keep_pinned: true
    keep_with_descendants: true
    keep_ancestors_of_pinned: false
    keep_artifact_types: [model, touchstone]
    keep_roles: [final_output, root_input]
    space_budget_bytes: 100.0e9
    dvc_gc_flags: [\"--workspace\"]
  - name: p
    keep_min_count: 3
  - name: \"../x\"
  - name: negative
    keep_min_age_days: -1
settings:
  default_policy: production
  run_dvc_gc_default: true
  warn_threshold_bytes: 40000000000
",
    );
    let dry = desk.typed(&["import", "m3-policies", "gc_policies.yaml", "--dry-run"]);
    assert_eq!(dry.code, Some(1), "{}", dry.stderr);
    assert_eq!(std::fs::read_to_string(desk.store().join("keepstone.toml")).unwrap(), before);
    let done = desk.typed(&["import", "m3-policies", "gc_policies.yaml"]);
    assert_eq!(done.code, Some(1), "{}", done.stderr);
    for line in [
        "policy production: imported\n",
        "  keep_min_age_days = 60 became the same\n",
        "  keep_max_count = null became nothing: it says nothing\n",
        "  keep_artifact_types = [\"model\",\"touchstone\"] became keep_types\n",
        "  keep_pinned = true became nothing: it holds for every policy here\n",
        "policy p: left out: keepstone.toml has another policy of this name\n",
        "policy ../x: left out: \"../x\" is no name of a policy",
        "policy negative: left out: ",
        "settings.default_policy = \"production\" became default_policy\n",
        "settings.run_dvc_gc_default = true became nothing: DVC is asked with `keepstone gc --dvc` alone\n",
    ] {
        assert!(done.stdout.contains(line), "{line}{}", done.stdout);
    }
    let listed = desk.json("list_policies", &["gc", "--list-policies", "--json"]);
    assert_eq!(listed["defaultPolicy"], "production");
    let policies = listed["policies"].as_array().unwrap();
    let production = policies.iter().find(|one| one["policy"] == "production").unwrap();
    assert_eq!(
        *production,
        json!({
            "policy": "production", "description": "Only what \"counts\"", "isDefault": true, "keepMinAgeDays": 60, "keepMinCount": 10,
            "keepTypes": ["model", "touchstone"], "keepRoles": ["final_output", "root_input"], "keepWithDescendants": true,
            "keepAncestorsOfPinned": false, "spaceBudgetBytes": 100_000_000_000_u64, "dvcGcFlags": ["--workspace"],
        })
    );
    assert!(policies.iter().all(|one| one["policy"] != "negative"));
    let text = std::fs::read_to_string(desk.store().join("keepstone.toml")).unwrap();
    assert!(text.contains(&before), "what people wrote stays as it is");
    let again = desk.typed(&["import", "m3-policies", "gc_policies.yaml"]);
    assert!(
        again.stdout.contains("policy production: is there already\n") && again.stdout.contains("stays as it is\n"),
        "{}",
        again.stdout
    );
    desk.write("other.yaml", "retention: {}\n");
    let refused = desk.typed(&["import", "m3-policies", "other.yaml"]);
    assert!(refused.code == Some(2) && refused.stderr.contains("it has no list `policies`"), "{}", refused.stderr);
    desk.write("broken.yaml", "policies:\n  - {name: [\n");
    let refused = desk.typed(&["import", "m3-policies", "broken.yaml"]);
    assert!(refused.code == Some(2) && refused.stderr.contains("line "), "{}", refused.stderr);
}
