//! What lines mean.

use serde_json::json;

use super::*;

fn one(line: &str) -> Message {
    match parse(line.as_bytes()) {
        Incoming::One(message) => message,
        Incoming::Batch(_) => panic!("{line} is no batch"),
    }
}

fn call(line: &str) -> Call {
    match one(line) {
        Message::Call(call) => call,
        other => panic!("{line} is no call but {other:?}"),
    }
}

fn fault(line: &str) -> (i32, Id<'static>) {
    match one(line) {
        Message::Fault(fault) => (fault.code.code(), fault.address.id),
        other => panic!("{line} is no fault but {other:?}"),
    }
}

#[test]
fn ids_decide_what_a_message_is() {
    for (id, expected) in [
        ("7", Id::Number(7)),
        ("0", Id::Number(0)),
        ("9007199254740991", Id::Number(INTEGER_MAX)),
        ("\"a\"", Id::Str("a".into())),
        ("\"\"", Id::Str("".into())),
        ("null", Id::Null),
    ] {
        let call = call(&format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"m"}}"#));
        assert_eq!(call.address.map(|address| address.id), Some(expected));
    }
    for id in ["-1", "1.5", "1.0", "{}", "[1]", "true", "9007199254740992", "18446744073709551616"] {
        assert_eq!(fault(&format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"m"}}"#)), (-32600, Id::Null), "{id}");
    }
    assert_eq!(call(r#"{"jsonrpc":"2.0","method":"m"}"#).address, None);
}

#[test]
fn faults_keep_the_id_that_can_be_told() {
    for (line, code, id) in [
        (r#"{"jsonrpc":"1.0","id":1,"method":"m"}"#, -32600, Id::Number(1)),
        (r#"{"id":1,"method":"m"}"#, -32600, Id::Number(1)),
        (r#"{"jsonrpc":"2.0","id":1}"#, -32600, Id::Number(1)),
        (r#"{"jsonrpc":"2.0","id":1,"method":5}"#, -32600, Id::Number(1)),
        (r#"{"jsonrpc":"2.0","id":1,"method":"m","params":[1]}"#, -32602, Id::Number(1)),
        (r#"{"jsonrpc":"2.0","id":1,"method":"m","params":"x"}"#, -32602, Id::Number(1)),
        (r#"{"jsonrpc":"2.0","id":1,"method":"m","params":{"_meta":5}}"#, -32602, Id::Number(1)),
        (r#"{"jsonrpc":"2.0","id":1,"method":"m","params":{"_meta":{"progressToken":{}}}}"#, -32602, Id::Number(1)),
        (r#"{"jsonrpc":"2.0","id":1,"method":"m","method":"n"}"#, -32600, Id::Number(1)),
        (r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"m"}"#, -32600, Id::Null),
        (r#"{"jsonrpc":"2.0","id":"\ud800","method":"m"}"#, -32600, Id::Null),
        (r#"{"jsonrpc":"2.0","id":1,"method":"m","params":{"_meta":{"progressToken":1e999}}}"#, -32602, Id::Number(1)),
        (r#"{"jsonrpc":"2.0","id":1,"method":"#, -32700, Id::Null),
        ("nonsense", -32700, Id::Null),
        ("7", -32600, Id::Null),
        ("\"text\"", -32600, Id::Null),
        ("null", -32600, Id::Null),
        ("{}", -32600, Id::Null),
        ("[]", -32600, Id::Null),
        (r#"{"operation":5,"id":1}"#, -32600, Id::Number(1)),
        (r#"{"operation":"m","id":-1}"#, -32600, Id::Null),
        (r#"{"operation":"m","manifest_db":5}"#, -32602, Id::Null),
        (r#"{"operation":"m","artifact_id":"a","artifactId":"b"}"#, -32602, Id::Null),
    ] {
        assert_eq!(fault(line), (code, id), "{line}");
    }
    assert!(matches!(parse(b"\xff{}"), Incoming::One(Message::Fault(fault)) if fault.code.code() == -32700));
}

#[test]
fn deep_nesting_is_a_parse_error() {
    let bomb = "[".repeat(1_000_000);
    assert_eq!(fault(&bomb), (-32700, Id::Null));
    // Inside the params it is the method that can't read it; the id is known.
    let closed = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"m","params":{{"a":{bomb}{}}}}}"#, "]".repeat(1_000_000));
    assert_eq!(call(&closed).params.into_value().unwrap_err().data().field.as_deref(), Some("a"));
}

#[test]
fn responses_are_recognised() {
    assert!(matches!(one(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#), Message::Response));
    assert!(matches!(one(r#"{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"x"}}"#), Message::Response));
    assert!(matches!(one(r#"{"error":"x"}"#), Message::Response));
}

#[test]
fn batches_have_a_size() {
    let request = r#"{"jsonrpc":"2.0","id":1,"method":"m"}"#;
    let of = |count: usize| format!("[{}]", vec![request; count].join(","));
    assert!(matches!(parse(of(256).as_bytes()), Incoming::Batch(messages) if messages.len() == 256));
    assert_eq!(fault(&of(257)), (-32600, Id::Null));
    assert_eq!(fault(&format!("[{}0]", "0,".repeat(1_000_000))), (-32600, Id::Null));
    assert!(matches!(parse(b"[1,[]]"), Incoming::Batch(messages) if messages.len() == 2));
}

#[test]
fn plain_envelopes_are_calls() {
    let line = r#"{"operation":"publish_artifact","artifact_type":"t","params":{"a_b":1},"tags":{"x_y":"z"},
        "logicalKey":"k","manifest_db":"/s/manifest.sqlite","manifest_sql":"x","_meta":{"progressToken":3}}"#;
    let call = call(line);
    assert_eq!(call.method, "publish_artifact");
    assert_eq!(
        call.params.into_value().unwrap(),
        json!({ "artifactType": "t", "params": { "a_b": 1 }, "tags": { "x_y": "z" }, "logicalKey": "k" })
    );
    assert_eq!(call.token, Some(Token(json!(3))));
    assert_eq!(call.place.manifest_db.as_deref(), Some("/s/manifest.sqlite"));
    assert_eq!(call.address, Some(Address { form: Form::Plain("publish_artifact".into()), id: Id::Null }));
}

#[test]
fn keys_become_camel_case() {
    for (snake, camel) in [
        ("artifact_id", "artifactId"),
        ("artifactId", "artifactId"),
        ("_meta", "_meta"),
        ("a__b", "aB"),
        ("min_created_at", "minCreatedAt"),
    ] {
        assert_eq!(camel_case(snake), camel);
    }
    assert_eq!(call(r#"{"operation":"m"}"#).params.into_value().unwrap(), json!({}));
}
