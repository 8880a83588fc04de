//! `rpc.discover`

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::operations::{Context, Operation, Probe};

/// Answers the OpenRPC document: every method with its parameters, result and errors.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {}

/// `rpc.discover`
pub enum Discover {}

impl Operation for Discover {
    const METHOD: &'static str = "rpc.discover";
    type Params = Params;
    type Result = serde_json::Map<String, Value>;
}

impl Probe for Discover {
    fn run(_: Params, context: &Context) -> crate::model::Result<Self::Result> {
        match context.host.discover() {
            Value::Object(document) => Ok(document),
            other => unreachable!("the OpenRPC document is an object, not {other}"),
        }
    }
}
