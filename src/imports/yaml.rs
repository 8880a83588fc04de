//! YAML as other programs write their settings: maps with texts for keys, lists, texts, numbers, true, false and null.

use serde_json::{Map, Value};
use yaml_rust2::Yaml;
use yaml_rust2::parser::{Event, Parser};
use yaml_rust2::scanner::{Marker, TScalarStyle};

/// Longest text that is read, in bytes: settings are short.
const LONGEST: usize = 1024 * 1024;

/// How deep lists and maps may lie in one another, as in JSON.
const DEEPEST: usize = 127;

/// The value that a text says; an empty one says null. What is wrong with it otherwise, with its line.
pub(super) fn read(text: &str) -> Result<Value, String> {
    if text.len() > LONGEST {
        return Err(format!("it has {} bytes, and settings have at most {LONGEST}", text.len()));
    }
    let mut builder = Builder::default();
    let mut parser = Parser::new_from_str(text);
    // Event by event: the parser's own way calls itself for every level.
    loop {
        let (event, mark) =
            parser.next_token().map_err(|error| format!("line {}: {}", error.marker().line(), error.info()))?;
        if matches!(event, Event::DocumentEnd | Event::StreamEnd) {
            return Ok(builder.whole.unwrap_or_default());
        }
        builder.on_event(event, mark);
        if let Some(wrong) = builder.wrong {
            return Err(wrong);
        }
    }
}

/// Puts a value together, event by event.
#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    whole: Option<Value>,
    wrong: Option<String>,
}

/// A list or map that is not yet ended.
enum Open {
    List(Vec<Value>),
    Map(Map<String, Value>, Option<String>),
}

impl Builder {
    fn refuse(&mut self, mark: Marker, what: &str) {
        self.wrong.get_or_insert_with(|| format!("line {}: {what}", mark.line()));
    }

    fn take(&mut self, value: Value, mark: Marker) {
        match self.open.last_mut() {
            None => self.whole = Some(value),
            Some(Open::List(items)) => items.push(value),
            Some(Open::Map(fields, key)) => match (key.take(), value) {
                (Some(key), _) if fields.contains_key(&key) => {
                    self.refuse(mark, &format!("the key {key:?} is there twice"));
                }
                (Some(key), value) => _ = fields.insert(key, value),
                (None, Value::String(text)) => *key = Some(text),
                (None, Value::Array(_) | Value::Object(_) | Value::Null) => self.refuse(mark, "a key must be a text"),
                (None, other) => *key = Some(other.to_string()),
            },
        }
    }
}

impl Builder {
    fn on_event(&mut self, event: Event, mark: Marker) {
        match event {
            Event::Scalar(text, TScalarStyle::Plain, _, None) => self.take(plain(text), mark),
            Event::Scalar(text, ..) => self.take(Value::String(text), mark),
            Event::SequenceStart(..) | Event::MappingStart(..) if self.open.len() >= DEEPEST => {
                self.refuse(mark, &format!("lists and maps lie more than {DEEPEST} deep in one another"));
            }
            Event::SequenceStart(..) => self.open.push(Open::List(Vec::new())),
            Event::MappingStart(..) => self.open.push(Open::Map(Map::new(), None)),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open::List(items)) => self.take(Value::Array(items), mark),
                Some(Open::Map(fields, _)) => self.take(Value::Object(fields), mark),
                None => {}
            },
            // A few lines of them can stand for more than memory holds.
            Event::Alias(_) => self.refuse(mark, "aliases are not read: write out what they stand for"),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart | Event::DocumentEnd => {}
        }
    }
}

/// What a text without quotes means.
fn plain(text: String) -> Value {
    match Yaml::from_str(&text) {
        Yaml::Integer(number) => Value::from(number),
        Yaml::Boolean(word) => Value::Bool(word),
        Yaml::Null => Value::Null,
        Yaml::Real(_) => text.parse::<f64>().map_or(Value::String(text), Value::from),
        _ => Value::String(text),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_are_read() {
        let text = "# comment\nretention:\n  proofs:   {keep: 10, pin: []}\n  'a b': {keep: 1.5}\nlist:\n  - \"10\"\n  - ~\n  - yes\n  - true\n";
        let value = json!({
            "retention": {"proofs": {"keep": 10, "pin": []}, "a b": {"keep": 1.5}},
            "list": ["10", null, "yes", true],
        });
        assert_eq!(read(text), Ok(value));
        assert_eq!(read(""), Ok(Value::Null));
        assert_eq!(read("50e9"), Ok(json!(50e9)));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, wrong) in [
            ("a: 1\nb: [1,\n", "line 3"),
            ("a: 1\na: 2\n", "line 2: the key \"a\" is there twice"),
            ("a: &x [1]\nb: *x\n", "line 2: aliases are not read"),
            ("? [1]\n: 2\n", "a key must be a text"),
            (&"[".repeat(128), "line 1: lists and maps lie more than 127 deep"),
            (&"[".repeat(100_000), "line 1: "),
        ] {
            let told = read(text).unwrap_err();
            assert!(told.contains(wrong), "{}: {told}", &text[..text.len().min(100)]);
        }
    }
}
