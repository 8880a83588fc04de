//! What can be asked of a store, one topic a file.

mod bytes;
mod find;
mod lineage;
mod stores;
mod supersede;
mod types;
