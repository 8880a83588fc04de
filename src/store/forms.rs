//! Files that are kept in place and their compact forms: one takes the place of the other, and both hold the same bytes.
//!
//! The new form is staged and proven first. Then it is noted what is about to be replaced, the file is replaced by a
//! rename, and in one transaction the rows and the history say so. Who dies in between leaves the old form or the new
//! one; the next start looks which, and makes the rows agree.

use std::fs::{File, Metadata};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Access, Store};
use crate::base::files::{self, Context, Fingerprint};
use crate::base::lock::Lock;
use crate::base::{beneath, clock, crash};
use crate::compaction::{self, Judgement, Material, Measure, Settings};
use crate::manifest::{BUSY_WAIT, Manifest, Replacement};
use crate::model::artifact::{FileEntry, Storage};
use crate::model::compaction::{CompactFile, Form, FormsChanged, Skipped};
use crate::model::number::Count;
use crate::model::place::Looks;
use crate::model::{Error, Hash, Result, Unwatched, Watch};
use crate::objects::{Staged, Unfinished};
use crate::store::lease::Lease;
use crate::store::reader::View;
use crate::store::writer::Writer;

/// The kind of the event that tells of files that got a compact form.
pub(super) const COMPACTED: &str = "compacted";
/// The kind of the event that tells of files that are their originals again.
pub(super) const EXPANDED: &str = "expanded";

/// A file of an artifact that is kept in place.
#[derive(Debug, Clone)]
pub struct Located {
    /// The artifact's place in the order of commits.
    pub seq: i64,
    /// The artifact.
    pub artifact_id: String,
    /// The folder that was scanned.
    pub root: PathBuf,
    /// The original.
    pub entry: FileEntry,
    /// How it looked when it was last read.
    pub looks: Option<Looks>,
    /// Its compact form, if it is kept in one.
    pub compact: Option<CompactFile>,
}

impl Located {
    /// What is known of the files of an artifact.
    pub fn all<V: View>(view: &V, seq: i64, artifact_id: &str, root: &str) -> Result<Vec<Self>> {
        let manifest = view.manifest();
        let mut looks = manifest.looks(seq)?;
        let mut compact = manifest.compact_files(seq)?;
        let root = view.layout().scan_root(root);
        let located = |entry: FileEntry| Self {
            seq,
            artifact_id: artifact_id.to_owned(),
            root: root.clone(),
            looks: looks.remove(&entry.path),
            compact: compact.remove(&entry.path),
            entry,
        };
        Ok(manifest.files(seq)?.into_iter().map(located).collect())
    }

    /// Where it lies below the folder that was scanned.
    fn below(&self) -> String {
        self.compact.as_ref().map_or_else(|| self.entry.path.clone(), CompactFile::stored_path)
    }

    /// Where it lies.
    pub fn path(&self) -> PathBuf {
        self.root.join(self.below())
    }

    /// Opens what lies there.
    pub fn open(&self) -> Result<(File, Metadata)> {
        Ok(beneath::open(&self.root, &self.below())?)
    }

    /// Its length as it lies there.
    pub fn size(&self) -> u64 {
        self.compact.as_ref().map_or(self.entry.size_bytes.0, |file| file.stored_size_bytes.0)
    }

    /// Opens an original that may be compacted, or says why it is left alone.
    pub fn candidate(&self) -> Result<std::result::Result<(File, Metadata), Skipped>> {
        if self.compact.is_some() {
            return Ok(Err(Skipped::AlreadyCompact));
        }
        if !compaction::is_eligible(&self.entry.path) {
            return Ok(Err(Skipped::OtherKind));
        }
        let (file, metadata) = match beneath::open(&self.root, &self.entry.path) {
            Ok(opened) => opened,
            Err(error) if error.source.kind() == io::ErrorKind::NotFound => return Ok(Err(Skipped::Missing)),
            Err(error) if error.source.kind() == io::ErrorKind::PermissionDenied => {
                return Ok(Err(Skipped::Unreadable));
            }
            Err(error) => return Err(error.into()),
        };
        let looks = files::fingerprint(&metadata);
        let as_seen = |seen: &Looks| (seen.size_bytes.0, seen.mtime_ns) == (looks.size, looks.mtime_ns);
        if looks.size != self.entry.size_bytes.0 || !self.looks.as_ref().is_some_and(as_seen) {
            return Ok(Err(Skipped::Changed));
        }
        if std::os::unix::fs::MetadataExt::nlink(&metadata) > 1 {
            return Ok(Err(Skipped::Linked));
        }
        Ok(Ok((file, metadata)))
    }

    /// Says which form it would get.
    pub fn judge(&self, file: &File, settings: &Settings, watch: &dyn Watch) -> Result<Judgement> {
        let path = self.path();
        let material = Material { file, path: &path, size: self.entry.size_bytes.0, watch };
        let judgement = compaction::measure(&material, &self.entry.path, settings)?;
        let taken = |measure: &Measure| {
            let name = self.root.join(format!("{}{}", self.entry.path, measure.form.suffix()));
            !measure.form.suffix().is_empty() && files::exists(&name)
        };
        Ok(match judgement {
            Judgement::Smaller(measure) if taken(&measure) => Judgement::Stays(Skipped::NameTaken),
            other => other,
        })
    }
}

/// The other form of a file, proven, that is to take its place.
#[derive(Debug)]
pub struct Ready {
    /// The file as it lies there.
    pub located: Located,
    file: CompactFile,
    compacts: bool,
    draft: Unfinished,
    /// The compressed original that is to become an object.
    original: Option<Staged>,
    /// How the file looked when it was read.
    looks: Fingerprint,
    /// Where the draft lies, if staging is on another file system.
    near: Option<PathBuf>,
}

/// Keeps scans and compactions away, of this process and of others.
pub struct PlaceTurn {
    _lock: Lock,
}

impl Store {
    /// Waits for scans and compactions, up to 30 s, and finishes what dead processes left of theirs.
    pub fn place_turn(self: &Arc<Self>) -> Result<PlaceTurn> {
        self.writing()?;
        let lock = Lock::exclusive_within(&self.layout.lock("scan"), BUSY_WAIT)?.ok_or_else(|| {
            Error::busy("another scan or compaction of this store is under way")
                .hint("send the request again when it is done")
        })?;
        self.finish_replacements()?;
        Ok(PlaceTurn { _lock: lock })
    }

    /// Stages the compact form of a file and proves that it expands to the original.
    pub fn stage_compact(
        &self,
        located: &Located,
        (file, metadata): (&File, &Metadata),
        (measure, settings): (&Measure, &Settings),
        watch: &dyn Watch,
    ) -> Result<Ready> {
        let path = located.path();
        let material = Material { file, path: &path, size: located.entry.size_bytes.0, watch };
        let form = measure.form;
        let (draft_file, draft) = self.staging()?.create()?;
        let (stored_hash, stored_size) =
            hashed(&draft_file, draft.path(), |out| compaction::write(&material, form, settings, out))?;
        let original = match form {
            Form::Markdown => {
                let (file, unfinished) = self.staging()?.create()?;
                let written = hashed(&file, unfinished.path(), |out| compaction::write_original(&material, out))?;
                Some(unfinished.finish(file, written.0, written.1)?)
            }
            Form::Dictionary | Form::Zstd => None,
        };
        let (holder, holder_size) = match &original {
            Some(staged) => (staged.path(), staged.size),
            None => (draft.path(), stored_size),
        };
        let (proof, _) = files::open_no_follow(holder)?;
        let material = Material { file: &proof, path: holder, size: holder_size, watch };
        let (expanded, _) = hashing(io::sink(), |out| compaction::expand(&material, form, out))?;
        if expanded != located.entry.hash {
            return Err(changed(&path));
        }
        if (stored_size, original.as_ref().map_or(0, |staged| staged.size)) != (measure.size, measure.original_size) {
            return Err(Error::internal(format!("{} got another size than was measured", path.display())));
        }
        files::look_like(&draft_file, draft.path(), metadata)?;
        draft_file.sync_all().context("flush", draft.path())?;
        Ok(Ready {
            file: CompactFile {
                path: located.entry.path.clone(),
                file_hash: located.entry.hash,
                form,
                stored_hash,
                stored_size_bytes: Count(stored_size),
                original_object: original.as_ref().map(|staged| staged.hash),
            },
            located: located.clone(),
            compacts: true,
            draft,
            original,
            looks: files::fingerprint(metadata),
            near: None,
        })
    }

    /// Stages the original of a file that is kept in a compact form; `None` where it is not.
    pub fn stage_original(&self, located: &Located, watch: &dyn Watch) -> Result<Option<Ready>> {
        let Some(compact) = &located.compact else { return Ok(None) };
        let (file, metadata) = located.open()?;
        let (draft_file, draft) = self.staging()?.create()?;
        self.expand_into((&located.path(), file), compact, (&draft_file, draft.path()), watch)?;
        files::look_like(&draft_file, draft.path(), &metadata)?;
        draft_file.sync_all().context("flush", draft.path())?;
        Ok(Some(Ready {
            file: compact.clone(),
            located: located.clone(),
            compacts: false,
            draft,
            original: None,
            looks: files::fingerprint(&metadata),
            near: None,
        }))
    }

    /// The original bytes of an open file that is kept in a compact form, in a file without a name.
    pub fn original(&self, path: &Path, compact: &CompactFile, file: File, watch: &dyn Watch) -> Result<File> {
        let folder = self.staging().map_or_else(|_| std::env::temp_dir(), |staging| staging.folder().to_owned());
        let original = files::unnamed(&folder)?;
        self.expand_into((path, file), compact, (&original, &folder), watch)?;
        Ok(original)
    }

    /// Writes the original, proven by its hash.
    fn expand_into(
        &self,
        (path, file): (&Path, File),
        compact: &CompactFile,
        (out, out_path): (&File, &Path),
        watch: &dyn Watch,
    ) -> Result<()> {
        let (file, size) = match &compact.original_object {
            Some(hash) => self.objects.open(hash)?,
            None => {
                let size = files::metadata_of(&file, path)?.len();
                (file, size)
            }
        };
        let material = Material { file: &file, path, size, watch };
        let (hash, _) = hashed(out, out_path, |out| compaction::expand(&material, compact.form, out))?;
        if hash != compact.file_hash {
            return Err(Error::integrity(format!(
                "{} does not expand to the bytes that it was made of",
                path.display()
            ))
            .detail("hash", compact.file_hash.to_string())
            .hint("verify_store tells what is damaged"));
        }
        Ok(())
    }

    /// Replaces files by their other forms; answers of each that was not replaced why.
    pub fn replace_files(
        self: &Arc<Self>,
        _: &PlaceTurn,
        ready: Vec<Ready>,
        actor: Option<&str>,
    ) -> Result<Vec<(Located, Result<()>)>> {
        let lease = self.writing()?.lease.name().to_owned();
        self.flush(ready.iter().filter_map(|ready| ready.original.as_ref()))?;
        let mut outcomes = Vec::new();
        let mut listed = Vec::new();
        let mut batch = self.begin()?;
        for ready in ready {
            match batch.attempt(|writer| writer.list_replacement(&ready, &lease)) {
                Ok(()) => listed.push(ready),
                Err(error) => outcomes.push((ready.located, Err(error))),
            }
        }
        batch.commit()?;
        crash::point("forms.listed");
        for ready in &mut listed {
            let near = bring_near(ready);
            ready.near = near?;
        }
        let mut batch = self.begin()?;
        let mut rest = listed.into_iter().peekable();
        while let Some(first) = rest.next() {
            let mut group = vec![first];
            while let Some(next) = rest.next_if(|next| next.located.seq == group[0].located.seq) {
                group.push(next);
            }
            let done = batch.attempt(|writer| {
                writer.set_actor(actor.map(str::to_owned));
                writer.replace(&group)
            })?;
            outcomes.extend(group.into_iter().map(|ready| ready.located).zip(done));
        }
        crash::point("forms.replaced");
        batch.commit()?;
        crash::point("forms.done");
        // Objects that held the originals of what is expanded.
        self.sweep_doomed()?;
        Ok(outcomes)
    }

    /// Makes the rows agree with the files that dead processes were about to replace.
    pub(super) fn finish_replacements(self: &Arc<Self>) -> Result<()> {
        let Access::Write(writing) = &self.access else { return Ok(()) };
        let mut left = Vec::new();
        for replacement in self.read()?.manifest().replacements()? {
            // Its own are those whose transaction failed.
            if replacement.lease == writing.lease.name() || Lease::is_dead(&self.layout, &replacement.lease)? {
                left.push(replacement);
            }
        }
        if left.is_empty() {
            return Ok(());
        }
        let mut batch = self.begin()?;
        left.iter().try_for_each(|replacement| batch.attempt(|writer| writer.settle_form(replacement).map(|_| ())))?;
        batch.commit().map(drop)
    }
}

impl Writer<'_> {
    fn list_replacement(&mut self, ready: &Ready, lease: &str) -> Result<()> {
        self.still_there(ready)?;
        if let Some(original) = &ready.original {
            self.keep(original, None)?;
        }
        self.manifest().insert_replacement(&ready.replacement(lease.to_owned()))
    }

    /// Refuses to replace what was changed, deleted or replaced meanwhile.
    fn still_there(&self, ready: &Ready) -> Result<()> {
        let Located { seq, artifact_id, entry, compact, .. } = &ready.located;
        let live = self
            .manifest()
            .artifact_at(*seq)?
            .is_some_and(|found| found.state.deleted_at.is_none() && found.record.storage == Storage::InPlace);
        if !live {
            return Err(Error::conflict(format!("artifact {artifact_id} was deleted meanwhile")));
        }
        let same = self.manifest().file_size(*seq, &entry.path, &entry.hash)?.is_some();
        let form = self.manifest().compact_form(*seq, &entry.path)?;
        let (_, metadata) = ready.located.open()?;
        if !same || form != *compact || files::fingerprint(&metadata) != ready.looks {
            return Err(changed(&ready.located.path()));
        }
        Ok(())
    }

    /// Replaces files of one artifact, and says so.
    fn replace(&mut self, group: &[Ready]) -> Result<Vec<Result<()>>> {
        let mut outcomes = Vec::new();
        let mut done = Vec::new();
        for ready in group {
            let outcome = self.still_there(ready).and_then(|()| exchange(ready));
            match outcome {
                Ok(()) => {
                    done.push(ready.file.clone());
                    self.manifest().remove_replacement(ready.located.seq, &ready.file.path)?;
                    outcomes.push(Ok(()));
                }
                // It may have failed half done, as when a folder can't be flushed: what lies there counts.
                Err(error) => {
                    let now = self.settle_form(&ready.replacement(String::new()))?;
                    outcomes.push(if now == Some(ready.compacts) { Ok(()) } else { Err(error) });
                }
            }
        }
        if !done.is_empty() {
            self.note_forms(group[0].located.seq, group[0].compacts, done)?;
        }
        Ok(outcomes)
    }

    /// Makes the rows and the history say in which form files are.
    fn note_forms(&mut self, seq: i64, compacts: bool, changed: Vec<CompactFile>) -> Result<()> {
        let found = self.manifest().artifact_at(seq)?.ok_or_else(|| Error::internal("an artifact has no row"))?;
        set_forms(self.manifest(), seq, compacts, &changed)?;
        for file in &changed {
            let size = match compacts {
                true => file.stored_size_bytes.0,
                false => self.manifest().file_size(seq, &file.path, &file.file_hash)?.unwrap_or_default(),
            };
            self.manifest().set_looked_size(seq, &file.path, size)?;
        }
        self.manifest().touch(seq, &clock::millis_text(self.now()))?;
        let told = serde_json::to_value(FormsChanged { files: changed }).expect("plain data");
        let Value::Object(data) = told else { unreachable!("an object") };
        let kind = if compacts { COMPACTED } else { EXPANDED };
        self.record(kind, Some(found.record.artifact_id.as_str()), data).map(|_| ())
    }

    /// Looks in which form a file is that somebody was about to replace, and makes the rows agree; answers whether it is
    /// the compact one, `None` where it is neither.
    fn settle_form(&mut self, Replacement { seq, compacts, file, .. }: &Replacement) -> Result<Option<bool>> {
        let root = match self.manifest().place(*seq)? {
            Some(place) => self.layout().scan_root(&place.root),
            None => return self.manifest().remove_replacement(*seq, &file.path).map(|()| None),
        };
        let (plain, stored) = (root.join(&file.path), root.join(file.stored_path()));
        files::remove_if_there(&near_name(&stored))?;
        files::remove_if_there(&near_name(&plain))?;
        let is = |below: &str, hash: Hash| -> Result<bool> {
            match beneath::open(&root, below) {
                Ok((opened, metadata)) => {
                    Ok(crate::objects::hash_file(&opened, &root.join(below), metadata.len(), &Unwatched)? == hash)
                }
                Err(_) => Ok(false),
            }
        };
        let is_original = is(&file.path, file.file_hash)?;
        let is_compact = is(&file.stored_path(), file.stored_hash)?;
        let now = match (is_original, is_compact) {
            // Both are there only when their names differ: what was begun is finished.
            (true, true) => {
                let over = if *compacts { &plain } else { &stored };
                files::remove(over)?;
                files::sync_parent(over)?;
                Some(*compacts)
            }
            (true, false) => Some(false),
            (false, true) => Some(true),
            // Somebody has changed it since: the next scan tells.
            (false, false) => None,
        };
        let noted = self.manifest().compact_form(*seq, &file.path)?.as_ref() == Some(file);
        match now {
            Some(true) if !noted => self.note_forms(*seq, true, vec![file.clone()])?,
            Some(false) if noted => self.note_forms(*seq, false, vec![file.clone()])?,
            _ => {}
        }
        self.manifest().remove_replacement(*seq, &file.path)?;
        if let Some(object) = file.original_object {
            self.manifest().doom(&object)?;
        }
        Ok(now)
    }
}

impl Ready {
    /// What is noted before it happens.
    fn replacement(&self, lease: String) -> Replacement {
        Replacement { seq: self.located.seq, lease, compacts: self.compacts, file: self.file.clone() }
    }
}

/// Makes rows say in which form files are.
pub(super) fn set_forms(manifest: &Manifest, seq: i64, compact: bool, files: &[CompactFile]) -> Result<()> {
    files.iter().try_for_each(|file| match compact {
        true => manifest.set_compact(seq, file),
        false => manifest.set_expanded(seq, &file.path),
    })
}

/// Puts the draft in the place of what lies there.
fn exchange(ready: &Ready) -> Result<()> {
    let root = &ready.located.root;
    let draft = ready.near.as_deref().unwrap_or_else(|| ready.draft.path());
    let (plain, stored) = (root.join(&ready.file.path), root.join(ready.file.stored_path()));
    let (old, new) = if ready.compacts { (&plain, &stored) } else { (&stored, &plain) };
    crash::point("forms.before_rename");
    if old == new {
        files::rename(draft, new)?;
        crash::point("forms.renamed");
        return Ok(files::sync_parent(new)?);
    }
    if !files::rename_new(draft, new)? {
        return Err(
            Error::conflict(format!("something else lies at {}", new.display())).hint("move it away and try again")
        );
    }
    files::sync_parent(new)?;
    crash::point("forms.renamed");
    files::remove(old)?;
    crash::point("forms.removed");
    Ok(files::sync_parent(old)?)
}

/// Brings a draft to the file system of the file that it replaces; `None` where it is there already.
fn bring_near(ready: &Ready) -> Result<Option<PathBuf>> {
    let target = match ready.compacts {
        true => ready.located.root.join(ready.file.stored_path()),
        false => ready.located.root.join(&ready.file.path),
    };
    let own = files::fingerprint(&files::metadata(ready.draft.path())?).identity.0;
    if own == ready.looks.identity.0 {
        return Ok(None);
    }
    let near = near_name(&target);
    files::remove_if_there(&near)?;
    let (draft, metadata) = files::open_no_follow(ready.draft.path())?;
    let copy = files::create_new(&near, 0o600)?;
    let copied = io::copy(&mut &draft, &mut &copy).context("write", &near).and_then(|_| {
        files::look_like(&copy, &near, &metadata)?;
        copy.sync_all().context("flush", &near)
    });
    if let Err(error) = copied {
        files::remove_if_there(&near).ok();
        return Err(error.into());
    }
    crash::point("forms.near");
    Ok(Some(near))
}

/// Where a draft lies beside the file that it is to become.
fn near_name(target: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    // A long name leaves no room for more.
    target.with_file_name(format!(".keepstone-{}", &Hash::of(name.as_bytes()).hex()[..16]))
}

fn changed(path: &Path) -> Error {
    Error::conflict(format!("{} is not what the last scan found", path.display())).hint("scan, and try again")
}

/// What was written, hashed on the way.
fn hashed(file: &File, path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<(Hash, u64)> {
    let mut buffered = BufWriter::with_capacity(256 * 1024, file);
    let written = hashing(&mut buffered, write)?;
    buffered.flush().context("write", path)?;
    Ok(written)
}

fn hashing(out: impl Write, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<(Hash, u64)> {
    let mut hashing = Hashing { out, hasher: Sha256::new(), size: 0 };
    write(&mut hashing)?;
    Ok((Hash::finish(hashing.hasher), hashing.size))
}

/// Hashes what is written through it.
struct Hashing<W> {
    out: W,
    hasher: Sha256,
    size: u64,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.out.write(bytes)?;
        self.hasher.update(&bytes[..count]);
        self.size += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
