//! A comprehension that is not complete, on each of its ways.

use weftwork::gather;

async fn all() {
    gather!(for).await;
    gather!(for n in).await;
    gather!(for n in 0..3).await;
    gather!(for n 0..3 { async move { n } }).await;
    gather!(for n in 0..3 { async move { n } } limit = 4).await;
}

fn main() {}
