//! The generated files are committed, and are what the code says.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use keepstone::generate;

/// The repository's folder.
const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The folders in which nothing else may stand.
const FOLDERS: [&str; 2] = ["schemas", "clients/typescript/src/generated"];

#[test]
fn generated_files_are_fresh() {
    let root = Path::new(ROOT);
    let files = generate::files();
    let there = FOLDERS.iter().flat_map(|folder| {
        let entries = fs::read_dir(root.join(folder)).into_iter().flatten();
        entries.map(move |entry| format!("{folder}/{}", entry.unwrap().file_name().to_str().unwrap()))
    });
    let superfluous: BTreeSet<String> = there.filter(|path| !files.contains_key(path)).collect();
    let stale: Vec<&String> = files
        .iter()
        .filter(|(path, content)| fs::read_to_string(root.join(path)).ok().as_ref() != Some(content))
        .map(|(path, _)| path)
        .collect();

    if std::env::var_os("UPDATE").is_some_and(|value| !value.is_empty() && value != "0") {
        for path in stale {
            let target = root.join(path);
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            fs::write(target, &files[path]).unwrap();
        }
        for path in &superfluous {
            fs::remove_file(root.join(path)).unwrap();
        }
        return;
    }
    assert!(
        stale.is_empty() && superfluous.is_empty(),
        "generated files are not what the code says; make them again with\n\n    {}\n\nstale: {stale:#?}\nsuperfluous: {superfluous:#?}",
        generate::COMMAND
    );
}

#[test]
fn generating_twice_gives_the_same_and_ends_every_file_with_a_newline() {
    let files = generate::files();
    assert_eq!(files, generate::files());
    for (path, content) in files {
        assert!(content.ends_with('\n') && !content.ends_with("\n\n"), "{path}");
    }
}

#[test]
fn one_method_by_name_or_alias_and_all_without() {
    let one = generate::schema(Some("initialize")).unwrap();
    assert_eq!(one["params"]["$id"], "urn:keepstone:schema:1:initialize.params");
    assert_eq!(one["result"]["$id"], "urn:keepstone:schema:1:initialize.result");
    assert_eq!(generate::schema(None).unwrap()["initialize"], one);
    assert_eq!(generate::schema(Some("no_such_method")), None);
    for method in keepstone::operations::OPERATIONS {
        for alias in method.aliases {
            assert_eq!(generate::schema(Some(alias)), generate::schema(Some(method.name)), "{alias}");
        }
    }
}

#[test]
fn the_schema_hash_is_a_hash() {
    let hash = generate::schema_hash();
    assert!(hash.starts_with("sha256:") && hash.len() == 71, "{hash}");
}
