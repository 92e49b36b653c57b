//! C38: a task owns what it uses.

use weftwork::gather;

async fn get(url: &str) -> usize {
    url.len()
}

async fn both(first: String, second: String) {
    gather!(get(&first), get("b"), spawn).await;
    gather!(async { second.len() }, spawn).await;
}

fn main() {}
