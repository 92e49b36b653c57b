//! P53: not known at compile time.
use weftwork::limit;

fn places() -> usize {
    5
}

#[limit(places())]
async fn fetch() {}

#[tokio::main]
async fn main() {
    fetch().await;
}
