//! Operations that take in what other programs' folders hold.

pub mod import_m3;
pub mod import_m3_policies;
