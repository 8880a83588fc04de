//! The first session in README.md is what happens.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use super::Desk;

/// Words of a text; ids are numbered in their order, and ages are all alike.
fn words<'a>(text: &'a str, ids: &mut HashMap<&'a str, usize>) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let bare = word.trim_matches(['(', ')']);
        if bare.len() == 8 && bare.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let next = ids.len();
            words.push(format!("id {}", ids.entry(bare).or_insert(next)));
        } else if matches!(word, "s" | "min") && words.last().is_some_and(|last| last.parse::<u32>().is_ok()) {
            *words.last_mut().expect("there is one") = "now".to_owned();
        } else {
            words.push(word.to_owned());
        }
    }
    words
}

#[test]
fn the_first_session_of_the_readme() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let block = readme.split("### At the terminal").nth(1).unwrap().split("```").nth(1).unwrap();
    let steps: Vec<_> = block.split("\n$ ").skip(1).map(|step| step.split_once('\n').unwrap_or((step, ""))).collect();
    assert!(steps.len() > 8, "{steps:?}");
    let desk = Desk::new();
    desk.write("rain.csv", format!("{}\n", steps[0].1));
    let binary = Path::new(env!("CARGO_BIN_EXE_keepstone")).parent().unwrap();
    let path = std::env::join_paths(
        std::iter::once(binary.to_owned()).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let (mut promised, mut seen) = (HashMap::new(), HashMap::new());
    let shown: Vec<_> = steps
        .iter()
        .map(|(line, _)| {
            let own = desk.command::<&str>(&[]);
            let mut shell = Command::new("bash");
            own.get_envs().for_each(|(name, value)| match value {
                Some(value) => drop(shell.env(name, value)),
                None => drop(shell.env_remove(name)),
            });
            shell.args(["-c", &format!("exec 2>&1; {line}")]).current_dir(desk.folder.path());
            let output = shell.env("PATH", path.as_ref().unwrap()).output().unwrap();
            String::from_utf8(output.stdout).unwrap()
        })
        .collect();
    for ((line, output), shown) in steps.iter().zip(&shown) {
        assert_eq!(words(shown, &mut seen), words(output, &mut promised), "{line}\n{shown}");
    }
}
