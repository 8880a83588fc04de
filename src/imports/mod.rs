//! Imports: what the folders of other programs hold, read and checked as things of ours. Nothing is written here.

mod findings;
pub mod m3;

pub use findings::Findings;
