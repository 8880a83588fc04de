//! Operations made up for the purpose, with every kind of type whose schema needs care.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::catalog::Catalog;
use super::schemas::{self, Side};
use super::{openrpc, reference, typescript};
use crate::model::artifact::{Artifact, Input};
use crate::operations::{Method, Run};

/// Makes a thing. It is made once.
///
/// Details follow.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema matters")]
struct MakeParams {
    /// How many at most.
    #[serde(default = "ten")]
    #[schemars(range(max = 1000))]
    limit: u64,
    /// Its name.
    #[schemars(example = "box")]
    name: String,
    /// Small.
    small: Option<i16>,
    /// Made from.
    inputs: Option<Vec<Input>>,
    /// A kind.
    kind: Option<Kind>,
    /// Anything.
    anything: Option<Value>,
    /// A share.
    share: Option<f64>,
}

fn ten() -> u64 {
    10
}

/// The kinds.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// The one.
    One,
    /// The other.
    Other,
}

/// What was made.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Result {
    /// How far off, in either direction.
    offset: i64,
    /// The inputs.
    inputs: Vec<Input>,
    /// The whole, where there is one.
    whole: Option<Artifact>,
    /// By name.
    by_name: BTreeMap<String, Kind>,
    /// A pair.
    pair: (u8, String),
}

fn method<P: JsonSchema, R: JsonSchema>(name: &'static str, aliases: &'static [&'static str]) -> Method {
    Method {
        params_schema: |generator| generator.root_schema_for::<P>(),
        result_schema: |generator| generator.root_schema_for::<R>(),
        ..Method {
            name,
            aliases,
            idempotent: false,
            path_params: &[],
            here_only: &[],
            creates_store: false,
            barrier: false,
            run: Run::Probe(|_, _| unreachable!("never called")),
            params_schema: |_| unreachable!("replaced"),
            result_schema: |_| unreachable!("replaced"),
        }
    }
}

fn operations() -> &'static [Method] {
    Box::leak(Box::new([
        method::<MakeParams, Result>("make_thing", &["make"]),
        method::<MakeParams, Artifact>("get.thing", &[]),
        method::<MakeParams, Vec<Option<Artifact>>>("get_things", &[]),
    ]))
}

fn params() -> Value {
    schemas::of(&operations()[0], Side::Params)
}

#[test]
fn integers_are_bounded_and_carry_no_format() {
    let (params, result) = (params(), schemas::of(&operations()[0], Side::Result));
    let bounds =
        |schema: &Value| (schema["minimum"].clone(), schema["maximum"].clone(), schema.get("format").is_some());
    assert_eq!(bounds(&params["properties"]["limit"]), (json!(0), json!(1000), false));
    assert_eq!(bounds(&params["properties"]["small"]), (json!(-32768), json!(32767), false));
    assert_eq!(bounds(&params["properties"]["share"]), (Value::Null, Value::Null, false));
    let largest = 9_007_199_254_740_991_i64;
    assert_eq!(bounds(&result["properties"]["offset"]), (json!(-largest), json!(largest), false));
    assert_eq!(bounds(&result["$defs"]["Artifact"]["properties"]["schemaVersion"]), (json!(0), json!(u32::MAX), false));
    assert_eq!(bounds(&result["properties"]["pair"]["prefixItems"][0]), (json!(0), json!(255), false));
}

#[test]
fn optional_params_may_be_null_and_fields_of_results_are_required() {
    let params = params();
    assert_eq!(params["required"], json!(["name"]));
    assert_eq!(params["properties"]["name"]["type"], "string");
    assert_eq!(params["properties"]["limit"]["type"], json!(["integer", "null"]));
    assert_eq!(params["properties"]["limit"]["default"], 10);
    assert_eq!(params["properties"]["kind"]["anyOf"], json!([{ "$ref": "#/$defs/Kind" }, { "type": "null" }]));
    assert_eq!(params["additionalProperties"], false);
    let result = schemas::of(&operations()[0], Side::Result);
    assert_eq!(result["required"], json!(["offset", "inputs", "whole", "byName", "pair"]));
    assert_eq!(result["$defs"]["Input"]["required"], json!(["artifactId", "relation"]));
    assert_eq!(params["$defs"]["Input"]["required"], json!(["artifactId"]));
}

#[test]
fn titles_become_names_of_client_types() {
    assert_eq!(params()["title"], "MakeThingParams");
    assert_eq!(schemas::of(&operations()[1], Side::Result)["title"], "GetThingResult");
}

#[test]
fn the_document_shares_equal_types_and_tells_unequal_ones_apart() {
    let document = openrpc::document(&Catalog::of(operations()));
    let names: Vec<&String> = document["components"]["schemas"].as_object().expect("an object").keys().collect();
    for name in ["Artifact", "Input", "InputParam", "Kind", "RequestMeta"] {
        assert!(names.iter().any(|there| *there == name), "{name} in {names:?}");
    }
    assert!(!names.iter().any(|name| name.ends_with("Artifact") && *name != "Artifact"), "{names:?}");
    let result = |index: usize| document["methods"][index]["result"]["schema"].clone();
    assert_eq!(result(1), json!({ "$ref": "#/components/schemas/Artifact" }));
    assert_eq!(result(2)["items"]["anyOf"][0], json!({ "$ref": "#/components/schemas/Artifact" }));
    assert_eq!(result(0)["properties"]["pair"]["items"][1]["type"], "string", "draft-07 has no prefixItems");
    let params = document["methods"][0]["params"].as_array().expect("a list");
    assert_eq!(params[0]["name"], "name", "what must be given comes first");
    assert_eq!(document["methods"][0]["summary"], "Makes a thing.");
    assert_eq!(document["methods"][0]["x-aliases"], json!(["make"]));
    assert_eq!(document["methods"][0]["examples"][0]["params"], json!([{ "name": "name", "value": "box" }]));
}

#[test]
fn the_reference_shows_types_defaults_and_an_example() {
    let page = reference::page(&Catalog::of(operations()));
    for line in [
        "| [`get.thing`](#getthing) | Makes a thing. |",
        "Also called `make`.",
        "| `limit` | integer | no | `10` | How many at most. At most 1000. |",
        "| `name` | string | yes |  | Its name. |",
        "| `inputs` | array of [InputParam](#type-inputparam) | no |  | Made from. |",
        "| `anything` | any | no |  | Anything. |",
        "| `whole` | [Artifact](#type-artifact) or null | The whole, where there is one. |",
        "| `byName` | map to [Kind](#type-kind) | By name. |",
        "Result: array of ([Artifact](#type-artifact) or null).",
        r#"{"jsonrpc":"2.0","id":1,"method":"make_thing","params":{"name":"box"}}"#,
        "| `relation` | string | no |",
        r#"| `"other"` | The other. |"#,
    ] {
        assert!(page.contains(line), "{line}\n{page}");
    }
}

/// A file of the TypeScript client, made from the operations here.
fn typescript(name: &str) -> String {
    let files = typescript::files(&Catalog::of(operations()), "sha256:of-these");
    files[&format!("clients/typescript/src/generated/{name}.ts")].clone()
}

#[test]
fn typescript_types_are_those_of_the_schemas() {
    let page = typescript("types");
    for text in [
        "/** The kinds. */\nexport type Kind =\n  /** The one. */\n  | \"one\"\n  /** The other. */\n  | \"other\";\n",
        "/** What `make_thing` takes. */\nexport interface MakeThingParams {\n",
        "  /** Its name. */\n  name: string;\n",
        "  limit?: number | null | undefined;\n",
        "  inputs?: InputParam[] | null | undefined;\n",
        "  kind?: Kind | null | undefined;\n",
        "  anything?: unknown;\n",
        "/** What `make_thing` answers. What was made. */\nexport interface MakeThingResult {\n",
        "  whole: Artifact | null;\n",
        "  byName: Record<string, Kind>;\n",
        "  pair: [number, string];\n",
        "export type GetThingResult = Artifact;\n",
        "export type GetThingsResult = (Artifact | null)[];\n",
    ] {
        assert!(page.contains(text), "{text}\n{page}");
    }
    assert!(!page.contains("_meta") && !page.contains("RequestMeta"), "the client sets it by itself");
}

#[test]
fn typescript_methods_carry_the_documentation() {
    let page = typescript("methods");
    for text in [
        "  /**\n   * Makes a thing. It is made once.\n   *\n   * Details follow.\n   *\n   * Sent a second time",
        "   * @example\n   * await client.makeThing({\"name\":\"box\"});\n   */\n",
        "  makeThing(params: MakeThingParams, options?: CallOptions): Promise<MakeThingResult> {\n    return this.call(\"make_thing\", params, options);\n",
        "  thing(params: GetThingParams, options?: CallOptions): Promise<GetThingResult> {\n    return this.call(\"get.thing\", ",
        "  \"make\": { name: \"make_thing\", idempotent: false },\n",
        "export const SCHEMA_HASH = \"sha256:of-these\";\n",
    ] {
        assert!(page.contains(text), "{text}\n{page}");
    }
    let errors = typescript("errors");
    assert!(errors.contains("export class NotFoundError extends AppError {\n"), "{errors}");
    assert!(errors.contains("    super(message, \"parse_error\", -32700, data);\n"), "{errors}");
}

#[test]
fn shapes_that_no_operation_has_yet_are_typed_too() {
    let catalog =
        |schema: Value| Catalog { entries: Vec::new(), components: BTreeMap::from([("A".to_owned(), schema)]) };
    let declared = |schema: Value| {
        let files = typescript::files(&catalog(schema), "");
        let page = files["clients/typescript/src/generated/types.ts"].clone();
        page.split_once("\n\n").expect("a head").1.to_owned()
    };
    let word =
        |name: &str| json!({ "type": "object", "properties": { "kind": { "const": name } }, "required": ["kind"] });
    let variants = json!([word("x"), word("y")]);
    assert_eq!(
        declared(json!({ "oneOf": variants })),
        "export type A = {\n  kind: \"x\";\n} | {\n  kind: \"y\";\n};\n"
    );
    assert_eq!(
        declared(json!({ "type": "object", "properties": { "n": { "type": "integer" } }, "oneOf": variants })),
        "export type A = ({\n  kind: \"x\";\n} | {\n  kind: \"y\";\n}) & {\n  n?: number | undefined;\n};\n"
    );
    assert_eq!(
        declared(json!({ "description": "Ends */ here.", "enum": [1, "b"] })),
        "/** Ends *\\/ here. */\nexport type A = 1 | \"b\";\n"
    );
    assert_eq!(
        declared(
            json!({ "type": "array", "items": { "type": "object", "properties": { "t": { "type": ["string", "null"] } }, "required": ["t"], "additionalProperties": true } })
        ),
        "export type A = {\n  t: string | null;\n  [name: string]: unknown;\n}[];\n"
    );
    assert_eq!(
        declared(json!({ "type": "object", "properties": {}, "additionalProperties": false })),
        "export type A = Record<string, never>;\n"
    );
    assert_eq!(declared(json!(true)), "export type A = unknown;\n");
}
