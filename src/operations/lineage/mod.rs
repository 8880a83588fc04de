//! Operations that follow artifacts to what they were made from and to what was made of them.

pub mod get_downstream;
pub mod get_lineage;
pub mod trace_roots;
