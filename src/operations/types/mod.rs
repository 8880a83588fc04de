//! Operations on artifact types.

pub mod list_types;
pub mod register_type;
