//! Text as Python has it: names, docstrings, the head of a module.

use std::fmt::Write;

use super::super::COMMAND;

/// Longest line of documentation.
const WIDTH: usize = 100;

/// Words that can't name a parameter or a field; they get `_` behind them.
const KEYWORDS: &[&str] = &[
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except",
    "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise",
    "return", "self", "try", "while", "with", "yield",
];

/// `artifactId` as Python spells it: `artifact_id`; a keyword gets `_` behind it.
pub(super) fn snake(name: &str) -> String {
    let mut result = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            result.push('_');
        }
        result.push(letter.to_ascii_lowercase());
    }
    if KEYWORDS.contains(&result.as_str()) {
        result.push('_');
    }
    result.replace('.', "_")
}

pub(super) fn head(about: &str) -> String {
    format!(
        "\"\"\"{about}\n\nGenerated from the code: `{}` makes it again.\n\"\"\"\n\nfrom __future__ import annotations\n",
        COMMAND
    )
}

/// The imports that a body needs.
pub(super) fn imports(text: &mut String, body: &str) {
    let among = |words: &[&'static str]| {
        words.iter().filter(|word| has_word(body, word)).copied().collect::<Vec<_>>().join(", ")
    };
    let collections = among(&["Mapping", "Sequence"]);
    if !collections.is_empty() {
        let _ = writeln!(text, "from collections.abc import {collections}");
    }
    if has_word(body, "dataclass") {
        text.push_str("from dataclasses import dataclass\n");
    }
    let typing =
        if has_word(body, "def") { "Any".to_owned() } else { among(&["Any", "Literal", "TypedDict", "Union"]) };
    if !typing.is_empty() {
        let _ = writeln!(text, "from typing import {typing}");
    }
    let own = among(&["OnProgress", "StrPath"]);
    if !own.is_empty() {
        let _ = writeln!(text, "\nfrom .._vocabulary import {own}");
    }
}

pub(super) fn has_word(text: &str, word: &str) -> bool {
    text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').any(|found| found == word)
}

/// The lines of a text, those of one paragraph joined: where they were broken suits another width.
fn reflowed(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.split('\n') {
        let goes_on = !line.trim().is_empty() && !line.starts_with([' ', '-', '|']);
        match lines.last_mut() {
            Some(last) if goes_on && !last.is_empty() && !last.starts_with(' ') => {
                last.push(' ');
                last.push_str(line);
            }
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

/// Adds a docstring, its lines broken where they get too long.
pub(super) fn docstring(text: &mut String, indent: usize, words: &str) {
    if words.is_empty() {
        return;
    }
    let pad = " ".repeat(indent);
    let words = words.replace('\\', "\\\\").replace("\"\"\"", "'''");
    let mut lines = Vec::new();
    for line in reflowed(&words) {
        let own = line.len() - line.trim_start().len();
        // What hangs below an argument stands further in.
        let hang = if own > 0 { " ".repeat(own + 4) } else { String::new() };
        let mut current = " ".repeat(own);
        let mut empty = true;
        for word in line.split_whitespace() {
            // The quotes in front of the first line count too.
            let quotes = if lines.is_empty() { 3 } else { 0 };
            if !empty && indent + quotes + current.chars().count() + 1 + word.chars().count() > WIDTH {
                lines.push(std::mem::replace(&mut current, hang.clone()));
                empty = true;
            }
            if !empty {
                current.push(' ');
            }
            current.push_str(word);
            empty = false;
        }
        lines.push(current.trim_end().to_owned());
    }
    if let [line] = lines.as_slice()
        && indent + line.chars().count() + 6 <= WIDTH
    {
        let quoted = if line.ends_with('"') { format!("{line} ") } else { line.clone() };
        let _ = writeln!(text, "{pad}\"\"\"{quoted}\"\"\"");
        return;
    }
    let _ = write!(text, "{pad}\"\"\"");
    for (at, line) in lines.iter().enumerate() {
        let pad = if at == 0 || line.is_empty() { "" } else { &pad };
        let _ = writeln!(text, "{pad}{line}");
    }
    let _ = writeln!(text, "{pad}\"\"\"");
}
