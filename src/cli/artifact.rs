//! `keepstone artifact`, `keepstone artifacts`: commands under the names that M3 and CryptoRun have for them.

use clap::{Args, Subcommand};

use super::Outcome;
use super::arguments::Place;
use super::list::{self, List};
use super::scan::{self, Scan};
use super::show::{self, Show};

#[derive(Debug, Args)]
pub(super) struct Artifact {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show everything about one artifact
    #[command(after_help = show::EXAMPLES)]
    Show(Show),
    /// List artifacts, newest first
    #[command(after_help = list::EXAMPLES)]
    List(List),
    /// Look through folders for the runs of families, and register them
    #[command(after_help = scan::EXAMPLES)]
    Scan(Scan),
}

pub(super) fn run(place: &Place, options: &Artifact) -> Outcome {
    match &options.what {
        What::Show(options) => show::run(place, options),
        What::List(options) => list::run(place, options),
        What::Scan(options) => scan::run(place, options),
    }
}
