//! The ground floor: files, clock, randomness, text forms of bytes, the order of graphs, crash points. Nothing here knows
//! what an artifact is.

pub mod across;
pub mod beneath;
pub mod clock;
pub mod crash;
pub mod files;
pub mod graph;
pub mod hex;
pub mod lock;
pub mod outgoing;
pub mod parallel;
pub mod visible;
