//! Whether bytes still have their hash: each object is read once, however many artifacts hold it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::issue;
use crate::manifest::Found;
use crate::model::artifact::Storage;
use crate::model::audit::{Issue, IssueName};
use crate::model::{Hash, Kind, Result, Watch};
use crate::store::{Reader, View};

/// How many damaged files of an artifact are named.
const NAMED_MOST: usize = 10;

/// The objects looked at so far.
pub(super) struct Bytes {
    /// Whether they are looked at at all.
    wanted: bool,
    states: HashMap<Hash, State>,
    objects: u64,
    done: u64,
    total: u64,
}

#[derive(Debug, Clone)]
enum State {
    Sound,
    Changed,
    Missing,
    Unreadable(String),
}

/// Progress in the bytes of all objects together.
struct Part<'a> {
    watch: &'a dyn Watch,
    before: u64,
    total: u64,
}

impl Watch for Part<'_> {
    fn step(&self, done: u64, _: u64, message: &str) -> Result<()> {
        self.watch.step(self.before + done, self.total, message)
    }
}

impl Bytes {
    /// `places` are the artifacts whose bytes are wanted.
    pub(super) fn new(reader: &Reader, places: Option<&[i64]>) -> Result<Self> {
        let total = places.map_or(Ok(0), |places| reader.manifest().object_bytes_of(places))?;
        Ok(Self { wanted: places.is_some(), states: HashMap::new(), objects: 0, done: 0, total })
    }

    /// How many objects were read, and how many bytes.
    pub(super) fn done(&self) -> (u64, u64) {
        (self.objects, self.done)
    }

    /// What is wrong with the bytes of an artifact.
    pub(super) fn verify(&mut self, reader: &Reader, found: &Found, watch: &dyn Watch) -> Result<Vec<Issue>> {
        if !self.looks_at(found) {
            return Ok(Vec::new());
        }
        let (mut issues, mut left_out) = (Vec::new(), 0);
        for file in reader.manifest().files(found.seq)? {
            let state = self.state(reader, &file.hash, file.size_bytes.0, watch)?;
            let (name, what) = match state {
                State::Sound => continue,
                // Its bytes may be gone for good: that is what deleting is for.
                State::Missing if found.state.deleted_at.is_some() => continue,
                State::Changed => (IssueName::HashMismatch, "its bytes no longer have their hash".to_owned()),
                State::Missing => (IssueName::VerificationError, "its object is missing".to_owned()),
                State::Unreadable(reason) => {
                    (IssueName::VerificationError, format!("its object can't be read: {reason}"))
                }
            };
            if issues.len() == NAMED_MOST {
                left_out += 1;
                continue;
            }
            issues.push(issue(name, format!("{}: {what} ({})", file.path, file.hash)));
        }
        if left_out > 0 {
            let last = issues.last_mut().expect("there are many");
            last.message += &format!("; so it is with {left_out} more of its files");
        }
        Ok(issues)
    }

    /// What can be said of an artifact's bytes, given what was found wrong with them.
    pub(super) fn verdict(&self, found: &Found, issues: &[Issue]) -> Option<bool> {
        (self.looks_at(found) && (found.state.deleted_at.is_none() || !issues.is_empty())).then_some(issues.is_empty())
    }

    /// What lies where its producer put it is no object.
    fn looks_at(&self, found: &Found) -> bool {
        self.wanted && found.record.storage == Storage::Managed
    }

    fn state(&mut self, reader: &Reader, hash: &Hash, size: u64, watch: &dyn Watch) -> Result<State> {
        let part = Part { watch, before: self.done, total: self.total };
        let entry = match self.states.entry(*hash) {
            Entry::Occupied(known) => return Ok(known.get().clone()),
            Entry::Vacant(entry) => entry,
        };
        let state = match reader.objects().look(hash) {
            Ok(None) => State::Missing,
            Ok(Some(looks)) if looks.size != size => State::Changed,
            Err(error) => State::Unreadable(error.message().to_owned()),
            Ok(Some(_)) => match reader.objects().proven(hash, &part) {
                Ok(true) => State::Sound,
                Ok(false) => State::Changed,
                Err(error) if error.kind() == Kind::Cancelled => return Err(error),
                Err(error) => State::Unreadable(error.message().to_owned()),
            },
        };
        if matches!(state, State::Sound) {
            self.objects += 1;
        }
        self.done += size;
        Ok(entry.insert(state).clone())
    }
}
