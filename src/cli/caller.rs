//! Calls operations for the commands: the one way from the terminal to the store.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::arguments::Place;
use super::{Failure, about, whereabouts};
use crate::base::clock::Clock;
use crate::model::artifact::Artifact;
use crate::model::{Error, Unwatched, Watch};
use crate::server::call_once;
use crate::store::Site;

/// Who does what is done here, as the history has it.
const ACTOR: &str = "terminal";

/// A store, and the moment at which the command began.
pub(super) struct Caller {
    site: Arc<Site>,
    /// What ages and durations count from.
    pub(super) now: Timestamp,
}

impl Caller {
    /// The store that the options, the environment or the working folder name.
    pub(super) fn at(place: &Place) -> Result<Self, Failure> {
        let site = whereabouts::site(place)?;
        Ok(Self { now: site.clock().now(), site })
    }

    /// The folders that are the store's own.
    pub(super) fn folders(&self) -> Vec<PathBuf> {
        let layout = self.site.layout();
        vec![layout.root().to_owned(), layout.artifacts().to_owned()]
    }

    /// Time and randomness.
    pub(super) fn clock(&self) -> Clock {
        self.site.clock()
    }

    /// Lets go of the store, so that other processes have it to themselves until the next call.
    pub(super) fn let_go(&self) {
        self.site.close();
    }

    /// Random bits, for names of files.
    pub(super) fn random(&self) -> u32 {
        self.site.clock().random()
    }

    /// A method's result as JSON text.
    pub(super) fn text(&self, method: &str, params: Value) -> Result<String, Error> {
        self.watched(method, params, &Unwatched)
    }

    /// The same, watched.
    pub(super) fn watched(&self, method: &str, params: Value, watch: &dyn Watch) -> Result<String, Error> {
        call_once(&self.site, &about(), method, params, Some(ACTOR), watch)
    }

    /// A method's result.
    pub(super) fn call<T: DeserializeOwned>(&self, method: &str, params: Value) -> Result<T, Error> {
        read(method, &self.text(method, params)?)
    }

    /// The one artifact that a reference means.
    pub(super) fn resolve(&self, reference: &str) -> Result<Artifact, Error> {
        self.call("resolve", json!({ "ref": reference }))
    }
}

/// A result's text as what the command needs of it.
pub(super) fn read<T: DeserializeOwned>(method: &str, text: &str) -> Result<T, Error> {
    serde_json::from_str(text)
        .map_err(|error| Error::internal(format!("the result of {method} can't be read: {error}")))
}
