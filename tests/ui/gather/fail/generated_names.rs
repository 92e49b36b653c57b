//! C21, D59: the names of the expansion are out of reach.

use weftwork::gather;

async fn all() {
    gather!(async { Ok::<_, ()>(error) }?).await.ok();
    gather!(for n in 0..3 { async move { (n, __items, __gathering, item) } }).await;
}

fn main() {}
