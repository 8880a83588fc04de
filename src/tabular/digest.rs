//! SHA-256 as the tables use it.

use sha2::{Digest as _, Sha256};

/// A SHA-256.
pub(super) type Digest = [u8; 32];

/// A running SHA-256.
#[derive(Clone, Default)]
pub(super) struct Hasher(Sha256);

impl Hasher {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(super) fn finish(self) -> Digest {
        self.0.finalize().into()
    }

    /// A length and then the bytes, so that neighbours can't be confused.
    pub(super) fn update_sized(&mut self, bytes: &[u8]) {
        self.update_count(bytes.len() as u64);
        self.update(bytes);
    }

    pub(super) fn update_count(&mut self, count: u64) {
        self.update(&count.to_le_bytes());
    }
}
