//! C131 in a comprehension.

use weftwork::gather;

async fn all() -> Vec<i32> {
    gather!(for n in 0..3 { n * 2 }).await
}

fn main() {}
