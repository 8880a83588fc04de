//! Copying the manifest, and making it again: from sidecars and history alone, or from a copy and what they know since.

use std::path::{Path, PathBuf};

use super::replay::{Rebuilt, candidates, replay};
use super::writer::take_turn;
use super::{Layout, Site, Store, init};
use crate::base::clock;
use crate::base::files;
use crate::base::lock::Lock;
use crate::manifest::{Age, BUSY_WAIT, Manifest};
use crate::model::{Error, Kind, Result, Watch};
use crate::objects::Objects;
use crate::store::sidecar::Sidecar;
use crate::store::{history, legacy};

impl Store {
    /// Copies the manifest to a path, or into backups/; answers the path and its length.
    pub fn back_up(&self, path: Option<PathBuf>) -> Result<(PathBuf, u64)> {
        let given = path.map(|path| files::absolute(&path));
        let taken = |path: &Path| {
            Error::conflict(format!("{} exists already", path.display())).field("path").hint("name a path that is free")
        };
        if let Some(path) = given.as_deref().filter(|path| files::exists(path)) {
            return Err(taken(path));
        }
        let folder = match &given {
            Some(path) => path.parent().unwrap_or(Path::new("/")).to_owned(),
            None => self.layout.backups(),
        };
        if !files::exists(&folder) {
            return Err(Error::not_found(format!("the folder {} was not found", folder.display())).field("path"));
        }
        if !files::writable(&folder) {
            return Err(Error::read_only(format!("the folder {} can't be written", folder.display()))
                .hint("name a path elsewhere"));
        }
        let draft = folder.join(format!(".keepstone-backup-{}-{:08x}", std::process::id(), self.clock.random()));
        let manifest = self.open_reader()?;
        let named = manifest.copy_into(&draft).and_then(|()| {
            files::sync_file(&draft)?;
            match given {
                Some(path) if name_new(&draft, &path)? => Ok(path),
                Some(path) => Err(taken(&path)),
                None => loop {
                    let path = free_name(&folder, &self.stamp());
                    if name_new(&draft, &path)? {
                        break Ok(path);
                    }
                },
            }
        });
        init::remove_draft(&draft);
        let path = named?;
        files::sync_parent(&path)?;
        let size = files::metadata(&path)?.len();
        Ok((path, size))
    }
}

/// Copies of the manifest that collections leave; the older ones go.
const COLLECTIONS_KEPT: usize = 5;
const COLLECTION: &str = "manifest-gc-";

impl Store {
    /// Copies the manifest into backups/ before a collection changes it, and removes all but the last such copies.
    pub fn back_up_first(&self) -> Result<PathBuf> {
        let folder = self.layout.backups();
        let stamp = self.stamp();
        let names = (1..).map(|number| match number {
            1 => format!("{COLLECTION}{stamp}.sqlite"),
            number => format!("{COLLECTION}{stamp}-{number}.sqlite"),
        });
        let free = names.map(|name| folder.join(name)).find(|path| !files::exists(path)).expect("some number is free");
        let (path, _) = self.back_up(Some(free))?;
        let is_one = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(COLLECTION) && name.ends_with(".sqlite")
        };
        let age = |path: &PathBuf| files::metadata(path).map(|found| files::fingerprint(&found).mtime_ns).unwrap_or(0);
        let mut all: Vec<PathBuf> = files::list(&folder)?.into_iter().filter(is_one).collect();
        all.sort_by_key(|path| (age(path), path.clone()));
        let old = all.len().saturating_sub(COLLECTIONS_KEPT);
        all[..old].iter().filter(|old| **old != path).try_for_each(|old| files::remove_if_there(old))?;
        Ok(path)
    }
}

/// Gives a finished draft its name; `false` when another has it.
fn name_new(draft: &Path, path: &Path) -> Result<bool> {
    match files::link_new(draft, path) {
        Ok(named) => Ok(named),
        Err(_) if files::exists(path) => Ok(false),
        // Not every file system gives a file a second name.
        Err(_) => Ok(files::rename(draft, path).map(|()| true)?),
    }
}

fn free_name(folder: &Path, stamp: &str) -> PathBuf {
    let plain = folder.join(format!("manifest-{stamp}.sqlite"));
    let numbered = (2..).map(|number| folder.join(format!("manifest-{stamp}-{number}.sqlite")));
    std::iter::once(plain).chain(numbered).find(|path| !files::exists(path)).expect("some number is free")
}

impl Site {
    /// Makes the manifest again from the sidecars and the history.
    pub fn rebuild_manifest(&self, watch: &dyn Watch) -> Result<Rebuilt> {
        refuse_unwritable(self.layout().root())?;
        let layout = self.known_layout()?;
        self.place_waiting(&layout)?;
        let nothing = |what: &str| {
            Err(Error::not_found(format!("there is nothing to rebuild in {}: {what}", layout.root().display())).hint(
                "name the store's folder with --root, and its readable names with --artifacts-root if they lie elsewhere",
            ))
        };
        let is_sidecar = |path: &PathBuf| matches!(Sidecar::read(path), Ok(Some(_)) | Err(_));
        if !candidates(&layout)?.iter().any(is_sidecar) {
            if history::read(&layout, None)?.events.iter().any(|event| event.artifact_id.is_some()) {
                return nothing("the history tells of artifacts, and no sidecar was found");
            }
            // Where a manifest that is fine has no artifacts, a publish that never committed left them.
            let empty = sound(&layout).is_some_and(|live| matches!(live.artifact_count(), Ok(0)));
            if !empty && has_objects(&layout)? {
                return nothing("there are objects, and no sidecar was found");
            }
            if !files::exists(&layout.history()) {
                return nothing("neither sidecars nor a history were found");
            }
        }
        self.replace_manifest(&layout, |draft| init::new_manifest(draft, &layout), watch)
    }

    /// Brings back a backup and takes in what the sidecars and the history know since.
    pub fn restore_backup(&self, path: Option<PathBuf>, watch: &dyn Watch) -> Result<Rebuilt> {
        refuse_unwritable(self.layout().root())?;
        let layout = self.known_layout()?;
        let backup = match path {
            Some(path) if files::exists(&path) => path,
            Some(path) => {
                return Err(Error::not_found(format!("the backup {} was not found", path.display())).field("path"));
            }
            None => newest_backup(&layout)?,
        };
        let damaged = |how: &str| {
            Error::integrity(format!("the backup {} is damaged: {how}", backup.display()))
                .field("path")
                .hint("name another backup with path; rebuild_manifest needs none")
        };
        let manifest = Manifest::open_read_only(&backup, true)?;
        match manifest.age() {
            Ok(Age::Current | Age::Older) => {}
            Ok(Age::Newer(version)) => {
                return Err(Error::unsupported(format!(
                    "the backup {} has format {version}, made by a newer keepstone",
                    backup.display()
                ))
                .field("path"));
            }
            Ok(_) => {
                return Err(Error::invalid_data(format!("{} is no backup of a keepstone manifest", backup.display()))
                    .field("path"));
            }
            Err(error) => return Err(damaged(error.message())),
        }
        match manifest.damage() {
            Ok(damage) if damage.is_empty() => {}
            Ok(damage) => return Err(damaged(&damage[0])),
            Err(error) => return Err(damaged(error.message())),
        }
        self.place_waiting(&layout)?;
        self.replace_manifest(
            &layout,
            |draft| {
                manifest.copy_into(draft)?;
                let draft_manifest = Manifest::open(draft)?;
                draft_manifest.bring_up_to_date()?;
                // What was under way when it was copied is not gone on with.
                draft_manifest.forget_jobs()?;
                drop(draft_manifest);
                Ok(files::sync_file(draft)?)
            },
            watch,
        )
    }

    /// The layout as the manifest remembers it, or as the caller says where the manifest can't be asked.
    fn known_layout(&self) -> Result<Layout> {
        match self.store() {
            Ok(store) => Ok(store.layout().clone()),
            Err(error) if matches!(error.kind(), Kind::Integrity | Kind::NotFound | Kind::Internal) => {
                Ok(self.layout())
            }
            // A newer keepstone's, another program's, or one whose readable names lie elsewhere is not replaced.
            Err(error) => Err(error),
        }
    }

    /// Has every artifact of a manifest that is fine get its sidecar, because the new manifest knows it from there alone.
    fn place_waiting(&self, layout: &Layout) -> Result<()> {
        match sound(layout) {
            Some(_) => self.store()?.place_waiting(),
            None => Ok(()),
        }
    }

    fn replace_manifest(
        &self,
        layout: &Layout,
        begin: impl FnOnce(&Path) -> Result<()>,
        watch: &dyn Watch,
    ) -> Result<Rebuilt> {
        for folder in layout.folders() {
            files::create_folders(&folder)?;
        }
        if !files::exists(&layout.objects()) {
            Objects::new(layout.objects()).create()?;
        }
        self.close();
        let drafting = Lock::exclusive(&layout.lock("init"))?;
        let jobs = Lock::exclusive_within(&layout.lock("jobs"), BUSY_WAIT)?.ok_or_else(|| {
            Error::busy("another process collects, restores or purges").hint("send the request again")
        })?;
        // From here on nothing is published or changed that the sidecars and the history don't tell.
        let turn = take_turn(layout)?;
        let live = sound(layout);
        let draft = layout.staging().join(format!("manifest-{:08x}", self.clock().random()));
        let outcome = begin(&draft).and_then(|()| {
            let manifest = Manifest::open(&draft)?;
            let rebuilt = replay(&manifest, layout, live.as_ref(), watch)?;
            manifest.fold_log()?;
            drop(manifest);
            files::sync_file(&draft)?;
            // Sidecars of other processes may have been read before they reached the disk.
            files::sync_file_system(layout.artifacts())?;
            self.install(layout, &draft, live)?;
            Ok(rebuilt)
        });
        init::remove_draft(&draft);
        drop((turn, jobs, drafting));
        let rebuilt = outcome?;
        self.store()?;
        Ok(rebuilt)
    }

    /// Puts a manifest in the place of the one that is there or lost.
    fn install(&self, layout: &Layout, draft: &Path, live: Option<Manifest>) -> Result<()> {
        if let Some(mut live) = live {
            live.make_durable()?;
            // What it knows and neither sidecars nor history tell, can be looked up there.
            let aside = free_name(&layout.quarantine(), &clock::stamp(self.clock().now()));
            live.copy_into(&aside)?;
            files::sync_file(&aside)?;
            files::sync_folder(&layout.quarantine())?;
            return live.overwrite_from(&Manifest::open_read_only(draft, true)?);
        }
        let _alone = alone(layout)?;
        init::move_manifest_aside(layout, &clock::stamp(self.clock().now()))?;
        files::rename(draft, &layout.manifest())?;
        Ok(files::sync_folder(layout.root())?)
    }
}

/// Where no store is opened for writing, no manifest is replaced either.
fn refuse_unwritable(root: &Path) -> Result<()> {
    if !files::exists(root) {
        return Ok(());
    }
    if let Some(kind) = files::network_file_system(root)? {
        return Err(Error::read_only(format!(
            "{} lies on {kind}, where several processes can't share a store safely: its manifest can't be replaced",
            root.display()
        ))
        .hint("send the request on the machine whose disk it is, or copy the store to a local file system"));
    }
    if !files::writable(root) {
        return Err(Error::read_only(format!("{} can't be written: its manifest can't be replaced", root.display()))
            .hint("make the folder writable, or copy the store to where it is"));
    }
    Ok(())
}

/// The manifest that is in its place, if it is of this format and undamaged.
fn sound(layout: &Layout) -> Option<Manifest> {
    let path = layout.manifest();
    let manifest = files::exists(&path).then(|| Manifest::open(&path).ok()).flatten()?;
    let sound = matches!(manifest.age(), Ok(Age::Current)) && matches!(manifest.damage().as_deref(), Ok([]));
    sound.then_some(manifest)
}

/// Keeps every other process out of the store: none may go on with a manifest that is no longer in its place.
fn alone(layout: &Layout) -> Result<Lock> {
    Lock::exclusive_within(&layout.lock("open"), BUSY_WAIT)?.ok_or_else(|| {
        Error::busy(format!("another process has the store {} open", layout.root().display()))
            .hint("stop it and send the request again")
    })
}

fn newest_backup(layout: &Layout) -> Result<PathBuf> {
    let folder = layout.backups();
    let mut backups = if files::exists(&folder) { files::list(&folder)? } else { Vec::new() };
    backups.retain(|path| path.extension().is_some_and(|end| end == "sqlite") && !legacy::is_backup(path));
    let newest = |path: &PathBuf| files::metadata(path).map(|found| files::fingerprint(&found).mtime_ns).unwrap_or(0);
    backups.into_iter().max_by_key(|path| (newest(path), path.clone())).ok_or_else(|| {
        Error::not_found(format!("no backup was found in {}", folder.display()))
            .hint("make one with `backup`, or name another with path; rebuild_manifest needs none")
    })
}

fn has_objects(layout: &Layout) -> Result<bool> {
    let folder = layout.objects();
    let parts = if files::exists(&folder) { files::list(&folder)? } else { Vec::new() };
    for part in parts {
        if matches!(files::look(&part)?, Some(found) if found.is_dir()) && !files::list(&part)?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}
