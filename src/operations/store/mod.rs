//! Operations on the store as a whole.

pub mod backup;
pub mod health_check;
pub mod init;
pub mod list_events;
pub mod rebuild_manifest;
pub mod restore_backup;
pub mod verify_store;
