//! Holding what a walk found against what earlier scans found: which files make up which run, and which runs are known.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use jiff::Timestamp;

use super::outcome;
use super::runs::Key;
use super::walk::{Spotted, Walked};
use super::warning;
use crate::base::{beneath, files};
use crate::manifest::{Manifest, Registered};
use crate::model::artifact::{FileEntry, Outcome};
use crate::model::compaction::CompactFile;
use crate::model::ids::FamilyName;
use crate::model::number::Count;
use crate::model::place::{Looks, Place, Sight};
use crate::model::scan::{ScanFault, ScanMode, ScanWarning};
use crate::model::{Hash, Result};
use crate::objects::listing;
use crate::store::config::OutcomeRule;

/// A run as its files show it.
#[derive(Debug)]
pub struct Sighted {
    /// What it is known by now.
    pub place: Place,
    /// The moment of its stamp.
    pub at: Option<Timestamp>,
    /// What is known of it, if it was found before.
    pub known: Option<Known>,
    /// Its files, sorted by path.
    pub files: Vec<Seen>,
    /// The deleted artifact that was found here before it.
    pub deleted: Option<String>,
}

/// A run that an earlier scan found.
#[derive(Debug)]
pub struct Known {
    /// The artifact.
    pub registered: Registered,
    /// What was seen of it last.
    pub sight: Sight,
    /// How its files looked then.
    pub looks: BTreeMap<String, Looks>,
    /// Those of its files that are kept in a compact form, by path.
    pub compact: BTreeMap<String, CompactFile>,
}

/// A file of a run.
#[derive(Debug)]
pub struct Seen {
    /// Its path below the folder that is scanned.
    pub path: String,
    /// How it looks now, and what it says.
    pub looks: Looks,
    /// The hash of its bytes, once it is known; of a file in a compact form, of the original's.
    pub hash: Option<Hash>,
    /// The length of those bytes.
    pub size: Count,
}

/// What became of a known run, or that it is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It was not known.
    New,
    /// Something that shows has changed.
    Changed,
    /// Only how its files look.
    Touched,
    /// Nothing.
    Unchanged,
}

/// Everything that was found below one folder.
#[derive(Default)]
pub struct Survey {
    /// The runs, by family and key.
    pub runs: Vec<Sighted>,
    /// Known runs of which nothing was found, by family.
    pub missing: Vec<FamilyName>,
    /// Runs that are left as they are, by family.
    pub skipped: Vec<FamilyName>,
    /// What is worth knowing.
    pub warnings: Vec<ScanWarning>,
}

/// Says which files make up which run, and which runs are known.
pub fn survey(
    manifest: Option<&Manifest>,
    (root, text): (&Path, &str),
    mut walked: Walked,
    (mode, only): (ScanMode, Option<&FamilyName>),
) -> Result<Survey> {
    let earlier = manifest.map_or_else(|| Ok(Earlier::default()), |manifest| Earlier::read(manifest, text, mode))?;
    let warnings = std::mem::take(&mut walked.warnings);
    let mut sorting = Sorting { root, text, mode, only, earlier, survey: Survey { warnings, ..Survey::default() } };
    sorting.sort(walked);
    Ok(sorting.survey)
}

/// What earlier scans found below a folder.
#[derive(Default)]
struct Earlier {
    known: Vec<Known>,
    /// Runs of which the store keeps a copy.
    copies: HashMap<Place, Known>,
    /// The newest of the runs of a place whose files the store keeps, or that were deleted.
    others: HashMap<Place, Registered>,
    /// Deleted runs whose files have not been moved yet, by file.
    waiting: HashMap<String, String>,
}

impl Earlier {
    fn read(manifest: &Manifest, root: &str, mode: ScanMode) -> Result<Self> {
        let mut earlier = Self::default();
        let known = |registered: &Registered| -> Result<Known> {
            let found = manifest.artifact_at(registered.seq)?.expect("it is registered");
            let sight = Sight::of(&manifest.publication(found)?).expect("it has a place");
            let (looks, compact) = (manifest.looks(registered.seq)?, manifest.compact_files(registered.seq)?);
            Ok(Known { registered: registered.clone(), sight, looks, compact })
        };
        let placing: HashSet<i64> = manifest.placements()?.into_iter().map(|placement| placement.seq).collect();
        for registered in manifest.registered_below(root)? {
            if registered.in_place && !registered.deleted {
                earlier.known.push(known(&registered)?);
                continue;
            }
            // What was moved is gone: what lies there now is something new.
            if !registered.in_place && !registered.deleted && mode == ScanMode::Copy {
                earlier.copies.insert(registered.place.clone(), known(&registered)?);
            }
            if registered.in_place && placing.contains(&registered.seq) {
                for file in manifest.files(registered.seq)? {
                    earlier.waiting.insert(file.path, registered.artifact_id.clone());
                }
            }
            // The oldest come first.
            earlier.others.insert(registered.place.clone(), registered);
        }
        Ok(earlier)
    }
}

struct Sorting<'a> {
    root: &'a Path,
    text: &'a str,
    mode: ScanMode,
    only: Option<&'a FamilyName>,
    earlier: Earlier,
    survey: Survey,
}

/// Family and run key.
type Name = (FamilyName, String);

/// Files that are found together.
#[derive(Default)]
struct Group {
    at: Option<Timestamp>,
    files: Vec<Spotted>,
}

impl Sorting<'_> {
    fn sort(&mut self, mut walked: Walked) {
        self.rename_compact(&mut walked.files);
        let mut groups = self.grouped(walked.files);
        let known = self.whose(&mut groups);
        let mut knowns: Vec<Option<Known>> = std::mem::take(&mut self.earlier.known).into_iter().map(Some).collect();
        let mut left: BTreeSet<usize> = (0..knowns.len()).collect();
        for (name, group) in groups {
            let at = known.get(&name).copied();
            at.iter().for_each(|at| _ = left.remove(at));
            let known = at.and_then(|at| knowns[at].take());
            self.run(name, group, known, &walked.blind);
        }
        for at in left {
            if let Some(known) = knowns[at].take() {
                self.absent(known, &walked.blind);
            }
        }
    }

    /// Has files whose compact form has another name found under their own. A new file of that name counts instead.
    fn rename_compact(&self, files: &mut Vec<Spotted>) {
        let named = |file: &&CompactFile| !file.form.suffix().is_empty();
        let mut added = Vec::new();
        for known in &self.earlier.known {
            for compact in known.compact.values().filter(named) {
                let stored = compact.stored_path();
                let found = beneath::open(self.root, &stored).ok().map(|(_, metadata)| files::fingerprint(&metadata));
                let Some(looks) = found else { continue };
                if let Ok(at) = files.binary_search_by(|file| file.path.as_str().cmp(&stored)) {
                    files.remove(at);
                }
                if files.binary_search_by(|file| file.path.as_str().cmp(&compact.path)).is_err() {
                    let (path, family) = (compact.path.clone(), family_of(&known.sight));
                    let key = Key { text: known.sight.run_key.clone(), at: Key::of(&path).at };
                    added.push(Spotted { path, family, key, size: looks.size, mtime_ns: looks.mtime_ns });
                }
            }
        }
        files.extend(added);
        files.sort_by(|left, right| left.path.cmp(&right.path));
    }

    /// The files by family and key, without those that still wait to be moved to the trash.
    fn grouped(&mut self, files: Vec<Spotted>) -> BTreeMap<Name, Group> {
        let mut groups: BTreeMap<Name, Group> = BTreeMap::new();
        let mut waits = BTreeSet::new();
        for file in files {
            if let Some(artifact_id) = self.earlier.waiting.get(&file.path) {
                waits.insert((artifact_id.clone(), file.path));
                continue;
            }
            let group = groups.entry((file.family.clone(), file.key.text.clone())).or_default();
            group.at = file.key.at;
            group.files.push(file);
        }
        for (artifact_id, path) in waits {
            let path = self.root.join(path);
            let message = format!(
                "{} belongs to the deleted artifact {artifact_id} and has not been moved to the trash yet",
                path.display()
            );
            self.tell(warning(ScanFault::WaitsForTrash, &path, message), None, Some(&artifact_id));
        }
        groups
    }

    /// Which known run each group is. A group of a new name takes over the known run that holds most of its files and
    /// was found by no name of its own: then only the patterns or the names have changed. Every other file stays with
    /// the known run that holds it.
    fn whose(&mut self, groups: &mut BTreeMap<Name, Group>) -> BTreeMap<Name, usize> {
        let known = &self.earlier.known;
        let mut by_name: HashMap<(&str, &str), usize> = HashMap::new();
        let mut owner: HashMap<&str, usize> = HashMap::new();
        for (at, known) in known.iter().enumerate() {
            by_name.insert((&known.sight.family, &known.sight.run_key), at);
            known.sight.files.iter().for_each(|file| _ = owner.insert(&file.path, at));
        }
        let named = |name: &Name| by_name.get(&(name.0.as_str(), name.1.as_str())).copied();
        let mut whose: BTreeMap<Name, usize> =
            groups.keys().filter_map(|name| Some((name.clone(), named(name)?))).collect();
        let mut taken: HashSet<usize> = whose.values().copied().collect();
        for (name, group) in groups.iter().filter(|_| !known.is_empty()) {
            if whose.contains_key(name) {
                continue;
            }
            let mut shares: BTreeMap<usize, usize> = BTreeMap::new();
            let owners = group.files.iter().filter_map(|file| owner.get(file.path.as_str()));
            owners.filter(|at| !taken.contains(at)).for_each(|at| *shares.entry(*at).or_default() += 1);
            if let Some((at, _)) = shares.into_iter().max_by_key(|(at, share)| (*share, std::cmp::Reverse(*at))) {
                taken.insert(at);
                whose.insert(name.clone(), at);
            }
        }
        let mut moved: Vec<(Name, Spotted)> = Vec::new();
        let names: HashMap<usize, &Name> = whose.iter().map(|(name, at)| (*at, name)).collect();
        let name_of = |at: usize| match names.get(&at) {
            Some(name) => (*name).clone(),
            None => (family_of(&known[at].sight), known[at].sight.run_key.clone()),
        };
        for (name, group) in groups.iter_mut() {
            let own = whose.get(name);
            let others = |file: &mut Spotted| owner.get(file.path.as_str()).filter(|at| Some(*at) != own).is_some();
            for file in group.files.extract_if(.., others) {
                moved.push((name_of(owner[file.path.as_str()]), file));
            }
        }
        let mut told = Vec::new();
        for (name, file) in moved {
            let at = owner[file.path.as_str()];
            let artifact_id = known[at].registered.artifact_id.clone();
            told.push((file.path.clone(), name.0.clone(), artifact_id));
            whose.insert(name.clone(), at);
            groups.entry(name).or_default().files.push(file);
        }
        groups.retain(|_, group| !group.files.is_empty());
        for (path, family, artifact_id) in told {
            let path = self.root.join(path);
            let message = format!("{} stays with artifact {artifact_id}, which holds it already", path.display());
            self.tell(warning(ScanFault::KeptByRun, &path, message), Some(&family), Some(&artifact_id));
        }
        whose
    }

    fn run(&mut self, name: Name, group: Group, known: Option<Known>, blind: &[String]) {
        let (family, run_key) = name;
        let before = known.as_ref().map(|known| known.sight.family.as_str());
        if self.only.is_some_and(|only| *only != family && before != Some(only.as_str())) {
            return;
        }
        let place = Place { root: self.text.to_owned(), family: family.to_string(), run_key };
        let other = self.earlier.others.remove(&place);
        let kept = other.as_ref().filter(|other| !other.deleted && !other.in_place);
        let refused = match (&known, kept) {
            (Some(known), _) if self.mode != ScanMode::InPlace => Some((&known.registered, "stays in place")),
            (None, Some(other)) if self.mode == ScanMode::InPlace => Some((other, "is kept by the store")),
            _ => None,
        };
        if let Some((Registered { artifact_id, .. }, how)) = refused {
            let message = format!("artifact {artifact_id} {how}: a scan in another mode leaves it as it is");
            let (first, artifact_id) = (self.root.join(&group.files[0].path), artifact_id.clone());
            self.survey.skipped.push(family.clone());
            return self.tell(warning(ScanFault::OtherMode, &first, message), Some(&family), Some(&artifact_id));
        }
        let known = known.or_else(|| self.earlier.copies.remove(&place));
        if let Some(known) = &known {
            if self.is_blind(known, blind) {
                return self.survey.skipped.push(family);
            }
            let there: HashSet<&str> = group.files.iter().map(|file| file.path.as_str()).collect();
            let gone = known.sight.files.iter().filter(|file| !there.contains(file.path.as_str()));
            for FileEntry { path, .. } in gone {
                let (path, artifact_id) = (self.root.join(path), known.registered.artifact_id.clone());
                let message = format!("{} of artifact {artifact_id} is no longer found", path.display());
                self.tell(warning(ScanFault::FileMissing, &path, message), Some(&family), Some(&artifact_id));
            }
        }
        let deleted = other.filter(|other| other.deleted && known.is_none()).map(|other| other.artifact_id);
        let seen = |file: Spotted| Seen {
            path: file.path,
            looks: Looks { size_bytes: Count(file.size), mtime_ns: file.mtime_ns, says: None },
            hash: None,
            size: Count(file.size),
        };
        let mut files: Vec<Seen> = group.files.into_iter().map(seen).collect();
        files.sort_by(|left, right| left.path.cmp(&right.path));
        self.survey.runs.push(Sighted { place, at: group.at, known, files, deleted });
    }

    /// A known run of which nothing was found.
    fn absent(&mut self, known: Known, blind: &[String]) {
        let family = family_of(&known.sight);
        if self.only.is_some_and(|only| *only != family) || self.mode != ScanMode::InPlace {
            return;
        }
        if self.is_blind(&known, blind) {
            return self.survey.skipped.push(family);
        }
        let artifact_id = &known.registered.artifact_id;
        let first = self.root.join(known.sight.files.first().map_or("", |file| file.path.as_str()));
        let message = format!("no file of artifact {artifact_id} is found any more: {} for one", first.display());
        self.tell(warning(ScanFault::RunMissing, &first, message), Some(&family), Some(artifact_id));
        self.survey.missing.push(family);
    }

    /// Whether a file of a known run lies where nothing could be seen.
    fn is_blind(&self, known: &Known, blind: &[String]) -> bool {
        let inside = |path: &str, folder: &str| {
            folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
        };
        known.sight.files.iter().any(|file| blind.iter().any(|folder| inside(&file.path, folder)))
    }

    fn tell(&mut self, warning: ScanWarning, family: Option<&FamilyName>, artifact_id: Option<&str>) {
        let (family, artifact_id) = (family.map(ToString::to_string), artifact_id.map(str::to_owned));
        self.survey.warnings.push(ScanWarning { family, artifact_id, ..warning });
    }
}

fn family_of(sight: &Sight) -> FamilyName {
    FamilyName::try_from(sight.family.clone()).expect("it was checked when it was scanned")
}

impl Known {
    /// What was seen of one of its files; they are sorted by path.
    pub(super) fn file(&self, path: &str) -> Option<&FileEntry> {
        let files = &self.sight.files;
        files.binary_search_by(|entry| entry.path.as_str().cmp(path)).ok().map(|at| &files[at])
    }
}

impl Sighted {
    /// Whether a file need not be read again; then what is known of it is taken over.
    pub(super) fn recall(&mut self, at: usize, rule: OutcomeRule) -> bool {
        let Some(known) = &self.known else { return false };
        let file = &mut self.files[at];
        let same = |looks: &&Looks| (looks.size_bytes, looks.mtime_ns) == (file.looks.size_bytes, file.looks.mtime_ns);
        let looks = known.looks.get(&file.path).filter(same);
        let Some(looks) = looks.filter(|looks| rule != OutcomeRule::Content || looks.says.is_some()) else {
            return false;
        };
        let Some(entry) = known.file(&file.path) else { return false };
        (file.hash, file.size) = (Some(entry.hash), entry.size_bytes);
        file.looks = looks.clone();
        true
    }

    /// The compact form in which a file was kept when it was last seen, unless a new file lies in its place.
    pub(super) fn compact(&self, at: usize, root: &Path) -> Option<&CompactFile> {
        let file = self.known.as_ref()?.compact.get(&self.files[at].path)?;
        let replaced = !file.form.suffix().is_empty() && files::exists(&root.join(&file.path));
        (!replaced).then_some(file)
    }

    /// What is seen of it now, once all its files are known; what they say besides, as it is known.
    pub fn sight(&self, rule: OutcomeRule, media_type: fn(&str) -> Option<&'static str>) -> Sight {
        let entry = |file: &Seen| FileEntry {
            path: file.path.clone(),
            hash: file.hash.expect("every file was read or is known"),
            size_bytes: file.size,
            media_type: media_type(&file.path).map(str::to_owned),
            role: None,
        };
        let files: Vec<FileEntry> = self.files.iter().map(entry).collect();
        let (outcome, evidence) = match self.told(rule) {
            Some((outcome, evidence)) => (outcome, Some(evidence)),
            None => (Outcome::Unknown, None),
        };
        Sight {
            family: self.place.family.clone(),
            run_key: self.place.run_key.clone(),
            file_hash: Hash::of(listing(&files).as_bytes()),
            outcome: Some(outcome),
            evidence,
            said: self.known.as_ref().map(|known| known.sight.said.clone()).unwrap_or_default(),
            files,
        }
    }

    fn told(&self, rule: OutcomeRule) -> Option<(Outcome, String)> {
        if rule == OutcomeRule::None {
            return None;
        }
        let said = |file: &'_ Seen| Some((file.path.clone(), file.looks.says.clone()??));
        let content: Vec<_> = self.files.iter().filter(|_| rule == OutcomeRule::Content).filter_map(said).collect();
        outcome::of_run(content.iter().map(|(path, told)| (path.as_str(), told))).or_else(|| {
            let names: Vec<_> =
                self.files.iter().filter_map(|file| Some((&file.path, outcome::of_name(&file.path)?))).collect();
            outcome::of_run(names.iter().map(|(path, told)| (path.as_str(), told)))
        })
    }

    /// What this sight means for what is known.
    pub fn fate(&self, sight: &Sight) -> Fate {
        let Some(known) = &self.known else { return Fate::New };
        let looks = || self.files.iter().all(|file| known.looks.get(&file.path) == Some(&file.looks));
        match () {
            () if known.sight != *sight => Fate::Changed,
            () if known.looks.len() == self.files.len() && looks() => Fate::Unchanged,
            () => Fate::Touched,
        }
    }
}
