//! C38: a task owns what it uses.

use weftwork::gather;

async fn get(url: &str) -> usize {
    url.len()
}

async fn all(urls: Vec<String>) {
    gather!(for url in &urls { get(url) }, spawn).await;
}

fn main() {}
