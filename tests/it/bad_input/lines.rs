//! Lines and parameters that can't be taken.

use serde_json::{Value, json};

use super::{Desk, expect};

#[test]
fn ids_and_names_are_data_never_paths() {
    let mut desk = Desk::new();
    let ids = ["a/b", "../a", "", ".a", "a b", "a\u{0}", "\u{e9}", &"a".repeat(129), "a\n"];
    let rule = "1 to 128 letters, digits, '.', '_' and '-', the first a letter or digit";
    for id in ids {
        let message = format!("artifactId: {id:?} is no artifact id: {rule}");
        for method in
            ["get_artifact", "list_files", "read_file", "get_lineage", "get_downstream", "trace_roots", "list_events"]
        {
            expect(desk.call(method, json!({"artifactId": id})), "invalid_params", "artifactId", &message);
        }
        let content = json!({"encoding": "utf8", "data": "x"});
        let found = desk.publish(json!({"artifactId": id, "content": content}));
        expect(found, "invalid_params", "artifactId", &message);
        let found = desk.publish(json!({"inputs": [{"artifactId": id}], "content": content}));
        expect(found, "invalid_params", "inputs[0].artifactId", &format!("inputs[0].{message}"));
        let found = desk.call("supersede", json!({"newArtifactId": id, "oldArtifactId": "a"}));
        assert_eq!((found.0.as_str(), found.1.as_str()), ("invalid_params", "newArtifactId"));
        let found = desk.publish(json!({"runId": id, "content": content}));
        expect(found, "invalid_params", "runId", &format!("runId: {id:?} is no run id: {rule}"));
    }
    for kind in ["a/b", "..", "", &"a".repeat(65)] {
        let found = desk.publish(json!({"artifactType": kind, "content": {"encoding": "utf8", "data": "x"}}));
        let rule = rule.replace("128", "64");
        expect(found, "invalid_params", "artifactType", &format!("artifactType: {kind:?} is no artifact type: {rule}"));
    }
    for key in [String::new(), "k".repeat(1025)] {
        let found = desk.publish(json!({"logicalKey": key, "content": {"encoding": "utf8", "data": "x"}}));
        let message = format!("logicalKey: it must have 1 to 1024 bytes, not {}", key.len());
        expect(found, "invalid_params", "logicalKey", &message);
    }
}

#[test]
fn unknown_missing_and_mistyped_parameters_are_named() {
    let mut desk = Desk::new();
    let text = json!({"encoding": "utf8", "data": "x"});
    for (method, params, field, message) in [
        ("get_artifact", json!({"artifactId": "a", "typo": 1}), "typo", "there is no parameter \"typo\""),
        ("get_artifact", json!({"artifact_id": "a"}), "artifact_id", "there is no parameter \"artifact_id\""),
        ("health_check", json!({"x": null, "typo": 1}), "typo", "there is no parameter \"typo\""),
        (
            "publish_artifact",
            json!({"artifactType": "t", "content": {"encoding": "utf8", "data": "x", "typo": 1}}),
            "content.typo",
            "there is no parameter \"content.typo\"",
        ),
        (
            "publish_artifact",
            json!({"artifactType": "t", "files": [{"path": "x", "typo": 1}]}),
            "files[0].typo",
            "there is no parameter \"files[0].typo\"",
        ),
        ("get_artifact", json!({}), "artifactId", "artifactId is missing"),
        ("get_artifact", json!({"artifactId": null}), "artifactId", "artifactId is missing"),
        ("get_artifact", json!(null), "artifactId", "artifactId is missing"),
        ("supersede", json!({"newArtifactId": "a"}), "oldArtifactId", "oldArtifactId is missing"),
        (
            "publish_artifact",
            json!({"artifactType": "t", "content": text, "inputs": [{}]}),
            "inputs[0].artifactId",
            "inputs[0].artifactId is missing",
        ),
        ("publish_artifact", json!({"artifactType": "t", "files": [{}]}), "files[0].path", "files[0].path is missing"),
        (
            "get_artifact",
            json!({"artifactId": 5}),
            "artifactId",
            "artifactId: invalid type: integer `5`, expected a string",
        ),
        (
            "get_artifacts",
            json!({"artifactIds": "a"}),
            "artifactIds",
            "artifactIds: invalid type: string \"a\", expected a sequence",
        ),
        (
            "publish_artifact",
            json!({"artifactType": "t", "content": text, "gitDirty": "yes"}),
            "gitDirty",
            "gitDirty: invalid type: string \"yes\", expected a boolean",
        ),
        (
            "publish_artifact",
            json!({"artifactType": "t", "content": text, "params": [1]}),
            "params",
            "params: invalid type: sequence, expected a map",
        ),
        (
            "publish_artifact",
            json!({"artifactType": "t", "content": "x"}),
            "content",
            "content: invalid type: string \"x\", expected an object",
        ),
        (
            "publish_artifact",
            json!({"artifactType": "t", "content": text, "format": "csv"}),
            "format",
            "format: unknown variant `csv`, expected one of `table`, `file`, `tree`",
        ),
        (
            "publish_artifact",
            json!({"artifactType": "t", "content": text, "roles": ["a", 1]}),
            "roles[1]",
            "roles[1]: invalid type: integer `1`, expected a string",
        ),
        (
            "publish_artifact",
            json!({"artifactType": "t", "content": text, "ingest": "steal"}),
            "ingest",
            "ingest: unknown variant `steal`, expected `copy` or `move`",
        ),
    ] {
        expect(desk.call(method, params), "invalid_params", field, message);
    }
    for params in [json!([]), json!(["a"]), json!("a"), json!(5), json!(true)] {
        expect(desk.call("get_artifact", params), "invalid_params", "params", "params must be an object");
    }
    let (kind, _, message) = desk.call("get_artefact", json!({}));
    assert_eq!((kind.as_str(), message.as_str()), ("method_not_found", "there is no method \"get_artefact\""));
}

#[test]
fn numbers_are_whole_where_they_must_be() {
    let mut desk = Desk::new();
    for (limit, shown) in [
        ("1.5", "1.5 is no whole number from 0 to 9007199254740991"),
        ("-1", "-1 is no whole number from 0 to 9007199254740991"),
        ("9007199254740992", "9007199254740992 is no whole number from 0 to 9007199254740991"),
        ("18446744073709551616", "1.8446744073709552e+19 is no whole number from 0 to 9007199254740991"),
        ("1e300", "1e+300 is no whole number from 0 to 9007199254740991"),
        ("-0", "0 is not between 1 and 10000"),
        ("-0.0", "0 is not between 1 and 10000"),
        ("9007199254740991", "9007199254740991 is not between 1 and 10000"),
    ] {
        let line = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"list_events","params":{{"limit":{limit}}}}}"#);
        let (id, kind, field, message) = desk.refused(line);
        assert_eq!((id, kind.as_str(), field.as_str()), (json!(1), "invalid_params", "limit"));
        assert_eq!(message, format!("limit: {shown}"));
    }
    for limit in ["1.0", "1e0", "10e-1"] {
        desk.session.send(format!(r#"{{"jsonrpc":"2.0","id":1,"method":"list_events","params":{{"limit":{limit}}}}}"#));
        let reply = desk.session.line().unwrap();
        assert_eq!(reply["result"].as_array().map(Vec::len), Some(1), "{limit}: {reply}");
    }
    let line = r#"{"jsonrpc":"2.0","id":1,"method":"list_events","params":{"limit":1e999}}"#;
    let (id, kind, field, message) = desk.refused(line);
    assert_eq!((id, kind.as_str(), field.as_str()), (json!(1), "invalid_params", "limit"));
    assert!(message.starts_with("limit: the value can't be read: number out of range"), "{message}");
}

#[test]
fn text_of_every_kind_is_taken_or_told() {
    let mut desk = Desk::new();
    let lone =
        r#"{"jsonrpc":"2.0","id":7,"method":"publish_artifact","params":{"artifactType":"t","logicalKey":"\ud800"}}"#;
    let (id, kind, field, message) = desk.refused(lone);
    assert_eq!((id, kind.as_str(), field.as_str()), (json!(7), "invalid_params", "logicalKey"));
    assert!(message.starts_with("logicalKey: the value can't be read: "), "{message}");
    let mut bytes = br#"{"jsonrpc":"2.0","id":8,"method":"get_artifact","params":{"artifactId":""#.to_vec();
    let at = bytes.len();
    bytes.extend(b"\xff\"}}");
    let (id, kind, _, message) = desk.refused(bytes);
    assert_eq!(
        (id, kind.as_str(), message),
        (Value::Null, "parse_error", format!("the line is no UTF-8 from byte {at} on"))
    );

    let odd = "nul\u{0} bell\u{7} \u{2028} \u{1f600} \u{feff}";
    // What people say in one line has no control characters.
    let line = "\u{2028} \u{1f600} \u{feff}";
    let params = json!({"artifactType": "t", "logicalKey": odd, "title": line, "description": odd, "source": odd, "roles": [odd],
        "tags": {line: odd}, "params": {odd: odd}, "writerName": odd, "requestId": odd, "filenameHint": odd,
        "content": {"encoding": "utf8", "data": odd}});
    let published = desk.session.call("publish_artifact", params.clone())["result"]["artifact"].clone();
    for field in ["logicalKey", "title", "description", "source", "roles", "tags", "params"] {
        assert_eq!(published[field], params[field], "{field}");
    }
    let filter = json!({"filter": {"tags": {line: odd}, "roles": [odd]}});
    let listed = desk.session.call("list_artifacts", filter)["result"].clone();
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "found by its tag and role");
    for (field, value) in published.as_object().unwrap() {
        assert_eq!(listed[0][field], *value, "{field}");
    }
}

#[test]
fn lines_that_are_no_requests() {
    let mut desk = Desk::new();
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let nested = format!(
        r#"{{"jsonrpc":"2.0","id":3,"method":"health_check","params":{{"x":{}1{}}}}}"#,
        "[".repeat(200),
        "]".repeat(200)
    );
    for (line, id, kind) in [
        ("{", Value::Null, "parse_error"),
        ("nonsense", Value::Null, "parse_error"),
        (&deep, Value::Null, "parse_error"),
        (&nested, json!(3), "invalid_params"),
        ("5", Value::Null, "invalid_request"),
        ("[]", Value::Null, "invalid_request"),
        (r#"{"id":4,"method":"health_check"}"#, json!(4), "invalid_request"),
        (r#"{"jsonrpc":"2.0","id":4,"method":5}"#, json!(4), "invalid_request"),
        (r#"{"jsonrpc":"2.0","id":4.5,"method":"health_check"}"#, Value::Null, "invalid_request"),
        (r#"{"jsonrpc":"2.0","id":4,"id":5,"method":"health_check"}"#, Value::Null, "invalid_request"),
        (r#"{"jsonrpc":"2.0","id":4,"method":"health_check","method":"init"}"#, json!(4), "invalid_request"),
    ] {
        let (found, told, _, message) = desk.refused(line);
        assert_eq!((found, told.as_str()), (id, kind), "{message}");
    }
}

#[test]
fn a_line_of_40_mib_is_refused_and_the_next_one_served() {
    let mut desk = Desk::new();
    let data = "x".repeat(40 << 20);
    let content = json!({"encoding": "utf8", "data": data});
    let params = json!({"artifactType": "t", "content": content});
    let line = json!({"jsonrpc": "2.0", "id": "long", "method": "publish_artifact", "params": params}).to_string();
    let (id, kind, _, message) = desk.refused(line);
    assert_eq!((id, kind.as_str()), (Value::Null, "invalid_request"));
    assert_eq!(message, "the line is longer than 33554432 bytes; pass large content as a file (dataPath)");
}

#[test]
fn requests_that_contradict_what_is_there() {
    let mut desk = Desk::new();
    let found = desk.call("supersede", json!({"newArtifactId": "a", "oldArtifactId": "b"}));
    let message = "artifact a can't supersede b: it was itself superseded by it, at once or over others";
    expect(found, "conflict", "newArtifactId", message);
    let found = desk.call("supersede", json!({"newArtifactId": "a", "oldArtifactId": "a"}));
    expect(found, "invalid_data", "oldArtifactId", "artifact a can't supersede itself");
    let text = json!({"encoding": "utf8", "data": "x"});
    let found = desk.publish(json!({"content": text, "inputArtifactIds": ["a", "nothing"]}));
    expect(found, "not_found", "inputArtifactIds[1]", "the input nothing was not found");
    let found = desk.publish(json!({"content": text, "artifactId": "a", "artifactType": "note"}));
    expect(found, "conflict", "artifactId", "artifact a exists with other content");
    let found = desk.call("register_type", json!({"artifactType": "note", "sortKeys": ["x"]}));
    expect(found, "conflict", "artifactType", "the type note is in use, so its definition can't change");
}
