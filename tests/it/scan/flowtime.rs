//! FlowTime's data folder: what a scan makes of it, and what a later one changes.

mod changing;
mod finding;
mod folder;
mod odd;
mod relating;
mod session;
