//! Operations about the session itself.

pub mod discover;
pub mod initialize;
