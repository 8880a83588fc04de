//! Whether a store is whole: every promise that its files make to each other, looked at from outside.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use keepstone::base::clock::Clock;
use keepstone::cli::about;
use keepstone::manifest::{Found, Manifest};
use keepstone::model::artifact::{Format, Status, Storage};
use keepstone::model::{Hash, Unwatched, seal};
use keepstone::objects::listing;
use keepstone::server::call_once;
use keepstone::store::{Layout, Location, Site};
use serde_json::Value;

/// How much has to be in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// A process died and none has started since: names and sidecars may be missing, but what is there is right.
    Died,
    /// A process has started and ended since: everything is in its place; lines of a transaction that never committed
    /// may stand at the end of the history until the next writer.
    Started,
    /// A process has written and ended since.
    Written,
}

/// Asserts that the store at `root` is whole and nobody has it open.
#[track_caller]
pub fn assert_whole(root: &Path, expect: Expect) {
    let mut findings = findings(root, expect);
    if expect != Expect::Died {
        findings.extend(verified(root));
    }
    assert!(findings.is_empty(), "{} is not whole:\n  {}", root.display(), findings.join("\n  "));
}

/// What verify_store finds, which must be nothing either: looked at from inside, a store that is whole is clean.
fn verified(root: &Path) -> Vec<String> {
    let site = Site::new(Location { root: root.to_owned(), artifacts_root: None }, Clock::system());
    let report = call_once(&site, &about(), "verify_store", Value::Null, None, &Unwatched);
    site.close();
    let report: Value = serde_json::from_str(&report.expect("it is verified")).expect("a reply is JSON");
    report["findings"].as_array().expect("a list").iter().map(Value::to_string).collect()
}

/// Everything that is wrong with a store that nobody has open, one sentence each.
pub fn findings(root: &Path, expect: Expect) -> Vec<String> {
    let manifest = match Manifest::open_read_only(&root.join("manifest.sqlite"), false) {
        Ok(manifest) => manifest,
        Err(error) => return vec![error.message().to_owned()],
    };
    let setting = manifest.meta_text("artifacts_root").expect("the manifest is read").expect("it is set");
    let layout = Layout::new(root.to_owned(), Layout::artifacts_from_setting(root, &setting));
    let mut look = Look { root, layout, manifest, expect, findings: Vec::new() };
    look.at_manifest();
    look.at_objects();
    look.at_artifacts();
    look.at_datasets();
    look.at_history();
    look.at_leftovers();
    look.findings
}

struct Look<'a> {
    root: &'a Path,
    layout: Layout,
    manifest: Manifest,
    expect: Expect,
    findings: Vec<String>,
}

impl Look<'_> {
    fn wrong(&mut self, finding: impl Into<String>) {
        self.findings.push(finding.into());
    }

    fn artifacts(&self) -> Vec<Found> {
        let seqs = self.manifest.artifact_seqs().expect("the manifest is read");
        seqs.iter().map(|seq| self.manifest.artifact_at(*seq).expect("read").expect("it is there")).collect()
    }

    fn at_manifest(&mut self) {
        let damage = self.manifest.damage().expect("SQLite checks it");
        self.findings.extend(damage);
        let mut versions: BTreeMap<(String, String), Vec<u32>> = BTreeMap::new();
        let mut identities = BTreeSet::new();
        for Found { record, state, .. } in self.artifacts() {
            let key = (record.artifact_type.to_string(), record.logical_key.clone());
            versions.entry(key.clone()).or_default().push(record.version);
            let identity = (key, record.schema_version, record.content_hash.hex());
            let managed = record.storage == Storage::Managed;
            if managed && state.status() == Status::Active && !identities.insert(identity.clone()) {
                self.wrong(format!("two active artifacts have the identity {identity:?}"));
            }
        }
        for (key, mut versions) in versions {
            versions.sort_unstable();
            if versions.iter().zip(1..).any(|(version, number)| *version != number) {
                self.wrong(format!("the versions of {key:?} are {versions:?}"));
            }
        }
        if self.expect != Expect::Died {
            let left = self.manifest.placements().expect("the manifest is read");
            if !left.is_empty() {
                self.wrong(format!("still to be placed: {left:?}"));
            }
            let (jobs, doomed) = (self.manifest.jobs().expect("read"), self.manifest.doomed(None, 1).expect("read"));
            if !jobs.is_empty() || !doomed.is_empty() {
                self.wrong(format!("still to be done: {jobs:?}; still to be removed: {doomed:?}"));
            }
        }
    }

    /// Objects without a row may be left by a transaction that never committed; they too must be what their names say.
    fn at_objects(&mut self) {
        for path in files_below(&self.layout.objects()) {
            let hash = Hash::of(&std::fs::read(&path).expect("an object is read"));
            if self.layout.objects().join(&hash.hex()[..2]).join(hash.hex()) != path {
                self.wrong(format!("{} holds {hash}", path.display()));
            }
            if self.expect != Expect::Died && mode(&path) != 0o444 {
                self.wrong(format!("{} has the mode {:o}", path.display(), mode(&path)));
            }
        }
    }

    fn at_artifacts(&mut self) {
        let mut expected = BTreeSet::new();
        for found in self.artifacts() {
            self.at_artifact(&found, &mut expected);
        }
        for path in files_below(self.layout.artifacts()) {
            if !expected.contains(&path) {
                self.wrong(format!("{} belongs to no artifact", path.display()));
            }
        }
    }

    fn at_artifact(&mut self, found: &Found, expected: &mut BTreeSet<PathBuf>) {
        let (id, record) = (found.record.artifact_id.to_string(), &found.record);
        let files = self.manifest.files(found.seq).expect("the manifest is read");
        let name = self.layout.name(record);
        let (deleted, purged) = (found.state.deleted_at.is_some(), found.state.purged_at.is_some());
        for file in files.iter().filter(|_| !purged && record.storage == Storage::Managed) {
            let object = self.layout.objects().join(&file.hash.hex()[..2]).join(file.hash.hex());
            let Ok(bytes) = std::fs::read(&object) else {
                self.wrong(format!("{id}: the object {} is missing", file.hash));
                continue;
            };
            if bytes.len() as u64 != file.size_bytes.0 {
                self.wrong(format!("{id}: {} has {} bytes instead of {}", file.path, bytes.len(), file.size_bytes.0));
            }
            let readable = if record.format == Format::Tree { name.join(&file.path) } else { name.clone() };
            if deleted {
                if self.expect == Expect::Died {
                    expected.insert(readable);
                }
                continue;
            }
            match std::fs::read(&readable) {
                Ok(named) if named == bytes => {}
                Ok(named) => self.wrong(format!("{id}: {} has {} other bytes", readable.display(), named.len())),
                Err(_) if self.expect == Expect::Died => {}
                Err(error) => self.wrong(format!("{id}: {}: {error}", readable.display())),
            }
            expected.insert(readable);
        }
        if record.format == Format::Tree && Hash::of(listing(&files).as_bytes()) != record.file_hash {
            self.wrong(format!("{id}: its listing has another hash"));
        } else if record.format != Format::Tree && files.iter().any(|file| file.hash != record.file_hash) {
            self.wrong(format!("{id}: its file has another hash"));
        }
        let sidecar = self.layout.sidecar(record);
        match std::fs::read_to_string(&sidecar) {
            Ok(text) => self.at_sidecar(found, &text),
            Err(_) if self.expect == Expect::Died => {}
            Err(error) => self.wrong(format!("{id}: {}: {error}", sidecar.display())),
        }
        expected.insert(sidecar);
    }

    fn at_sidecar(&mut self, found: &Found, text: &str) {
        let id = found.record.artifact_id.to_string();
        if !seal::intact(text.trim_end_matches('\n')) {
            return self.wrong(format!("{id}: the check of its sidecar fails"));
        }
        let sidecar: Value = serde_json::from_str(text).expect("an intact sidecar is JSON");
        let event_id = self.manifest.published_event(&id).expect("its publishing is an event").event_id;
        if sidecar["artifactId"] != id || sidecar["commit"] != found.seq || sidecar["eventId"] != event_id.0 {
            self.wrong(format!("{id}: its sidecar tells of another artifact"));
        }
        let managed = found.record.storage == Storage::Managed;
        if managed && sidecar["contentHash"] != found.record.content_hash.to_string() {
            self.wrong(format!("{id}: its sidecar has another content hash"));
        }
    }

    /// Files that no row names may be left by a transaction that never committed.
    fn at_datasets(&mut self) {
        for (dataset_id, version, place, _) in self.manifest.dataset_versions(None).expect("the manifest is read") {
            let filed = self.manifest.dataset_at(place).expect("read").expect("it is there");
            let snapshot = std::fs::read(self.layout.snapshot(&filed.head)).unwrap_or_default();
            if Hash::of(&snapshot) != filed.snapshot_hash {
                self.wrong(format!("{dataset_id} {version}: its snapshot is missing or another"));
            }
            let index = self.layout.index(&filed.head).map(|path| std::fs::read(path).unwrap_or_default());
            if index.map(|bytes| Hash::of(&bytes)) != filed.head.index.map(|index| index.file_hash) {
                self.wrong(format!("{dataset_id} {version}: its index is missing or another"));
            }
            let mut members = 0;
            let count = |_| {
                members += 1;
                Ok(())
            };
            self.manifest.each_dataset_member(place, count).expect("the manifest is read");
            if members != filed.head.member_count {
                self.wrong(format!("{dataset_id} {version}: it has {members} members"));
            }
        }
    }

    fn at_history(&mut self) {
        let text = std::fs::read_to_string(self.layout.history()).unwrap_or_default();
        let known = self.manifest.meta_number("history_bytes").expect("the manifest is read");
        let known = usize::try_from(known).expect("it fits");
        if text.len() < known || self.expect == Expect::Written && text.len() > known {
            return self.wrong(format!("the history has {} bytes; the manifest knows of {known}", text.len()));
        }
        let mut lines = text[..known].lines();
        if let Some(header) = lines.next()
            && !header.starts_with("{\"formatVersion\":1,")
        {
            self.wrong(format!("the history begins with {header}"));
        }
        let mut written = Vec::new();
        for line in lines {
            if !seal::intact(line) {
                return self.wrong(format!("the check of a line of the history fails: {line}"));
            }
            let mut event: Value = serde_json::from_str(line).expect("an intact line is JSON");
            event.as_object_mut().expect("an event").remove("check");
            written.push(event);
        }
        let events = self.manifest.history_events().expect("the manifest is read");
        let events: Vec<Value> = events.iter().map(|event| serde_json::to_value(event).expect("plain")).collect();
        if written != events {
            self.wrong(format!("the history says {written:?}, the manifest {events:?}"));
        }
    }

    /// What processes leave behind that nobody sweeps.
    fn at_leftovers(&mut self) {
        if self.expect == Expect::Died {
            return;
        }
        for path in entries(&self.layout.staging()) {
            self.wrong(format!("{} was left in staging", path.display()));
        }
        for path in entries(&self.root.join("locks")) {
            if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("lease-")) {
                self.wrong(format!("{} was left", path.display()));
            }
        }
        let parts = ["artifacts", "backups", "datasets", "history.jsonl", "keepstone.toml", "locks", "manifest.sqlite"];
        let more = ["manifest.sqlite-shm", "manifest.sqlite-wal", "objects", "quarantine", "staging", "trash"];
        for path in entries(self.root) {
            let name = path.file_name().expect("an entry has a name").to_string_lossy().into_owned();
            if !parts.contains(&name.as_str()) && !more.contains(&name.as_str()) {
                self.wrong(format!("{} is no part of a store", path.display()));
            }
        }
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

/// Every file below a folder; folders don't count.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in entries(folder) {
        if path.is_dir() && !path.is_symlink() {
            found.extend(files_below(&path));
        } else {
            found.push(path);
        }
    }
    found
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).expect("it is there").permissions().mode() & 0o7777
}
