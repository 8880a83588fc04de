//! `keepstone artifact`: show and list, as M3 called them.

use clap::{Args, Subcommand};

use super::Outcome;
use super::arguments::Place;
use super::list::{self, List};
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
}

pub(super) fn run(place: &Place, options: &Artifact) -> Outcome {
    match &options.what {
        What::Show(options) => show::run(place, options),
        What::List(options) => list::run(place, options),
    }
}
