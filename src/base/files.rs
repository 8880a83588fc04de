//! Files and folders: every read and write of the disk passes here, and every failure names its path.
#![expect(clippy::disallowed_methods, reason = "this is the module that wraps them")]

use std::collections::BTreeSet;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs as sys;

/// A failed file operation: what was tried, on which path, and why it failed.
#[derive(Debug, thiserror::Error)]
#[error("can't {action} {path}: {reason}", path = path.display(), reason = reason(source))]
pub struct FileError {
    action: &'static str,
    /// The path it was tried on.
    pub path: PathBuf,
    /// What the system said; already part of the message.
    pub source: io::Error,
}

impl FileError {
    /// What was tried on which path, and what the system said.
    pub fn new(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self { action, path: path.to_owned(), source }
    }
}

/// The system's reason as words, without "(os error n)".
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((words, _)) => words.to_lowercase(),
        None => text,
    }
}

/// `Result` with the path that failed.
pub type Result<T> = std::result::Result<T, FileError>;

/// Adds what was tried on which path to a system error.
pub trait Context<T> {
    /// Names the action ("read", "create" …) and its path.
    fn context(self, action: &'static str, path: &Path) -> Result<T>;
}

impl<T, E: Into<io::Error>> Context<T> for std::result::Result<T, E> {
    fn context(self, action: &'static str, path: &Path) -> Result<T> {
        self.map_err(|source| FileError::new(action, path, source.into()))
    }
}

/// Size and modification time, by which a change since the last look shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint {
    /// Length in bytes.
    pub size: u64,
    /// Modification time in nanoseconds since 1970.
    pub mtime_ns: i64,
    /// Device and inode.
    pub identity: (u64, u64),
}

/// The fingerprint that a file's metadata shows.
pub fn fingerprint(metadata: &Metadata) -> Fingerprint {
    Fingerprint {
        size: metadata.len(),
        mtime_ns: metadata.mtime().saturating_mul(1_000_000_000).saturating_add(metadata.mtime_nsec()),
        identity: (metadata.dev(), metadata.ino()),
    }
}

/// Opens a regular file for reading: never blocks on a pipe or device, refuses everything that is no regular file.
pub fn open_regular(path: &Path) -> Result<(File, Metadata)> {
    let file = OpenOptions::new()
        .read(true)
        .custom_flags((sys::OFlags::NONBLOCK | sys::OFlags::CLOEXEC).bits().cast_signed())
        .open(path)
        .context("read", path)?;
    let metadata = file.metadata().context("read", path)?;
    if metadata.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder")).context("read", path);
    }
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file")).context("read", path);
    }
    Ok((file, metadata))
}

/// Opens a regular file for reading without following a link at the end of the path.
pub fn open_no_follow(path: &Path) -> Result<(File, Metadata)> {
    let flags = sys::OFlags::NONBLOCK | sys::OFlags::CLOEXEC | sys::OFlags::NOFOLLOW;
    let file =
        OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path).context("read", path)?;
    let metadata = file.metadata().context("read", path)?;
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file")).context("read", path);
    }
    Ok((file, metadata))
}

/// What lies at a path, links not followed; `None` when nothing does.
pub fn look(path: &Path) -> Result<Option<Metadata>> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error).context("look at", path),
    }
}

/// What lies at a path, links followed.
pub fn metadata(path: &Path) -> Result<Metadata> {
    fs::metadata(path).context("read", path)
}

/// What an open file is; the path is for messages.
pub fn metadata_of(file: &File, path: &Path) -> Result<Metadata> {
    file.metadata().context("look at", path)
}

/// Whether anything lies at a path; an unreadable parent counts as nothing.
pub fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// The whole file as bytes.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    // What a device or a pipe gives may never end.
    let (mut file, _) = open_regular(path)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).context("read", path)?;
    Ok(bytes)
}

/// The whole file as text.
pub fn read_text(path: &Path) -> Result<String> {
    fs::read_to_string(path).context("read", path)
}

/// The entries of a folder, sorted by name.
pub fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).context("list", folder)? {
        entries.push(entry.context("list", folder)?.path());
    }
    entries.sort();
    Ok(entries)
}

/// The absolute path with links resolved.
pub fn canonical(path: &Path) -> Result<PathBuf> {
    fs::canonicalize(path).context("find", path)
}

/// The absolute path with `.` and `..` resolved in the text alone, so that it may name what does not exist yet.
pub fn absolute(path: &Path) -> PathBuf {
    let full = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut clean = PathBuf::new();
    for part in full.components() {
        match part {
            std::path::Component::ParentDir => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

/// Creates a new file for writing and reading; one that exists is an error.
pub fn create_new(path: &Path, mode: u32) -> Result<File> {
    OpenOptions::new().read(true).write(true).create_new(true).mode(mode).open(path).context("create", path)
}

/// Opens a file for reading and writing, made when absent, its content kept.
pub fn open_or_create(path: &Path, mode: u32) -> Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(mode).open(path).context("open", path)
}

/// Opens a file that is there for reading and writing; `None` when there is none.
pub fn open_existing(path: &Path) -> Result<Option<File>> {
    match OpenOptions::new().read(true).write(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        opened => opened.map(Some).context("open", path),
    }
}

/// Makes a folder and its missing parents, and makes all of them durable.
pub fn create_folders(folder: &Path) -> Result<()> {
    let missing = missing(folder);
    fs::create_dir_all(folder).context("create the folder", folder)?;
    for made in &missing {
        if let Some(parent) = made.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            sync_folder(parent)?;
        }
    }
    Ok(())
}

/// Makes a folder in one that exists, unless it is there; durable only once its parent was flushed.
pub fn create_folder(folder: &Path) -> Result<()> {
    match fs::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error).context("create the folder", folder),
        _ => Ok(()),
    }
}

/// Waits until a folder's entries have reached the disk.
pub fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder).context("open the folder", folder)?.sync_all().context("flush the folder", folder)
}

/// Beyond so many, flushing the whole file system once is faster than flushing each.
pub const FLUSHES_EACH_MAX: usize = 3;

/// Waits until the entries of several folders of one file system have reached the disk.
pub fn sync_folders(folders: &BTreeSet<PathBuf>) -> Result<()> {
    match folders.first() {
        Some(first) if folders.len() > FLUSHES_EACH_MAX && flushes_whole(first) => sync_file_system(first),
        _ => folders.iter().try_for_each(|folder| sync_folder(folder)),
    }
}

/// Whether flushing the file system that holds a folder flushes every file on it and tells of every failure. Overlays
/// and file systems in user space don't, nor does Linux before 5.8.
#[allow(clippy::unnecessary_cast, reason = "the type of f_type depends on the processor")]
pub fn flushes_whole(folder: &Path) -> bool {
    // ext2 to ext4, XFS, btrfs, tmpfs.
    const WHOLE: [i64; 4] = [0xEF53, 0x5846_5342, 0x9123_683E, 0x0102_1994];
    let release = rustix::system::uname().release().to_string_lossy().into_owned();
    let mut numbers = release.split(|end: char| !end.is_ascii_digit()).map(|number| number.parse::<u32>().unwrap_or(0));
    let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    let Ok(stat) = sys::statfs(folder) else { return false };
    version >= (5, 8) && WHOLE.contains(&(stat.f_type as i64 & 0xFFFF_FFFF))
}

/// Waits until a file's content has reached the disk.
pub fn sync_file(path: &Path) -> Result<()> {
    File::open(path).context("open", path)?.sync_all().context("flush", path)
}

/// Writes a file so that a crash leaves the old content or the new, never a part: temporary, flush, rename, folder flush.
pub fn replace(path: &Path, content: &[u8], mode: u32) -> Result<()> {
    let temporary = sibling(path, "new");
    remove_if_there(&temporary)?;
    let write = || -> Result<()> {
        let mut file = create_new(&temporary, mode)?;
        file.write_all(content).context("write", &temporary)?;
        file.sync_all().context("flush", &temporary)?;
        rename(&temporary, path)
    };
    if let Err(error) = write() {
        remove_if_there(&temporary).ok();
        return Err(error);
    }
    sync_parent(path)
}

fn sibling(path: &Path, suffix: &str) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{suffix}-{}", std::process::id()));
    path.with_file_name(name)
}

/// Waits until the folder that holds `path` has reached the disk.
pub fn sync_parent(path: &Path) -> Result<()> {
    match path.parent() {
        Some(parent) => sync_folder(parent),
        None => Ok(()),
    }
}

/// Renames, replacing what lies at the new name.
pub fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).context("rename to", to)
}

/// Moves a file, replacing what lies at the new name, also to another file system.
pub fn move_over(from: &Path, to: &Path) -> Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            let mode = metadata(from)?.permissions().mode();
            replace(to, &read(from)?, mode)?;
            remove(from)
        }
        outcome => outcome.context("rename to", to),
    }
}

/// Renames, unless the new name is taken, which is answered by `false`.
pub fn rename_new(from: &Path, to: &Path) -> Result<bool> {
    use rustix::io::Errno;
    match sys::renameat_with(sys::CWD, from, sys::CWD, to, sys::RenameFlags::NOREPLACE) {
        Ok(()) => Ok(true),
        Err(Errno::EXIST) => Ok(false),
        // Not every file system knows this.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            let linked = link_new(from, to)?;
            if linked {
                remove(from)?;
            }
            Ok(linked)
        }
        Err(error) => Err(error).context("rename to", to),
    }
}

/// Gives a file a second name; `false` when the new name is taken.
pub fn link_new(from: &Path, to: &Path) -> Result<bool> {
    match fs::hard_link(from, to) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error).context("link", to),
    }
}

/// Removes a file.
pub fn remove(path: &Path) -> Result<()> {
    fs::remove_file(path).context("remove", path)
}

/// Removes a file if it is there.
pub fn remove_if_there(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error).context("remove", path),
        _ => Ok(()),
    }
}

/// Removes a folder and everything in it, links not followed.
pub fn remove_tree(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error).context("remove", folder),
        _ => Ok(()),
    }
}

/// Sets the permission bits.
pub fn set_mode(path: &Path, mode: u32) -> Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).context("set the permissions of", path)
}

/// Gives an open file the permissions and the modification time that metadata shows, and its owner where that is allowed.
pub fn look_like(file: &File, path: &Path, like: &Metadata) -> Result<()> {
    let owner = (sys::Uid::from_raw(like.uid()), sys::Gid::from_raw(like.gid()));
    // Only root may give files away; others keep what they could read anyway.
    sys::fchown(file, Some(owner.0), Some(owner.1)).ok();
    file.set_permissions(like.permissions()).context("set the permissions of", path)?;
    let modified = sys::Timespec { tv_sec: like.mtime(), tv_nsec: like.mtime_nsec() as _ };
    let unchanged = sys::Timespec { tv_sec: 0, tv_nsec: sys::UTIME_OMIT };
    let times = sys::Timestamps { last_access: unchanged, last_modification: modified };
    sys::futimens(file, &times).context("set the time of", path)
}

/// Makes `to` a copy of `from` that shares its blocks, where the file system can; `None` where it can't, `Some(false)`
/// when the name is taken. The name appears with all the bytes.
pub fn reflink_new(from: &Path, to: &Path, mode: u32) -> Result<Option<bool>> {
    // btrfs, XFS, bcachefs, ZFS, and overlays that may lie on them; elsewhere trying would only cost time.
    const SHARING: [i64; 5] = [0x9123_683E, 0x5846_5342, 0xCA45_1A4E, 0x2FC1_2FC1, 0x794C_7630];
    let stat = sys::statfs(from).context("look at the file system of", from)?;
    if !SHARING.contains(&(stat.f_type as i64 & 0xFFFF_FFFF)) {
        return Ok(None);
    }
    let source = File::open(from).context("read", from)?;
    let Some(draft) = Draft::beside(to, mode)? else { return Ok(None) };
    match sys::ioctl_ficlone(draft.file(), &source) {
        Ok(()) => draft.name(to).map(Some),
        Err(_) => Ok(None),
    }
}

/// Copies a file's bytes into a new file, which appears with all of them; `false` when the name is taken.
pub fn copy_new(from: &Path, to: &Path, mode: u32) -> Result<bool> {
    let mut source = File::open(from).context("read", from)?;
    if let Some(draft) = Draft::beside(to, mode)? {
        io::copy(&mut source, &mut draft.file()).context("write", to)?;
        return draft.name(to);
    }
    // Not every file system knows nameless files: there the copy gets a name of its own first.
    let temporary = sibling(to, "new");
    remove_if_there(&temporary)?;
    let copied = create_new(&temporary, mode)
        .and_then(|mut target| io::copy(&mut source, &mut target).context("write", to))
        .and_then(|_| link_new(&temporary, to));
    remove_if_there(&temporary)?;
    copied
}

/// A file without a name, gone when it is closed, that can be given one.
struct Draft(File);

impl Draft {
    /// A draft in the folder where its name is to be; `None` where the file system knows no nameless files.
    fn beside(path: &Path, mode: u32) -> Result<Option<Self>> {
        use sys::OFlags;
        let folder = path.parent().unwrap_or(Path::new("."));
        match sys::open(folder, OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC, sys::Mode::from(mode)) {
            Ok(file) => Ok(Some(Self(File::from(file)))),
            Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::ISDIR | rustix::io::Errno::INVAL) => Ok(None),
            Err(error) => Err(error).context("create", path),
        }
    }

    fn file(&self) -> &File {
        &self.0
    }

    /// `false` when the name is taken.
    fn name(self, path: &Path) -> Result<bool> {
        use std::os::fd::AsRawFd;
        let own = format!("/proc/self/fd/{}", self.0.as_raw_fd());
        match sys::linkat(sys::CWD, own, sys::CWD, path, sys::AtFlags::SYMLINK_FOLLOW) {
            Ok(()) => Ok(true),
            Err(rustix::io::Errno::EXIST) => Ok(false),
            Err(error) => Err(error).context("create", path),
        }
    }
}

/// How much is read at a time.
const PIECE_BYTES: usize = 256 * 1024;

/// Room for a piece of a file of this length, and for a byte more that it may have: of a small file it is small, as
/// clearing it costs more than reading does.
fn piece(length: u64) -> Vec<u8> {
    vec![0; usize::try_from(length).unwrap_or(PIECE_BYTES).saturating_add(1).clamp(4096, PIECE_BYTES)]
}

/// Reads a file of this length, or a longer one, in large pieces and hands each to `take`, until the end.
pub fn pump<E: From<FileError>>(
    mut from: impl Read,
    path: &Path,
    length: u64,
    mut take: impl FnMut(&[u8]) -> std::result::Result<(), E>,
) -> std::result::Result<(), E> {
    let mut buffer = piece(length);
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => take(&buffer[..count])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Err::<(), _>(error).context("read", path).unwrap_err().into()),
        }
    }
}

/// Reads from a place of an open file until the buffer is full or the file ends; how much it was.
pub fn read_at(file: &File, path: &Path, buffer: &mut [u8], offset: u64) -> Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read_at(&mut buffer[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error).context("read", path),
        }
    }
    Ok(filled)
}

/// Writes all the bytes at a place of an open file.
pub fn write_at(file: &File, path: &Path, bytes: &[u8], offset: u64) -> Result<()> {
    file.write_all_at(bytes, offset).context("write", path)
}

/// A file without a name in a folder, gone when it is closed, however the process ends.
pub fn unnamed(folder: &Path) -> Result<File> {
    use sys::OFlags;
    let mode = sys::Mode::RUSR | sys::Mode::WUSR;
    if let Ok(file) = sys::open(folder, OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC, mode) {
        return Ok(File::from(file));
    }
    // Not every file system knows nameless files: there the name goes at once.
    static COUNT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let path = folder.join(format!(".unnamed-{}-{count}", std::process::id()));
    let file = create_new(&path, 0o600)?;
    remove(&path)?;
    Ok(file)
}

/// Locks an open file for this process alone, unless somebody else has it; whether it could.
pub fn try_lock(file: &File, path: &Path) -> Result<bool> {
    was_free(file.try_lock(), path)
}

/// Locks an open file together with other sharers, unless somebody has it alone; whether it could.
pub fn try_lock_shared(file: &File, path: &Path) -> Result<bool> {
    was_free(file.try_lock_shared(), path)
}

fn was_free(tried: std::result::Result<(), fs::TryLockError>, path: &Path) -> Result<bool> {
    match tried {
        Ok(()) => Ok(true),
        Err(fs::TryLockError::WouldBlock) => Ok(false),
        Err(fs::TryLockError::Error(error)) => Err(error).context("lock", path),
    }
}

/// The name of the network file system that holds a folder, where SQLite's locks can't be trusted; `None` for local ones.
pub fn network_file_system(folder: &Path) -> Result<Option<&'static str>> {
    let stat = sys::statfs(folder).context("look at the file system of", folder)?;
    Ok(match stat.f_type as i64 & 0xFFFF_FFFF {
        0x6969 => Some("NFS"),
        0xFE53_4D42 | 0xFF53_4D42 | 0x517B => Some("SMB"),
        0x0102_1997 => Some("9p"),
        _ => None,
    })
}

/// Whether this process may create files in a folder.
pub fn writable(folder: &Path) -> bool {
    sys::access(folder, sys::Access::WRITE_OK).is_ok()
        && !sys::statvfs(folder).is_ok_and(|stat| stat.f_flag.contains(sys::StatVfsMountFlags::RDONLY))
}

/// The folders that a path needs and that are not there, the outermost first.
pub fn missing_above(path: &Path) -> Vec<PathBuf> {
    path.parent().map_or_else(Vec::new, missing)
}

/// A folder and those above it that are not there, the outermost first.
fn missing(folder: &Path) -> Vec<PathBuf> {
    let there_not = folder.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !exists(folder));
    let mut missing: Vec<PathBuf> = there_not.map(Path::to_owned).collect();
    missing.reverse();
    missing
}

/// Whether two files hold the same bytes.
pub fn same_bytes(left: &Path, right: &Path) -> Result<bool> {
    let ((mut one, looks), (mut other, other_looks)) = (open_no_follow(left)?, open_no_follow(right)?);
    if looks.len() != other_looks.len() {
        return Ok(false);
    }
    let (mut a, mut b) = (piece(looks.len()), piece(looks.len()));
    loop {
        let count = one.read(&mut a).context("read", left)?;
        if count == 0 {
            return Ok(other.read(&mut b).context("read", right)? == 0);
        }
        match other.read_exact(&mut b[..count]) {
            Ok(()) if a[..count] == b[..count] => {}
            Ok(()) => return Ok(false),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
            Err(error) => return Err(error).context("read", right),
        }
    }
}

/// Waits until everything on the file system that holds a folder has reached the disk.
pub fn sync_file_system(folder: &Path) -> Result<()> {
    sync_file_system_of(&File::open(folder).context("open the folder", folder)?, folder)
}

/// The same through an open file: what has failed since it was opened is told.
pub fn sync_file_system_of(file: &File, folder: &Path) -> Result<()> {
    sys::syncfs(file).context("flush the file system of", folder)
}

/// Removes a folder that has nothing in it.
pub fn remove_empty_folder(folder: &Path) -> Result<()> {
    fs::remove_dir(folder).context("remove", folder)
}
