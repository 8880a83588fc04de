//! `keepstone call`

use serde_json::Value;

use super::arguments::{Call, Place};
use super::{Failure, Outcome, about, exec, print, whereabouts};
use crate::model::{Error, Unwatched};
use crate::server::call_once;

pub(super) fn run(place: &Place, options: &Call) -> Outcome {
    let site = whereabouts::site(place)?;
    let params = match options.params.as_deref() {
        None => Value::Null,
        Some("-") => parse(&exec::read_stdin()?)?,
        Some(text) => parse(text.as_bytes())?,
    };
    let reply = call_once(&site, &about(), &options.method, params, None, &Unwatched)?;
    print::json(&reply).map(|()| 0)
}

fn parse(text: &[u8]) -> Result<Value, Failure> {
    serde_json::from_slice(text)
        .map_err(|error| Failure::Usage(Error::invalid_params(format!("the params are no JSON: {error}"))))
}
