//! C131, D44: a function that was not called.

use weftwork::gather;

async fn fetch() -> u8 {
    1
}

async fn all() {
    gather!(fetch, async { 1 }).await;
}

fn main() {}
