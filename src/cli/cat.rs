//! `keepstone cat`

use std::io::IsTerminal;

use clap::Args;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::arguments::Place;
use super::caller::Caller;
use super::{Failure, Outcome, print, words};
use crate::base::hex;
use crate::model::{Error, Hash};

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone cat note:2026-03-02
  keepstone cat rain:november > november.parquet
  keepstone cat report:november summary.html         one file of a tree; `show --files` names them

The bytes are checked against their hash; where they are damaged, the exit code is 1.";

#[derive(Debug, Args)]
pub(super) struct Cat {
    /// Which artifact: an id, the start of one, its last 8 digits, TYPE:KEY or TYPE:KEY@v3
    #[arg(value_name = "REF")]
    reference: String,
    /// Which file of a tree
    #[arg(value_name = "FILE")]
    file: Option<String>,
}

/// What of read_file is written.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Piece {
    hash: Hash,
    length: u64,
    encoding: String,
    data: String,
    end: bool,
}

impl Piece {
    fn bytes(self) -> Result<Vec<u8>, Error> {
        match self.encoding.as_str() {
            "utf8" => Ok(self.data.into_bytes()),
            _ => hex::decode_base64(&self.data).ok_or_else(|| Error::internal("a piece is no base64")),
        }
    }
}

pub(super) fn run(place: &Place, options: &Cat) -> Outcome {
    let caller = Caller::at(place)?;
    let artifact = caller.resolve(&options.reference)?;
    write(&caller, artifact.artifact_id.as_str(), options.file.as_deref())
}

/// Writes the bytes of an artifact, or of one file of a tree; they are checked on the way.
pub(super) fn write(caller: &Caller, artifact_id: &str, file: Option<&str>) -> Outcome {
    let mut params = json!({ "artifactId": artifact_id, "file": file });
    let mut hasher = Sha256::new();
    let mut offset = 0;
    loop {
        let piece: Piece = caller.call("read_file", params)?;
        let (hash, end) = (piece.hash, piece.end);
        offset += piece.length;
        let bytes = piece.bytes()?;
        if std::io::stdout().is_terminal() {
            readable(&bytes)?;
        }
        hasher.update(&bytes);
        if !print::bytes(&bytes)? {
            return Ok(0);
        }
        if end {
            return match Hash::finish(hasher) {
                found if found == hash => Ok(0),
                _ => {
                    Err(Error::integrity(format!("the object {hash} is damaged: the bytes written have another hash"))
                        .hint("publish the same bytes again to heal it")
                        .into())
                }
            };
        }
        // Of the same bytes, whatever becomes of the artifact.
        params = json!({ "hash": hash, "offset": offset });
    }
}

/// Refuses what a terminal would obey instead of showing it.
fn readable(bytes: &[u8]) -> Result<(), Failure> {
    // A letter may be cut at the end of a piece.
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) if error.error_len().is_none() => std::str::from_utf8(&bytes[..error.valid_up_to()]).ok(),
        Err(_) => None,
    };
    let plain = |letter: char| matches!(letter, '\n' | '\r' | '\t' | '\u{feff}') || !words::is_hostile(letter);
    match text {
        Some(text) if text.chars().all(plain) => Ok(()),
        _ => Err(Error::unsupported("this is no plain text, and a terminal could take it for commands")
            .hint("write it to a file with > FILE, or to a program with |")
            .into()),
    }
}
