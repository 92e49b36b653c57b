//! C130.

use weftwork::gather;

async fn all() {
    gather!(for n in 0..3 { async move { n } }, for n in 0..3 { async move { n } }).await;
}

fn main() {}
