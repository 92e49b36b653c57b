//! C30, D45.

use weftwork::gather;

async fn all() -> Vec<u8> {
    gather!(for n in [1_u8, 2] { async move { n } }, limit = 0).await
}

fn main() {}
