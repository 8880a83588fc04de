//! Which files can be smaller, and making them so.

use std::collections::BTreeMap;
use std::fs::{File, Metadata};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::base::parallel;
use crate::compaction::{Content, Judgement, Measure, Settings};
use crate::model::compaction::{CompactionFailure, CompactionTotals, FamilyCompaction, PlannedFile, Skipped};
use crate::model::ids::{ArtifactId, FamilyName};
use crate::model::number::Count;
use crate::model::{Error, Hash, Kind, Result, Watch};
use crate::store::config::Config;
use crate::store::{Located, Ready, Store, View};

/// So many files, or bytes of theirs, are replaced together.
const FILES_MOST: usize = 64;
const BYTES_MOST: u64 = 256 << 20;

/// What compaction would do.
#[derive(Debug)]
pub struct Plan {
    /// Every file of the artifacts that are kept in place: by family, the newest artifact first, then by path.
    pub files: Vec<PlannedFile>,
    /// Names what the plan is about: the files, their bytes and the settings.
    pub digest: Hash,
}

/// What compaction did.
#[derive(Debug, Default)]
pub struct Applied {
    /// The same files as in the plan.
    pub files: Vec<PlannedFile>,
    /// Those that are as they were although the plan says otherwise.
    pub failures: Vec<CompactionFailure>,
}

impl Plan {
    /// All files together.
    pub fn totals(files: &[PlannedFile]) -> CompactionTotals {
        let mut totals = CompactionTotals::default();
        files.iter().for_each(|file| totals.add(file));
        totals
    }

    /// The files of each family together, by its name.
    pub fn families(files: &[PlannedFile]) -> Vec<FamilyCompaction> {
        let mut families: BTreeMap<&str, CompactionTotals> = BTreeMap::new();
        files.iter().for_each(|file| families.entry(&file.family).or_default().add(file));
        families.into_iter().map(|(family, totals)| FamilyCompaction { family: family.to_owned(), totals }).collect()
    }
}

/// A file and the family of its artifact.
struct Item {
    family: String,
    located: Located,
}

/// Says what compaction would do.
pub fn plan<V: View>(view: &V, family: Option<&FamilyName>, watch: &dyn Watch) -> Result<Plan> {
    let config = Config::read(&view.layout().configuration())?;
    let settings = &config.compaction;
    let items = items(view, &config, family)?;
    let digest = digest(&items, settings)?;
    let files = judged(&items, watch, |item, watch| {
        let (file, _) = match item.located.candidate()? {
            Ok(opened) => opened,
            Err(reason) => return Ok(planned(item, &Judgement::Stays(reason))),
        };
        Ok(planned(item, &item.located.judge(&file, settings, watch)?))
    })?;
    Ok(Plan { files, digest })
}

/// Does what the plan of this digest says, with each file by itself: what can't be replaced stays as it is.
pub fn apply(
    store: &Arc<Store>,
    family: Option<&FamilyName>,
    expected: Hash,
    actor: Option<&str>,
    watch: &dyn Watch,
) -> Result<Applied> {
    let turn = store.place_turn()?;
    let config = Config::read(&store.layout().configuration())?;
    let settings = &config.compaction;
    let items = items(&store.read()?, &config, family)?;
    if digest(&items, settings)? != expected {
        return Err(Error::new(Kind::StalePlan, "the files or the settings have changed since the plan was made")
            .field("digest")
            .hint("plan again, and apply what the new plan says"));
    }
    let mut applied = Applied::default();
    let mut rest = &items[..];
    while !rest.is_empty() {
        let mut bytes = 0;
        let take = rest.iter().take(FILES_MOST).take_while(|item| {
            bytes += item.located.size();
            bytes - item.located.size() < BYTES_MOST
        });
        let (part, later) = rest.split_at(take.count());
        rest = later;
        let counted = Counted { watch, done: AtomicU64::new(applied.files.len() as u64), total: items.len() as u64 };
        let staged = parallel::map(part, workers(), |item| {
            let staged = stage(store, item, settings, &counted);
            counted.next()?;
            match staged {
                Err(error) if error.kind() == Kind::Cancelled => Err(error),
                other => Ok(other),
            }
        })?;
        let mut ready = Vec::new();
        for (item, staged) in part.iter().zip(staged) {
            match staged {
                Ok((file, waiting)) => {
                    applied.files.push(file);
                    ready.extend(waiting);
                }
                Err(error) => applied.failed(&item.located, &error)?,
            }
        }
        for (located, outcome) in store.replace_files(&turn, ready, actor)? {
            if let Err(error) = outcome {
                let path = shown(&located.path());
                applied.files.retain(|file| file.path != path);
                applied.failed(&located, &error)?;
            }
        }
    }
    Ok(applied)
}

/// Brings back the originals of an artifact's files; answers those that were in a compact form.
pub fn expand(
    store: &Arc<Store>,
    artifact_id: &ArtifactId,
    actor: Option<&str>,
    watch: &dyn Watch,
) -> Result<(Vec<Located>, Vec<CompactionFailure>)> {
    let turn = store.place_turn()?;
    let reader = store.read()?;
    let found = reader.found(artifact_id.as_str())?;
    if let Some(at) = &found.state.deleted_at {
        return Err(Error::conflict(format!("artifact {artifact_id} was deleted at {at}"))
            .field("artifactId")
            .hint("restore it first"));
    }
    let compact: Vec<Located> = match reader.manifest().place(found.seq)? {
        Some(place) => Located::all(&reader, found.seq, artifact_id.as_str(), &place.root)?,
        None => Vec::new(),
    };
    drop(reader);
    let compact: Vec<Located> = compact.into_iter().filter(|file| file.compact.is_some()).collect();
    let mut failures = Applied::default();
    let mut expanded = Vec::new();
    for part in compact.chunks(FILES_MOST) {
        let counted = Counted { watch, done: AtomicU64::new(expanded.len() as u64), total: compact.len() as u64 };
        let staged = parallel::map(part, workers(), |located| {
            let staged = store.stage_original(located, &counted);
            counted.next()?;
            Ok::<_, Error>(staged)
        })?;
        let mut ready = Vec::new();
        for (located, staged) in part.iter().zip(staged) {
            match staged {
                Ok(waiting) => ready.extend(waiting),
                Err(error) if error.kind() == Kind::Cancelled => return Err(error),
                Err(error) => failures.failed(located, &error)?,
            }
        }
        for (located, outcome) in store.replace_files(&turn, ready, actor)? {
            match outcome {
                Ok(()) => expanded.push(located),
                Err(error) => failures.failed(&located, &error)?,
            }
        }
    }
    Ok((expanded, failures.failures))
}

impl Applied {
    fn failed(&mut self, located: &Located, error: &Error) -> Result<()> {
        // What would hit every file after this one too is an error of the whole.
        if matches!(error.kind(), Kind::NoSpace | Kind::ReadOnly) {
            return Err(error.clone());
        }
        self.failures.push(CompactionFailure {
            artifact_id: id(located),
            path: shown(&located.path()),
            message: error.message().to_owned(),
        });
        Ok(())
    }
}

fn stage(store: &Store, item: &Item, settings: &Settings, watch: &dyn Watch) -> Result<(PlannedFile, Option<Ready>)> {
    let (file, metadata): (File, Metadata) = match item.located.candidate()? {
        Ok(opened) => opened,
        Err(reason) => return Ok((planned(item, &Judgement::Stays(reason)), None)),
    };
    let judgement = item.located.judge(&file, settings, watch)?;
    let ready = match &judgement {
        Judgement::Smaller(measure) => {
            Some(store.stage_compact(&item.located, (&file, &metadata), (measure, settings), watch)?)
        }
        Judgement::Stays(_) => None,
    };
    Ok((planned(item, &judgement), ready))
}

fn items<V: View>(view: &V, config: &Config, family: Option<&FamilyName>) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    let known = view.manifest().in_place(family.map(FamilyName::as_str))?;
    if let Some(name) = family.filter(|name| known.is_empty() && !config.families.contains_key(*name)) {
        let names: Vec<&str> = config.families.keys().map(FamilyName::as_str).collect();
        let error = Error::invalid_params(format!("family: there is no family {name}")).field("family");
        return Err(match names.is_empty() {
            true => error.hint("add it to keepstone.toml as [families.NAME]"),
            false => error.hint(format!("the families are {}", names.join(", "))),
        });
    }
    for artifact in known {
        let located = Located::all(view, artifact.seq, &artifact.artifact_id, &artifact.root)?;
        items.extend(located.into_iter().map(|located| Item { family: artifact.family.clone(), located }));
    }
    Ok(items)
}

/// Over what is looked at, not over what was found: the same bytes under the same settings give the same result.
fn digest(items: &[Item], settings: &Settings) -> Result<Hash> {
    let mut text = format!("{settings:?}\n");
    for Item { located, .. } in items {
        let state = match located.candidate()? {
            Ok(_) => "candidate".to_owned(),
            Err(reason) => format!("{reason:?}"),
        };
        let (id, path, hash) = (&located.artifact_id, &located.entry.path, located.entry.hash.hex());
        text.push_str(&format!("{id}\0{path}\0{hash}\0{state}\n"));
    }
    Ok(Hash::of(text.as_bytes()))
}

fn judged(
    items: &[Item],
    watch: &dyn Watch,
    judge: impl Fn(&Item, &dyn Watch) -> Result<PlannedFile> + Sync,
) -> Result<Vec<PlannedFile>> {
    let counted = Counted { watch, done: AtomicU64::new(0), total: items.len() as u64 };
    parallel::map(items, workers(), |item| {
        let file = judge(item, &counted)?;
        counted.next()?;
        Ok(file)
    })
}

fn planned(Item { family, located }: &Item, judgement: &Judgement) -> PlannedFile {
    let size = located.size();
    let mut file = PlannedFile {
        artifact_id: id(located),
        family: family.clone(),
        path: shown(&located.path()),
        form: None,
        skipped: None,
        size_bytes: Count(size),
        compact_size_bytes: Count(size),
        original_size_bytes: Count(0),
        saved_bytes: Count(0),
        lines_processed: None,
        dict_fields: None,
        original_sections: None,
        compacted_sections: None,
        empty_sections: None,
        canonical_headers: None,
    };
    match judgement {
        Judgement::Stays(Skipped::Missing) => {
            file.skipped = Some(Skipped::Missing);
            (file.size_bytes, file.compact_size_bytes) = (Count(0), Count(0));
        }
        Judgement::Stays(reason) => file.skipped = Some(*reason),
        Judgement::Smaller(Measure { form, size: compact, original_size, content }) => {
            file.form = Some(*form);
            file.compact_size_bytes = Count(*compact);
            file.original_size_bytes = Count(*original_size);
            file.saved_bytes = Count(size - compact - original_size);
            match content {
                Content::Whole => {}
                Content::Records { lines, fields } => {
                    file.lines_processed = Some(Count(*lines));
                    file.dict_fields = Some(Count(*fields));
                }
                Content::Sections { sections, removed, rewritten } => {
                    file.original_sections = Some(Count(*sections));
                    file.compacted_sections = Some(Count(sections - removed));
                    file.empty_sections = Some(Count(*removed));
                    file.canonical_headers = Some(Count(*rewritten));
                }
            }
        }
    }
    file
}

fn id(located: &Located) -> ArtifactId {
    ArtifactId::try_from(located.artifact_id.clone()).expect("an id that was registered")
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn workers() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Tells of files that are done, while each of them tells of its bytes.
struct Counted<'a> {
    watch: &'a dyn Watch,
    done: AtomicU64,
    total: u64,
}

impl Counted<'_> {
    fn next(&self) -> Result<()> {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        self.watch.step(done, self.total, "files")
    }
}

impl Watch for Counted<'_> {
    fn step(&self, _: u64, _: u64, _: &str) -> Result<()> {
        self.watch.step(self.done.load(Ordering::Relaxed), self.total, "files")
    }
}
