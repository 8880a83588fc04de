//! Imports: what the folders of other programs hold, taken in as things of ours: checked, proven, never mended.

pub mod cryptorun;
mod findings;
pub mod flowtime;
pub mod m3;
mod settings;
mod yaml;

pub use findings::Findings;
pub use settings::TakenKey;
