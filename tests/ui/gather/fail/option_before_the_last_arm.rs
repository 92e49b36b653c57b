//! C129.

use weftwork::gather;

async fn all() {
    gather!(limit = 4, for n in 0..3 { async move { n } }).await;
}

fn main() {}
