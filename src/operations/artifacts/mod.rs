//! Operations on artifacts: publish, find, read, supersede.

pub mod export_artifact;
pub mod find_by_hash;
pub mod find_by_logical_key;
pub mod get_artifact;
pub mod get_artifacts;
pub mod list_artifacts;
pub mod list_files;
pub mod publish_artifact;
pub mod read_file;
pub mod resolve;
pub mod supersede;
