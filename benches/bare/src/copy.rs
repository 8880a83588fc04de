//! SHA-256 of a file on one thread while another copies and flushes it.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::Result;

/// Copies a file and hashes it, the two side by side; the copy is on the disk when this returns.
pub fn beside_hash(source: &Path, target: &Path) -> Result<()> {
    let temporary = target.with_extension("new");
    let hash = std::thread::scope(|scope| -> Result<_> {
        let hashing = scope.spawn(|| -> std::io::Result<_> {
            let mut hasher = Sha256::new();
            pump(source, |piece| {
                hasher.update(piece);
                Ok(())
            })?;
            Ok(hasher.finalize())
        });
        let mut copy = File::create(&temporary)?;
        pump(source, |piece| copy.write_all(piece))?;
        copy.sync_all()?;
        Ok(hashing.join().map_err(|_| "the hasher panicked")??)
    })?;
    std::hint::black_box(hash);
    fs::rename(&temporary, target)?;
    let folder = target.parent().ok_or("no folder")?;
    Ok(File::open(folder)?.sync_all()?)
}

fn pump(source: &Path, mut take: impl FnMut(&[u8]) -> std::io::Result<()>) -> std::io::Result<()> {
    let mut file = File::open(source)?;
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(()),
            count => take(&buffer[..count])?,
        }
    }
}
