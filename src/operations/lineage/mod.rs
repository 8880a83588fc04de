//! Operations that follow artifacts to what they were made from and to what was made of them.

pub mod add_lineage;
pub mod find_lineage_paths;
pub mod get_downstream;
pub mod get_lineage;
pub mod get_lineage_graph;
pub mod trace_roots;
