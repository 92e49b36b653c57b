//! Arms are written out, so they all start at once.

use weftwork::gather;

async fn all() {
    gather!(async { 1 }, async { 2 }, limit = 4).await;
}

fn main() {}
