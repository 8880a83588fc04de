//! The wire form of a session: what a line of JSON means, and how replies are written. Knows no operation and no store.

mod parse;
mod reply;

pub use jsonrpsee_types::{ErrorCode, ErrorObjectOwned, Id};
pub use parse::{id_of, parse};
pub use reply::{batch, failure, progress, success};

use serde_json::Value;

use crate::model::Params;

/// The version of the protocol, raised only for breaking changes.
pub const VERSION: u64 = 1;
/// Most requests in one batch.
pub const BATCH_REQUESTS_MAX: usize = 256;
/// The largest id and progress token that every JSON reader keeps exact.
pub const INTEGER_MAX: u64 = (1 << 53) - 1;

/// What one line holds.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "almost every line is one message, which is moved once")]
pub enum Incoming {
    /// One message.
    One(Message),
    /// A batch: its replies leave together, as one array.
    Batch(Vec<Message>),
}

/// One message.
#[derive(Debug)]
pub enum Message {
    /// A method is called.
    Call(Call),
    /// It is no valid message, which is answered.
    Fault(Fault),
    /// A response. Answering those would let two peers answer each other's errors for ever.
    Response,
}

/// A method is called.
#[derive(Debug)]
pub struct Call {
    /// The method's name.
    pub method: String,
    /// What it is given.
    pub params: Params,
    /// Where progress is reported to.
    pub token: Option<Token>,
    /// The store that a plain envelope names.
    pub place: Place,
    /// Where the reply goes; a notification has none.
    pub address: Option<Address>,
}

/// The store that a plain envelope names.
#[derive(Debug, Default, PartialEq)]
pub struct Place {
    /// `manifest_db`
    pub manifest_db: Option<String>,
    /// `artifacts_root`
    pub artifacts_root: Option<String>,
}

/// Where a reply goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Address {
    /// How the request was written, and hence the reply.
    pub form: Form,
    /// The request's id.
    pub id: Id<'static>,
}

/// How a message is written.
#[derive(Debug, Clone, PartialEq)]
pub enum Form {
    /// JSON-RPC 2.0.
    JsonRpc,
    /// `{"operation", …}`, with the operation as it was written.
    Plain(Value),
}

/// What identifies the progress of one request.
#[derive(Debug, Clone, PartialEq)]
pub struct Token(pub Value);

/// A line or message that is no valid one.
#[derive(Debug, PartialEq)]
pub struct Fault {
    /// Where the reply goes.
    pub address: Address,
    /// What is wrong, as JSON-RPC numbers it.
    pub code: ErrorCode,
    /// What is wrong, in one sentence.
    pub message: String,
    /// The key at fault.
    pub field: Option<&'static str>,
}

impl Fault {
    /// A fault in a line from which no id can be told.
    pub fn anonymous(code: ErrorCode, message: impl Into<String>) -> Self {
        let address = Address { form: Form::JsonRpc, id: Id::Null };
        Self { address, code, message: message.into(), field: None }
    }
}
