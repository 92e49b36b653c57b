//! C32: what is no set of futures.

use weftwork::gather;

async fn all() {
    gather!(..5).await;
}

async fn numbers() {
    gather!(..[1, 2]).await;
}

async fn marked() {
    let _ = gather!(..[async { 1 }]?).await;
}

fn main() {}
