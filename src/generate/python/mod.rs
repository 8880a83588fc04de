//! The generated half of the Python client: results as dataclasses, nested params as typed dicts, a method for each
//! operation, an exception for each kind of error.

#[cfg(test)]
mod tests;
mod text;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::catalog::{Catalog, Entry};
use super::schemas::{Side, kinds, pascal};
use text::{docstring, has_word, head, imports, snake};
use types::{Types, union};

const FOLDER: &str = "clients/python/src/keepstone/_generated";

/// The session's own business, which the client does by itself.
const WITHOUT_METHOD: &str = "initialize";

/// The generated modules of the package: path and content.
pub(super) fn files(catalog: &Catalog) -> BTreeMap<String, String> {
    let mut types = Types::new(catalog);
    let methods = methods(&mut types);
    let modules = [("errors", errors()), ("methods", methods), ("types", types.module()), ("version", version())];
    modules.into_iter().map(|(name, text)| (format!("{FOLDER}/{name}.py"), text)).collect()
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
    let used: Vec<String> =
        types.names().filter(|name| has_word(&body, name)).map(|name| format!("    {name},\n")).collect();
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

fn version() -> String {
    let about = head("The version of the package, which is that of the program it was made with.");
    format!("{about}\n__version__ = \"{}\"\n", env!("CARGO_PKG_VERSION"))
}
