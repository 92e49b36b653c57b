//! D35: how often is not how many at once.
use weftwork::limit;

#[limit(100/s)]
async fn fetch() {}

#[tokio::main]
async fn main() {
    fetch().await;
}
