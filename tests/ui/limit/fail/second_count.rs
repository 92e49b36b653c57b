//! D22: one attribute for each.
use weftwork::limit;

#[limit(5, 6)]
async fn fetch() {}

#[tokio::main]
async fn main() {
    fetch().await;
}
