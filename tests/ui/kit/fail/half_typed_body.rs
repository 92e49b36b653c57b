//! P126: a half-typed body keeps its signature, so that its caller gives no further error.
use weftwork::{Elapsed, limit, timeout};

#[timeout(5s)]
#[limit(5)]
async fn fetch(name: &str) -> Result<usize, Elapsed> {
    name.
}

#[tokio::main]
async fn main() {
    let _length: usize = fetch("a").await.unwrap();
}
