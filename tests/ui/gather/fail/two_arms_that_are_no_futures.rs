//! C131.

use weftwork::gather;

async fn all() {
    gather!(1, async { 2 }, "three").await;
}

fn main() {}
