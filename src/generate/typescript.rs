//! The types, the typed methods and the errors of the TypeScript client.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Map, Value};

use super::catalog::{COMPONENTS, Catalog, Entry};
use super::schemas::{META, kinds, pascal};
use crate::protocol::VERSION;
use crate::transport::LINE_BYTES_MAX;

const FOLDER: &str = "clients/typescript/src/generated";

/// All files by their path from the root of the repository. `schema_hash` is that of the schemas they are made from.
pub(super) fn files(catalog: &Catalog, schema_hash: &str) -> BTreeMap<String, String> {
    let head = format!("// Generated from the code: `{}` makes it again.\n", super::COMMAND);
    BTreeMap::from([
        (format!("{FOLDER}/types.ts"), format!("{head}{}", types(catalog))),
        (format!("{FOLDER}/methods.ts"), format!("{head}{}", methods(catalog, schema_hash))),
        (format!("{FOLDER}/errors.ts"), format!("{head}{}", errors())),
    ])
}

/// One exported type for each shared shape, and for each operation's params and result.
fn types(catalog: &Catalog) -> String {
    let mut page = String::new();
    for (name, schema) in catalog.components.iter().filter(|(name, _)| *name != "RequestMeta") {
        declare(&mut page, name, schema["description"].as_str().unwrap_or_default(), schema);
    }
    for entry in &catalog.entries {
        let name = pascal(entry.method.name);
        let mut params = entry.params.clone();
        params["properties"].as_object_mut().map(|properties| properties.shift_remove(META));
        declare(&mut page, &format!("{name}Params"), &format!("What `{}` takes.", entry.method.name), &params);
        let mut about = format!("What `{}` answers.", entry.method.name);
        if let Some(description) = entry.result["description"].as_str() {
            let _ = write!(about, " {description}");
        }
        declare(&mut page, &format!("{name}Result"), &about, &entry.result);
    }
    page
}

fn declare(page: &mut String, name: &str, about: &str, schema: &Value) {
    page.push('\n');
    comment(page, "", about);
    let fields = schema["properties"].as_object().is_some_and(|properties| !properties.is_empty());
    let alone = ["oneOf", "anyOf", "allOf"].iter().all(|key| schema.get(key).is_none());
    let _ = match type_of(schema, "") {
        text if fields && alone => writeln!(page, "export interface {name} {text}"),
        // The words of an enumeration carry documentation of their own.
        _ if words(schema).is_some() => {
            let _ = write!(page, "export type {name} =");
            for word in words(schema).into_iter().flatten() {
                page.push('\n');
                comment(page, "  ", word["description"].as_str().unwrap_or_default());
                let _ = write!(page, "  | {}", word["const"]);
            }
            writeln!(page, ";")
        }
        text => writeln!(page, "export type {name} = {text};"),
    };
}

/// The variants of an enumeration whose values are constants.
fn words(schema: &Value) -> Option<&Vec<Value>> {
    schema["oneOf"].as_array().filter(|variants| variants.iter().all(|variant| variant.get("const").is_some()))
}

/// A schema as a TypeScript type; lines after the first stand behind `indent`.
fn type_of(schema: &Value, indent: &str) -> String {
    let Some(object) = schema.as_object() else { return "unknown".to_owned() };
    if let Some(name) = object.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix(COMPONENTS)) {
        return name.to_owned();
    }
    if let Some(value) = object.get("const") {
        return value.to_string();
    }
    if let Some(values) = object.get("enum").and_then(Value::as_array) {
        return either(values.iter().map(Value::to_string).collect());
    }
    let mut parts = Vec::new();
    for key in ["anyOf", "oneOf"] {
        if let Some(options) = object.get(key).and_then(Value::as_array) {
            parts.push(either(options.iter().map(|option| type_of(option, indent)).collect()));
        }
    }
    parts.extend(object.get("allOf").and_then(Value::as_array).into_iter().flatten().map(|part| type_of(part, indent)));
    // Beside alternatives, an object without fields of its own says nothing more.
    if parts.is_empty() || object.contains_key("properties") {
        parts.push(match object.get("type") {
            Some(Value::String(name)) => single(name, object, indent),
            Some(Value::Array(names)) => {
                either(names.iter().filter_map(Value::as_str).map(|name| single(name, object, indent)).collect())
            }
            _ => "unknown".to_owned(),
        });
    }
    match &parts[..] {
        [one] => one.clone(),
        several => several.iter().map(|part| in_parentheses(part)).collect::<Vec<_>>().join(" & "),
    }
}

/// A union. What may be anything may be null too.
fn either(mut types: Vec<String>) -> String {
    if types.iter().any(|one| one == "unknown") {
        return "unknown".to_owned();
    }
    let mut seen = Vec::new();
    types.retain(|one| {
        !seen.contains(one) && {
            seen.push(one.clone());
            true
        }
    });
    types.join(" | ")
}

/// Inside an array or an intersection a union needs them.
fn in_parentheses(text: &str) -> String {
    let mut depth = 0_i32;
    let union = text.chars().any(|letter| {
        depth += match letter {
            '{' | '[' | '(' | '<' => 1,
            '}' | ']' | ')' | '>' => -1,
            _ => 0,
        };
        letter == '|' && depth == 0
    });
    if union { format!("({text})") } else { text.to_owned() }
}

fn single(name: &str, schema: &Map<String, Value>, indent: &str) -> String {
    match name {
        "integer" => "number".to_owned(),
        "array" => match (schema.get("prefixItems").and_then(Value::as_array), schema.get("items")) {
            (Some(items), _) => {
                format!("[{}]", items.iter().map(|item| type_of(item, indent)).collect::<Vec<_>>().join(", "))
            }
            (None, Some(items)) => format!("{}[]", in_parentheses(&type_of(items, indent))),
            (None, None) => "unknown[]".to_owned(),
        },
        "object" => object(schema, indent),
        other => other.to_owned(),
    }
}

fn object(schema: &Map<String, Value>, indent: &str) -> String {
    let others = schema.get("additionalProperties");
    let Some(properties) = schema.get("properties").and_then(Value::as_object).filter(|fields| !fields.is_empty())
    else {
        return match others {
            Some(Value::Bool(false)) => "Record<string, never>".to_owned(),
            Some(values @ Value::Object(_)) => format!("Record<string, {}>", type_of(values, indent)),
            _ => "Record<string, unknown>".to_owned(),
        };
    };
    let required = schema.get("required").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let inner = format!("{indent}  ");
    let mut text = "{\n".to_owned();
    for (name, property) in properties {
        comment(&mut text, &inner, property["description"].as_str().unwrap_or_default());
        let kind = type_of(property, &inner);
        // Undefined is named, for those who compile with exactOptionalPropertyTypes.
        let _ = match required.iter().any(|must| must == name) {
            true => writeln!(text, "{inner}{name}: {kind};"),
            false => writeln!(text, "{inner}{name}?: {};", either(vec![kind, "undefined".to_owned()])),
        };
    }
    if others == Some(&Value::Bool(true)) {
        let _ = writeln!(text, "{inner}[name: string]: unknown;");
    }
    let _ = write!(text, "{indent}}}");
    text
}

/// What a client knows beforehand, and a class with one method for each operation.
fn methods(catalog: &Catalog, schema_hash: &str) -> String {
    let mut page = "\nimport type { CallOptions } from \"../options.js\";\nimport type {\n".to_owned();
    let mut names: Vec<String> = catalog.entries.iter().map(|entry| pascal(entry.method.name)).collect();
    names.sort();
    for name in names {
        let _ = writeln!(page, "  {name}Params,\n  {name}Result,");
    }
    let _ = write!(
        page,
        "}} from \"./types.js\";

/** The version of the protocol that this client speaks. */
export const PROTOCOL_VERSION = {VERSION};

/** SHA-256 of the schemas that the types here are made from: equal hashes, equal shapes. */
export const SCHEMA_HASH = \"{schema_hash}\";

/** The longest line that keepstone takes, in bytes. */
export const LINE_BYTES_MAX = {LINE_BYTES_MAX};

/** Every method by each of its names: the first of them, and whether sending it a second time changes nothing more. */
export const METHODS = {{
"
    );
    for Entry { method, .. } in &catalog.entries {
        for name in [method.name].iter().chain(method.aliases) {
            let _ = writeln!(page, "  \"{name}\": {{ name: \"{}\", idempotent: {} }},", method.name, method.idempotent);
        }
    }
    page.push_str(
        "} as const;

/** Every operation as a method. */
export abstract class Methods {
  /** Calls any method by its name on the wire. */
  abstract call<Result = unknown>(method: string, params?: object, options?: CallOptions): Promise<Result>;
",
    );
    for entry in &catalog.entries {
        method(&mut page, entry);
    }
    page.push_str("}\n");
    page
}

fn method(page: &mut String, entry: &Entry) {
    let (method, name) = (entry.method, camel(entry.method.name));
    let mut about = entry.description.clone();
    if !method.idempotent {
        about.push_str("\n\nSent a second time it may change something more, so it is never sent again by itself.");
    }
    for params in entry.examples() {
        let _ = write!(about, "\n\n@example\nawait client.{name}({params});");
    }
    page.push('\n');
    comment(page, "  ", about.trim_start());
    let title = pascal(method.name);
    let default = if entry.fields().iter().any(|(_, _, must)| *must) { "" } else { " = {}" };
    let _ = write!(
        page,
        "  {name}(params: {title}Params{default}, options?: CallOptions): Promise<{title}Result> {{\n    \
         return this.call(\"{}\", params, options);\n  }}\n",
        method.name
    );
}

/// A class for each kind of error.
fn errors() -> String {
    let mut page = "\nimport { AppError, type ErrorData } from \"../errors.js\";\n".to_owned();
    let (mut names, mut classes) = (String::new(), String::new());
    for (kind, description) in kinds() {
        let name = kind.name();
        let class = pascal(name.strip_suffix("_error").unwrap_or(name)) + "Error";
        page.push('\n');
        comment(&mut page, "", &description);
        let code = kind.code();
        let _ = write!(
            page,
            "export class {class} extends AppError {{\n  constructor(message: string, data?: ErrorData) {{\n    \
             super(message, \"{name}\", {code}, data);\n  }}\n}}\n"
        );
        let _ = write!(names, "\n  | \"{name}\"");
        let _ = writeln!(classes, "  {name}: {class},");
    }
    let _ = write!(
        page,
        "\n/** The name of a kind of error. */\nexport type ErrorKind ={names};\n\n/** Of each kind its class. */\n\
         export const ERRORS = {{\n{classes}}} as const;\n"
    );
    page
}

/// `get_artifact` as `getArtifact`, `rpc.discover` as `discover`.
fn camel(method: &str) -> String {
    let name = pascal(method.rsplit('.').next().unwrap_or(method));
    name[..1].to_ascii_lowercase() + &name[1..]
}

/// Documentation before what it documents; nothing where there is none.
fn comment(page: &mut String, indent: &str, text: &str) {
    let text = text.replace("*/", "*\\/");
    let _ = match text.trim() {
        "" => Ok(()),
        line if !line.contains('\n') => writeln!(page, "{indent}/** {line} */"),
        lines => {
            let lines: String =
                lines.lines().map(|line| format!("{indent} * {line}").trim_end().to_owned() + "\n").collect();
            writeln!(page, "{indent}/**\n{lines}{indent} */")
        }
    };
}
