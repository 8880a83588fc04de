//! The published vocabulary: artifacts, ids, errors, and the small types that stand in requests and replies.

pub mod error;
pub mod watch;

pub use error::{Error, Kind, Result};
pub use watch::{Unwatched, Watch};
