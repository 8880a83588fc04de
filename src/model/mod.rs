//! The published vocabulary: artifacts, ids, errors, and the small types that stand in requests and replies.

pub mod artifact;
pub mod audit;
pub mod compaction;
pub mod comparison;
pub mod curation;
pub mod dataset;
pub mod error;
pub mod features;
pub mod finding;
pub mod hash;
pub mod ids;
pub mod import;
pub mod number;
pub mod params;
pub mod place;
pub mod query;
pub mod reference;
pub mod retention;
pub mod run;
pub mod scan;
pub mod seal;
pub mod space;
pub mod version;
pub mod watch;

pub use error::{Error, Kind, Result};
pub use hash::Hash;
pub use params::Params;
pub use watch::{Unwatched, Watch};
