//! What is kept and what goes: pins, the trash, policies and families, plans and what they do.

mod apply;
mod plan;
mod policies;
mod select;
mod trash;

pub use apply::{Applied, LeftOut, apply};
pub use plan::{Scope, plan};
pub use policies::{PolicyShown, Rules, rules};
pub use trash::{Purge, Restored, Until, delete, describe, go_ahead, purge, restore};
