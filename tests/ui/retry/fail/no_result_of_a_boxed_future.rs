//! P118: the result of a future written by hand.
use weftwork::retry;

use std::pin::Pin;

#[retry(attempts = 4)]
fn fetch() -> Pin<Box<dyn Future<Output = u8> + Send>> {
    Box::pin(async { 1 })
}

fn main() {}
