//! What people may change about an artifact: title, description, tags, whether it is archived, and what it is called.

use crate::base::clock;
use crate::manifest::{Found, UPDATED};
use crate::model::artifact::Status;
use crate::model::curation::{Updated, Values};
use crate::model::ids::AliasName;
use crate::model::number::Count;
use crate::model::{Error, Result};
use crate::store::{View, Writer};

/// A change that is wished for.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The new values.
    pub values: Values,
    /// The revision that they were decided on.
    pub revision: Option<Count>,
}

/// Makes a change; `false` when everything was so already.
pub fn update(writer: &mut Writer, found: &Found, wish: &Wish) -> Result<bool> {
    let artifact_id = &found.record.artifact_id;
    if found.state.status() == Status::Tombstoned {
        return Err(Error::conflict(format!("artifact {artifact_id} was deleted, so nothing about it can change"))
            .field("artifactId"));
    }
    has_revision(found, wish.revision)?;
    wish.values.check(&found.state.tags)?;
    let Some(updated) = Updated::of(&wish.values, &found.state) else { return Ok(false) };
    let at = clock::millis_text(writer.now());
    writer.manifest().set_values(found.seq, &updated.after, &at)?;
    writer.record_told(UPDATED, Some(artifact_id.as_str()), &updated)?;
    Ok(true)
}

/// Refuses what was decided on another revision than the artifact has.
pub fn has_revision(found: &Found, decided_on: Option<Count>) -> Result<()> {
    let (artifact_id, current) = (&found.record.artifact_id, found.state.revision);
    let Some(Count(revision)) = decided_on.filter(|revision| revision.0 != current) else { return Ok(()) };
    let message = format!("artifact {artifact_id} has revision {current}, not {revision}: it has changed meanwhile");
    Err(Error::conflict(message)
        .field("revision")
        .hint("look at it again, and send the change with its current revision or without one")
        .detail("currentRevision", current))
}

/// Refuses an alias that would mean something else already.
pub fn check_alias(alias: &AliasName) -> Result<()> {
    let word = alias.as_str().to_ascii_lowercase();
    let version =
        word.strip_prefix('v').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()));
    if word == "latest" || version {
        let message = format!("alias: {alias} can't be an alias: it looks like a version, as v3 and latest do");
        return Err(Error::invalid_params(message).field("alias").hint("choose a word, as production or reviewed"));
    }
    Ok(())
}
