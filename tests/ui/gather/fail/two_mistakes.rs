//! C131, D52: two mistakes are two errors.

use weftwork::gather;

async fn all() {
    gather!(for n in 0..3 { async move { n } }, limt = 4, limit = 0).await;
}

fn main() {}
