//! Runs that other programs leave in folders: found, registered, seen again, moved to the trash and back.

mod changing;
mod crashes;
mod finding;
mod flowtime;
mod modes;
mod refusing;
mod terminal;
mod trash;
mod tree;
