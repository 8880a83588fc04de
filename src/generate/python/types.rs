//! Schemas as Python's types: dataclasses for what is answered, typed dicts for what is asked, literals for values.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::Value;

use super::super::catalog::{COMPONENTS, Catalog};
use super::super::schemas::{Side, pascal};
use super::text::{docstring, head, imports, snake};

/// What a type can be made of, the most derived last: an alias of values, a class, a union of classes.
#[derive(Default)]
struct Definitions {
    literals: BTreeMap<String, String>,
    classes: BTreeMap<String, String>,
    unions: BTreeMap<String, String>,
}

/// The types met so far, each defined once.
pub(super) struct Types<'a> {
    pub(super) catalog: &'a Catalog,
    /// Shapes that both requests and replies have; those of requests are told apart by their name.
    shared: BTreeSet<String>,
    /// Names of fields that Python spells otherwise.
    renamed: BTreeSet<String>,
    seen: BTreeSet<String>,
    definitions: Definitions,
}

impl<'a> Types<'a> {
    pub(super) fn new(catalog: &'a Catalog) -> Self {
        let (mut taken, mut given, mut names) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for entry in &catalog.entries {
            entry.fields().iter().for_each(|(_, schema, _)| reach(catalog, schema, &mut taken));
            reach(catalog, &entry.result, &mut given);
            field_names(&entry.params, &mut names);
            field_names(&entry.result, &mut names);
        }
        catalog.components.values().for_each(|schema| field_names(schema, &mut names));
        names.retain(|name| name.contains(|letter: char| letter.is_ascii_uppercase()));
        Self {
            catalog,
            shared: taken.intersection(&given).cloned().collect(),
            renamed: names,
            seen: BTreeSet::new(),
            definitions: Definitions::default(),
        }
    }

    /// A schema as a type hint. What has no name of its own gets the one given.
    pub(super) fn hint(&mut self, schema: &Value, side: Side, name: &str) -> String {
        let Some(object) = schema.as_object() else { return "Any".to_owned() };
        if let Some(target) = object.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix(COMPONENTS))
        {
            return self.component(target, side);
        }
        if let Some(value) = object.get("const") {
            return literal([value]);
        }
        if let Some(values) = object.get("enum").and_then(Value::as_array) {
            return literal(values);
        }
        if let Some(values) = constants(schema) {
            return literal(values);
        }
        for key in ["anyOf", "oneOf", "allOf"] {
            if let Some(options) = object.get(key).and_then(Value::as_array) {
                let hint = |(at, option): (usize, &Value)| self.hint(option, side, &variant_name(name, option, at));
                return union(options.iter().enumerate().map(hint).collect());
            }
        }
        match object.get("type") {
            Some(Value::String(kind)) => self.single(kind, schema, side, name),
            Some(Value::Array(kinds)) => {
                let kinds = kinds.iter().filter_map(Value::as_str);
                union(kinds.map(|kind| self.single(kind, schema, side, name)).collect())
            }
            _ => "Any".to_owned(),
        }
    }

    fn single(&mut self, kind: &str, schema: &Value, side: Side, name: &str) -> String {
        match (kind, side) {
            ("string", _) => "str".to_owned(),
            ("integer", _) => "int".to_owned(),
            ("number", _) => "float".to_owned(),
            ("boolean", _) => "bool".to_owned(),
            ("null", _) => "None".to_owned(),
            ("array", _) => {
                let item = match schema.get("items") {
                    Some(items) => self.hint(items, side, &format!("{name}Item")),
                    None => "Any".to_owned(),
                };
                format!("{}[{item}]", if side == Side::Params { "Sequence" } else { "list" })
            }
            ("object", _) if schema.get("properties").is_some() => {
                if self.seen.insert(name.to_owned()) {
                    self.class(name, schema, side);
                }
                name.to_owned()
            }
            ("object", _) => {
                let value = match schema.get("additionalProperties") {
                    Some(values @ Value::Object(_)) => self.hint(values, side, &format!("{name}Value")),
                    _ => "Any".to_owned(),
                };
                format!("{}[str, {value}]", if side == Side::Params { "Mapping" } else { "dict" })
            }
            _ => "Any".to_owned(),
        }
    }

    /// A shared type, which is defined where it is first met.
    fn component(&mut self, component: &str, side: Side) -> String {
        let schema = &self.catalog.components[component];
        if let Some(values) = constants(schema) {
            let text = format!("{component} = {}\n{}", literal(values.clone()), self.values_documentation(schema));
            self.definitions.literals.entry(component.to_owned()).or_insert(text);
            return component.to_owned();
        }
        let mut name = component.to_owned();
        if side == Side::Params && self.shared.contains(component) {
            name.push_str("Param");
        }
        if !self.seen.contains(&name) {
            if schema.get("properties").is_some() {
                self.seen.insert(name.clone());
                self.class(&name, schema, side);
            } else {
                let hint = self.hint(schema, side, &name);
                let mut text = format!("{name} = {}\n", if hint.contains(" | ") { unioned(&hint) } else { hint });
                docstring(&mut text, 0, &self.words(schema));
                self.seen.insert(name.clone());
                self.definitions.unions.insert(name.clone(), text);
            }
        }
        name
    }

    /// A dataclass for what is answered, a typed dict for what is asked.
    fn class(&mut self, name: &str, schema: &Value, side: Side) {
        let required = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
        let properties = schema["properties"].as_object().into_iter().flatten();
        let [mut must, mut may] = [String::new(), String::new()];
        for (field, property) in properties {
            let needed = required.iter().any(|required| required == field);
            let mut hint = self.hint(property, side, &format!("{name}{}", pascal(&snake(field))));
            if field.to_ascii_lowercase().ends_with("path") && side == Side::Params {
                hint = hint.replace("str", "StrPath");
            }
            if !needed && side == Side::Result {
                hint = union(vec![hint, "None".to_owned()]);
            }
            let text = if needed || side == Side::Result { &mut must } else { &mut may };
            let _ = writeln!(text, "    {}: {hint}", snake(field));
            docstring(text, 4, &self.words(property));
        }
        let mut about = String::new();
        docstring(&mut about, 4, &self.words(schema));
        let separated = |about: &str, fields: &str| match (about, fields) {
            ("", "") => "    pass\n".to_owned(),
            ("", one) | (one, "") => one.to_owned(),
            _ => format!("{about}\n{fields}"),
        };
        let text = match (side, must.is_empty(), may.is_empty()) {
            (Side::Result, ..) => {
                format!(
                    "@dataclass(frozen=True, kw_only=True, slots=True)\nclass {name}:\n{}",
                    separated(&about, &must)
                )
            }
            (_, true, _) => format!("class {name}(TypedDict, total=False):\n{}", separated(&about, &may)),
            (_, _, true) => format!("class {name}(TypedDict):\n{}", separated(&about, &must)),
            // Python 3.10 has no NotRequired: what must be there stands in a class of its own.
            _ => format!(
                "class _{name}Required(TypedDict):\n{must}\n\nclass {name}(_{name}Required, total=False):\n{}",
                separated(&about, &may)
            ),
        };
        self.definitions.classes.insert(name.to_owned(), text);
    }

    fn values_documentation(&self, schema: &Value) -> String {
        let mut words = self.words(schema);
        for option in schema["oneOf"].as_array().into_iter().flatten() {
            if let Some(description) = option["description"].as_str() {
                let _ = write!(words, "\n\n`{}`: {}", option["const"], self.spelled(description));
            }
        }
        let mut text = String::new();
        docstring(&mut text, 0, &words.replace("`\"", "`").replace("\"`", "`"));
        text
    }

    pub(super) fn words(&self, schema: &Value) -> String {
        self.spelled(schema["description"].as_str().unwrap_or_default())
    }

    /// Documentation with the names of fields as Python spells them.
    pub(super) fn spelled(&self, text: &str) -> String {
        let mut result = String::new();
        let mut rest = text;
        while !rest.is_empty() {
            let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
            let end = rest.find(|letter| !is_word(letter)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            result.push_str(&if self.renamed.contains(word) { snake(word) } else { word.to_owned() });
            let end = after.find(is_word).unwrap_or(after.len());
            result.push_str(&after[..end]);
            rest = &after[end..];
        }
        result
    }

    /// The names of all types, sorted.
    pub(super) fn names(&self) -> impl Iterator<Item = &String> {
        let Definitions { literals, classes, unions } = &self.definitions;
        let names: BTreeSet<&String> = [literals, classes, unions].into_iter().flat_map(BTreeMap::keys).collect();
        names.into_iter()
    }

    pub(super) fn module(&self) -> String {
        let Definitions { literals, classes, unions } = &self.definitions;
        let body = [literals, classes, unions]
            .map(|bucket| bucket.values().map(|text| format!("\n\n{text}")).collect::<String>());
        let body = body.concat();
        let mut text = head("The shapes of what keepstone takes and answers.");
        text.push('\n');
        imports(&mut text, &body);
        text.push_str("\n__all__ = [\n");
        for name in self.names() {
            let _ = writeln!(text, "    \"{name}\",");
        }
        text.push_str("]\n");
        text + &body
    }
}

/// The values of an enumeration; none for anything else.
fn constants(schema: &Value) -> Option<Vec<&Value>> {
    if let Some(values) = schema["enum"].as_array() {
        return Some(values.iter().collect());
    }
    schema["oneOf"].as_array()?.iter().map(|option| option.get("const")).collect()
}

fn literal<'v>(values: impl IntoIterator<Item = &'v Value>) -> String {
    let (nulls, values): (Vec<&Value>, Vec<&Value>) = values.into_iter().partition(|value| value.is_null());
    let words: Vec<String> = values.into_iter().map(ToString::to_string).collect();
    let text = format!("Literal[{}]", words.join(", "));
    if nulls.is_empty() { text } else { text + " | None" }
}

/// One of several types, None last.
pub(super) fn union(hints: Vec<String>) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut none = false;
    for hint in hints {
        for word in split_union(&hint) {
            none |= word == "None";
            if word != "None" && !words.contains(&word) {
                words.push(word);
            }
        }
    }
    if words.iter().any(|word| word == "Any") {
        return "Any".to_owned();
    }
    if none {
        words.push("None".to_owned());
    }
    words.join(" | ")
}

/// The members of a union as they stand, those inside brackets left together.
fn split_union(hint: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut depth = 0;
    for letter in hint.chars() {
        match letter {
            '[' => depth += 1,
            ']' => depth -= 1,
            '|' if depth == 0 => {
                words.push(String::new());
                continue;
            }
            _ => {}
        }
        words.last_mut().expect("there is always one").push(letter);
    }
    words.into_iter().map(|word| word.trim().to_owned()).collect()
}

/// A union that is evaluated when the module is loaded.
fn unioned(hint: &str) -> String {
    format!("Union[{}]", split_union(hint).join(", "))
}

/// A name for one of several shapes without names: what tells it apart, else its number.
fn variant_name(name: &str, option: &Value, at: usize) -> String {
    let mut properties = option["properties"].as_object().into_iter().flatten();
    let tag = properties.find_map(|(_, property)| property["const"].as_str());
    match tag {
        Some(tag) => format!("{name}{}", pascal(tag)),
        None if option.get("properties").is_some() => format!("{name}{}", at + 1),
        None => name.to_owned(),
    }
}

/// Adds the names of the shared types that a schema leads to.
fn reach(catalog: &Catalog, schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(object) => {
            for (key, value) in object {
                let target = value.as_str().filter(|_| key == "$ref").and_then(|text| text.strip_prefix(COMPONENTS));
                match target {
                    Some(name) if found.insert(name.to_owned()) => reach(catalog, &catalog.components[name], found),
                    Some(_) => {}
                    None => reach(catalog, value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| reach(catalog, item, found)),
        _ => {}
    }
}

/// Adds the names of all fields in a schema.
pub(super) fn field_names(schema: &Value, names: &mut BTreeSet<String>) {
    match schema {
        Value::Object(object) => {
            names.extend(
                object.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.clone()),
            );
            object.values().for_each(|value| field_names(value, names));
        }
        Value::Array(items) => items.iter().for_each(|item| field_names(item, names)),
        _ => {}
    }
}
