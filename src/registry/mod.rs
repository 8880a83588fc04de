//! The registry's rules: what a reference means, where a search goes on, what people may change about an artifact, what
//! differs between two.

pub mod comparing;
mod curating;
mod cursor;
mod resolving;

pub use curating::{Wish, check_alias, has_revision, update};
pub use cursor::Cursor;
pub use resolving::resolve;
