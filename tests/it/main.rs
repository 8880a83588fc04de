//! Everything that is tested from outside, in one binary.
#![allow(clippy::disallowed_methods, reason = "tests look at files and clocks directly")]

mod generated;
mod schemas;
mod shapes;
mod tidy;
