//! D23: `spawn` is a bare word.

use weftwork::gather;

async fn all() {
    gather!(for n in 0..3 { async move { n } }, spawn = 1).await;
}

fn main() {}
