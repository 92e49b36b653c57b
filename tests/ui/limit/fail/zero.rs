//! P122, D36: nothing could ever run.
use weftwork::limit;

#[limit(0)]
async fn fetch() {}

#[tokio::main]
async fn main() {
    fetch().await;
}
