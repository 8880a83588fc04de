//! Paths as they go into params.

use std::path::Path;

use super::Failure;
use crate::model::Error;

/// The path as text. Params are JSON, and JSON has no other bytes than UTF-8.
pub(super) fn text(path: &Path) -> Result<&str, Failure> {
    path.to_str().ok_or_else(|| {
        Failure::Failed(
            Error::invalid_data(format!("the name {path:?} is no UTF-8"))
                .hint("rename it, or publish what is in it: keepstone publish - --key KEY < FILE"),
        )
    })
}
