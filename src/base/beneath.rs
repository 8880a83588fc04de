//! Files below a folder that others write to: opened without ever being led out of it.

use std::fs::{File, Metadata};
use std::io;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{self as sys, Mode, OFlags};

use super::files::{Context, FileError, Result};

/// Whether a path is relative, with `/` between its parts, and can't lead upwards.
pub fn is_plain(relative: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains('\0');
    relative.split('/').all(plain)
}

/// Opens a regular file for reading. No part of the path below the folder may be a link, or lead upwards.
pub fn open(folder: &Path, relative: &str) -> Result<(File, Metadata)> {
    let path = folder.join(relative);
    let odd = |kind, what| FileError::new("read", &path, io::Error::new(kind, what));
    if !is_plain(relative) {
        return Err(odd(io::ErrorKind::InvalidInput, "it is no path below its folder"));
    }
    let way = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let mut at = sys::open(folder, way, Mode::empty()).context("read", &path)?;
    let (folders, name) = relative.rsplit_once('/').map_or(("", relative), |(folders, name)| (folders, name));
    for part in folders.split('/').filter(|part| !part.is_empty()) {
        at = sys::openat(&at, part, way | OFlags::NOFOLLOW, Mode::empty()).context("read", &path)?;
    }
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(sys::openat(&at, name, flags, Mode::empty()).context("read", &path)?);
    let metadata = file.metadata().context("read", &path)?;
    if !metadata.is_file() {
        return Err(odd(io::ErrorKind::InvalidInput, "it is no regular file"));
    }
    Ok((file, metadata))
}

/// The way from one absolute folder to another.
pub fn way(from: &Path, to: &Path) -> PathBuf {
    let (mut from, mut to) = (from.components().peekable(), to.components().peekable());
    while from.peek().is_some() && from.peek() == to.peek() {
        from.next();
        to.next();
    }
    from.map(|_| Component::ParentDir).chain(to).collect()
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests lay out files as others would")]
mod tests {
    use super::*;

    #[test]
    fn the_way_between_folders_is_told() {
        for (from, to, expected) in [
            ("/p/.keepstone", "/p/artifacts", "../artifacts"),
            ("/p/.keepstone", "/p", ".."),
            ("/p/a/store", "/p/b/c", "../../b/c"),
            ("/s", "/t", "../t"),
        ] {
            assert_eq!(way(Path::new(from), Path::new(to)), Path::new(expected));
        }
    }

    #[test]
    fn nothing_leads_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("inside");
        std::fs::create_dir_all(inside.join("deep")).unwrap();
        std::fs::write(inside.join("deep/a"), "a").unwrap();
        std::fs::write(folder.path().join("secret"), "s").unwrap();
        std::os::unix::fs::symlink("../secret", inside.join("link")).unwrap();
        std::os::unix::fs::symlink("..", inside.join("up")).unwrap();
        assert_eq!(open(&inside, "deep/a").unwrap().1.len(), 1);
        for path in
            ["link", "up/secret", "../secret", "deep/../../secret", "deep", "", "/etc/passwd", "deep//a", "./deep/a"]
        {
            assert!(open(&inside, path).is_err(), "{path}");
        }
    }
}
