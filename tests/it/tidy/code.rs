//! Rust source taken apart as far as the rules need it: code without comments and literals, the literals, and the paths.

use std::ops::Range;

/// A source file.
pub(super) struct Code {
    /// As it stands.
    pub(super) text: String,
    /// The same length, with comments and the insides of literals as spaces.
    bare: String,
    /// The text of each string literal, and where it begins.
    literals: Vec<(usize, String)>,
    /// Modules that only tests see.
    tests: Vec<Range<usize>>,
}

impl Code {
    pub(super) fn new(text: &str) -> Self {
        let (bare, literals) = separate(text);
        let tests = test_modules(&bare);
        Self { text: text.to_owned(), bare, literals, tests }
    }

    fn line(&self, at: usize) -> usize {
        self.text[..at].bytes().filter(|byte| *byte == b'\n').count() + 1
    }

    fn in_tests(&self, at: usize) -> bool {
        self.tests.iter().any(|tests| tests.contains(&at))
    }

    /// String literals outside test modules.
    pub(super) fn literals(&self) -> impl Iterator<Item = (usize, &str)> {
        let outside = self.literals.iter().filter(|(at, _)| !self.in_tests(*at));
        outside.map(|(at, text)| (self.line(*at), text.as_str()))
    }

    /// Where any of these words stands in code outside test modules.
    pub(super) fn words(&self, words: &[&str], reason: &str) -> Vec<(usize, String)> {
        let mut faults = Vec::new();
        for word in words {
            for at in positions(&self.bare, word).filter(|at| !self.in_tests(*at)) {
                faults.push((self.line(at), format!("`{word}`: {reason}")));
            }
        }
        faults
    }

    /// The name of the operation that this file defines.
    pub(super) fn method(&self) -> Option<(usize, &str)> {
        let at = positions(&self.bare, "const METHOD: &'static str = ").next()?;
        let (literal, name) = self.literals.iter().find(|(start, _)| *start > at)?;
        Some((self.line(*literal), name))
    }

    /// Every path below a crate's name outside test modules, braces written out: `fs::File` for `std::{fs::File}`.
    pub(super) fn paths_from(&self, root: &str) -> Vec<(usize, String)> {
        let mut paths = Vec::new();
        for at in positions(&self.bare, root).filter(|at| !self.in_tests(*at)) {
            if let Some(rest) = after_colons(&self.bare, at + root.len()) {
                expand(&self.bare, rest, "", &mut paths);
            }
        }
        paths.into_iter().map(|(at, path)| (self.line(at), path)).collect()
    }

    /// The rooms that this file, tests included, takes from: by `crate::`, by `super::` beyond its own, in main by
    /// `keepstone::`.
    pub(super) fn imports(&self, path: &str) -> Vec<(usize, String)> {
        let mut paths = Vec::new();
        let root = if path == "src/main.rs" { "keepstone" } else { "crate" };
        for at in positions(&self.bare, root) {
            if let Some(rest) = after_colons(&self.bare, at + root.len()) {
                expand(&self.bare, rest, "", &mut paths);
            }
        }
        for at in positions(&self.bare, "super") {
            // Only the first of a chain counts.
            if self.bare[..at].trim_end().ends_with("::") {
                continue;
            }
            let mut depth = depth_of(path) + self.inline_modules(at);
            let mut after = at;
            while depth > 0 && self.bare[after..].starts_with("super") {
                let Some(rest) = after_colons(&self.bare, after + "super".len()) else { break };
                depth -= 1;
                after = rest;
            }
            if depth == 0 {
                expand(&self.bare, after, "", &mut paths);
            }
        }
        let room = |path: &str| path.split("::").next().unwrap_or_default().to_owned();
        let mut rooms: Vec<_> = paths.into_iter().map(|(at, path)| (self.line(at), room(&path))).collect();
        rooms.sort();
        rooms.dedup();
        rooms
    }

    /// How many `mod name {` are open at a place.
    fn inline_modules(&self, at: usize) -> usize {
        let mut open = Vec::new();
        for (brace, character) in self.bare[..at].char_indices() {
            match character {
                '{' => {
                    let before = self.bare[..brace].trim_end();
                    let name = before.trim_end_matches(is_word);
                    let keyword = name.trim_end();
                    open.push(name.len() < before.len() && ends_with_word(keyword, "mod"));
                }
                '}' => {
                    open.pop();
                }
                _ => {}
            }
        }
        open.into_iter().filter(|module| *module).count()
    }
}

/// Whether a word stands in a text by itself, not as part of a longer one.
pub(super) fn has_word(text: &str, word: &str) -> bool {
    positions(text, word).next().is_some()
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn ends_with_word(text: &str, word: &str) -> bool {
    text.strip_suffix(word).is_some_and(|before| !before.ends_with(is_word))
}

/// Where a word begins in a text, not as part of a longer one.
fn positions<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let whole = |at: usize| {
        let (before, after) = (&text[..at], &text[at + word.len()..]);
        let joined_before = word.starts_with(is_word) && before.ends_with(is_word);
        let joined_after = word.ends_with(is_word) && after.starts_with(is_word);
        !joined_before && !joined_after
    };
    text.match_indices(word).map(|(at, _)| at).filter(move |at| whole(*at))
}

/// Behind `::`, which may stand apart.
fn after_colons(text: &str, at: usize) -> Option<usize> {
    let rest = text[at..].trim_start().strip_prefix("::")?.trim_start();
    Some(text.len() - rest.len())
}

/// How many modules a file is below the root: `src/store/reader.rs` 2, `src/store/mod.rs` and `src/store.rs` 1.
fn depth_of(path: &str) -> usize {
    let inside = path.trim_start_matches("src/");
    match inside {
        "lib.rs" | "main.rs" => 0,
        _ => inside.split('/').count() - usize::from(inside.ends_with("/mod.rs")),
    }
}

/// Collects the paths that begin at a place, each with where its last piece stands.
fn expand(text: &str, at: usize, before: &str, paths: &mut Vec<(usize, String)>) {
    let rest = &text[at..];
    if let Some(list) = rest.strip_prefix('{') {
        let mut depth = 0;
        let mut start = at + 1;
        for (offset, character) in list.char_indices() {
            let here = at + 1 + offset;
            match character {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                ',' | '}' if depth == 0 => {
                    let item = &text[start..here];
                    if !item.trim().is_empty() {
                        expand(text, start + (item.len() - item.trim_start().len()), before, paths);
                    }
                    start = here + 1;
                    if character == '}' {
                        return;
                    }
                }
                _ => {}
            }
        }
        return;
    }
    let name = if rest.starts_with('*') { "*" } else { &rest[..rest.find(|c| !is_word(c)).unwrap_or(rest.len())] };
    let path = match (before, name) {
        ("", _) => name.to_owned(),
        (_, "self") => before.to_owned(),
        _ => format!("{before}::{name}"),
    };
    match after_colons(text, at + name.len()) {
        // A turbofish or the end of a path's modules: `Vec::<…>`.
        Some(next) if !name.is_empty() && text[next..].starts_with(|c| is_word(c) || c == '{' || c == '*') => {
            expand(text, next, &path, paths);
        }
        _ => paths.push((at, path)),
    }
}

/// The bodies of `#[cfg(test)] mod name { … }`.
fn test_modules(bare: &str) -> Vec<Range<usize>> {
    let mut modules = Vec::new();
    for (at, marker) in bare.match_indices("#[cfg(test)]") {
        let after = at + marker.len();
        let Some(brace) = bare[after..].find(['{', ';']).map(|offset| after + offset) else { continue };
        if bare.as_bytes()[brace] != b'{' || !has_word(&bare[after..brace], "mod") {
            continue;
        }
        let mut depth = 0;
        for (offset, character) in bare[brace..].char_indices() {
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                modules.push(at..brace + offset);
                break;
            }
        }
    }
    modules
}

/// Blanks comments and the insides of literals, keeping every byte's place and the line breaks, and collects the strings.
fn separate(text: &str) -> (String, Vec<(usize, String)>) {
    let bytes = text.as_bytes();
    let mut bare = bytes.to_vec();
    let mut literals = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'/' if text[at..].starts_with("//") => at + text[at..].find('\n').unwrap_or(text.len() - at),
            b'/' if text[at..].starts_with("/*") => comment_end(bytes, at),
            b'"' => {
                let end = string_end(bytes, at);
                literals.push((at, text[at + 1..end.saturating_sub(1).max(at + 1)].to_owned()));
                end
            }
            b'r' if !before_is_word(bytes, at) || bytes[at - 1] == b'b' || bytes[at - 1] == b'c' => {
                let hashes = bytes[at + 1..].iter().take_while(|byte| **byte == b'#').count();
                if bytes.get(at + 1 + hashes) == Some(&b'"') {
                    let close = format!("\"{}", "#".repeat(hashes));
                    let start = at + 2 + hashes;
                    let length = text[start..].find(&close).unwrap_or(text.len() - start);
                    literals.push((at, text[start..start + length].to_owned()));
                    (start + length + close.len()).min(text.len())
                } else {
                    at += 1;
                    continue;
                }
            }
            b'\'' => match char_end(text, at) {
                Some(end) => end,
                None => {
                    at += 1;
                    continue;
                }
            },
            _ => {
                at += 1;
                continue;
            }
        };
        bare[at..end].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
        at = end;
    }
    (String::from_utf8(bare).expect("whole characters are blanked"), literals)
}

fn before_is_word(bytes: &[u8], at: usize) -> bool {
    at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_')
}

fn comment_end(bytes: &[u8], start: usize) -> usize {
    let mut depth = 0;
    let mut at = start;
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if bytes[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    at
}

fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The end of a character literal; none for a lifetime.
fn char_end(text: &str, start: usize) -> Option<usize> {
    let mut characters = text[start + 1..].char_indices();
    let (_, first) = characters.next()?;
    if first == '\\' {
        let close = text[start + 3..].find('\'')?;
        return Some(start + 3 + close + 1);
    }
    let (offset, second) = characters.next()?;
    (second == '\'').then_some(start + 1 + offset + 1)
}
