//! A future outlives the body that made it.

use weftwork::gather;

async fn get(url: &str) -> usize {
    url.len()
}

async fn all() -> Vec<usize> {
    gather!(for n in 0..3 {
        let url = format!("page/{n}");
        get(&url)
    })
    .await
}

fn main() {}
