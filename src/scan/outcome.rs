//! How a run ended: what its files say, else what their names say in whole words.

use std::fmt;
use std::io::{self, BufRead};

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use crate::model::artifact::Outcome;
use crate::model::place::{Statement, Verdict};

/// A longer line is not looked at.
const LINE_LONGEST: usize = 1 << 20;

const PASS: [&str; 7] = ["pass", "passed", "passes", "success", "succeeded", "successful", "ok"];
const FAIL: [&str; 6] = ["fail", "failed", "fails", "failure", "failures", "error"];

/// Fields that say how something ended, as a word or as true or false.
const FIELDS: [&str; 7] = ["status", "outcome", "result", "verdict", "pass_fail", "passed", "success"];

/// What a line of Markdown may call a verdict.
const LABELS: [&str; 12] = [
    "status",
    "outcome",
    "result",
    "results",
    "verdict",
    "overall",
    "final",
    "run",
    "test",
    "tests",
    "verification",
    "conclusion",
];

fn verdict(word: &str) -> Option<Verdict> {
    let word = word.to_ascii_lowercase();
    match () {
        () if PASS.contains(&word.as_str()) => Some(Verdict::Pass),
        () if FAIL.contains(&word.as_str()) => Some(Verdict::Fail),
        () => None,
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// What the name of a file and its folders say; nothing where they say both.
pub(super) fn of_name(path: &str) -> Option<Statement> {
    let told =
        |wanted: Verdict| words(path).find(|word| !word.eq_ignore_ascii_case("ok") && verdict(word) == Some(wanted));
    match (told(Verdict::Pass), told(Verdict::Fail)) {
        (Some(word), None) => Some((Verdict::Pass, format!("its name says {word}"))),
        (None, Some(word)) => Some((Verdict::Fail, format!("its name says {word}"))),
        _ => None,
    }
}

/// What a file's content says; reads as far as it has to. An error is one of reading, never of form.
pub(super) fn of_content(name: &str, from: impl BufRead) -> io::Result<Option<Statement>> {
    let end = name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase());
    match end.as_deref() {
        Some("json") => in_json(from),
        Some("jsonl" | "ndjson") => in_lines(from, in_record),
        Some("md" | "markdown") => {
            let mut fence = None;
            in_lines(from, |line| in_markdown(std::str::from_utf8(line).ok()?, &mut fence))
        }
        _ => Ok(None),
    }
}

fn in_json(from: impl BufRead) -> io::Result<Option<Statement>> {
    match serde_json::from_reader::<_, Record>(from) {
        Ok(record) => Ok(record.0),
        Err(error) if error.is_io() => Err(error.into()),
        Err(_) => Ok(None),
    }
}

/// Looks at every line: one that says fail settles it, else the first that says pass.
fn in_lines(mut from: impl BufRead, mut look: impl FnMut(&[u8]) -> Option<Statement>) -> io::Result<Option<Statement>> {
    let (mut line, mut number, mut passed) = (Vec::new(), 0_u64, None);
    while read_line(&mut from, &mut line)? {
        number += 1;
        if line.len() >= LINE_LONGEST {
            continue;
        }
        match look(&line) {
            Some((Verdict::Fail, what)) => return Ok(Some((Verdict::Fail, format!("line {number}: {what}")))),
            Some((Verdict::Pass, what)) if passed.is_none() => {
                passed = Some((Verdict::Pass, format!("line {number}: {what}")));
            }
            _ => {}
        }
    }
    Ok(passed)
}

/// The next line, cut off where it is too long to be looked at; `false` at the end.
fn read_line(from: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let mut any = false;
    loop {
        let piece = from.fill_buf()?;
        if piece.is_empty() {
            return Ok(any);
        }
        any = true;
        let (used, ended) = match piece.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (piece.len(), false),
        };
        let room = LINE_LONGEST.saturating_sub(line.len()).min(used);
        line.extend_from_slice(&piece[..room]);
        from.consume(used);
        if ended {
            return Ok(true);
        }
    }
}

fn in_record(line: &[u8]) -> Option<Statement> {
    serde_json::from_slice::<Record>(line).ok()?.0
}

/// A JSON object, as far as it says how something ended.
struct Record(Option<Statement>);

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Record;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Record, A::Error> {
                let mut told: Option<Statement> = None;
                while let Some(name) = map.next_key::<String>()? {
                    if !FIELDS.contains(&name.to_ascii_lowercase().as_str()) {
                        map.next_value::<IgnoredAny>()?;
                        continue;
                    }
                    let value = map.next_value::<Value>()?;
                    if let Some(verdict) = of_value(&value)
                        && told.as_ref().is_none_or(|(before, _)| *before == Verdict::Pass && verdict == Verdict::Fail)
                    {
                        told = Some((verdict, format!("{name} is {value}")));
                    }
                }
                Ok(Record(told))
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

/// A word that is a verdict and stands alone, or true or false.
fn of_value(value: &Value) -> Option<Verdict> {
    match value {
        Value::Bool(true) => Some(Verdict::Pass),
        Value::Bool(false) => Some(Verdict::Fail),
        Value::String(text) => {
            let mut words = words(text);
            verdict(words.next()?).filter(|_| words.next().is_none())
        }
        _ => None,
    }
}

/// A line that is a verdict (`PASS`), or ends with one behind a colon, a bar, an equals sign or a dash; in small letters
/// only behind a label such as `Status:`. `fence` holds the mark of the code block that the line is in.
fn in_markdown(line: &str, fence: &mut Option<&'static str>) -> Option<Statement> {
    let trimmed = line.trim();
    let mark = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark));
    match (*fence, mark) {
        (None, Some(mark)) => {
            *fence = Some(mark);
            return None;
        }
        (Some(open), Some(mark)) if open == mark => {
            *fence = None;
            return None;
        }
        (Some(_), _) => return None,
        (None, None) => {}
    }
    let text = trimmed.trim_end_matches(|letter: char| !letter.is_alphanumeric());
    let before = text.trim_end_matches(char::is_alphanumeric);
    let word = &text[before.len()..];
    let verdict = verdict(word).filter(|_| !word.eq_ignore_ascii_case("ok") && !word.eq_ignore_ascii_case("error"))?;
    let capitals = word.bytes().all(|byte| byte.is_ascii_uppercase());
    let mut said = words(before).peekable();
    let told = match said.peek() {
        None => capitals,
        Some(_) => {
            let labelled = said.all(|word| LABELS.contains(&word.to_ascii_lowercase().as_str()));
            let apart = before.trim_end_matches(|letter: char| {
                !letter.is_alphanumeric() && !matches!(letter, ':' | '|' | '=' | '—' | '–' | '→')
            });
            let apart = apart.ends_with([':', '|', '=', '—', '–', '→']);
            apart && (capitals || labelled)
        }
    };
    told.then(|| (verdict, format!("{:?}", crop(trimmed))))
}

fn crop(line: &str) -> String {
    const LONGEST: usize = 80;
    if line.chars().count() <= LONGEST { line.to_owned() } else { line.chars().take(LONGEST).chain(['…']).collect() }
}

/// What all files of a run say together, each with its path: one that fails settles it.
pub(super) fn of_run<'a>(said: impl IntoIterator<Item = (&'a str, &'a Statement)>) -> Option<(Outcome, String)> {
    let mut passed = None;
    for (path, (verdict, what)) in said {
        let evidence = || format!("{path}: {what}");
        match verdict {
            Verdict::Fail => return Some((Outcome::Fail, evidence())),
            Verdict::Pass => passed = passed.or_else(|| Some((Outcome::Pass, evidence()))),
        }
    }
    passed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(name: &str, text: &str) -> Option<Statement> {
        of_content(name, text.as_bytes()).unwrap()
    }

    fn told(name: &str, text: &str) -> Option<Verdict> {
        says(name, text).map(|(verdict, _)| verdict)
    }

    #[test]
    fn names_are_read_in_whole_words() {
        for (path, expected) in [
            ("proofs/smoke_fail_20250906.jsonl", Some(Verdict::Fail)),
            ("proofs/run-PASS.md", Some(Verdict::Pass)),
            ("failed/run.md", Some(Verdict::Fail)),
            ("proofs/compass.jsonl", None),
            ("passport/run.jsonl", None),
            ("proofs/bypass_failure.md", Some(Verdict::Fail)),
            ("proofs/pass_fail.md", None),
            ("proofs/ok.md", None),
        ] {
            assert_eq!(of_name(path).map(|(verdict, _)| verdict), expected, "{path}");
        }
    }

    #[test]
    fn a_status_field_says_how_a_record_ended() {
        for (text, expected) in [
            (r#"{"status": "PASS"}"#, Some(Verdict::Pass)),
            (r#"{"Status": "✅ passed"}"#, Some(Verdict::Pass)),
            (r#"{"passed": false, "status": "ok"}"#, Some(Verdict::Fail)),
            (r#"{"status": "filled", "x": {"status": "FAIL"}}"#, None),
            (r#"{"status": "pass rate 3"}"#, None),
            (r#"{"status": 1, "note": "PASS"}"#, None),
            (r#"["PASS"]"#, None),
            ("PASS", None),
            ("", None),
        ] {
            assert_eq!(told("x.json", text), expected, "{text}");
        }
        assert_eq!(says("x.json", r#"{"status": "PASS"}"#).unwrap().1, r#"status is "PASS""#);
    }

    #[test]
    fn one_record_that_fails_settles_it() {
        let lines = "{\"status\":\"pass\"}\nno json\n\n{\"status\":\"FAIL\"}\n{\"status\":\"pass\"}\n";
        assert_eq!(says("x.jsonl", lines), Some((Verdict::Fail, "line 4: status is \"FAIL\"".to_owned())));
        assert_eq!(told("x.jsonl", "{\"a\":1}\n{\"result\":\"success\"}"), Some(Verdict::Pass));
        assert_eq!(told("x.jsonl", "{\"a\":\"compass\"}\n"), None);
        let long = format!("{{\"x\":\"{}\",\"status\":\"fail\"}}\n{{\"status\":\"pass\"}}\n", "x".repeat(LINE_LONGEST));
        assert_eq!(told("x.jsonl", &long), Some(Verdict::Pass));
    }

    #[test]
    fn markdown_says_it_in_a_line_of_its_own() {
        for (text, expected) in [
            ("# Report\n\nPASS\n", Some(Verdict::Pass)),
            ("**Status**: ✅ PASS\n", Some(Verdict::Pass)),
            ("| Overall | FAIL |\n", Some(Verdict::Fail)),
            ("- Result: passed\n", Some(Verdict::Pass)),
            ("GREEN-WALL: PASS\ndepth — FAIL\n", Some(Verdict::Fail)),
            ("Everything must PASS\n", None),
            ("Note: passed\n", None),
            ("It is a compass: COMPASS\n", None),
            ("```\nFAIL\n```\nPASS\n", Some(Verdict::Pass)),
            ("Status: FAIL of 3\n", None),
            ("ok\nERROR\n", None),
        ] {
            assert_eq!(told("x.md", text), expected, "{text}");
        }
    }

    #[test]
    fn other_files_say_nothing() {
        assert_eq!(told("x.txt", "PASS\n"), None);
        assert_eq!(told("pass", "{\"status\":\"PASS\"}"), None);
    }
}
