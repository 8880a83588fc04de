//! Every test of the library and the binary that needs more than one module.
#![allow(clippy::disallowed_methods, reason = "tests make their own files and read the clock")]

mod concurrency;
mod crash;
mod generated;
mod pipe;
mod schemas;
mod shapes;
mod serving;
mod support;
mod tabular;
mod whole;
mod tidy;
