//! `keepstone schema`

use serde_json::{Value, json};

use super::arguments::Schema;
use super::{Outcome, print};
use crate::model::Error;
use crate::operations::{Method, OPERATIONS};

pub(super) fn run(options: &Schema) -> Outcome {
    let Some(name) = &options.method else {
        return print::json(&openrpc().to_string()).map(|()| 0);
    };
    let method = Method::find(name)
        .ok_or_else(|| Error::new(crate::model::Kind::MethodNotFound, format!("there is no method {name:?}")))?;
    print::json(&schemas(method).to_string()).map(|()| 0)
}

fn schemas(method: &Method) -> Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12();
    let params = (method.params_schema)(&mut settings.clone().for_deserialize().into_generator());
    let result = (method.result_schema)(&mut settings.for_serialize().into_generator());
    json!({ "method": method.name, "params": params, "result": result })
}

pub(super) fn openrpc() -> Value {
    let methods: Vec<_> = OPERATIONS.iter().map(|method| json!({ "name": method.name })).collect();
    json!({ "openrpc": "1.4.1", "info": { "title": "keepstone", "version": env!("CARGO_PKG_VERSION") }, "methods": methods })
}

pub(super) fn hash() -> String {
    String::new()
}
