//! What changed from one version to another.

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::model::dataset::{Features, Member};

/// What can change about a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Its bytes.
    Content,
    /// The part it plays.
    Role,
    /// The split it belongs to.
    Split,
    /// What is known about it.
    Features,
}

/// How many members differ, and how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Only in the right version.
    pub added: u64,
    /// Only in the left version.
    pub removed: u64,
    /// In both, and different.
    pub changed: u64,
    /// In both, and alike.
    pub unchanged: u64,
    /// Of the changed: those with other bytes.
    pub content: u64,
    /// Of the changed: those in another role.
    pub role: u64,
    /// Of the changed: those in another split.
    pub split: u64,
    /// Of the changed: those with other features.
    pub features: u64,
}

/// What differs between two versions.
#[derive(Debug, Default)]
pub struct Diff {
    /// How much.
    pub counts: Counts,
    /// Only in the right version.
    pub added: Vec<Member>,
    /// Only in the left version.
    pub removed: Vec<Member>,
    /// In both: left, right, and what differs.
    pub changed: Vec<(Member, Member, Vec<Change>)>,
}

/// Compares two versions, each sorted by artifact id. An artifact without a partner is paired with the one that took its
/// place under the same type and logical key, where there is exactly one on either side: that one's content changed.
pub fn diff(left: Vec<Member>, right: Vec<Member>) -> Diff {
    let mut diff = Diff::default();
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    loop {
        let order = match (left.peek(), right.peek()) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(left), Some(right)) => left.artifact_id.cmp(&right.artifact_id),
        };
        match order {
            Ordering::Less => removed.extend(left.next()),
            Ordering::Greater => added.extend(right.next()),
            Ordering::Equal => diff.pair(left.next().expect("peeked"), right.next().expect("peeked")),
        }
    }
    let partners = partners(&removed, &added);
    let mut right: Vec<Option<Member>> = added.into_iter().map(Some).collect();
    for (at, member) in removed.into_iter().enumerate() {
        match partners.get(&at).and_then(|partner| right[*partner].take()) {
            Some(partner) => diff.pair(member, partner),
            None => diff.removed.push(member),
        }
    }
    diff.added = right.into_iter().flatten().collect();
    diff.changed.sort_by(|one, other| one.0.artifact_id.cmp(&other.0.artifact_id));
    diff.counts.added = diff.added.len() as u64;
    diff.counts.removed = diff.removed.len() as u64;
    diff.counts.changed = diff.changed.len() as u64;
    diff
}

/// Which removed member an added one replaces, by their places.
fn partners(removed: &[Member], added: &[Member]) -> HashMap<usize, usize> {
    // What stands there twice has no one partner.
    fn unique(members: &[Member]) -> HashMap<(&str, &str), Option<usize>> {
        let mut places = HashMap::new();
        for (at, member) in members.iter().enumerate() {
            let key = (member.artifact_type.as_str(), member.logical_key.as_str());
            places.entry(key).and_modify(|place| *place = None).or_insert(Some(at));
        }
        places
    }
    if removed.is_empty() || added.is_empty() {
        return HashMap::new();
    }
    let (left, right) = (unique(removed), unique(added));
    let pairs = left.into_iter().filter_map(|(key, at)| Some((at?, (*right.get(&key)?)?)));
    pairs.collect()
}

impl Diff {
    fn pair(&mut self, left: Member, right: Member) {
        let differs = [
            (Change::Content, left.artifact_id != right.artifact_id || left.file_hash != right.file_hash),
            (Change::Role, left.role != right.role),
            (Change::Split, left.split != right.split),
            (Change::Features, !same_features(&left.features, &right.features)),
        ];
        let changes: Vec<Change> =
            differs.into_iter().filter(|(_, differs)| *differs).map(|(change, _)| change).collect();
        if changes.is_empty() {
            self.counts.unchanged += 1;
            return;
        }
        for change in &changes {
            *match change {
                Change::Content => &mut self.counts.content,
                Change::Role => &mut self.counts.role,
                Change::Split => &mut self.counts.split,
                Change::Features => &mut self.counts.features,
            } += 1;
        }
        self.changed.push((left, right, changes));
    }
}

/// Whether two members' features say the same.
pub(super) fn same_features(left: &Features, right: &Features) -> bool {
    left.len() == right.len()
        && left.iter().zip(right.iter()).all(|((name, value), (other, right))| name == other && value.same(right))
}
