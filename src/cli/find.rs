//! `keepstone find`

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::arguments::Place;
use super::caller::{Caller, read};
use super::paper::Paper;
use super::progress::Progress;
use super::stop::Stop;
use super::{Failure, Outcome, artifacts, paths, print, words};
use crate::base::files;
use crate::model::artifact::Artifact;
use crate::model::{Error, Hash, Watch};

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone find rain november                every version of a type and key
  keepstone find rain.csv                     is this file in the store?
  keepstone find sha256:2cf24dba5fb0a30e…     by file, content or source hash
  keepstone find ftze3os7wcrq                 by spec id

Exit codes: 0 found, 1 not found.";

#[derive(Debug, Args)]
pub(super) struct Find {
    /// A type with KEY behind it, or TYPE:KEY; else a file, a hash or a spec id
    #[arg(value_name = "TYPE|FILE|HASH|SPEC-ID")]
    what: PathBuf,
    /// The key
    #[arg(value_name = "KEY")]
    key: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(place: &Place, options: &Find) -> Outcome {
    let caller = Caller::at(place)?;
    let (method, params) = question(options)?;
    let text = caller.text(method, params)?;
    let found: Vec<Artifact> = read(method, &text)?;
    if options.json {
        print::json(&text)?;
    } else if !found.is_empty() {
        let table = artifacts::table(&found, caller.now, None, &Paper::stdout());
        print::lines(&format!("{table}{}\n", artifacts::total(&found)))?;
    }
    if found.is_empty() {
        return Err(missing(options).into());
    }
    Ok(0)
}

/// The method that finds it, and its params.
fn question(options: &Find) -> Result<(&'static str, Value), Failure> {
    if let Some(key) = &options.key {
        let artifact_type = paths::text(&options.what)?;
        return Ok(("find_by_logical_key", json!({ "artifactType": artifact_type, "logicalKey": key })));
    }
    let hash = |hash: &str| ("find_by_hash", json!({ "hash": hash }));
    let text = options.what.to_str().unwrap_or_default();
    let lower = text.to_ascii_lowercase();
    if Hash::parse(&lower).is_some() {
        return Ok(hash(text));
    }
    if files::exists(&options.what) {
        return Ok(hash(&hash_of(&options.what)?.to_string()));
    }
    if Hash::range_of_spec_id(&lower).is_some() {
        return Ok(hash(text));
    }
    if let Some((artifact_type, key)) = text.split_once(':') {
        return Ok(("find_by_logical_key", json!({ "artifactType": artifact_type, "logicalKey": key })));
    }
    Err(Error::not_found(format!("{:?} is neither a file nor a hash nor a spec id", options.what))
        .hint("for all versions of a key, name its type too: keepstone find TYPE KEY")
        .into())
}

fn hash_of(path: &Path) -> Result<Hash, Failure> {
    if files::metadata(path).map_err(Error::from)?.is_dir() {
        return Err(Error::unsupported(format!("{} is a folder", path.display()))
            .hint("find its files one by one, or publish it: what the store has already is not stored again")
            .into());
    }
    let stop = Stop::on_signals()?;
    let progress = Progress::new(&stop, &path.to_string_lossy());
    let (mut file, found) = files::open_regular(path).map_err(Error::from)?;
    let mut hasher = Sha256::new();
    let mut done = 0;
    let hashed = files::pump(&mut file, path, found.len(), |piece| {
        hasher.update(piece);
        done += piece.len() as u64;
        progress.step(done, found.len(), "bytes read")
    });
    hashed.map_err(|error: Error| stop.failure(error))?;
    Ok(Hash::finish(hasher))
}

fn missing(options: &Find) -> Error {
    let what = options.what.to_string_lossy();
    match &options.key {
        Some(key) => Error::not_found(format!("no artifact of type {what} and key {key:?} was found")),
        None => Error::not_found(format!("no artifact of {} was found", words::clean(&what))),
    }
}
