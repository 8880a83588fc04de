//! Validates what is sent and received against the schemas on disk, so that every test that sees a reply checks its shape.

use std::collections::{HashMap, VecDeque};
use std::fs;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::Validator;
use keepstone::model::Kind;
use keepstone::operations::Method;
use serde_json::Value;

/// Panics unless `result` is what the schema of the method's result says. The name may be an alias.
#[track_caller]
pub(crate) fn check_reply(method: &str, result: &Value) {
    check(&format!("{}.result", name_of(method)), result);
}

/// Panics unless `params` is what the schema of the method's params says; null counts as the empty object.
#[track_caller]
pub(crate) fn check_params(method: &str, params: &Value) {
    let empty = Value::Object(serde_json::Map::new());
    check(&format!("{}.params", name_of(method)), if params.is_null() { &empty } else { params });
}

/// Panics unless `error` is a JSON-RPC error as keepstone answers it, its code the one of its kind.
#[track_caller]
pub(crate) fn check_error(error: &Value) {
    check("error", error);
    let kind = error["data"]["kind"].as_str().unwrap();
    let kind = Kind::ALL.into_iter().find(|known| known.name() == kind).unwrap();
    assert_eq!(error["code"], kind.code(), "the code is not the one of {}: {error}", kind.name());
    assert_eq!(error["data"]["retryable"], kind.retryable(), "`retryable` is not as {} has it: {error}", kind.name());
    assert!(!error["message"].as_str().unwrap().is_empty(), "an error says something: {error}");
}

/// Remembers which method each id under way calls, so that every reply of a session can be validated.
#[derive(Default)]
pub(crate) struct Ledger {
    under_way: HashMap<String, VecDeque<String>>,
}

impl Ledger {
    /// Takes note of a line that was sent, which need not be a request.
    pub(crate) fn sent(&mut self, line: &[u8]) {
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        match serde_json::from_slice(line) {
            Ok(Value::Array(batch)) => batch.iter().for_each(|request| self.note(request)),
            Ok(request) => self.note(&request),
            Err(_) => {}
        }
    }

    fn note(&mut self, request: &Value) {
        if let (Some(id), Some(method)) = (request.get("id"), request["method"].as_str()) {
            self.under_way.entry(id.to_string()).or_default().push_back(method.to_owned());
        }
    }

    /// Validates a line that was received: a reply in either envelope, a batch of them, or a notification.
    #[track_caller]
    pub(crate) fn received(&mut self, line: &Value) {
        if let Value::Array(batch) = line {
            for reply in batch {
                self.received(reply);
            }
            return;
        }
        if line.get("method").is_some() {
            return;
        }
        let under_way = self.under_way.get_mut(&line["id"].to_string());
        if let Some(error) = line.get("error") {
            // Of two requests with one id it is the later that is refused.
            under_way.and_then(VecDeque::pop_back);
            check_error(error);
            return;
        }
        let called = match line["operation"].as_str() {
            Some(operation) => Some(operation.to_owned()),
            None => under_way.and_then(VecDeque::pop_front),
        };
        let method = called.unwrap_or_else(|| panic!("nobody asked for this: {line}"));
        let result = line.get("result").unwrap_or_else(|| panic!("neither result nor error: {line}"));
        check_reply(&method, result);
    }
}

#[track_caller]
fn name_of(method: &str) -> &'static str {
    Method::find(method).unwrap_or_else(|| panic!("there is no operation {method}")).name
}

#[track_caller]
fn check(schema: &str, value: &Value) {
    let faults: Vec<String> =
        validator(schema).iter_errors(value).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert!(faults.is_empty(), "schemas/{schema}.json does not admit\n{value:#}\n{}", faults.join("\n"));
}

fn validator(schema: &str) -> Arc<Validator> {
    static COMPILED: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    // Whoever panicked meanwhile (a failed check does not, it holds no lock) left the map whole.
    let mut compiled = COMPILED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let validator = compiled.entry(schema.to_owned()).or_insert_with(|| Arc::new(compile(schema)));
    Arc::clone(validator)
}

fn compile(schema: &str) -> Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(format!("{schema}.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let document: Value = serde_json::from_str(&text).unwrap();
    jsonschema::draft202012::new(&document).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

mod tests {
    use serde_json::{Value, json};

    use super::{Ledger, check_error, check_params, check_reply};

    fn refuses(check: impl FnOnce() + std::panic::UnwindSafe) -> bool {
        std::panic::catch_unwind(check).is_err()
    }

    fn greeting() -> Value {
        json!({
            "serverName": "keepstone", "serverVersion": "0.1.0", "protocolVersion": 1, "storeRoot": "/s",
            "capabilities": { "cancel": true, "progress": true, "batches": true, "orderings": ["arrival"] },
            "limits": { "lineBytes": 1, "batchRequests": 1, "requestsInFlight": 1, "contentBytes": 1 },
            "schemaHash": "sha256:00",
        })
    }

    fn with(mut value: Value, pointer: &str, new: Value) -> Value {
        *value.pointer_mut(pointer).unwrap() = new;
        value
    }

    #[test]
    fn a_right_reply_passes_and_a_wrong_one_does_not() {
        check_reply("initialize", &greeting());
        for (pointer, wrong) in [
            ("/serverName", json!(7)),
            ("/serverName", json!(null)),
            ("/protocolVersion", json!(-1)),
            ("/protocolVersion", json!(9_007_199_254_740_992_u64)),
            ("/capabilities/orderings/0", json!("whim")),
            ("/limits", json!({})),
        ] {
            let reply = with(greeting(), pointer, wrong);
            assert!(refuses(|| check_reply("initialize", &reply)), "{reply}");
        }
        let mut short = greeting();
        short.as_object_mut().unwrap().remove("storeRoot");
        assert!(refuses(|| check_reply("initialize", &short)), "a field is missing");
        assert!(refuses(|| check_reply("no_such_method", &json!({}))));
    }

    #[test]
    fn right_params_pass_and_wrong_ones_do_not() {
        for right in [
            json!(null),
            json!({}),
            json!({ "clientName": null, "ordering": null }),
            json!({ "clientName": "a", "ordering": "independent", "processId": 7.0 }),
            json!({ "_meta": { "progressToken": 7 } }),
        ] {
            check_params("initialize", &right);
        }
        for wrong in [
            json!([]),
            json!({ "clientname": "a" }),
            json!({ "clientName": 7 }),
            json!({ "processId": 7.5 }),
            json!({ "ordering": "whim" }),
            json!({ "_meta": { "progressToken": [] } }),
        ] {
            assert!(refuses(|| check_params("initialize", &wrong)), "{wrong}");
        }
    }

    #[test]
    fn a_right_error_passes_and_a_wrong_one_does_not() {
        let error = json!({
            "code": 1005, "message": "the store is busy",
            "data": { "kind": "busy", "retryable": true, "hint": "try again", "waitedMs": 30000 },
        });
        check_error(&error);
        for (pointer, wrong) in [
            ("/code", json!(1)),
            ("/code", json!(1001)),
            ("/message", json!("")),
            ("/message", json!(null)),
            ("/data", json!(null)),
            ("/data/kind", json!("sorry")),
            ("/data/retryable", json!(false)),
            ("/data/hint", json!(7)),
        ] {
            let error = with(error.clone(), pointer, wrong);
            assert!(refuses(|| check_error(&error)), "{error}");
        }
    }

    #[test]
    fn replies_are_held_against_the_method_that_their_id_called() {
        let mut ledger = Ledger::default();
        ledger.sent(br#"{"jsonrpc":"2.0","id":"a","method":"initialize"}"#);
        ledger.sent(
            br#"[{"jsonrpc":"2.0","id":1,"method":"initialize"},{"jsonrpc":"2.0","id":2,"method":"rpc.discover"}]"#,
        );
        ledger.sent(b"nonsense");
        ledger.received(&json!({ "jsonrpc": "2.0", "method": "$/progress", "params": {} }));
        ledger.received(&json!([{ "jsonrpc": "2.0", "id": 2, "result": {} }]));
        ledger.received(&json!({ "operation": "initialize", "id": 7, "result": greeting() }));
        let mut refused = |line: Value| refuses(std::panic::AssertUnwindSafe(|| ledger.received(&line)));
        assert!(refused(json!({ "jsonrpc": "2.0", "id": "a", "result": {} })));
        assert!(refused(json!({ "jsonrpc": "2.0", "id": "unasked", "result": {} })));
        assert!(refused(json!({ "jsonrpc": "2.0", "id": 1 })));
        assert!(refused(json!({ "jsonrpc": "2.0", "id": null, "error": { "code": 1, "message": "x" } })));
    }
}
