//! D17, P123: what another library calls it.
use weftwork::limit;

#[limit(max_concurrent = 5)]
async fn fetch() {}

#[tokio::main]
async fn main() {
    fetch().await;
}
