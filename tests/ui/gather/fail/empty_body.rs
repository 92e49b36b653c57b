//! A body that gives no future.

use weftwork::gather;

async fn all() {
    gather!(for n in 0..3 {}).await;
}

fn main() {}
