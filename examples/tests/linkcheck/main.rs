//! linkcheck as its user sees it: the built program, run from outside.

mod interruption;
mod mistakes;
mod program;
mod server;
mod sites;
#[path = "../support/mod.rs"]
mod support;
