//! Lines in, lines out: bytes become lines and lines become bytes, whatever the lines say.

mod input;
mod output;
mod stdio;

pub use input::{Line, Lines};
pub use output::Output;
pub use stdio::{Stdio, take_stdio};

/// The longest line, in bytes without its newline.
pub const LINE_BYTES_MAX: usize = 32 << 20;
