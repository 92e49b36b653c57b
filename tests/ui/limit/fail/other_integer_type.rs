//! D36: a count is a `usize`.
use weftwork::limit;

#[limit(5u8)]
async fn fetch() {}

#[tokio::main]
async fn main() {
    fetch().await;
}
