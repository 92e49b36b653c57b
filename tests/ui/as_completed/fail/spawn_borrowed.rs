//! C38: a task owns what it uses.

use weftwork::as_completed;

async fn get(url: &str) -> usize {
    url.len()
}

async fn all(urls: Vec<String>) {
    let _ = as_completed!(for url in &urls { get(url) }, spawn);
}

fn main() {}
