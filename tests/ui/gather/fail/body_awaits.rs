//! The body of a comprehension makes a future, and waits for nothing.

use weftwork::gather;

async fn token() -> u8 {
    1
}

async fn get(n: u8, token: u8) -> u8 {
    n + token
}

async fn all() {
    gather!(for n in 0..3 { get(n, token().await) }).await;
}

fn main() {}
