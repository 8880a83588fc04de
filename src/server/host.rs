//! Answers `initialize` and `rpc.discover` for a session.

use std::sync::PoisonError;
use std::sync::atomic::Ordering as Atomic;

use serde_json::Value;

use super::parent::Parent;
use super::session::Session;
use super::{About, REQUESTS_IN_FLIGHT_MAX};
use crate::model::number::Count;
use crate::model::{Error, Kind, Result};
use crate::operations::Host;
use crate::operations::session::initialize::{self, Capabilities, Limits, Ordering};
use crate::protocol::{BATCH_REQUESTS_MAX, VERSION};
use crate::store::Site;
use crate::transport::LINE_BYTES_MAX;

const CONTENT_BYTES_MAX: u64 = 1 << 20;

impl Host for Session {
    fn initialize(&self, params: initialize::Params) -> Result<initialize::Result> {
        let introduction = introduction(&self.site, &self.about, &params)?;
        if self.shared {
            let asked = [
                ("ordering", params.ordering.is_some()),
                ("processId", params.process_id.is_some()),
                ("clientName", params.client_name.is_some()),
            ];
            return match asked.into_iter().find(|(_, asked)| *asked) {
                None => Ok(introduction),
                Some((field, _)) => {
                    Err(Error::new(Kind::Unsupported, format!("{field}: many clients share this session"))
                        .field(field)
                        .hint("over HTTP each request stands for itself; the header X-Client-Name says who asks"))
                }
            };
        }
        let parent = params.process_id.map(|id| {
            let number = u32::try_from(id.0).ok().filter(|number| *number > 0 && i32::try_from(*number).is_ok());
            number.ok_or_else(|| Error::invalid_params(format!("{} is no process id", id.0)).field("processId"))
        });
        if let Some(number) = parent.transpose()? {
            *self.parent.lock().unwrap_or_else(PoisonError::into_inner) = Parent::find(number);
            self.wake.wake();
        }
        if let Some(name) = params.client_name {
            *self.actor.lock().unwrap_or_else(PoisonError::into_inner) = Some(name.into());
        }
        if let Some(ordering) = params.ordering {
            self.independent.store(ordering == Ordering::Independent, Atomic::Relaxed);
        }
        Ok(introduction)
    }

    fn discover(&self) -> Value {
        (self.about.openrpc)()
    }
}

/// Who serves, and within which limits; a client that speaks another version of the protocol is told so.
pub(super) fn introduction(site: &Site, about: &About, params: &initialize::Params) -> Result<initialize::Result> {
    if let Some(version) = params.protocol_version.filter(|version| version.0 != VERSION) {
        let message = format!("protocol version {} is not spoken here; {VERSION} is", version.0);
        return Err(Error::invalid_params(message).field("protocolVersion").detail("supported", vec![VERSION]));
    }
    Ok(initialize::Result {
        server_name: env!("CARGO_PKG_NAME").to_owned(),
        server_version: env!("CARGO_PKG_VERSION").to_owned(),
        protocol_version: Count(VERSION),
        store_root: site.location().root.display().to_string(),
        capabilities: Capabilities {
            cancel: true,
            progress: true,
            batches: true,
            orderings: vec![Ordering::Arrival, Ordering::Independent],
        },
        limits: Limits {
            line_bytes: Count(LINE_BYTES_MAX as u64),
            batch_requests: Count(BATCH_REQUESTS_MAX as u64),
            requests_in_flight: Count(REQUESTS_IN_FLIGHT_MAX as u64),
            content_bytes: Count(CONTENT_BYTES_MAX),
        },
        schema_hash: (about.schema_hash)(),
    })
}
