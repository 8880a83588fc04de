//! How much room everything takes, and how files that are kept in place take less.

pub mod apply_compaction;
pub mod expand;
pub mod get_stats;
pub mod plan_compaction;
