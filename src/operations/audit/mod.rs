//! Operations that look whether what the store holds is as it should be.

#[expect(clippy::module_inception, reason = "an operation's file is called like it")]
pub mod audit;
