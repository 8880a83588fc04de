//! Operations on runs: what executed which stage with what, and what came of it.

pub mod finish_run;
pub mod get_run;
pub mod list_runs;
pub mod start_run;
