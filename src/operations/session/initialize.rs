//! `initialize`

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::number::Count;
use crate::operations::{Context, Operation, Probe};

/// Introduces the client and says who serves it; optional, and only at the start of a session does `ordering` make sense.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"clientName": "nightly", "clientVersion": "1.0.0", "protocolVersion": 1}]))]
pub struct Params {
    /// The client's name; it stands in the history as who did it.
    pub client_name: Option<String>,
    /// The client's version.
    pub client_version: Option<String>,
    /// The protocol version that the client speaks; 1 is the only one so far.
    pub protocol_version: Option<Count>,
    /// Whether requests wait for the commits that arrived before them (`arrival`, the default) or for nothing.
    pub ordering: Option<Ordering>,
    /// The client's process id: when that process is gone, the server ends.
    pub process_id: Option<Count>,
}

/// What requests wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ordering {
    /// Commits happen in the order of arrival, and queries wait for the commits that arrived before them.
    Arrival,
    /// Nothing waits for anything; for clients that await their own replies.
    Independent,
}

/// Who serves, and within which limits.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Result {
    /// `keepstone`.
    pub server_name: String,
    /// The binary's version.
    pub server_version: String,
    /// The protocol version spoken.
    pub protocol_version: Count,
    /// The absolute path of the store's folder, which need not exist yet.
    pub store_root: String,
    /// What the server can do besides answering requests.
    pub capabilities: Capabilities,
    /// The limits of the session.
    pub limits: Limits,
    /// SHA-256 of the published schemas: equal hashes, equal shapes.
    pub schema_hash: String,
}

/// What the server can do besides answering requests.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Capabilities {
    /// `$/cancelRequest` is understood.
    pub cancel: bool,
    /// `$/progress` is sent on request.
    pub progress: bool,
    /// JSON-RPC batches are answered.
    pub batches: bool,
    /// The values that `ordering` may have.
    pub orderings: Vec<Ordering>,
}

/// The limits of the session.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    /// Longest line, in bytes.
    pub line_bytes: Count,
    /// Most requests in one batch.
    pub batch_requests: Count,
    /// Most requests under way; beyond them reading waits.
    pub requests_in_flight: Count,
    /// Largest inline content, in bytes.
    pub content_bytes: Count,
}

/// `initialize`
pub enum Initialize {}

impl Operation for Initialize {
    const METHOD: &'static str = "initialize";
    type Params = Params;
    type Result = Result;
}

impl Probe for Initialize {
    fn run(params: Params, context: &Context) -> crate::model::Result<Result> {
        context.host.initialize(params)
    }
}
