//! The files of what is kept in place: into the trash and back, wherever the state of their artifact says they belong. Each
//! is moved by itself, and none twice, so that what was cut short is finished by doing it again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::Store;
use super::ahead::Ahead;
use crate::base::files::{self, Fingerprint};
use crate::base::{across, beneath, crash};
use crate::manifest::{Found, Manifest};
use crate::model::artifact::{FileEntry, Storage};
use crate::model::place::Looks;
use crate::model::{Error, Result, Unwatched};
use crate::objects;
use crate::store::layout::Layout;

/// How many bytes files take that come back to each file system, those together that are restored together.
#[derive(Debug, Default)]
pub struct Room(BTreeMap<u64, u64>);

impl Room {
    /// Adds so many; answers the sum.
    fn take(&mut self, device: u64, bytes: u64) -> u64 {
        let sum = self.0.entry(device).or_default();
        *sum += bytes;
        *sum
    }
}

/// What has changed where files are kept in place.
#[derive(Default)]
pub(super) struct Moved {
    /// Folders whose entries are others now.
    pub(super) folders: BTreeSet<PathBuf>,
    /// A folder in staging that holds what was purged, and goes when nobody waits for it.
    pub(super) purged: Option<PathBuf>,
}

/// The folders of an artifact that is kept in place.
pub(super) struct Folders {
    /// The one that was scanned.
    pub(super) root: PathBuf,
    /// Its own in the trash.
    pub(super) trash: PathBuf,
}

impl Folders {
    /// `None` for what the store keeps.
    pub(super) fn of(layout: &Layout, found: &Found) -> Option<Self> {
        let (root, _) = found.place.as_ref().filter(|_| found.record.storage == Storage::InPlace)?;
        Some(Self { root: layout.scan_root(root), trash: layout.trashed(&found.record.artifact_id) })
    }

    /// The scanned folder, or what of the way to it is there.
    fn ground(&self) -> &Path {
        self.root.ancestors().find(|folder| files::exists(folder)).unwrap_or(&self.root)
    }

    /// The file system that files come back to.
    pub(super) fn device(&self) -> Result<u64> {
        Ok(files::fingerprint(&files::metadata(self.ground())?).identity.0)
    }
}

/// Where a file of an artifact is kept, if it is kept in place and not purged: a folder and the path inside it.
pub(super) fn whereabouts(layout: &Layout, found: &Found) -> Option<PathBuf> {
    let Folders { root, trash } = Folders::of(layout, found)?;
    match (&found.state.deleted_at, &found.state.purged_at) {
        (None, _) => Some(root),
        (Some(_), None) => Some(trash),
        (Some(_), Some(_)) => None,
    }
}

/// The scanned folder of an artifact that is kept in place.
pub(super) fn origin(layout: &Layout, found: &Found) -> Option<PathBuf> {
    Folders::of(layout, found).map(|folders| folders.root)
}

impl Store {
    /// Brings the files of an artifact that is kept in place where its state says.
    pub(super) fn move_files(&self, manifest: &Manifest, found: &Found, ahead: &mut Ahead) -> Result<Moved> {
        let Some(folders) = Folders::of(&self.layout, found) else { return Ok(Moved::default()) };
        let (mut changed, mut purged) = (BTreeSet::new(), None);
        match (&found.state.deleted_at, &found.state.purged_at) {
            (None, _) if !files::exists(&folders.trash) => {}
            (None, _) => {
                let mut copied = Copied::default();
                for (entry, _) in plain(manifest.stored_files(found.seq)?)? {
                    bring_back(&folders, &entry, ahead, (&mut copied, &mut changed))?;
                }
                copied.replace_originals(&mut changed)?;
                remove_empty(&folders.trash, &mut changed);
            }
            (Some(_), None) => {
                let mut copied = Copied::default();
                for (entry, looks) in plain(manifest.stored_files(found.seq)?)? {
                    take_away(&folders, (&entry, looks.as_ref()), ahead, (&mut copied, &mut changed))?;
                }
                copied.replace_originals(&mut changed)?;
            }
            (Some(_), Some(_)) => {
                if files::exists(&folders.trash) {
                    let aside = self.staging()?.folder().join(format!("purged-{}", found.seq));
                    files::rename(&folders.trash, &aside)?;
                    changed.insert(self.layout.trash());
                    purged = Some(aside);
                }
                crash::point("move.purged");
            }
        }
        Ok(Moved { folders: changed, purged })
    }
}

/// A file as it lies on the disk, and how it looked when it was last read.
type Stored = (FileEntry, Option<Looks>);

/// Files whose copies, made ahead, have their names on the other file system.
#[derive(Default)]
struct Copied {
    originals: Vec<PathBuf>,
    /// The folders that hold the copies.
    folders: BTreeSet<PathBuf>,
}

impl Copied {
    /// Removes the originals, once the names of the copies have reached the disk.
    fn replace_originals(self, changed: &mut BTreeSet<PathBuf>) -> Result<()> {
        files::sync_folders(&self.folders)?;
        for original in &self.originals {
            files::remove(original)?;
            crash::point("move.moved");
            changed.extend(original.parent().map(Path::to_owned));
        }
        changed.extend(self.folders);
        Ok(())
    }
}

/// A manifest that was tampered with leads nowhere.
pub(super) fn plain(entries: Vec<Stored>) -> Result<Vec<Stored>> {
    match entries.iter().find(|(entry, _)| !beneath::is_plain(&entry.path)) {
        Some((odd, _)) => Err(Error::integrity(format!("{:?} is no path below a scanned folder", odd.path))),
        None => Ok(entries),
    }
}

fn take_away(
    folders: &Folders,
    (entry, looks): (&FileEntry, Option<&Looks>),
    ahead: &mut Ahead,
    (copied, changed): (&mut Copied, &mut BTreeSet<PathBuf>),
) -> Result<()> {
    let (from, to) = (folders.root.join(&entry.path), folders.trash.join(&entry.path));
    if !files::exists(&from) {
        return Ok(());
    }
    if files::exists(&to) {
        // A copy that was named before its original could go. Anything else is a new file of the producer's.
        if beneath::open(&folders.root, &entry.path).is_ok() && files::same_bytes(&from, &to)? {
            files::sync_file_system(&folders.trash)?;
            files::remove(&from)?;
            changed.extend(from.parent().map(Path::to_owned));
        }
        return Ok(());
    }
    if let Some(how) = differs(&folders.root, entry, looks, ahead)? {
        tracing::warn!("{} stays where it is: {how}", from.display());
        return Ok(());
    }
    if let Some(copy) = ahead.take_copy(&from)? {
        make_way(&to, &mut copied.folders)?;
        crash::point("move.before");
        if files::rename_new(copy.path(), &to)? {
            crash::point("move.named");
            copied.folders.extend(to.parent().map(Path::to_owned));
            copied.originals.push(from);
        }
        return Ok(());
    }
    make_way(&to, changed)?;
    crash::point("move.before");
    across::move_new(&from, &to)?;
    crash::point("move.moved");
    changed.extend([from.parent(), to.parent()].into_iter().flatten().map(Path::to_owned));
    Ok(())
}

fn bring_back(
    folders: &Folders,
    entry: &FileEntry,
    ahead: &mut Ahead,
    (copied, changed): (&mut Copied, &mut BTreeSet<PathBuf>),
) -> Result<()> {
    let (from, to) = (folders.trash.join(&entry.path), folders.root.join(&entry.path));
    if !files::exists(&from) {
        return Ok(());
    }
    if let Some(copy) = ahead.take_copy(&from)? {
        crash::point("move.before");
        if files::rename_new(copy.path(), &to)? {
            crash::point("move.named");
            copied.folders.extend(copy.made().iter().chain([&to]).filter_map(|path| path.parent()).map(Path::to_owned));
            copied.originals.push(from);
            return Ok(());
        }
    }
    make_way(&to, changed)?;
    crash::point("move.before");
    if !across::move_new(&from, &to)? {
        if !files::same_bytes(&from, &to)? {
            return Err(Error::conflict(format!("{} can't come back: something else lies there", to.display()))
                .hint("move it away; the next start brings the file back"));
        }
        files::remove(&from)?;
    }
    crash::point("move.moved");
    changed.extend([from.parent(), to.parent()].into_iter().flatten().map(Path::to_owned));
    Ok(())
}

/// Makes the folders that a file needs; they are flushed with the others that have changed.
fn make_way(to: &Path, changed: &mut BTreeSet<PathBuf>) -> Result<()> {
    for folder in files::missing_above(to) {
        files::create_folder(&folder)?;
        changed.extend(folder.parent().map(Path::to_owned));
    }
    Ok(())
}

/// How a file in its place is no longer the one that was scanned; `None` while it is.
fn differs(root: &Path, entry: &FileEntry, looks: Option<&Looks>, ahead: &Ahead) -> Result<Option<String>> {
    let (file, metadata) = match beneath::open(root, &entry.path) {
        Ok(opened) => opened,
        Err(error) => return Ok(Some(error.to_string())),
    };
    let now = files::fingerprint(&metadata);
    let path = root.join(&entry.path);
    let same = match looks {
        Some(looks) => alike(looks, &now),
        None if ahead.is_proven(&path, &now) => true,
        None => objects::hash_file(&file, &path, now.size, &Unwatched)? == entry.hash,
    };
    Ok((!same).then(|| "it has changed since it was scanned".to_owned()))
}

pub(super) fn alike(looks: &Looks, now: &Fingerprint) -> bool {
    (looks.size_bytes.0, looks.mtime_ns) == (now.size, now.mtime_ns)
}

/// Removes a folder of the trash with the empty folders in it.
fn remove_empty(folder: &Path, changed: &mut BTreeSet<PathBuf>) {
    for entry in files::list(folder).unwrap_or_default() {
        if matches!(files::look(&entry), Ok(Some(found)) if found.is_dir()) {
            remove_empty(&entry, changed);
        }
    }
    if files::remove_empty_folder(folder).is_ok() {
        changed.remove(folder);
        changed.extend(folder.parent().map(Path::to_owned));
    }
}

/// Refuses to delete what can't be moved to the trash as it was scanned.
pub(super) fn deletable(layout: &Layout, manifest: &Manifest, found: &Found, ahead: &Ahead) -> Result<()> {
    let Some(folders) = Folders::of(layout, found) else { return Ok(()) };
    let artifact_id = &found.record.artifact_id;
    let refused = |path: &Path, why: &str| {
        Error::conflict(format!("artifact {artifact_id} was not deleted: {} {why}", path.display()))
            .detail("path", path.to_string_lossy().into_owned())
    };
    let mut writable: BTreeMap<PathBuf, bool> = BTreeMap::new();
    let mut elsewhere = 0;
    let own = files::fingerprint(&files::metadata(&layout.trash())?).identity.0;
    for (entry, looks) in plain(manifest.stored_files(found.seq)?)? {
        let path = folders.root.join(&entry.path);
        if !files::exists(&path) {
            continue;
        }
        let (_, metadata) = beneath::open(&folders.root, &entry.path)
            .map_err(|error| refused(&path, "is no longer what was scanned").hint(format!("{error}; scan again")))?;
        let now = files::fingerprint(&metadata);
        if !looks.map_or_else(|| ahead.is_proven(&path, &now), |looks| alike(&looks, &now)) {
            return Err(
                refused(&path, "has changed since it was scanned").hint("scan again, and look again at what is to go")
            );
        }
        if !files::writable(&layout.trash()) {
            let trash = layout.trash();
            return Err(refused(&path, &format!("can't be moved: {} can't be written", trash.display())));
        }
        let folder = path.parent().unwrap_or(&folders.root).to_owned();
        if !*writable.entry(folder.clone()).or_insert_with(|| files::writable(&folder)) {
            return Err(refused(&path, "can't be moved: its folder can't be written"));
        }
        let copied = ahead
            .has_copy(&path, &now)
            .map_err(|error| refused(&path, &format!("can't be copied to the trash: {}", error.message())))?;
        if now.identity.0 != own && !copied {
            elsewhere += now.size;
        }
    }
    if elsewhere > 0 && across::free_bytes(&layout.trash())? < elsewhere {
        let path = layout.trash();
        return Err(refused(&path, "has no room for its files").hint("free some space on the store's disk"));
    }
    Ok(())
}

/// Refuses to restore what has nowhere to come back to.
pub(super) fn restorable(
    layout: &Layout,
    manifest: &Manifest,
    found: &Found,
    ahead: &Ahead,
    room: &mut Room,
) -> Result<()> {
    let Some(folders) = Folders::of(layout, found) else { return Ok(()) };
    let artifact_id = &found.record.artifact_id;
    let refused = |why: String| Error::conflict(format!("artifact {artifact_id} can't be restored: {why}"));
    if let Some(place) = manifest.place(found.seq)?
        && let Some(rival) = manifest.registered_at(&place)?.iter().find(|rival| !rival.deleted)
    {
        let rival = &rival.artifact_id;
        return Err(refused(format!("its place is taken by {rival}"))
            .detail("activeArtifactId", rival.as_str())
            .hint(format!("a scan found new files there; to have this one instead, delete {rival} first")));
    }
    let (entries, mut there) = (plain(manifest.stored_files(found.seq)?)?, 0);
    let target = folders.ground();
    let (device, mut elsewhere) = (folders.device()?, 0);
    let mut writable: BTreeSet<PathBuf> = BTreeSet::new();
    for (entry, looks) in &entries {
        let (from, to) = (folders.trash.join(&entry.path), folders.root.join(&entry.path));
        let occupied = |path: &Path| {
            refused(format!("something else lies at {}", path.display()))
                .detail("path", path.to_string_lossy().into_owned())
                .hint("move it away and restore again")
        };
        if files::exists(&to) {
            let own = match files::exists(&from) {
                true => beneath::open(&folders.root, &entry.path).is_ok() && files::same_bytes(&from, &to)?,
                // It could not be moved when its artifact was deleted.
                false => differs(&folders.root, entry, looks.as_ref(), &Ahead::default())?.is_none(),
            };
            if !own {
                return Err(occupied(&to));
            }
        }
        let above = to.ancestors().skip(1).take_while(|above| above.starts_with(&folders.root));
        for folder in above {
            if files::look(folder)?.is_some_and(|found| !found.is_dir()) && folder != folders.root {
                return Err(occupied(folder));
            }
        }
        there += usize::from(files::exists(&from) || files::exists(&to));
        let Some(lies) = files::look(&from)?.map(|metadata| files::fingerprint(&metadata)) else { continue };
        let above = to.ancestors().skip(1).find(|above| files::exists(above)).unwrap_or(target);
        if writable.insert(above.to_owned()) && !files::writable(above) {
            return Err(refused(format!("{} can't be written", above.display()))
                .detail("path", above.to_string_lossy().into_owned())
                .hint("make it writable and restore again"));
        }
        let copied = ahead
            .has_copy(&from, &lies)
            .map_err(|error| refused(format!("{} can't be copied back: {}", from.display(), error.message())))?;
        if lies.identity.0 != device && !copied {
            elsewhere += lies.size;
        }
    }
    if elsewhere > 0 && across::free_bytes(target)? < room.take(device, elsewhere) {
        return Err(refused(format!("{} has no room for its files", target.display()))
            .detail("path", target.to_string_lossy().into_owned())
            .hint("free some space there and restore again"));
    }
    if there == 0 && !entries.is_empty() {
        return Err(refused(format!("none of its files is in {} any more", folders.trash.display())));
    }
    Ok(())
}

/// Refuses to purge what can't be taken out of the trash.
pub(super) fn purgeable(layout: &Layout, found: &Found) -> Result<()> {
    match Folders::of(layout, found) {
        Some(folders) if files::exists(&folders.trash) && !files::writable(&layout.trash()) => {
            let (artifact_id, trash) = (&found.record.artifact_id, layout.trash());
            Err(Error::conflict(format!("artifact {artifact_id} was not purged: {} can't be written", trash.display())))
        }
        _ => Ok(()),
    }
}
