//! Proves that a version is what it was when it was created: its files, its rows, its sums and its members.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::counting::Counted;
use super::{index_of, members};
use crate::base::files::Fingerprint;
use crate::base::parallel::both;
use crate::manifest::{Candidate, Filed};
use crate::model::artifact::Storage;
use crate::model::dataset::{Head, Member};
use crate::model::finding::{Check, Code, Finding, Severity};
use crate::model::{Hash, Result, Watch};
use crate::store::{View, snapshot};

/// Most findings that are kept; the others are counted.
const FINDINGS_MAX: usize = 1_000;

/// What a verification found.
#[derive(Debug, Default)]
pub struct Report {
    /// What it found, the most telling first.
    pub findings: Vec<Finding>,
    /// How many errors there are.
    pub errors: u64,
    /// How many warnings there are.
    pub warnings: u64,
    /// How many members were looked at.
    pub members: u64,
    /// How many objects were read and hashed.
    pub hashed_objects: u64,
}

/// Verifies a version of the manifest, or the snapshot at a path, whose version this manifest need not know. With
/// `hashes` the bytes of every member are read.
pub fn verify(view: &impl View, filed: Option<&Filed>, path: &Path, hashes: bool, watch: &dyn Watch) -> Result<Report> {
    let mut work = Work { view, watch, path: path.to_owned(), report: Report::default(), proven: HashSet::new() };
    let (read, rows) =
        both(|| snapshot::examine(path), || filed.map(|filed| members(view.manifest(), filed)).transpose());
    let rows = rows?;
    let (head, members) = match (work.snapshot(read, filed, rows.as_deref())?, filed) {
        (Some((head, members)), _) => (head, members),
        // Without its snapshot the version is what the rows say.
        (None, Some(filed)) => (filed.head.clone(), rows.unwrap_or_default()),
        (None, None) => return Ok(work.report),
    };
    work.sums(&head, &members);
    work.index(&head)?;
    work.members(&members, hashes)?;
    Ok(work.report)
}

struct Work<'a, V> {
    view: &'a V,
    watch: &'a dyn Watch,
    /// The snapshot's.
    path: PathBuf,
    report: Report,
    /// Objects that were read already.
    proven: HashSet<Hash>,
}

impl<V: View> Work<'_, V> {
    fn find(&mut self, code: Code, about: About, message: String) {
        let severity = match code {
            Code::IndexMissing | Code::MemberDeleted => Severity::Warning,
            _ => Severity::Error,
        };
        match severity {
            Severity::Warning => self.report.warnings += 1,
            _ => self.report.errors += 1,
        }
        if self.report.findings.len() < FINDINGS_MAX {
            let finding = Finding::new(Check::Datasets, severity, code, message);
            self.report.findings.push(match about {
                About::Version => finding,
                About::Member(member) => finding.artifact(&member.artifact_id),
                About::Object(member, hash) => finding.artifact(&member.artifact_id).hash(*hash),
                About::File(path) => finding.path(path),
            });
        }
    }

    /// The snapshot file by itself, and held against the rows; `None` when it can't be read.
    fn snapshot(
        &mut self,
        read: Result<snapshot::Found, (Code, String)>,
        filed: Option<&Filed>,
        rows: Option<&[Member]>,
    ) -> Result<Option<(Head, Vec<Member>)>> {
        let path = self.path.clone();
        let found = match read {
            Ok(found) => found,
            Err((code, message)) => {
                self.find(code, About::File(&path), message);
                return Ok(None);
            }
        };
        let (head, members) = (found.snapshot.head, found.snapshot.members);
        let Some(filed) = filed else { return Ok(Some((head, members))) };
        if found.hash != filed.snapshot_hash {
            let message = format!("{} has the hash {}, not {}", path.display(), found.hash, filed.snapshot_hash);
            self.find(Code::SnapshotDiffers, About::File(&path), message);
        }
        if head != filed.head {
            let message = "the manifest's row of the version says something else than its snapshot".to_owned();
            self.find(Code::RowDiffers, About::Version, message);
        }
        let told = self.view.manifest().event(filed.place)?;
        let tells = told.is_some_and(|event| {
            event.kind == snapshot::CREATED
                && event.data.get("snapshotHash") == Some(&filed.snapshot_hash.to_string().into())
        });
        if !tells {
            let message = format!("event {} doesn't tell of this version's creation", filed.place);
            self.find(Code::HistoryDiffers, About::Version, message);
        }
        self.rows(&members, rows.unwrap_or_default());
        Ok(Some((head, members)))
    }

    /// The manifest's members held against the snapshot's, both in the order of their ids.
    fn rows(&mut self, members: &[Member], rows: &[Member]) {
        let (mut left, mut right) = (members.iter().peekable(), rows.iter().peekable());
        while left.peek().is_some() || right.peek().is_some() {
            let order = match (left.peek(), right.peek()) {
                (Some(left), Some(right)) => left.artifact_id.cmp(&right.artifact_id),
                (Some(_), None) => std::cmp::Ordering::Less,
                _ => std::cmp::Ordering::Greater,
            };
            let (member, wrong) = match order {
                std::cmp::Ordering::Less => (left.next(), Some("the manifest has no such member, its snapshot has")),
                std::cmp::Ordering::Greater => {
                    (right.next(), Some("the manifest has such a member, its snapshot hasn't"))
                }
                std::cmp::Ordering::Equal => {
                    let (member, row) = (left.next(), right.next());
                    (
                        member,
                        (member != row).then_some("the manifest says something else of this member than its snapshot"),
                    )
                }
            };
            if let (Some(member), Some(wrong)) = (member, wrong) {
                self.find(Code::RowDiffers, About::Member(member), format!("artifact {}: {wrong}", member.artifact_id));
            }
        }
    }

    /// What follows from the members.
    fn sums(&mut self, head: &Head, members: &[Member]) {
        let counted = Counted::of(members);
        let sums = [
            ("contentDigest", head.content_digest == counted.content_digest),
            ("membershipDigest", head.membership_digest == counted.membership_digest),
            ("memberCount", head.member_count == members.len() as u64),
            ("totalBytes", head.total_bytes == counted.total_bytes),
            ("statistics", head.statistics == counted.statistics),
        ];
        for (what, right) in sums {
            if !right {
                self.find(Code::SumDiffers, About::Version, format!("{what} is not that of the members"));
            }
        }
    }

    fn index(&mut self, head: &Head) -> Result<()> {
        let (Some(index), Some(path)) = (&head.index, index_of(self.view.layout(), head, &self.path)) else {
            return Ok(());
        };
        if let Some((code, message)) = snapshot::examine_index(index, &path, self.watch)? {
            self.find(code, About::File(&path), message);
        }
        Ok(())
    }

    fn members(&mut self, members: &[Member], hashes: bool) -> Result<()> {
        // The disk is asked while the manifest is.
        let (manifest, objects) = (self.view.manifest(), self.view.objects());
        let look = || members.iter().map(|member| objects.look(&member.file_hash)).collect::<Result<Vec<_>>>();
        let (looks, found) = both(look, || {
            let mut found = Vec::with_capacity(members.len());
            let told = manifest.each_candidate(members.iter().map(|member| &member.artifact_id), |_, candidate| {
                found.push(candidate);
                Ok(())
            });
            told.map(|()| found)
        });
        for (done, ((member, looks), found)) in members.iter().zip(looks?).zip(found?).enumerate() {
            if hashes || done % 1024 == 0 {
                self.watch.step(done as u64, members.len() as u64, "members checked")?;
            }
            self.member(member, found, looks, hashes)?;
            self.report.members += 1;
        }
        self.watch.step(members.len() as u64, members.len() as u64, "members checked")
    }

    fn member(
        &mut self,
        member: &Member,
        found: Option<Candidate>,
        looks: Option<Fingerprint>,
        hashes: bool,
    ) -> Result<()> {
        let artifact_id = &member.artifact_id;
        let Some(found) = found else {
            let message = format!("artifact {artifact_id} is not in the store");
            self.find(Code::MemberMissing, About::Member(member), message);
            return Ok(());
        };
        if found.deleted {
            let message = format!("artifact {artifact_id} was deleted");
            self.find(Code::MemberDeleted, About::Member(member), message);
        }
        let same = found.artifact_type == member.artifact_type
            && found.logical_key == member.logical_key
            && found.file_hash == member.file_hash
            && found.size_bytes == member.size_bytes.0;
        if !same {
            let message = format!("artifact {artifact_id} is no longer what it was when the version was created");
            self.find(Code::MemberDiffers, About::Member(member), message);
        }
        if member.storage == Storage::InPlace {
            return Ok(());
        }
        if !found.is_tree {
            return self.object(member, (&member.file_hash, Some(member.size_bytes.0)), looks, hashes);
        }
        self.object(member, (&member.file_hash, None), looks, hashes)?;
        for file in self.view.manifest().files(found.seq)? {
            let looks = self.view.objects().look(&file.hash)?;
            self.object(member, (&file.hash, Some(file.size_bytes.0)), looks, hashes)?;
        }
        Ok(())
    }

    fn object(
        &mut self,
        member: &Member,
        (hash, size): (&Hash, Option<u64>),
        looks: Option<Fingerprint>,
        hashes: bool,
    ) -> Result<()> {
        let artifact_id = &member.artifact_id;
        let Some(looks) = looks else {
            let message = format!("artifact {artifact_id}: the object {hash} is missing");
            self.find(Code::ObjectMissing, About::Object(member, hash), message);
            return Ok(());
        };
        if size.is_some_and(|size| looks.size != size) {
            let message = format!("artifact {artifact_id}: the object {hash} has {} bytes", looks.size);
            self.find(Code::ObjectSize, About::Object(member, hash), message);
        } else if hashes && self.proven.insert(*hash) {
            self.report.hashed_objects += 1;
            if !self.view.objects().proven(hash, self.watch)? {
                self.proven.remove(hash);
                let message = format!("artifact {artifact_id}: the object {hash} has another hash");
                self.find(Code::ObjectDamaged, About::Object(member, hash), message);
            }
        }
        Ok(())
    }
}

/// What a finding is about.
enum About<'a> {
    Version,
    Member(&'a Member),
    Object(&'a Member, &'a Hash),
    File(&'a Path),
}
