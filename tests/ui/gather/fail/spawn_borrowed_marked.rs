//! C38: with a mark.

use weftwork::gather;

async fn get(url: &str) -> Result<usize, ()> {
    Ok(url.len())
}

async fn all(urls: Vec<String>) {
    let _ = gather!(for url in &urls { get(url)? }, spawn).await;
}

fn main() {}
