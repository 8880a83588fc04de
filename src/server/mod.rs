//! Serves operations: sessions over lines with their order, cancellation and progress, and single calls for the command line.
//!
//! One thread reads and runs short queries itself, and prepares a command when nothing else is there; workers prepare all
//! other commands and run what had to wait; one committer commits whatever is ready, many in one transaction; the thread
//! that opened the session watches over them.

mod commit;
mod conductor;
pub mod exec;
mod fault;
mod host;
pub mod http;
mod lane;
mod once;
mod parent;
pub mod place;
mod reading;
mod replies;
mod session;
mod task;
mod workers;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde_json::Value;

use crate::model::Error;
use crate::operations::{Method, OPERATIONS};
use crate::store::Site;
use crate::transport;

pub use once::call_once;

/// Most requests under way; beyond them reading waits.
pub const REQUESTS_IN_FLIGHT_MAX: usize = 64;

/// What the server says about itself, made by higher floors.
#[derive(Clone, Copy)]
pub struct About {
    /// The methods that can be called.
    pub methods: &'static [Method],
    /// The OpenRPC document.
    pub openrpc: fn() -> Value,
    /// The OpenAPI document.
    pub openapi: fn() -> Value,
    /// SHA-256 of the published schemas.
    pub schema_hash: fn() -> String,
}

impl About {
    /// Serves every operation.
    pub fn operations(openrpc: fn() -> Value, openapi: fn() -> Value, schema_hash: fn() -> String) -> Self {
        Self { methods: OPERATIONS, openrpc, openapi, schema_hash }
    }

    /// The error for a name that no method has.
    pub fn unknown_method(&self, name: &str) -> Error {
        fault::unknown_method(name, self.methods)
    }

    fn find(&self, name: &str) -> Option<&'static Method> {
        self.methods.iter().find(|method| method.name == name || method.aliases.contains(&name))
    }
}

/// How a session is served.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Replies leave in the order of the requests.
    pub ordered: bool,
    /// The session ends when this process is gone.
    pub parent: Option<u32>,
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The client closed its end, and everything it had sent is answered.
    Drained,
    /// The client's process is gone.
    Orphaned,
    /// Nobody reads the replies any more.
    Unheard,
    /// SIGTERM or SIGINT, by number.
    Signal(i32),
}

impl Ending {
    /// The exit code that tells of it.
    pub fn exit_code(self) -> u8 {
        match self {
            Ending::Drained | Ending::Orphaned => 0,
            Ending::Unheard => 1,
            Ending::Signal(number) => 128 + u8::try_from(number).unwrap_or(0),
        }
    }
}

/// Serves one session over standard input and output until it ends.
pub fn serve(site: Arc<Site>, about: About, options: Options) -> std::io::Result<Ending> {
    let stdio = transport::take_stdio()?;
    let watch = conductor::Wake::with_signals()?;
    let ending =
        conductor::conduct(session::Session::new(site.clone(), about, options, stdio.output, watch), stdio.input);
    // The lease goes, and the write-ahead log is folded into the manifest.
    site.close();
    Ok(ending)
}
