//! Help, wrong usage, and commands without a store.

use super::Desk;

const COMMANDS: [&str; 47] = [
    "publish",
    "list",
    "search",
    "show",
    "find",
    "cat",
    "export",
    "lineage",
    "downstream",
    "related",
    "compare",
    "audit",
    "verify",
    "supersede",
    "update",
    "tag",
    "archive",
    "unarchive",
    "alias",
    "gc",
    "pin",
    "unpin",
    "pins",
    "delete",
    "restore",
    "trash",
    "purge",
    "run",
    "runs",
    "scan",
    "compact",
    "expand",
    "stats",
    "dataset",
    "types",
    "events",
    "status",
    "import",
    "bundle",
    "backup",
    "rebuild",
    "serve",
    "exec",
    "call",
    "schema",
    "init",
    "completions",
];

#[test]
fn every_command_has_help_with_examples() {
    let desk = Desk::new();
    let help = desk.says(&["--help"]);
    assert_eq!(help, desk.says(&["help"]));
    for command in COMMANDS {
        assert!(help.lines().any(|line| line.trim_start().starts_with(&format!("{command} "))), "{command}\n{help}");
        let own = desk.says(&[command, "--help"]);
        assert_eq!(own, desk.says(&["help", command]));
        let example = format!("keepstone {command}");
        let examples = own.split("\nExample").nth(1).unwrap_or_else(|| panic!("{command}\n{own}"));
        assert!(examples.contains(&example), "{command}\n{own}");
        for nested in own.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty()) {
            let nested = nested.split_whitespace().next().unwrap();
            let own = desk.says(&["help", command, nested]);
            let examples = own.split("\nExample").nth(1);
            let example = format!("keepstone {command} {nested}");
            assert!(nested == "help" || examples.is_some_and(|text| text.contains(&example)), "{example}\n{own}");
        }
    }
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    assert_eq!(listed.count(), COMMANDS.len() + 1, "help is one more\n{help}");
}

#[test]
fn wrong_usage_is_64_and_says_what_is_right() {
    let desk = Desk::new();
    for (arguments, words) in [
        (&[][..], "Usage: keepstone"),
        (&["lst"], "similar subcommands exist: 'ls', 'list'"),
        (&["list", "--jsn"], "similar argument exists: '--json'"),
        (&["list", "--limit", "0"], "0 is not in 1..=10000"),
        (&["list", "--status", "gone"], "active, superseded, deleted"),
        (&["show"], "<REF>"),
        (&["publish"], "<PATH>..."),
        (&["publish", "a", "--git", "--no-git"], "cannot be used with"),
        (&["publish", "a", "--tag", "=x"], "a tag needs a name"),
        (&["publish", "a", "--param", "x"], "NAME=VALUE"),
        (&["publish", "a", "b", "--key", "k"], "hint: publish the paths one by one"),
        (&["call", "nope"], "there is no method \"nope\""),
        (&["call", "get_artifakt"], "hint: did you mean get_artifact?"),
        (&["call", "list_artifacts", "{"], "the params are no JSON"),
        (&["call", "list_artifacts", "{\"x\": 1}"], "there is no parameter \"x\""),
        (&["schema", "nope"], "there is no method \"nope\""),
        (&["completions", "dos"], "bash"),
    ] {
        let (code, complaint) = desk.fails(arguments);
        assert!(code == 64 && complaint.contains(words), "{arguments:?}: {code} {complaint}");
    }
    std::fs::write(desk.path("a"), "a").unwrap();
    let (code, complaint) = desk.fails(&["publish", "a", "--type", "no type"]);
    assert!(code == 64 && complaint.starts_with("error: artifactType: \"no type\""), "{complaint}");
    assert!(!desk.store().exists());
}

#[test]
fn without_a_store_the_way_to_one_is_named() {
    let desk = Desk::new();
    for arguments in [
        &["list"][..],
        &["show", "a"],
        &["find", "a", "b"],
        &["cat", "a"],
        &["lineage", "a"],
        &["downstream", "a"],
        &["supersede", "a", "--by", "b"],
        &["types"],
        &["events"],
        &["status"],
        &["backup"],
    ] {
        let (code, complaint) = desk.fails(arguments);
        assert!(
            code == 1 && complaint.starts_with("error: ") && complaint.contains("hint: "),
            "{arguments:?}: {complaint}"
        );
        assert!(complaint.contains("keepstone init"), "{arguments:?}: {complaint}");
        assert!(!desk.store().exists(), "{arguments:?}");
    }
    let (code, complaint) = desk.fails(&["backup", "--restore"]);
    assert!(code == 1 && complaint.starts_with("error: no backup was found in "), "{complaint}");
    let outcome = desk.typed(&["status", "--json"]);
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stdout.starts_with("{\"available\":false,"), "{}", outcome.stdout);
    desk.says(&["init"]);
    assert_eq!(desk.says(&["list"]), "0 artifacts, 0 B\n");
    assert_eq!(desk.says(&["events"]), "0 events\n");
    assert_eq!(desk.says(&["list", "--json"]), "[]\n");
}

#[test]
fn shells_complete_every_command() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = desk.says(&["completions", shell]);
        assert!(COMMANDS.iter().all(|command| script.contains(command)), "{shell}");
    }
}
