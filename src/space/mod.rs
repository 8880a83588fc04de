//! How much room everything takes, and how files that are kept in place take less.

mod compacting;
mod figures;

pub use compacting::{Applied, Plan, apply, expand, plan};
pub use figures::{budget, database, in_place, of_store};
