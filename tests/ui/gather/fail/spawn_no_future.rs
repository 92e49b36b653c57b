//! C131: one error, with `spawn` too.

use weftwork::gather;

async fn all() {
    gather!(for n in 0..3_u8 { n }, spawn).await;
}

fn main() {}
