//! C130.

use weftwork::gather;

async fn all() {
    gather!(async { 1 }, for n in 0..3 { async move { n } }).await;
    gather!(for n in 0..3 { async move { n } }, async { 1 }).await;
}

fn main() {}
