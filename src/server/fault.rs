//! Turns failures into wire errors: protocol faults, unknown methods with the nearest name, panics.

use std::any::Any;

use crate::model::{Error, Kind};
use crate::operations::Method;
use crate::protocol::{Address, ErrorCode, ErrorObjectOwned, Fault, failure};
use crate::transport::LINE_BYTES_MAX;

/// The reply that carries an error.
pub(super) fn refusal(address: &Address, error: &Error) -> String {
    let error = ErrorObjectOwned::owned(error.kind().code(), error.message(), Some(error.data()));
    failure(address, &error)
}

/// The error that a protocol fault is answered with.
pub(super) fn of_fault(fault: &Fault) -> Error {
    let kind = match fault.code {
        ErrorCode::ParseError => Kind::ParseError,
        ErrorCode::InvalidParams => Kind::InvalidParams,
        _ => Kind::InvalidRequest,
    };
    let error = Error::new(kind, fault.message.as_str());
    match fault.field {
        Some(field) => error.field(field),
        None => error,
    }
}

/// A line beyond the limit. The fault lies in the protocol, as its sender can't even be told by id, hence JSON-RPC's
/// invalid request and not limit_exceeded, which answers for a value in a request that could be read.
pub(super) fn line_too_long() -> Fault {
    let message = format!("the line is longer than {LINE_BYTES_MAX} bytes; pass large content as a file (dataPath)");
    Fault::anonymous(ErrorCode::InvalidRequest, message)
}

/// No method has this name.
pub(super) fn unknown_method(name: &str, methods: &[Method]) -> Error {
    let shown: String = name.chars().take(100).collect();
    let error = Error::new(Kind::MethodNotFound, format!("there is no method {shown:?}"));
    match nearest(name, methods) {
        Some(near) => error.hint(format!("did you mean {near}?")),
        None => error.hint("rpc.discover lists all methods"),
    }
}

/// A defect: the panic's own words are in the log on stderr, where the default hook has written them.
pub(super) fn panicked(method: &str, payload: &(dyn Any + Send)) -> Error {
    let words = payload.downcast_ref::<&str>().copied().or(payload.downcast_ref::<String>().map(String::as_str));
    tracing::error!("{method} panicked: {}", words.unwrap_or("for an unknown reason"));
    Error::internal(format!("{method} failed because of a defect in keepstone"))
        .hint("the server's standard error says more; please report it")
}

fn nearest(name: &str, methods: &[Method]) -> Option<&'static str> {
    if name.len() > 64 {
        return None;
    }
    let snake = snake_case(name);
    let names = methods.iter().flat_map(|method| std::iter::once(method.name).chain(method.aliases.iter().copied()));
    let (distance, near) = names.map(|known| (distance(&snake, known), known)).min()?;
    (distance <= 1 + near.len() / 5).then_some(near)
}

/// `getArtifact` as `get_artifact`.
fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() && !snake.ends_with('_') {
            snake.push('_');
        }
        match letter {
            '-' | '/' | ' ' => snake.push('_'),
            _ => snake.extend(letter.to_lowercase()),
        }
    }
    snake
}

/// How many letters must be put in, left out or exchanged to make one of the other.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let exchanged = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = exchanged.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::OPERATIONS;

    #[test]
    fn the_nearest_name_is_named() {
        assert_eq!(distance("kitten", "sitting"), 3);
        for (asked, near) in [
            ("initalize", Some("initialize")),
            ("Initialize", Some("initialize")),
            ("rpc_discover", Some("rpc.discover")),
            ("frobnicate", None),
            ("", None),
        ] {
            assert_eq!(nearest(asked, OPERATIONS), near, "{asked}");
        }
    }
}
