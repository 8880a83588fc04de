//! `keepstone exec`

use std::io::Read;

use super::arguments::Place;
use super::{Outcome, about, print, whereabouts};
use crate::base::clock::Clock;
use crate::model::Error;
use crate::server::exec::exec;
use crate::transport::LINE_BYTES_MAX;

pub(super) fn run(place: &Place) -> Outcome {
    let fallback = whereabouts::named_location(place)?;
    let input = read_stdin()?;
    match exec(&input, fallback, Clock::system(), &about()) {
        Ok(result) => print::line(&result).map(|()| 0),
        Err(error) => {
            print::error_line(&error);
            Ok(1)
        }
    }
}

/// All of stdin, as far as a line of a session may go.
pub(super) fn read_stdin() -> Result<Vec<u8>, Error> {
    let mut input = Vec::new();
    let limit = LINE_BYTES_MAX as u64 + 1;
    match std::io::stdin().lock().take(limit).read_to_end(&mut input) {
        Ok(count) if count as u64 == limit => {
            Err(Error::limit_exceeded(format!("standard input holds more than {LINE_BYTES_MAX} bytes")))
        }
        Ok(_) => Ok(input),
        Err(error) => Err(Error::internal(format!("standard input can't be read: {error}"))),
    }
}
