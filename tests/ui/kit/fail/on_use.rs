//! P119, D1: a policy goes on a function.
use weftwork::timeout;

#[timeout(5s)]
pub use std::fmt;

fn main() {}
