//! A mark behind a future whose output is no `Result`.

use weftwork::gather;

async fn double(n: i32) -> i32 {
    n * 2
}

async fn all() -> Result<Vec<i32>, ()> {
    gather!(for n in 0..3 { double(n)? }).await
}

fn main() {}
