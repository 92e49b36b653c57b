//! P122, D35: a rate of nothing.
use weftwork::limit;

#[limit(0/s)]
async fn fetch() {}

#[tokio::main]
async fn main() {
    fetch().await;
}
