//! The body of a comprehension makes a future, and waits for nothing.

use weftwork::as_completed;

async fn token() -> u8 {
    1
}

async fn get(n: u8, token: u8) -> u8 {
    n + token
}

async fn all() {
    let _ = as_completed!(for n in 0..3 { get(n, token().await) });
}

fn main() {}
