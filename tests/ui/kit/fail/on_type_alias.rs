//! P119, D1: a policy goes on a function.
use weftwork::timeout;

#[timeout(5s)]
type Client = u8;

fn main() {}
