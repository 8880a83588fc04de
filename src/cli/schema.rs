//! `keepstone schema`

use super::arguments::Schema;
use super::{Outcome, about, print};
use crate::generate;

pub(super) fn run(options: &Schema) -> Outcome {
    let name = options.method.as_deref();
    let schemas = match generate::schema(name) {
        Some(schemas) => schemas,
        None => return Err(about().unknown_method(name.unwrap_or_default()).into()),
    };
    print::json(&schemas.to_string()).map(|()| 0)
}
