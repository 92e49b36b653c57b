//! P119, D1: a policy goes on a function.
use weftwork::timeout;

#[timeout(5s)]
macro_rules! client {
    () => {};
}

fn main() {
    client!();
}
