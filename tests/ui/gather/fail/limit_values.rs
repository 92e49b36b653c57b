//! D36: what is no count.

use weftwork::gather;

async fn all(jobs: i32) {
    gather!(for n in 0..3 { async move { n } }, limit = -1).await;
    gather!(for n in 0..3 { async move { n } }, limit = 1.5).await;
    gather!(for n in 0..3 { async move { n } }, limit = "4").await;
    gather!(for n in 0..3 { async move { n } }, limit = jobs).await;
}

fn main() {}
