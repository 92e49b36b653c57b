//! C8, C46: one error for each option that is about failures.

use weftwork::gather;

async fn all() {
    let _ = gather!(for n in 0..3 { async move { n } }, error = u8, errors = all).await;
}

fn main() {}
