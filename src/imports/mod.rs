//! Imports: what the folders of other programs hold, taken in as things of ours: checked, proven, never mended.

mod findings;
pub mod flowtime;
pub mod m3;
mod yaml;

pub use findings::Findings;
