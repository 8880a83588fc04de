//! The generated half of the Python client: results as dataclasses, nested params as typed dicts, a method for each
//! operation, an exception for each kind of error.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::Value;

use super::catalog::{COMPONENTS, Catalog, Entry};
use super::schemas::{Side, kinds, pascal};

const FOLDER: &str = "clients/python/src/keepstone/_generated";

/// Longest line of documentation.
const WIDTH: usize = 100;

/// The session's own business, which the client does by itself.
const WITHOUT_METHOD: &str = "initialize";

/// Words that can't name a parameter or a field; they get `_` behind them.
const KEYWORDS: &[&str] = &[
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except",
    "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise",
    "return", "self", "try", "while", "with", "yield",
];

/// The generated modules of the package: path and content.
pub(super) fn files(catalog: &Catalog) -> BTreeMap<String, String> {
    let mut types = Types::new(catalog);
    let methods = methods(&mut types);
    let modules = [("errors", errors()), ("methods", methods), ("types", types.module())];
    modules.into_iter().map(|(name, text)| (format!("{FOLDER}/{name}.py"), text)).collect()
}

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

/// What a type can be made of, the most derived last: an alias of values, a class, a union of classes.
#[derive(Default)]
struct Definitions {
    literals: BTreeMap<String, String>,
    classes: BTreeMap<String, String>,
    unions: BTreeMap<String, String>,
}

/// The types met so far, each defined once.
struct Types<'a> {
    catalog: &'a Catalog,
    /// Shapes that both requests and replies have; those of requests are told apart by their name.
    shared: BTreeSet<String>,
    /// Names of fields that Python spells otherwise.
    renamed: BTreeSet<String>,
    seen: BTreeSet<String>,
    definitions: Definitions,
}

impl<'a> Types<'a> {
    fn new(catalog: &'a Catalog) -> Self {
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
    fn hint(&mut self, schema: &Value, side: Side, name: &str) -> String {
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

    fn words(&self, schema: &Value) -> String {
        self.spelled(schema["description"].as_str().unwrap_or_default())
    }

    /// Documentation with the names of fields as Python spells them.
    fn spelled(&self, text: &str) -> String {
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

    fn module(&self) -> String {
        let Definitions { literals, classes, unions } = &self.definitions;
        let body = [literals, classes, unions]
            .map(|bucket| bucket.values().map(|text| format!("\n\n{text}")).collect::<String>());
        let body = body.concat();
        let mut text = head("The shapes of what keepstone takes and answers.");
        text.push('\n');
        imports(&mut text, &body);
        let names = [literals, classes, unions].into_iter().flat_map(BTreeMap::keys);
        let names: BTreeSet<&String> = names.collect();
        text.push_str("\n__all__ = [\n");
        for name in names {
            let _ = writeln!(text, "    \"{name}\",");
        }
        text.push_str("]\n");
        text + &body
    }
}

fn methods(types: &mut Types) -> String {
    let entries: Vec<&Entry> =
        types.catalog.entries.iter().filter(|entry| entry.method.name != WITHOUT_METHOD).collect();
    let mut body = String::new();
    for entry in entries {
        method(&mut body, types, entry);
    }
    // What the session begins with is answered too, so its shape belongs to the types.
    for entry in &types.catalog.entries {
        let _ = types.hint(&entry.result, Side::Result, &result_name(entry));
    }

    let mut text = head("Every operation as a method.");
    text.push('\n');
    imports(&mut text, &body);
    let Definitions { literals, classes, unions } = &types.definitions;
    let names: BTreeSet<&String> = [literals, classes, unions].into_iter().flat_map(BTreeMap::keys).collect();
    let used: Vec<String> =
        names.into_iter().filter(|name| has_word(&body, name)).map(|name| format!("    {name},\n")).collect();
    let _ = write!(text, "from .types import (\n{})\n", used.concat());

    let all = types.catalog.entries.iter().map(|entry| entry.method);
    let mut idempotent: Vec<&str> = all.clone().filter(|method| method.idempotent).map(|method| method.name).collect();
    idempotent.sort_unstable();
    text.push_str("\nIDEMPOTENT = frozenset(\n    {\n");
    for name in idempotent {
        let _ = writeln!(text, "        \"{name}\",");
    }
    text.push_str("    }\n)\n\"\"\"What may be asked a second time, because that changes nothing more.\"\"\"\n");
    text.push_str("\nALIASES = {\n");
    for method in all {
        for alias in method.aliases {
            let _ = writeln!(text, "    \"{alias}\": \"{}\",", method.name);
        }
    }
    text.push_str("}\n\"\"\"Other names of methods.\"\"\"\n");
    text.push_str(
        "\n\nclass Methods:\n    \"\"\"Every operation of keepstone; `Keepstone` carries them out.\"\"\"\n\n    \
         def _run(\n        self,\n        method: str,\n        params: dict[str, Any],\n        \
         timeout: float | None,\n        on_progress: OnProgress | None,\n    ) -> Any:\n        \
         raise NotImplementedError\n",
    );
    text + &body
}

fn result_name(entry: &Entry) -> String {
    pascal(entry.method.name) + "Result"
}

fn method(text: &mut String, types: &mut Types, entry: &Entry) {
    let name = snake(entry.method.name);
    let (mut must, mut may) = (Vec::new(), Vec::new());
    for (field, schema, required) in entry.fields() {
        let mut hint =
            types.hint(schema, Side::Params, &format!("{}{}", pascal(entry.method.name), pascal(&snake(field))));
        if field.to_ascii_lowercase().ends_with("path") {
            hint = hint.replace("str", "StrPath");
        }
        if !required {
            hint = union(vec![hint, "None".to_owned()]) + " = None";
        }
        let words = types.words(schema);
        if required { &mut must } else { &mut may }.push((snake(field), hint, words));
    }
    let result = types.hint(&entry.result, Side::Result, &result_name(entry));

    let _ = write!(text, "\n    def {name}(\n        self,\n");
    for (name, hint, _) in &must {
        let _ = writeln!(text, "        {name}: {hint},");
    }
    text.push_str("        *,\n");
    for (name, hint, _) in &may {
        let _ = writeln!(text, "        {name}: {hint},");
    }
    let _ = writeln!(text, "        timeout: float | None = None,\n        on_progress: OnProgress | None = None,");
    let _ = writeln!(text, "    ) -> {result}:");

    let mut words = types.spelled(&entry.description);
    if !entry.method.idempotent {
        words.push_str("\n\nAsked a second time it may change something more, so it is never retried by itself.");
    }
    let fields: Vec<&(String, String, String)> = must.iter().chain(&may).collect();
    if !fields.is_empty() {
        words.push_str("\n\nArgs:");
        for (name, _, about) in &fields {
            let about = about.split_whitespace().collect::<Vec<_>>().join(" ");
            let _ = write!(words, "\n    {name}: {about}");
        }
    }
    docstring(text, 8, &words);
    let _ = write!(text, "        reply: {result} = self._run(\n            \"{}\",\n", entry.method.name);
    if fields.is_empty() {
        text.push_str("            {},\n");
    } else {
        text.push_str("            {\n");
        for (name, ..) in fields {
            let _ = writeln!(text, "                \"{name}\": {name},");
        }
        text.push_str("            },\n");
    }
    text.push_str("            timeout,\n            on_progress,\n        )\n        return reply\n");
}

fn errors() -> String {
    let mut text = head("One exception for each kind of error that keepstone answers with.");
    text.push_str("\nfrom .._failure import RequestError\n\n__all__ = [\n    \"BY_KIND\",\n");
    let class = |name: &str| pascal(name.trim_end_matches("_error")) + "Error";
    let sorted: BTreeSet<String> = kinds().iter().map(|(kind, _)| class(kind.name())).collect();
    for name in sorted {
        let _ = writeln!(text, "    \"{name}\",");
    }
    text.push_str("]\n");
    for (kind, description) in kinds() {
        let _ = write!(text, "\n\nclass {}(RequestError):\n", class(kind.name()));
        docstring(&mut text, 4, &description);
    }
    text.push_str("\n\nBY_KIND: dict[str, type[RequestError]] = {\n");
    for (kind, _) in kinds() {
        let _ = writeln!(text, "    \"{}\": {},", kind.name(), class(kind.name()));
    }
    text.push_str("}\n\"\"\"The exception for each `kind` on the wire.\"\"\"\n");
    text
}

fn head(about: &str) -> String {
    format!(
        "\"\"\"{about}\n\nGenerated from the code: `{}` makes it again.\n\"\"\"\n\nfrom __future__ import annotations\n",
        super::COMMAND
    )
}

/// The imports that a body needs.
fn imports(text: &mut String, body: &str) {
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

fn has_word(text: &str, word: &str) -> bool {
    text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').any(|found| found == word)
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
fn union(hints: Vec<String>) -> String {
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

/// Adds a docstring, its lines broken where they get too long.
fn docstring(text: &mut String, indent: usize, words: &str) {
    if words.is_empty() {
        return;
    }
    let pad = " ".repeat(indent);
    let words = words.replace('\\', "\\\\").replace("\"\"\"", "'''");
    let mut lines = Vec::new();
    for line in words.split('\n') {
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
