//! Runs that other programs leave in folders.

#[expect(clippy::module_inception, reason = "the operation is called like its topic")]
pub mod scan;
