//! `keepstone completions`

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::arguments::Arguments;
use super::{Outcome, print};

pub(super) const EXAMPLES: &str = "\
Examples:
  source <(keepstone completions bash)
  keepstone completions zsh > ~/.zfunc/_keepstone
  keepstone completions fish > ~/.config/fish/completions/keepstone.fish";

#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

pub(super) fn run(options: &Completions) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut Arguments::command(), "keepstone", &mut script);
    print::bytes(&script).map(|_| 0)
}
