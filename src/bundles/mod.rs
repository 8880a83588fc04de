//! Bundles: one file that carries artifacts from one store to another, with their ids, bytes, lineage and history.

mod checking;
mod form;
mod reading;
mod taking;
mod writing;

pub use form::Cover;
pub use reading::{Unpacked, look, unpack};
pub use taking::{Taken, keep, take};
pub use writing::{Packed, Selection, pack, taken};
