//! keepstone keeps every file a pipeline produces: once, verified, traceable to what it was made from, and recoverable.

pub mod generate;

pub mod operations;
pub mod store;

pub mod manifest;
pub mod objects;

pub mod model;

pub mod base;
