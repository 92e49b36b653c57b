//! C131, D44: an arm that is no future.

use weftwork::gather;

fn plain() -> u8 {
    1
}

async fn all() {
    gather!(async { 1 }, plain()).await;
}

fn main() {}
