//! Operations that carry artifacts from one store to another.

pub mod export_bundle;
pub mod import_bundle;
