//! Zstandard frames: one for each file, with a checksum of its own, as every other tool reads and writes them.

use std::io::{self, Read, Write};

/// For JSON Lines, which may be large: about half as fast as reading and hashing.
pub(super) const LEVEL: i32 = 9;

/// For the originals of Markdown, which are small and kept for long.
pub(super) const LEVEL_OF_ORIGINALS: i32 = 19;

/// How every frame begins.
pub(super) const MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

/// Writes `size` bytes as one frame.
pub(super) fn pack(mut source: impl Read, size: u64, level: i32, out: impl Write) -> io::Result<()> {
    let mut encoder = zstd::Encoder::new(out, level)?;
    encoder.include_checksum(true)?;
    encoder.set_pledged_src_size(Some(size))?;
    io::copy(&mut source, &mut encoder)?;
    encoder.finish()?.flush()
}

/// Writes what frames hold.
pub(super) fn unpack(source: impl Read, mut out: impl Write) -> io::Result<()> {
    io::copy(&mut zstd::Decoder::new(source)?, &mut out)?;
    out.flush()
}
