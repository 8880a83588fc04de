//! Writes replies. Results arrive as JSON text already and are spliced in, not read again.

use serde_json::Value;

use super::{Address, ErrorObjectOwned, Form, Token};

/// The reply that carries a result, which is JSON text.
pub fn success(address: &Address, result: &str) -> String {
    reply(address, "result", result)
}

/// The reply that carries an error.
pub fn failure(address: &Address, error: &ErrorObjectOwned) -> String {
    reply(address, "error", &to_text(error))
}

/// The reply to a batch, made of the replies to its requests.
pub fn batch(replies: &[String]) -> String {
    let mut text = String::with_capacity(replies.iter().map(|reply| reply.len() + 1).sum::<usize>() + 1);
    for (index, reply) in replies.iter().enumerate() {
        text.push(if index == 0 { '[' } else { ',' });
        text.push_str(reply);
    }
    text.push(']');
    text
}

/// The notification of progress; a total that is not known is null.
pub fn progress(token: &Token, done: u64, total: Option<u64>, message: &str) -> String {
    to_text(&serde_json::json!({
        "jsonrpc": "2.0",
        "method": "$/progress",
        "params": { "token": token.0, "done": done, "total": total, "message": message },
    }))
}

fn reply(address: &Address, key: &str, value: &str) -> String {
    let mut text = String::with_capacity(value.len() + 64);
    match &address.form {
        Form::JsonRpc => text.push_str(r#"{"jsonrpc":"2.0","id":"#),
        Form::Plain(operation) => {
            text.push_str(r#"{"operation":"#);
            push(&mut text, operation);
            text.push_str(r#","id":"#);
        }
    }
    match &address.id {
        super::Id::Null => text.push_str("null"),
        super::Id::Number(number) => text.push_str(&number.to_string()),
        super::Id::Str(id) => push(&mut text, &Value::from(id.as_ref())),
    }
    text.push_str(",\"");
    text.push_str(key);
    text.push_str("\":");
    text.push_str(value);
    text.push('}');
    text
}

fn push(text: &mut String, value: &Value) {
    text.push_str(&to_text(value));
}

fn to_text(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("it is plain data")
}
