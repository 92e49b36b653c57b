//! The input of a comprehension is no iterator.

use weftwork::gather;

async fn double(n: i32) -> i32 {
    n * 2
}

async fn all() -> Vec<i32> {
    gather!(for n in 5 { double(n) }).await
}

fn main() {}
