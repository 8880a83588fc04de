//! keepstone keeps every file a pipeline produces: once, verified, traceable to what it was made from, and recoverable.

pub mod base;
pub mod model;
pub mod tabular;
