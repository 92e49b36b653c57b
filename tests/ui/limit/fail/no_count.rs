//! D20: an attribute without what it needs.
use weftwork::limit;

#[limit]
async fn fetch() {}

#[tokio::main]
async fn main() {
    fetch().await;
}
