//! Replays the conversations in tests/conformance with the spawned binary; the format is described there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use keepstone::base::hex;
use keepstone::operations::OPERATIONS;
use serde_json::{Map, Value};

use crate::support::{Session, in_memory, keepstone};

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance")
}

/// Every conversation: its file name and its steps.
fn conversations() -> Vec<(String, Vec<Value>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "jsonl"));
    files.sort();
    let read = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(path).unwrap();
        let step = |(at, line): (usize, &str)| {
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{name} line {}: {error}", at + 1))
        };
        (name.clone(), text.lines().enumerate().map(step).collect())
    };
    files.iter().map(read).collect()
}

type Variables = BTreeMap<String, Value>;

/// The value with every `${name}` replaced.
fn filled(value: &Value, variables: &Variables) -> Value {
    match value {
        Value::String(text) => {
            if let Some(name) = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'))
                && let Some(value) = variables.get(name)
            {
                return value.clone();
            }
            let mut result = String::new();
            let mut rest = text.as_str();
            while let Some((before, after)) = rest.split_once("${") {
                let (name, behind) = after.split_once('}').expect("a name ends with }");
                let value = variables.get(name).unwrap_or_else(|| panic!("nothing is called {name}"));
                result.push_str(before);
                result.push_str(&value.as_str().map_or_else(|| value.to_string(), str::to_owned));
                rest = behind;
            }
            Value::String(result + rest)
        }
        Value::Array(items) => items.iter().map(|item| filled(item, variables)).collect(),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(key, value)| (key.clone(), filled(value, variables))).collect())
        }
        other => other.clone(),
    }
}

/// Why a value does not match a pattern; what it sets is added to the variables.
fn mismatch(pattern: &Value, value: Option<&Value>, set: &mut Variables, at: &str) -> Option<String> {
    let special = |name: &str| pattern.as_object().and_then(|fields| fields.get(name));
    if special("$absent").is_some() {
        return value.map(|value| format!("{at} is there: {value}"));
    }
    let Some(value) = value else { return Some(format!("{at} is missing")) };
    if let Some(name) = special("$set") {
        set.insert(name.as_str().expect("a name").to_owned(), value.clone());
        return special("$is").and_then(|pattern| mismatch(pattern, Some(value), set, at));
    }
    if special("$any").is_some() {
        return None;
    }
    if let Some(wanted) = special("$type") {
        let found = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        return (wanted != found).then(|| format!("{at} is no {wanted}: {value}"));
    }
    if let Some(expression) = special("$match") {
        let found = value.as_str().is_some_and(|text| finds(expression.as_str().expect("an expression"), text));
        return (!found).then(|| format!("{at} does not match {expression}: {value}"));
    }
    if let Some(length) = special("$length") {
        let found = value.as_array().map(Vec::len);
        return (found.map(|found| found as u64) != length.as_u64())
            .then(|| format!("{at} has not {length} items: {value}"));
    }
    if let Some(exact) = special("$exact") {
        let further = |fields: &Map<String, Value>| fields.keys().find(|key| exact.get(key).is_none()).cloned();
        if let Some(key) = value.as_object().and_then(further) {
            return Some(format!("{at} has also {key}"));
        }
        return mismatch(exact, Some(value), set, at);
    }
    match (pattern, value) {
        (Value::Object(wanted), Value::Object(found)) => {
            if let Some(unknown) = wanted.keys().find(|key| key.starts_with('$') && *key != "$schema") {
                panic!("{at}: there is no pattern {unknown}");
            }
            wanted.iter().find_map(|(key, pattern)| mismatch(pattern, found.get(key), set, &format!("{at}.{key}")))
        }
        (Value::Array(wanted), Value::Array(found)) if wanted.len() == found.len() => {
            let both = wanted.iter().zip(found).enumerate();
            both.into_iter().find_map(|(i, (pattern, item))| mismatch(pattern, Some(item), set, &format!("{at}[{i}]")))
        }
        // 1 and 1.0 are one number to every client.
        (Value::Number(wanted), Value::Number(found)) if wanted.as_f64() == found.as_f64() => None,
        (wanted, found) => (wanted != found).then(|| format!("{at} should be {wanted}, not {found}")),
    }
}

/// Whether a regular expression finds something, as JSON Schema's `pattern` has it.
fn finds(expression: &str, text: &str) -> bool {
    let schema = serde_json::json!({"pattern": expression});
    jsonschema::is_valid(&schema, &Value::from(text))
}

struct Replay {
    folder: tempfile::TempDir,
    options: Vec<String>,
    session: Option<Session>,
    variables: Variables,
}

impl Replay {
    fn new(head: &Value) -> Self {
        assert!(head["about"].is_string(), "the first line says what it is about");
        let folder = in_memory();
        let path = folder.path().canonicalize().unwrap();
        let options = head["options"].as_array().into_iter().flatten();
        let mut replay = Self {
            variables: Variables::from([("dir".to_owned(), Value::from(path.to_str().unwrap()))]),
            folder,
            options: options.map(|option| option.as_str().unwrap().to_owned()).collect(),
            session: None,
        };
        replay.start();
        replay
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    fn start(&mut self) {
        let root = self.path().join("store");
        self.session = Some(Session::spawn(keepstone().arg("serve").args(&self.options).arg("--root").arg(root)));
    }

    fn finish(&mut self) {
        let (_, status, _) = self.session.take().unwrap().finish();
        assert_eq!(status.code(), Some(0));
    }

    fn step(&mut self, step: &Value) -> Result<(), String> {
        let known = ["file", "text", "base64", "send", "expect", "expectAll", "restart"];
        if let Some(unknown) = step.as_object().unwrap().keys().find(|key| !known.contains(&key.as_str())) {
            return Err(format!("there is no step {unknown}"));
        }
        let step = filled(step, &self.variables);
        if let Some(name) = step["file"].as_str() {
            let bytes = match (step["text"].as_str(), step["base64"].as_str()) {
                (Some(text), None) => text.as_bytes().to_vec(),
                (None, Some(text)) => hex::decode_base64(text).expect("base64"),
                _ => return Err("a file has text or base64".to_owned()),
            };
            let path = self.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        if step.get("restart").is_some() {
            self.finish();
            self.start();
        }
        let session = self.session.as_mut().unwrap();
        if let Some(message) = step.get("send") {
            let line = message.as_str().map_or_else(|| message.to_string(), str::to_owned);
            assert!(session.send(line), "the process is gone");
        }
        if let Some(pattern) = step.get("expect") {
            let line = session.line().ok_or("the session ended")?;
            if let Some(reason) = mismatch(pattern, Some(&line), &mut self.variables, "reply") {
                return Err(format!("{reason}\n{line:#}"));
            }
        }
        if let Some(patterns) = step.get("expectAll") {
            let patterns = patterns.as_array().expect("a list of patterns");
            let mut lines: Vec<Value> = Vec::new();
            for _ in patterns {
                lines.push(session.line().ok_or("the session ended")?);
            }
            for pattern in patterns {
                let mut fits = |line: &Value| {
                    let mut set = Variables::new();
                    let fits = mismatch(pattern, Some(line), &mut set, "reply").is_none();
                    if fits {
                        self.variables.extend(set);
                    }
                    fits
                };
                let found = lines.iter().position(&mut fits);
                lines.remove(found.ok_or_else(|| format!("nothing matches {pattern}: {lines:#?}"))?);
            }
        }
        Ok(())
    }
}

#[test]
fn every_conversation_goes_as_written() {
    let conversations = conversations();
    assert!(conversations.len() >= 8);
    for (name, steps) in conversations {
        let mut replay = Replay::new(&steps[0]);
        for (at, step) in steps.iter().enumerate().skip(1) {
            replay.step(step).unwrap_or_else(|reason| panic!("{name} line {}: {reason}", at + 1));
        }
        replay.finish();
    }
}

#[test]
fn every_operation_is_spoken_of() {
    let mut spoken = BTreeSet::new();
    fn note(message: &Value, spoken: &mut BTreeSet<String>) {
        match message {
            Value::Array(batch) => batch.iter().for_each(|message| note(message, spoken)),
            _ => spoken.extend(message["method"].as_str().or(message["operation"].as_str()).map(str::to_owned)),
        }
    }
    for (_, steps) in conversations() {
        steps.iter().for_each(|step| note(&step["send"], &mut spoken));
    }
    let silent: Vec<_> = OPERATIONS.iter().map(|method| method.name).filter(|name| !spoken.contains(*name)).collect();
    assert!(silent.is_empty(), "no conversation calls {silent:?}");
}

#[test]
fn patterns_match_what_they_should_and_nothing_else() {
    use serde_json::json;
    let matches = |pattern: Value, value: Value| mismatch(&pattern, Some(&value), &mut Variables::new(), "").is_none();
    for (pattern, value, expected) in [
        (json!({"a": 1}), json!({"a": 1, "b": 2}), true),
        (json!({"a": 1}), json!({"a": 1.0}), true),
        (json!({"a": 1}), json!({"b": 1}), false),
        (json!({"a": null}), json!({}), false),
        (json!({"a": {"$absent": true}}), json!({}), true),
        (json!({"a": {"$absent": true}}), json!({"a": null}), false),
        (json!({"a": {"$any": true}}), json!({"a": null}), true),
        (json!({"a": {"$any": true}}), json!({}), false),
        (json!({"$exact": {"a": 1}}), json!({"a": 1, "b": 2}), false),
        (json!({"$exact": {"a": 1}}), json!({"a": 1}), true),
        (json!({"$match": "^a+$"}), json!("aaa"), true),
        (json!({"$match": "^a+$"}), json!("aab"), false),
        (json!({"$match": "5"}), json!(5), false),
        (json!({"$type": "null"}), json!(null), true),
        (json!({"$type": "string"}), json!(5), false),
        (json!({"$length": 2}), json!([1, 2]), true),
        (json!({"$length": 2}), json!([1]), false),
        (json!([1]), json!([1, 2]), false),
        (json!({"$set": "x", "$is": 1}), json!(2), false),
        (json!({"$set": "x"}), json!(2), true),
    ] {
        assert_eq!(matches(pattern.clone(), value.clone()), expected, "{pattern} {value}");
    }
    let variables = Variables::from([("n".to_owned(), json!(5)), ("s".to_owned(), json!("x"))]);
    assert_eq!(filled(&json!(["${n}", "a${n}${s}b", {"k": "${s}"}]), &variables), json!([5, "a5xb", {"k": "x"}]));
}
