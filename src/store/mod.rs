//! A store: the one owner of a folder, where objects, manifest and history change together.

mod ahead;
pub mod carrying;
pub mod config;
mod forms;
mod history;
mod init;
mod jobs;
mod layout;
mod lease;
mod legacy;
mod moving;
pub mod names;
mod pins;
mod placing;
mod reader;
mod rebuild;
mod replay;
mod report;
mod sidecar;
mod site;
pub mod snapshot;
mod source;
mod trash;
mod verify;
mod writer;

use std::path::Path;
use std::sync::{Arc, Mutex};

pub use ahead::Ahead;
pub use forms::{Located, PlaceTurn, Ready};
pub use jobs::{Job, JobDone, JobTurn};
pub use layout::Layout;
pub use moving::Room;
pub use placing::Stuck;
pub use reader::{Reader, View};
pub use replay::Rebuilt;
pub use site::{Initialized, Location, Site};
pub use verify::{Verification, Verified};
pub use writer::{Batch, Writer};

use crate::base::clock::{self, Clock};
use crate::base::files::{self, Fingerprint};
use crate::base::lock::Lock;
use crate::manifest::{Age, FORMAT_VERSION, Manifest};
use crate::model::{Error, Result};
use crate::objects::{Objects, Staged, Staging};
use config::Config;
use lease::Lease;
use legacy::Ground;
use placing::Placed;
use source::Source;

/// An open store.
pub struct Store {
    layout: Layout,
    config: Config,
    clock: Clock,
    objects: Objects,
    /// Closed before the writing connection, which then folds the write-ahead log into the manifest.
    readers: Mutex<Vec<Manifest>>,
    access: Access,
}

enum Access {
    Write(Box<Writing>),
    /// The reason why nothing can be written here.
    Read {
        reason: String,
        source: Source,
    },
}

impl Access {
    fn read_only_reason(&self) -> Option<&str> {
        match self {
            Access::Read { reason, .. } => Some(reason),
            Access::Write(_) => None,
        }
    }
}

/// What only a process that may write has.
struct Writing {
    /// `None` after a failed commit: the next transaction opens the manifest afresh.
    connection: Mutex<Option<Manifest>>,
    /// The manifest file's device and inode, to notice when somebody takes it away.
    identity: (u64, u64),
    staging: Staging,
    lease: Lease,
    /// Names and sidecars that were placed but may not have reached the disk.
    placed: Mutex<Vec<Placed>>,
    _open: Lock,
}

impl Store {
    /// Opens the store at a location.
    pub(crate) fn open(location: &Location, clock: Clock) -> Result<Arc<Self>> {
        let root = files::canonical(&location.root)?;
        let provisional = Layout::new(root.clone(), root.join("artifacts"));
        let reason = match files::network_file_system(&root)? {
            Some(kind) => {
                Some(format!("{} lies on {kind}, where several processes can't share it safely", root.display()))
            }
            None if !files::writable(&root) => Some(format!("{} can't be written", root.display())),
            None => None,
        };
        let mut migrating = None;
        let (access, manifest) = match reason {
            Some(reason) => {
                let source = Source::of(&provisional, clock)?;
                let manifest = source.open()?;
                (Access::Read { reason, source }, manifest)
            }
            None => Self::open_for_writing(location, &provisional, clock, &mut migrating)?,
        };
        check_age(&manifest, &provisional, access.read_only_reason())?;
        let setting = manifest.meta_text("artifacts_root")?.unwrap_or_else(|| "artifacts".to_owned());
        let artifacts = Layout::artifacts_from_setting(&root, &setting);
        if let Some(asked) = &location.artifacts_root
            && files::absolute(asked) != artifacts
            && files::canonical(asked).ok() != files::canonical(&artifacts).ok()
        {
            return Err(Error::conflict(format!(
                "the readable names of the store {} lie below {}, not below {}",
                root.display(),
                artifacts.display(),
                asked.display()
            ))
            .field("artifactsRoot")
            .hint("leave the artifacts folder out: the store remembers it"));
        }
        let layout = Layout::new(root, artifacts);
        let config = Config::read(&layout.configuration())?;
        if let Access::Write(writing) = &access {
            *writing.connection.lock().expect("new") = Some(manifest);
        }
        let store = Arc::new(Self {
            objects: Objects::new(layout.objects()),
            config,
            clock,
            access,
            readers: Mutex::new(Vec::new()),
            layout,
        });
        store.recover()?;
        drop(migrating);
        Ok(store)
    }

    /// `migrating` gets the lock of a migration that has just been made.
    fn open_for_writing(
        location: &Location,
        layout: &Layout,
        clock: Clock,
        migrating: &mut Option<Lock>,
    ) -> Result<(Access, Manifest)> {
        files::create_folders(&layout.root().join("locks"))?;
        files::create_folders(&layout.staging())?;
        let open = Lock::shared(&layout.lock("open"))?;
        // Looked at before it is opened: a file that takes its place in between is noticed at the first transaction.
        let identity = identity_of(&layout.manifest())?;
        let manifest = Manifest::open(&layout.manifest())?;
        let age = manifest.age()?;
        if age != Age::Version1 {
            check_age(&manifest, layout, None)?;
            legacy::wait(layout)?;
        }
        let (lease, staging) = Lease::take(layout, clock)?;
        if age == Age::Version1 {
            let ground = Ground { location, root: layout.root(), clock, staging: &staging, lease: lease.name() };
            *migrating = legacy::migrate(&manifest, &ground)?;
        }
        manifest.make_durable()?;
        manifest.bring_up_to_date()?;
        let placed = Mutex::new(Vec::new());
        let writing = Writing { connection: Mutex::new(None), identity, staging, lease, placed, _open: open };
        Ok((Access::Write(Box::new(writing)), manifest))
    }

    /// Where the files lie.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// What keepstone.toml says.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The objects.
    pub fn objects(&self) -> &Objects {
        &self.objects
    }

    /// Time and randomness.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// The stamp of this moment, for names of files.
    pub fn stamp(&self) -> String {
        clock::stamp(self.clock.now())
    }

    /// Whether a file is one of the manifest's, by whatever name it was found.
    pub fn is_manifest(&self, looks: &Fingerprint) -> bool {
        ["", "-wal", "-shm"].iter().any(|end| {
            let mut path = self.layout.manifest().into_os_string();
            path.push(end);
            files::metadata(Path::new(&path)).is_ok_and(|own| files::fingerprint(&own).identity == looks.identity)
        })
    }

    /// Whether this process can't write here, and why.
    pub fn read_only_reason(&self) -> Option<&str> {
        self.access.read_only_reason()
    }

    /// A view of the present moment.
    pub fn read(self: &Arc<Self>) -> Result<Reader> {
        let pooled = self.readers.lock().expect("no panic holds it").pop();
        match pooled.map_or_else(|| self.open_reader(), Ok) {
            Err(_) if !files::exists(&self.layout.manifest()) => Err(self.gone()),
            opened => Reader::new(self.clone(), opened?),
        }
    }

    fn open_reader(&self) -> Result<Manifest> {
        match &self.access {
            Access::Read { source, .. } => source.open(),
            Access::Write(_) => Manifest::open_read_only(&self.layout.manifest(), false),
        }
    }

    /// What everything is answered once the manifest is no longer the one that was opened.
    fn gone(&self) -> Error {
        let manifest = self.layout.manifest();
        Error::integrity(format!("{} was removed or replaced while this process had it open", manifest.display()))
            .hint("start keepstone again; if the manifest is lost, rebuild_manifest makes it again")
    }

    fn give_back(&self, manifest: Manifest) {
        self.readers.lock().expect("no panic holds it").push(manifest);
    }

    /// Where files are staged on their way in; read_only where nothing can be written.
    pub fn staging(&self) -> Result<&Staging> {
        Ok(&self.writing()?.staging)
    }

    /// Flushes what commands have staged, together where that is possible. What fails is told to the command that keeps it.
    pub fn flush<'a>(&self, staged: impl IntoIterator<Item = &'a Staged>) -> Result<()> {
        let mut staged = staged.into_iter().peekable();
        if staged.peek().is_some() {
            self.staging()?.flush(staged);
        }
        Ok(())
    }

    fn writing(&self) -> Result<&Writing> {
        match &self.access {
            Access::Write(writing) => Ok(writing),
            Access::Read { reason, .. } => Err(Error::read_only(format!("the store can only be read: {reason}"))),
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.settle_if_possible();
    }
}

fn identity_of(manifest: &Path) -> Result<(u64, u64)> {
    Ok(files::fingerprint(&files::metadata(manifest)?).identity)
}

fn check_age(manifest: &Manifest, layout: &Layout, read_only: Option<&str>) -> Result<()> {
    let path = layout.manifest();
    match manifest.age()? {
        Age::Current | Age::Older => Ok(()),
        Age::Newer(version) => Err(Error::unsupported(format!(
            "{} has format {version}, made by a newer keepstone; this one reads up to {FORMAT_VERSION}",
            path.display()
        ))
        .hint("use the newer keepstone")),
        Age::Empty => Err(Error::integrity(format!("{} is damaged: there is nothing in it", path.display()))
            .hint("rebuild_manifest makes it again from the sidecars and the history; or put a backup in its place")),
        Age::Version1 => Err(Error::read_only(format!(
            "{} has format 1 and can't be brought up to date here: {}",
            path.display(),
            read_only.unwrap_or("it was put there meanwhile")
        ))
        .hint("open the store once where it can be written, or copy it there")),
        Age::Foreign => Err(Error::conflict(format!("{} is no keepstone manifest", path.display()))
            .hint("name another folder with --root")),
    }
}
