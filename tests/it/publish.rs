//! What publishing promises, one topic a file.

mod dedupe;
mod moves;
mod names;
mod provenance;
mod sources;
mod tables;

use serde_json::{Value, json};

/// The params of a publish of text as a file, with further fields.
fn text_with(text: &str, more: Value) -> Value {
    let mut params = json!({"artifactType": "note", "content": {"encoding": "utf8", "data": text}});
    let fields = params.as_object_mut().expect("an object");
    fields.extend(more.as_object().expect("an object").clone());
    params
}
