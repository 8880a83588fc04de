//! Compact Markdown reads the same, and is compact.

use proptest::prelude::*;

use super::markdown::{Compact, compact};
use super::settings::Markdown;

fn made(text: &str) -> Compact {
    compact(text, &Markdown::default()).expect("it can be compacted")
}

#[test]
fn empty_sections_go_and_full_ones_stay() {
    let text =
        "# Report\n\n## Empty One\n\n## Section With Content\n\nText.\n\n### Subsection\n\nMore.\n\n## Empty Two\n\n";
    let made = made(text);
    assert_eq!(made.text, "# Report\n\n## Section With Content\n\nText.\n\n### Subsection\n\nMore.\n");
    assert_eq!((made.sections, made.removed, made.rewritten), (5, 2, 0));
    assert!(made.text.len() < text.len());
}

#[test]
fn a_title_with_full_sections_below_is_not_empty() {
    let text = "# Title\n## Parent\n### Child\ntext\n";
    assert_eq!(made(text).text, text);
    assert_eq!(made("# Title\n## Parent\n### Child\n# Next\ntext\n").text, "# Next\ntext\n");
    // A level that was jumped over is no reason to lose what holds it.
    assert_eq!(made("# A\n### B\n## C\ntext\n").text, "# A\n\n## C\ntext\n");
}

#[test]
fn headers_get_one_form() {
    assert_eq!(made("#    Title   \n\nx\n\n##Compact Header\n\ny\n").text, "# Title\n\nx\n\n## Compact Header\n\ny\n");
    for (header, canonical) in [
        ("#\tTab", "# Tab"),
        ("##  Closed ##", "## Closed"),
        ("# C#", "# C#"),
        ("# C #", "# C"),
        ("# Not closed \\#", "# Not closed \\#"),
        ("   ### Indented", "### Indented"),
        ("######  Six", "###### Six"),
    ] {
        let (text, wanted) = (format!("{header}\r\nx\r\n"), format!("{canonical}\r\nx\r\n"));
        assert_eq!(made(&text).text, wanted);
    }
}

#[test]
fn what_looks_like_a_header_and_is_none_stays() {
    for text in [
        "# A\n\n#hashtag and #1\n",
        "# A\n\n####### seven\n",
        "# A\n\n    ##  code\n",
        "# A\n\n`` a\n##b ``\n",
        "# A\n\n```\n##  code\n\n\n##b\n```\n",
        "# A\n\n- ```\n  ##  code\n  ```\n",
        "# A\n\n> ##  quoted\n> ##b\n",
        "# A\n\n<pre>\n##  raw\n\n\n##b\n</pre>\n",
        "# A\n\n<!--\n\n\n##  raw\n-->\n",
        "##glued before the first header\n\n# A\n\nx\n",
        "---\n##  yaml: 1\n---\n\n# A\n\nx\n",
    ] {
        assert_eq!(made(text).text, text);
    }
}

#[test]
fn text_before_the_first_header_is_left_alone() {
    let text = "One line.  \n\n\n\nTwo   lines.\t\n\n\n#  A\n\n\n\nx\n";
    assert_eq!(made(text).text, "One line.  \n\n\n\nTwo   lines.\t\n\n\n# A\n\nx\n");
    for text in ["", "\n\n\n", "no header\n\n\nat all  \n\n\n"] {
        assert_eq!(made(text).text, text);
    }
}

#[test]
fn a_text_of_headers_alone_keeps_its_title() {
    assert_eq!(made("# Title\n\n## One\n\n## Two\n").text, "# Title\n");
    assert_eq!(made("Text.\n\n# One\n\n## Two\n").text, "Text.\n\n");
}

#[test]
fn settings_turn_parts_off() {
    let text = "#   A\n\n\n\nx\n\n## Empty\n";
    let with = |remove_empty_sections, canonical_headers| {
        let settings = Markdown { remove_empty_sections, canonical_headers, ..Markdown::default() };
        compact(text, &settings).unwrap().text
    };
    assert_eq!(with(true, false), "#   A\n\nx\n");
    assert_eq!(with(false, true), "# A\n\nx\n\n## Empty\n");
    assert_eq!(with(false, false), "#   A\n\nx\n\n## Empty\n");
}

/// Pieces that stand at the start of a line, from which texts are made.
const PIECES: &[&str] = &[
    "# One\n",
    "##  Two  \n",
    "##Glued\n",
    "###\n",
    "#### Four ####\n",
    "Setext\n===\n",
    "Other\n---\n",
    "\n",
    "\n\n",
    "\n\n\n",
    " \t\n",
    "text\n",
    "text with a break  \nand more\n",
    "text \\\nmore\n",
    "text",
    "```\n# code\n\n\n##x\n```\n",
    "~~~~ sh\n# code\n",
    "~~~~\n",
    "    # indented\n\n\n    code\n",
    "- item\n",
    "  - nested\n\n\n    deep\n",
    "  ## in a list\n",
    "1. one\n\n\n2. two\n",
    "> quote\n> ##  header\n",
    ">\n",
    "<div>\n#   raw\n\n",
    "<pre>\n",
    "</pre>\n",
    "<!-- \n",
    "-->\n",
    "| a | b |\n|---|---|\n| 1 |  2 |\n",
    "[x]: http://e  \"t\"\n",
    "[x] [^1]\n",
    "[^1]: note\n\n    more\n",
    "***\n",
    "---\n",
    "+++\n",
    "- [ ] task\n",
    "`a\n##b`\n",
    "<b\n##c>\n",
    "# One\r\n",
    "\r\n",
    "text\r\n",
    "\t# tab\n",
    "   ##   three\n",
    "ü\u{a0}\n",
    "\u{a0}\n",
    "\\\n",
    "# \\\n",
    "#\n",
    "* \n",
    "-\n",
    "==\n",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn compacting_twice_is_compacting_once(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..14)) {
        let text = pieces.concat();
        if let Some(once) = compact(&text, &Markdown::default()) {
            let twice = compact(&once.text, &Markdown::default());
            prop_assert_eq!(twice.map(|twice| twice.text), Some(once.text.clone()), "{:?}", text);
            prop_assert!(once.text.len() <= text.len() + once.rewritten as usize, "{:?}", text);
        }
    }

    #[test]
    fn no_line_is_lost_but_headers(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..14)) {
        // Without underlines, which would make headers of lines before them.
        let underlined = |piece: &&&str| piece.contains("==") || ["-\n", "---\n", "Other\n---\n"].contains(piece);
        let text: String = pieces.iter().filter(|piece| !underlined(piece)).copied().collect();
        if let Some(made) = compact(&text, &Markdown::default()) {
            let lines = |text: &str| -> Vec<String> {
                let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
                lines.map(str::to_owned).collect()
            };
            prop_assert_eq!(lines(&made.text), lines(&text));
        }
    }
}
