//! keepstone keeps every file a pipeline produces: once, verified, traceable to what it was made from, and recoverable.

pub mod cli;

pub mod generate;
pub mod server;

pub mod operations;

pub mod audit;
pub mod bundles;
pub mod datasets;
pub mod imports;
pub mod lineage;
pub mod publishing;
pub mod registry;
pub mod retention;
pub mod runs;
pub mod scan;
pub mod space;

pub mod store;

pub mod compaction;
pub mod manifest;
pub mod objects;
pub mod tabular;
pub mod transport;

pub mod model;
pub mod protocol;

pub mod base;
