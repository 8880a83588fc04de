//! Publishing: what was given becomes staged objects with their hashes, unless the store has it already.

mod duplicate;
mod given;
mod ingest;
mod media;
mod originals;
mod tree;

pub use duplicate::{Equals, Identity, Mode};
pub use given::{CONTENT_BYTES, Content, Encoding, Given, GivenFile, Source, format_of};
pub use ingest::{Ingested, ingest};
pub use media::media_type_of;
pub use originals::Originals;
