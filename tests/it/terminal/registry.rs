//! Searching, curating and naming.

use serde_json::json;

use super::{Desk, long_ago};

fn four() -> Desk {
    let desk = Desk::new();
    desk.text("a", &["--type", "rain", "--key", "november", "--title", "Late autumn", "--tag", "station=sea"]);
    desk.text("b", &["--type", "rain", "--key", "november", "--tag", "station=pdx", "--param", "grid={\"bins\":24}"]);
    let snow = json!({"artifactType": "Snow", "artifactId": "c", "tags": ["draft"], "title": "Autumn snow", "source": "gauge",
        "createdAt": long_ago(), "content": {"encoding": "utf8", "data": "c"}});
    desk.says(&["call", "publish_artifact", &snow.to_string()]);
    desk.text("d", &["--type", "note"]);
    desk
}

/// The ids in a table, in its order, and what stands behind it.
fn shown(text: &str) -> (String, String) {
    let lines: Vec<&str> = text.lines().collect();
    let end = lines.iter().position(|line| line.contains(" artifact")).unwrap();
    let ids: Vec<&str> = lines[..end].iter().skip(1).filter_map(|line| line.split_whitespace().next()).collect();
    (ids.join(" "), lines[end..].join("\n"))
}

#[test]
fn titles_are_shown_where_there_are_any() {
    let desk = four();
    for command in ["list", "search"] {
        let all = desk.says(&[command]);
        assert!(all.lines().next().unwrap().contains("TITLE") && all.contains("Late autumn"), "{all}");
        let none = desk.says(&[command, "--type", "note"]);
        assert!(!none.contains("TITLE"), "{none}");
    }
}

#[test]
fn artifacts_are_searched_by_words_and_options() {
    let desk = four();
    for (arguments, ids) in [
        (&[][..], "d c b a"),
        (&["autumn"], "c a"),
        (&["autumn", "late"], "a"),
        (&["\"late autumn\""], "a"),
        (&["autumn", "NOT", "draft"], "a"),
        (&["(autumn OR pdx)", "--type", "RAIN"], "b a"),
        (&["--tag", "draft"], "c"),
        (&["--any-tag", "station=sea", "--any-tag", "station=pdx"], "b a"),
        (&["--param", "grid.bins=24"], "b"),
        (&["--param", "grid.bins=20..30"], "b"),
        (&["--param", "grid.bins=..23"], ""),
        (&["--source", "gauge"], "c"),
        (&["--since", "6d", "--until", "5d"], "d c b a"),
        (&["--min-size", "2"], ""),
        (&["--sort", "type"], "c d a b"),
        (&["--sort", "title", "--order", "desc"], "a c d b"),
        (&["autumn", "--sort", "relevance"], "c a"),
        (&["--offset", "3"], "a"),
    ] {
        let arguments = [&["search"], arguments].concat();
        let text = desk.says(&arguments);
        let ids_shown = if text.starts_with("0 artifacts") { String::new() } else { shown(&text).0 };
        assert_eq!(ids_shown, ids, "{arguments:?}\n{text}");
    }
    let (ids, rest) = shown(&desk.says(&["search", "--limit", "2"]));
    assert_eq!(ids, "d c");
    let cursor = rest.strip_prefix("2 artifacts, 2 B, of 4 artifacts\nThe next: --cursor ").unwrap();
    assert_eq!(shown(&desk.says(&["search", "--limit", "2", "--cursor", cursor])).0, "b a");
    let (_, rest) = shown(&desk.says(&["search", "--limit", "4", "--facet", "tag", "--facet", "type"]));
    assert_eq!(
        rest,
        "\
4 artifacts, 4 B

TYPE  ARTIFACTS
rain          2
Snow          1
note          1

TAG          ARTIFACTS
draft                1
station=pdx          1
station=sea          1"
    );
    let found = desk.json("search_artifacts", &["search", "autumn", "--json"]);
    assert_eq!((&found["total"], &found["artifacts"][0]["artifactId"]), (&json!(2), &json!("c")));
    for (arguments, words) in [
        (&["search", "(rain"][..], "error: query: a parenthesis is not closed\nhint: write words"),
        (&["search", "--sort", "relevance"], "error: sort: relevance is of words"),
        (&["search", "--cursor", "x"], "error: cursor: it is none that this search gave"),
        (&["search", "--facet", "size"], "error: facets[0]"),
        (&["search", "--sort", "age"], "possible values: created, updated, title, size, type, relevance"),
        (&["search", "--archived", "--only-archived"], "cannot be used with"),
    ] {
        let (code, complaint) = desk.fails(arguments);
        assert!(code == 64 && complaint.contains(words), "{arguments:?}: {code} {complaint}");
    }
}

#[test]
fn artifacts_are_updated_tagged_and_archived() {
    let desk = four();
    assert_eq!(
        desk.says(&["update", "rain:november@v1", "--title", "Rain", "--tag", "seen=yes", "--untag", "station"]),
        "rain:november@v1 (a) is changed, revision 2\n"
    );
    assert_eq!(desk.says(&["update", "a", "--title", "Rain"]), "rain:november@v1 (a) was so already, revision 2\n");
    let updated = desk.json("update_artifact", &["update", "a", "--title", "", "--description", "wet", "--json"]);
    assert_eq!(updated["artifact"]["title"], json!(null));
    assert_eq!(
        (&updated["artifact"]["description"], &updated["artifact"]["tags"]),
        (&json!("wet"), &json!({"seen": "yes"}))
    );
    let (code, complaint) = desk.fails(&["update", "a", "--title", "x", "--revision", "2"]);
    assert!(code == 1 && complaint.starts_with("error: artifact a has revision 3, not 2"), "{complaint}");
    assert_eq!(
        desk.says(&["tag", "a", "b", "--add", "seen=yes", "--remove", "station"]),
        "tagged  rain:november@v1 (a)\ntagged  rain:november@v2 (b)\n1 artifact was so already\n"
    );
    assert_eq!(
        desk.says(&["archive", "a", "rain:november@v2"]),
        "archived  rain:november@v1 (a)\narchived  rain:november@v2 (b)\n"
    );
    assert_eq!(shown(&desk.says(&["search"])).0, "d c");
    assert_eq!(shown(&desk.says(&["search", "--only-archived"])).0, "b a");
    assert_eq!(shown(&desk.says(&["search", "--archived"])).0, "d c b a");
    assert!(desk.says(&["list"]).contains("archived"));
    let brought = desk.json("bulk_update", &["unarchive", "b", "--json"]);
    assert_eq!((&brought["success"], &brought["changed"]), (&json!(true), &json!(1)));
    assert_eq!(shown(&desk.says(&["search"])).0, "d c b");
    for arguments in [&["update", "a"][..], &["tag", "a"], &["archive"], &["tag", "--add", "x"]] {
        assert_eq!(desk.fails(arguments).0, 64, "{arguments:?}");
    }
    assert_eq!(desk.fails(&["archive", "a", "nope"]).0, 1);
}

#[test]
fn aliases_are_set_listed_taken_and_understood() {
    let desk = four();
    assert_eq!(desk.says(&["alias", "set", "rain:november@v1", "best"]), "rain:november@best is v1 (a)\n");
    assert_eq!(desk.says(&["cat", "rain:november@best"]), "a");
    let set = desk.json("set_alias", &["alias", "set", "b", "best", "--json"]);
    assert_eq!(set["previousArtifactId"], "a");
    assert!(desk.says(&["show", "rain:november@best"]).starts_with("rain:november@v2\n"));
    let listed = desk.says(&["alias", "list"]);
    assert!(listed.contains("rain:november@best") && listed.ends_with("\n1 alias\n"), "{listed}");
    assert_eq!(desk.says(&["alias", "ls", "--type", "Snow"]), "0 aliases\n");
    assert_eq!(desk.json("list_aliases", &["alias", "list", "--key", "november", "--json"])[0]["version"], 2);
    assert_eq!(desk.says(&["alias", "remove", "rain:november@best"]), "rain:november@best is no longer v2 (b)\n");
    let (code, complaint) = desk.fails(&["show", "rain:november@best"]);
    assert!(
        code == 1 && complaint.starts_with("error: \"rain:november\" has no alias best\nhint: set one"),
        "{complaint}"
    );
    for (arguments, code) in [
        (&["alias", "remove", "rain:november"][..], 64),
        (&["alias", "remove", "a"], 64),
        (&["alias", "remove", "rain:november@best"], 1),
        (&["alias", "set", "a", "v7"], 64),
        (&["alias"], 64),
    ] {
        assert_eq!(desk.fails(arguments).0, code, "{arguments:?}");
    }
}
