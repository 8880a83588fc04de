//! Naming one artifact, and finding several.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use serde_json::json;

use super::Desk;

#[test]
fn generated_ids_are_shown_and_taken_by_their_last_8_digits() {
    let desk = Desk::new();
    let published = desk.piped(&["publish", "-", "--key", "k"], "hello");
    let short = published.split_whitespace().nth(1).unwrap();
    assert_eq!(published, format!("published  {short}  file:k@v1  5 B\n"));
    assert_eq!(short.len(), 8);
    let listed = desk.says(&["list"]);
    assert!(listed.contains(&format!("\n{short}  file  k")), "{listed}");
    let artifact = desk.json("get_artifact", &["show", short, "--json"]);
    assert!(artifact["artifactId"].as_str().unwrap().ends_with(&format!("-{short}")));
    // Two with the same digits are shown whole.
    for stamp in ["20260301T093000", "20260302T093000"] {
        desk.text(&format!("art-{stamp}-5f2c81d4"), &[]);
    }
    let listed = desk.says(&["list"]);
    assert!(listed.contains("\nart-20260301T093000-5f2c81d4  file"), "{listed}");
    assert!(listed.contains(&format!("\n{short}  ")), "{listed}");
}

#[test]
fn an_ambiguous_reference_is_answered_with_the_candidates() {
    let desk = Desk::new();
    for name in ["rain-1", "rain-2"] {
        desk.text(name, &["--type", "rain", "--key", name]);
    }
    assert_eq!(
        desk.fails(&["show", "ra"]),
        (
            1,
            "\
error: \"ra\" could mean 2 artifacts
  rain-2  rain:rain-2@v1
  rain-1  rain:rain-1@v1
hint: write more of the id that is meant
"
            .into()
        )
    );
    let (code, complaint) = desk.fails(&["cat", "rain:november"]);
    assert_eq!(code, 1);
    assert_eq!(
        complaint,
        "\
error: artifact \"rain:november\" was not found: nothing has this type and key
hint: a reference is written type:key, type:key@v3, type:key@alias, or as an id
"
    );
    // Nothing is published from an input that is not known.
    desk.write("a.txt", "a");
    let (code, complaint) = desk.fails(&["publish", "a.txt", "--input", "snow"]);
    assert!(code == 1 && complaint.starts_with("error: artifact \"snow\" was not found\nhint: "), "{complaint}");
    assert_eq!(desk.json("list_artifacts", &["list", "--json"]).as_array().unwrap().len(), 2);
}

#[test]
fn lists_are_filtered_and_say_when_they_are_cut() {
    let desk = Desk::new();
    desk.text("a", &["--type", "rain", "--tag", "station=sea", "--tag", "draft", "--run", "r", "--role", "final"]);
    desk.text("b", &["--type", "rain", "--tag", "station=pdx"]);
    desk.text("c", &["--type", "snow"]);
    desk.says(&["supersede", "b", "--by", "a"]);
    let shown = |options: &[&str]| {
        let text = desk.says(&[&["list"], options].concat());
        if text == "0 artifacts, 0 B\n" {
            return String::new();
        }
        let mut ids: Vec<&str> = text.lines().skip(1).filter_map(|line| line.split_whitespace().next()).collect();
        assert_eq!(ids.pop(), Some(ids.len().to_string().as_str()), "{text}");
        ids.join(" ")
    };
    for (options, ids) in [
        (&["--type", "rain"][..], "b a"),
        (&["--status", "active"], "c a"),
        (&["--status", "superseded"], "b"),
        (&["--tag", "station=sea"], "a"),
        (&["--tag", "draft"], "a"),
        (&["--tag", "draft", "--tag", "station=pdx"], ""),
        (&["--run", "r"], "a"),
        (&["--role", "final"], "a"),
        (&["--since", "6d"], "c b a"),
        (&["--since", "5d"], ""),
        (&["--until", "5d"], "c b a"),
        (&["--since", "2020-01-01", "--until", "2020-01-02"], ""),
        (&["--status", "deleted"], ""),
    ] {
        assert_eq!(shown(options), ids, "{options:?}");
    }
    let cut = desk.says(&["list", "--limit", "2"]);
    assert!(cut.ends_with("\n2 artifacts, 2 B, and there are older ones: --limit shows more\n"), "{cut}");
    assert!(desk.says(&["list", "--limit", "3"]).ends_with("\n3 artifacts, 3 B\n"));
    assert_eq!(desk.json("list_artifacts", &["ls", "--limit", "2", "--json"]).as_array().unwrap().len(), 2);
    let (code, complaint) = desk.fails(&["list", "--since", "soon"]);
    assert_eq!(
        (code, complaint.as_str()),
        (
            64,
            "\
error: --since: \"soon\" is neither a moment nor how long ago one was
hint: write it as 2026-01-31, 2026-01-31T12:00:00Z, 30d, 2h or 15min
"
        )
    );
}

#[test]
fn files_hashes_and_spec_ids_are_looked_up() {
    let desk = Desk::new();
    desk.text("hello", &[]);
    let own = desk.write("copy of hello.txt", "hello");
    let hash = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    let prefixed = format!("sha256:{hash}");
    for what in [own.to_str().unwrap(), hash, &hash.to_uppercase(), &prefixed, "ftze3os7wcrq"] {
        let found = desk.json("find_by_hash", &["find", what, "--json"]);
        assert_eq!(found[0]["artifactId"], "hello", "{what}");
    }
    let odd = desk.path(OsStr::from_bytes(b"hell\xff.txt"));
    std::fs::write(&odd, "hello").unwrap();
    assert!(desk.says(&[OsStr::new("find"), odd.as_os_str()]).contains("\nhello  file"));
    desk.write("other.txt", "other");
    let (code, complaint) = desk.fails(&["find", "other.txt"]);
    assert_eq!((code, complaint.as_str()), (1, "error: no artifact of other.txt was found\n"));
    let outcome = desk.typed(&["find", "other.txt", "--json"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), "[]\n"));
    let (code, complaint) = desk.fails(&["find", "nope"]);
    assert_eq!(code, 1);
    assert!(complaint.starts_with("error: \"nope\" is neither a file nor a hash nor a spec id\nhint: "), "{complaint}");
    desk.text("other", &["--type", "t", "--key", "a:b"]);
    assert_eq!(desk.says(&["find", "t:a:b"]), desk.says(&["find", "t", "a:b"]));
    let (code, complaint) = desk.fails(&["find", "note", "none"]);
    assert_eq!((code, complaint.as_str()), (1, "error: no artifact of type note and key \"none\" was found\n"));
    let (code, complaint) = desk.fails(&["find", "tmp"]);
    assert!(code == 1 && complaint.starts_with("error: tmp is a folder\n"), "{complaint}");
}

#[test]
fn what_is_printed_for_programs_is_the_operations_result() {
    let desk = Desk::new();
    desk.text("a", &["--type", "note"]);
    let direct = |method: &str, params: serde_json::Value| {
        serde_json::from_str::<serde_json::Value>(&desk.says(&["call", method, &params.to_string()])).unwrap()
    };
    assert_eq!(desk.json("get_artifact", &["show", "a", "--json"]), direct("get_artifact", json!({"artifactId": "a"})));
    assert_eq!(desk.json("list_artifacts", &["list", "--json"]), direct("list_artifacts", json!({})));
    assert_eq!(
        desk.json("find_by_logical_key", &["find", "note", "a", "--json"]),
        direct("find_by_logical_key", json!({"artifactType": "note", "logicalKey": "a"}))
    );
    assert_eq!(desk.json("list_events", &["events", "--json"]), direct("list_events", json!({})));
}
