//! Shapes made up for the purpose, and what must hold for the names of every operation.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::super::catalog::Catalog;
use super::super::schemas::Side;
use super::text::{docstring, snake};
use super::types::{Types, field_names};
use crate::operations::OPERATIONS;

/// As the client makes the wire's spelling of its own.
fn camel(name: &str) -> String {
    let mut words = name.trim_end_matches('_').split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| name + &word[..1].to_ascii_uppercase() + &word[1..])
}

#[test]
fn every_name_finds_its_way_back_to_the_wire() {
    let catalog = Catalog::of(OPERATIONS);
    let mut names = BTreeSet::new();
    for entry in &catalog.entries {
        field_names(&entry.result, &mut names);
        for (field, schema, _) in entry.fields() {
            assert!(!["timeout", "on_progress", "self"].contains(&&*snake(field)), "{field} is the client's own");
            names.insert(field.to_owned());
            field_names(schema, &mut names);
        }
    }
    catalog.components.values().for_each(|schema| field_names(schema, &mut names));
    names.remove("_meta");
    assert!(names.contains("artifactId"));
    for name in names {
        assert_eq!(camel(&snake(&name)), name);
    }
}

fn components(shapes: Value) -> Catalog {
    let shapes: BTreeMap<String, Value> = serde_json::from_value(shapes).expect("an object");
    Catalog { entries: Vec::new(), components: shapes }
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

#[test]
fn an_answer_is_a_dataclass_and_a_question_a_typed_dict() {
    let catalog = components(json!({
        "Member": {
            "description": "What `artifactId` has.",
            "properties": {
                "artifactId": { "type": "string" },
                "dataPath": { "type": ["string", "null"] },
                "from": { "type": "array", "items": { "type": "integer" } },
                "kind": reference("Kind"),
            },
            "required": ["artifactId"],
        },
        "Kind": { "oneOf": [{ "const": "one", "description": "The one." }, { "const": "two" }] },
    }));
    let mut types = Types::new(&catalog);
    assert_eq!(types.hint(&reference("Member"), Side::Params, "X"), "Member");
    let text = types.module();
    for part in [
        "Kind = Literal[\"one\", \"two\"]\n\"\"\"",
        "`one`: The one.",
        "class _MemberRequired(TypedDict):\n    artifact_id: str\n",
        "class Member(_MemberRequired, total=False):\n    \"\"\"What `artifact_id` has.\"\"\"\n",
        "    data_path: StrPath | None\n",
        "    from_: Sequence[int]\n    kind: Kind\n",
        "from typing import Literal, TypedDict\n",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }

    let mut types = Types::new(&catalog);
    let list = json!({ "type": ["array", "null"], "items": { "anyOf": [reference("Member"), { "type": "null" }] } });
    assert_eq!(types.hint(&list, Side::Result, "X"), "list[Member | None] | None");
    let text = types.module();
    let part = "@dataclass(frozen=True, kw_only=True, slots=True)\nclass Member:\n";
    assert!(text.contains(part), "{text}");
    // What a reply may leave out reads as None.
    assert!(text.contains("    from_: list[int] | None\n"), "{text}");
}

#[test]
fn variants_become_classes_of_their_own() {
    let variant = |tag: &str, field: &str| json!({ "type": "object", "required": ["type", field], "properties": { "type": { "const": tag }, field: { "type": "number" } } });
    let catalog = components(json!({ "Fate": { "oneOf": [variant("kept", "until"), variant("gone", "since")] } }));
    let mut types = Types::new(&catalog);
    assert_eq!(types.hint(&reference("Fate"), Side::Result, "X"), "Fate");
    let text = types.module();
    for part in
        ["class FateKept:\n    type: Literal[\"kept\"]\n    until: float\n", "Fate = Union[FateKept, FateGone]\n"]
    {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let map = json!({ "type": "object", "additionalProperties": { "type": ["number", "string"] } });
    assert_eq!(types.hint(&map, Side::Params, "X"), "Mapping[str, float | str]");
    assert_eq!(types.hint(&json!({ "type": "object" }), Side::Result, "X"), "dict[str, Any]");
    assert_eq!(types.hint(&json!(true), Side::Result, "X"), "Any");
}

#[test]
fn docstrings_keep_their_words_and_paragraphs() {
    let mut text = String::new();
    docstring(&mut text, 4, "Broken\nhere.\n\nA back\\slash and \"\"\".\n- one\n- two");
    assert_eq!(text, "    \"\"\"Broken here.\n\n    A back\\\\slash and '''.\n    - one\n    - two\n    \"\"\"\n");
    let mut text = String::new();
    docstring(&mut text, 0, "The last is \"this\"");
    assert_eq!(text, "\"\"\"The last is \"this\" \"\"\"\n");
    let mut text = String::new();
    docstring(&mut text, 8, &"word ".repeat(60));
    assert!(text.lines().count() > 2 && text.lines().all(|line| line.len() <= 100), "{text}");
}
