//! The one error that every operation answers with: a kind, one clear sentence, and where there is one the way out.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt;

use crate::base::files::FileError;

/// `Result` with keepstone's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of failure it was; each has its own JSON-RPC code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The line is no JSON.
    ParseError,
    /// The line is JSON but no request.
    InvalidRequest,
    /// No operation has this name.
    MethodNotFound,
    /// A parameter is missing, unknown, of the wrong type or out of range.
    InvalidParams,
    /// A defect in keepstone.
    Internal,
    /// What was asked for does not exist.
    NotFound,
    /// It contradicts what is already there.
    Conflict,
    /// The data itself (a file, a row, a column) can't be taken.
    InvalidData,
    /// That path may not be read or written.
    PathNotAllowed,
    /// Another process kept the store for too long.
    Busy,
    /// Bytes are not what their hash says.
    Integrity,
    /// A size or count beyond what is allowed.
    LimitExceeded,
    /// The disk is full.
    NoSpace,
    /// The store can't be written here.
    ReadOnly,
    /// keepstone can't do that.
    Unsupported,
    /// The caller withdrew the request before anything was committed.
    Cancelled,
    /// The store has changed so that the plan would delete something else.
    StalePlan,
    /// A pin, a dataset or a policy protects it.
    Protected,
}

impl Kind {
    /// Every kind, in the order of the codes.
    pub const ALL: [Kind; 18] = [
        Kind::ParseError,
        Kind::InvalidRequest,
        Kind::MethodNotFound,
        Kind::InvalidParams,
        Kind::Internal,
        Kind::NotFound,
        Kind::Conflict,
        Kind::InvalidData,
        Kind::PathNotAllowed,
        Kind::Busy,
        Kind::Integrity,
        Kind::LimitExceeded,
        Kind::NoSpace,
        Kind::ReadOnly,
        Kind::Unsupported,
        Kind::Cancelled,
        Kind::StalePlan,
        Kind::Protected,
    ];

    /// The JSON-RPC error code.
    pub fn code(self) -> i32 {
        match self {
            Kind::ParseError => -32700,
            Kind::InvalidRequest => -32600,
            Kind::MethodNotFound => -32601,
            Kind::InvalidParams => -32602,
            Kind::Internal => -32603,
            Kind::NotFound => 1001,
            Kind::Conflict => 1002,
            Kind::InvalidData => 1003,
            Kind::PathNotAllowed => 1004,
            Kind::Busy => 1005,
            Kind::Integrity => 1006,
            Kind::LimitExceeded => 1007,
            Kind::NoSpace => 1008,
            Kind::ReadOnly => 1009,
            Kind::Unsupported => 1010,
            Kind::Cancelled => 1011,
            Kind::StalePlan => 1012,
            Kind::Protected => 1013,
        }
    }

    /// The word that stands in `data.kind`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::ParseError => "parse_error",
            Kind::InvalidRequest => "invalid_request",
            Kind::MethodNotFound => "method_not_found",
            Kind::InvalidParams => "invalid_params",
            Kind::Internal => "internal",
            Kind::NotFound => "not_found",
            Kind::Conflict => "conflict",
            Kind::InvalidData => "invalid_data",
            Kind::PathNotAllowed => "path_not_allowed",
            Kind::Busy => "busy",
            Kind::Integrity => "integrity",
            Kind::LimitExceeded => "limit_exceeded",
            Kind::NoSpace => "no_space",
            Kind::ReadOnly => "read_only",
            Kind::Unsupported => "unsupported",
            Kind::Cancelled => "cancelled",
            Kind::StalePlan => "stale_plan",
            Kind::Protected => "protected",
        }
    }

    /// Whether the same request may succeed when it is sent again.
    pub fn retryable(self) -> bool {
        matches!(self, Kind::Busy | Kind::NoSpace | Kind::StalePlan)
    }
}

/// A failed operation: what kind, one sentence, and the details that programs read.
#[derive(Debug, Clone, PartialEq)]
pub struct Error {
    inner: Box<Parts>,
}

#[derive(Debug, Clone, PartialEq)]
struct Parts {
    kind: Kind,
    message: String,
    hint: Option<String>,
    field: Option<String>,
    details: Map<String, Value>,
}

macro_rules! constructors {
    ($($(#[$doc:meta])* $name:ident => $kind:ident),* $(,)?) => {
        $($(#[$doc])* pub fn $name(message: impl Into<String>) -> Self { Self::new(Kind::$kind, message) })*
    };
}

impl Error {
    /// An error of a kind with its sentence.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { inner: Box::new(Parts { kind, message: message.into(), hint: None, field: None, details: Map::new() }) }
    }

    constructors! {
        /// See [`Kind::InvalidRequest`].
        invalid_request => InvalidRequest,
        /// See [`Kind::InvalidParams`].
        invalid_params => InvalidParams,
        /// See [`Kind::Internal`].
        internal => Internal,
        /// See [`Kind::NotFound`].
        not_found => NotFound,
        /// See [`Kind::Conflict`].
        conflict => Conflict,
        /// See [`Kind::InvalidData`].
        invalid_data => InvalidData,
        /// See [`Kind::PathNotAllowed`].
        path_not_allowed => PathNotAllowed,
        /// See [`Kind::Busy`].
        busy => Busy,
        /// See [`Kind::Integrity`].
        integrity => Integrity,
        /// See [`Kind::LimitExceeded`].
        limit_exceeded => LimitExceeded,
        /// See [`Kind::NoSpace`].
        no_space => NoSpace,
        /// See [`Kind::ReadOnly`].
        read_only => ReadOnly,
        /// See [`Kind::Unsupported`].
        unsupported => Unsupported,
    }

    /// The caller withdrew the request.
    pub fn cancelled() -> Self {
        Self::new(Kind::Cancelled, "the request was cancelled before anything was committed")
    }

    /// Adds the way out.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.inner.hint = Some(hint.into());
        self
    }

    /// Names the parameter at fault, unless a more exact place is named already.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.inner.field.get_or_insert_with(|| field.into());
        self
    }

    /// Names another parameter at fault than the one that was named.
    #[must_use]
    pub fn field_instead(mut self, field: impl Into<String>) -> Self {
        self.inner.field = Some(field.into());
        self
    }

    /// Calls the parameter at fault as the caller called it, at the head of the sentence too.
    #[must_use]
    pub fn called(mut self, param: &str, name: &str) -> Self {
        let renamed = |text: &str| {
            let rest =
                text.strip_prefix(param).filter(|rest| !rest.starts_with(|next: char| next.is_alphanumeric()))?;
            Some(format!("{name}{rest}"))
        };
        if let Some(field) = self.inner.field.as_deref().and_then(renamed) {
            self.inner.field = Some(field);
            if let Some(message) = renamed(&self.inner.message) {
                self.inner.message = message;
            }
        }
        self
    }

    /// Says something else for what the caller doesn't know, such as a path of this machine.
    #[must_use]
    pub fn reworded(mut self, from: &str, to: &str) -> Self {
        self.inner.message = self.inner.message.replace(from, to);
        self.inner.hint = self.inner.hint.map(|hint| hint.replace(from, to));
        self
    }

    /// Adds a detail that programs read.
    #[must_use]
    pub fn detail(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.inner.details.insert(key.to_owned(), value.into());
        self
    }

    /// What kind of failure it was.
    pub fn kind(&self) -> Kind {
        self.inner.kind
    }

    /// The sentence.
    pub fn message(&self) -> &str {
        &self.inner.message
    }

    /// The parameter at fault.
    pub fn field_name(&self) -> Option<&str> {
        self.inner.field.as_deref()
    }

    /// The way out, where there is one.
    pub fn hint_text(&self) -> Option<&str> {
        self.inner.hint.as_deref()
    }

    /// The `data` object of the wire error: kind, retryable, hint?, field?, and the details.
    pub fn data(&self) -> ErrorData {
        ErrorData {
            kind: self.inner.kind,
            retryable: self.inner.kind.retryable(),
            hint: self.inner.hint.clone(),
            field: self.inner.field.clone(),
            details: self.inner.details.clone(),
        }
    }
}

/// The `data` object of an error.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ErrorData {
    /// What kind of failure it was.
    pub kind: Kind,
    /// Whether the same request may succeed when it is sent again.
    pub retryable: bool,
    /// The way out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The parameter at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Further facts, by name.
    #[serde(flatten)]
    pub details: Map<String, Value>,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.inner.message)
    }
}

impl std::error::Error for Error {}

impl From<FileError> for Error {
    fn from(error: FileError) -> Self {
        use std::io::ErrorKind as Io;
        let kind = match error.source.kind() {
            Io::NotFound => Kind::NotFound,
            Io::StorageFull | Io::QuotaExceeded | Io::FileTooLarge => Kind::NoSpace,
            Io::ReadOnlyFilesystem => Kind::ReadOnly,
            Io::PermissionDenied => Kind::PathNotAllowed,
            Io::IsADirectory | Io::NotADirectory => Kind::InvalidData,
            _ => Kind::Internal,
        };
        let hint = match kind {
            Kind::NoSpace => Some("free some space on that disk and send the request again"),
            _ => None,
        };
        let error = Error::new(kind, error.to_string());
        match hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }
}
