//! All operations side by side, with one definition for each shape that several of them use.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::schemas::{self, Side, pascal, remove_object, strip};
use crate::operations::Method;

/// Where shared definitions stand in the OpenRPC document.
pub(super) const COMPONENTS: &str = "#/components/schemas/";

const LOCAL: &str = "#/$defs/";

/// One operation.
pub(super) struct Entry {
    pub(super) method: &'static Method,
    /// The first sentence of the documentation.
    pub(super) summary: String,
    /// The whole documentation.
    pub(super) description: String,
    /// The schema of the params, an object.
    pub(super) params: Value,
    /// The schema of the result.
    pub(super) result: Value,
}

/// All operations and the definitions that they share.
pub(super) struct Catalog {
    pub(super) entries: Vec<Entry>,
    pub(super) components: BTreeMap<String, Value>,
}

/// A schema taken apart: the root, and the definitions it names.
struct Parts {
    method: &'static Method,
    side: Side,
    root: Value,
    definitions: Map<String, Value>,
}

/// The definitions of one name that different schemas hold: each shape, and where it was met.
type Variants = BTreeMap<String, Vec<(Side, &'static str)>>;

impl Catalog {
    /// The catalog of these operations.
    pub(super) fn of(operations: &'static [Method]) -> Self {
        let all: Vec<[Parts; 2]> =
            operations.iter().map(|method| [Side::Params, Side::Result].map(|side| take_apart(method, side))).collect();

        // Definitions of one name may differ from method to method, so each is known by all that it contains.
        let mut shapes: BTreeMap<String, Variants> = BTreeMap::new();
        for parts in all.iter().flatten() {
            for name in parts.definitions.keys() {
                let shape = shape(&parts.definitions, name);
                let variants = shapes.entry(name.clone()).or_default();
                variants.entry(shape).or_default().push((parts.side, parts.method.name));
            }
        }
        let names = component_names(&shapes);

        let mut components = BTreeMap::new();
        let mut entries = Vec::new();
        for [mut params, mut result] in all {
            for parts in [&mut params, &mut result] {
                let renamed: BTreeMap<String, String> = parts
                    .definitions
                    .keys()
                    .map(|name| (name.clone(), names[&(name.clone(), shape(&parts.definitions, name))].clone()))
                    .collect();
                rename_references(&mut parts.root, &renamed);
                for (name, mut definition) in std::mem::take(&mut parts.definitions) {
                    rename_references(&mut definition, &renamed);
                    components.insert(renamed[&name].clone(), definition);
                }
            }
            let description = params.root["description"].as_str().unwrap_or_default().to_owned();
            strip(&mut params.root, &["description"]);
            entries.push(Entry {
                method: params.method,
                summary: first_sentence(&description),
                description,
                params: params.root,
                result: result.root,
            });
        }
        Self { entries, components }
    }
}

impl Entry {
    /// The operation's own parameters in the order of their definition: name, schema, and whether it must be given.
    pub(super) fn fields(&self) -> Vec<(&str, &Value, bool)> {
        let required = self.params["required"].as_array().map(Vec::as_slice).unwrap_or_default();
        let properties = self.params["properties"].as_object().into_iter().flatten();
        properties
            .filter(|(name, _)| *name != schemas::META)
            .map(|(name, schema)| (name.as_str(), schema, required.iter().any(|must| must == name)))
            .collect()
    }

    /// Params to show: those given as `examples` of the whole, else one made of the examples of what must be given. Where
    /// every parameter may be left out there is none: leaving all of them out need not make sense.
    pub(super) fn examples(&self) -> Vec<Value> {
        if let Some(Value::Array(examples)) = self.params.get("examples") {
            return examples.clone();
        }
        let fields = self.fields();
        if !fields.is_empty() && !fields.iter().any(|(_, _, must)| *must) {
            return Vec::new();
        }
        let required = fields.into_iter().filter(|(_, _, must)| *must);
        let example: Option<Map<_, _>> =
            required.map(|(name, schema, _)| Some((name.to_owned(), schema["examples"].get(0)?.clone()))).collect();
        example.map(Value::Object).into_iter().collect()
    }
}

fn take_apart(method: &'static Method, side: Side) -> Parts {
    let mut root = schemas::raw(method, side);
    let mut definitions = remove_object(&mut root, "$defs");
    let title = root["title"].as_str().unwrap_or_default().to_owned();
    strip(&mut root, &["$schema", "title"]);
    // A result that is one of the shared types (an Artifact, say) counts as that type.
    if side == Side::Result && title != "Result" && root.get("properties").is_some() {
        let own = BTreeMap::from([("#".to_owned(), title.clone())]);
        rename(&mut root, "", LOCAL, &own);
        definitions.values_mut().for_each(|definition| rename(definition, "", LOCAL, &own));
        definitions.insert(title.clone(), std::mem::replace(&mut root, json!({ "$ref": format!("{LOCAL}{title}") })));
    }
    Parts { method, side, root, definitions }
}

/// The text of a definition with everything it refers to written out, by which equal shapes are recognised.
fn shape(definitions: &Map<String, Value>, name: &str) -> String {
    fn expand(value: &Value, definitions: &Map<String, Value>, open: &mut Vec<String>) -> Value {
        match value {
            Value::Object(object) => object
                .iter()
                .map(|(key, value)| {
                    let target = value.as_str().filter(|_| key == "$ref").and_then(|text| text.strip_prefix(LOCAL));
                    let value = match target {
                        Some(target) if !open.iter().any(|name| name == target) => {
                            open.push(target.to_owned());
                            let expanded = expand(&definitions[target], definitions, open);
                            open.pop();
                            json!([target, expanded])
                        }
                        _ => expand(value, definitions, open),
                    };
                    (key.clone(), value)
                })
                .collect::<Map<_, _>>()
                .into(),
            Value::Array(items) => items.iter().map(|item| expand(item, definitions, open)).collect(),
            other => other.clone(),
        }
    }
    expand(&definitions[name], definitions, &mut vec![name.to_owned()]).to_string()
}

/// A name for each shape: its own where only one shape has it, else with `Param` for the params' or with the method's.
fn component_names(shapes: &BTreeMap<String, Variants>) -> BTreeMap<(String, String), String> {
    let mut taken: BTreeSet<String> = shapes.keys().cloned().collect();
    let mut names = BTreeMap::new();
    for (name, variants) in shapes {
        let only_on = |side: Side| {
            let mut there = variants.values().filter(|uses| uses.iter().any(|(at, _)| *at == side));
            there.next().is_some() && there.next().is_none()
        };
        for (shape, uses) in variants {
            let results = uses.iter().any(|(side, _)| *side == Side::Result);
            let component = if variants.len() == 1 || (results && only_on(Side::Result)) {
                name.clone()
            } else {
                let plain = format!("{name}Param");
                let (side, method) = uses[0];
                let long = format!("{}{}", pascal(method), if side == Side::Params { &plain } else { name });
                let mut candidate = if !results && only_on(Side::Params) { plain } else { long };
                while !taken.insert(candidate.clone()) {
                    candidate.push('_');
                }
                candidate
            };
            names.insert((name.clone(), shape.clone()), component);
        }
    }
    names
}

fn rename_references(value: &mut Value, names: &BTreeMap<String, String>) {
    rename(value, LOCAL, COMPONENTS, names);
}

/// Points every reference to `from` + a name at `to` + its new name.
fn rename(value: &mut Value, from: &str, to: &str, names: &BTreeMap<String, String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                let target = value.as_str().filter(|_| key == "$ref").and_then(|text| text.strip_prefix(from));
                match target.and_then(|target| names.get(target)) {
                    Some(name) => *value = json!(format!("{to}{name}")),
                    None => rename(value, from, to, names),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, from, to, names)),
        _ => {}
    }
}

/// The first sentence of a text, on one line.
fn first_sentence(text: &str) -> String {
    let paragraph = text.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    let end = paragraph.match_indices(". ").map(|(at, _)| at).find(|at| {
        // Not after an abbreviation such as "e.g.".
        paragraph[at + 2..].starts_with(|next: char| next.is_uppercase() || next == '`')
    });
    paragraph[..end.map_or(paragraph.len(), |at| at + 1)].to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::{Side, Variants, component_names, first_sentence, rename, shape};

    #[test]
    fn shapes_of_one_name_are_told_apart() {
        let variants: Variants = BTreeMap::from([
            ("a".to_owned(), vec![(Side::Params, "publish_artifact"), (Side::Params, "add_lineage")]),
            ("b".to_owned(), vec![(Side::Result, "get_artifact")]),
        ]);
        let pages: Variants = BTreeMap::from([
            ("c".to_owned(), vec![(Side::Result, "list_runs")]),
            ("d".to_owned(), vec![(Side::Result, "list_pins")]),
        ]);
        let names = component_names(&BTreeMap::from([("Input".to_owned(), variants), ("Page".to_owned(), pages)]));
        let name = |name: &str, shape: &str| names[&(name.to_owned(), shape.to_owned())].as_str();
        assert_eq!(name("Input", "a"), "InputParam");
        assert_eq!(name("Input", "b"), "Input");
        assert_eq!(name("Page", "c"), "ListRunsPage");
        assert_eq!(name("Page", "d"), "ListPinsPage");
    }

    #[test]
    fn a_shape_reaches_through_references_and_stops_at_circles() {
        let definitions = |leaf: &str| {
            let value = json!({
                "Tree": { "items": { "$ref": "#/$defs/Tree" }, "leaf": { "$ref": "#/$defs/Leaf" } },
                "Leaf": { "type": leaf },
            });
            value.as_object().cloned().expect("an object")
        };
        assert_eq!(shape(&definitions("string"), "Tree"), shape(&definitions("string"), "Tree"));
        assert_ne!(shape(&definitions("string"), "Tree"), shape(&definitions("number"), "Tree"));
    }

    #[test]
    fn references_are_renamed_wherever_they_stand() {
        let mut schema =
            json!({ "anyOf": [{ "$ref": "#/$defs/A" }, { "properties": { "$ref": { "$ref": "#/$defs/B" } } }] });
        let names = [("A", "X"), ("B", "Y")].map(|(from, to)| (from.to_owned(), to.to_owned()));
        rename(&mut schema, "#/$defs/", "#/components/schemas/", &BTreeMap::from(names));
        let renamed = "#/components/schemas/";
        assert_eq!(
            schema,
            json!({ "anyOf": [
                { "$ref": format!("{renamed}X") },
                { "properties": { "$ref": { "$ref": format!("{renamed}Y") } } },
            ] })
        );
    }

    #[test]
    fn the_first_sentence_ends_at_a_full_stop_or_the_paragraph() {
        assert_eq!(first_sentence("Keeps it,\ne.g. for good. Then more."), "Keeps it, e.g. for good.");
        assert_eq!(first_sentence("Keeps it: v1.2 too\n\nMore."), "Keeps it: v1.2 too");
    }
}
