//! Lineage as a graph.

mod add;
mod graph;
mod paths;
mod terminal;
