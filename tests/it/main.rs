#![allow(clippy::disallowed_methods, reason = "tests read and break files as they like")]

mod tabular;
