//! What can be asked of a store, one topic a file.

mod bytes;
mod find;
mod lineage;
mod resolve;
mod stores;
mod supersede;
mod types;
