//! How much room everything takes, and how files that are kept in place take less.

mod compacting;

pub use compacting::{Applied, Plan, apply, expand, plan};
