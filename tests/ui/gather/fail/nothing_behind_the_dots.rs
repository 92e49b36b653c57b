//! C32: a splat of nothing.

use weftwork::gather;

async fn all() {
    gather!(..).await;
    gather!(.., limit = 3).await;
}

fn main() {}
