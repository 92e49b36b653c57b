//! P122: a constant is looked at when the limiter is made, which is at compile time.
use weftwork::limit;

const PLACES: usize = 0;

#[limit(PLACES)]
async fn fetch() {}

#[tokio::main]
async fn main() {
    fetch().await;
}
