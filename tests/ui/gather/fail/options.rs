//! C129, D16 to D18, D21, D25: one mistake each.

use weftwork::gather;

async fn all() {
    gather!(for n in 0..3 { async move { n } }, limt = 4).await;
    gather!(for n in 0..3 { async move { n } }, colour = 4).await;
    gather!(for n in 0..3 { async move { n } }, limit = 4, limit = 5).await;
    gather!(for n in 0..3 { async move { n } }, limit).await;
    gather!(for n in 0..3 { async move { n } }, limit =).await;
    gather!(for n in 0..3 { async move { n } }, stagger = 4).await;
    gather!(for n in 0..3 { async move { n } }, concurrency = 4).await;
    gather!(for n in 0..3 { async move { n } }, spwan).await;
    gather!(for n in 0..3 { async move { n } }, eror = u8).await;
}

fn main() {}
