//! D49: the compiler's own error, at the user's expression and once.

use weftwork::gather;

async fn get(url: &str) -> usize {
    url.len()
}

async fn all() {
    gather!(get(5), get("x")).await;
    gather!(for n in 0..3 { get(n) }).await;
}

fn main() {}
