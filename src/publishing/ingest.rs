//! From what was given to staged objects and their hashes; what the store has already is recognised by its bytes.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use super::given::{Given, GivenFile, Source, format_of, unusable};
use super::media::media_type_of;
use super::originals::Originals;
use super::tree::{self, Member};
use crate::base::clock;
use crate::base::files::{self, Context};
use crate::manifest::{Found, ObjectRow};
use crate::model::artifact::{FileEntry, Format, UNNAMED};
use crate::model::number::Count;
use crate::model::{Error, Hash, Kind, Result, Watch};
use crate::objects::{self, Staged};
use crate::store::{Reader, Store, View, Writer};
use crate::tabular;

/// What publishing keeps, ready to be committed.
#[derive(Debug)]
pub struct Ingested {
    /// What it turned out to be.
    pub format: Format,
    /// SHA-256 of the bytes kept; of a tree, of its listing.
    pub file_hash: Hash,
    /// Hash of the logical content.
    pub content_hash: Hash,
    /// Version of the content hash's definition.
    pub content_hash_version: u32,
    /// SHA-256 of the bytes given.
    pub source_hash: Hash,
    /// Length of the bytes given.
    pub source_size: u64,
    /// Bytes kept, of all files together.
    pub size_bytes: u64,
    /// Rows of a table.
    pub row_count: Option<u64>,
    /// Earliest time.
    pub min_ts: Option<String>,
    /// Latest time.
    pub max_ts: Option<String>,
    /// The files kept.
    pub files: Vec<FileEntry>,
    /// The extension of the readable name.
    pub extension: Option<String>,
    /// The files that become objects; none where the store has them all.
    pub staged: Vec<Staged>,
    /// The objects that the store has already, and how they looked when their bytes were proven.
    pub proven: Vec<(Hash, ObjectRow)>,
    /// Whether the bytes given are kept as they are.
    pub kept_as_given: bool,
    /// The files given.
    pub originals: Originals,
}

impl Ingested {
    /// Makes the staged files objects, and takes those that are there already for an artifact of its own.
    pub fn keep(&self, writer: &mut Writer) -> Result<()> {
        for staged in &self.staged {
            let proven = self.proven.iter().find(|(hash, _)| *hash == staged.hash);
            writer.keep(staged, proven.map(|(_, looks)| *looks))?;
        }
        for (hash, looks) in &self.proven {
            if !writer.keep_existing(hash, Some(*looks))? {
                return Err(Error::busy(format!("the object {hash} was damaged or removed meanwhile"))
                    .hint("send the request again"));
            }
        }
        Ok(())
    }
}

/// Reads, hashes, converts and stages what was given.
pub fn ingest(store: &std::sync::Arc<Store>, given: &Given, watch: &dyn Watch) -> Result<Ingested> {
    let task = Task { store, given, watch };
    let ingested = match &given.source {
        Source::Path(path) => task.path(path),
        Source::Bytes(bytes, _) => task.bytes(bytes),
        Source::Files(files) => task.files(files),
    };
    let ingested = ingested.and_then(|mut ingested| {
        task.prove(&mut ingested)?;
        ingested.originals.unchanged().map(|()| ingested)
    });
    ingested.map_err(|error| if is_about_what_was_given(&error) { error.field(given.source.field()) } else { error })
}

/// Whether a failure lies in what was given, not in the store or the machine.
fn is_about_what_was_given(error: &Error) -> bool {
    matches!(
        error.kind(),
        Kind::NotFound
            | Kind::Conflict
            | Kind::InvalidData
            | Kind::PathNotAllowed
            | Kind::Unsupported
            | Kind::LimitExceeded
    )
}

struct Task<'a> {
    store: &'a std::sync::Arc<Store>,
    given: &'a Given,
    watch: &'a dyn Watch,
}

impl Task<'_> {
    fn files(&self, files: &[GivenFile]) -> Result<Ingested> {
        if self.given.format.is_some_and(|format| format != Format::Tree) {
            return Err(Error::invalid_params("several files make a tree, no other format").field("format"));
        }
        self.tree(tree::named(files, self.store.config().limits.tree_files)?, Originals::default())
    }

    fn path(&self, path: &Path) -> Result<Ingested> {
        let format = format_of(path, self.given.format)?;
        if format == Format::Tree {
            let mut originals = Originals::default();
            self.refuse_own_folder(path)?;
            let members = tree::walk(path, self.store.config().limits.tree_files, &mut originals)?;
            return self.tree(members, originals);
        }
        self.refuse_manifest(path)?;
        let (file, metadata) = files::open_regular(path).map_err(unusable)?;
        let originals = Originals::file(path, files::fingerprint(&metadata));
        if let Some(known) = self.known_source(format, &file, path, metadata.len())? {
            return Ok(Ingested { originals, ..known });
        }
        match format {
            Format::Table => self.table(file, path, originals),
            _ => self.file(&file, path, metadata.len(), originals),
        }
    }

    fn bytes(&self, bytes: &[u8]) -> Result<Ingested> {
        let format = self.given.format.unwrap_or(Format::File);
        if format == Format::Tree {
            return Err(Error::invalid_params("content makes a file or a table, no tree").field("format"));
        }
        let hash = Hash::of(bytes);
        self.given.expect(&hash)?;
        if let Some(known) = self.known(format, &hash, None)? {
            return Ok(known);
        }
        let staged = self.store.staging()?.write(bytes)?;
        let path = Path::new(UNNAMED);
        if format == Format::File {
            return Ok(self.single(staged, self.given.kept_name().as_deref(), Originals::default()));
        }
        let (file, _) = files::open_regular(staged.path())?;
        self.table(file, path, Originals::default())
    }

    /// Closing the manifest's files would drop the locks that SQLite holds on them for this process.
    fn refuse_manifest(&self, path: &Path) -> Result<()> {
        let Ok(found) = files::metadata(path) else { return Ok(()) };
        if self.store.is_manifest(&files::fingerprint(&found)) {
            return Err(Error::path_not_allowed(format!("{} belongs to the store's own manifest", path.display()))
                .hint("make a backup and publish that"));
        }
        Ok(())
    }

    /// A folder that holds the store would hold its own copy, and so on for ever.
    fn refuse_own_folder(&self, folder: &Path) -> Result<()> {
        let (folder, layout) = (files::canonical(folder)?, self.store.layout());
        if layout.root().starts_with(&folder) || layout.artifacts().starts_with(&folder) {
            return Err(Error::path_not_allowed(format!("the folder {} holds the store itself", folder.display()))
                .hint("publish the folders beside the store one by one"));
        }
        Ok(())
    }

    /// Reads the objects that are there already, while nobody waits for it.
    fn prove(&self, ingested: &mut Ingested) -> Result<()> {
        for staged in &ingested.staged {
            if self.store.objects().look(&staged.hash)?.is_some()
                && let Some(looks) = self.store.read()?.trusted(&staged.hash, Some(staged.path()), self.watch)?
            {
                ingested.proven.push((staged.hash, looks));
            }
        }
        Ok(())
    }

    /// The store's own copy of the same bytes, if it has one that can be trusted.
    fn known_source(&self, format: Format, file: &File, path: &Path, size: u64) -> Result<Option<Ingested>> {
        let expects = self.given.expected_file_hash.is_some();
        // Most new files have a size that was never seen; those need no look-up by hash.
        if !expects && !self.store.read()?.manifest().has_source_size(size)? {
            return Ok(None);
        }
        let hash = objects::hash_file(file, path, size, self.watch)?;
        self.given.expect(&hash)?;
        let mut file = file;
        file.rewind().context("read", path)?;
        self.known(format, &hash, Some(path))
    }

    /// `path` leads to the bytes that have the hash, if they are one file.
    fn known(&self, format: Format, source_hash: &Hash, path: Option<&Path>) -> Result<Option<Ingested>> {
        let reader = self.store.read()?;
        let columns = self.given.column_words();
        for donor in reader.manifest().artifacts_of_source(self.given.artifact_type.as_str(), format, source_hash)? {
            let same = donor.record.columns == columns
                && donor.record.content_hash_version == version_of(format)
                && donor.state.deleted_at.is_none();
            if same && let Some(known) = self.donated(&reader, donor, path)? {
                return Ok(Some(known));
            }
        }
        Ok(None)
    }

    /// What publishing the donor's bytes gives; how the files are called and what they are for is this publish's own.
    fn donated(&self, reader: &Reader, donor: Found, path: Option<&Path>) -> Result<Option<Ingested>> {
        let mut files = reader.manifest().files(donor.seq)?;
        let mut proven = Vec::new();
        let listing = (donor.record.format == Format::Tree).then_some(donor.record.file_hash);
        for hash in files.iter().map(|file| file.hash).chain(listing) {
            // The file given and the object kept are the same bytes, as far as is known.
            let twin = path.filter(|_| hash == donor.record.source_hash);
            match reader.trusted(&hash, twin, self.watch)? {
                Some(looks) => proven.push((hash, looks)),
                None => return Ok(None),
            }
        }
        let record = donor.record;
        let name = self.given.kept_name();
        match (record.format, files.as_mut_slice()) {
            (Format::Table, [file]) => file.path = parquet_name(name.as_deref()),
            (Format::File, [file]) => *file = entry(name.as_deref(), file.hash, file.size_bytes),
            _ => {}
        }
        Ok(Some(Ingested {
            format: record.format,
            file_hash: record.file_hash,
            content_hash: record.content_hash,
            content_hash_version: record.content_hash_version,
            source_hash: record.source_hash,
            source_size: record.source_size,
            size_bytes: record.size_bytes,
            row_count: record.row_count,
            min_ts: record.min_ts,
            max_ts: record.max_ts,
            files,
            extension: match record.format {
                Format::File => name.as_deref().and_then(crate::store::names::extension_of),
                _ => record.extension,
            },
            staged: Vec::new(),
            proven,
            kept_as_given: record.source_hash == record.file_hash,
            originals: Originals::default(),
        }))
    }

    fn file(&self, file: &File, path: &Path, size: u64, originals: Originals) -> Result<Ingested> {
        let staged = self.store.staging()?.copy(file, path, size, self.watch)?;
        self.given.expect(&staged.hash)?;
        Ok(self.single(staged, path.file_name().and_then(|name| name.to_str()), originals))
    }

    fn single(&self, staged: Staged, name: Option<&str>, originals: Originals) -> Ingested {
        let (hash, size) = (staged.hash, staged.size);
        Ingested {
            format: Format::File,
            file_hash: hash,
            content_hash: hash,
            content_hash_version: version_of(Format::File),
            source_hash: hash,
            source_size: size,
            size_bytes: size,
            row_count: None,
            min_ts: None,
            max_ts: None,
            files: vec![entry(name, hash, Count(size))],
            extension: name.and_then(crate::store::names::extension_of),
            staged: vec![staged],
            proven: Vec::new(),
            kept_as_given: true,
            originals,
        }
    }

    fn table(&self, mut file: File, path: &Path, originals: Originals) -> Result<Ingested> {
        let mut head = [0; 4];
        let length = file.read(&mut head).context("read", path)?;
        file.rewind().context("read", path)?;
        let named_parquet = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("parquet"));
        let staging = self.store.staging()?;
        let shape = self.given.shape();
        let (staged, table, source) = if tabular::is_parquet(&head[..length]) || named_parquet {
            if !self.given.columns.is_empty() {
                return Err(
                    Error::invalid_params("columns are for CSV; a Parquet file has types of its own").field("columns")
                );
            }
            let size = file.metadata().context("read", path)?.len();
            let staged = staging.copy(&file, path, size, self.watch)?;
            let (copy, _) = files::open_regular(staged.path())?;
            let table = tabular::read_parquet(&copy, path, &shape, staging.folder(), self.watch)?;
            let source = (staged.hash, staged.size);
            (staged, table, source)
        } else {
            let (into, unfinished) = staging.create()?;
            let imported =
                tabular::import_csv(&file, path, &self.given.columns, &shape, &into, staging.folder(), self.watch)?;
            let staged = unfinished.finish(into, Hash(imported.parquet_hash), imported.parquet_size)?;
            (staged, imported.table, (Hash(imported.source_hash), imported.source_size))
        };
        self.given.expect(&source.0)?;
        let six_digits = |at: jiff::Timestamp| clock::micros_text(at);
        Ok(Ingested {
            format: Format::Table,
            file_hash: staged.hash,
            content_hash: Hash(table.content_hash),
            content_hash_version: version_of(Format::Table),
            source_hash: source.0,
            source_size: source.1,
            size_bytes: staged.size,
            row_count: Some(table.row_count),
            min_ts: table.min_ts.map(six_digits),
            max_ts: table.max_ts.map(six_digits),
            files: vec![FileEntry {
                path: parquet_name(self.given.file_name().as_deref()),
                hash: staged.hash,
                size_bytes: Count(staged.size),
                media_type: media_type_of("x.parquet").map(str::to_owned),
                role: None,
            }],
            extension: Some("parquet".to_owned()),
            kept_as_given: source.0 == staged.hash,
            staged: vec![staged],
            proven: Vec::new(),
            originals,
        })
    }

    fn tree(&self, members: Vec<Member>, mut originals: Originals) -> Result<Ingested> {
        let mut opened = Vec::new();
        let mut total = 0;
        for member in members {
            self.refuse_manifest(&member.path)?;
            let (_, metadata) = member.open()?;
            originals.add_file(&member.path, files::fingerprint(&metadata));
            total += metadata.len();
            opened.push((member, metadata.len()));
        }
        if self.given.expected_file_hash.is_some() || self.store.read()?.manifest().has_source_size(total)? {
            let entries = self.entries(&opened, |member, size| {
                let (file, _) = member.open()?;
                objects::hash_file(&file, &member.path, size, self.watch)
            })?;
            let hash = Hash::of(objects::listing(&entries).as_bytes());
            self.given.expect(&hash)?;
            if let Some(known) = self.known(Format::Tree, &hash, None)? {
                return Ok(Ingested { originals, files: entries, ..known });
            }
        }
        let staging = self.store.staging()?;
        let mut staged: Vec<Staged> = Vec::new();
        let mut flushed = 0;
        let entries = self.entries(&opened, |member, size| {
            let (file, _) = member.open()?;
            let copy = staging.copy(&file, &member.path, size, self.watch)?;
            let hash = copy.hash;
            staged.push(copy);
            staging.relieve(&staged, &mut flushed)?;
            Ok(hash)
        })?;
        let listing = staging.write(objects::listing(&entries).as_bytes())?;
        let hash = listing.hash;
        self.given.expect(&hash)?;
        staged.push(listing);
        Ok(Ingested {
            format: Format::Tree,
            file_hash: hash,
            content_hash: hash,
            content_hash_version: version_of(Format::Tree),
            source_hash: hash,
            source_size: total,
            size_bytes: entries.iter().map(|entry| entry.size_bytes.0).sum(),
            row_count: None,
            min_ts: None,
            max_ts: None,
            files: entries,
            extension: None,
            staged,
            proven: Vec::new(),
            kept_as_given: true,
            originals,
        })
    }

    fn entries(
        &self,
        opened: &[(Member, u64)],
        mut hash: impl FnMut(&Member, u64) -> Result<Hash>,
    ) -> Result<Vec<FileEntry>> {
        opened
            .iter()
            .map(|(member, size)| {
                Ok(FileEntry {
                    path: member.name.clone(),
                    hash: hash(member, *size)?,
                    size_bytes: Count(*size),
                    media_type: media_type_of(&member.name).map(str::to_owned),
                    role: member.role.clone(),
                })
            })
            .collect()
    }
}

/// A file that is kept as it was given.
fn entry(name: Option<&str>, hash: Hash, size_bytes: Count) -> FileEntry {
    FileEntry {
        path: name.unwrap_or(UNNAMED).to_owned(),
        hash,
        size_bytes,
        media_type: name.and_then(media_type_of).map(str::to_owned),
        role: None,
    }
}

fn parquet_name(name: Option<&str>) -> String {
    let stem = name.map(|name| name.rsplit_once('.').map_or(name, |(stem, _)| stem)).filter(|stem| !stem.is_empty());
    format!("{}.parquet", stem.unwrap_or(UNNAMED))
}

fn version_of(format: Format) -> u32 {
    if format == Format::Table { tabular::CONTENT_HASH_VERSION } else { 1 }
}
