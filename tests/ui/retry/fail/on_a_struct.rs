//! P119, D1: no function.
use weftwork::retry;

#[retry(attempts = 4)]
struct Client;

fn main() {}
