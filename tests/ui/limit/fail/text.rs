//! D36: a count in quotes.
use weftwork::limit;

#[limit("5")]
async fn fetch() {}

#[tokio::main]
async fn main() {
    fetch().await;
}
