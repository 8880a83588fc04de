//! The reference for people, `docs/operations.md`.

use std::fmt::Write;

use serde_json::{Value, json};

use super::catalog::{COMPONENTS, Catalog, Entry};
use super::schemas::kinds;
use crate::model::number::LARGEST;

const HEAD: &str = "\
# Operations

Every operation of keepstone: what it takes, what it answers. Send one as a JSON-RPC 2.0 line to `keepstone serve`, or
call it at the terminal with `keepstone call METHOD PARAMS`. Parameters are one object; unknown ones are refused by name,
and null counts as absent. Every field of a result is always present, null when it is unknown. Integers stay within
2^53-1. The exact shapes are in [`schemas/`](../schemas), and `keepstone schema METHOD` prints them.

Besides its own parameters, every operation takes `_meta: {progressToken}`, which asks for `$/progress` notifications.
";

/// The page for all operations.
pub(super) fn page(catalog: &Catalog) -> String {
    let mut page = format!("<!-- Generated from the code: `{}` makes it again. -->\n\n{HEAD}\n", super::COMMAND);
    contents(&mut page, catalog);
    for entry in &catalog.entries {
        operation(&mut page, entry);
    }
    page.push_str("\n## Types\n");
    for (name, schema) in &catalog.components {
        if name != "RequestMeta" {
            let _ = write!(page, "\n### type {name}\n\n");
            definition(&mut page, schema);
        }
    }
    errors(&mut page);
    page
}

fn contents(page: &mut String, catalog: &Catalog) {
    page.push_str("| operation | what it does |\n| --- | --- |\n");
    for Entry { method, summary, .. } in &catalog.entries {
        // As GitHub makes anchors of headings: without the dot.
        let _ =
            writeln!(page, "| [`{name}`](#{}) | {} |", method.name.replace('.', ""), cell(summary), name = method.name);
    }
    page.push_str("| [Types](#types) | shapes that several operations share |\n");
    page.push_str("| [Errors](#errors) | what can go wrong |\n");
}

fn operation(page: &mut String, entry: &Entry) {
    let method = entry.method;
    let _ = write!(page, "\n## `{}`\n\n", method.name);
    if !entry.description.is_empty() {
        let _ = write!(page, "{}\n\n", entry.description);
    }
    if !method.aliases.is_empty() {
        let aliases: Vec<String> = method.aliases.iter().map(|alias| format!("`{alias}`")).collect();
        let _ = write!(page, "Also called {}.\n\n", aliases.join(", "));
    }
    if !method.idempotent {
        page.push_str("Sent a second time it may change something more, so don't retry it blindly.\n\n");
    }

    let fields = entry.fields();
    if fields.is_empty() {
        page.push_str("No parameters.\n");
    } else {
        page.push_str("| parameter | type | required | default | meaning |\n| --- | --- | --- | --- | --- |\n");
        for (name, schema, required) in fields {
            let default = schema.get("default").map(|value| format!("`{value}`")).unwrap_or_default();
            let _ = writeln!(
                page,
                "| `{name}` | {} | {} | {} | {} |",
                type_of(schema, Null::Left),
                if required { "yes" } else { "no" },
                cell(&default),
                meaning(schema),
            );
        }
    }

    page.push_str("\nResult: ");
    page.push_str(&type_of(&entry.result, Null::Named));
    page.push_str(match entry.result["description"].as_str() {
        Some(_) => ". ",
        None => ".",
    });
    page.push_str(entry.result["description"].as_str().unwrap_or_default());
    page.push('\n');
    if entry.result.get("properties").is_some() || entry.result.get("oneOf").is_some() {
        page.push('\n');
        shape(page, &entry.result);
    }

    for params in entry.examples() {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method.name, "params": params });
        let _ = write!(page, "\n```json\n{request}\n```\n");
    }
}

/// A shared type: its documentation and its shape.
fn definition(page: &mut String, schema: &Value) {
    if let Some(description) = schema["description"].as_str() {
        let _ = write!(page, "{description}\n\n");
    }
    shape(page, schema);
}

fn shape(page: &mut String, schema: &Value) {
    if let Some(properties) = schema["properties"].as_object() {
        let required = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
        // In results every field is present, so only the types of params say what may be left out.
        let optional = properties.keys().any(|name| !required.iter().any(|must| must == name));
        page.push_str(if optional {
            "| field | type | required | meaning |\n| --- | --- | --- | --- |\n"
        } else {
            "| field | type | meaning |\n| --- | --- | --- |\n"
        });
        for (name, property) in properties {
            let must = required.iter().any(|must| must == name);
            let column = match (optional, must) {
                (false, _) => "",
                (true, true) => " yes |",
                (true, false) => " no |",
            };
            let kind = type_of(property, if must { Null::Named } else { Null::Left });
            let _ = writeln!(page, "| `{name}` | {kind} |{column} {} |", meaning(property));
        }
        return;
    }
    let variants = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array());
    let Some(variants) = variants else {
        let _ = writeln!(page, "{}", type_of(schema, Null::Named));
        return;
    };
    if variants.iter().all(|variant| variant.get("const").is_some()) {
        page.push_str("| value | meaning |\n| --- | --- |\n");
        for variant in variants {
            let _ = writeln!(page, "| `{}` | {} |", variant["const"], meaning(variant));
        }
        return;
    }
    page.push_str("One of:\n");
    for variant in variants {
        let description = variant["description"].as_str().unwrap_or_default().replace('\n', " ");
        let separator = if description.is_empty() { "" } else { ": " };
        let _ = write!(page, "\n- {}{separator}{description}\n", type_of(variant, Null::Named));
        if variant.get("properties").is_some() {
            page.push('\n');
            shape(page, variant);
        }
    }
}

fn errors(page: &mut String) {
    page.push_str(
        "\n## Errors\n\nThe `error` of a reply is `{code, message, data}`; `data` is `{kind, retryable, hint?, field?}` and, \
         for some kinds, further facts. `field` names the parameter at fault, `hint` the way out.\n\n\
         | code | kind | meaning | retry |\n| --- | --- | --- | --- |\n",
    );
    for (kind, description) in kinds() {
        let retry = if kind.retryable() { "yes" } else { "no" };
        let _ = writeln!(page, "| {} | `{}` | {} | {retry} |", kind.code(), kind.name(), cell(&description));
    }
}

/// Whether a type's text names null.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Null {
    Named,
    /// For parameters that may be left out: null means just that.
    Left,
}

/// A schema in a few words, with links to the shared types.
fn type_of(schema: &Value, null: Null) -> String {
    let Some(object) = schema.as_object() else { return "any".to_owned() };
    if let Some(name) = object.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix(COMPONENTS)) {
        return format!("[{name}](#type-{})", name.to_ascii_lowercase());
    }
    if let Some(value) = object.get("const") {
        return format!("`{value}`");
    }
    for key in ["enum", "anyOf", "oneOf", "allOf"] {
        let Some(options) = object.get(key).and_then(Value::as_array) else { continue };
        let words =
            options.iter().map(|option| if key == "enum" { format!("`{option}`") } else { type_of(option, null) });
        return either(words.collect(), null);
    }
    match object.get("type") {
        Some(Value::String(name)) => single(name, object),
        Some(Value::Array(names)) => {
            either(names.iter().filter_map(Value::as_str).map(|name| single(name, object)).collect(), null)
        }
        _ => "any".to_owned(),
    }
}

fn either(mut words: Vec<String>, null: Null) -> String {
    if null == Null::Left {
        words.retain(|word| word != "null" && word != "`null`");
    }
    words.dedup();
    words.join(" or ")
}

fn single(name: &str, schema: &serde_json::Map<String, Value>) -> String {
    match name {
        "array" => match schema.get("items") {
            Some(items) => match type_of(items, Null::Named) {
                several if several.contains(" or ") => format!("array of ({several})"),
                one => format!("array of {one}"),
            },
            None => "array".to_owned(),
        },
        "object" => match schema.get("additionalProperties") {
            Some(values @ Value::Object(_)) => format!("map to {}", type_of(values, Null::Named)),
            _ => "object".to_owned(),
        },
        other => other.to_owned(),
    }
}

/// The documentation of a field as a table cell, and the bounds that its type doesn't say.
fn meaning(schema: &Value) -> String {
    let mut text = cell(schema["description"].as_str().unwrap_or_default());
    let least = schema["minimum"].as_i64().filter(|least| *least > 0);
    // The whole range of a type is no bound worth a word.
    let most = schema["maximum"].as_u64().filter(|most| *most != LARGEST && *most != u64::from(u32::MAX));
    let bounds = match (least, most) {
        (Some(least), Some(most)) => format!("{least} to {most}."),
        (Some(least), None) => format!("At least {least}."),
        (None, Some(most)) => format!("At most {most}."),
        (None, None) => return text,
    };
    // Many descriptions say it already, in better words.
    if most.is_none_or(|most| text.contains(&most.to_string()))
        && least.is_none_or(|least| text.contains(&least.to_string()))
    {
        return text;
    }
    if !text.is_empty() {
        text.push(' ');
    }
    text + &bounds
}

/// Text on one line, with nothing in it that ends a table cell.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}
