//! What only a terminal gets: colours, cut cells, bars; and what no artifact may do to it.

use std::process::Command;

use super::{Desk, long_ago};
use crate::support::{Outcome, run};

const HOSTILE: &str = "a\u{1b}[31mred\u{1b}[0m\nb\tc\u{7}\u{9b}2J\u{202e}gnp.\u{2066}";
const SHOWN: &str = r"a\u{1b}[31mred\u{1b}[0m\nb\tc\u{7}\u{9b}2J\u{202e}gnp.\u{2066}";

/// What a title and the key of a tag may hold of it.
const TURNED: &str = "a\u{202e}gnp.\u{2066}";

/// Types a line of shell at a terminal of so many columns; what the terminal got is in stdout.
fn at_terminal(desk: &Desk, columns: u32, variables: &str, line: &str) -> Outcome {
    let binary = env!("CARGO_BIN_EXE_keepstone");
    let line = line.replace("keepstone", binary);
    let mut prepared = Command::new("script");
    let own = desk.command::<&str>(&[]);
    own.get_envs().for_each(|(name, value)| {
        match value {
            Some(value) => prepared.env(name, value),
            None => prepared.env_remove(name),
        };
    });
    let typed = format!("stty cols {columns} rows 50; env TERM=xterm {variables} {line}");
    prepared.args(["-qec", &typed, "/dev/null"]).current_dir(desk.folder.path()).env("SHELL", "/bin/sh");
    run(&mut prepared, "")
}

#[test]
fn hostile_names_are_shown_and_not_obeyed() {
    let desk = Desk::new();
    desk.write("a.txt", "a");
    let ago = long_ago();
    let publish = [
        "publish",
        "a.txt",
        "--id",
        "a",
        "--type",
        "t",
        "--key",
        HOSTILE,
        "--title",
        TURNED,
        "--description",
        HOSTILE,
        "--tag",
        &format!("{TURNED}={HOSTILE}"),
        "--role",
        HOSTILE,
        "--param",
        &format!("p={HOSTILE}"),
        "--writer",
        HOSTILE,
        "--created-at",
        &ago,
    ];
    assert_eq!(desk.says(&publish), format!("published  a  t:{SHOWN}@v1  1 B\n"));
    let harmless =
        |text: &str| text.chars().all(|letter| letter == '\n' || !letter.is_control() && letter != '\u{202e}');
    for arguments in [&["list"][..], &["show", "a", "--files"], &["lineage", "a"], &["find", "a.txt"], &["events"]] {
        let text = desk.says(arguments);
        assert!(harmless(&text) && text.contains(SHOWN.split(r"\nb").next().unwrap()), "{text}");
    }
    assert_eq!(desk.says(&["list"]).lines().count(), 3);
    // By its key it is found again, letter for letter.
    let artifact = desk.json("get_artifact", &["show", &format!("t:{HOSTILE}"), "--json"]);
    assert_eq!(artifact["logicalKey"], HOSTILE);
    let (_, complaint) = desk.fails(&["show", &format!("none:{HOSTILE}")]);
    assert!(harmless(&complaint), "{complaint}");
    for name in ["1", "2"] {
        desk.text(&format!("b{name}"), &["--type", "t", "--key", HOSTILE]);
    }
    let (_, candidates) = desk.fails(&["show", "b"]);
    assert!(harmless(&candidates) && candidates.lines().count() == 4, "{candidates}");
    // JSON for people is JSON still.
    let json = at_terminal(&desk, 80, "", "keepstone show a --json").stdout.replace("\r\n", "\n");
    assert!(harmless(&json), "{json}");
    assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap(), artifact);
}

#[test]
fn wide_letters_stand_in_line() {
    let desk = Desk::new();
    for (id, key) in [("a", "雨量"), ("b", "e\u{301}te\u{301}"), ("c", "été"), ("d", "plain")] {
        desk.text(id, &["--key", key]);
    }
    assert_eq!(
        desk.says(&["list"]),
        "\
ID  TYPE  KEY    VERSION  SIZE  AGE
d   file  plain       v1   1 B  5 d
c   file  été         v1   1 B  5 d
b   file  e\u{301}te\u{301}         v1   1 B  5 d
a   file  雨量        v1   1 B  5 d
4 artifacts, 4 B
"
    );
}

#[test]
fn colours_are_for_terminals_that_want_them() {
    let desk = Desk::new();
    desk.text("rain-1", &[]);
    desk.text("rain-2", &["--input", "rain-1"]);
    for line in ["keepstone list", "keepstone show rain-1", "keepstone lineage rain-2", "keepstone publish tmp"] {
        std::fs::write(desk.path("tmp/x"), "x").unwrap();
        let painted = at_terminal(&desk, 200, "", line);
        assert!(painted.code == Some(0) && painted.stdout.contains("\x1b["), "{line}: {:?}", painted.stdout);
        for variables in ["NO_COLOR=1", "TERM=dumb"] {
            let plain = at_terminal(&desk, 200, variables, line);
            assert!(plain.code == Some(0) && !plain.stdout.contains('\x1b'), "{line}: {:?}", plain.stdout);
        }
        let piped = at_terminal(&desk, 200, "", &format!("{line} | cat"));
        assert!(!piped.stdout.contains('\x1b'), "{line}: {:?}", piped.stdout);
    }
    assert!(at_terminal(&desk, 200, "NO_COLOR=", "keepstone list").stdout.contains("\x1b[36mrain-1\x1b[0m"));
}

#[test]
fn cells_are_cut_on_a_narrow_terminal_alone() {
    let desk = Desk::new();
    let long = "november-".repeat(20);
    desk.text("rain-1", &["--key", &long, "--tag", &format!("station={long}")]);
    let narrow = at_terminal(&desk, 70, "NO_COLOR=1", "keepstone list").stdout;
    assert!(narrow.contains('…') && !narrow.contains(&long), "{narrow}");
    assert!(narrow.lines().all(|line| line.trim_end().chars().count() <= 70), "{narrow}");
    let piped = at_terminal(&desk, 70, "", "keepstone list | cat").stdout;
    assert!(piped.contains(&long) && !piped.contains('…'), "{piped}");
}

#[test]
fn a_terminal_is_not_sent_what_it_would_obey() {
    let desk = Desk::new();
    desk.piped(&["publish", "-", "--key", "text"], "plain\ttext\r\nété\n");
    desk.piped(&["publish", "-", "--key", "tricks"], HOSTILE);
    desk.piped(&["publish", "-", "--key", "bytes"], vec![0xff, 0xfe]);
    assert!(at_terminal(&desk, 80, "", "keepstone cat file:text").stdout.contains("été"));
    for key in ["tricks", "bytes"] {
        let refused = at_terminal(&desk, 80, "", &format!("keepstone cat file:{key}"));
        assert_eq!(refused.code, Some(1));
        assert!(refused.stdout.starts_with("\x1b[1;31merror:\x1b[0m this is no plain text"), "{:?}", refused.stdout);
        assert_eq!(at_terminal(&desk, 80, "", &format!("keepstone cat file:{key} | wc -c")).code, Some(0));
    }
}

#[test]
fn long_work_shows_a_bar_on_a_terminal_and_short_work_none() {
    let desk = Desk::new();
    desk.write("large.bin", vec![7; 32_000_000]);
    desk.write("small.bin", vec![7; 1000]);
    let bar = |outcome: &Outcome| outcome.stdout.contains("of 32.0 MB");
    let shown = at_terminal(&desk, 100, "", "keepstone publish large.bin --key a");
    assert!(shown.code == Some(0) && bar(&shown), "{:?}", shown.stdout);
    assert!(shown.stdout.contains("large.bin ") && shown.stdout.contains("file:a@v1"), "{:?}", shown.stdout);
    let small = at_terminal(&desk, 100, "NO_COLOR=1", "keepstone publish small.bin");
    assert!(!small.stdout.contains('\x1b') && !small.stdout.contains('━'), "{:?}", small.stdout);
    std::fs::write(desk.path("large.bin"), vec![8; 32_000_000]).unwrap();
    let quiet = desk.typed(&["publish", "large.bin"]);
    assert_eq!((quiet.code, quiet.stderr.as_str()), (Some(0), ""));
}
