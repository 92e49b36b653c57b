//! P119, D1: a policy goes on a function.
use weftwork::timeout;

#[timeout(5s)]
static CLIENT: u8 = 1;

fn main() {}
