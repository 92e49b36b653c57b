//! P53: one limiter serves all calls.
use weftwork::limit;

#[limit(places)]
async fn fetch(places: usize) -> usize {
    places
}

#[tokio::main]
async fn main() {
    fetch(1).await;
}
