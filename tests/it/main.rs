//! Every test of the library and the binary that needs more than one module.
#![allow(clippy::disallowed_methods, reason = "tests make their own files and read the clock")]
#![allow(unreachable_pub, reason = "nothing is reached from outside a test binary")]

mod audit;
mod bad_input;
mod bundles;
mod comparing;
mod concurrency;
mod conformance;
mod crash;
mod damage;
mod datasets;
mod disk;
mod exec;
mod exporting;
mod formats;
mod generated;
mod guards;
mod http;
mod imports;
mod legacy;
mod lineage;
mod pipe;
mod planted;
mod publish;
mod queries;
mod registry;
mod related;
mod retention;
mod runs;
mod scan;
mod schemas;
mod serving;
mod shapes;
mod space;
mod support;
mod tabular;
mod terminal;
mod tidy;
mod unplaced;
mod verify;
mod whole;
