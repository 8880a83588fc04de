//! The rules of the house, as ARCHITECTURE.md states them: floors, one operation one file, who may print, read the clock,
//! touch the disk and speak SQL. Every rule takes text, and has a test that it fires.

mod code;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use keepstone::operations::OPERATIONS;

use code::Code;

/// Which floor each room is on; one imports only from lower floors. `main.rs` belongs to `cli`.
const FLOORS: &[(&str, u8)] = &[
    ("cli", 7),
    ("server", 6),
    ("generate", 6),
    ("operations", 5),
    ("lineage", 4),
    ("runs", 4),
    ("datasets", 4),
    ("retention", 4),
    ("audit", 4),
    ("registry", 4),
    ("scan", 4),
    ("space", 4),
    ("publishing", 4),
    ("imports", 4),
    ("bundles", 4),
    ("store", 3),
    ("manifest", 2),
    ("compaction", 2),
    ("objects", 2),
    ("tabular", 2),
    ("transport", 2),
    ("protocol", 2),
    ("model", 1),
    ("base", 0),
];

/// A rule: what is wrong with a file, given its path below the repository and its code.
type Rule = fn(&str, &Code) -> Vec<Fault>;

/// A line and what is wrong with it.
type Fault = (usize, String);

const RULES: &[Rule] = &[floors, operation_is_listed, printing, clock, sql, disk, head];

fn floor_of(room: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

/// Code that only tests see, as a file of its own.
fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs")
}

/// `store` for `src/store/reader.rs` and `src/store.rs`; none for the root, `src/lib.rs`.
fn room_of(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("src/")?;
    match inside.split_once('/') {
        Some((room, _)) => Some(room),
        None if inside == "lib.rs" => None,
        None if inside == "main.rs" => Some("cli"),
        None => inside.strip_suffix(".rs"),
    }
}

/// A room imports only from rooms on lower floors.
fn floors(path: &str, code: &Code) -> Vec<Fault> {
    let Some(room) = room_of(path) else { return Vec::new() };
    let Some(own) = floor_of(room) else {
        return vec![(
            1,
            format!("`{room}` has no floor: add it to FLOORS in tests/it/tidy.rs and to ARCHITECTURE.md"),
        )];
    };
    let mut faults = Vec::new();
    for (line, target) in code.imports(path) {
        if target == room {
            continue;
        }
        match floor_of(&target) {
            None => {
                faults.push((line, format!("`crate::{target}` has no floor: add it to FLOORS in tests/it/tidy.rs")))
            }
            Some(floor) if floor > own => {
                faults.push((line, format!("`{room}` (floor {own}) imports upwards from `{target}` (floor {floor})")));
            }
            Some(floor) if floor == own => {
                faults.push((
                    line,
                    format!("`{room}` imports from its neighbour `{target}`: what both need moves down, what combines them up"),
                ));
            }
            Some(_) => {}
        }
    }
    faults
}

/// A file of `operations/<topic>/` holds one operation, is named like it, and is listed in OPERATIONS.
fn operation_is_listed(path: &str, code: &Code) -> Vec<Fault> {
    let methods: Vec<&str> = OPERATIONS.iter().map(|method| method.name).collect();
    operation_among(&methods, path, code)
}

fn operation_among(methods: &[&str], path: &str, code: &Code) -> Vec<Fault> {
    let Some((_, file)) = path.strip_prefix("src/operations/").and_then(|inside| inside.split_once('/')) else {
        return Vec::new();
    };
    let stem = file.strip_suffix(".rs").unwrap_or(file);
    if file == "mod.rs" {
        return Vec::new();
    }
    let Some((line, method)) = code.method() else {
        return vec![(
            1,
            "no operation here (`const METHOD: &'static str = …`): rules of a topic live on floor 4".to_owned(),
        )];
    };
    if !methods.contains(&method) {
        return vec![(line, format!("`{method}` is not listed in OPERATIONS (src/operations/mod.rs)"))];
    }
    if stem != method && method.rsplit('.').next() != Some(stem) {
        return vec![(line, format!("the file of `{method}` is called {stem}.rs"))];
    }
    Vec::new()
}

/// Only the command line prints; only it and the transport hold stdout, which is the protocol's.
fn printing(path: &str, code: &Code) -> Vec<Fault> {
    if is_test(path) || room_of(path) == Some("cli") {
        return Vec::new();
    }
    let mut words = vec!["println!", "eprintln!", "print!", "eprint!", "dbg!"];
    if room_of(path) != Some("transport") {
        words.push("stdout()");
    }
    code.words(&words, "only src/cli prints")
}

/// Time is read in one place and handed down.
fn clock(path: &str, code: &Code) -> Vec<Fault> {
    if is_test(path) || path == "src/base/clock.rs" {
        return Vec::new();
    }
    code.words(&["Timestamp::now", "SystemTime::now"], "only base::clock reads the time; take `now` as an argument")
}

/// SQL stands in the manifest alone.
fn sql(path: &str, code: &Code) -> Vec<Fault> {
    const STATEMENTS: &[&str] = &[
        "SELECT ",
        "INSERT INTO",
        "INSERT OR ",
        "UPDATE OR ",
        "DELETE FROM",
        "CREATE TABLE",
        "CREATE INDEX",
        "DROP TABLE",
        "ALTER TABLE",
        "PRAGMA ",
        "BEGIN IMMEDIATE",
        "SAVEPOINT ",
        "ON CONFLICT",
    ];
    if is_test(path) || path.starts_with("src/manifest") {
        return Vec::new();
    }
    let literals = code.literals().filter(|(_, text)| STATEMENTS.iter().any(|words| text.contains(words)));
    literals.map(|(line, text)| (line, format!("SQL outside src/manifest: {text:?}"))).collect()
}

/// The disk is touched in one place. Others may name the types of open files and of what a look at them shows.
fn disk(path: &str, code: &Code) -> Vec<Fault> {
    if is_test(path) || path == "src/base/files.rs" {
        return Vec::new();
    }
    let harmless = |target: &str| {
        ["fs::File", "fs::Metadata"]
            .iter()
            .any(|name| target.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with("::")))
    };
    let mut faults: Vec<Fault> = code
        .paths_from("std")
        .into_iter()
        .filter(|(_, target)| (target == "fs" || target.starts_with("fs::")) && !harmless(target))
        .map(|(line, target)| (line, format!("`std::{target}`: only base::files touches the disk")))
        .collect();
    faults.extend(code.words(
        &["File::open", "File::create", "File::create_new", "File::options"],
        "only base::files touches the disk",
    ));
    faults
}

/// Every module says in its first line what it is.
fn head(path: &str, code: &Code) -> Vec<Fault> {
    if path == "src/main.rs" || code.text.starts_with("//! ") {
        return Vec::new();
    }
    vec![(1, "the first line says what the module is: `//! …`".to_owned())]
}

/// Nothing unfinished is kept. Also for files that are no Rust.
fn unfinished(text: &str) -> Vec<Fault> {
    // Put together here, so that this file may be checked too.
    let words = [["TO", "DO"], ["FIX", "ME"], ["XX", "X"], ["to", "do!("], ["unimpl", "emented!("]]
        .map(|halves| halves.concat());
    let mut faults = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for word in words.iter().filter(|word| code::has_word(line, word)) {
            faults.push((index + 1, format!("{word}: finish it, or leave it out")));
        }
    }
    faults
}

/// Every file below a folder that has one of these endings, by its path below the repository.
fn sources(folder: &str, endings: &[&str]) -> BTreeMap<String, String> {
    fn walk(folder: &Path, endings: &[&str], root: &Path, found: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                // What is built or installed is not ours to judge.
                if !["dist", "node_modules"].iter().any(|name| path.ends_with(name)) {
                    walk(&path, endings, root, found);
                }
            } else if endings.iter().any(|ending| path.extension().is_some_and(|extension| extension == *ending)) {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeMap::new();
    walk(&root.join(folder), endings, root, &mut found);
    found
}

#[test]
fn the_house_is_tidy() {
    let mut faults = Vec::new();
    for (path, text) in sources("src", &["rs"]) {
        let code = Code::new(&text);
        let found = RULES.iter().flat_map(|rule| rule(&path, &code)).chain(unfinished(&text));
        faults.extend(found.map(|(line, fault)| format!("{path}:{line}: {fault}")));
    }
    let others = [("tests", &["rs"][..]), ("clients", &["ts", "cts", "js"])];
    for (path, text) in others.into_iter().flat_map(|(folder, endings)| sources(folder, endings)) {
        faults.extend(unfinished(&text).into_iter().map(|(line, fault)| format!("{path}:{line}: {fault}")));
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_operation_has_its_file() {
    let sources = sources("src/operations", &["rs"]);
    for method in OPERATIONS {
        let files =
            sources.values().filter(|text| Code::new(text).method().is_some_and(|(_, name)| name == method.name));
        assert_eq!(files.count(), 1, "files with METHOD = {:?}", method.name);
    }
}

/// No line is faulty.
const NONE: [usize; 0] = [];

/// The faults that a rule finds in a planted text, as lines.
fn found(rule: Rule, path: &str, text: &str) -> Vec<usize> {
    rule(path, &Code::new(text)).into_iter().map(|(line, _)| line).collect()
}

#[test]
fn upward_and_sideways_imports_are_found() {
    for (path, text, lines) in [
        ("src/store/reader.rs", "use crate::operations::Method;", &[1][..]),
        ("src/store/reader.rs", "use crate::{\n    model::Hash,\n    server::{self, Session},\n};", &[3]),
        ("src/store/reader.rs", "fn f() -> crate::cli::Exit { crate :: cli :: run() }", &[1]),
        ("src/store/reader.rs", "use super::super::server::Session;", &[1]),
        ("src/store/mod.rs", "use super::server::Session;", &[1]),
        (
            "src/store/mod.rs",
            "use reader::Reader;\nmod tests {\n    use super::Reader;\n    use super::super::cli;\n}",
            &[4],
        ),
        ("src/manifest/mod.rs", "use crate::objects::Objects;", &[1]),
        ("src/server/mod.rs", "use crate::generate;", &[1]),
        ("src/model/hash.rs", "macro_rules! m { () => { $crate::store::Store } }", &[1]),
        ("src/store/mod.rs", "use crate::attic::Box;", &[1]),
        ("src/store/mod.rs", "use crate::*;", &[1]),
        ("src/attic/mod.rs", "", &[1]),
        ("src/attic.rs", "", &[1]),
        ("src/main.rs", "fn main() { keepstone::attic::run() }", &[1]),
    ] {
        assert_eq!(found(floors, path, text), lines, "{path}: {text}");
    }
    for (path, text) in [
        (
            "src/store/reader.rs",
            "use crate::{model::Hash, base::files::{self, Lock}, manifest};\nuse crate::store::Store;",
        ),
        (
            "src/store/reader.rs",
            "//! See [`crate::cli`].\n/* use crate::cli; */ const A: &str = \"crate::cli\"; // crate::cli",
        ),
        (
            "src/store/reader.rs",
            "const A: &str = r#\"a \" crate::cli\"#; fn f<'a>(c: char) -> bool { c == '\"' } // crate::cli",
        ),
        ("src/store/reader.rs", "use super::Store;\npub(crate) fn f() {}\nmod tests { use super::super::Store; }"),
        ("src/main.rs", "fn main() { keepstone::cli::run(keepstone::server::start) }"),
        ("src/lib.rs", "pub mod cli;"),
    ] {
        assert_eq!(found(floors, path, text), NONE, "{path}: {text}");
    }
}

#[test]
fn operations_out_of_line_are_found() {
    let text = |method: &str| format!("impl Operation for X {{\n    const METHOD: &'static str = \"{method}\";\n}}");
    let lines = |path: &str, text: &str| {
        let faults = operation_among(&["get_artifact", "rpc.discover"], path, &Code::new(text));
        faults.into_iter().map(|(line, _)| line).collect::<Vec<_>>()
    };
    assert_eq!(lines("src/operations/artifact/get_artifact.rs", &text("get_artifact")), NONE);
    assert_eq!(lines("src/operations/session/discover.rs", &text("rpc.discover")), NONE);
    assert_eq!(lines("src/operations/artifact/mod.rs", ""), NONE);
    assert_eq!(lines("src/operations/params.rs", ""), NONE);
    assert_eq!(lines("src/operations/artifact/forgotten.rs", &text("forgotten")), [2]);
    assert_eq!(lines("src/operations/artifact/fetch.rs", &text("get_artifact")), [2]);
    assert_eq!(lines("src/operations/artifact/helpers.rs", "fn help() {}"), [1]);
}

#[test]
fn printing_clocks_sql_and_raw_files_are_found() {
    for (rule, path, text, faulty) in [
        (printing as Rule, "src/store/mod.rs", "fn f() { println!(\"x\") }", true),
        (printing, "src/store/mod.rs", "fn f() { std::io::stdout().lock() }", true),
        (printing, "src/transport/stdio.rs", "fn f() { std::io::stdout().lock() }", false),
        (printing, "src/transport/stdio.rs", "fn f() { eprintln!() }", true),
        (printing, "src/cli/table.rs", "fn f() { println!(\"x\") }", false),
        (printing, "src/store/mod.rs", "fn f() { pretty_print!(\"println!\") }", false),
        (clock, "src/store/mod.rs", "fn f() { jiff::Timestamp::now() }", true),
        (clock, "src/store/mod.rs", "fn f() { std::time::SystemTime::now() }", true),
        (clock, "src/server/mod.rs", "fn f() { std::time::Instant::now() }", false),
        (clock, "src/base/clock.rs", "fn f() { Timestamp::now() }", false),
        (sql, "src/store/mod.rs", "const Q: &str = \"SELECT id FROM artifacts\";", true),
        (sql, "src/lineage/mod.rs", "const Q: &str = r#\"\n INSERT INTO a VALUES (1)\"#;", true),
        (sql, "src/manifest/rows.rs", "const Q: &str = \"SELECT id FROM artifacts\";", false),
        (sql, "src/store/mod.rs", "// SELECT id\nconst Q: &str = \"select one\";", false),
        (disk, "src/store/mod.rs", "fn f() { std::fs::read(path) }", true),
        (disk, "src/store/mod.rs", "use std::{io, fs};", true),
        (disk, "src/store/mod.rs", "use std::{io::Read, fs::{File, rename}};", true),
        (disk, "src/store/mod.rs", "use std::fs::File;\nfn f() { File::open(path) }", true),
        (disk, "src/tabular/csv.rs", "use std::fs::File;\nfn f(file: File) {}", false),
        (disk, "src/store/mod.rs", "fn f() { std::fs::File::create_new(path) }", true),
        (disk, "src/store/mod.rs", "fn f() { look(path).is_some_and(std::fs::Metadata::is_file) }", false),
        (disk, "src/store/mod.rs", "use std::os::unix::fs::MetadataExt;", false),
        (disk, "src/store/mod.rs", "fn f() {}\n#[cfg(test)]\nmod tests { fn g() { std::fs::read(path) } }", false),
        (disk, "src/store/mod.rs", "#[cfg(test)]\nmod tests { fn g() {} }\nfn f() { std::fs::read(path) }", true),
        (disk, "src/store/mod.rs", "#[cfg(test)]\nmod tests;\nfn f() { std::fs::read(path) }", true),
        (disk, "src/base/files.rs", "use std::fs;", false),
        (disk, "src/store/tests.rs", "use std::fs;", false),
        (head, "src/store/mod.rs", "use std::io;", true),
        (head, "src/store/mod.rs", "//! The store.\nuse std::io;", false),
    ] {
        assert_eq!(!found(rule, path, text).is_empty(), faulty, "{path}: {text}");
    }
}

#[test]
fn unfinished_work_is_found() {
    for halves in [["// TO", "DO: later"], ["# FIX", "ME"], ["    to", "do!()"], ["    unimpl", "emented!(\"x\")"]] {
        assert_eq!(unfinished(&format!("fn f() {{}}\n{}", halves.concat())).len(), 1, "{halves:?}");
    }
    assert_eq!(unfinished("let mastodons = 1; // AUTODOC"), []);
}
